import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import engines
from storage.database import Database
from tests.builders import ADA, BEN
from tests.fakes import FakeClock
from tests.services.table import Table


@contextlib.asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Table]:
    """A table over a database that has its tables already."""
    clock = FakeClock()
    url = engines.parse(f"sqlite:///{path}")
    # The suite does not pull the plug, so it need not wait for the disk.
    database = Database(engines.writer(url, "NORMAL"), engines.reader(url), clock)
    yield Table(database, clock)
    await database.close()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an empty database and one with a story in it, made once and copied."""
    folder = tmp_path_factory.mktemp("made")

    async def make() -> None:
        await (await Database.open(f"sqlite:///{folder}/bare.db")).close()
        shutil.copy(folder / "bare.db", folder / "table.db")
        async with opened(folder / "table.db") as table:
            await table.open()
            await table.cast("Mira", "Tom", "Ren")
            await table.claim(ADA, "Mira")
            await table.claim(BEN, "Tom")

    asyncio.run(make())
    return folder


@pytest.fixture
async def bare(made: Path, tmp_path: Path) -> AsyncIterator[Table]:
    """A table at which no story was opened yet."""
    async with opened(Path(shutil.copy(made / "bare.db", tmp_path))) as table:
        yield table


@pytest.fixture
async def table(made: Path, tmp_path: Path) -> AsyncIterator[Table]:
    """A story in which Ada plays Mira, Ben plays Tom, and nobody plays Ren."""
    async with opened(Path(shutil.copy(made / "table.db", tmp_path))) as table:
        yield table
