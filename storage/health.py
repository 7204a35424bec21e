"""How a database is, without changing anything in it."""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, create_engine

from bot.story.errors import StorageError
from storage import engines
from storage.faults import told_of_all
from storage.migrating import revision_of
from storage.migrations import HEAD


@dataclass(frozen=True, slots=True)
class Health:
    """How a database is.

    Attributes:
        exists: whether there is one.
        revision: which version of the tables it has; None if it has none.
        current: whether they are those of this version.
        folder: where its file lies or will lie; None for a server's.
    """

    exists: bool
    revision: str | None
    current: bool
    folder: Path | None


async def look(url: str) -> Health:
    """Look at a database.

    Raises:
        StorageError: it cannot be opened or written, or was made by a newer version.
    """
    parsed = engines.parse(url)
    engines.require_driver(parsed)
    with told_of_all():
        return await asyncio.to_thread(_look, parsed)


def _look(url: URL) -> Health:
    folder = _existing(engines.folder(url))
    if folder is not None and not Path(url.database or "").exists():
        if not _may_write(folder):
            raise StorageError(
                "The folder for the stories' database cannot be written. Choose another, or let "
                "whoever runs this bot write there."
            )
        return Health(exists=False, revision=None, current=False, folder=folder)
    driver = "sqlite+pysqlite" if engines.is_sqlite(url) else url.drivername
    engine = create_engine(url.set(drivername=driver), hide_parameters=True)
    engines.hook(engine, "FULL")
    try:
        # The transaction holds the right to write from its beginning, and ends without writing.
        with engine.connect() as connection:
            revision = revision_of(connection)
            connection.rollback()
    finally:
        engine.dispose()
    return Health(revision is not None, revision, revision == HEAD, folder)


def _existing(folder: Path | None) -> Path | None:
    """The nearest folder that exists already."""
    while folder is not None and not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _may_write(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
