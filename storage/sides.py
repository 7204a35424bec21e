"""A database as rows of plain values, for copying and comparing whole databases.

The repositories speak of stories; what copies all tables needs none of that, and would be ten times
slower through it. Values are numbers, texts and None, the same on both engines: a truth is 0 or 1,
a list is its JSON text, a time its microseconds.
"""

import sqlite3  # noqa: TID251 - this is the storage room
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import psycopg
from psycopg import sql
from sqlalchemy import JSON, URL, Boolean, MetaData, Table, create_engine
from sqlalchemy.exc import DBAPIError

from storage import engines
from storage.faults import told_of_all
from storage.naming import reaching
from storage.tables import metadata

Plain = tuple[int | str | None, ...]
"""The values of a row, in the order of the table's columns."""

BATCH = 2_000
"""Rows held at once."""


class Side(Protocol):
    """One of two databases of which one is copied into the other."""

    def rows(self, table: Table) -> Iterator[Plain]:
        """All rows of a table, in no particular order."""
        ...

    def fill(self, table: Table, rows: Iterable[Plain]) -> None:
        """Add rows to an empty table."""
        ...

    def last_id(self, table: Table) -> int:
        """The highest id that was ever given; 0 if none was."""
        ...

    def set_last_id(self, table: Table, last: int) -> None:
        """Give only higher ids from now on."""
        ...

    @contextmanager
    def filling(self) -> Iterator[None]:
        """A transaction in which tables may be filled in any order; checked at its end."""
        ...


def has_ids(table: Table) -> bool:
    """Whether the database itself numbers a table's rows."""
    return "id" in table.c


@contextmanager
def told() -> Iterator[None]:
    """Errors of a driver as sentences.

    Raises:
        StorageError: in place of a driver's error.
    """
    with told_of_all():
        try:
            yield
        except (sqlite3.Error, psycopg.Error) as error:
            raise DBAPIError(None, None, error) from error


class SqliteSide:
    """An SQLite file; see ``Side``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def rows(self, table: Table) -> Iterator[Plain]:
        """All rows of a table."""
        # A column of JSON would give a text that looks like a number as a number.
        columns = ", ".join(
            f'CAST("{c.name}" AS TEXT)' if isinstance(c.type, JSON) else f'"{c.name}"'
            for c in table.columns
        )
        cursor = self.connection.execute(f"SELECT {columns} FROM {table.name}")  # noqa: S608 - our own names
        while batch := cursor.fetchmany(BATCH):
            yield from batch

    def fill(self, table: Table, rows: Iterable[Plain]) -> None:
        """Add rows to an empty table."""
        marks = ", ".join("?" * len(table.columns))
        insert = f"INSERT INTO {table.name} ({_names(table)}) VALUES ({marks})"  # noqa: S608 - our own names
        self.connection.executemany(insert, rows)

    def last_id(self, table: Table) -> int:
        """The highest id that was ever given."""
        found = self.connection.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = ?", (table.name,)
        ).fetchone()
        return found[0] if found else 0

    def set_last_id(self, table: Table, last: int) -> None:
        """Give only higher ids from now on."""
        name = table.name
        self.connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
        self.connection.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (name, last))

    @contextmanager
    def filling(self) -> Iterator[None]:
        """A transaction in which tables may be filled in any order."""
        self.connection.execute("PRAGMA foreign_keys = OFF")
        self.connection.execute("BEGIN IMMEDIATE")
        yield
        self.check()
        self.connection.execute("COMMIT")

    def check(self) -> None:
        """Look at every page, index and reference.

        Raises:
            sqlite3.DatabaseError: something is wrong.
        """
        whole = self.connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        astray = self.connection.execute("PRAGMA foreign_key_check").fetchone()
        if whole != "ok" or astray:
            error = sqlite3.DatabaseError("integrity")
            error.sqlite_errorname = "SQLITE_CORRUPT"
            raise error


class PostgresSide:
    """A schema of a PostgreSQL database; see ``Side``."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection

    def rows(self, table: Table) -> Iterator[Plain]:
        """All rows of a table."""
        columns = sql.SQL(", ").join(
            sql.Identifier(c.name) + sql.SQL(_cast(c.type)) for c in table.columns
        )
        select = sql.SQL("SELECT {} FROM {}").format(columns, sql.Identifier(table.name))
        with self.connection.cursor(name="rows") as cursor:
            cursor.itersize = BATCH
            yield from cursor.execute(select)

    def fill(self, table: Table, rows: Iterable[Plain]) -> None:
        """Add rows to an empty table."""
        columns = sql.SQL(", ").join(sql.Identifier(c.name) for c in table.columns)
        into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), columns)
        with self.connection.cursor() as cursor, cursor.copy(into) as copy:
            for row in rows:
                copy.write_row(row)

    def last_id(self, table: Table) -> int:
        """The highest id that was ever given."""
        ask = sql.SQL("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {}").format(
            sql.Identifier(f"{table.name}_id_seq")
        )
        found = self.connection.execute(ask).fetchone()
        return found[0] if found else 0

    def set_last_id(self, table: Table, last: int) -> None:
        """Give only higher ids from now on."""
        self.connection.execute(
            "SELECT setval(%s::regclass, %s, %s)",
            (f"{table.name}_id_seq", max(1, last), last > 0),
        )

    @contextmanager
    def filling(self) -> Iterator[None]:
        """A transaction in which tables may be filled in any order.

        References are dropped and made again, which looks at each row: whoever owns the tables
        may do that, while switching off their triggers is for administrators.
        """
        with self.connection.transaction():
            found = self.connection.execute(_REFERENCES).fetchall()
            for table, name, _ in found:
                self.connection.execute(_alter(table, "DROP CONSTRAINT", name))
            yield
            for table, name, definition in found:
                add = _alter(table, "ADD CONSTRAINT", name)
                self.connection.execute(add + sql.SQL(" " + definition))


_REFERENCES = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
"""


def _alter(table: str, what: Any, name: str) -> sql.Composed:  # noqa: ANN401 - a literal
    return sql.SQL("ALTER TABLE {} " + what + " {}").format(
        sql.Identifier(table), sql.Identifier(name)
    )


def _cast(kind: object) -> Any:  # noqa: ANN401 - a literal
    if isinstance(kind, Boolean):
        return "::int"
    return "::text" if isinstance(kind, JSON) else ""


def _names(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


@contextmanager
def opened(url: URL) -> Iterator[SqliteSide | PostgresSide]:
    """A database as it is now: whatever others write meanwhile is not seen in ``rows``.

    Raises:
        StorageError: it cannot be reached.
    """
    with told():
        if engines.is_sqlite(url):
            with sqlite_opened(url) as side:
                side.connection.execute("BEGIN")
                yield side
        else:
            with postgres_opened(url) as connection:
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                connection.read_only = True
                yield PostgresSide(connection)


@contextmanager
def sqlite_opened(url: URL) -> Iterator[SqliteSide]:
    """An SQLite file without a transaction."""
    dialect = create_engine(url.set(drivername="sqlite+pysqlite")).dialect
    arguments, options = dialect.create_connect_args(url.set(drivername="sqlite+pysqlite"))
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect
    with reaching(url), told():
        connection = connect(*arguments, **options, isolation_level=None)
    try:
        yield SqliteSide(connection)
    finally:
        connection.close()


@contextmanager
def postgres_opened(url: URL) -> Iterator[psycopg.Connection]:
    """A connection to PostgreSQL, in no transaction."""
    dialect = create_engine(url).dialect
    arguments, options = dialect.create_connect_args(url)
    with reaching(url), told():
        connection = psycopg.connect(*arguments, **options)
    try:
        yield connection
    finally:
        connection.close()


TABLES = tuple(metadata.tables.values())
"""All tables of this version."""


def tables_in(url: URL) -> list[Table]:
    """The tables that an SQLite file has, of whatever version."""
    found = MetaData()
    engine = create_engine(url.set(drivername="sqlite+pysqlite"))
    try:
        found.reflect(engine)
    finally:
        engine.dispose()
    return [table for name, table in found.tables.items() if name != "alembic_version"]
