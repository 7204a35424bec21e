import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import discord
import pytest
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from playground.server import Channel, Guild, LocalDiscord, Person


class Bot(discord.Client):
    """An unmodified client with a tree of commands and a record of what it heard."""

    def __init__(self, **options: Any) -> None:
        intents = options.pop("intents", discord.Intents.all())
        super().__init__(intents=intents, guild_ready_timeout=0.05, **options)
        self.tree = app_commands.CommandTree(self)
        self.heard: list[tuple[str, tuple[Any, ...]]] = []
        self.stirred = asyncio.Condition()

    async def before_identify_hook(self, _shard_id: int | None, *, initial: bool = False) -> None:
        """The library waits five seconds before it identifies anew."""

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        super().dispatch(event, *args, **kwargs)
        self.heard.append((event, args))
        self.loop.create_task(self._stir())

    async def _stir(self) -> None:
        async with self.stirred:
            self.stirred.notify_all()

    def events(self, name: str) -> list[Any]:
        return [args[0] if args else None for event, args in self.heard if event == name]

    async def hears(self, name: str, count: int = 1) -> Any:
        """Return the newest of at least `count` events of a name."""
        async with asyncio.timeout(5), self.stirred:
            await self.stirred.wait_for(lambda: len(self.events(name)) >= count)
        return self.events(name)[-1]

    def place(self, channel: Channel) -> discord.TextChannel:
        found = self.get_channel(channel.id)
        assert isinstance(found, discord.TextChannel)
        return found


@contextlib.contextmanager
def pointed_at(local: LocalDiscord) -> Iterator[None]:
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, discord.Asset.BASE
    Route.BASE = local.api_base
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(local.gateway_url)
    discord.Asset.BASE = local.cdn_base
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, discord.Asset.BASE = before


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with LocalDiscord(rate_limits=False) as server:
        with pointed_at(server):
            yield server


@pytest.fixture
def guild(local: LocalDiscord) -> Guild:
    return local.add_guild("The Globe")


@pytest.fixture
def inn(guild: Guild) -> Channel:
    return guild.add_channel("the-inn")


@pytest.fixture
def anna(local: LocalDiscord, guild: Guild) -> Person:
    return local.add_person("Anna", guild)


@pytest.fixture
def ben(local: LocalDiscord, guild: Guild) -> Person:
    return local.add_person("Ben", guild)


@pytest.fixture
async def connect(local: LocalDiscord) -> AsyncIterator[Callable[..., Awaitable[Bot]]]:
    """Log bots in, and out again when the test is over."""
    async with contextlib.AsyncExitStack() as stack:

        async def log_in(bot: Bot | None = None, *, sync: bool = True, **options: Any) -> Bot:
            bot = bot or Bot(**options)
            task = asyncio.create_task(bot.start(local.token))

            async def log_out() -> None:
                await bot.close()
                await asyncio.gather(task, return_exceptions=True)

            stack.push_async_callback(log_out)
            ready = asyncio.create_task(bot.hears("ready"))
            await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                ready.cancel()
                task.result()
            if sync and bot.tree.get_commands():
                await bot.tree.sync()
            return bot

        yield log_in


@pytest.fixture
async def bot(inn: Channel, connect: Callable[..., Awaitable[Bot]]) -> Bot:
    """A bot that is logged in, in the server with the inn."""
    return await connect()
