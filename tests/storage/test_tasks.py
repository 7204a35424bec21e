import asyncio

import pytest
from sqlalchemy import text

from bot.story.tasks import Shard, Task, TaskKind
from tests.storage.kit import CHANNEL, NOW, Stand, later

ME = "me"
UNTIL = later(minutes=1)


async def put(stand: Stand, subject_id: int = 1, seconds: float = 0) -> None:
    async with stand.write() as unit:
        await unit.tasks.put(TaskKind.SETTLE, subject_id, later(seconds=seconds))


async def lease(stand: Stand, holder: str = ME, seconds: float = 0, limit: int = 10) -> list[Task]:
    async with stand.write() as unit:
        return await unit.tasks.lease(holder, later(seconds=seconds), UNTIL, limit)


async def next_due(stand: Stand) -> object:
    async with stand.read() as unit:
        return await unit.tasks.next_due()


async def test_a_task_is_taken_once_and_done(stand: Stand) -> None:
    assert await next_due(stand) is None
    await put(stand, 7)
    assert await next_due(stand) == NOW
    (task,) = await lease(stand)
    assert task == Task(TaskKind.SETTLE, 7, NOW, attempts=1, version=1)
    assert task.name == "settle:7"
    assert await lease(stand, "other") == []
    assert await next_due(stand) == UNTIL
    async with stand.write() as unit:
        assert not await unit.tasks.done(task, "other")
        assert await unit.tasks.done(task, ME)
        assert not await unit.tasks.done(task, ME)
    assert await next_due(stand) is None


async def test_the_longest_due_come_first(stand: Stand) -> None:
    for subject_id, seconds in ((1, 3), (2, 1), (3, 2), (4, 99)):
        await put(stand, subject_id, seconds)
    assert [task.subject_id for task in await lease(stand, seconds=5, limit=2)] == [2, 3]
    assert [task.subject_id for task in await lease(stand, seconds=5)] == [1]


async def test_asked_for_again_while_it_runs_it_runs_again(stand: Stand) -> None:
    await put(stand)
    (task,) = await lease(stand)
    await put(stand, seconds=30)
    assert await lease(stand, seconds=31) == []
    async with stand.write() as unit:
        assert not await unit.tasks.done(task, ME)
    (again,) = await lease(stand, seconds=31)
    assert (again.version, again.attempts, again.due_at) == (2, 1, later(seconds=30))


async def test_a_task_is_tried_later_with_its_attempts_counted(stand: Stand) -> None:
    await put(stand)
    (task,) = await lease(stand)
    async with stand.write() as unit:
        await unit.tasks.again(task, ME, later(seconds=10))
    assert await lease(stand, seconds=9) == []
    (again,) = await lease(stand, seconds=10)
    assert again.attempts == 2
    await put(stand, seconds=1)
    async with stand.write() as unit:
        await unit.tasks.again(again, ME, later(seconds=50))
    assert await next_due(stand) == later(seconds=1)


async def test_a_lease_that_is_over_is_anybodys(stand: Stand) -> None:
    await put(stand)
    (mine,) = await lease(stand)
    assert await lease(stand, "other", 59) == []
    (theirs,) = await lease(stand, "other", 60)
    assert theirs.attempts == 2
    async with stand.write() as unit:
        assert not await unit.tasks.done(mine, ME)
        await unit.tasks.again(mine, ME, later(hours=1))
    assert await next_due(stand) == UNTIL


@pytest.mark.parametrize("engine", ["postgresql"])
async def test_no_plan_takes_more_than_was_asked_for(stand: Stand) -> None:
    for subject_id in range(5):
        await put(stand, subject_id)
    async with stand.write() as unit:
        # What a planner with other statistics may choose: to look for the due tasks row by row.
        for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material"):
            await unit.connection.execute(text(f"SET LOCAL enable_{way} = off"))
        taken = await unit.tasks.lease(ME, NOW, UNTIL, 2)
    assert [task.subject_id for task in taken] == [0, 1]


async def test_a_holder_lets_everything_go(stand: Stand) -> None:
    await put(stand, 1)
    await put(stand, 2)
    await lease(stand, limit=1)
    await lease(stand, "other")
    async with stand.write() as unit:
        await unit.tasks.free(ME)
    assert [task.subject_id for task in await lease(stand)] == [1]


async def test_dropped_is_dropped(stand: Stand) -> None:
    await put(stand)
    async with stand.write() as unit:
        await unit.tasks.drop(TaskKind.DRAFT, 1)
        await unit.tasks.drop(TaskKind.SETTLE, 1)
    assert await lease(stand) == []


async def test_nobody_takes_what_another_took(stand: Stand) -> None:
    for subject_id in range(20):
        await put(stand, subject_id)
    taken = await asyncio.gather(*(lease(stand, f"holder {n}", limit=3) for n in range(10)))
    assert sorted(task.subject_id for some in taken for task in some) == list(range(20))


async def test_each_shard_takes_the_tasks_of_its_servers(stand: Stand) -> None:
    place = await stand.place()
    mine = next(n for n in range(2) if Shard(n, 2).serves(place.story.guild_id))
    ballot = await stand.ballot()
    async with stand.write() as unit:
        await unit.tasks.put(TaskKind.POST, CHANNEL, NOW)
        await unit.tasks.put(TaskKind.SETTLE, ballot.id, NOW)
        # Of no server that is known: whoever comes takes it.
        await unit.tasks.put(TaskKind.POST, 404, later(seconds=1))
    others, ours = Shard(1 - mine, 2), Shard(mine, 2)
    async with stand.write() as unit:
        assert await unit.tasks.next_due(others) == later(seconds=1)
        assert await unit.tasks.next_due(ours) == NOW
        taken = await unit.tasks.lease("other", NOW, UNTIL, 10, others)
        assert taken == []
        taken = await unit.tasks.lease(ME, NOW, UNTIL, 10, ours)
        assert {task.name for task in taken} == {f"post:{CHANNEL}", f"settle:{ballot.id}"}
        (left,) = await unit.tasks.lease("other", later(seconds=1), UNTIL, 10, others)
    assert left.subject_id == 404


async def test_a_channel_that_plays_nothing_any_more_is_still_of_its_server(stand: Stand) -> None:
    place = await stand.place()
    other = next(Shard(n, 2) for n in range(2) if not Shard(n, 2).serves(place.story.guild_id))
    async with stand.write() as unit:
        await unit.stories.forget_channel(CHANNEL)
        await unit.tasks.put(TaskKind.POST, CHANNEL, NOW)
    async with stand.write() as unit:
        assert await unit.tasks.lease(ME, NOW, UNTIL, 10, other) == []
        assert [task.subject_id for task in await unit.tasks.lease(ME, NOW, UNTIL, 10)] == [CHANNEL]


async def test_a_shard_has_its_channels_and_ballots_alone(stand: Stand) -> None:
    place = await stand.place()
    ballot = await stand.ballot()
    mine, others = sorted(
        (Shard(n, 2) for n in range(2)), key=lambda one: not one.serves(place.story.guild_id)
    )
    async with stand.read() as unit:
        assert await unit.stories.live_channels(mine) == [place.channel]
        assert await unit.stories.live_channels(others) == []
        assert await unit.ballots.live_ids(mine) == await unit.ballots.live_ids() == [ballot.id]
        assert await unit.ballots.live_ids(others) == []


async def test_asked_for_again_a_task_keeps_its_server(stand: Stand) -> None:
    place = await stand.place()
    other = next(Shard(n, 2) for n in range(2) if not Shard(n, 2).serves(place.story.guild_id))
    async with stand.write() as unit:
        await unit.tasks.put(TaskKind.POST, CHANNEL, NOW)
        await unit.stories.forget_channel(CHANNEL)
        await unit.tasks.put(TaskKind.POST, CHANNEL, NOW)
    async with stand.write() as unit:
        assert await unit.tasks.lease(ME, NOW, UNTIL, 10, other) == []


async def test_a_task_that_waits_in_order_counts_its_attempts_anew(stand: Stand) -> None:
    await put(stand)
    (task,) = await lease(stand)
    async with stand.write() as unit:
        await unit.tasks.again(task, ME, NOW)
    (task,) = await lease(stand)
    assert task.attempts == 2
    async with stand.write() as unit:
        await unit.tasks.again(task, ME, NOW, failed=False)
    (task,) = await lease(stand)
    assert task.attempts == 1
