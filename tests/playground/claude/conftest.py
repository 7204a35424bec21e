from collections.abc import AsyncIterator

import aiohttp
import pytest

from playground.claude import LocalClaude
from playground.claude.rules import API_VERSION

HEADERS = {"Authorization": "Bearer anything", "anthropic-version": API_VERSION}


@pytest.fixture
async def claude() -> AsyncIterator[LocalClaude]:
    server = LocalClaude(delay=0)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def http(claude: LocalClaude) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(claude.base_url, headers=HEADERS) as session:
        yield session


@pytest.fixture
def body() -> dict:
    return {
        "model": "claude-opus-5-5",
        "max_tokens": 4000,
        "messages": [{"role": "user", "content": "Variants: 2\nVoices you may write: Ajax"}],
    }
