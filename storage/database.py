"""The store: one writer, several readers, and what is told after a commit."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
)
from datetime import UTC, datetime
from typing import Literal, Self

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ports import (
    BallotRepository,
    CanonRepository,
    CastRepository,
    Clock,
    ForkRepository,
    PostRepository,
    ProposalRepository,
    PurseRepository,
    StoryRepository,
    TaskRepository,
    TurnRepository,
    UnitOfWork,
)
from bot.story.errors import StorageError
from storage import engines
from storage.ballots import Ballots
from storage.canon import Canon
from storage.cast import Cast
from storage.faults import BUSY, is_away, told
from storage.forks import Forks
from storage.migrating import migrate
from storage.posts import Posts
from storage.proposals import Proposals
from storage.purse import Purse
from storage.stories import Stories
from storage.tasks import Tasks
from storage.turns import Turns
from storage.turnstile import Turnstile

Synchronous = Literal["FULL", "NORMAL"]


_Begin = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
RESTART_SECONDS = 5.0
"""How long a server that went away is waited for, before anybody is told."""
LOOK_SECONDS = 0.1


class SystemClock:
    """The machine's time; see ``bot.ports.Clock``."""

    def now(self) -> datetime:
        """The time now, in UTC."""
        return datetime.fromtimestamp(time.time(), UTC)


class Unit:
    """One transaction over all repositories; see ``bot.ports.UnitOfWork``."""

    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self.connection = connection
        self._tasks = Tasks(connection)
        self._stories = Stories(connection)
        self.stories: StoryRepository = self._stories
        self.forks: ForkRepository = Forks(connection)
        self.cast: CastRepository = Cast(connection)
        self.turns: TurnRepository = Turns(connection)
        self.ballots: BallotRepository = Ballots(connection)
        self.canon: CanonRepository = Canon(connection)
        self.proposals: ProposalRepository = Proposals(connection)
        self.posts: PostRepository = Posts(connection, clock)
        self.purse: PurseRepository = Purse(connection)
        self.tasks: TaskRepository = self._tasks

    @property
    def asked_for_tasks(self) -> bool:
        """Whether a task was asked for in this transaction."""
        return self._tasks.asked

    @property
    def rebound_channels(self) -> bool:
        """Whether a channel was bound to a story in this transaction, or unbound."""
        return self._stories.rebound


class Database:
    """See ``bot.ports.Store``. Open one per process and file; close it at the end."""

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine, clock: Clock) -> None:
        self._writer = writer
        self._reader = reader
        self._clock = clock
        self._turnstile = Turnstile()
        self._readers = asyncio.Semaphore(engines.READERS)
        self._writing: asyncio.Task[object] | None = None
        self._wakes: list[Callable[[], None]] = []
        self._forgets: list[Callable[[], None]] = []
        self._away_since: float | None = None

    @classmethod
    async def open(
        cls, url: str, *, clock: Clock | None = None, synchronous: Synchronous = "FULL"
    ) -> Self:
        """Open a database, making its file, folder and tables where they are missing.

        Args:
            url: such as ``sqlite:///data/troupe.db`` or ``postgresql://user@host/name``.
            clock: tells when posts are queued; the system's, if none is given.
            synchronous: SQLite's setting of that name. FULL keeps each committed turn even if
                the power fails; NORMAL keeps it only through a crash of the process.

        Raises:
            StorageError: it cannot be opened, or was made by a newer version.
        """
        parsed = engines.parse(url)
        engines.require_driver(parsed)
        await migrate(parsed)
        database = cls(
            engines.writer(parsed, synchronous), engines.reader(parsed), clock or SystemClock()
        )
        try:
            # Found out now rather than by the first writer who says something.
            async with database.read():
                pass
        except BaseException:
            await database.close()
            raise
        return database

    async def close(self) -> None:
        """Close all connections, once nobody writes any more."""
        async with self._turnstile.turn():
            await self._writer.dispose()
            await self._reader.dispose()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[UnitOfWork]:
        """A consistent view for reading; a few at a time, in order of coming.

        Raises:
            StorageError: it cannot be read, or all connections for reading stay taken.
        """
        async with self._a_reader():
            with told():
                async with self._begun(lambda: engines.reading(self._reader)) as connection:
                    yield Unit(connection, self._clock)

    @asynccontextmanager
    async def _a_reader(self) -> AsyncIterator[None]:
        """Wait for a connection in order of coming: the pool lets newcomers go first.

        Raises:
            StorageError: all of them stay taken.
        """
        try:
            async with asyncio.timeout(engines.BUSY_MILLISECONDS / 1000):
                await self._readers.acquire()
        except TimeoutError as error:
            raise StorageError(BUSY) from error
        try:
            yield
        finally:
            self._readers.release()

    @asynccontextmanager
    async def write(self, *, lasting: bool = True) -> AsyncIterator[UnitOfWork]:
        """A transaction taken for writing at once; committed on a clean end, else rolled back.

        Args:
            lasting: False: it lets others go first, and its commit does not wait for the disk; see
                ``bot.ports.Store``.

        Raises:
            RuntimeError: this task is in a writing transaction already, and would wait for itself.
        """
        if self._writing is not None and self._writing is asyncio.current_task():
            raise RuntimeError("A writing transaction inside another would wait for ever.")
        asked = rebound = done = False
        try:
            async with self._turnstile.turn(behind=not lasting):
                self._writing = asyncio.current_task()
                try:
                    with told(committing=lambda: done):
                        async with self._begun(
                            lambda: engines.writing(self._writer, lasting=lasting)
                        ) as connection:
                            unit = Unit(connection, self._clock)
                            yield unit
                            asked, rebound = unit.asked_for_tasks, unit.rebound_channels
                            done = True
                finally:
                    self._writing = None
        finally:
            # Also if we are cancelled during the commit, which may have taken place all the same.
            for hear in (*(self._wakes if asked else ()), *(self._forgets if rebound else ())):
                hear()

    @asynccontextmanager
    async def _begun(self, begin: _Begin) -> AsyncIterator[AsyncConnection]:
        """A transaction. A server that is just being restarted is waited for.

        Raises:
            DBAPIError: it could not begin, or not end.
        """
        while True:
            async with AsyncExitStack() as begun:
                try:
                    connection = await begun.enter_async_context(begin())
                except DBAPIError as error:
                    if not self._may_pass(error):
                        raise
                else:
                    self._away_since = None
                    yield connection
                    return
            await asyncio.sleep(LOOK_SECONDS)

    def _may_pass(self, error: DBAPIError) -> bool:
        """Whether to wait for a server that is away."""
        if not is_away(error):
            return False
        now = time.monotonic()
        # Counted from when it was first missed, or all who come would wait in turn.
        if self._away_since is None:
            self._away_since = now
        return now - self._away_since < RESTART_SECONDS

    def on_tasks(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Call ``wake`` after each commit that asked for tasks; what is returned ends that."""
        self._wakes.append(wake)
        return lambda: self._wakes.remove(wake) if wake in self._wakes else None

    def on_channels(self, forget: Callable[[], None]) -> Callable[[], None]:
        """Call ``forget`` after each commit that bound a channel to a story, or unbound one.

        What is returned ends that.
        """
        self._forgets.append(forget)
        return lambda: self._forgets.remove(forget) if forget in self._forgets else None
