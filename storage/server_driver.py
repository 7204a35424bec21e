"""psycopg with few turns of the event loop.

An answer of a server that is near is there in a tenth of a millisecond. To wait for it by way of
the event loop costs more than that, and on a busy loop many times as much, while a transaction
holds the right to write. So a short look whether it comes is taken first, where it is asked for;
what takes longer, such as a commit that waits for the disk or a server that is far away, is waited
for as ever while others go on.
"""

import select
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen, Query
from psycopg.waiting import Ready, Wait
from typing_extensions import override

_Value = TypeVar("_Value")

_LOOK = 1
"""Milliseconds for which the loop may stand still until an answer is there."""
_LEFT_ALONE = 32
"""Waits that go by the loop after one answer was not there in time: the server may be far."""
_BEGIN = "BEGIN"
_BRIEF = ("READ ONLY", "synchronous_commit")
"""Signs of a transaction whose end does not wait for the disk."""


class _Cursor(psycopg.AsyncCursor[Any]):
    """A cursor that may begin a transaction and take its lock with one request."""

    @override
    async def execute(self, query: Query, *args: Any, **how: Any) -> "_Cursor":
        if isinstance(query, str) and query.startswith(_BEGIN):
            # Several statements at once cannot be prepared.
            how["prepare"] = False
            if isinstance(self.connection, Connection):
                self.connection.brief = any(sign in query for sign in _BRIEF)
        await super().execute(query, *args, **how)
        return self


class Connection(psycopg.AsyncConnection[Any]):
    """A connection that takes an answer at once if it comes at once.

    Attributes:
        brief: whether the end of its transaction has no disk to wait for.
    """

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - psycopg's
        super().__init__(*args, **options)
        self.cursor_factory = _Cursor
        self.brief = False
        self._alone = 0

    @override
    async def wait(
        self, gen: PQGen[_Value], interval: float = 0.1, timeout: float | None = None
    ) -> _Value:
        """Have a request's generator done: here, as long as answers come at once."""
        if self._alone:
            self._alone -= 1
            return await super().wait(gen, interval, timeout)
        try:
            asked = next(gen)
            while ready := _soon(self.pgconn.socket, asked):
                asked = gen.send(ready)
        except StopIteration as done:
            value: _Value = done.value
            return value
        self._alone = _LEFT_ALONE
        return await super().wait(_going_on(gen, asked), interval, timeout)

    @override
    async def commit(self) -> None:
        """Commit; where that waits for the disk, others go on meanwhile."""
        alone, self._alone = self._alone, self._alone if self.brief else 1
        try:
            await super().commit()
        finally:
            self._alone = alone


def _soon(socket: int, asked: Wait) -> Ready:
    """What a socket is ready for within a moment."""
    poll = select.poll()
    poll.register(
        socket,
        (select.POLLIN if asked & Wait.R else 0) | (select.POLLOUT if asked & Wait.W else 0),
    )
    ready = 0
    for _, events in poll.poll(_LOOK):
        # Where it is neither (the server is gone), reading finds out.
        ready |= Ready.W if events & select.POLLOUT else 0
        ready |= Ready.R if events & ~select.POLLOUT else 0
    return Ready(ready)


def _going_on(gen: PQGen[_Value], asked: Wait) -> PQGen[_Value]:
    """A generator that was begun, from where it waits."""
    try:
        while True:
            asked = gen.send((yield asked))
    except StopIteration as done:
        value: _Value = done.value
        return value
    finally:
        gen.close()
