"""One at a time may write: people first, and what is done behind the scenes between them."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_Waiting = deque[asyncio.Future[None]]

SHARE = 4
"""After so many turns of people who waited, something behind the scenes that waits has one."""


class Turnstile:
    """A lock with two queues, each in order of coming.

    While many people press at once, each press would ask for work behind the scenes (such as
    drawing a card anew) that the next press makes stale. Held back a little, it is done once.
    """

    def __init__(self) -> None:
        self._taken = False
        self._people: _Waiting = deque()
        self._behind: _Waiting = deque()
        self._in_a_row = 0

    @asynccontextmanager
    async def turn(self, *, behind: bool = False) -> AsyncIterator[None]:
        """Wait for one's turn, and hold it.

        Args:
            behind: whether nobody waits for what is done in it.
        """
        await self._enter(self._behind if behind else self._people)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, queue: _Waiting) -> None:
        if not self._taken:
            self._taken = True
            return
        asked = asyncio.get_running_loop().create_future()
        queue.append(asked)
        try:
            await asked
        except asyncio.CancelledError:
            if asked.done() and not asked.cancelled():
                # Our turn had come just before we went: the next one has it.
                self._leave()
            raise

    def _leave(self) -> None:
        while queue := self._next():
            asked = queue.popleft()
            if not asked.done():
                self._in_a_row = self._in_a_row + 1 if queue is self._people else 0
                asked.set_result(None)
                return
        self._taken = False

    def _next(self) -> _Waiting:
        """The queue whose turn it is; an empty one if nobody waits."""
        if self._behind and (not self._people or self._in_a_row >= SHARE):
            return self._behind
        return self._people
