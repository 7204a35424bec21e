"""Bringing a database to the tables of this version."""

import asyncio
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine.interfaces import DBAPIConnection

from bot.story.errors import StorageError
from storage import engines
from storage.faults import told_of_all
from storage.migrations import HEAD, KNOWN

_FOLDER = Path(__file__).parent / "migrations"
_STRAYS = "PRAGMA foreign_key_check"
_NOT_WHOLE = (
    "The stories' database lacks rows that others refer to, so its tables were left as they are. "
    "Whoever runs this bot must put a backup in its place: `troupe restore FILE --replace`."
)


async def migrate(url: URL) -> None:
    """Make or change the tables, if they are not up to date already.

    Runs in a thread: Alembic reads files and works for a noticeable time.

    Raises:
        StorageError: the database cannot be opened or written, or is newer than this version.
    """
    await asyncio.to_thread(upgrade, url)


def upgrade(url: URL) -> None:
    """As ``migrate``, while the caller waits.

    Raises:
        StorageError: the database cannot be opened or written, or is newer than this version.
    """
    with told_of_all():
        _upgrade_if_old(url)


def require_current(url: URL) -> None:
    """Refuse a database whose tables are not those of this version.

    Raises:
        StorageError: it cannot be opened, or is older or newer.
    """
    engine = _engine(url)
    try:
        with told_of_all():
            current = _is_current(engine)
    finally:
        engine.dispose()
    if not current:
        raise StorageError(
            "The stories' database is of an older version, or empty. Start the bot once, "
            "which brings it up to date; then try again."
        )


def _engine(url: URL) -> Engine:
    driver = "sqlite+pysqlite" if engines.is_sqlite(url) else url.drivername
    return create_engine(url.set(drivername=driver), hide_parameters=True)


def _upgrade_if_old(url: URL) -> None:
    parent = engines.folder(url)
    if parent is not None:
        try:
            parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                "The folder for the stories' database cannot be made. Choose another."
            ) from error
    engine = _engine(url)
    try:
        if not _is_current(engine):
            _upgrade(engine)
    finally:
        engine.dispose()


def _is_current(engine: Engine) -> bool:
    """Whether the tables are those of this version; decided without loading Alembic."""
    with engine.connect() as connection:
        return revision_of(connection) == HEAD


def revision_of(connection: Connection) -> str | None:
    """Which version of the tables a database has; None if it has none.

    Raises:
        StorageError: a newer one than this version of the bot knows.
    """
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if revision is not None and revision not in KNOWN:
        raise StorageError(
            "The stories' database was made by a newer version of this bot. Install that version."
        )
    return revision


def _upgrade(engine: Engine, goal: str = HEAD) -> None:
    # Loading Alembic takes longer than everything else in opening an up-to-date database.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    engines.hook(engine, "FULL")
    if engine.dialect.name == "sqlite":
        # A table that others refer to is made anew; that it can be is seen to at the end.
        event.listen(engine, "connect", _without_references)
    # What looked whether there is anything to do was opened without all that.
    engine.dispose()
    with engine.begin() as connection:
        # Another process may have done it while we waited for the right to write.
        if revision_of(connection) == goal:
            return
        config = Config()
        # Percent signs are doubled, since a Config interpolates.
        config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, goal)
        if engine.dialect.name == "sqlite" and connection.exec_driver_sql(_STRAYS).first():
            raise StorageError(_NOT_WHOLE)


def _without_references(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = OFF")
    cursor.close()
