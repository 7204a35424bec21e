"""Keeps the bot on Discord: whatever ends a connection, a fresh one is made after a pause.

discord.py mends lost connections by itself, but a payload that it cannot read, a gateway that
refuses the first connection or an outage at the start ends its client. The store and the narrator
stay open meanwhile; the client, its cogs and what they remember are made anew.
"""

import asyncio
import random
import sys
import traceback
from pathlib import Path

import structlog

from bot import app
from bot.client import CogBroken, IdentifiesSpent, IntentRefused, TokenRefused, point_at
from bot.settings import Settings
from bot.story.errors import StorageError
from storage.sole import Sole

_log = structlog.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0
"""Seconds between attempts to reach Discord. Discord allows 1,000 sessions a day, which the longest
pause alone keeps us below.

Source: https://discord.com/developers/docs/events/gateway#session-start-limit-object
"""
HEALTHY = 600.0
"""Seconds of being connected after which what happened before is forgotten."""
JITTER = 0.25
"""By which share a pause varies, so that processes that fell together do not rise together."""


class Patience:
    """Pauses that grow, each varied a little.

    Args:
        chance: where the variation comes from.
    """

    def __init__(self, chance: random.Random | None = None) -> None:
        self._chance = chance or random.Random()
        self._next = FIRST_PAUSE

    def pause(self, lived: float) -> float:
        """Seconds to wait after a connection that stood for so many seconds."""
        if lived >= HEALTHY:
            self._next = FIRST_PAUSE
        now, self._next = self._next, min(2 * self._next, LONGEST_PAUSE)
        return now * self._chance.uniform(1 - JITTER, 1 + JITTER)


async def run(settings: Settings) -> None:
    """Connect to Discord and stay until cancelled, through whatever ends a connection.

    Where Discord refuses the message-content intent, the bot starts without it: commands work,
    and it says that typed turns do not.

    Raises:
        TokenRefused: the token is wrong.
        CogBroken: a part of the bot itself cannot be loaded.
        StorageError: the database cannot be opened.
    """
    if settings.discord_api_base:
        point_at(settings.discord_api_base, settings.discord_gateway_url)
    right = Sole(settings.database_url, settings.shard)
    try:
        # Before the database is opened: a new version may not change its tables under the old one.
        await right.seek(lambda: _say_waiting(settings))
        async with app.founded(settings) as ground:
            await _Supervisor(ground, right).keep()
    finally:
        await right.release()


def _say_waiting(settings: Settings) -> None:
    _log.warning(
        "Another Troupe serves this database; waiting for it to end",
        shard=settings.troupe_shard_id,
        shards=settings.troupe_shard_count,
    )


class _RightLostError(Exception):
    """The database may be served by somebody else by now."""


class _Supervisor:
    """One connection after another."""

    def __init__(self, ground: app.Ground, right: Sole) -> None:
        self._ground = ground
        self._right = right
        self._patience = Patience()
        self._message_content = True
        self._since: float | None = None

    async def keep(self) -> None:
        while True:
            self._since = None
            try:
                await self._live()
            except (TokenRefused, CogBroken):
                raise
            except Exception as error:  # noqa: BLE001 - whatever it was, the bot comes back
                if isinstance(error, IntentRefused) and self._message_content:
                    _log.warning("message content intent missing", typed_turns=False)
                    self._message_content = False
                    continue
                await self._wait(error)
            else:
                return
            await self._seek_anew()

    async def _seek_anew(self) -> None:
        """If the right to serve was lost, serve again only once it is ours."""
        while self._right.lost.is_set():
            await self._right.release()
            try:
                await self._right.seek(lambda: _say_waiting(self._ground.settings))
            except StorageError as error:
                await self._wait(error)

    async def _live(self) -> None:
        """Be connected until something ends it."""
        content = self._message_content
        settings = self._ground.settings
        async with app.connected(settings, message_content=content, ground=self._ground) as troupe:
            self._since = asyncio.get_running_loop().time()
            if settings.troupe_log_format == "text":
                sys.stderr.write(greeting(len(troupe.client.guilds), typed=content) + "\n")
                sys.stderr.flush()
            if troupe.connection:
                await self._until_ended(troupe, troupe.connection)

    async def _until_ended(self, troupe: app.Troupe, connection: asyncio.Task[None]) -> None:
        """Wait for the end of the connection, or of the right to serve."""
        lost = asyncio.create_task(self._right.lost.wait(), name="right lost")
        try:
            await asyncio.wait({connection, lost}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            lost.cancel()
        if self._right.lost.is_set():
            # Whoever holds the right now may be at the same tasks: stop at once.
            troupe.hurried = True
            raise _RightLostError
        await connection

    async def _wait(self, error: Exception) -> None:
        now = asyncio.get_running_loop().time()
        pause = self._patience.pause(0.0 if self._since is None else now - self._since)
        if isinstance(error, IdentifiesSpent):
            pause = max(pause, error.seconds)
        _log.warning(
            _what_ended(error, connected=self._since is not None),
            seconds=round(pause, 1),
            error=type(error).__name__,
            code=getattr(error, "code", None) or getattr(error, "status", None),
            # The text of the error may hold what somebody wrote; where it arose tells enough.
            where=_where(error),
        )
        await asyncio.sleep(pause)


def _what_ended(error: BaseException, *, connected: bool) -> str:
    if connected:
        return "the connection ended, trying again"
    if 400 <= getattr(error, "status", 0) < 500:  # noqa: PLR2004 - HTTP's range of refusals
        return "Discord refuses the start, trying again; `troupe doctor` may tell why"
    return "Discord cannot be reached"


def _where(error: BaseException) -> str:
    """File and line at which an error arose."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return ""
    path = Path(frames[-1].filename)
    return f"{path.parent.name}/{path.name}:{frames[-1].lineno}"


def greeting(servers: int, *, typed: bool) -> str:
    """What a person reads once the bot is on Discord."""
    where = "1 server" if servers == 1 else f"{servers} servers"
    turns = (
        "What people type counts."
        if typed
        else (
            "Discord does not let it read what people type, so that commands alone work: switch on "
            "Message Content Intent (developer portal → Bot) and start again."
        )
    )
    hint = "`troupe doctor` tells whether anything is missing; Ctrl-C ends."
    if not servers:
        hint = "`troupe doctor` gives the link that invites it; Ctrl-C ends."
    return f"Troupe is on Discord, in {where}. {turns} {hint}"
