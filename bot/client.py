"""The discord.py client: intents, cogs by name, and the address of Discord."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import discord
import structlog
import yarl
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from typing_extensions import override

from bot.services.registry import Services

_log = structlog.get_logger(__name__)

Press = Callable[[discord.Interaction[discord.Client], str, Mapping[str, Any]], Awaitable[None]]
"""Handles a press of a durable control: interaction, the key in its id, the values given."""

IntentRefused = discord.PrivilegedIntentsRequired
"""Discord does not let this bot read what people type."""
TokenRefused = discord.LoginFailure
"""Discord does not know this token."""


# Troupe never speaks aloud; discord.py need not say what it lacks for that.
discord.VoiceClient.warn_nacl = False
discord.VoiceClient.warn_dave = False


class Routes(dict[str, Press]):
    """Handlers of durable controls by name, such as "vote:v1"."""

    def on(self, name: str, press: Press) -> None:
        """Have presses of the controls called ``name`` handled.

        Raises:
            ValueError: they are handled already.
        """
        if name in self:
            raise ValueError(f"{name} is handled already")
        self[name] = press


def intents(*, message_content: bool) -> discord.Intents:
    """What the bot listens to: servers, messages, reactions; their text only if it may."""
    wanted = discord.Intents.none()
    wanted.guilds = True
    wanted.guild_messages = True
    wanted.guild_reactions = True
    wanted.message_content = message_content
    return wanted


def point_at(api_base: str, gateway_url: str) -> None:
    """Connect to another Discord than discord.com.

    Args:
        api_base: its HTTP API, ending in /api/v10.
        gateway_url: its gateway, ws://… .
    """
    Route.BASE = api_base.rstrip("/")
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)
    discord.Asset.BASE = api_base.split("/api/", maxsplit=1)[0]


class TroupeClient(commands.Bot):
    """The connection to Discord, with the services its cogs call.

    Attributes:
        services: what writers can do.
        routes: handlers of durable controls.
        reads_messages: whether Discord lets the bot read what people type.
    """

    def __init__(
        self,
        services: Services,
        extensions: Sequence[str],
        *,
        message_content: bool,
        ready_timeout: float = 2.0,
    ) -> None:
        super().__init__(
            command_prefix=(),
            help_command=None,
            intents=intents(message_content=message_content),
            allowed_mentions=discord.AllowedMentions.none(),
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            # Storage knows what was said; discord.py need not keep messages too.
            max_messages=None,
            guild_ready_timeout=ready_timeout,
        )
        self.services = services
        self.routes = Routes()
        self.reads_messages = message_content
        self._extension_names = tuple(extensions)

    @override
    async def setup_hook(self) -> None:
        """Load every cog and register the commands; one that fails stops the start."""
        for name in self._extension_names:
            await self.load_extension(name)
        synced = await self.tree.sync()
        _log.info("commands registered", count=len(synced))

    @override
    async def on_message(self, message: discord.Message, /) -> None:
        """Leave messages to the cogs: there are no text commands to look for."""

    @override
    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:
        """Record what an event handler let through; the arguments may hold story text."""
        del args, kwargs
        _log.exception("event failed", event_name=event_method)
