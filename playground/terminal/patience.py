"""Waiting for what is on its way, so that lines which come fast do not overtake each other."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from playground.server import Exchange, LocalDiscord, Message
from playground.terminal.buttons import NotThereYetError

T = TypeVar("T")

TAKEN_SECONDS = 2.0
"""What people type is not taken by the bot if it still stands after so long."""
PATIENCE_SECONDS = 15.0
"""For so long after anything happened, what is not there may be on its way."""


class Patience:
    """Knows when something happened last, and what was done last.

    Args:
        local: where it happens.
        say: tells that something is waited for.
    """

    def __init__(self, local: LocalDiscord, say: Callable[[str], None]) -> None:
        self._local = local
        self._say = say
        self._stirred = asyncio.Event()
        self._stirred_at: float | None = None
        self.typed: Message | None = None
        self.asked: Exchange | None = None

    def stir(self) -> None:
        """Note that something happened."""
        self._stirred.set()
        self._stirred_at = asyncio.get_running_loop().time()

    async def quiet(self, seconds: float) -> None:
        """Wait until nothing happened for so many seconds."""
        with suppress(TimeoutError):
            while True:
                self._stirred.clear()
                async with asyncio.timeout(seconds):
                    await self._stirred.wait()

    async def settle(self) -> None:
        """Wait until what was done last is through: the bot's answer, the typed line's post."""
        typed, asked = self.typed, self.asked
        self.typed = self.asked = None
        with suppress(TimeoutError):
            if typed is not None:
                await self._local.until(lambda: typed.deleted, TAKEN_SECONDS)
            if asked is not None:
                await self._local.until(lambda: _is_final(asked), PATIENCE_SECONDS)

    async def once_there(self, look: Callable[[], T], what: str) -> T:
        """Return what ``look`` finds, waiting for it if it may be on its way.

        Raises:
            NotThereYetError: it did not come.
        """
        try:
            return look()
        except NotThereYetError:
            left = self._left()
            if left <= 0:
                raise
        self._say(f"     Waiting for {what} ({left:.0f} s at the most) …")

        def there() -> bool:
            with suppress(NotThereYetError):
                look()
                return True
            return False

        with suppress(TimeoutError):
            await self._local.until(there, left)
        return look()

    def _left(self) -> float:
        if self._stirred_at is None:
            return 0.0
        return self._stirred_at + PATIENCE_SECONDS - asyncio.get_running_loop().time()


def _is_final(exchange: Exchange) -> bool:
    """Whether the bot is no longer "thinking" about an answer."""
    message = exchange.message
    return message is None or message.deleted or not message.loading
