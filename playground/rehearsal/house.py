"""The house of a rehearsal: the local Discord, the local Claude, and the bot's process."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from playground.claude import Ledger, LocalClaude, Relay
from playground.rehearsal.process import BotProcess
from playground.rehearsal.script import RehearsalError
from playground.server import LocalDiscord

START_SECONDS = 60.0
"""How long the bot may take until it is connected."""
DATABASE = "troupe.db"
_BOUNDLESS_USD = "1000000"


class House:
    """Everything a rehearsal needs, started and stopped together.

    Args:
        folder: for the database and the bot's log; a database of an earlier rehearsal is deleted.
        seed: for what the local services leave to chance.
        fast: without countdowns, rate limits and pauses of the narrator.
        environment: settings of the bot that go before those of a rehearsal.
        service: base address of a service for drafts, for which the environment holds a key; a
            relay leads there. None: the local Claude drafts.

    Attributes:
        relay: stands before the service; None without one.
        bot_wanted: whether the bot is meant to run: False while somebody has it stopped.
    """

    def __init__(
        self,
        folder: Path,
        *,
        seed: int = 0,
        fast: bool = True,
        environment: Mapping[str, str] | None = None,
        service: str | None = None,
    ) -> None:
        self._folder = folder
        self.local = LocalDiscord(seed, rate_limits=not fast)
        self.claude = LocalClaude(seed=seed, delay=0) if fast else LocalClaude(seed=seed)
        self.relay = Relay(service) if service else None
        self.bot_wanted = False
        self._changing = asyncio.Lock()
        self._environment = {"TROUPE_COUNTDOWN_SECONDS": "0"} if fast else {}
        self._environment |= environment or {}
        self.bot = BotProcess(folder, {})

    async def __aenter__(self) -> Self:
        try:
            self._prepare()
        except OSError as error:
            raise RehearsalError(f"The folder {self._folder} cannot be used: {error}.") from error
        try:
            await self._open()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._close()

    @property
    def database_url(self) -> str:
        """The address of the bot's database."""
        return f"sqlite:///{(self._folder / DATABASE).resolve()}"

    @property
    def ledger(self) -> Ledger:
        """What the bot asked the model, and what came of it."""
        return (self.relay or self.claude).ledger

    def _prepare(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for ending in ("", "-wal", "-shm"):
            (self._folder / f"{DATABASE}{ending}").unlink(missing_ok=True)
        self.bot.log.unlink(missing_ok=True)

    async def _open(self) -> None:
        await self.local.start()
        asked = await self.claude.start()
        if self.relay is not None:
            asked = await self.relay.start()
        self.bot = BotProcess(
            self._folder,
            {
                "ANTHROPIC_API_KEY": "local",
                "ANTHROPIC_BASE_URL": asked,
                "DATABASE_URL": self.database_url,
                "TROUPE_DAILY_CAP_USD": _BOUNDLESS_USD,
            }
            | self.local.environment
            | self._environment,
        )
        await self.start_bot()

    async def _close(self) -> None:
        try:
            await self.bot.stop()
        finally:
            if self.relay is not None:
                await self.relay.stop()
            await self.claude.stop()
            await self.local.stop()

    async def start_bot(self) -> None:
        """Start the bot's process, anew if it ended, and wait until it is connected.

        Raises:
            RehearsalError: it ended at once, or did not connect.
        """
        # The connection of a bot that was killed takes a moment to break.
        await self.local.until(lambda: not self.local.ready, what="the last connection to end")
        await self.bot.start()
        self.bot_wanted = True
        self.local.world.bus.stir()
        ready = asyncio.ensure_future(self.local.bot_ready(START_SECONDS, commands=True))
        ended = asyncio.ensure_future(self.bot.ended())
        try:
            await asyncio.wait({ready, ended}, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                raise RehearsalError(self.obituary("at its start"))
            await ready
        except TimeoutError:
            raise RehearsalError(
                f"The bot did not connect within {START_SECONDS:.0f} s; see {self.bot.log}."
            ) from None
        finally:
            ready.cancel()
            ended.cancel()
            await asyncio.gather(ready, ended, return_exceptions=True)

    async def restart_bot(self) -> None:
        """Kill the bot as a power cut would, and start it again on the same database.

        Raises:
            RehearsalError: it does not come back.
        """
        async with self._changing:
            self.bot_wanted = False
            self.bot.kill()
            await self.bot.ended()
            await self.start_bot()

    async def resume_bot(self) -> None:
        """Start the bot, unless it runs.

        Raises:
            RehearsalError: it does not come up.
        """
        async with self._changing:
            if not self.bot.running:
                await self.start_bot()

    async def stop_bot(self) -> None:
        """Have the bot close in order, and stay away."""
        async with self._changing:
            self.bot_wanted = False
            await self.bot.stop()

    def obituary(self, when: str) -> str:
        """The sentence that tells that the bot died."""
        words = self.bot.last_words()
        last = f" Its last words: {words}" if words else ""
        return f"The bot ended {when}; its log is {self.bot.log}.{last}"
