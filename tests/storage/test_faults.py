import os
import signal
import sys
import traceback
from asyncio.subprocess import PIPE, create_subprocess_exec
from contextlib import AsyncExitStack
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.story.errors import StorageDamagedError, StorageError, StorageUnsureError
from bot.story.posts import NewPost, PostKind
from storage import engines, health
from storage.database import Database
from storage.faults import as_storage_error, sentence
from storage.migrating import require_current
from storage.server_driver import Connection
from tests.databases import Server
from tests.storage.kit import CHANNEL, Stand, say, the_branch

UNSAID = "nobody may read this in a log"


on_a_file = pytest.mark.parametrize("engine", ["sqlite"])


async def pragma(stand: Stand, text: str) -> object:
    async with stand.write() as unit:
        return (await unit.connection.exec_driver_sql(f"PRAGMA {text}")).scalar()


@on_a_file
async def test_a_full_disk_is_told_and_leaves_nothing_half_done(stand: Stand) -> None:
    await stand.say("before")
    pages = await pragma(stand, "page_count")
    await pragma(stand, f"max_page_count = {pages}")
    told = pytest.raises(StorageError, match="disk that holds the stories is full")
    with told as caught:
        async with stand.write() as unit:
            _, (turn,) = await say(unit, await the_branch(unit), UNSAID)
            posts = [NewPost(CHANNEL, PostKind.TURN, turn.id, UNSAID * 100) for _ in range(50)]
            await unit.posts.add(posts)
    assert UNSAID not in "".join(traceback.format_exception(caught.value))
    assert await stand.texts() == ["before"]
    async with stand.read() as unit:
        assert await unit.posts.pending(CHANNEL) == 0
    await pragma(stand, "max_page_count = 100000")
    await stand.say("after")
    assert await stand.texts() == ["before", "after"]


@on_a_file
async def test_a_read_only_database_can_be_read_and_says_so(stand: Stand) -> None:
    await stand.say("before")
    path = stand.url.removeprefix("sqlite:///")
    frozen = await Database.open(f"sqlite:///file:{path}?mode=ro&uri=true")
    async with frozen.read() as unit:
        branch = await the_branch(unit)
        assert len(await unit.turns.chain(branch.id)) == 1
    with pytest.raises(StorageError, match="read-only"):
        async with frozen.write() as unit:
            await say(unit, branch, "never")
    await frozen.close()
    assert await stand.texts() == ["before"]


@on_a_file
async def test_a_text_that_the_disk_spoilt_is_told_and_not_quoted(stand: Stand) -> None:
    await stand.say(UNSAID)
    async with stand.write() as unit:
        spoilt = "UPDATE turns SET text = CAST(CAST(text AS BLOB) || x'ff' AS TEXT)"
        await unit.connection.exec_driver_sql(spoilt)
    with pytest.raises(StorageDamagedError, match="damaged") as caught:
        await stand.texts()
    assert UNSAID not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("content", "said"), [(b"not a database, but long enough" * 99, "damaged"), (None, "reached")]
)
async def test_what_is_no_database_is_told_on_opening(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "broken.db"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(StorageError, match=said):
        await Database.open(f"sqlite:///{path}")


async def test_what_cannot_even_be_named_is_told(tmp_path: Path) -> None:
    path, url = tmp_path / "broken.db", f"sqlite:///{tmp_path}/broken.db"
    await (await Database.open(url)).close()
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"tablefactsfacts", b"tablefact\xd1facts"))
    assert path.read_bytes() != whole
    for opening in (Database.open(url), health.look(url)):
        with pytest.raises(StorageDamagedError):
            await opening
    with pytest.raises(StorageDamagedError):
        require_current(engines.parse(url))


async def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be made"):
        await Database.open(f"sqlite:///{tmp_path}/file/a/b.db")


async def test_folders_are_made(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/a/b/stories.db")
    await database.close()
    assert (tmp_path / "a/b/stories.db").exists()


class RefusedError(Exception):
    """As a driver raises it."""

    def __init__(self, **codes: object) -> None:
        super().__init__(f"Failing row contains ({UNSAID})")
        for name, value in codes.items():
            setattr(self, name, value)


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ({"sqlite_errorname": "SQLITE_BUSY_SNAPSHOT"}, "held"),
        ({"sqlite_errorname": "SQLITE_IOERR_WRITE"}, "cannot be reached"),
        ({"sqlite_errorname": "SQLITE_CONSTRAINT_CHECK"}, "mistake in the bot"),
        ({"sqlstate": "53100"}, "full"),
        ({"sqlstate": "25006"}, "read-only"),
        ({"sqlstate": "57P01"}, "cannot be reached"),
        ({"sqlstate": "40P01"}, "held"),
        ({}, "cannot be reached"),
    ],
)
def test_errors_become_sentences(codes: dict[str, object], said: str) -> None:
    error = OperationalError("SELECT", None, RefusedError(**codes))
    assert said in sentence(error)
    assert "SELECT" not in sentence(error)


def test_a_refused_row_is_not_quoted() -> None:
    class Diagnosis:
        constraint_name = "ck_turns_depth"

    refused = RefusedError(sqlstate="23514", diag=Diagnosis())
    fault = as_storage_error(IntegrityError("INSERT", None, refused))
    shown = "".join(traceback.format_exception(fault))
    assert UNSAID not in shown
    assert "ck_turns_depth" in shown


CHILD = """
import asyncio, sys
from storage import engines, health
from storage.database import Database
from tests.storage.kit import new_deed, the_branch

async def main():
    database = await Database.open(sys.argv[1])
    async with database.write() as unit:
        await unit.turns.append(await the_branch(unit), new_deed("committed"))
    async with database.write() as unit:
        await unit.turns.append(await the_branch(unit), new_deed("in the middle"))
        print("now", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_process_killed_in_the_middle_leaves_nothing_half_done(stand: Stand) -> None:
    root = Path(__file__).parents[2]
    child = await create_subprocess_exec(
        sys.executable,
        "-c",
        CHILD,
        stand.url,
        stdout=PIPE,
        env=os.environ | {"PYTHONPATH": str(root)},
    )
    assert child.stdout
    assert await child.stdout.readline() == b"now\n"
    child.send_signal(signal.SIGKILL)
    await child.wait()
    child.stdout._transport.close()
    assert await stand.texts() == ["committed"]
    await stand.say("after")
    assert await stand.texts() == ["committed", "after"]


async def test_a_lock_that_nobody_gives_back_is_told(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_MILLISECONDS", 50)
    other = await Database.open(stand.url)
    async with stand.write():
        with pytest.raises(StorageError, match="held by somebody else"):
            async with other.write():
                pass
    async with other.write() as unit:
        await say(unit, await the_branch(unit), "now")
    await other.close()


async def test_when_all_readers_are_taken_it_is_told(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_MILLISECONDS", 50)
    other = await Database.open(stand.url)
    async with AsyncExitStack() as taken:
        for _ in range(engines.READERS):
            await taken.enter_async_context(other.read())
        with pytest.raises(StorageError, match="held by somebody else"):
            async with other.read():
                pass
    await other.close()


on_a_server = pytest.mark.parametrize("engine", ["postgresql"])


@on_a_server
async def test_a_server_that_was_restarted_is_found_again(stand: Stand, server: Server) -> None:
    await stand.say("before")
    server.restart()
    assert await stand.texts() == ["before"]
    await stand.say("after")
    assert await stand.texts() == ["before", "after"]


@on_a_server
async def test_a_connection_lost_in_the_middle_is_told_and_nothing_is_done(
    stand: Stand, server: Server
) -> None:
    gone = pytest.raises(StorageError, match="cannot be reached")
    with gone:
        async with stand.write() as unit:
            await say(unit, await the_branch(unit), "lost")
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE state = 'idle in transaction'"
            )
            await say(unit, await the_branch(unit), "never")
    await stand.say("after")
    assert await stand.texts() == ["after"]


@on_a_server
async def test_of_a_commit_whose_answer_is_lost_nobody_says_that_nothing_was_saved(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stand.say("before")
    commit = Connection.commit

    async def cut_off(connection: Connection) -> None:
        await commit(connection)
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as broken:
        broken.setattr(Connection, "commit", cut_off)
        with pytest.raises(StorageUnsureError, match="may be saved or not") as caught:
            await stand.say("perhaps")
    assert "nothing was saved" not in str(caught.value)
    assert await stand.texts() == ["before", "perhaps"]


@on_a_server
async def test_a_commit_that_is_refused_is_known_not_to_be_done(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(connection: Connection) -> None:
        await connection.rollback()
        raise psycopg.errors.DiskFull("no space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Connection, "commit", refused)
        with pytest.raises(StorageError, match="full, so nothing was saved"):
            await stand.say("never")
    assert await stand.texts() == []
