"""Backups, restoring them, and moving to another database.

A backup is an SQLite file, whatever the engine: making and reading it needs no program of the
server's version, it can be tried out anywhere, and it restores onto either engine. It tells itself
what must be in it. What is made new (a file, or tables in a schema of their own) is filled and
compared aside, and takes its place in one step at the end.
"""

import sqlite3  # noqa: TID251 - this is the storage room
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import quote

import psycopg
from psycopg import sql
from sqlalchemy import URL

from bot.story.errors import StorageDamagedError, StorageError
from storage import engines
from storage.copying import Progress, copy, differences, require_same, silent
from storage.fingerprint import Fingerprint, fingerprint, pack, unpack
from storage.migrating import require_current, upgrade
from storage.naming import IN_SETTINGS, between, reaching
from storage.new_files import as_owned, free, keep, made_new
from storage.sides import (
    PostgresSide,
    Side,
    SqliteSide,
    opened,
    postgres_opened,
    sqlite_opened,
    tables_in,
    told,
)
from storage.tables import metadata

_SPARE = "%Y_%m_%d_%H_%M_%S_%f"
_LABEL = "backup_label"
IN_USE = "The database is in use. Stop the bot (and whatever else has it open), then try again."
_NOT_EMPTY = (
    "There are stories in {where} already, and nothing was done to them. Name an empty database. "
    "Where they are those that DATABASE_URL names, `troupe restore FILE --replace` puts a backup "
    "in their place, and keeps them beside it."
)
_NO_DATABASE = (
    "{where} is damaged or not a database, and nothing was done to it. Name another, or move it "
    "away. Where it is the one that DATABASE_URL names, `troupe restore FILE --replace` puts a "
    "backup in its place, and keeps it beside."
)


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of a restoring.

    Attributes:
        prints: what is there now.
        kept: where the old database is; None if there was none.
    """

    prints: Fingerprint
    kept: str | None


@dataclass(frozen=True, slots=True)
class Drill:
    """A backup that was tried out.

    Attributes:
        recorded: what it says must be in it.
        found: what was there once it was restored.
        differing: names of the tables that differ.
    """

    recorded: Fingerprint
    found: Fingerprint
    differing: list[str]


def default_file(folder: Path, now: datetime) -> Path:
    """A backup's file: named after when it is made, in UTC."""
    return free(folder, "troupe-", now, ".db")


def backup(url: str, file: Path, now: datetime, progress: Progress = silent) -> Fingerprint:
    """Write a backup of a database, while the bot may be at work.

    Args:
        url: the database.
        file: the backup; its folder is made, and it may not exist yet.
        now: kept in it.
        progress: told what is done.

    Raises:
        StorageError: it exists, or a database or the disk failed; then there is no file.
    """
    parsed = _existing(url)
    if file.exists():
        raise StorageError(f"{file} exists already, and backups are never written over.")
    require_current(parsed)
    with made_new(file) as made:
        target = _file(made)
        if not engines.is_sqlite(parsed):
            upgrade(target)
        with opened(parsed) as source, sqlite_opened(target) as into:
            if isinstance(source, SqliteSide):
                prints = _pages(source, into)
            else:
                prints = copy(source, into, progress)
            into.connection.execute("PRAGMA journal_mode = DELETE")
            _label(into, prints, now)
    return prints


def _pages(source: SqliteSide, into: SqliteSide) -> Fingerprint:
    """Copy page by page, all within the source's one transaction: writers need not wait."""
    source.connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
    source.connection.backup(into.connection)
    into.check()
    prints = fingerprint(source)
    require_same(prints, fingerprint(into))
    return prints


def _label(into: SqliteSide, prints: Fingerprint, now: datetime) -> None:
    into.connection.execute(f"CREATE TABLE {_LABEL} (made_at TEXT NOT NULL, holds TEXT NOT NULL)")
    label = f"INSERT INTO {_LABEL} VALUES (?, ?)"  # noqa: S608 - our own name
    into.connection.execute(label, (now.isoformat(), pack(prints)))


def drill(file: Path) -> Drill:
    """Restore a backup into a scratch file and compare what is there with what must be.

    Raises:
        StorageError: it is no backup, or cannot be restored.
    """
    with tempfile.TemporaryDirectory(prefix="troupe-drill-") as folder:
        recorded, found = _unpacked(file, _file(Path(folder, "scratch.db")))
    return Drill(recorded, found, differences(recorded, found))


def restore(
    url: str, file: Path, now: datetime, *, replace: bool = False, progress: Progress = silent
) -> Restored:
    """Put a backup in the place of a database.

    Args:
        url: the database; made if it is not there.
        file: the backup.
        now: names what is kept of the old database.
        replace: whether stories may be there already; they are kept beside it.
        progress: told what is done.

    Raises:
        StorageError: the database is in use or holds stories, or the backup is not what it says
            it is; nothing was changed.
    """
    parsed = engines.parse(url)
    engines.require_driver(parsed)
    with tempfile.TemporaryDirectory(prefix="troupe-restore-") as folder:
        scratch = _file(Path(folder, "scratch.db"))
        require_same(*_unpacked(file, scratch))
        with opened(scratch) as side:
            return _put(side, parsed, now, replace=replace, progress=progress)


def move(source: str, target: str, now: datetime, progress: Progress = silent) -> Fingerprint:
    """Copy a database into one that holds no stories, of either engine.

    Raises:
        StorageError: they are the same, the target holds stories, or one of them failed; nothing
            was changed.
    """
    here, there = _existing(source), engines.parse(target)
    engines.require_driver(there)
    if here == there:
        raise StorageError("That is the database in use already. Name another one to move to.")
    with reaching(here, IN_SETTINGS):
        require_current(here)
    with between(here, there), opened(here) as side:
        return _put(side, there, now, replace=False, progress=progress).prints


def _unpacked(file: Path, scratch: URL) -> tuple[Fingerprint, Fingerprint]:
    """Restore a backup into a scratch file, with today's tables.

    Returns:
        What it says must be in it, and what was in it, both of the version that made it.
    """
    if not file.is_file():
        raise StorageError(f"There is no file {file}.")
    try:
        recorded, found = _read(file, scratch)
    except StorageDamagedError as error:
        raise StorageError(f"{file} is damaged, or no backup at all. Take another.") from error
    upgrade(scratch)
    return recorded, found


def _read(file: Path, scratch: URL) -> tuple[Fingerprint, Fingerprint]:
    with told(), sqlite_opened(_file(file, "ro")) as packed, sqlite_opened(scratch) as into:
        packed.connection.backup(into.connection)
        into.check()
        try:
            held = f"SELECT holds FROM {_LABEL}"  # noqa: S608 - our own name
            recorded = unpack(into.connection.execute(held).fetchone()[0])
        except (sqlite3.OperationalError, TypeError, ValueError) as error:
            raise StorageError(f"{file} is not a backup that this bot made.") from error
        into.connection.execute(f"DROP TABLE {_LABEL}")
        return recorded, fingerprint(into, tables=tables_in(scratch))


def _put(
    source: Side, target: URL, now: datetime, *, replace: bool, progress: Progress
) -> Restored:
    put = _put_file if engines.is_sqlite(target) else _put_schema
    return put(source, target, now, replace=replace, progress=progress)


def _put_file(
    source: Side, target: URL, now: datetime, *, replace: bool, progress: Progress
) -> Restored:
    path = Path(target.database or "").resolve()
    kept = free(path.parent, f"{path.name}.", now)
    old = path.exists()
    if old:
        _at_rest(target, replace=replace)
    with made_new(path, over=old) as made:
        upgrade(_file(made))
        with sqlite_opened(_file(made)) as into:
            prints = copy(source, into, progress)
            into.connection.execute("PRAGMA journal_mode = DELETE")
        if old:
            # Once more: copying took a while, and the bot may have been started meanwhile.
            _at_rest(target, replace=replace)
            keep(path, kept)
        as_owned(made, path if old else path.parent)
    return Restored(prints, str(kept) if old else None)


def _at_rest(target: URL, *, replace: bool) -> None:
    """See that nobody has a file open and, unless it is to be replaced, that it is empty."""
    try:
        _alone_and_empty(target, replace=replace)
    except StorageDamagedError as error:
        if not replace:
            raise StorageError(_NO_DATABASE.format(where=target.database)) from error


def _alone_and_empty(target: URL, *, replace: bool) -> None:
    with told(), sqlite_opened(target) as side:
        side.connection.execute("PRAGMA busy_timeout = 0")
        if _stories(side.connection.execute) and not replace:
            raise StorageError(_NOT_EMPTY.format(where=target.database))
        try:
            # Leaving WAL needs the file alone, and brings everything into the one file.
            side.connection.execute("PRAGMA journal_mode = DELETE")
            side.connection.execute("BEGIN EXCLUSIVE")
            side.connection.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            raise StorageError(IN_USE) from error


def _stories(execute: Any) -> bool:  # noqa: ANN401 - of either driver
    try:
        return execute("SELECT 1 FROM stories LIMIT 1").fetchone() is not None
    except (sqlite3.OperationalError, psycopg.errors.UndefinedTable):
        return False


def _put_schema(
    source: Side, target: URL, now: datetime, *, replace: bool, progress: Progress
) -> Restored:
    stamp = now.strftime(_SPARE)
    staged, kept = f"restoring_{stamp}", f"before_{stamp}"
    with told(), postgres_opened(target) as connection:
        connection.autocommit = True
        if connection.execute(_OTHERS).fetchone():
            raise StorageError(IN_USE)
        full = _stories(connection.execute)
        if full and not replace:
            raise StorageError(_NOT_EMPTY.format(where=target.database))
        connection.execute(_schema("CREATE SCHEMA {}", staged))
        try:
            aside = target.update_query_dict({"options": f"-csearch_path={staged}"})
            upgrade(aside)
            with postgres_opened(aside) as into:
                prints = copy(source, PostgresSide(into), progress)
            with connection.transaction():
                _swap(connection, staged, kept)
                if not full:
                    connection.execute(_schema("DROP SCHEMA {} CASCADE", kept))
        finally:
            connection.execute(_schema("DROP SCHEMA IF EXISTS {} CASCADE", staged))
    return Restored(prints, f"schema {kept}" if full else None)


_OTHERS = """
SELECT 1 FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND backend_type = 'client backend' AND application_name <> 'troupe: sole right'
"""


def _swap(connection: psycopg.Connection, staged: str, kept: str) -> None:
    """Put the tables of one schema in the place of those that are used now."""
    here = connection.execute("SELECT current_schema()").fetchone()
    home = here[0] if here else "public"
    connection.execute(_schema("CREATE SCHEMA {}", kept))
    names = [*metadata.tables, "alembic_version"]
    for schema, goal in ((home, kept), (staged, home)):
        for name in names:
            connection.execute(
                sql.SQL("ALTER TABLE IF EXISTS {}.{} SET SCHEMA {}").format(
                    sql.Identifier(schema), sql.Identifier(name), sql.Identifier(goal)
                )
            )


def _schema(statement: LiteralString, name: str) -> sql.Composed:
    return sql.SQL(statement).format(sql.Identifier(name))


def is_there(url: str) -> bool:
    """Whether there is a database to be alone with; asking makes none."""
    parsed = engines.parse(url)
    return not engines.is_sqlite(parsed) or Path(parsed.database or "").is_file()


def _existing(url: str) -> URL:
    """The address of a database that is there.

    Raises:
        StorageError: there is none; opening it would make one.
    """
    parsed = engines.parse(url)
    engines.require_driver(parsed)
    path = parsed.database or ""
    if engines.is_sqlite(parsed) and not path.startswith("file:") and not Path(path).is_file():
        raise StorageError(f"There is no database at {path}. Check DATABASE_URL.")
    return parsed


def _file(path: Path, mode: str = "rwc") -> URL:
    name = f"file:{quote(str(path))}"
    return URL.create("sqlite+aiosqlite", database=name, query={"mode": mode, "uri": "true"})
