import pytest

from tests.shards.kit import Shards


@pytest.fixture(scope="session", autouse=True)
def _bytecode(pytestconfig):
    """The bot starts often here: let it keep its bytecode, outside of the project."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPYCACHEPREFIX", str(pytestconfig.cache.mkdir("bytecode")))
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        yield


@pytest.fixture
async def shards(tmp_path, url):
    async with Shards(tmp_path, url) as shards:
        yield shards
        assert not shards.local.pings
        assert not shards.local.schema_violations
        assert not shards.local.errors
