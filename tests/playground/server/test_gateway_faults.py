import asyncio
import json

import aiohttp
import discord
import pytest

from tests.playground.server.bots import Bot


async def test_a_socket_that_is_closed_with_a_code_resumes(bot, local, inn, anna):
    local.faults.close_sockets(4000)
    await anna.say(inn, "meanwhile")
    assert (await bot.hears("message")).content == "meanwhile"
    assert (local.gateway.resumed, local.gateway.identified) == (1, 1)


async def test_an_invalid_session_may_be_resumed(bot, local, inn, anna):
    local.faults.invalidate_sessions(resumable=True)
    await bot.hears("resumed")
    assert local.gateway.identified == 1
    await anna.say(inn, "still here?")
    await bot.hears("message")


async def test_a_frozen_connection_is_left_and_resumed(local, connect, inn, anna):
    local.gateway.heartbeat_ms = 100
    bot = await connect(heartbeat_timeout=0.3)
    local.faults.freeze_sockets()
    await anna.say(inn, "said into the silence")
    assert (await bot.hears("message")).content == "said into the silence"
    # More than once, if the machine is too busy for heartbeats; but always that session.
    assert local.gateway.resumed
    assert local.gateway.identified == 1


async def test_heartbeats_without_an_answer(local, inn):
    assert inn
    local.gateway.heartbeat_ms = 100
    with local.faults.unacknowledged_heartbeats():
        bot = Bot(heartbeat_timeout=0.3)
        task = asyncio.create_task(bot.start(local.token))
        await bot.hears("ready")
        await bot.hears("disconnect")
    await bot.hears("resumed")
    await bot.close()
    await task


async def test_a_bot_whose_heart_stops_is_closed(local):
    local.gateway.heartbeat_ms = 100
    async with aiohttp.ClientSession() as session, session.ws_connect(local.gateway_url) as ws:
        assert (await ws.receive_json())["op"] == 10
        await ws.send_json({"op": 1, "d": None})
        assert (await ws.receive_json())["op"] == 11
        assert (await ws.receive(30)).data == 4009


async def test_frames_that_discord_does_not_take(local):
    async def closed_with(*frames):
        async with aiohttp.ClientSession() as session, session.ws_connect(local.gateway_url) as ws:
            for frame in frames:
                await ws.send_str(frame)
            while (message := await ws.receive(30)).type is aiohttp.WSMsgType.TEXT:
                pass
            return message.data

    beat = json.dumps({"op": 1, "d": None})
    odd = {"op": 2, "d": {"token": local.token, "intents": 1 << 30}}
    assert await closed_with("{") == 4002
    assert await closed_with("[]") == 4002
    assert await closed_with(json.dumps(odd)) == 4013
    assert await closed_with(*[beat] * 121) == 4008


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda faults: faults.dispatch("MESSAGE_CREATE", {}), KeyError),
        (lambda faults: faults.send_raw("{no JSON"), ValueError),
    ],
    ids=["an event without its parts", "no JSON"],
)
async def test_a_bad_payload_ends_the_start_of_a_client(local, inn, spoil, error):
    assert inn
    bot = Bot()
    task = asyncio.create_task(bot.start(local.token))
    await bot.hears("ready")
    spoil(local.faults)
    with pytest.raises(error):
        await task
    await bot.close()


async def test_a_gateway_that_refuses_right_after_the_login(local):
    client = discord.Client(intents=discord.Intents.default())
    with local.faults.refused_gateway():
        await client.login(local.token)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await client.connect(reconnect=False)
    assert local.gateway.refused == 1


async def test_a_gateway_that_refuses_for_a_while(bot, local, inn, anna):
    with local.faults.refused_gateway(times=1):
        local.faults.drop_sockets()
        await local.until(lambda: local.gateway.refused == 1, what="an attempt")
        await anna.say(inn, "meanwhile")
        assert (await bot.hears("message")).content == "meanwhile"
    assert local.gateway.resumed == 1


async def test_the_network_is_away_for_a_while(bot, local, inn, anna):
    async with local.faults.no_network():
        with pytest.raises(aiohttp.ClientConnectorError):
            await bot.place(inn).send("into the void")
        assert not local.ready
        await anna.say(inn, "others are still connected")
    await bot.hears("message")
    await bot.place(inn).send("back")
    assert [m.content for m in inn.messages] == ["others are still connected", "back"]
