import asyncio
import dataclasses

from bot.ports import NewCall
from bot.story.canon import Fact, FactState, NewFact
from bot.story.purse import Call, CallState, Usage
from tests.storage.kit import NOW, OWNER, Stand, later


def fact(story_id: int, **changes: object) -> NewFact:
    plain = NewFact(story_id, "The well is dry.", "the well", FactState.PROPOSED, 3, None)
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


async def test_facts_are_numbered_within_their_story(stand: Stand) -> None:
    _, (turn,) = await stand.say("The well was dry that year.")
    other = await stand.open(3)
    new = fact(turn.story_id, source_turn_id=turn.id, quote="well was dry", from_turn_id=turn.id)
    async with stand.write() as unit:
        first = await unit.canon.add(new, NOW)
        second = await unit.canon.add(fact(turn.story_id), NOW)
        elsewhere = await unit.canon.add(fact(other.story.id), NOW)
    assert [first.number, second.number, elsewhere.number] == [1, 2, 1]
    assert first == Fact(
        id=first.id,
        story_id=turn.story_id,
        number=1,
        text="The well is dry.",
        about="the well",
        state=FactState.PROPOSED,
        proposed_by=3,
        accepted_by=None,
        source_turn_id=turn.id,
        quote="well was dry",
        from_turn_id=turn.id,
        until_turn_id=None,
        added_at=NOW,
    )
    async with stand.read() as unit:
        assert await unit.canon.get(turn.story_id, 1) == first
        assert await unit.canon.get(turn.story_id, 9) is None
        assert await unit.canon.of_turns([turn.id, 99]) == [first]
        assert await unit.canon.of_turns([]) == []
        proposed = frozenset({FactState.PROPOSED, FactState.CANON})
        assert await unit.canon.facts(turn.story_id, proposed) == [first, second]
        assert await unit.canon.facts(turn.story_id, frozenset()) == []


async def test_facts_are_counted_by_the_branch_they_came_from(stand: Stand) -> None:
    branch = await stand.branch()
    here = fact(branch.story_id, branch_id=branch.id)
    async with stand.write() as unit:
        for new in (here, here, fact(branch.story_id)):
            await unit.canon.add(new, NOW)
        await unit.canon.add(dataclasses.replace(here, state=FactState.CANON), NOW)
        proposed = frozenset({FactState.PROPOSED})
        assert await unit.canon.tally(branch.story_id, proposed) == {branch.id: 2, None: 1}
        assert await unit.canon.tally(branch.story_id + 1, proposed) == {}


async def test_facts_added_at_once_get_numbers_of_their_own(stand: Stand) -> None:
    story_id = (await stand.place()).story.id

    async def add(_: int) -> int:
        async with stand.write() as unit:
            return (await unit.canon.add(fact(story_id), NOW)).number

    assert sorted(await asyncio.gather(*map(add, range(10)))) == list(range(1, 11))


async def test_the_life_of_a_fact(stand: Stand) -> None:
    _, (turn,) = await stand.say("x")
    async with stand.write() as unit:
        new = await unit.canon.add(fact(turn.story_id, source_turn_id=turn.id), NOW)
        await unit.canon.set_state(new.id, FactState.CANON, OWNER, NOW)
        canon = await unit.canon.get(turn.story_id, 1)
        assert canon == dataclasses.replace(new, state=FactState.CANON, accepted_by=OWNER)
        await unit.canon.set_state(
            new.id, FactState.RETIRED, 8, later(hours=1), until_turn_id=turn.id
        )
        assert await unit.canon.get(turn.story_id, 1) == dataclasses.replace(
            canon,
            state=FactState.RETIRED,
            retired_by=8,
            retired_at=later(hours=1),
            until_turn_id=turn.id,
        )
        assert await unit.canon.of_turns([turn.id]) == []
        await unit.canon.set_state(new.id, FactState.DISPUTED, 8, later(hours=2), why="it burns")
        assert await unit.canon.of_id(new.id) == dataclasses.replace(
            canon, state=FactState.DISPUTED, disputed_by=8, why="it burns"
        )
        await unit.canon.set_state(new.id, FactState.CANON, OWNER, NOW)
        assert await unit.canon.of_id(new.id) == canon
        assert await unit.canon.of_id(99) is None


async def test_calls_are_reserved_and_then_paid(stand: Stand) -> None:
    story_id = (await stand.place()).story.id
    call = NewCall(77, story_id, 3, "draft", None, "some-model", 5_000, NOW)
    usage = Usage(1, 2, 3, 4)
    async with stand.write() as unit:
        first = await unit.purse.begin(call)
        await unit.purse.begin(dataclasses.replace(call, at=later(hours=-30)))
        assert await unit.purse.spent(77, later(hours=-24)) == 5_000
        assert await unit.purse.spent(77, later(hours=-48)) == 10_000
        assert await unit.purse.spent(1, later(hours=-48)) == 0
        await unit.purse.end(
            first, CallState.DONE, usage=usage, cost=3_210, at=later(seconds=9), outcome="3 drafts"
        )
        assert await unit.purse.spent(77, NOW) == 3_210
        assert await unit.purse.spent_on(story_id) == 8_210
        assert await unit.purse.spent_on(99) == 0
    async with stand.read() as unit:
        calls = await unit.purse.calls(story_id)
    assert calls[0] == Call(
        id=first,
        guild_id=77,
        story_id=story_id,
        writer_id=3,
        purpose="draft",
        ballot_id=None,
        model="some-model",
        state=CallState.DONE,
        usage=usage,
        cost=3_210,
        asked_at=NOW,
        answered_at=later(seconds=9),
        outcome="3 drafts",
    )
    assert calls[1].state is CallState.PENDING


async def test_calls_that_a_process_left_are_ended_at_their_estimates(stand: Stand) -> None:
    ballot = await stand.ballot()
    call = NewCall(77, ballot.story_id, 3, "draft", ballot.id, "some-model", 5_000, NOW)
    async with stand.write() as unit:
        left, ended = await unit.purse.begin(call), await unit.purse.begin(call)
        await unit.purse.end(ended, CallState.DONE, usage=Usage(), cost=7, at=NOW, outcome="fine")
        await unit.purse.begin(dataclasses.replace(call, ballot_id=None))
        await unit.purse.abandon(ballot.id, later(hours=1))
        calls = {one.id: one for one in await unit.purse.calls(ballot.story_id)}
    assert [one.state for one in calls.values()] == ["failed", "done", "pending"]
    assert (calls[left].cost, calls[left].answered_at) == (5_000, later(hours=1))
    assert calls[ended].outcome == "fine"
