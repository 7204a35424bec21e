import asyncio

import pytest

from bot.story.errors import StorageError
from bot.story.tasks import TaskKind
from storage.database import Database, Unit
from storage.engines import parse
from tests.storage.kit import CHANNEL, NOW, Stand, say, the_branch


@pytest.mark.parametrize(
    ("engine", "waits"),
    [("sqlite", {True: 2, False: 1}), ("postgresql", {True: "on", False: "off"})],
)
async def test_a_commit_waits_for_the_disk_where_it_must_last(
    url: str, waits: dict[bool, object]
) -> None:
    asked = "PRAGMA synchronous" if url.startswith("sqlite") else "SHOW synchronous_commit"
    database = await Database.open(url)
    for lasting in (True, False, False, True, True, False):
        async with database.write(lasting=lasting) as unit:
            assert isinstance(unit, Unit)
            found = await unit.connection.exec_driver_sql(asked)
            assert found.scalar_one() == waits[lasting]
    await database.close()


async def test_an_error_rolls_everything_back(stand: Stand) -> None:
    with pytest.raises(RuntimeError, match="on purpose"):  # noqa: PT012 - the whole transaction
        async with stand.write() as unit:
            await say(unit, await the_branch(unit), "lost")
            raise RuntimeError("on purpose")
    assert await stand.texts() == []


async def test_a_cancelled_transaction_leaves_nothing_and_blocks_nobody(stand: Stand) -> None:
    inside = asyncio.Event()

    async def write() -> None:
        async with stand.write() as unit:
            await say(unit, await the_branch(unit), "lost")
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await stand.say("kept")
    assert await stand.texts() == ["kept"]


async def test_cancelled_at_any_moment_the_next_one_can_write(stand: Stand) -> None:
    for number in range(60):
        task = asyncio.create_task(stand.say(str(number)))
        for _ in range(number):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await stand.say("last")
    async with stand.read() as unit:
        chain = await unit.turns.chain((await the_branch(unit)).id)
    assert chain[-1].text == "last"
    assert [turn.depth for turn in chain] == list(range(1, len(chain) + 1))


async def test_readers_see_what_was_committed_when_they_began(stand: Stand) -> None:
    async with stand.read() as unit:
        branch = await the_branch(unit)
        await stand.say("while you read")
        assert await unit.turns.chain(branch.id) == []
    assert await stand.texts() == ["while you read"]


async def test_readers_do_not_see_what_is_not_committed(stand: Stand) -> None:
    async with stand.write() as unit:
        await say(unit, await the_branch(unit), "not yet")
        assert await stand.texts() == []
    assert await stand.texts() == ["not yet"]


async def test_readers_cannot_write(stand: Stand) -> None:
    with pytest.raises(StorageError, match="read-only"):
        async with stand.read() as unit:
            await unit.stories.seen(CHANNEL, 10)


async def test_more_readers_than_connections(stand: Stand) -> None:
    assert await asyncio.gather(*(stand.texts() for _ in range(30))) == [[]] * 30


async def test_a_write_within_a_write_is_told_at_once(stand: Stand) -> None:
    async with stand.write():
        with pytest.raises(RuntimeError, match="inside another"):
            async with stand.write():
                pass
    await stand.say("the lock was given back")


async def test_who_waits_for_tasks_is_woken_after_the_commit(stand: Stand) -> None:
    woken: list[bool] = []
    stand.database.on_tasks(lambda: woken.append(True))
    stand.database.on_tasks(lambda: woken.append(True))
    await stand.say("nothing to do")
    with pytest.raises(RuntimeError):  # noqa: PT012 - the whole transaction
        async with stand.write() as unit:
            await unit.tasks.put(TaskKind.POST, 1, NOW)
            raise RuntimeError
    assert woken == []
    async with stand.write() as unit:
        await unit.tasks.put(TaskKind.POST, 1, NOW)
        assert woken == []
    assert woken == [True, True]


async def test_two_processes_share_a_database(stand: Stand) -> None:
    other = await Database.open(stand.url)

    async def count(database: Database) -> None:
        for _ in range(10):
            async with database.write() as unit:
                await say(unit, await the_branch(unit), "x")

    await asyncio.gather(count(stand.database), count(other))
    await other.close()
    assert len(await stand.texts()) == 20


async def test_the_system_clock_tells_when_none_is_given(url: str) -> None:
    database = await Database.open(url)
    async with database.write() as unit:
        assert unit.posts._clock.now().tzinfo is not None
    await database.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "cannot be read"),
        ("mysql://host/db", "SQLite or PostgreSQL"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
    ],
)
def test_an_address_that_will_not_do(url: str, said: str) -> None:
    with pytest.raises(StorageError, match=said):
        parse(url)


def test_addresses_get_the_driver_that_we_use() -> None:
    assert parse("sqlite:///a.db").drivername == "sqlite+aiosqlite"
    assert parse("postgres://h/d").drivername == "postgresql+psycopg"


async def test_an_engine_whose_package_is_missing_is_refused(monkeypatch):
    monkeypatch.setattr("storage.engines.find_spec", lambda _name: None)
    with pytest.raises(StorageError, match="psycopg"):
        await Database.open("postgresql://user@127.0.0.1/stories")
