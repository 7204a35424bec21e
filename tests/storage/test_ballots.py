import asyncio
import dataclasses

import pytest

from bot.story.ballot import (
    LIVE,
    Ballot,
    BallotState,
    Hold,
    NewVariant,
    Pending,
    VariantState,
)
from bot.story.errors import ConflictError
from bot.story.tale import Settings
from bot.story.turn import Beat, BeatKind
from storage.tables import IS_LIVE_BALLOT
from tests.storage.kit import CHANNEL, NOW, OWNER, Stand, later, new_ballot, new_round, the_branch

BEATS = (Beat("Mira", BeatKind.SPEECH, "“Salt.”"), Beat("Narrator", BeatKind.NARRATION, "Dusk."))


@pytest.fixture
async def ballot(stand: Stand) -> Ballot:
    opened = await stand.ballot()
    drafts = [NewVariant(1, f"angle {n}", BEATS, None) for n in range(2)]
    own = NewVariant(1, "", BEATS[:1], OWNER)
    async with stand.write() as unit:
        await unit.ballots.add_variants(opened.id, drafts, [1, 0], later(minutes=1))
        await unit.ballots.add_variants(opened.id, [own], [2], later(minutes=2))
        await unit.ballots.add_variants(opened.id, [], [], NOW)
    return await get(stand, opened.id)


async def get(stand: Stand, ballot_id: int) -> Ballot:
    async with stand.read() as unit:
        found = await unit.ballots.get(ballot_id)
    assert found
    return found


async def test_a_ballot_comes_back_whole(stand: Stand, ballot: Ballot) -> None:
    assert ballot.state is BallotState.DRAFTING
    assert ballot.settings == Settings(variants=2)
    assert ballot.rounds == (new_round(1),)
    assert [variant.place for variant in ballot.variants] == [1, 0, 2]
    assert [variant.label for variant in ballot.standing] == ["A", "B", "C"]
    assert ballot.variants[0].beats == BEATS
    assert ballot.variants[2].author_id == OWNER
    assert (ballot.opened_at, ballot.window_ends) == (NOW, later(hours=12))
    assert ballot.approvals == {}
    async with stand.read() as unit:
        assert await unit.ballots.live(ballot.branch_id) == ballot
        assert await unit.ballots.live_in_story(ballot.story_id) == [ballot]
        assert await unit.ballots.of_variant(ballot.variants[1].id) == ballot
        assert await unit.ballots.of_variant(99) is None
        assert await unit.ballots.get(99) is None
        assert await unit.ballots.recent(99, 3) == []


async def test_a_branch_has_one_live_ballot(stand: Stand, ballot: Ballot) -> None:
    for state in BallotState:
        async with stand.write() as unit:
            await unit.ballots.save(dataclasses.replace(ballot, state=state))
        if state in LIVE:
            assert state in str(IS_LIVE_BALLOT)
            with pytest.raises(ConflictError, match="Steer"):
                await stand.ballot()
    async with stand.read() as unit:
        assert await unit.ballots.live(ballot.branch_id) is None
    newer = await stand.ballot()
    async with stand.read() as unit:
        recent = await unit.ballots.recent(ballot.branch_id, 5)
    assert [one.id for one in recent] == [newer.id, ballot.id]
    assert len(recent[1].variants) == 3


async def test_of_ballots_opened_at_once_one_wins(stand: Stand) -> None:
    async def try_to_open(_: int) -> bool:
        try:
            await stand.ballot()
        except ConflictError:
            return False
        return True

    assert sum(await asyncio.gather(*map(try_to_open, range(10)))) == 1


async def test_saving_keeps_the_ballots_own_fields(stand: Stand, ballot: Ballot) -> None:
    wanted = dataclasses.replace(
        ballot,
        state=BallotState.SETTLED,
        window_ends=later(hours=1),
        countdown_ends=later(hours=2),
        tied_since=later(hours=3),
        runoff=True,
        winner_id=ballot.variants[0].id,
        closed_by=OWNER,
        closing_note="note",
        settled_at=later(hours=4),
    )
    async with stand.write() as unit:
        await unit.ballots.save(wanted)
    assert await get(stand, ballot.id) == wanted


async def test_rounds_are_numbered_once_and_end_once(stand: Stand, ballot: Ballot) -> None:
    async with stand.write() as unit:
        with pytest.raises(ConflictError):
            await unit.ballots.add_round(ballot.id, new_round(1))
        await unit.ballots.add_round(ballot.id, new_round(2))
        assert await unit.ballots.end_round(ballot.id, 2, later(hours=1), "too dark", 3)
        assert not await unit.ballots.end_round(ballot.id, 2, later(hours=2), "", 0)
        assert not await unit.ballots.end_round(ballot.id, 7, NOW, "", 0)
    rounds = (await get(stand, ballot.id)).rounds
    ended = dataclasses.replace(new_round(2), done_at=later(hours=1), failure="too dark", dropped=3)
    assert rounds == (new_round(1), ended)


async def test_variants_are_locked_and_allowed(stand: Stand, ballot: Ballot) -> None:
    first = ballot.variants[0]
    async with stand.write() as unit:
        await unit.ballots.set_variant(first.id, VariantState.LOCKED, frozenset({4, 2}))
    kept = (await get(stand, ballot.id)).variant(first.id)
    assert kept == dataclasses.replace(first, state=VariantState.LOCKED, allowed=frozenset({2, 4}))


async def test_approvals_count_once_and_end_a_none(stand: Stand, ballot: Ballot) -> None:
    a, b = ballot.variants[0].id, ballot.variants[1].id

    async def press(variant_id: int, minutes: int, *, on: bool) -> Ballot:
        async with stand.write() as unit:
            await unit.ballots.approve(ballot.id, variant_id, 1, later(minutes=minutes), on=on)
        return await get(stand, ballot.id)

    async def none(minutes: int, *, on: bool) -> Ballot:
        async with stand.write() as unit:
            await unit.ballots.press_none(ballot.id, 1, later(minutes=minutes), on=on)
        return await get(stand, ballot.id)

    assert (await press(a, 1, on=True)).approvals == {a: {1}}
    again = await press(a, 2, on=True)
    assert (again.approvals, again.pressed) == ({a: {1}}, {1: later(minutes=1)})
    both = await press(b, 3, on=True)
    assert (both.approvals, both.pressed) == ({a: {1}, b: {1}}, {1: later(minutes=3)})
    assert (await press(a, 4, on=False)).approvals == {b: {1}}
    assert (await press(a, 5, on=False)).pressed == {1: later(minutes=4)}
    refused = await none(6, on=True)
    assert (refused.approvals, refused.nones) == ({}, {1})
    assert (await none(7, on=True)).pressed == {1: later(minutes=6)}
    withdrawn = await none(8, on=False)
    assert (withdrawn.nones, withdrawn.pressed) == (frozenset(), {1: later(minutes=8)})
    assert (await none(9, on=False)).pressed == {1: later(minutes=8)}
    await none(10, on=True)
    assert (await press(a, 11, on=True)).nones == frozenset()


async def test_approvals_pressed_twice_at_once_count_once(stand: Stand, ballot: Ballot) -> None:
    async def press(writer_id: int) -> None:
        async with stand.write() as unit:
            first = ballot.variants[0].id
            await unit.ballots.approve(ballot.id, first, writer_id, NOW, on=True)

    await asyncio.gather(*(press(writer_id) for writer_id in [1, 2, 3] * 5))
    assert (await get(stand, ballot.id)).approvals == {ballot.variants[0].id: {1, 2, 3}}


async def test_holds_are_replaced_and_end(stand: Stand, ballot: Ballot) -> None:
    async with stand.write() as unit:
        await unit.ballots.hold(ballot.id, 1, "steer", later(minutes=5))
        await unit.ballots.hold(ballot.id, 1, "steer", later(minutes=10))
        await unit.ballots.hold(ballot.id, 1, "mine", later(minutes=6))
    assert (await get(stand, ballot.id)).holds == (
        Hold(1, Pending.MINE, later(minutes=6)),
        Hold(1, Pending.STEER, later(minutes=10)),
    )
    async with stand.write() as unit:
        await unit.ballots.end_hold(ballot.id, 1, "mine")
    assert [hold.kind for hold in (await get(stand, ballot.id)).holds] == [Pending.STEER]


async def test_other_branches_have_their_own_ballots(stand: Stand, ballot: Ballot) -> None:
    other = await stand.open(3)
    async with stand.write() as unit:
        branch = await the_branch(unit, 3)
        theirs = await unit.ballots.open(new_ballot(branch, channel_id=3))
    async with stand.read() as unit:
        assert await unit.ballots.live(other.branch.id) == theirs
        assert await unit.ballots.live(ballot.branch_id) == ballot
        assert (await unit.ballots.live_in_story(other.story.id)) == [theirs]
    assert ballot.channel_id == CHANNEL
