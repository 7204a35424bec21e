"""The sole right to serve a database's shard: held as long as the process lives, by nobody else.

On SQLite it is a lock on a file beside the database, on PostgreSQL an advisory lock of a connection
of its own; either is let go by the system when the process dies, however it dies. Whoever serves
any shard also shares a second lock, so that what must be alone with the whole database (restoring
it) can tell. Between PostgreSQL and the bot no pool may hand the connection to others.
"""

import asyncio
import contextlib
import fcntl
import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import URL

from bot.story.errors import StorageError, StorageGoneError
from bot.story.tasks import Shard
from storage import engines
from storage.naming import IN_SETTINGS, reaching

SEEK_SECONDS = 0.5
"""How often a right that somebody else holds is asked for."""
WATCH_SECONDS = 1.0
"""How often is looked whether the connection that holds a right still stands."""
ANSWER_SECONDS = 3.0
"""How long the database may take to say so."""
RETAKE_SECONDS, RETAKE_PAUSE = 3.0, 0.1
"""How long it is tried to take a right again that was dropped. While the server is away, nobody
else can have it; where we alone cannot reach it, somebody may by then."""
GRACE_SECONDS = 5.0
"""How long whoever held a right before, and did not let it go, may need to notice that it is lost:
a watch, an answer that does not come, and a moment to stop."""
_CLASS = 0x74726F75
"""First half of the keys of our advisory locks ("trou")."""
_ALL = 0
"""Second half of the key that everybody who serves a shard shares. Whoever serves one of so many
shares the key of minus that number: shards counted otherwise hold the same servers."""
_GOODBYE = "troupe_sole_right_released"
"""Channel on which PostgreSQL tells who waits that a right was let go."""
_OTHERWISE = """
SELECT EXISTS (
    SELECT 1 FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid = %s
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND objid::bigint > 2147483647 AND objid::bigint <> %s
)
"""
_NO_FILE = (
    "The folder of the stories' database cannot be written. Whoever runs this bot must let it "
    "write there, or choose another folder."
)
_NO_SERVER = (
    "The stories' database cannot be reached. Whoever runs this bot must check that it is there "
    "and may be opened."
)


class _Lock(Protocol):
    """One right, on one engine."""

    async def take(self) -> bool:
        """Take it; False if somebody else holds it."""
        ...

    async def stands(self) -> bool:
        """Whether it is still held, having been taken."""
        ...

    def was_given(self) -> bool:
        """Whether whoever held it before is sure to do nothing more, having been waited for."""
        ...

    async def release(self) -> None:
        """Let it go."""
        ...


class Sole:
    """The right of one process to serve a shard.

    Attributes:
        lost: set when the right was lost without being let go; nothing may be done any more.
    """

    def __init__(self, url: str, shard: Shard | None) -> None:
        """Args say what for.

        Args:
            url: the database's address.
            shard: the shard to serve; None to be alone with the whole database.
        """
        self._lock = _lock(engines.parse(url), shard)
        self._watching: asyncio.Task[None] | None = None
        self.lost = asyncio.Event()

    async def take(self) -> bool:
        """Take the right, if nobody holds it.

        Raises:
            StorageError: that cannot be found out.
        """
        if not await self._lock.take():
            return False
        self.lost.clear()
        self._watching = asyncio.create_task(self._watch(), name="sole")
        return True

    async def seek(self, waiting: Callable[[], None]) -> None:
        """Take the right, as soon as nobody else holds it.

        Where it was waited for and comes without a goodbye, whoever held it may live and not know
        yet that it is lost: then this returns ``GRACE_SECONDS`` after it was taken.

        Args:
            waiting: called once if somebody does.

        Raises:
            StorageError: that cannot be found out.
        """
        told = False
        while not await self.take():
            if not told:
                waiting()
                told = True
            await asyncio.sleep(SEEK_SECONDS)
        if told and not self._lock.was_given():
            await asyncio.sleep(GRACE_SECONDS)

    async def release(self) -> None:
        """Let the right go."""
        if self._watching:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching
            self._watching = None
        await self._lock.release()

    async def _watch(self) -> None:
        while await self._lock.stands() or await self._retaken():  # noqa: ASYNC110 - nobody wakes us up
            await asyncio.sleep(WATCH_SECONDS)
        self.lost.set()

    async def _retaken(self) -> bool:
        """Whether the right is ours again before anybody else's, as after a server's restart."""
        try:
            async with asyncio.timeout(RETAKE_SECONDS):
                while True:
                    with contextlib.suppress(StorageError):
                        return await self._lock.take()
                    await asyncio.sleep(RETAKE_PAUSE)
        except TimeoutError:
            return False


@contextlib.asynccontextmanager
async def alone(url: str) -> AsyncIterator[bool]:
    """Be alone with a database for a while, if nobody serves it; whether that is so.

    Raises:
        StorageError: that cannot be found out.
    """
    right = Sole(url, None)
    try:
        with reaching(engines.parse(url), IN_SETTINGS):
            taken = await right.take()
        yield taken
    finally:
        await right.release()


def _lock(url: URL, shard: Shard | None) -> _Lock:
    if engines.is_sqlite(url):
        return _FileLock(url, shard)
    return _ServerLock(url, shard)


class _FileLock:
    """Locks on files beside an SQLite database; the system drops them with the process."""

    def __init__(self, url: URL, shard: Shard | None) -> None:
        path = (url.database or "").removeprefix("file:").partition("?")[0]
        self._shared = Path(f"{path}.lock")
        self._own = None if shard is None else Path(f"{path}.{shard.id}-of-{shard.count}.lock")
        self._alike = None if shard is None else Path(f"{path}.of-{shard.count}.lock")
        self._held: list[int] = []

    async def take(self) -> bool:
        try:
            self._shared.parent.mkdir(parents=True, exist_ok=True)
            if self._own is None or self._alike is None:
                return self._lock(self._shared, fcntl.LOCK_EX)
            if (
                self._lock(self._own, fcntl.LOCK_EX)
                and self._lock(self._shared, fcntl.LOCK_SH)
                and self._lock(self._alike, fcntl.LOCK_SH)
                and not any(map(self._is_held, self._otherwise()))
            ):
                return True
        except OSError as error:
            await self.release()
            raise StorageError(_NO_FILE) from error
        await self.release()
        return False

    def _otherwise(self) -> list[Path]:
        """The locks of those who count shards otherwise."""
        counted = f"{self._shared.name.removesuffix('lock')}of-"
        found = self._shared.parent.iterdir()
        return [p for p in found if p.name.startswith(counted) and p != self._alike]

    def _is_held(self, path: Path) -> bool:
        if not self._lock(path, fcntl.LOCK_EX):
            return True
        os.close(self._held.pop())
        return False

    def _lock(self, path: Path, how: int) -> bool:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._held.append(file)
        return True

    async def stands(self) -> bool:
        return True

    def was_given(self) -> bool:
        # A file is only let go by whoever holds it, or by their end.
        return True

    async def release(self) -> None:
        while self._held:
            os.close(self._held.pop())


class _ServerLock:
    """Advisory locks of PostgreSQL; the server drops them with the connection."""

    def __init__(self, url: URL, shard: Shard | None) -> None:
        self._url = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._own = None if shard is None else (shard.count << 15) + shard.id
        self._alike = None if shard is None else -shard.count
        self._connection: Any = None
        self._holds = False
        self._heard = -GRACE_SECONDS

    async def take(self) -> bool:
        self._holds = await self._taken()
        return self._holds

    async def _taken(self) -> bool:
        # Only who uses PostgreSQL needs its driver.
        import psycopg  # noqa: PLC0415

        try:
            if self._connection is None or self._connection.closed:
                self._connection = await psycopg.AsyncConnection.connect(
                    self._url,
                    autocommit=True,
                    connect_timeout=10,
                    application_name="troupe: sole right",
                    # The server, too, notices soon that this machine is gone.
                    options="-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2"
                    " -c tcp_keepalives_count=3",
                    keepalives_idle=5,
                    keepalives_interval=2,
                    keepalives_count=3,
                )
                self._connection.add_notify_handler(self._hear)
                await self._connection.execute(f"LISTEN {_GOODBYE}")
            if self._own is None or self._alike is None:
                return await self._ask("pg_try_advisory_lock", _ALL)
            # First what others may share: it costs nobody anything if the second is refused.
            if not await self._ask("pg_try_advisory_lock_shared", _ALL):
                return False
            await self._ask("pg_try_advisory_lock_shared", self._alike)
            if not await self._is_counted_otherwise(self._alike) and await self._ask(
                "pg_try_advisory_lock", self._own
            ):
                return True
            await self._ask("pg_advisory_unlock_shared", self._alike)
            await self._ask("pg_advisory_unlock_shared", _ALL)
        except (psycopg.Error, OSError, TimeoutError) as error:
            await self.release()
            raise StorageGoneError(_NO_SERVER) from error
        return False

    def _hear(self, said: Any) -> None:  # noqa: ANN401 - psycopg's
        if said.payload == str(self._own):
            self._heard = time.monotonic()

    def was_given(self) -> bool:
        # One heard longer ago was to somebody else.
        return time.monotonic() - self._heard < GRACE_SECONDS

    async def _is_counted_otherwise(self, alike: int) -> bool:
        """Whether somebody serves one of another number of shards."""
        # Keys are kept there without a sign.
        return await self._told(_OTHERWISE, _CLASS, alike + (1 << 32))

    async def _ask(self, function: str, key: int) -> bool:
        return await self._told(f"SELECT {function}({_CLASS}, {key})")

    async def _told(self, statement: str, *values: int) -> bool:
        async with asyncio.timeout(ANSWER_SECONDS):
            cursor = await self._connection.execute(statement, values or None)
            row = await cursor.fetchone()
        return bool(row[0])

    async def stands(self) -> bool:
        import psycopg  # noqa: PLC0415

        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._connection.execute("SELECT 1")
        except (psycopg.Error, OSError, TimeoutError):
            return False
        return True

    async def release(self) -> None:
        if self._connection is not None:
            import psycopg  # noqa: PLC0415

            connection, self._connection = self._connection, None
            goodbye = f"SELECT pg_notify('{_GOODBYE}', '{self._own}')" if self._holds else ""
            self._holds = False
            # The server would notice the closing only a moment later.
            with contextlib.suppress(psycopg.Error, OSError, TimeoutError):
                async with asyncio.timeout(ANSWER_SECONDS):
                    if goodbye:
                        await connection.execute(goodbye)
                    await connection.execute("SELECT pg_advisory_unlock_all()")
            await connection.close()
