import asyncio

import aiohttp
import discord
import pytest

from playground.server import CALLBACKS, SOCKETS, TRANSIENT, Fault, InteractionFailed
from playground.server.happenings import Happening
from playground.server.hooks import Request
from tests.playground.server.talker import Talker


def asked(path="/channels/1/messages", method="POST", **body):
    return Request(method, path, body)


def test_the_same_seed_draws_the_same(local):
    drawn = []
    for seed in (1, 1, 2):
        with local.faults.storm(seed, rate=0.3) as storm:
            for number in range(200):
                storm.before(asked(content=str(number)))
            drawn.append(list(storm.log))
    assert drawn[0] == drawn[1] != drawn[2]
    assert 30 < len(drawn[0]) < 90


def test_a_request_is_not_failed_for_ever(local):
    with local.faults.storm(1, rate=1, kinds=frozenset({Fault.BROKEN}), streak=3) as storm:
        struck = [storm.before(asked(content="same")) is not None for _ in range(8)]
    assert struck == [True, True, True, False] * 2


def test_kinds_choose_what_strikes(local):
    with local.faults.storm(1, rate=1, kinds=TRANSIENT - CALLBACKS - SOCKETS) as storm:
        assert storm.before(asked("/interactions/1/:token/callback")) is None
        for number in range(100):
            storm.before(asked(content=str(number)))
            storm.copies(Happening("MESSAGE_CREATE", {}))
    assert not set(storm.counts) & (CALLBACKS | SOCKETS | {Fault.CLOUDFLARE})
    assert storm.counts[Fault.REPLAYED] == 100
    with local.faults.storm(1, rate=1, kinds=CALLBACKS) as storm:
        assert storm.before(asked("/interactions/1/:token/callback"))[0] in CALLBACKS
        assert storm.before(asked()) is None


async def test_each_new_webhook_of_a_channel_counts_in_one_streak(bot, local, inn):
    lost = frozenset({Fault.WEBHOOK_DELETED})
    with local.faults.storm(1, rate=1, kinds=lost, streak=2):
        for _ in range(2):
            hook = await bot.place(inn).create_webhook(name="Stage")
            with pytest.raises(discord.NotFound):
                await hook.send("the line")
        hook = await bot.place(inn).create_webhook(name="Stage")
        await hook.send("the line")
    assert [m.content for m in inn.messages] == ["the line"]


async def persistently(deed, tries=20):
    for _ in range(tries):
        try:
            return await deed()
        except (discord.DiscordServerError, aiohttp.ClientError, InteractionFailed):
            await asyncio.sleep(0.01)
    raise AssertionError("the storm never let it through")


async def test_a_client_comes_through_a_storm(local, connect, inn, anna):
    bot = await connect(Talker())
    local.limits.answer_seconds = 0.5
    kinds = TRANSIENT - {Fault.BROKEN, Fault.BAD_GATEWAY, Fault.WEBHOOK_DELETED}
    with local.faults.storm(7, rate=0.2, kinds=kinds) as storm:
        for number in range(60):
            await anna.say(inn, f"line {number}")
            await persistently(lambda: bot.place(inn).send(f"answer {number}"))  # noqa: B023 - awaited here
            if number % 6 == 0:
                it = await persistently(lambda: anna.slash(inn, "story open", title="Fog"))
                assert (await it.answer()).text == "Fog x3"
    assert set(storm.counts) >= {Fault.REPLAYED, Fault.SLOW, Fault.DROPPED, Fault.LOST_ANSWER}
    assert set(storm.counts) & SOCKETS
    assert sum(storm.counts.values()) == len(storm.log)
    assert not storm.running
    struck = len(storm.log)
    await persistently(lambda: bot.place(inn).send("calm"))
    assert len(storm.log) == struck
    said = {m.content for m in inn.messages}
    assert said >= {f"answer {n}" for n in range(60)} | {"calm"}


async def test_a_storm_of_sockets_loses_no_event_that_can_be_resumed(bot, local, inn, anna):
    kinds = frozenset({Fault.DROPPED_SOCKET, Fault.RECONNECT, Fault.RESUMABLE_SESSION})
    with local.faults.storm(3, rate=0.5, kinds=kinds) as storm:
        for number in range(200):
            await anna.say(inn, str(number))
            if number % 25 == 0:
                await local.until(lambda: local.ready, what="a connection")
    await bot.hears("message", 200)
    assert [m.content for m in bot.events("message")] == [str(n) for n in range(200)]
    assert sum(storm.counts.values()) >= 3
    assert local.gateway.identified == 1
