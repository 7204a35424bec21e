"""Connections: how each engine is opened, and how its transactions begin."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.story.errors import StorageError
from storage import driver

READERS = 4
BUSY_MILLISECONDS = 10_000

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}

_KEEP_ALIVE = {
    "connect_timeout": 10,  # seconds
    "keepalives_idle": 30,  # seconds
    "keepalives_interval": 10,  # seconds
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds
}
"""After a minute at most it is known that a server's machine is gone (libpq's names)."""

_PASSING = "troupe_passing"
"""Marks a transaction whose commit need not wait for the disk."""
WRITE_LOCK = 0x74726F757065
"""Key of PostgreSQL's advisory lock that is held while somebody writes ("troupe")."""


def parse(url: str) -> URL:
    """The address of a database, with the driver that we use.

    Raises:
        StorageError: it is no address, names an engine that we do not speak, or has no file.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StorageError(
            "The database's address cannot be read. Write sqlite:///path/to/file.db or "
            "postgresql://user:password@host/name."
        ) from error
    spelt = _DRIVERS.get(parsed.drivername)
    if spelt is None:
        raise StorageError("The database must be SQLite or PostgreSQL; its address names another.")
    if spelt.startswith("sqlite") and parsed.database in {None, "", ":memory:"}:
        raise StorageError("A story needs a file to be kept in: sqlite:///path/to/file.db.")
    return parsed.set(drivername=spelt)


def require_driver(url: URL) -> None:
    """Refuse an address whose engine cannot be spoken to on this machine.

    Raises:
        StorageError: the Python package for PostgreSQL is not installed.
    """
    if not is_sqlite(url) and find_spec("psycopg") is None:
        raise StorageError(
            "PostgreSQL needs the Python package psycopg, which is not installed. "
            "Install it, or write sqlite:///path/to/file.db."
        )


def folder(url: URL) -> Path | None:
    """The folder that must exist for an SQLite file; None if there is nothing to make."""
    if not is_sqlite(url) or url.database is None or url.database.startswith("file:"):
        return None
    return Path(url.database).parent


def is_sqlite(url: URL) -> bool:
    """Whether the address is of an SQLite file."""
    return url.get_backend_name() == "sqlite"


def writer(url: URL, synchronous: str) -> AsyncEngine:
    """An engine of one connection, whose transactions hold the right to write from the start.

    With one writer nothing a transaction read can have changed by the time it writes, on either
    engine, and SQLite is faster with one than with several that wait for each other.
    """
    engine = _engine(url, 1)
    hook(engine.sync_engine, synchronous)
    return engine


def reader(url: URL) -> AsyncEngine:
    """An engine of a few connections that only read."""
    if is_sqlite(url):
        engine = _engine(url, READERS)
        _on_connect(engine.sync_engine, "PRAGMA query_only = ON")
        _on_begin(engine.sync_engine, "BEGIN")
        return engine
    engine = _engine(url, READERS)
    _on_begin(engine.sync_engine, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    return engine


def hook(engine: Engine, synchronous: str) -> None:
    """Make the transactions of a synchronous engine writing ones (see ``writer``)."""
    if engine.dialect.name == "sqlite":
        _on_connect(
            engine,
            # Readers go on while somebody writes; the setting stays with the file.
            "PRAGMA journal_mode = WAL",
            f"PRAGMA synchronous = {synchronous}",
        )
        event.listen(engine, "begin", partial(_take, synchronous))
    else:
        event.listen(engine, "begin", _take_there)


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction of a reader."""
    async with engine.connect() as connection, connection.begin():
        yield connection


@asynccontextmanager
async def writing(engine: AsyncEngine, *, lasting: bool) -> AsyncIterator[AsyncConnection]:
    """A connection of a ``writer`` in a transaction; see ``bot.ports.Store.write``."""
    async with engine.connect() as connection:
        marked = await connection.execution_options(**{_PASSING: not lasting})
        async with marked.begin():
            yield marked


def _take(synchronous: str, connection: Connection) -> None:
    """Begin to write on SQLite. A commit waits for the disk or not, as the connection is set."""
    wanted = "NORMAL" if connection.get_execution_options().get(_PASSING) else synchronous
    if connection.info.setdefault(_PASSING, synchronous) != wanted:
        connection.exec_driver_sql(f"PRAGMA synchronous = {wanted}")
        connection.info[_PASSING] = wanted
    # Taken at once: a transaction that reads first and writes later may be refused then.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _take_there(connection: Connection) -> None:
    """Begin to write on PostgreSQL."""
    passing = " set_config('synchronous_commit', 'off', true),"
    connection.exec_driver_sql(
        # The lock waits no longer than SQLite's, and a process that hangs loses it.
        f"{'BEGIN; ' if connection.dialect.is_async else ''}"
        f"SELECT set_config('lock_timeout', '{BUSY_MILLISECONDS}', true),"
        " set_config('idle_in_transaction_session_timeout', '60000', true),"
        f"{passing if connection.get_execution_options().get(_PASSING) else ''}"
        f" pg_advisory_xact_lock({WRITE_LOCK})"
    )


def _engine(url: URL, size: int, **options: Any) -> AsyncEngine:  # noqa: ANN401 - SQLAlchemy's
    if is_sqlite(url):
        options["async_creator"] = driver.connector(url)
    else:
        from storage.server_driver import Connection  # noqa: PLC0415 - psycopg may be missing

        options["connect_args"] = _KEEP_ALIVE | {"async_creator_fn": Connection.connect}
    engine = create_async_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_timeout=BUSY_MILLISECONDS / 1000,
        # Values could be story text, which belongs in no error and no log.
        hide_parameters=True,
        **options,
    )
    if not is_sqlite(url):
        event.listen(engine.sync_engine, "connect", _begins_nothing)
    return engine


def _begins_nothing(connection: DBAPIConnection, _record: object) -> None:
    # A transaction begins with a request that takes its lock too; see _on_begin.
    connection.autocommit = True


def _on_connect(engine: Engine, *pragmas: str) -> None:
    def prepare(connection: DBAPIConnection, _record: object) -> None:
        # The driver must not begin transactions of its own; see _on_begin.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}",
            "PRAGMA foreign_keys = ON",
            *pragmas,
        ):
            cursor.execute(pragma)
        cursor.close()

    event.listen(engine, "connect", prepare)


def _on_begin(engine: Engine, statement: str) -> None:
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    event.listen(engine, "begin", begin)
