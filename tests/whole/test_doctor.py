"""What is missing is found over the wire, with what to press; what is there is said as well."""

import asyncio
import json
import os
import re
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.doctor import Mark, examine
from bot.doctor import discord as discord_side
from bot.doctor.discord import invitation
from bot.doctor.rights import INVITED
from bot.story.tasks import ALONE
from storage.sole import Sole
from tests.whole.kit import ask, living

README = Path(__file__).parent.parent.parent / "README.md"


async def found(settings, about=None):
    """What the doctor says, by what it is about."""
    findings = [finding async for finding in examine(settings)]
    assert all("\n" not in finding.line for finding in findings)
    return [f for f in findings if about in {None, f.about}]


async def only(settings, about):
    (finding,) = await found(settings, about)
    return finding


async def test_where_nothing_is_missing_every_line_is_fine(local, settings, town):
    assert town
    findings = await found(settings)
    assert {f.mark for f in findings} == {Mark.FINE}, [f.line for f in findings]
    about = {f.about for f in findings}
    assert about >= {"database", "model", "token", "clock", "intent", "permissions"}
    # The disk of a server of PostgreSQL's is not this machine's to look at.
    assert ("disk" in about) == settings.database_url.startswith("sqlite")
    # No session of the gateway is taken from a bot that runs.
    assert local.gateway.identified == 0
    assert {r.method for r in local.requests} == {"GET"}


async def test_without_a_token_the_rest_is_told_all_the_same(settings):
    bare = settings.model_copy(update={"discord_token": SecretStr("")})
    findings = await found(bare)
    assert {f.about for f in findings} >= {"database", "model", "token"}
    (token,) = [f for f in findings if f.mark is Mark.BAD]
    assert "DISCORD_TOKEN is not set" in token.text
    assert "Reset Token" in token.text


async def test_a_wrong_token(settings):
    wrong = settings.model_copy(update={"discord_token": SecretStr("local.wrong")})
    finding = await only(wrong, "token")
    assert finding.mark is Mark.BAD
    assert "Discord refuses the token" in finding.text


@pytest.mark.parametrize("token", ["nonsense", "a.b", "Bot a.b.c", "a.b.c.d", "123456789012345678"])
async def test_a_token_that_cannot_be_one_is_told_without_asking_discord(
    settings, token, monkeypatch
):
    def no_network(*_args, **_more):
        raise AssertionError

    monkeypatch.setattr(discord_side.aiohttp, "ClientSession", no_network)
    wrong = settings.model_copy(update={"discord_token": SecretStr(token), "discord_api_base": ""})
    (finding,) = [one async for one in discord_side.examine_discord(wrong, [])]
    assert (finding.mark, finding.about) == (Mark.BAD, "token")
    assert finding.text.startswith("DISCORD_TOKEN holds no token")
    assert token not in finding.text.replace("bot's", "")


async def test_make_takes_what_the_doctor_finds_for_no_error_of_its_own(tmp_path):
    (tmp_path / "bin").mkdir()
    for name in ("ready", "bin/python"):
        (tmp_path / name).touch()

    async def making(status):
        program = tmp_path / "bin/troupe"
        program.write_text(f"#!/bin/sh\necho '✗ found'\nexit {status}\n")
        program.chmod(0o755)
        process = await asyncio.create_subprocess_exec(
            *("make", "doctor", f"VENV={tmp_path}"),
            cwd=README.parent,
            # A make that has these tests run would hand this one its options and variables.
            env={"PATH": os.environ["PATH"]},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        return process.returncode, out.decode()

    assert await making(1) == (0, "✗ found\n")
    assert await making(0) == (0, "✗ found\n")
    status, out = await making(130)
    assert status
    assert "Error" in out


async def test_a_discord_that_cannot_be_reached(settings, local):
    with local.before("GET", "applications", lambda _request: (503, {}, {})):
        finding = await only(settings, "discord")
    assert (finding.mark, "cannot be reached" in finding.text) == (Mark.BAD, True)
    assert "DISCORD_API_BASE" in finding.text


async def test_a_missing_intent(local, settings, town):
    assert town
    local.portal.message_content = False
    finding = await only(settings, "intent")
    assert finding.mark is Mark.BAD
    assert "Privileged Gateway Intents" in finding.text


async def test_a_bot_that_nobody_invited_gets_its_link(settings, local):
    finding = await only(settings, "servers")
    assert finding.mark is Mark.BAD
    assert invitation(str(local.world.bot.id)) in finding.text
    # The same number as in the README's link.
    assert set(re.findall(r"permissions=(\d+)", README.read_text())) == {str(INVITED)}


async def test_a_clock_that_is_off(settings, town, monkeypatch):
    assert town
    monkeypatch.setattr(discord_side, "SKEW_SECONDS", -1)
    finding = await only(settings, "clock")
    assert finding.mark is Mark.ODD
    assert "clock is" in finding.text


async def test_permissions_that_a_channel_takes_away(settings, local, town):
    opening = {"title": "The Inn", "premise": "A storm keeps four strangers in a lonely inn."}
    quiet = town.guild.add_channel("quiet")
    async with living(settings):
        for channel in (town.inn, quiet):
            assert "The Inn" in await ask(town.anna, channel, "story open", **opening)
    assert (await only(settings, "channel")).text == (
        "In all 2 channels of stories nothing is missing."
    )
    town.inn.deny(local.world.bot, 1 << 29 | 1 << 6)
    finding = await only(settings, "channel")
    assert finding.mark is Mark.BAD
    assert finding.text.startswith("In #the-inn the bot lacks Manage Webhooks, Add Reactions: ")
    with local.before("GET", f"/channels/{quiet.id}$", lambda _r: (403, {"code": 50001}, {})):
        texts = [f.text for f in await found(settings, "channel")]
    assert any("cannot see channel" in text for text in texts)
    with local.before("GET", f"/channels/{quiet.id}$", lambda _r: (404, {"code": 10003}, {})):
        marks = {f.mark for f in await found(settings, "channel") if "deleted" in f.text}
    assert marks == {Mark.ODD}


async def test_channels_are_looked_at_a_few_at_a_time(settings, local, town):
    opening = {"title": "The Inn", "premise": "A storm keeps four strangers in a lonely inn."}
    channels = [town.guild.add_channel(f"inn-{number}") for number in range(12)]
    async with living(settings):
        for channel in channels:
            await ask(town.anna, channel, "story open", **opening)
    channels[3].deny(local.world.bot, 1 << 29)
    channels[8].deny(local.world.bot, 1 << 6)
    inside, most, full = 0, 0, asyncio.Event()

    async def wait(_request):
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        if inside == discord_side.AT_ONCE:
            full.set()
        await asyncio.wait_for(full.wait(), 10)
        inside -= 1

    with local.before("GET", r"^/channels/\d+$", wait):
        texts = [finding.text for finding in await found(settings, "channel")]
    assert [text.partition(":")[0] for text in texts] == [
        "In #inn-3 the bot lacks Manage Webhooks",
        "In #inn-8 the bot lacks Add Reactions",
    ]
    assert most == discord_side.AT_ONCE
    # What is the same for all channels of a server is asked once.
    roles = f"/guilds/{town.guild.id}/roles"
    assert [r.path for r in local.requests].count(roles) == 1


async def test_a_discord_that_breaks_off_amid_the_channels(settings, local, town):
    opening = {"title": "The Inn", "premise": "A storm keeps four strangers in a lonely inn."}
    async with living(settings):
        await ask(town.anna, town.inn, "story open", **opening)
    with local.before("GET", f"/channels/{town.inn.id}$", lambda _request: (503, {}, {})):
        finding = await only(settings, "discord")
    assert "cannot be reached (status 503)" in finding.text


@pytest.mark.parametrize("status", [401, 403])
async def test_what_discord_does_not_tell_is_a_finding(settings, local, town, status):
    opening = {"title": "The Inn", "premise": "A storm keeps four strangers in a lonely inn."}
    async with living(settings):
        await ask(town.anna, town.inn, "story open", **opening)
    refusal = {"message": "401: Unauthorized", "code": 0}
    with local.before("GET", "/users/@me", lambda _request: (status, refusal, {})):
        bad = [f for f in await found(settings) if f.mark is Mark.BAD]
    assert [f.about for f in bad] == ["servers", "channel"]
    assert f"does not tell on which servers the bot is (status {status})" in bad[0].text
    assert "run this again" in bad[0].text


async def test_a_role_that_lacks_permissions(settings, local, town):
    answer = [
        {"id": str(town.guild.id), "name": "The Globe", "permissions": str(1 << 10 | 1 << 11)}
    ]
    with local.before("GET", "/users/@me/guilds", lambda _request: (200, answer, {})):
        finding = await only(settings, "permissions")
    assert finding.mark is Mark.ODD
    assert "On The Globe the bot's role lacks Send Messages in Threads, " in finding.text
    assert str(INVITED) in finding.text


async def test_models_and_key(settings, town):
    assert town
    fine = await found(settings, "model")
    assert [f.text.partition("=")[0] for f in fine] == ["TROUPE_MODEL", "TROUPE_CHORES_MODEL"]
    gone = settings.model_copy(update={"troupe_chores_model": "claude-nobody-1"})
    marks = [f.mark for f in await found(gone, "model")]
    assert marks == [Mark.FINE, Mark.BAD]
    bare = settings.model_copy(update={"anthropic_api_key": SecretStr("")})
    key = await only(bare, "key")
    assert (key.mark, "ANTHROPIC_API_KEY is not set" in key.text) == (Mark.BAD, True)


async def test_another_process_is_shown(settings, town):
    assert town
    async with living(settings):
        pass
    assert (await only(settings, "process")).mark is Mark.FINE
    right = Sole(settings.database_url, ALONE)
    await right.take()
    finding = await only(settings, "process")
    await right.release()
    assert finding.mark is Mark.ODD
    assert "Another Troupe serves this database" in finding.text


async def test_a_database_that_is_none(settings, tmp_path, town):
    assert town
    (tmp_path / "note.txt").write_text("These are not the tables you are looking for. " * 99)
    wrong = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}/note.txt"})
    finding = await only(wrong, "database")
    assert finding.mark is Mark.BAD
    assert finding.text.startswith(f"{tmp_path}/note.txt, which DATABASE_URL names, is damaged")
    new = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}/new/troupe.db"})
    finding = await only(new, "database")
    assert (finding.mark, "the first start makes it" in finding.text) == (Mark.FINE, True)
    # Looking makes nothing.
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_the_command_prints_lines_or_json_and_its_status(settings, town, tmp_path):
    assert town
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith(("DISCORD", "ANTHROPIC"))
    }
    environment |= {
        "DATABASE_URL": f"sqlite:///{tmp_path}/none.db",
        "ANTHROPIC_API_KEY": settings.anthropic_api_key.get_secret_value(),
        "ANTHROPIC_BASE_URL": settings.anthropic_base_url,
        "DISCORD_API_BASE": settings.discord_api_base,
        "PYTHONPATH": str(README.parent),
    }

    async def told(*more, **extra):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "doctor", *more),
            env=environment | extra,
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        return process.returncode, out.decode().splitlines()

    token = settings.discord_token.get_secret_value()
    bare, well, cut_off = await asyncio.gather(
        told("--json"), told(DISCORD_TOKEN=token), told(ANTHROPIC_BASE_URL="http://127.0.0.1:1")
    )
    status, lines = bare
    assert status == 1
    assert [r["about"] for r in map(json.loads, lines) if r["mark"] == "bad"] == ["token"]
    status, lines = well
    assert status == 0, lines
    assert all(line.startswith("✓ ") for line in lines)
    status, lines = cut_off
    assert status == 1
    assert all(line[:2] in {"✓ ", "! ", "✗ "} for line in lines)
    assert any("gives no answer for now" in line for line in lines)
