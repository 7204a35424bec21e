"""A reader of a database that another process serves: it makes, migrates and holds nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.ports import Clock, UnitOfWork
from bot.story.errors import StorageError
from storage import engines
from storage.database import Unit
from storage.faults import told

NOT_YET = "There is no database yet. The bot makes it when it first starts."


class Onlooker:
    """See ``bot.ports.Readable``.

    A connection lives as long as a look does. On SQLite it is one more reader in WAL mode, whom
    the writer does not wait for.

    Args:
        url: such as ``sqlite:///data/troupe.db``.
        clock: the time.
    """

    def __init__(self, url: str, clock: Clock) -> None:
        self._url = engines.parse(url)
        self._clock = clock

    @asynccontextmanager
    async def read(self) -> AsyncIterator[UnitOfWork]:
        """A consistent view for reading.

        Raises:
            StorageError: there is no database yet, or it cannot be read.
        """
        if not self._exists():
            raise StorageError(NOT_YET)
        engine = engines.reader(self._url)
        try:
            with told():
                async with engines.reading(engine) as connection:
                    yield Unit(connection, self._clock)
        finally:
            await engine.dispose()

    def _exists(self) -> bool:
        """Whether there is a file, on SQLite: to open one that is not there would make it."""
        return not engines.is_sqlite(self._url) or Path(self._url.database or "").exists()
