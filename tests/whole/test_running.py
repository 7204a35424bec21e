"""Staying on Discord: whatever ends the connection, the bot comes back; unless it must not."""

import asyncio
import contextlib
import json
import os
import random
import socket
import sys

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot import app, supervisor
from bot.client import CogBroken, TokenRefused, point_at
from bot.supervisor import FIRST_PAUSE, HEALTHY, JITTER, LONGEST_PAUSE, Patience, greeting
from storage import engines, sole
from tests.whole.kit import ask, heard, living


@pytest.fixture
def _hasty(monkeypatch):
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.05)


@contextlib.asynccontextmanager
async def supervised(settings):
    running = asyncio.create_task(supervisor.run(settings))
    try:
        yield running
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def soon(predicate):
    """Like the kit's; a start on a busy machine may take longer than anything else does."""
    async with asyncio.timeout(60):
        while not predicate():  # noqa: ASYNC110 - nobody wakes us up
            await asyncio.sleep(0.01)


async def fresh(local, identified):
    """Wait for a further session."""
    await local.until(
        lambda: local.gateway.identified > identified and local.ready,
        timeout=60,
        what="a fresh session",
    )


@pytest.mark.usefixtures("_hasty")
async def test_a_payload_that_cannot_be_read_ends_only_the_connection(
    local, settings, town, journal
):
    async with supervised(settings):
        await local.bot_ready(60, commands=True)
        await soon(lambda: '"ready"' in journal.getvalue())
        opening = {"title": "The Inn", "premise": "A storm keeps four strangers in a lonely inn."}
        assert "The Inn" in await ask(town.anna, town.inn, "story open", **opening)
        for _ in range(2):
            before = local.gateway.identified
            seen = journal.getvalue().count('"ready"')
            for session in tuple(local.gateway._sessions.values()):
                session.send("GUILD_CREATE", {"id": "no number, but quillfeather"})
            await fresh(local, before)
            await soon(lambda seen=seen: journal.getvalue().count('"ready"') > seen)
        assert "Mira" in await ask(town.anna, town.inn, "cast add", name="Mira")
        assert "plays" in await ask(town.anna, town.inn, "cast claim", name="Mira")
        await town.anna.say(town.inn, "Still here.")
        await heard(local, town.inn, "Still here.")
    ended = [json.loads(x) for x in journal.getvalue().splitlines() if "the connection ended" in x]
    assert [(e["error"], e["where"].split(":")[0]) for e in ended] == 2 * [
        ("ValueError", "discord/guild.py")
    ]


@pytest.mark.usefixtures("_hasty")
async def test_a_gateway_that_refuses_the_first_connection_is_tried_again(
    local, settings, town, journal
):
    assert town
    # Bound and deaf: the port is nobody else's, and refuses whoever calls.
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        dead = f"ws://127.0.0.1:{unused.getsockname()[1]}/"
        async with supervised(settings.model_copy(update={"discord_gateway_url": dead})):
            await soon(lambda: "Discord cannot be reached" in journal.getvalue())
            assert not local.ready
            point_at(local.api_base, local.gateway_url)
            await local.bot_ready(60)


@pytest.mark.usefixtures("_hasty")
async def test_an_outage_at_login_is_waited_for(local, settings, town, journal):
    assert town
    with local.before("GET", "^/users/@me$", lambda _request: (503, {"message": "down"}, {})) as h:
        async with supervised(settings) as running:
            await soon(lambda: h.count > 2)
            assert not running.done()
            assert '"code": 503' in journal.getvalue() or "DiscordServerError" in journal.getvalue()
            h.remove()
            await local.bot_ready(60)


@pytest.mark.usefixtures("_hasty")
async def test_sessions_are_left_when_few_remain_of_the_day(local, settings, town, journal):
    assert town
    spent = {
        "url": local.gateway_url,
        "shards": 1,
        "session_start_limit": {
            "total": 1000,
            "remaining": 3,
            "reset_after": 400,
            "max_concurrency": 1,
        },
    }
    with local.before("GET", "^/gateway/bot$", lambda _request: (200, spent, {})) as hook:
        async with supervised(settings):
            await soon(lambda: "IdentifiesSpent" in journal.getvalue())
            assert local.gateway.identified == 0
            hook.remove()
            await local.bot_ready(60)


async def test_a_wrong_token_stops_the_start(local, settings):
    wrong = settings.model_copy(update={"discord_token": type(settings.discord_token)("local.no")})
    with pytest.raises(TokenRefused):
        await supervisor.run(wrong)
    assert local.gateway.identified == 0


async def test_a_cog_that_cannot_be_loaded_stops_the_start(local, settings, monkeypatch):
    monkeypatch.setattr(app, "EXTENSIONS", ("cogs.front", "cogs.nowhere"))
    with pytest.raises(CogBroken):
        await supervisor.run(settings)
    assert local.gateway.identified == 0


BROKEN = """
import sys
from bot import app, cli
app.EXTENSIONS = ("cogs.nowhere",)
sys.exit(cli.main(["run"]))
"""


async def command(settings, *arguments, style="json"):
    """A Python process with the bot's settings."""
    environment = {
        **os.environ,
        "DISCORD_TOKEN": settings.discord_token.get_secret_value(),
        "DISCORD_API_BASE": settings.discord_api_base,
        "DISCORD_GATEWAY_URL": settings.discord_gateway_url,
        "ANTHROPIC_API_KEY": settings.anthropic_api_key.get_secret_value(),
        "ANTHROPIC_BASE_URL": settings.anthropic_base_url,
        "DATABASE_URL": settings.database_url,
        "TROUPE_LOG_FORMAT": style,
    }
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env=environment, stdout=pipe, stderr=pipe
    )


async def test_the_command_says_which_part_is_broken_in_one_format(settings):
    process = await command(settings, "-c", BROKEN)
    _, said = await process.communicate()
    assert process.returncode == 1
    *lines, sentence = said.decode().splitlines()
    assert sentence.startswith("A part of Troupe itself (cogs.nowhere) cannot be loaded")
    (crash,) = [json.loads(line) for line in lines]
    assert (crash["event"], crash["level"], crash["error"]) == (
        "crashed",
        "critical",
        "ExtensionNotFound",
    )


async def test_people_are_greeted_and_a_signal_ends_in_order(local, settings, town):
    assert town
    process = await command(settings, "-m", "bot", "run", style="text")
    assert process.stderr
    async with asyncio.timeout(60):
        while b"Troupe is on Discord, in 1 server." not in await process.stderr.readline():
            pass
        process.terminate()
        assert await process.wait() == 0
    # It said goodbye: nobody waits for a heartbeat.
    await local.until(lambda: not local.ready)


async def test_a_second_process_waits_until_the_first_ends(local, settings, town, journal):
    assert town
    async with supervised(settings) as first:
        await local.bot_ready(60)
        async with supervised(settings):
            await soon(lambda: "Another Troupe serves this database" in journal.getvalue())
            assert local.gateway.identified == 1
            first.cancel()
            await fresh(local, 1)
    assert journal.getvalue().count("Another Troupe serves") == 1


@pytest.mark.parametrize("engine", ["postgresql"])
async def test_who_loses_the_right_to_serve_stops_and_seeks_it_anew(
    local, settings, town, journal, monkeypatch
):
    assert town
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(sole, "WATCH_SECONDS", 0.05)
    monkeypatch.setattr(sole, "RETAKE_SECONDS", 0)
    async with supervised(settings):
        await local.bot_ready(60)
        await soon(lambda: '"ready"' in journal.getvalue())
        killer = create_async_engine(engines.parse(settings.database_url))
        async with killer.connect() as connection:
            await connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'troupe: sole right'"
                    " AND datname = current_database()"
                )
            )
        await killer.dispose()
        await fresh(local, 1)
    assert "_RightLostError" in journal.getvalue()


async def test_each_shard_is_a_process_with_its_own_servers(local, settings, town):
    other = local.add_guild("The Rose")
    while (other.id >> 22) % 2 == (town.guild.id >> 22) % 2:
        other = local.add_guild("The Rose")
    local.portal.shards = 2
    square = other.add_channel("square")
    other.join(town.anna)
    shards = [
        settings.model_copy(update={"troupe_shard_count": 2, "troupe_shard_id": n}) for n in (0, 1)
    ]
    async with living(shards[0]) as first, living(shards[1]) as second:
        for bot in (first, second):
            (await_guilds,) = {len(bot.troupe.client.guilds)}
            assert await_guilds >= 1
        for channel in (town.inn, square):
            opening = {"title": "The Inn", "premise": "A storm keeps four strangers in an inn."}
            assert "The Inn" in await ask(town.anna, channel, "story open", **opening)
            await ask(town.anna, channel, "cast add", name="Mira")
            await ask(town.anna, channel, "cast claim", name="Mira")
            await town.anna.say(channel, f"Here I am in {channel.name}.")
            await heard(local, channel, f"Here I am in {channel.name}.")


def test_pauses_grow_vary_and_are_forgotten_in_health():
    patience = Patience(random.Random(1))
    pauses = [patience.pause(0) for _ in range(20)]
    for number, pause in enumerate(pauses):
        usual = min(FIRST_PAUSE * 2**number, LONGEST_PAUSE)
        assert usual * (1 - JITTER) <= pause <= usual * (1 + JITTER)
    assert len({round(pause, 3) for pause in pauses}) == len(pauses)
    assert patience.pause(HEALTHY - 1) > LONGEST_PAUSE * (1 - JITTER)
    assert patience.pause(HEALTHY) < FIRST_PAUSE * (1 + JITTER)
    # Even if it never got better, Discord's thousand sessions a day would do.
    assert 24 * 3600 / (LONGEST_PAUSE * (1 - JITTER)) < 500


def test_the_greeting_says_what_works():
    assert "in 2 servers. What people type counts." in greeting(2, typed=True)
    assert "commands alone work" in greeting(1, typed=False)
    assert "the link that invites it" in greeting(0, typed=True)
