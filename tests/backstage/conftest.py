from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import Database, SystemClock


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(f"sqlite:///{tmp_path}/tasks.db", synchronous="NORMAL")
    yield database
    await database.close()


@pytest.fixture
def clock() -> SystemClock:
    """Pauses are slept for real, so that the clock has to go on."""
    return SystemClock()
