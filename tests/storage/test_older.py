"""A database of an older version goes on with everything that is in it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, select, text

from bot.ports import UnitOfWork
from bot.story.canon import FactState
from bot.story.errors import StorageError
from bot.story.posts import NewPost, PostKind
from bot.story.tasks import Shard, TaskKind
from storage import engines, keeping, migrating
from storage.database import Database
from storage.fingerprint import fingerprint
from storage.sides import sqlite_opened, tables_in
from storage.tables import turns
from tests.storage.kit import CHANNEL, NOW, Watch, later, say
from tests.storage.test_growth import jump

DEPTH = 40
AT = round(NOW.timestamp()) * 1_000_000
"""Microseconds, as times were kept then."""


def first_tables(url: str) -> Engine:
    """A database with the tables of the first version."""
    engine = migrating._engine(engines.parse(url))
    migrating._upgrade(engine, "0001")
    return engine


def insert(connection: Connection, table: str, **values: object) -> None:
    marks = ", ".join(f":{name}" for name in values)
    statement = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})"  # noqa: S608 - ours
    connection.execute(text(statement), values)


def filled(connection: Connection) -> None:
    """A story of so many turns, with a fact, a post, a ballot and tasks."""
    blank = {"title": "Salt", "premise": "A lighthouse", "rating": "", "settings": "{}"}
    owned = {"guild_id": 77, "owner_id": 5, "opener_id": 5, "opened_at": AT, "state": "open"}
    insert(connection, "stories", **blank, **owned)
    insert(connection, "branches", story_id=1, name="main", depth=0)
    bound = {"channel_id": CHANNEL, "guild_id": 77, "seen_id": 9, "bound_at": AT}
    insert(connection, "channels", **bound, story_id=1, branch_id=1)
    insert(connection, "writers", story_id=1, writer_id=5, name="Ada")
    of = {"story_id": 1, "branch_id": 1}
    for n in range(1, DEPTH + 1):
        insert(connection, "deeds", **of, kind="typed", writer_id=5, at=AT, message_id=n)
        said = {"speaker": "Mira", "author_id": 5, "source": "human", "text": f"Turn {n}."}
        behind = {"parent_id": n - 1 or None, "deed_id": n, "depth": n, "created_at": AT}
        insert(connection, "turns", **of, **said, **behind)
    connection.execute(text("UPDATE branches SET head_id = :head, depth = :head"), {"head": DEPTH})
    told = {"text": "The lamp is dark.", "about": "", "state": "canon", "quote": "Turn 3."}
    who = {"proposed_by": 5, "accepted_by": 5, "source_turn_id": 3, "added_at": AT}
    insert(connection, "facts", story_id=1, number=1, **told, **who)
    ballot = {"channel_id": CHANNEL, "opener_id": 5, "state": "open", "settings": "{}"}
    times = {"opened_at": AT, "window_ends": AT, "closing_note": ""}
    insert(connection, "ballots", **of, **ballot, **times, runoff=False)
    post = {"kind": "turn", "subject_id": 1, "part": 0, "parts": 1, "name": "Mira", "text": "Hm."}
    state = {"avatar_url": "", "state": "due", "queued_at": AT, "wanted": 1, "shown": 0}
    insert(connection, "posts", channel_id=CHANNEL, **post, **state)
    for kind, subject_id in (("post", CHANNEL), ("settle", 1), ("draft", 1)):
        asked = {"due_at": AT, "attempts": 0, "version": 1}
        insert(connection, "tasks", kind=kind, subject_id=subject_id, **asked)
    # Numbers that were given are not given again.
    connection.execute(text("DELETE FROM tasks WHERE kind = 'draft'"))


async def test_a_story_of_the_first_version_goes_on(new_url: Callable[..., str]) -> None:
    url = new_url(bare=True)
    engine = first_tables(url)
    with engine.begin() as connection:
        filled(connection)
    engine.dispose()
    database = await Database.open(url, clock=Watch())
    async with database.write() as unit:
        place = await unit.stories.place(CHANNEL)
        assert place
        told = await unit.turns.chain(place.branch.id)
        assert [turn.text for turn in told] == [f"Turn {n}." for n in range(1, DEPTH + 1)]
        await say(unit, place.branch, "And on.")
        (fact,) = await unit.canon.facts(place.story.id, frozenset(FactState))
        assert (fact.text, fact.why, fact.branch_id) == ("The lamp is dark.", "", None)
        await unit.posts.add([NewPost(CHANNEL, PostKind.PROPOSAL, 1)])
        assert [post.name for post in await unit.posts.due(CHANNEL, 9)] == ["Mira", ""]
        await unit.tasks.put(TaskKind.FORK, 1, NOW)
        rows = (await unit.connection.execute(select(turns.c.depth, turns.c.jump_id))).all()  # type: ignore[attr-defined]
        assert {row.depth: row.jump_id for row in rows} == {n: jump(n) for n in range(1, DEPTH + 2)}
        ids = (await unit.connection.execute(text("SELECT id FROM tasks ORDER BY id"))).scalars()  # type: ignore[attr-defined]
        assert list(ids) == [1, 2, 4]
        # Each task knows its server, so that the other shard's process leaves it.
        assert await _leased(unit, Shard(1, 2)) == set()
        assert await _leased(unit, Shard(0, 2)) == {
            TaskKind.POST,
            TaskKind.SETTLE,
            TaskKind.FORK,
        }
        await unit.stories.forget_channel(CHANNEL)
        again = await unit.stories.last_played_in(place.story.id, CHANNEL)
        assert again
        assert again.id == place.branch.id
    await database.close()


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_database_that_lacks_rows_is_left_as_it_is(new_url: Callable[..., str]) -> None:
    url = new_url(bare=True)
    engine = first_tables(url)
    with engine.begin() as connection:
        filled(connection)
        connection.execute(text("UPDATE facts SET story_id = 99"))
    with pytest.raises(StorageError, match="lacks rows"):
        await Database.open(url)
    with engine.connect() as connection:
        assert migrating.revision_of(connection) == "0001"
    engine.dispose()


async def _leased(unit: UnitOfWork, shard: Shard) -> set[TaskKind]:
    found = await unit.tasks.lease("me", later(days=1), later(days=2), 9, shard)
    return {task.kind for task in found}


async def test_a_backup_of_the_first_version_is_restored(
    new_url: Callable[..., str], tmp_path: Path
) -> None:
    file = tmp_path / "older.db"
    old = engines.parse(f"sqlite:///{file}")
    engine = first_tables(str(old))
    with engine.begin() as connection:
        filled(connection)
    engine.dispose()
    with sqlite_opened(old) as side:
        side.connection.execute("PRAGMA journal_mode = DELETE")
        keeping._label(side, fingerprint(side, tables=tables_in(old)), NOW)
    tried = keeping.drill(file)
    assert tried.differing == []
    assert tried.found["turns"].count == DEPTH
    url = new_url(bare=True)
    keeping.restore(url, file, NOW)
    database = await Database.open(url, clock=Watch())
    async with database.read() as unit:
        place = await unit.stories.place(CHANNEL)
        assert place
        assert len(await unit.turns.chain(place.branch.id)) == DEPTH
    await database.close()
    with sqlite_opened(old) as side:
        side.connection.execute("UPDATE turns SET text = 'Forged.' WHERE id = 7")
    assert keeping.drill(file).differing == ["turns"]
    with pytest.raises(StorageError, match="turns"):
        keeping.restore(url, file, NOW, replace=True)
