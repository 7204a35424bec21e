"""Backups, restoring and moving, on both engines and between them."""

import asyncio
import os
import random
import shutil
import stat
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select

from bot.story.errors import StorageError
from bot.story.tasks import Shard
from storage import engines, keeping
from storage.database import Database
from storage.fingerprint import fingerprint, pack, unpack
from storage.naming import shown
from storage.new_files import keep
from storage.sides import opened
from storage.sole import Sole
from storage.tables import metadata
from tests.databases import ENGINES
from tests.storage.full import HOSTILE, fill
from tests.storage.kit import NOW, Stand, say, the_branch

NONSENSE = b"not a database, but long enough" * 99


@pytest.fixture
async def full(url):
    """The address of a database that has something in each table; nobody has it open."""
    database = await Database.open(url, synchronous="NORMAL")
    await fill(database)
    await database.close()
    return url


@pytest.fixture(params=ENGINES)
def elsewhere(request, tmp_path, files):
    """The address of another database, empty."""
    if request.param == "sqlite":
        (tmp_path / "elsewhere").mkdir()
        yield files.new(tmp_path / "elsewhere", bare=True)
        return
    server = request.getfixturevalue("server")
    made = server.new(bare=True)
    yield made
    server.give_back(made)


def prints(url):
    with opened(engines.parse(url)) as side:
        return fingerprint(side)


def made(url):
    """The path of an SQLite file."""
    return Path(url.removeprefix("sqlite:///"))


async def everything(url):
    """All rows as the repositories would read them."""
    database = await Database.open(url)
    async with database.read() as unit:
        found = {
            name: sorted(
                (tuple(row) for row in await unit.connection.execute(select(table))), key=repr
            )
            for name, table in metadata.tables.items()
        }
    await database.close()
    return found


async def test_moved_everything_is_as_it_was(full, elsewhere):
    before = prints(full)
    asked = []
    moved = keeping.move(full, elsewhere, NOW, lambda table, rows: asked.append((table, rows)))
    assert moved == before == prints(full) == prints(elsewhere)
    assert dict(asked)["turns"] == 12
    assert await everything(full) == await everything(elsewhere)


async def test_what_was_moved_goes_on_with_new_ids(full, elsewhere):
    keeping.move(full, elsewhere, NOW)
    database = await Database.open(elsewhere)
    async with database.write() as unit:
        branch = await unit.stories.branch(1)
        deed, (turn,) = await say(unit, branch, "After the move.")
        assert (deed.id, turn.id, turn.depth) == (13, 13, 13)
        tasks = metadata.tables["tasks"]
        added = await unit.connection.execute(
            tasks.insert().values(kind="draft", subject_id=99, due_at=NOW, attempts=0, version=1)
        )
        # The last task was done and deleted; its id is not given again.
        assert added.inserted_primary_key == (13,)
    with pytest.raises(StorageError):
        async with database.write() as unit:
            await unit.connection.execute(
                metadata.tables["approvals"]
                .insert()
                .values(variant_id=99, writer_id=1, ballot_id=1)
            )
    await database.close()


async def test_a_database_with_stories_is_no_target(full, stand, url):
    before = prints(url)
    await stand.database.close()
    with pytest.raises(StorageError, match="already"):
        keeping.move(full, url, NOW)
    assert prints(url) == before


async def test_nothing_is_moved_into_a_database_with_stories(full, elsewhere):
    other = await Database.open(elsewhere)
    await Stand(other, elsewhere, None).open()
    await other.close()
    before = prints(elsewhere)
    with pytest.raises(StorageError, match="Name an empty database"):
        keeping.move(full, elsewhere, NOW)
    assert prints(elsewhere) == before


async def test_nothing_is_moved_to_where_it_is(full):
    with pytest.raises(StorageError, match="in use already"):
        keeping.move(full, full, NOW)


def test_a_database_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(StorageError, match="no database"):
        keeping.move(f"sqlite:///{tmp_path}/a.db", f"sqlite:///{tmp_path}/b.db", NOW)
    with pytest.raises(StorageError, match="no database"):
        keeping.backup(f"sqlite:///{tmp_path}/a.db", tmp_path / "b.db", NOW)
    assert list(tmp_path.iterdir()) == []


def test_a_database_without_tables_is_not_backed_up(new_url, tmp_path, engine):
    url = new_url(bare=True)
    if engine == "sqlite":
        made(url).touch()
    with pytest.raises(StorageError, match="Start the bot once"):
        keeping.backup(url, tmp_path / "backup.db", NOW)
    assert not (tmp_path / "backup.db").exists()


async def test_hostile_text_is_cleaned_on_its_way_in(full):
    place = metadata.tables["turns"].c.keys().index("text")
    texts = {row[place] for row in (await everything(full))["turns"]}
    cleaned = {text.replace("\x00", "") for text in HOSTILE}
    cleaned.remove(HOSTILE[2])
    assert cleaned <= texts
    assert not any("\x00" in text for text in texts)
    for text in texts:
        text.encode()


async def test_a_backup_can_be_tried_out_and_restored_on_either_engine(full, elsewhere, tmp_path):
    file = tmp_path / "backups" / "one.db"
    before = keeping.backup(full, file, NOW)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["one.db"]
    drill = keeping.drill(file)
    assert drill.recorded == drill.found == before == prints(full)
    assert drill.differing == []
    restored = keeping.restore(elsewhere, file, NOW)
    assert restored.prints == before == prints(elsewhere)
    assert await everything(full) == await everything(elsewhere)


async def test_a_backup_is_never_written_over(full, tmp_path):
    file = tmp_path / "one.db"
    file.write_text("mine")
    with pytest.raises(StorageError, match="exists already"):
        keeping.backup(full, file, NOW)
    assert file.read_text() == "mine"


def test_backups_of_the_same_second_have_different_names(tmp_path):
    names = []
    for _ in range(3):
        file = keeping.default_file(tmp_path, NOW)
        file.touch()
        names.append(file.name)
    stamp = NOW.strftime("%Y-%m-%dT%H-%M-%S")
    assert names == [f"troupe-{stamp}.db", f"troupe-{stamp}-2.db", f"troupe-{stamp}-3.db"]


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_file_that_is_no_database_is_replaced_by_a_backup_and_kept(full, tmp_path):
    file, broken = tmp_path / "one.db", tmp_path / "broken.db"
    before = keeping.backup(full, file, NOW)
    broken.write_bytes(NONSENSE)
    url = f"sqlite:///{broken}"
    with pytest.raises(StorageError, match=r"broken\.db is damaged or not a database, and nothing"):
        keeping.restore(url, file, NOW)
    assert broken.read_bytes() == NONSENSE
    restored = keeping.restore(url, file, NOW, replace=True)
    assert prints(url) == before
    kept = broken.with_name(restored.kept.rpartition("/")[2])
    assert kept.read_bytes() == NONSENSE


def test_what_was_not_yet_written_to_a_kept_file_is_not_taken_for_the_next_ones(tmp_path):
    path, kept = tmp_path / "one.db", tmp_path / "one.db.before"
    path.write_text("broken")
    (tmp_path / "one.db-wal").write_text("its end")
    keep(path, kept)
    assert kept.read_text() == path.read_text() == "broken"
    assert (tmp_path / "one.db.before-wal").read_text() == "its end"
    assert not (tmp_path / "one.db-wal").exists()


async def test_a_restored_database_keeps_the_old_one_beside(full, engine, tmp_path):
    file = tmp_path / "one.db"
    before = keeping.backup(full, file, NOW)
    database = await Database.open(full)
    async with database.write() as unit:
        await say(unit, await unit.stories.branch(1), "After the backup.")
    await database.close()
    with pytest.raises(StorageError, match="--replace"):
        keeping.restore(full, file, NOW)
    after = prints(full)
    assert after != before
    restored = keeping.restore(full, file, NOW, replace=True)
    assert prints(full) == before
    assert restored.kept
    if engine == "sqlite":
        assert prints(f"sqlite:///{restored.kept}") == after
        # Another one at the same time is kept beside it.
        again = keeping.restore(full, file, NOW, replace=True)
        assert again.kept == f"{restored.kept}-2"
        assert prints(f"sqlite:///{again.kept}") == before
    else:
        schema = restored.kept.split()[-1]
        kept = engines.parse(full).update_query_dict({"options": f"-csearch_path={schema}"})
        with opened(kept) as side:
            assert fingerprint(side) == after
        with psycopg.connect(full, autocommit=True) as connection:
            connection.execute(f"DROP SCHEMA {schema} CASCADE")
    # It is a database as any other.
    database = await Database.open(full)
    async with database.write() as unit:
        await say(unit, await unit.stories.branch(1), "After the restoring.")
    await database.close()


async def test_a_database_in_use_is_not_replaced(stand, tmp_path):
    file = tmp_path / "one.db"
    keeping.backup(stand.url, file, NOW)
    await stand.say("after the backup")
    before = prints(stand.url)
    with pytest.raises(StorageError, match="Stop the bot"):
        keeping.restore(stand.url, file, NOW, replace=True)
    assert prints(stand.url) == before
    await stand.say("it goes on")
    assert await stand.texts() == ["after the backup", "it goes on"]


async def test_what_is_no_backup_is_refused(full, tmp_path):
    plain = tmp_path / "plain.db"
    database = await Database.open(f"sqlite:///{plain}")
    await database.close()
    nonsense = tmp_path / "nonsense.db"
    nonsense.write_bytes(NONSENSE)
    for file, said in (
        (plain, "not a backup"),
        (nonsense, r"nonsense\.db is damaged, or no backup"),
        (tmp_path / "nothing.db", "no file"),
    ):
        with pytest.raises(StorageError, match=said):
            keeping.drill(file)
        with pytest.raises(StorageError, match=said):
            keeping.restore(full, file, NOW, replace=True)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_backup_that_was_changed_is_found_out(full, tmp_path):
    file = tmp_path / "one.db"
    keeping.backup(full, file, NOW)
    side = Path(shutil.copy(file, tmp_path / "changed.db"))
    database = engines.parse(f"sqlite:///{side}")
    with keeping.sqlite_opened(database) as changed:
        changed.connection.execute("UPDATE turns SET text = 'Changed.' WHERE id = 3")
        changed.connection.execute("DELETE FROM notices WHERE channel_id % 2 = 0")
    drill = keeping.drill(side)
    assert drill.differing == ["notices", "turns"]
    before = prints(full)
    with pytest.raises(StorageError, match="notices, turns"):
        keeping.restore(full, side, NOW, replace=True)
    assert prints(full) == before


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_backup_that_the_disk_spoilt_is_refused(full, tmp_path):
    file = tmp_path / "one.db"
    before = keeping.backup(full, file, NOW)
    whole = file.read_bytes()
    page, label = slice(40_000, 44_000), pack(before)[:30].encode()
    for spoilt in (
        whole.replace(whole[page], random.Random(1).randbytes(4_000)),
        whole.replace(b"tablefactsfacts", b"tablefact\xd1facts"),
        whole.replace(b"DROP TABLE turns", b"DROP\xffTABLE turns"),
        whole.replace(label, b"?" * len(label)),
        whole[: len(whole) // 2],
    ):
        assert spoilt != whole
        file.write_bytes(spoilt)
        with pytest.raises(StorageError, match=r"one\.db is (damaged|not a backup)"):
            keeping.restore(full, file, NOW, replace=True)
        assert prints(full) == before


async def test_a_fingerprint_can_be_kept(full):
    found = prints(full)
    assert unpack(pack(found)) == found
    assert found["turns"].count == 12


async def test_a_fingerprint_tells_each_change(stand):
    await stand.say("One.", "Two.")
    seen = [prints(stand.url)["turns"].digest]
    for change in ("text = 'Two!' WHERE id = 2", "text = 'Two.' WHERE id = 2", "author_id = 5"):
        async with stand.write() as unit:
            await unit.connection.exec_driver_sql(f"UPDATE turns SET {change}")  # noqa: S608 - ours
        seen.append(prints(stand.url)["turns"].digest)
    assert seen[0] == seen[2]
    assert len(set(seen)) == 3


# --- The real commands, as processes ------------------------------------------------------------


async def troupe(url, *arguments, cwd, before=""):
    """Run the command line; exit status, what it printed, and what it complained of."""
    command = " ".join([before, sys.executable, "-m", "bot", *arguments])
    process = await create_subprocess_exec(
        "/bin/sh",
        "-c",
        command,
        stdout=PIPE,
        stderr=PIPE,
        cwd=cwd,
        env=os.environ | {"DATABASE_URL": url, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    out, err = await process.communicate()
    process._transport.close()
    return process.returncode, out.decode(), err.decode()


async def test_the_commands_while_somebody_writes(stand, elsewhere, tmp_path):
    done = asyncio.Event()

    async def write():
        count = 0
        while not done.is_set():
            count += 1
            await stand.say(f"Turn {count}.")
            # The commands need the processor, too.
            await asyncio.sleep(0.005)
        return count

    writing = asyncio.create_task(write())
    status, out, err = await troupe(stand.url, "backup", cwd=tmp_path)
    assert (status, err) == (0, "")
    assert "turns" in out
    (file,) = (tmp_path / "backups").iterdir()
    assert file.name.startswith("troupe-2")
    (status, out, err), refused = await asyncio.gather(
        troupe(stand.url, "restore", "--check", str(file), cwd=tmp_path),
        troupe(stand.url, "restore", "--replace", str(file), cwd=tmp_path),
    )
    assert (status, err) == (0, "")
    assert "can be restored" in out
    # Nobody may take the place of a database at work.
    status, out, err = refused
    assert (status, out) == (1, "")
    assert "Stop the bot" in err
    done.set()
    count = await writing
    assert len(await stand.texts()) == count

    status, out, err = await troupe(elsewhere, "restore", str(file), cwd=tmp_path)
    assert (status, err) == (0, "")
    restored = await Database.open(elsewhere)
    async with restored.read() as unit:
        texts = [turn.text for turn in await unit.turns.chain((await the_branch(unit)).id)]
    await restored.close()
    # What was committed before a moment of the backup, without a gap.
    assert 0 < len(texts) < count
    assert texts == [f"Turn {n}." for n in range(1, len(texts) + 1)]


async def test_the_command_that_moves(full, elsewhere, tmp_path):
    status, out, err = await troupe(full, "move", "--to", f"'{elsewhere}'", cwd=tmp_path)
    assert (status, err) == (0, "")
    assert "12 turns" in out
    assert "DATABASE_URL" in out
    assert prints(full) == prints(elsewhere)
    status, out, err = await troupe(full, "move", "--to", f"'{elsewhere}'", cwd=tmp_path)
    assert (status, out) == (1, "")
    assert "already" in err


NOWHERE = "postgresql://troupe:quillfeather@127.0.0.1:1/stories"


async def test_a_move_says_which_of_the_two_databases_cannot_be_reached(full, elsewhere, tmp_path):
    status, out, err = await troupe(full, "move", "--to", NOWHERE, cwd=tmp_path)
    assert (status, out) == (1, "")
    assert "(stories on 127.0.0.1:1) cannot be reached, so nothing was done" in err
    status, _, err = await troupe(NOWHERE, "move", "--to", f"'{elsewhere}'", cwd=tmp_path)
    assert status == 1
    assert "DATABASE_URL names (stories on 127.0.0.1:1) cannot be reached" in err
    assert "quillfeather" not in err


async def test_a_database_that_goes_away_while_rows_are_copied_is_one_of_two(full, elsewhere):
    def cut_off(*_progress):
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    with pytest.raises(StorageError, match="One of the two databases went away") as told:
        keeping.move(full, elsewhere, NOW, cut_off)
    for url in (full, elsewhere):
        assert shown(engines.parse(url)) in str(told.value)
    assert prints(full)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://anna:secret@db.example:5433/stories", "stories on db.example:5433"),
        ("postgresql://anna@/stories?host=/run/pg&password=secret", "stories on /run/pg"),
        ("postgresql:///stories", "stories on this machine"),
        ("sqlite:///data/troupe.db", "data/troupe.db"),
        ("sqlite:///file:/a%20b/c.db?mode=ro&uri=true", "/a b/c.db"),
    ],
)
def test_a_database_is_named_without_a_password(url, said):
    assert shown(engines.parse(url)) == said


async def test_a_full_disk_leaves_no_half_backup(full, tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    status, out, err = await troupe(full, "backup", "a.db", cwd=folder, before="ulimit -f 200;")
    assert (status, out) == (1, "")
    assert "cannot be reached" in err or "full" in err or "could not be written" in err, err
    assert list(folder.iterdir()) == []


async def test_a_served_database_is_neither_moved_nor_replaced(full, tmp_path):
    file = tmp_path / "one.db"
    keeping.backup(full, file, NOW)
    bot = Sole(full, Shard())
    assert await bot.take()
    there = f"sqlite:///{tmp_path}/there.db"
    try:
        for command in (("move", "--to", there), ("restore", "--replace", str(file))):
            status, out, err = await troupe(full, *command, cwd=tmp_path)
            assert (status, out) == (1, "")
            assert "Stop the bot" in err
    finally:
        await bot.release()
    assert not (tmp_path / "there.db").exists()
    status, _, err = await troupe(full, "restore", "--replace", str(file), cwd=tmp_path)
    assert (status, err) == (0, "")


async def test_the_commands_say_what_to_do_about_a_file_that_is_no_database(tmp_path):
    broken = tmp_path / "broken.db"
    broken.write_bytes(NONSENSE)
    url = f"sqlite:///{broken}"
    status, out, err = await troupe(url, "backup", cwd=tmp_path)
    assert (status, out) == (1, "")
    assert err.startswith(f"{broken}, which DATABASE_URL names, is damaged or not a database.")
    assert "troupe restore FILE --replace" in err
    assert "Whoever" not in err
