"""aiosqlite with few trips to the database's thread.

A trip to that thread and back costs several times what a statement costs, and many times as much
while the machine is busy. SQLAlchemy makes four for each statement. Here a statement that can wait
neither for a lock nor for the disk, since its transaction has begun already, is executed where it
is asked for. Taking the right to write, committing what was written, and walks along a story, which
may be long, are one trip each. It also keeps values out of aiosqlite's debug log, which prints
arguments.
"""

import asyncio
import sqlite3  # noqa: TID251 - this is the storage room
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self, cast

import aiosqlite
from sqlalchemy import URL, create_engine
from typing_extensions import override

_Parameters = Sequence[Any] | dict[str, Any]


class _Cursor:
    """The part of aiosqlite's cursor that SQLAlchemy uses; everything is read at once."""

    arraysize = 1

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: _Parameters = ()) -> Self:
        """Execute one statement and read all its rows."""
        await self._connection.do(sql, lambda raw: self._take(raw.execute(sql, parameters)))
        return self

    async def executemany(self, sql: str, parameters: Iterable[_Parameters]) -> Self:
        """Execute one statement for several sets of values."""
        await self._connection.run(lambda raw: self._take(raw.executemany(sql, parameters)))
        return self

    def _take(self, cursor: sqlite3.Cursor) -> None:
        # In the database's thread. What belongs to the statement is noted before it is closed.
        self._rows = cursor.fetchall() if cursor.description else []
        self.description = cursor.description
        self.rowcount = cursor.rowcount
        self.lastrowid = cursor.lastrowid
        cursor.close()

    async def fetchall(self) -> list[Any]:
        """The rows that were read."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Nothing is left to close."""


_READING = "BEGIN"
"""Begins a transaction that takes no lock yet."""
_MAY_BE_LONG = "WITH RECURSIVE"


class Connection(aiosqlite.Connection):
    """A connection whose statements take one trip to its thread, or none."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        # A connection that nobody closed must not keep the process alive.
        self._thread.daemon = True
        self._unsure = False
        self._reading = False

    async def do(self, sql: str, work: Callable[[sqlite3.Connection], None]) -> None:
        """Execute a statement: here, if it cannot take long, else in the database's thread."""
        if not self.in_transaction:
            self._reading = sql == _READING
        # After a cancelled trip the thread may be at work still: what comes next queues behind it.
        here = not self._unsure and (self._reading or self.in_transaction)
        if here and not sql.startswith(_MAY_BE_LONG):
            work(self._conn)
        else:
            await self.run(work)

    async def run(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Do something in the database's thread."""
        raw = self._conn
        try:
            await self._execute(lambda: work(raw))  # type: ignore[no-untyped-call]
        except asyncio.CancelledError:
            # It may be done all the same, after we have gone.
            self._unsure = True
            raise

    @override
    def cursor(self) -> Any:
        return _Cursor(self)

    @override
    async def commit(self) -> None:
        await self._end(lambda raw: raw.commit())

    @override
    async def rollback(self) -> None:
        """Roll back; without a transaction there is nothing to do and no trip to make."""
        if self._unsure or self.in_transaction:
            await self._end(lambda raw: raw.rollback())
            self._unsure = False

    async def _end(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """End a transaction: one that only read has nothing to wait for."""
        if self._reading and not self._unsure:
            work(self._conn)
        else:
            await self.run(work)


def connector(url: URL) -> Callable[[], Any]:
    """What opens connections to an SQLite file, for ``create_async_engine``."""
    # The dialect knows how an address becomes arguments of sqlite3.connect.
    pure = create_engine(url.set(drivername="sqlite+pysqlite"))
    arguments, options = pure.dialect.create_connect_args(pure.url)

    open_raw: Callable[..., Any] = sqlite3.connect

    def connect() -> Connection:
        return Connection(lambda: cast("sqlite3.Connection", open_raw(*arguments, **options)))

    return connect
