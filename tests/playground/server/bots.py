import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from playground.server import Channel, LocalDiscord


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
        async with asyncio.timeout(30), self.stirred:
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
