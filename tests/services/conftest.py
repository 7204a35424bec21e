import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import Database
from tests.fakes import FakeClock
from tests.services.table import Table


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its tables and nothing in it, made once."""
    path = tmp_path_factory.mktemp("empty") / "empty.db"

    async def make() -> None:
        await (await Database.open(f"sqlite:///{path}")).close()

    asyncio.run(make())
    return path


@pytest.fixture
async def bare(empty_database: Path, tmp_path: Path) -> AsyncIterator[Table]:
    """A table at which no story was opened yet."""
    path = tmp_path / "troupe.db"
    shutil.copy(empty_database, path)
    clock = FakeClock()
    # The suite does not pull the plug, so it need not wait for the disk.
    database = await Database.open(f"sqlite:///{path}", clock=clock, synchronous="NORMAL")
    yield Table(database, clock)
    await database.close()


@pytest.fixture
async def table(bare: Table) -> Table:
    """A story in which Ada plays Mira, Ben plays Tom, and nobody plays Ren."""
    await bare.open()
    await bare.cast("Mira", "Tom", "Ren")
    await bare.claim(11, "Mira")
    await bare.claim(12, "Tom")
    return bare
