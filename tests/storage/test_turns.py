import asyncio
import dataclasses

import pytest

from bot.story.errors import ConflictError, StaleError
from bot.story.posts import NewPost, PostKind, PostState
from bot.story.turn import Attachment, DeedKind, Revision, Source, TakingBackKind
from tests.storage.kit import (
    CHANNEL,
    NOW,
    OWNER,
    Stand,
    later,
    new_deed,
    new_turn,
    say,
    the_branch,
)


async def test_turns_come_back_as_they_were_appended(stand: Stand) -> None:
    mira = await stand.character()
    text = "«Salt», she said.\n\n\n   *waits* 🧂"
    turn = dataclasses.replace(
        new_turn(text, mira.id), attachments=(Attachment("a.png", "https://cdn/a.png", 12),)
    )
    deed = dataclasses.replace(new_deed("x"), turns=(turn, new_turn("after")), message_id=55)
    async with stand.write() as unit:
        done, added = await unit.turns.append(await the_branch(unit), deed)
    assert [one.depth for one in added] == [1, 2]
    assert added[1].parent_id == added[0].id
    assert added[0].text == text
    async with stand.read() as unit:
        branch = await the_branch(unit)
        assert (branch.head_id, branch.depth) == (added[1].id, 2)
        assert await unit.turns.chain(branch.id) == added
        assert await unit.turns.of_deed(done.id) == added
        assert await unit.turns.get(added[0].id) == added[0]
        assert await unit.turns.get(99) is None
        assert await unit.turns.deed(done.id) == done
        assert await unit.turns.deed(99) is None


async def test_what_engines_refuse_in_text_is_left_out(stand: Stand) -> None:
    _, (nul,) = await stand.say("a\x00b")
    _, (half,) = await stand.say("c\ud83d é")
    _, (pair,) = await stand.say("\ud83e\uddc2")
    async with stand.read() as unit:
        assert (await unit.turns.get(nul.id)).text == "ab"
        assert (await unit.turns.get(half.id)).text == "c� é"
        assert (await unit.turns.get(pair.id)).text == "🧂"


async def test_a_deed_adds_something(stand: Stand) -> None:
    with pytest.raises(ValueError, match="at least one turn"):
        await stand.say()


async def test_behind_a_stale_head_nothing_is_written(stand: Stand) -> None:
    before = await stand.branch()
    await stand.say("first")
    async with stand.write() as unit:
        with pytest.raises(StaleError, match="moved on"):
            await say(unit, before, "late", message_id=5)
        # The transaction goes on, and nothing half done goes with it.
        assert not await unit.turns.is_known(5)
        await say(unit, await the_branch(unit), "second", message_id=5)
    assert await stand.texts() == ["first", "second"]


async def test_a_replayed_message_is_read_once(stand: Stand) -> None:
    await stand.say("once", message_id=5)
    with pytest.raises(ConflictError) as caught:
        await stand.say("once", message_id=5)
    assert not isinstance(caught.value, StaleError)
    assert await stand.texts() == ["once"]


async def test_a_ballot_is_settled_once(stand: Stand) -> None:
    ballot = await stand.ballot()
    for expected in (["won"], ["won"]):
        try:
            async with stand.write() as unit:
                branch = await the_branch(unit)
                deed, _ = await unit.turns.append(branch, new_deed("won", ballot_id=ballot.id))
                assert (deed.kind, deed.ballot_id) == (DeedKind.BALLOT, ballot.id)
        except ConflictError:
            pass
        assert await stand.texts() == expected


async def test_twenty_appends_at_once_all_arrive_in_one_chain(stand: Stand) -> None:
    async def append(number: int) -> int:
        branch = await stand.branch()
        for attempt in range(100):
            try:
                async with stand.write() as unit:
                    await say(unit, branch, str(number))
            except StaleError:
                branch = await stand.branch()
            else:
                return attempt
        raise AssertionError("never got through")

    await asyncio.gather(*map(append, range(20)))
    async with stand.read() as unit:
        chain = await unit.turns.chain((await the_branch(unit)).id)
    assert sorted(int(turn.text) for turn in chain) == list(range(20))
    assert [turn.depth for turn in chain] == list(range(1, 21))
    assert [turn.parent_id for turn in chain] == [None, *(turn.id for turn in chain[:-1])]


async def test_tails_and_what_is_newer(stand: Stand) -> None:
    added = [(await stand.say(str(n)))[1][0] for n in range(6)]
    async with stand.write() as unit:
        await unit.turns.withdraw([added[4]], TakingBackKind.WITHDRAWAL, OWNER, NOW)
        branch = await the_branch(unit)

        async def tail(limit: int, *, withdrawn: bool = False) -> list[str]:
            found = await unit.turns.tail(branch.id, limit, withdrawn=withdrawn)
            return [turn.text for turn in found]

        async def newer(turn_id: int | None) -> list[str]:
            return [turn.text for turn in await unit.turns.newer(turn_id, branch.id)]

        assert await tail(0) == []
        assert await tail(1) == ["5"]
        assert await tail(3) == ["3", "5"]
        assert await tail(3, withdrawn=True) == ["3", "4", "5"]
        assert await tail(100) == ["0", "1", "2", "3", "5"]
        assert len(await unit.turns.chain(branch.id, withdrawn=True)) == 6
        assert await newer(None) == ["0", "1", "2", "3", "5"]
        assert await newer(added[2].id) == ["3", "5"]
        assert await newer(added[5].id) == []
        assert await unit.turns.in_past(None, branch.id)
        assert all([await unit.turns.in_past(turn.id, branch.id) for turn in added])
        assert not await unit.turns.in_past(99, branch.id)
        await unit.turns.undo(branch, await unit.turns.last_deeds(branch.id, 1), OWNER, NOW)
        assert not await unit.turns.in_past(added[5].id, branch.id)
        other = await unit.turns.append(await the_branch(unit), new_deed("other"))
        assert not await unit.turns.in_past(added[5].id, branch.id)
        assert await unit.turns.in_past(other[1][0].id, branch.id)
        assert await newer(None) == ["0", "1", "2", "3", "other"]


async def test_an_empty_branch_has_nothing(stand: Stand) -> None:
    branch = await stand.branch()
    async with stand.read() as unit:
        assert await unit.turns.tail(branch.id, 5) == []
        assert await unit.turns.newer(None, branch.id) == []
        assert await unit.turns.last_deeds(branch.id, 5) == []
        assert await unit.turns.last_taking_back(branch.id) is None
        assert await unit.turns.taking_back(9) is None


async def test_the_last_deeds_are_those_with_a_turn_that_stands(stand: Stand) -> None:
    typed, _ = await stand.say("typed")
    long, turns = await stand.say(*map(str, range(30)))
    gone, (lost,) = await stand.say("gone")
    last, _ = await stand.say("last")
    async with stand.write() as unit:
        await unit.turns.withdraw([lost, turns[-1]], TakingBackKind.HIDING, OWNER, NOW)
    async with stand.read() as unit:
        branch = await the_branch(unit)
        assert await unit.turns.last_deeds(branch.id, 1) == [last]
        assert await unit.turns.last_deeds(branch.id, 2) == [last, long]
        assert await unit.turns.last_deeds(branch.id, 9) == [last, long, typed]
        assert gone not in await unit.turns.last_deeds(branch.id, 9)


async def test_revisions_leave_the_first_text_alone(stand: Stand) -> None:
    _, (turn,) = await stand.say("first")
    async with stand.write() as unit:
        await unit.turns.revise(turn.id, "second", 8, Source.HUMAN, later(hours=1))
        newest = await unit.turns.revise(turn.id, "third", 9, Source.MODEL_EDITED, later(hours=2))
    assert newest == dataclasses.replace(
        turn, text="third", author_id=9, source=Source.MODEL_EDITED, revision=2
    )
    async with stand.read() as unit:
        assert await unit.turns.tail(turn.branch_id, 1) == [newest]
        assert await unit.turns.revisions(turn.id) == [
            Revision(turn.id, 0, "first", OWNER, Source.HUMAN, NOW),
            Revision(turn.id, 1, "second", 8, Source.HUMAN, later(hours=1)),
            Revision(turn.id, 2, "third", 9, Source.MODEL_EDITED, later(hours=2)),
        ]


async def test_a_turn_is_found_by_its_messages(stand: Stand) -> None:
    _, (turn,) = await stand.say("typed", message_id=500)
    async with stand.write() as unit:
        posts = await unit.posts.add(
            [
                NewPost(CHANNEL, PostKind.TURN, turn.id, message_id=601, state=PostState.LEFT),
                NewPost(CHANNEL, PostKind.TURN, turn.id, part=1, parts=2, original_id=500),
                # A card with the same number is about something else.
                NewPost(CHANNEL, PostKind.BALLOT, turn.id, message_id=700, state=PostState.LEFT),
            ]
        )
        await unit.posts.posted(posts[1].id, 602, 1)
    async with stand.read() as unit:
        for message_id in (500, 601, 602):
            assert await unit.turns.of_message(message_id) == turn
            assert await unit.turns.is_known(message_id)
        assert await unit.turns.of_message(700) is None
        assert await unit.turns.is_known(700)
        assert await unit.turns.of_message(1) is None
        assert not await unit.turns.is_known(1)
