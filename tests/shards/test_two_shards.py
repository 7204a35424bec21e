"""One process per shard, on one PostgreSQL: killed, relieved and racing, never twice."""

import asyncio
import signal
from pathlib import Path

import pytest

import playground
from playground.rehearsal.run import cast_out
from playground.rehearsal.script import Script, read_script
from tests.kill.kit import joined, nothing_lost_nothing_doubled
from tests.patience import allowed
from tests.shards.kit import WAITS, said, soon

pytestmark = pytest.mark.parametrize("engine", ["postgresql"])

SCENE = Path(playground.__file__).parent / "scenes" / "the-ferry.jsonl"
LINES = (slice(28, 64), slice(0, 40))
KILLED_AT, RELIEF_AT, RELIEVED_AT = 9, 6, 18
TAKINGS_BACK = 3
BETWEEN_BOOKS = 5
"""Turns."""


def cast(shards, shard):
    ((title, lines),) = read_script(SCENE).stories.items()
    script = Script({title: lines[LINES[shard]]})
    (performance,) = cast_out(shards.local, script, 3, 10 + shard, shards.guilds[shard])
    return performance


class Mark:
    """Set when so many lines stand."""

    def __init__(self, performance, **marks):
        self._at = {count: asyncio.Event() for count in marks.values()}
        self._marks = marks
        self._count = 0
        performance.told = self._told

    def _told(self, _line):
        self._count += 1
        if event := self._at.get(self._count):
            event.set()

    async def reached(self, name):
        await self._at[self._marks[name]].wait()


async def reading(performance):
    """Export now and then: each book is a beginning of the script."""
    wanted = [line.text for line in performance.lines]
    tally, local = performance.tally, performance.patience.local
    while True:
        next_at = tally.turns + BETWEEN_BOOKS
        await local.until(lambda at=next_at: tally.turns >= at, 120)
        told = (await performance.export()).turns
        for turn, text in zip(told, wanted, strict=False):
            assert turn["source"] == "model" or turn["text"] == text


async def takings_back(performance):
    """Take the last turn back and put it back, several times."""
    who, channel, patience = performance.opener, performance.channel, performance.patience

    async def until(count, command):
        while len((await performance.export()).turns) != count:
            await patience.command(who, channel, command)

    whole = len((await performance.export()).turns)
    for _ in range(TAKINGS_BACK):
        await until(whole - 1, "scene undo")
        await until(whole, "scene redo")
    book = [(turn["speaker"], turn["text"]) for turn in (await performance.export()).turns]

    def shown():
        return [(m.author_name, m.content) for m in channel.messages if m.author.webhook]

    await patience.local.until(
        lambda: joined(shown()) == joined(book), allowed(10), what="the last passage"
    )


async def played(performance):
    """Perform, with somebody who reads beside; then take back and put back."""
    reader = asyncio.create_task(reading(performance))
    try:
        await performance.perform()
    finally:
        reader.cancel()
        done = await asyncio.gather(reader, return_exceptions=True)
    assert isinstance(done[0], asyncio.CancelledError), done
    await takings_back(performance)
    await nothing_lost_nothing_doubled(performance)


async def killed_and_started_again(shards, bot, marks):
    await marks.reached("killed")
    bot.kill()
    assert await bot.ended() == -signal.SIGKILL
    await shards.gone(0)
    await bot.start()
    await shards.there(0)


async def relieved(shards, bot, marks):
    """A rolling restart: the next process waits while the first serves, then takes over."""
    await marks.reached("relief")
    relief = shards.bot(1, "relief")
    await relief.start()
    await soon(lambda: said(relief, WAITS))
    sessions = shards.local.gateway.identified
    await marks.reached("relieved")
    bot.terminate()
    assert await bot.ended() == 0
    await shards.local.until(lambda: shards.local.gateway.identified > sessions, 60, "the relief")
    return relief


@pytest.mark.timeout(240)
async def test_two_processes_never_do_a_thing_twice(shards):
    first, second = shards.bot(0, "first"), shards.bot(1, "second")
    # Side by side from the very start.
    await asyncio.gather(first.start(), second.start())
    await shards.there(0, 1)
    globe, rose = cast(shards, 0), cast(shards, 1)
    async with asyncio.TaskGroup() as group:
        group.create_task(killed_and_started_again(shards, first, Mark(globe, killed=KILLED_AT)))
        marks = Mark(rose, relief=RELIEF_AT, relieved=RELIEVED_AT)
        relieving = group.create_task(relieved(shards, second, marks))
        group.create_task(played(globe))
        group.create_task(played(rose))
    assert relieving.result().running
    assert not second.running
    assert shards.strays == []
    await nothing_is_left_to_do(shards)
    await each_ballot_was_settled_once(shards, globe, rose)
    await each_call_was_made_once(shards)
    tallies = (globe.tally, rose.tally)
    acts = sum(t.turns + t.votes + t.facts + t.ballots + 2 * TAKINGS_BACK for t in tallies)
    assert acts > 150, tallies


async def nothing_is_left_to_do(shards):
    async with asyncio.timeout(20):
        while await shards.rows("SELECT kind, subject_id FROM tasks"):  # noqa: ASYNC110 - nobody wakes us up
            await asyncio.sleep(0.1)
    states = {state for (state,) in await shards.rows("SELECT DISTINCT state FROM posts")}
    assert states <= {"posted", "left", "removed", "dropped"}
    twice = "SELECT message_id FROM posts WHERE state = 'posted' GROUP BY 1 HAVING count(*) > 1"
    assert await shards.rows(twice) == []


async def each_ballot_was_settled_once(shards, *performances):
    settled = await shards.rows("SELECT count(*), count(settled_at) FROM ballots")
    count = sum(performance.tally.ballots for performance in performances)
    assert settled == [(count, count)]
    # One deed for each that was won, and none for the others.
    won = await shards.rows("SELECT count(*) FROM ballots WHERE winner_id IS NOT NULL")
    deeds = await shards.rows("SELECT count(ballot_id), count(DISTINCT ballot_id) FROM deeds")
    assert deeds == [(won[0][0], won[0][0])]


async def each_call_was_made_once(shards):
    """What was asked of the model is what is booked; a kill may lose one answer."""
    answers = sum(usage["answers"] for usage in shards.claude.usage.values())
    booked = await shards.rows("SELECT guild_id, state, count(*) FROM calls GROUP BY 1, 2")
    done = sum(count for _, state, count in booked if state == "done")
    every = sum(count for *_, count in booked)
    assert done <= answers <= every
    assert every - done <= 1, booked
    assert {state for guild, state, _ in booked if guild == shards.guilds[1].id} == {"done"}
    rounds = await shards.rows("SELECT count(*) FROM rounds WHERE done_at IS NULL")
    assert rounds == [(0,)]
