from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from storage.database import Database
from tests.storage.kit import Stand, Watch

ENGINES = ["sqlite"]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def new_url(engine: str, tmp_path: Path) -> Callable[[], str]:
    """Makes addresses of databases that do not exist yet."""
    made = iter(range(1_000_000))

    def make() -> str:
        assert engine == "sqlite"
        return f"sqlite:///{tmp_path}/stories-{next(made)}.db"

    return make


@pytest.fixture
def url(new_url: Callable[[], str]) -> str:
    return new_url()


@pytest.fixture
async def stand(url: str) -> AsyncIterator[Stand]:
    watch = Watch()
    # The suite does not pull the plug, so it need not wait for the disk.
    database = await Database.open(url, clock=watch, synchronous="NORMAL")
    stand = Stand(database, url, watch)
    await stand.open()
    yield stand
    await database.close()
