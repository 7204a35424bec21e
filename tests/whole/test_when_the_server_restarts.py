"""PostgreSQL goes and comes back under the bot: it goes on by itself."""

import pytest

from tests.whole.kit import ballot, heard

pytestmark = pytest.mark.parametrize("engine", ["postgresql"])


async def test_a_restarted_server(story, local, server):
    anna, inn = story.anna, story.inn
    await anna.say(inn, "Before.")
    await heard(local, inn, "Before.")
    server.restart()
    await anna.say(inn, "After.")
    await heard(local, inn, "Before.", "After.")
    assert await ballot(local, anna, inn)
