"""Several processes of the bot on one database, one Discord and one model."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from playground.claude import LocalClaude
from playground.rehearsal.process import BotProcess
from playground.server import Channel, Guild, LocalDiscord
from playground.server.hooks import Request
from storage import engines

HOSTS = ("127.0.0.1", "localhost")
"""Under which name the processes of each shard call Discord, so that their requests are known."""
START_SECONDS = 60
ANSWER_SECONDS = 2.0
"""A bot that was killed gives no answer: people wait less long for it."""
_WHERE = re.compile(r"^/(?P<kind>channels|webhooks|guilds)/(?P<id>\d+)")
WAITS = "Another Troupe serves this database"


class Shards:
    """Two shards with a server each, and as many processes as a test starts.

    Attributes:
        guilds: the server of each shard.
        strays: requests that a process made about the other shard's server.
    """

    def __init__(self, folder: Path, url: str) -> None:
        self.url = url
        self.local = LocalDiscord(1, rate_limits=False)
        self.local.limits.answer_seconds = ANSWER_SECONDS
        self.local.portal.shards = len(HOSTS)
        self.claude = LocalClaude(seed=1, delay=0)
        self.guilds = [
            self.local.add_guild(name, shard=n, of=len(HOSTS))
            for n, name in enumerate(("The Globe", "The Rose"))
        ]
        self.strays: list[str] = []
        self.about: Counter[int] = Counter()
        self.bots: list[BotProcess] = []
        self._folder = folder

    async def __aenter__(self) -> Self:
        await self.local.start()
        await self.claude.start()
        self.local.before("*", "", self._look)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(bot.stop() for bot in self.bots))
        await self.claude.stop()
        await self.local.stop()

    def bot(self, shard: int, name: str, **environment: str) -> BotProcess:
        """A process for a shard, not started."""
        folder = self._folder / name
        folder.mkdir()
        port = self.local.base.rpartition(":")[2]
        bot = BotProcess(
            folder,
            self.local.environment
            | {
                "DISCORD_API_BASE": self.local.api_base.replace(
                    self.local.base, f"http://{HOSTS[shard]}:{port}"
                ),
                "ANTHROPIC_API_KEY": "local",
                "ANTHROPIC_BASE_URL": self.claude.base_url,
                "DATABASE_URL": self.url,
                "TROUPE_DAILY_CAP_USD": "1000000",
                "TROUPE_COUNTDOWN_SECONDS": "0",
                "TROUPE_SHARD_ID": f"{shard}",
                "TROUPE_SHARD_COUNT": f"{len(HOSTS)}",
            }
            | environment,
        )
        self.bots.append(bot)
        return bot

    async def there(self, *shards: int) -> None:
        """Wait until these shards are connected."""
        await self.local.until(
            lambda: self.local.shards >= set(shards) and self.local.world.commands_synced,
            START_SECONDS,
            f"shards {shards}",
        )

    async def gone(self, shard: int) -> None:
        """Wait until a shard's last connection ended."""
        await self.local.until(lambda: shard not in self.local.shards, 10, "the connection to end")

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database holds."""
        engine = create_async_engine(engines.parse(self.url))
        try:
            async with engine.connect() as connection:
                return [tuple(row) for row in await connection.execute(text(query))]
        finally:
            await engine.dispose()

    def _look(self, request: Request) -> None:
        guild = self._guild(request.path)
        if guild is not None:
            shard = self.guilds.index(guild)
            self.about[shard] += 1
            if request.host != HOSTS[shard]:
                self.strays.append(f"{request.host}: {request.method} {request.path}")

    def _guild(self, path: str) -> Guild | None:
        found = _WHERE.match(path)
        if not found:
            return None
        number = int(found["id"])
        world = self.local.world
        if found["kind"] == "guilds":
            return world.guilds.get(number)
        channel: Channel | None = world.channels.get(number)
        if found["kind"] == "webhooks":
            webhook = world.webhooks.get(number)
            channel = webhook.channel if webhook else None
        return channel.guild if channel else None


def said(bot: BotProcess, words: str) -> bool:
    """Whether a process's log holds these words."""
    return words in bot.log.read_text(errors="replace")


async def soon(predicate: Callable[[], object], seconds: float = START_SECONDS) -> None:
    """Wait until something is so of which the local Discord hears nothing."""
    async with asyncio.timeout(seconds):
        while not predicate():  # noqa: ASYNC110 - nobody wakes us up
            await asyncio.sleep(0.02)
