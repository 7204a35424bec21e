"""What goes wrong is told in a sentence, and no process stays behind."""

import asyncio
import json
import sys
from pathlib import Path

import pytest
from rich.console import Console

from playground.claude.prices import bill
from playground.rehearsal.house import House
from playground.rehearsal.process import BotProcess
from playground.rehearsal.run import Options, perform, rehearse
from playground.rehearsal.script import RehearsalError, read_script


def script(folder: Path, *rows: object) -> Path:
    path = folder / "script.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def options(path: Path, folder: Path, *, writers: int = 2) -> Options:
    return Options(path, writers, seed=1, out=folder / "out", fast=True)


def line(text: object = "Yes.", **more: object) -> dict[str, object]:
    return {"story": "s", "seq": 0, "speaker": "Ada", "text": text} | more


def children() -> list[str]:
    """The ids of this process's children."""
    listed = Path("/proc/self/task").glob("*/children")
    return [pid for one in listed for pid in one.read_text().split()]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], "is empty"),
        ([line(), "no object"], "Line 2"),
        ([{"story": "s", "text": "no speaker"}], "speaker"),
        ([line(7)], "needs texts"),
        ([line(" \u200b ")], "nothing that a reader would see"),
        ([line("x" * 70_000)], "longer than a turn may be"),
    ],
)
async def test_a_script_that_cannot_be_read_is_refused(tmp_path, capsys, rows, told):
    assert await rehearse(options(script(tmp_path, *rows), tmp_path)) == 1
    said = capsys.readouterr().err
    assert told in said
    assert said.count("\n") == 1
    assert not (tmp_path / "out").exists()


async def test_a_script_that_is_not_there(tmp_path, capsys):
    assert await rehearse(options(tmp_path / "none.jsonl", tmp_path)) == 1
    assert "cannot be read" in capsys.readouterr().err


async def test_a_rehearsal_without_writers(tmp_path, capsys):
    assert await rehearse(options(script(tmp_path, line()), tmp_path, writers=0)) == 1
    assert "at least one writer" in capsys.readouterr().err


async def test_a_folder_that_cannot_be_used(tmp_path, capsys):
    (tmp_path / "out").write_text("a file")
    assert await rehearse(options(script(tmp_path, line()), tmp_path)) == 1
    assert "cannot be used" in capsys.readouterr().err


async def test_a_bot_that_dies_at_its_start(tmp_path):
    async with House(tmp_path) as house:
        await house.bot.stop()
        house.bot = BotProcess(tmp_path, {"DISCORD_TOKEN": ""})
        with pytest.raises(RehearsalError, match=r"ended at its start.*Set DISCORD_TOKEN"):
            await house.start_bot()


async def test_a_bot_that_dies_in_the_middle(tmp_path):
    path = script(tmp_path, *(line(f"Line {n}.") for n in range(500)))
    asked = options(path, tmp_path)
    async with House(asked.out) as house:
        world = house.local.world
        performing = asyncio.create_task(
            perform(house, read_script(path), asked, Console(quiet=True))
        )
        await house.local.until(
            lambda: any(m.content == "Line 3." for c in world.channels.values() for m in c.messages)
        )
        house.bot.kill()
        with pytest.raises(RehearsalError, match=r"ended in the middle \(status -9\)"):
            await performing


async def test_nobody_is_left_behind_by_an_impatient_stop(tmp_path):
    async with House(tmp_path) as house:
        stopping = asyncio.create_task(house.bot.stop())
        await asyncio.sleep(0)
        stopping.cancel()
        await asyncio.gather(stopping, return_exceptions=True)
        # By which signal is not always known: asyncio says 255 if the second finds it dead already.
        assert await house.bot.ended() != 0


async def test_the_bot_ends_with_whoever_started_it(tmp_path):
    async with House(tmp_path) as house:
        # What the system does for a process that is gone, whether it was killed or ended.
        house.bot._process.stdin.close()
        async with asyncio.timeout(20):
            assert await house.bot.ended() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="looks for children in /proc")
async def test_a_rehearsal_that_is_cancelled_leaves_no_process_behind(tmp_path):
    rows = [line(f"Line {n}.") for n in range(2_000)]
    # A database's server of other tests may be one.
    before = children()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(6):
            await rehearse(options(script(tmp_path, *rows), tmp_path))
    assert (tmp_path / "out" / "bot.log").exists()
    assert children() == before


def test_tokens_are_priced_by_the_list():
    used = {"input": 10_000, "cache_read": 100_000, "cache_write_1h": 20_000, "output": 5_000}
    usage = {"claude-opus-5-5": {"cache_write_5m": 0, **used}}
    made = bill(usage)
    assert (made.read, made.written) == (130_000, 5_000)
    assert made.usd == pytest.approx(0.04 + 0.02 + 0.16 + 0.10)
    assert bill({"another": usage["claude-opus-5-5"]}).usd is None
    assert bill({}).usd == 0
