import asyncio
import time

import aiohttp
import discord
import pytest

from playground.server import Fault
from tests.playground.server.talker import Talker

POSTS = r"^/channels/\d+/messages$"


async def send(bot, inn, text="x"):
    return await bot.place(inn).send(text)


@pytest.mark.parametrize("fault", [Fault.RATE_LIMITED, Fault.GLOBALLY_LIMITED])
async def test_a_429_is_waited_for(bot, local, inn, fault):
    armed = local.faults.arm(fault, "POST", POSTS, seconds=0.05)
    began = time.monotonic()
    await send(bot, inn)
    assert time.monotonic() - began > 0.05
    assert [r.status for r in local.requests if r.path.endswith("/messages")] == [429, 200]
    assert local.requests[-2].answer["global"] is (fault is Fault.GLOBALLY_LIMITED)
    assert (armed.struck, local.faults.counts[fault]) == (1, 1)


async def test_cloudflare_answers_without_json(bot, local, inn):
    with local.faults.on(Fault.CLOUDFLARE, "POST", POSTS, seconds=30):
        with pytest.raises(discord.HTTPException) as caught:
            await send(bot, inn)
        assert (caught.value.status, caught.value.code) == (429, 0)
        assert "1015" in caught.value.text
        assert caught.value.response.headers["Retry-After"] == "30"
    await send(bot, inn)
    assert len(inn.messages) == 1


async def test_server_errors_as_discord_makes_them(bot, local, inn):
    local.faults.arm(Fault.UNAVAILABLE, "POST", POSTS)
    with pytest.raises(discord.DiscordServerError):
        await send(bot, inn)
    local.faults.arm(Fault.BAD_GATEWAY, "POST", POSTS)
    await send(bot, inn, "after a 502")
    local.faults.arm(Fault.BROKEN, "POST", POSTS)
    await send(bot, inn, "after a 500")
    assert [m.content for m in inn.messages] == ["after a 502", "after a 500"]


async def test_the_connection_breaks_before_and_after_the_deed(bot, local, inn):
    local.faults.arm(Fault.DROPPED, "POST", POSTS)
    with pytest.raises(aiohttp.ClientError):
        await send(bot, inn, "never")
    local.faults.arm(Fault.LOST_ANSWER, "POST", POSTS)
    with pytest.raises(aiohttp.ClientError):
        await send(bot, inn, "done all the same")
    assert [m.content for m in inn.messages] == ["done all the same"]
    assert [r.status for r in local.requests if r.path.endswith("/messages")] == [0, 200]


@pytest.mark.parametrize(("fault", "done"), [(Fault.SLOW, 0), (Fault.LATE_ANSWER, 1)])
async def test_slowness_before_and_after_the_deed(bot, local, inn, fault, done):
    local.faults.arm(fault, "POST", POSTS, seconds=0.2)
    sending = asyncio.create_task(send(bot, inn))
    await local.until(lambda: local.faults.counts[fault], what=fault)
    assert len(inn.messages) == done
    assert not sending.done()
    await sending
    assert len(inn.messages) == 1


async def test_faults_count_down_and_are_switched_off(bot, local, inn):
    armed = local.faults.arm(Fault.UNAVAILABLE, path=POSTS, times=2)
    for _ in range(2):
        with pytest.raises(discord.DiscordServerError):
            await send(bot, inn)
    await send(bot, inn)
    assert (armed.struck, armed.left) == (2, 0)
    local.faults.on(Fault.UNAVAILABLE)
    local.faults.off()
    await send(bot, inn)
    assert local.faults.counts[Fault.UNAVAILABLE] == 2


async def test_callbacks_are_lost_with_and_without_their_deed(local, connect, inn, anna):
    bot = await connect(Talker())
    local.faults.arm(Fault.LOST_ANSWER, path="/callback$")
    it = await anna.slash(inn, "story open", title="Fog")
    assert (await it.answer()).text == "Fog x3"
    local.limits.answer_seconds = 0.2
    local.faults.arm(Fault.DROPPED, path="/callback$")
    with pytest.raises(Exception, match="did not respond"):
        await anna.slash(inn, "story open", title="Fog")
    assert len(bot.got) == 2


async def test_a_webhook_is_deleted_just_before_a_post(bot, local, inn):
    hook = await bot.place(inn).create_webhook(name="Stage")
    await hook.send("x")
    local.faults.arm(Fault.WEBHOOK_DELETED, "POST", "^/webhooks/")
    with pytest.raises(discord.NotFound) as caught:
        await hook.send("y")
    assert caught.value.code == 10015
    assert not inn.webhooks


async def test_an_event_comes_twice(bot, local, inn, anna):
    local.faults.replay("MESSAGE_CREATE")
    await anna.say(inn, "echo")
    await anna.say(inn, "once")
    await bot.hears("message", 3)
    assert [m.content for m in bot.events("message")] == ["echo", "echo", "once"]


async def test_an_interaction_that_comes_twice_is_answered_once(local, connect, inn, anna):
    bot = await connect(Talker())
    errors = []

    @bot.tree.error
    async def note(_, error):
        errors.append(error.original)
        await bot._stir()

    local.faults.replay("INTERACTION_CREATE")
    it = await anna.slash(inn, "story open", title="Fog")
    assert (await it.answer()).text == "Fog x3"
    async with asyncio.timeout(30), bot.stirred:
        await bot.stirred.wait_for(lambda: errors)
    assert len(bot.got) == 2
    assert errors[0].code == 40060


async def test_events_of_a_channel_come_late(bot, local, guild, inn, anna):
    yard = guild.add_channel("the-yard")
    with local.faults.late_events(inn):
        for text in ("first", "second"):
            await anna.say(inn, text)
        await anna.say(yard, "third")
        await bot.hears("message")
    await bot.hears("message", 3)
    assert [m.content for m in bot.events("message")] == ["third", "first", "second"]
