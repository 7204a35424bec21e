from collections.abc import AsyncIterator

import pytest

from storage.database import Database
from tests.storage.kit import Stand, Watch


@pytest.fixture
async def stand(url: str) -> AsyncIterator[Stand]:
    watch = Watch()
    # The suite does not pull the plug, so it need not wait for the disk.
    database = await Database.open(url, clock=watch, synchronous="NORMAL")
    stand = Stand(database, url, watch)
    await stand.open()
    yield stand
    await database.close()
