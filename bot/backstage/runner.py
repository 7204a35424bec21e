"""Runs the tasks that storage keeps, so that each deed gets done however often we die.

A task is a row, written in the transaction that makes the deed necessary; it is deleted when the
deed is done. A runner leases due tasks, runs each once at a time, and sleeps until the next one is
due or a commit asks for another. What fails is tried again after a growing pause.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

import structlog

from bot.ports import Clock, Store, Wait
from bot.story.errors import StorageError
from bot.story.tasks import ALONE, Shard, Task, TaskKind

_log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=15)
"""Longer than any task takes: a draft is given up after a few minutes at the most."""
LONGEST_SLEEP = timedelta(seconds=30)
"""Another process's tasks, whose lease ran out, are seen this soon."""
SHARED_SLEEP = timedelta(seconds=2)
"""The same where several processes serve shards: what a press in a direct message asks for is put
by the process that serves those, for whichever serves the story's server."""
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=5)
AT_ONCE = 64

Handler = Callable[[int], Awaitable[None]]


class Runner:
    """Leases tasks and runs their handlers, many at once, each deed once at a time."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        handlers: Mapping[TaskKind, Handler],
        holder: str,
        shard: Shard = ALONE,
    ) -> None:
        """Args describe the process.

        Args:
            store: where tasks are kept.
            clock: the time.
            handlers: what to do for each kind; called with the task's subject.
            holder: this process's name, the same after a restart, so that what it held when it
                died is free at once.
            shard: whose tasks this process takes.
        """
        self._store = store
        self._clock = clock
        self._handlers = handlers
        self._holder = holder
        self._shard = shard
        self._longest = LONGEST_SLEEP if shard.count == 1 else SHARED_SLEEP
        self._wake = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._loop: asyncio.Task[None] | None = None
        self._deeds: set[str] = set()
        self._unfreed: list[Task] = []
        self._full = False
        self._deaf: Callable[[], None] | None = None

    async def start(self) -> None:
        """Free what an earlier life of this process held, and begin."""
        self._deaf = self._store.on_tasks(self._wake.set)
        async with self._store.write() as work:
            await work.tasks.free(self._holder)
        self._loop = asyncio.create_task(self._work(), name="backstage")

    async def stop(self, patience: float = 0.0) -> None:
        """Take nothing new, end what runs, and free the rest.

        Args:
            patience: seconds for which what runs may go on; then it ends at its next wait.
        """
        if self._deaf:
            self._deaf()
        if self._loop:
            self._loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._loop
        if self._running and patience:
            await asyncio.wait(tuple(self._running), timeout=patience)
        for running in tuple(self._running):
            running.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        with contextlib.suppress(StorageError):
            async with self._store.write() as work:
                await work.tasks.free(self._holder)

    async def _work(self) -> None:
        while True:
            self._wake.clear()
            pause = self._longest
            try:
                pause = await self._take()
            except StorageError as error:
                # The disk may be full or gone for now; what is due stays due.
                _log.warning("tasks cannot be read", error=str(error))
            except Exception:  # noqa: BLE001 - whatever it was, work must not stop silently
                _log.exception("tasks cannot be taken")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause.total_seconds()):
                    await self._wake.wait()

    async def _take(self) -> timedelta:
        """Start what is due; how long there is nothing to do."""
        now = self._clock.now()
        room = AT_ONCE - len(self._running)
        # Until it is known: whoever ends meanwhile makes room.
        self._full = True
        unfreed, self._unfreed = self._unfreed, []
        try:
            leased, next_due = await self._lease(unfreed, now, room)
        except BaseException:
            self._unfreed += unfreed
            raise
        for task in leased:
            if task.name in self._deeds:
                # It runs longer than its lease, which was just renewed: once at a time.
                continue
            self._deeds.add(task.name)
            running = asyncio.create_task(self._run(task), name=task.name)
            self._running.add(running)
            running.add_done_callback(self._ended)
        self._full = len(leased) == room
        if next_due is None or self._full:
            return self._longest
        return min(self._longest, max(timedelta(0), next_due - self._clock.now()))

    async def _lease(
        self, unfreed: list[Task], now: datetime, room: int
    ) -> tuple[list[Task], datetime | None]:
        """Free what could not be freed before, take what is due; and when the next one is."""
        # A task whose lease is forgotten is taken again; a start frees what was held before anyway.
        async with self._store.write(lasting=False) as work:
            for task in unfreed:
                await work.tasks.again(task, self._holder, now)
            leased = (
                await work.tasks.lease(self._holder, now, now + LEASE, room, self._shard)
                if room
                else []
            )
            return leased, await work.tasks.next_due(self._shard)

    def _ended(self, running: asyncio.Task[None]) -> None:
        self._running.discard(running)
        # A look for tasks takes the right to write, so nobody looks where there is nothing new.
        if self._full:
            self._wake.set()

    async def _perform(self, task: Task) -> None:
        try:
            await self._handlers[task.kind](task.subject_id)
        finally:
            # Before the row is freed: once it is, the deed may be taken again at once.
            self._deeds.discard(task.name)

    async def _run(self, task: Task) -> None:
        """Run one task; whatever happens, it is either done or due again."""
        structlog.contextvars.bind_contextvars(task=task.name)
        try:
            await self._perform(task)
        except Wait as wait:
            await self._again(task, wait.after, failed=False)
        except Exception as error:  # noqa: BLE001 - a task must not die silently, whatever it met
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(task.attempts, 10))
            expected = isinstance(error, StorageError)
            _log.warning(
                "task failed",
                task=task.name,
                attempts=task.attempts,
                error=type(error).__name__,
                exc_info=None if expected else error,
            )
            await self._again(task, pause)
        else:
            await self._done(task)

    async def _again(self, task: Task, after: timedelta, *, failed: bool = True) -> None:
        try:
            async with self._store.write(lasting=False) as work:
                due_at = self._clock.now() + after
                await work.tasks.again(task, self._holder, due_at, failed=failed)
        except StorageError:
            self._unfreed.append(task)
        self._wake.set()

    async def _done(self, task: Task) -> None:
        try:
            async with self._store.write(lasting=False) as work:
                gone = await work.tasks.done(task, self._holder)
        except StorageError:
            # Done again, once the database can be written: every deed bears being repeated.
            self._unfreed.append(task)
            gone = False
        if not gone:
            self._wake.set()
