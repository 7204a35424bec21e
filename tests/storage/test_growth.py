"""What it costs does not grow with the story."""

import time

from sqlalchemy import insert, select, update

from bot.ports import UnitOfWork
from bot.story.tale import Branch
from bot.story.turn import DeedKind, Source
from storage.tables import branches, deeds, turns
from tests.storage.kit import NOW, OWNER, Stand, the_branch

SHORT, LONG = 1_000, 50_000


def jump(depth: int) -> int | None:
    """To which depth a turn of a depth jumps, as ``storage.chains`` has it."""
    # In the skew-binary form of the depth its smallest place is taken away.
    size = 1
    while size * 2 + 1 <= depth:
        size = size * 2 + 1
    rest = depth
    while rest:
        if rest >= size:
            rest, last = rest - size, size
        else:
            size //= 2
    return depth - last or None


async def grow(unit: UnitOfWork, branch: Branch, first: int, last: int) -> None:
    """Append turns ``first`` to ``last`` the quick way; their ids are their depths."""
    connection = unit.connection
    served = connection.dialect.name == "postgresql"
    if served:
        # With statistics of the time when a table was small it would read all of it for each
        # reference to one of its rows.
        await connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
    numbers = range(first, last + 1)
    ours = {"story_id": branch.story_id, "branch_id": branch.id}
    done = {"kind": DeedKind.TYPED, "writer_id": OWNER, "at": NOW}
    said = {"speaker": "Mira", "author_id": OWNER, "source": Source.HUMAN, "created_at": NOW}
    await connection.execute(insert(deeds), [{"id": n, **ours, **done} for n in numbers])
    await connection.execute(
        insert(turns),
        [
            {"id": n, "parent_id": n - 1 or None, "deed_id": n, "depth": n, **ours, **said}
            | {"jump_id": jump(n), "text": f"Turn {n}. " * 8}
            for n in numbers
        ],
    )
    await connection.execute(update(branches).values(head_id=last, depth=last))
    if served:
        # What it does itself within a minute. Plans made for a small table end with it.
        await connection.exec_driver_sql("ANALYZE")


async def seconds(stand: Stand) -> dict[str, float]:
    """The shortest of several times that each question takes."""
    best: dict[str, float] = {}
    async with stand.read() as unit:
        branch = await the_branch(unit)
        head = branch.depth
        for _ in range(7):
            questions = {
                "tail": unit.turns.tail(branch.id, 200),
                "newer": unit.turns.newer(head - 20, branch.id),
                "in_past": unit.turns.in_past(head - 20, branch.id),
                "long past": unit.turns.among_past(branch.id, [1, head // 3, head // 2]),
                "last_deeds": unit.turns.last_deeds(branch.id, 5),
            }
            for name, question in questions.items():
                began = time.perf_counter()
                await question
                took = time.perf_counter() - began
                best[name] = min(took, best.get(name, took))
    return best


async def test_reading_the_end_costs_the_same_in_a_long_story(stand: Stand) -> None:
    branch = await stand.branch()
    async with stand.write() as unit:
        await grow(unit, branch, 1, SHORT)
    short = await seconds(stand)
    async with stand.write() as unit:
        await grow(unit, branch, SHORT + 1, LONG)
    long = await seconds(stand)
    async with stand.read() as unit:
        assert [t.id for t in await unit.turns.tail(branch.id, 3)] == [LONG - 2, LONG - 1, LONG]
    # Fifty times the story; a walk of all of it would take fifty times as long.
    assert {name: long[name] / short[name] > 5 for name in short} == dict.fromkeys(short, False)


async def test_a_turn_jumps_back_so_that_any_other_is_found_in_few_steps(stand: Stand) -> None:
    for n in range(0, 300, 50):
        await stand.say(*(f"{m}" for m in range(n, n + 50)))
    async with stand.read() as unit:
        found = await unit.connection.execute(select(turns.c.depth, turns.c.id, turns.c.jump_id))
        rows = {depth: (turn_id, jump_id) for depth, turn_id, jump_id in found}
    depth_of = {turn_id: depth for depth, (turn_id, _) in rows.items()}
    for depth, (_, jump_id) in rows.items():
        assert (depth_of[jump_id] if jump_id else None) == jump(depth), depth
