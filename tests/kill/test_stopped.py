"""SIGTERM at seeded moments of a rehearsal: the bot ends in order, and nothing is half done."""

import asyncio
import contextlib
import random
import time
from pathlib import Path

import pytest
from sqlalchemy import text

import playground
from playground.rehearsal.script import Script, read_script
from storage.database import Database
from tests.kill.kit import cast, nothing_lost_nothing_doubled
from tests.patience import allowed

SCENE = Path(playground.__file__).parent / "scenes" / "the-ferry.jsonl"
LINES = slice(28, 42)
STOPS = 5
SECONDS = 10.0
"""What containers allow."""


async def left_sending(url) -> int:
    store = await Database.open(url)
    try:
        async with store.read() as work:
            count = text("SELECT count(*) FROM posts WHERE state = 'sending'")
            return (await work.connection.execute(count)).scalar_one()
    finally:
        await store.close()


@contextlib.asynccontextmanager
async def stopped_now_and_then(house, url, chance):
    """Tell the bot to stop at seeded requests, see how it ends, and start it again."""
    ends: list[tuple[int, float, int]] = []
    told: list[float] = []
    left = [chance.randint(5, 20)]

    def due(_request):
        left[0] -= 1
        if left[0] <= 0 and not told and len(ends) < STOPS and house.bot.running:
            told.append(time.monotonic())
            house.bot.terminate()

    async def watch():
        while True:
            status = await house.bot.ended()
            took = time.monotonic() - told[0] if told else -1.0
            ends.append((status, took, await left_sending(url)))
            left[0] = chance.randint(3, 30)
            await house.start_bot()
            told.clear()

    hooks = [house.local.before("*", "", due), house.local.after("*", "", due)]
    watching = asyncio.create_task(watch())
    try:
        yield ends
    finally:
        for hook in hooks:
            hook.remove()
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


@pytest.mark.timeout(240)
@pytest.mark.asyncio(loop_scope="module")
async def test_it_ends_in_order_whenever_it_is_told_to(house, url):
    scene = read_script(SCENE)
    ((title, lines),) = scene.stories.items()
    performance = cast(house, Script({title: lines[LINES]}), 4)
    async with stopped_now_and_then(house, url, random.Random(15)) as ends:
        await performance.perform()
        await nothing_lost_nothing_doubled(performance)
    assert len(ends) >= STOPS // 2
    for status, took, sending in ends:
        assert status == 0, house.bot.last_words()
        assert 0 <= took < allowed(SECONDS)
        assert sending == 0
