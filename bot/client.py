"""The discord.py client: intents, cogs by name, and the address of Discord."""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import aiohttp
import discord
import structlog
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket, KeepAliveHandler
from discord.http import Route
from typing_extensions import override

from bot.ports import StageUnsureError
from bot.services.registry import Services
from bot.story.tasks import ALONE, Shard

_log = structlog.get_logger(__name__)

Press = Callable[[discord.Interaction[discord.Client], str, Mapping[str, Any]], Awaitable[None]]
"""Handles a press of a durable control: interaction, the key in its id, the values given."""

Before = Callable[[discord.Interaction["TroupeClient"]], Awaitable[None]]

IntentRefused = discord.PrivilegedIntentsRequired
"""Discord does not let this bot read what people type."""
TokenRefused = discord.LoginFailure
"""Discord does not know this token."""
CogBroken = commands.ExtensionError
"""A part of the bot itself cannot be loaded."""

SERVER_ERROR = 500
GOODBYE_SECONDS = 1.0
"""How long the gateway may take to say goodbye."""
IDENTIFY_SECONDS = 5.0
IDENTIFIES_AN_HOUR = 10
"""Sessions one connection may ask for; Discord allows 1,000 a day, to all that use the token."""
RESERVE = 20
"""Sessions that are left for people who start the bot by hand."""
_OURS = ("discord.py: ", "CommandTree-")
"""How discord.py calls the tasks in which it runs our handlers."""


class IdentifiesSpent(Exception):  # noqa: N818 - no error of ours or Discord's
    """Too many sessions were begun; no more may be for so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no more sessions for {seconds:.0f} s")
        self.seconds = seconds


# Troupe never speaks aloud; discord.py need not say what it lacks for that.
discord.VoiceClient.warn_nacl = False
discord.VoiceClient.warn_dave = False


async def _repeat_no_thread(
    session: aiohttp.ClientSession, context: object, told: aiohttp.TraceRequestEndParams
) -> None:
    """Have the opening of a thread not repeated after an error of the server.

    discord.py repeats what it sends by itself. A message carries a nonce, so that it stands once; a
    thread has none: it may stand already, and is looked for first.

    Raises:
        StageUnsureError: in discord.py's request, whose caller gets it.
    """
    del session, context
    status = told.response.status
    if told.method == "POST" and told.url.path.endswith("/threads") and status >= SERVER_ERROR:
        told.response.close()
        raise StageUnsureError(f"Discord answered {status}")


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


def bind_ids(**ids: int | None) -> None:
    """Have whatever is logged from here on, in this task, name these ids."""
    structlog.contextvars.bind_contextvars(**{k: v for k, v in ids.items() if v is not None})


def bind_interaction(interaction: discord.Interaction[Any]) -> None:
    """Have whatever is logged about a command or a press name where it happened."""
    bind_ids(
        interaction_id=interaction.id,
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id,
    )


class Once:
    """Tells what comes a second time: after a resumed connection Discord may repeat an event."""

    def __init__(self, most: int = 4_096) -> None:
        self._most = most
        self._known: dict[int, None] = {}

    def first(self, snowflake: int) -> bool:
        """Whether this is new; it is remembered until ``most`` newer ones came."""
        if snowflake in self._known:
            return False
        self._known[snowflake] = None
        if len(self._known) > self._most:
            del self._known[next(iter(self._known))]
        return True


async def _nothing(interaction: discord.Interaction["TroupeClient"]) -> None:
    del interaction


class _Tree(app_commands.CommandTree["TroupeClient"]):
    """Commands, each carried out once, whose log records name where they were used."""

    @override
    async def interaction_check(self, interaction: discord.Interaction["TroupeClient"], /) -> bool:
        bind_interaction(interaction)
        if not interaction.client.once.first(interaction.id):
            return False
        await interaction.client.before_command(interaction)
        return True


class TroupeClient(commands.Bot):
    """The connection to Discord, with the services its cogs call.

    Attributes:
        services: what writers can do.
        routes: handlers of durable controls.
        before_command: what comes before each command; the front door sets it.
        once: tells interactions that were handled already; a second press of a vote withdraws it.
        reads_messages: whether Discord lets the bot read what people type.
    """

    def __init__(
        self,
        services: Services,
        extensions: Sequence[str],
        *,
        message_content: bool,
        shard: Shard = ALONE,
        ready_timeout: float = 2.0,
    ) -> None:
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(_repeat_no_thread)
        super().__init__(
            command_prefix=(),
            tree_cls=_Tree,
            help_command=None,
            intents=intents(message_content=message_content),
            allowed_mentions=discord.AllowedMentions.none(),
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            # Storage knows what was said; discord.py need not keep messages too.
            max_messages=None,
            guild_ready_timeout=ready_timeout,
            http_trace=trace,
            shard_id=shard.id if shard.count > 1 else None,
            shard_count=shard.count if shard.count > 1 else None,
        )
        self.services = services
        self.routes = Routes()
        self.before_command: Before = _nothing
        self.once = Once()
        self.reads_messages = message_content
        self._extension_names = tuple(extensions)
        self._identified: list[float] = []

    @override
    async def setup_hook(self) -> None:
        """Load every cog and register the commands; one that fails stops the start."""
        for name in self._extension_names:
            await self.load_extension(name)
        synced = await self.tree.sync()
        _log.info("commands registered", count=len(synced))

    @override
    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Begin no more sessions than Discord allows.

        Raises:
            IdentifiesSpent: too many were begun.
        """
        del shard_id
        if not initial:
            await asyncio.sleep(IDENTIFY_SECONDS)
        now = self.loop.time()
        self._identified = [at for at in self._identified if at > now - 3600] + [now]
        if len(self._identified) > IDENTIFIES_AN_HOUR:
            raise IdentifiesSpent(0)
        try:
            _, _, limit = await self.http.get_bot_gateway()
        except (discord.GatewayNotFound, OSError):
            # It tells nothing for now; the session itself may succeed.
            return
        if limit["remaining"] <= RESERVE:
            raise IdentifiesSpent(limit["reset_after"] / 1000)

    async def leave(self) -> None:
        """Leave the gateway: nothing new is heard, while requests can still be made."""
        for beating in threading.enumerate():
            # Also one that was still being opened, which the client does not know of yet.
            if isinstance(beating, KeepAliveHandler) and beating.ws._connection is self._connection:  # noqa: SLF001 - nothing else tells
                with contextlib.suppress(TimeoutError, OSError, aiohttp.ClientError):
                    async with asyncio.timeout(GOODBYE_SECONDS):
                        await beating.ws.close(code=1000)

    async def handled(self, seconds: float) -> None:
        """Wait until what was heard is handled; after so many seconds, end it."""
        ours = {t for t in asyncio.all_tasks() if t.get_name().startswith(_OURS)}
        if ours:
            _, late = await asyncio.wait(ours, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    @override
    async def on_message(self, message: discord.Message, /) -> None:
        """Leave messages to the cogs: there are no text commands to look for."""

    @override
    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:
        """Record what an event handler let through; the arguments may hold story text."""
        del args, kwargs
        _log.exception("event failed", event_name=event_method)
