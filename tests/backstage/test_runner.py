import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bot.backstage import runner as backstage
from bot.backstage.runner import Runner
from bot.ports import Wait
from bot.story.errors import StorageError
from bot.story.tasks import TaskKind
from storage.database import Database, SystemClock

NOW = timedelta(0)


class Work:
    """Handlers that note what they were asked to do."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.running = 0
        self.most = 0
        self.changed = asyncio.Condition()
        self.gate: asyncio.Event | None = None
        self.faults: dict[int, list[Exception]] = {}

    async def __call__(self, subject_id: int) -> None:
        self.running += 1
        self.most = max(self.most, self.running)
        await self._tell()
        try:
            if self.gate:
                await self.gate.wait()
            faults = self.faults.get(subject_id)
            if faults:
                raise faults.pop(0)
            self.done.append(subject_id)
        finally:
            self.running -= 1
            await self._tell()

    async def _tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(10), self.changed:
            await self.changed.wait_for(true)


class Shop:
    """A runner with its tasks."""

    def __init__(self, store: Database, clock: SystemClock) -> None:
        self.store = store
        self.clock = clock
        self.work = Work()

    def runner(self, holder: str = "bot") -> Runner:
        handlers = dict.fromkeys(TaskKind, self.work)
        return Runner(self.store, self.clock, handlers, holder)

    @contextlib.asynccontextmanager
    async def open(self, holder: str = "bot") -> AsyncIterator[Runner]:
        runner = self.runner(holder)
        await runner.start()
        try:
            yield runner
        finally:
            await runner.stop()

    async def put(self, subject_id: int, after: timedelta = NOW) -> None:
        async with self.store.write() as work:
            await work.tasks.put(TaskKind.POST, subject_id, self.clock.now() + after)

    async def left(self) -> list[int]:
        """Subjects of the tasks nobody holds, whenever they are due."""
        far = self.clock.now() + timedelta(days=9)
        async with self.store.write() as work:
            tasks = await work.tasks.lease("looking", far, far, 100)
            await work.tasks.free("looking")
        return sorted(task.subject_id for task in tasks)

    async def next_due(self) -> datetime | None:
        async with self.store.read() as work:
            return await work.tasks.next_due()

    async def nothing_left(self) -> bool:
        return await self.next_due() is None

    async def settle(self, true: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(10):
            while not await true():
                await self.next_due()


@pytest.fixture
def shop(store: Database, clock: SystemClock) -> Shop:
    return Shop(store, clock)


async def test_what_is_due_is_done_and_forgotten(shop: Shop) -> None:
    await shop.put(1)
    async with shop.open():
        await shop.put(2)
        await shop.work.until(lambda: sorted(shop.work.done) == [1, 2])
        await shop.settle(shop.nothing_left)
    assert sorted(shop.work.done) == [1, 2]


async def test_a_commit_wakes_a_sleeping_runner(shop: Shop) -> None:
    async with shop.open():
        for n in range(3):
            await shop.put(n)
            await shop.work.until(lambda n=n: n in shop.work.done)  # type: ignore[misc]


async def test_what_is_due_later_is_done_later(shop: Shop) -> None:
    begun = shop.clock.now()
    await shop.put(1, timedelta(milliseconds=80))
    async with shop.open():
        await shop.work.until(lambda: shop.work.done == [1])
    assert shop.clock.now() - begun >= timedelta(milliseconds=80)


async def test_what_fails_is_tried_again_after_a_growing_pause(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backstage, "FIRST_PAUSE", timedelta(milliseconds=10))
    shop.work.faults[1] = [ValueError("oops"), StorageError("full"), ValueError("oops")]
    begun = shop.clock.now()
    await shop.put(1)
    with capture_logs() as logs:
        async with shop.open():
            await shop.work.until(lambda: shop.work.done == [1])
    assert [entry["error"] for entry in logs] == ["ValueError", "StorageError", "ValueError"]
    assert [entry["attempts"] for entry in logs] == [1, 2, 3]
    assert [bool(entry["exc_info"]) for entry in logs] == [True, False, True]
    assert shop.clock.now() - begun >= timedelta(milliseconds=20 + 40 + 80)


async def test_a_task_that_has_to_wait_says_how_long(shop: Shop) -> None:
    shop.work.faults[1] = [Wait(timedelta(milliseconds=60))]
    begun = shop.clock.now()
    await shop.put(1)
    with capture_logs() as logs:
        async with shop.open():
            await shop.work.until(lambda: shop.work.done == [1])
    assert shop.clock.now() - begun >= timedelta(milliseconds=60)
    assert logs == []


async def test_one_failing_deed_does_not_hold_up_the_others(shop: Shop) -> None:
    shop.work.faults[1] = [ValueError("oops")]
    await shop.put(1)
    await shop.put(2)
    with capture_logs():
        async with shop.open() as runner:
            await shop.work.until(lambda: shop.work.done == [2])

            async def idle() -> bool:
                return not runner._running

            await shop.settle(idle)
    assert await shop.left() == [1]


async def test_asked_again_while_it_runs_it_runs_again_afterwards(shop: Shop) -> None:
    shop.work.gate = asyncio.Event()
    await shop.put(1)
    async with shop.open():
        await shop.work.until(lambda: shop.work.running == 1)
        await shop.put(1)
        await shop.put(2)
        await shop.work.until(lambda: shop.work.running == 2)
        shop.work.gate.set()
        await shop.work.until(lambda: sorted(shop.work.done) == [1, 1, 2])
    assert shop.work.most == 2


async def test_a_deed_longer_than_its_lease_is_not_begun_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backstage, "LEASE", timedelta(milliseconds=1))
    shop.work.gate = asyncio.Event()
    await shop.put(1)
    async with shop.open():
        await shop.work.until(lambda: shop.work.running == 1)
        await shop.put(2)
        await shop.work.until(lambda: shop.work.running == 2)
        await shop.put(3)
        await shop.work.until(lambda: shop.work.running == 3)
        shop.work.gate.set()
        await shop.work.until(lambda: sorted(shop.work.done) == [1, 2, 3])
    assert shop.work.most == 3


async def test_more_than_it_can_do_at_once_waits_its_turn(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backstage, "AT_ONCE", 2)
    shop.work.gate = asyncio.Event()
    for n in range(5):
        await shop.put(n)
    takes = 0
    take = Runner._take

    async def counted(runner: Runner) -> timedelta:
        nonlocal takes
        takes += 1
        return await take(runner)

    monkeypatch.setattr(Runner, "_take", counted)
    async with shop.open():
        await shop.work.until(lambda: shop.work.running == 2)
        await shop.put(5)
        for _ in range(50):
            await shop.next_due()
        assert takes <= 3, "it spins"
        shop.work.gate.set()
        await shop.work.until(lambda: len(shop.work.done) == 6)
    assert shop.work.most == 2


async def test_stopping_frees_what_was_begun_for_the_next_start(shop: Shop) -> None:
    shop.work.gate = asyncio.Event()
    await shop.put(1)
    async with shop.open():
        await shop.work.until(lambda: shop.work.running == 1)
    assert shop.work.running == 0
    assert await shop.left() == [1]
    shop.work.gate.set()
    async with shop.open():
        await shop.work.until(lambda: shop.work.done == [1])


async def test_what_a_dead_process_held_is_free_at_its_next_start(shop: Shop) -> None:
    await shop.put(1)
    now = shop.clock.now()
    async with shop.store.write() as work:
        assert await work.tasks.lease("bot", now, now + timedelta(hours=1), 9)
    async with shop.open("bot"):
        await shop.work.until(lambda: shop.work.done == [1])


async def test_what_another_process_holds_is_left_alone(shop: Shop) -> None:
    await shop.put(1)
    now = shop.clock.now()
    async with shop.store.write() as work:
        assert await work.tasks.lease("other", now, now + timedelta(hours=1), 9)
    async with shop.open("bot"):
        await shop.put(2)
        await shop.work.until(lambda: shop.work.done == [2])


async def test_stopping_before_starting_is_fine(shop: Shop) -> None:
    await shop.runner().stop()


class Faulty:
    """A store whose writes fail for a while."""

    def __init__(self, store: Database) -> None:
        self.store = store
        self.read = store.read
        self.on_tasks = store.on_tasks
        self.error: Exception | None = None
        self.failed = 0

    @contextlib.asynccontextmanager
    async def write(self, *, lasting: bool = True) -> AsyncIterator[object]:
        if self.error:
            self.failed += 1
            raise self.error
        async with self.store.write(lasting=lasting) as work:
            yield work


@pytest.mark.parametrize("error", [StorageError("The disk is full."), RuntimeError("a bug")])
async def test_it_outlives_a_database_that_cannot_be_written(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(backstage, "LONGEST_SLEEP", timedelta(milliseconds=10))
    faulty = Faulty(shop.store)
    runner = Runner(faulty, shop.clock, dict.fromkeys(TaskKind, shop.work), "bot")  # type: ignore[arg-type]
    await runner.start()
    faulty.error = error

    async def failed() -> bool:
        return faulty.failed > 1

    with capture_logs() as logs:
        await shop.put(1)
        await shop.settle(failed)
        faulty.error = None
        await shop.work.until(lambda: shop.work.done == [1])
    assert logs
    faulty.error = StorageError("full again")
    await runner.stop()


@pytest.mark.parametrize("fault", [[], [Wait(NOW)]])
async def test_what_could_not_be_freed_is_done_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, fault: list[Exception]
) -> None:
    monkeypatch.setattr(backstage, "LONGEST_SLEEP", timedelta(milliseconds=10))
    faulty = Faulty(shop.store)
    shop.work.gate = asyncio.Event()
    shop.work.faults[1] = fault
    runner = Runner(faulty, shop.clock, dict.fromkeys(TaskKind, shop.work), "bot")  # type: ignore[arg-type]
    await shop.put(1)
    await runner.start()
    await shop.work.until(lambda: shop.work.running == 1)
    faulty.error = StorageError("The disk is full.")
    shop.work.gate.set()

    async def failed() -> bool:
        return faulty.failed > 2

    with capture_logs():
        await shop.settle(failed)
    done = len(shop.work.done)
    faulty.error = None
    await shop.work.until(lambda: len(shop.work.done) > done)

    await shop.settle(shop.nothing_left)
    await runner.stop()
