import pytest

from tests.shards.kit import Shards


@pytest.fixture
async def shards(tmp_path, url):
    async with Shards(tmp_path, url) as shards:
        yield shards
        assert not shards.local.pings
        assert not shards.local.schema_violations
        assert not shards.local.errors
