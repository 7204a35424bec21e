import asyncio
import signal
import sys

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.story.errors import StorageError
from bot.story.tasks import ALONE, Shard
from storage import engines, sole
from storage.sole import Sole, alone

HOLDER = """
import asyncio, sys
from bot.story.tasks import ALONE
from storage.sole import Sole
async def hold():
    right = Sole(sys.argv[1], ALONE)
    print(await right.take(), flush=True)
    await asyncio.sleep(600)
asyncio.run(hold())
"""


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(sole, "SEEK_SECONDS", 0.05)
    monkeypatch.setattr(sole, "WATCH_SECONDS", 0.05)
    # Longer than any test waits: who was told goodbye does not wait for it.
    monkeypatch.setattr(sole, "GRACE_SECONDS", 60)


async def test_one_process_serves_a_shard(url):
    first, second, other = (Sole(url, shard) for shard in (Shard(0, 2), Shard(0, 2), Shard(1, 2)))
    assert await first.take()
    assert not await second.take()
    # Another shard is another right.
    assert await other.take()
    await first.release()
    assert await second.take()
    for right in (second, other):
        await right.release()


async def test_shards_counted_otherwise_wait_for_each_other(url):
    every, one, two = Sole(url, ALONE), Sole(url, Shard(0, 2)), Sole(url, Shard(1, 2))
    assert await every.take()
    # Half of its servers would be served twice, and a vote pressed once count twice.
    assert not await one.take()
    assert not await two.take()
    await every.release()
    assert await one.take()
    assert await two.take()
    assert not await every.take()
    await one.release()
    assert not await every.take()
    await two.release()
    assert await every.take()
    await every.release()


async def test_who_waits_is_told_once_and_comes_next(url):
    first, second = Sole(url, ALONE), Sole(url, ALONE)
    await first.take()
    told: list[bool] = []
    waiting = asyncio.create_task(second.seek(lambda: told.append(True)))
    async with asyncio.timeout(20):
        while not told:  # noqa: ASYNC110 - nobody wakes us up
            await asyncio.sleep(0.01)
    done, _ = await asyncio.wait({waiting}, timeout=0.3)
    assert not done
    await first.release()
    async with asyncio.timeout(20):
        await waiting
    assert told == [True]
    await second.release()


async def test_nobody_is_alone_with_a_database_that_is_served(url):
    server = Sole(url, Shard(1, 3))
    async with alone(url) as mine:
        assert mine
        assert not await server.take()
    assert await server.take()
    async with alone(url) as mine:
        assert not mine
    await server.release()
    async with alone(url) as mine:
        assert mine


async def test_a_killed_process_holds_nothing(url, monkeypatch):
    monkeypatch.setattr(sole, "GRACE_SECONDS", 0.1)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, url, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    async with asyncio.timeout(60):
        assert await process.stdout.readline() == b"True\n"
    right = Sole(url, ALONE)
    assert not await right.take()
    process.send_signal(signal.SIGKILL)
    await process.wait()
    async with asyncio.timeout(20):
        await right.seek(lambda: None)
    assert not right.lost.is_set()
    await right.release()


async def broken(url):
    """Have the server end the connections that hold rights."""
    await tell(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'troupe: sole right' AND datname = current_database()",
    )


async def tell(url, statement):
    """Tell the server something."""
    engine = create_async_engine(engines.parse(url))
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


@pytest.mark.parametrize("engine", ["postgresql"])
async def test_a_dead_connection_is_noticed_and_the_right_can_be_sought_anew(url, monkeypatch):
    monkeypatch.setattr(sole, "RETAKE_SECONDS", 0)
    right = Sole(url, ALONE)
    await right.take()
    await broken(url)
    async with asyncio.timeout(10):
        await right.lost.wait()
    await right.release()
    await right.seek(lambda: None)
    assert not right.lost.is_set()
    await right.release()


@pytest.mark.parametrize("engine", ["postgresql"])
async def test_a_right_that_was_dropped_is_taken_again_unless_somebody_else_has_it(url, server):
    right, other, third = (Sole(url, ALONE) for _ in range(3))
    await right.take()
    broken_off = right._lock._connection
    await asyncio.to_thread(server.restart)
    async with asyncio.timeout(20):
        while right._lock._connection is broken_off or not right._lock._holds:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert not await other.take()
    assert not right.lost.is_set()
    right._watching.cancel()
    await broken(url)
    await other.release()
    assert await third.take()
    assert not await right._retaken()
    await third.release()
    await right._lock.release()


@pytest.mark.parametrize("engine", ["postgresql"])
async def test_who_takes_over_from_a_broken_connection_waits_until_that_is_noticed(
    url, monkeypatch
):
    monkeypatch.setattr(sole, "GRACE_SECONDS", 2.0)
    first, second = Sole(url, ALONE), Sole(url, ALONE)
    taken = asyncio.Event()
    take, retaken = second.take, first._retaken

    async def taking():
        if found := await take():
            taken.set()
        return found

    async def too_late():
        await taken.wait()
        return await retaken()

    monkeypatch.setattr(second, "take", taking)
    monkeypatch.setattr(first, "_retaken", too_late)
    assert await first.take()
    told = asyncio.Event()
    seeking = asyncio.create_task(second.seek(told.set))
    await told.wait()
    pid = first._lock._connection.info.backend_pid
    await tell(url, f"SELECT pg_terminate_backend({pid})")
    async with asyncio.timeout(20):
        await first.lost.wait()
        assert not seeking.done()
        await seeking
    assert not second.lost.is_set()
    for right in (first, second):
        await right.release()


@pytest.mark.parametrize("engine", ["postgresql"])
async def test_a_server_that_is_not_there_is_a_sentence(url):
    nowhere = engines.parse(url).set(host="127.0.0.1", port=1, query={})
    right = Sole(nowhere.render_as_string(hide_password=False), ALONE)
    with pytest.raises(StorageError, match="cannot be reached"):
        await right.take()


async def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    right = Sole(f"sqlite:///{tmp_path}/file/troupe.db", ALONE)
    with pytest.raises(StorageError, match="cannot be written"):
        await right.take()
