import pytest
import pytest_asyncio

from playground.rehearsal.house import House
from tests.kill.kit import Knife

ANSWER_SECONDS = 1.5
"""People wait three seconds for an answer. A killed bot gives none: wait less often."""


@pytest.fixture(scope="module")
def engine(request):
    """SQLite, unless a test names both: starting a bot often takes long."""
    return getattr(request, "param", "sqlite")


@pytest.fixture(scope="module")
def url(engine, request, tmp_path_factory):
    """The database of all tests of a file."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('stories') / 'troupe.db'}"
        return
    server = request.getfixturevalue("server")
    url = server.new()
    yield url
    server.give_back(url)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(url, tmp_path_factory):
    """One bot and one Discord for all tests of a file; each plays on a server of its own."""
    folder = tmp_path_factory.mktemp("house")
    async with House(folder, seed=1, environment={"DATABASE_URL": url}) as house:
        house.local.limits.answer_seconds = ANSWER_SECONDS
        yield house


@pytest_asyncio.fixture(loop_scope="module")
async def knife(house):
    knife = Knife(house)
    yield knife
    knife.put_away()
    assert not house.local.pings
    assert not house.local.schema_violations
    assert not house.local.errors
    if not house.bot.running:
        await house.start_bot()
