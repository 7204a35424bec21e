"""The whole bot over a real socket: the local Discord, the local Claude, and people."""

import contextlib
import io
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import discord
import pytest
import structlog
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot import logs
from bot.settings import Settings
from playground.claude import LocalClaude
from playground.server import Channel, Guild, LocalDiscord, Person
from tests.whole.kit import UNSAID, Bot, ask

KEY = "sk-local-feather"


@pytest.fixture(autouse=True)
def _address():
    """discord.py keeps Discord's address in classes: put it back after each test."""
    kept = (Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, discord.Asset.BASE)
    yield
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, discord.Asset.BASE = kept


@pytest.fixture(autouse=True)
def journal(capfd: pytest.CaptureFixture[str]) -> Iterator[io.StringIO]:
    """What is logged, as the bot's own set-up writes it; never a story's words or a secret."""
    written = io.StringIO()
    before = structlog.get_config()
    with contextlib.redirect_stderr(written):
        logs.set_up("DEBUG", "json")
    # A cached logger would go on writing to the journal of an earlier test.
    structlog.configure(cache_logger_on_first_use=False)
    yield written
    structlog.configure(**before)
    said = written.getvalue() + "".join(capfd.readouterr())
    for secret in (UNSAID, KEY, "local."):
        assert secret not in said, said


@pytest.fixture
async def claude() -> AsyncIterator[LocalClaude]:
    server = LocalClaude(seed=1, delay=0)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def limited() -> bool:
    """Whether Discord limits rates; a test that wants it says so."""
    return False


@pytest.fixture
async def local(limited: bool) -> AsyncIterator[LocalDiscord]:  # noqa: FBT001 - a fixture
    openapi = os.environ.get("DISCORD_OPENAPI")
    async with LocalDiscord(rate_limits=limited, openapi=openapi) as server:
        yield server
        assert not server.schema_violations
        assert not server.errors
        assert not server.pings, "nothing the bot says may ping anybody"


@pytest.fixture
def tuned() -> dict[str, float]:
    """Settings that a test wants otherwise."""
    return {}


@pytest.fixture
def settings(
    url: str, local: LocalDiscord, claude: LocalClaude, tuned: dict[str, float]
) -> Settings:
    usual = {"troupe_countdown_seconds": 0, "troupe_daily_cap_usd": 1000}
    return Settings(
        _env_file=None,
        discord_token=local.token,
        discord_api_base=local.api_base,
        discord_gateway_url=local.gateway_url,
        anthropic_api_key=KEY,
        anthropic_base_url=claude.base_url,
        database_url=url,
        **(usual | tuned),
    )


@dataclass
class Town:
    """A server with a channel and three people."""

    guild: Guild
    inn: Channel
    anna: Person
    bo: Person
    cy: Person


@pytest.fixture
def town(local: LocalDiscord) -> Town:
    guild = local.add_guild("The Globe")
    inn = guild.add_channel("the-inn")
    people = [local.add_person(name, guild=guild) for name in ("Anna", "Bo", "Cy")]
    return Town(guild, inn, *people)


@pytest.fixture
async def bot(settings: Settings, town: Town, local: LocalDiscord) -> AsyncIterator[Bot]:
    assert town.guild, "people are there before the bot comes"
    running = Bot(settings)
    await running.start()
    await local.bot_ready()
    yield running
    await running.stop()


@pytest.fixture
async def story(bot: Bot, town: Town) -> Town:
    """A story: Anna owns it and plays Mira, Bo plays Tom, nobody plays Old Pike."""
    assert bot.troupe
    opened = await ask(
        town.anna,
        town.inn,
        "story open",
        title="The Inn",
        premise=f"A storm keeps four strangers in a lonely inn with a {UNSAID} on its sign.",
    )
    assert "The Inn" in opened
    for who, name in ((town.anna, "Mira"), (town.bo, "Tom"), (None, "Old Pike")):
        assert "joins the cast" in await ask(town.anna, town.inn, "cast add", name=name)
        if who:
            assert "plays" in await ask(who, town.inn, "cast claim", name=name)
    return town
