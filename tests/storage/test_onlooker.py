import asyncio
from pathlib import Path

import pytest

from bot.story.errors import StorageError
from storage.onlooker import Onlooker
from tests.storage.kit import CHANNEL, OWNER, Stand, Watch, later


async def test_it_sees_what_was_committed_and_holds_nobody_up(stand: Stand) -> None:
    onlooker = Onlooker(stand.url, Watch())
    async with onlooker.read() as seen:
        place = await seen.stories.place(CHANNEL)
        assert place
        async with stand.write() as unit:
            await unit.stories.first_time(CHANNEL, "hello")
            await unit.cast.note_writer(place.story.id, OWNER, "Olga", later())
        # A look is one moment.
        assert OWNER not in await seen.cast.writers(place.story.id)
    async with onlooker.read() as seen:
        assert (await seen.cast.writers(place.story.id))[OWNER].name == "Olga"


async def test_it_makes_no_database(tmp_path: Path) -> None:
    file = tmp_path / "none.db"
    with pytest.raises(StorageError, match="no database yet"):
        async with Onlooker(f"sqlite:///{file}", Watch()).read():
            pass
    assert not await asyncio.to_thread(file.exists)


async def test_it_changes_nothing(stand: Stand) -> None:
    with pytest.raises(StorageError):
        async with Onlooker(stand.url, Watch()).read() as seen:
            await seen.stories.first_time(CHANNEL, "never")


async def test_all_tasks_are_told_the_soonest_first(stand: Stand) -> None:
    async with stand.write() as unit:
        await unit.tasks.put("settle", 7, later(minutes=1))
        await unit.tasks.put("post", CHANNEL, later())
    async with Onlooker(stand.url, Watch()).read() as seen:
        assert [task.name for task in await seen.tasks.standing()] == [
            f"post:{CHANNEL}",
            "settle:7",
        ]
