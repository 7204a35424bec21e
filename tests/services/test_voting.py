import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.services.settling import MOVED_ON, NOTHING_WON
from bot.services.vote import MAX_OWN_DRAFT
from bot.story.ballot import Ballot, BallotState, Pending, Step, Variant, VariantState
from bot.story.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from bot.story.tale import TieRule, Voters
from bot.story.turn import Source
from tests.builders import (
    ADA,
    BEN,
    CHANNEL,
    CLEO,
    GULLS,
    LAMP,
    OWNER,
    STORM,
    drafted,
    speech,
)
from tests.services.table import COUNTDOWN, Table, by

REN_TALKS = drafted(speech("Ren", "Leave the rope where it is until the tide has turned."))
REN_WALKS = drafted(speech("Ren", "I walk out along the wall, and you may count my steps."))
ALL = (ADA, BEN, OWNER)


async def test_a_vote_from_asking_to_posting(table: Table) -> None:
    await table.say(ADA, "One.")
    ballot = await table.ballot()
    winner = table.saying(ballot, GULLS)
    for writer_id in ALL:
        await table.vote(writer_id, winner)
    assert (await table.look(ballot.id)).state is BallotState.OPEN
    settled = await table.settle(ballot)
    assert (settled.state, settled.winner_id) == (BallotState.SETTLED, winner.id)
    passage = (await table.turns())[-1]
    assert (passage.text, passage.source, passage.author_id) == (
        GULLS.beats[0].text,
        Source.MODEL,
        None,
    )
    card = await table.cards.card(ballot.id)
    assert card
    assert card.posted == (0, 1)
    await table.post()
    card = await table.cards.card(ballot.id)
    assert card
    assert card.posted == (1, 1)
    assert card.counts[winner.id] == 3
    assert table.stage.shown(CHANNEL)[-1] == GULLS.beats[0].text
    with pytest.raises(ConflictError, match="decided"):
        await table.vote(ADA, winner)


async def test_settling_twice_posts_once(table: Table) -> None:
    ballot, _ = await table.settled()
    await asyncio.gather(table.settling.run(ballot.id), table.settling.run(ballot.id))
    await table.settling.run(999)
    assert len(await table.turns()) == 1


async def test_the_countdown_runs_before_and_any_press_restarts_it(table: Table) -> None:
    ballot = await table.ballot()
    for writer_id in ALL:
        await table.vote(writer_id, ballot.variants[0])
    table.clock.advance(seconds=COUNTDOWN - 1)
    await table.settling.run(ballot.id)
    assert (await table.look(ballot.id)).state is BallotState.OPEN
    await table.vote(BEN, ballot.variants[1])
    table.clock.advance(seconds=COUNTDOWN - 1)
    await table.settling.run(ballot.id)
    assert (await table.look(ballot.id)).state is BallotState.OPEN
    table.clock.advance(seconds=1)
    await table.settling.run(ballot.id)
    assert (await table.look(ballot.id)).state is BallotState.SETTLED


async def test_pressing_again_withdraws(table: Table) -> None:
    ballot = await table.ballot()
    first, second, _ = ballot.standing
    assert (await table.vote(ADA, first)).approves == (first,)
    assert (await table.vote(ADA, second)).approves == (first, second)
    assert (await table.vote(ADA, first)).approves == (second,)
    none = await table.voting.none(by(ADA), ballot.id)
    assert (none.approves, none.none) == ((), True)
    assert not (await table.voting.none(by(ADA), ballot.id)).none
    await table.voting.none(by(ADA), ballot.id)
    again = await table.vote(ADA, first)
    assert (again.approves, again.none) == ((first,), False)


async def test_two_pressing_at_once_count_as_two(table: Table) -> None:
    ballot = await table.ballot()
    first = ballot.standing[0]
    await asyncio.gather(*(table.vote(writer_id, first) for writer_id in ALL))
    assert (await table.look(ballot.id)).approvals[first.id] == set(ALL)
    await asyncio.gather(table.vote(ADA, first), table.vote(ADA, first))
    assert (await table.look(ballot.id)).approvals[first.id] == set(ALL)


async def test_who_has_no_vote(table: Table) -> None:
    ballot = await table.ballot()
    first = ballot.standing[0]
    with pytest.raises(NotAllowedError, match="/cast claim"):
        await table.vote(CLEO, first)
    with pytest.raises(NotAllowedError):
        await table.voting.none(by(CLEO), ballot.id)
    await table.settings(voters=Voters.CHANNEL)
    assert (await table.vote(CLEO, first)).approves == (first,)


async def test_what_is_not_there(table: Table) -> None:
    with pytest.raises(NotFoundError):
        await table.voting.vote(by(ADA), 99)
    with pytest.raises(NotFoundError):
        await table.voting.allow(by(ADA), 99)
    with pytest.raises(NotFoundError):
        await table.voting.none(by(ADA), 99)
    assert await table.cards.card(99) is None
    ballot = await table.ballot()
    await table.linking.channel_gone(CHANNEL)
    with pytest.raises(NotFoundError, match="not played here"):
        await table.vote(ADA, ballot.variants[0])


async def test_while_drafting_nothing_can_be_pressed(table: Table) -> None:
    opened = await table.ask()
    with pytest.raises(ConflictError, match="still being written"):
        await table.voting.none(by(ADA), opened.ballot.id)


async def test_more_none_than_approvals(table: Table) -> None:
    ballot = await table.ballot()
    await table.vote(ADA, ballot.variants[0])
    for writer_id in (BEN, OWNER):
        await table.voting.none(by(writer_id), ballot.id)
    ended = await table.settle(ballot)
    assert (ended.state, ended.closing_note) == (BallotState.NOTHING, NOTHING_WON)
    assert await table.texts() == []


async def test_releasing_keeps_the_vote_and_ends_being_awaited(table: Table) -> None:
    ballot = await table.ballot()
    await table.vote(ADA, ballot.variants[0])
    await table.vote(OWNER, ballot.variants[0])
    card = await table.cards.card(ballot.id)
    assert card
    assert card.awaited == ("Ben",)
    await table.casting.release(by(ADA), "Mira")
    await table.casting.release(by(BEN), "Tom")
    await table.settling.run(ballot.id)
    settled = await table.settle(ballot)
    assert settled.state is BallotState.SETTLED
    assert settled.approvals[ballot.variants[0].id] == {ADA, OWNER}


async def test_the_window_over_without_quorum_tells_who_is_missing(table: Table) -> None:
    await table.settings(quorum=3)
    ballot = await table.ballot()
    await table.vote(ADA, ballot.variants[0])
    await table.vote(BEN, ballot.variants[0])
    table.clock.advance(hours=13)
    await table.settling.run(ballot.id)
    card = await table.cards.card(ballot.id)
    assert card
    assert card.verdict
    assert (card.ballot.state, card.verdict.step, card.verdict.missing) == (
        BallotState.OPEN,
        Step.WAIT,
        1,
    )
    await table.vote(OWNER, ballot.variants[1])
    assert (await table.settle(ballot)).state is BallotState.SETTLED


async def test_what_it_started_from_is_gone(table: Table) -> None:
    await table.say(ADA, "One.")
    ballot = await table.ballot()
    await table.vote(ADA, ballot.variants[0])
    await table.take_back.undo(by(ADA))
    voted = await table.vote(BEN, ballot.variants[0])
    assert (voted.ballot.state, voted.ballot.closing_note) == (BallotState.DROPPED, MOVED_ON)


async def test_closing_what_lost_its_start_drops_it(table: Table) -> None:
    await table.say(ADA, "One.")
    ballot = await table.ballot()
    await table.vote(ADA, ballot.variants[0])
    await table.take_back.undo(by(ADA))
    assert (await table.voting.close(by(ADA), ballot.id)).state is BallotState.DROPPED
    assert await table.texts() == []


# --- ties --------------------------------------------------------------------------------------


async def tie(table: Table, opener: int = ADA) -> tuple[Ballot, Variant, Variant, Variant]:
    ballot = await table.ballot(opener=opener)
    one, two, three = ballot.standing
    await table.vote(ADA, one)
    await table.vote(BEN, two)
    await table.vote(OWNER, one)
    await table.vote(OWNER, two)
    return await table.settle(ballot), one, two, three


async def test_the_opener_breaks_a_tie(table: Table) -> None:
    tied, one, two, three = await tie(table)
    assert tied.state is BallotState.TIED
    card = await table.cards.card(tied.id)
    assert card
    assert card.verdict
    assert (set(card.verdict.leaders), card.tie_breaker) == ({one.id, two.id}, "Ada")
    with pytest.raises(NotAllowedError, match="24 hours"):
        await table.vote(OWNER, one)
    with pytest.raises(ConflictError, match="those that are tied"):
        await table.vote(ADA, three)
    with pytest.raises(ConflictError, match="tie"):
        await table.voting.none(by(ADA), tied.id)
    voted = await table.vote(ADA, two)
    assert (voted.ballot.state, voted.ballot.winner_id) == (BallotState.SETTLED, two.id)
    assert len(await table.turns()) == 1


async def test_after_a_day_the_owner_may(table: Table) -> None:
    _, one, _, _ = await tie(table)
    table.clock.advance(hours=24)
    with pytest.raises(NotAllowedError):
        await table.vote(BEN, one)
    assert (await table.vote(OWNER, one)).ballot.state is BallotState.SETTLED


async def test_the_opener_breaks_a_tie_also_after_giving_back_their_character(
    table: Table,
) -> None:
    _, one, _, _ = await tie(table)
    await table.casting.release(by(ADA), "Mira")
    assert (await table.vote(ADA, one)).ballot.state is BallotState.SETTLED


async def test_a_tie_in_which_nothing_can_be_chosen_any_more_is_voted_on(table: Table) -> None:
    ballot = await table.ballot(REN_TALKS, REN_WALKS)
    for variant in ballot.variants:
        for writer_id in ALL:
            await table.vote(writer_id, variant)
    tied = await table.settle(ballot)
    assert tied.state is BallotState.TIED
    await table.claim(CLEO, "Ren")
    await table.settling.run(ballot.id)
    again = await table.look(ballot.id)
    assert (again.state, again.tied_since) == (BallotState.OPEN, None)
    for variant in ballot.variants:
        await table.voting.allow(by(CLEO), variant.id)
        await table.vote(CLEO, variant)
    assert (await table.settle(ballot)).state is BallotState.TIED


async def test_a_tie_whose_start_is_gone_is_dropped(table: Table) -> None:
    await table.say(ADA, "One.")
    tied, one, _, _ = await tie(table)
    await table.take_back.undo(by(ADA))
    assert (await table.vote(ADA, one)).ballot.state is BallotState.DROPPED
    assert await table.texts() == []
    assert tied.state is BallotState.TIED


async def test_a_tied_draft_that_a_claim_locks_waits_for_its_owner(table: Table) -> None:
    ballot = await table.ballot(REN_TALKS, STORM)
    rens, storm = table.saying(ballot, REN_TALKS), table.saying(ballot, STORM)
    for variant in (rens, storm):
        for writer_id in ALL:
            await table.vote(writer_id, variant)
    await table.settle(ballot)
    await table.claim(CLEO, "Ren")
    with pytest.raises(ConflictError, match="claimed meanwhile"):
        await table.vote(ADA, rens)
    await table.settling.run(ballot.id)
    card = await table.cards.card(ballot.id)
    assert card
    assert card.locks == {rens.id: ("Cleo",)}
    await table.voting.allow(by(CLEO), rens.id)
    assert (await table.vote(ADA, rens)).ballot.winner_id == rens.id


async def test_a_second_round_among_the_tied(table: Table) -> None:
    await table.settings(tie=TieRule.SECOND_ROUND)
    again, one, two, three = await tie(table)
    assert (again.state, again.runoff) == (BallotState.OPEN, True)
    assert [v.id for v in again.standing] == [one.id, two.id]
    assert again.voted == frozenset()
    assert again.window_ends == table.clock.now() + timedelta(hours=12)
    with pytest.raises(ConflictError, match="no longer on the card"):
        await table.vote(ADA, three)
    for variant, writer_id in ((one, ADA), (two, BEN), (one, OWNER), (two, OWNER)):
        await table.vote(writer_id, variant)
    assert (await table.settle(again)).state is BallotState.TIED


async def test_none_is_pressed_anew_in_a_second_round(table: Table) -> None:
    await table.settings(tie=TieRule.SECOND_ROUND)
    ballot = await table.ballot()
    await table.vote(ADA, ballot.standing[0])
    await table.vote(BEN, ballot.standing[1])
    await table.voting.none(by(OWNER), ballot.id)
    again = await table.settle(ballot)
    assert (again.runoff, again.nones) == (True, frozenset())


# --- closing -----------------------------------------------------------------------------------


async def test_closing_needs_one_approval_and_is_signed(table: Table) -> None:
    ballot = await table.ballot(opener=ADA)
    with pytest.raises(ConflictError, match="one approval"):
        await table.voting.close(by(ADA), ballot.id)
    await table.vote(BEN, ballot.variants[0])
    with pytest.raises(NotAllowedError):
        await table.voting.close(by(BEN), ballot.id)
    closed = await table.voting.close(by(OWNER), ballot.id)
    assert (closed.state, closed.closed_by) == (BallotState.SETTLED, OWNER)
    card = await table.cards.card(ballot.id)
    assert card
    assert card.closed_by == "Olga"
    with pytest.raises(ConflictError, match="decided"):
        await table.voting.close(by(OWNER), ballot.id)


async def test_closing_does_not_overrule_none(table: Table) -> None:
    ballot = await table.ballot(opener=ADA)
    await table.vote(ADA, ballot.variants[0])
    for writer_id in (BEN, OWNER):
        await table.voting.none(by(writer_id), ballot.id)
    assert (await table.voting.close(by(ADA), ballot.id)).state is BallotState.NOTHING


async def test_closing_on_a_tie_is_a_tie(table: Table) -> None:
    ballot = await table.ballot(opener=ADA)
    await table.vote(ADA, ballot.variants[0])
    await table.vote(BEN, ballot.variants[1])
    assert (await table.voting.close(by(ADA), ballot.id)).state is BallotState.TIED


# --- claims meanwhile --------------------------------------------------------------------------


async def test_a_claim_locks_until_the_owner_allows(table: Table) -> None:
    ballot = await table.ballot(REN_TALKS, STORM)
    rens = table.saying(ballot, REN_TALKS)
    for writer_id in ALL:
        await table.vote(writer_id, rens)
    await table.claim(CLEO, "Ren")
    await table.settling.run(ballot.id)
    locked = table.saying(await table.look(ballot.id), REN_TALKS)
    assert locked.state is VariantState.LOCKED
    card = await table.cards.card(ballot.id)
    assert card
    assert (card.locks, card.counts) == ({rens.id: ("Cleo",)}, {table.saying(ballot, STORM).id: 0})
    with pytest.raises(ConflictError, match="once that writer allows"):
        await table.vote(CLEO, rens)
    assert (await table.settle(ballot)).state is BallotState.OPEN
    with pytest.raises(NotAllowedError, match="waits for the writer"):
        await table.voting.allow(by(ADA), rens.id)
    await table.voting.allow(by(CLEO), rens.id)
    await table.vote(CLEO, rens)
    settled = await table.settle(ballot)
    assert (settled.state, settled.winner_id) == (BallotState.SETTLED, rens.id)


async def test_an_approval_of_what_was_locked_can_be_withdrawn(table: Table) -> None:
    ballot = await table.ballot(REN_TALKS, STORM)
    rens = table.saying(ballot, REN_TALKS)
    await table.vote(ADA, rens)
    await table.claim(CLEO, "Ren")
    await table.settling.run(ballot.id)
    assert (await table.vote(ADA, rens)).approves == ()


async def test_a_release_frees_what_was_locked(table: Table) -> None:
    ballot = await table.ballot(REN_TALKS, STORM)
    await table.claim(CLEO, "Ren")
    await table.settling.run(ballot.id)
    await table.casting.release(by(CLEO), "Ren")
    await table.settling.run(ballot.id)
    freed = table.saying(await table.look(ballot.id), REN_TALKS)
    assert freed.state is VariantState.STANDING


async def test_closing_right_after_a_claim_cannot_let_the_locked_win(table: Table) -> None:
    ballot = await table.ballot(REN_TALKS, STORM)
    await table.vote(ADA, table.saying(ballot, REN_TALKS))
    await table.claim(CLEO, "Ren")
    with pytest.raises(ConflictError, match="one approval"):
        await table.voting.close(by(ADA), ballot.id)


# --- drafts of one's own -----------------------------------------------------------------------


async def test_a_draft_of_ones_own_enters_the_vote_unsigned(table: Table) -> None:
    ballot = await table.ballot()
    own = await table.voting.own_draft(by(BEN), ballot.id, "I row.\nNarrator: Rain.\nRen: Wait!")
    assert [(b.actor, b.text) for b in own.beats] == [
        ("Tom", "I row."),
        ("Narrator", "Rain."),
        ("Ren", "Wait!"),
    ]
    assert (own.label, own.state) == ("D", VariantState.STANDING)
    assert "Ben" not in own.angle
    for writer_id in ALL:
        await table.vote(writer_id, own)
    await table.settle(ballot)
    assert [(t.speaker, t.author_id, t.source) for t in await table.turns()] == [
        ("Tom", BEN, Source.HUMAN),
        ("Narrator", BEN, Source.HUMAN),
        ("Ren", BEN, Source.HUMAN),
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("I wait.\nMira: Aye.", "writes Mira, who belongs to another"),
        ("“Aye,” said Mira.", "writes Mira"),
        (" \u200b", "no words"),
        ("x" * (MAX_OWN_DRAFT + 1), "4000"),
        (STORM.beats[0].text, "too much like draft"),
    ],
)
async def test_a_draft_of_ones_own_is_held_to_the_same(table: Table, text: str, what: str) -> None:
    ballot = await table.ballot()
    with pytest.raises(InvalidError, match=what):
        await table.voting.own_draft(by(BEN), ballot.id, text)
    assert len((await table.look(ballot.id)).variants) == 3


async def test_another_rule_than_a_claim_is_told_too(table: Table) -> None:
    ballot = await table.ballot()
    await table.casting.add(by(BEN), "Finn", "")
    long = "word " * 799
    with pytest.raises(InvalidError, match="it says nothing"):
        await table.voting.own_draft(by(BEN), ballot.id, "Finn:\nRen:")
    assert (await table.voting.own_draft(by(BEN), ballot.id, long)).author_id == BEN


async def test_ones_own_draft_is_locked_once_somebody_else_holds_the_character(
    table: Table,
) -> None:
    ballot = await table.ballot()
    await table.voting.own_draft(by(BEN), ballot.id, "I row out to the buoy.")
    await table.casting.release(by(BEN), "Tom")
    await table.claim(CLEO, "Tom")
    await table.settling.run(ballot.id)
    own = max((await table.look(ballot.id)).variants, key=lambda v: v.id)
    assert own.state is VariantState.LOCKED


async def test_beginning_a_draft_holds_the_countdown_ten_minutes_at_most(table: Table) -> None:
    ballot = await table.ballot()
    for writer_id in ALL:
        await table.vote(writer_id, ballot.variants[0])
    await table.voting.hold(by(BEN), ballot.id, Pending.MINE)
    table.clock.advance(minutes=9)
    await table.settling.run(ballot.id)
    assert (await table.settle(ballot)).state is BallotState.OPEN
    table.clock.advance(minutes=1)
    await table.settling.run(ballot.id)
    assert (await table.settle(ballot)).state is BallotState.SETTLED


async def test_a_hold_is_not_renewed_while_nobody_votes(table: Table) -> None:
    ballot = await table.ballot()
    await table.voting.hold(by(BEN), ballot.id, Pending.MINE)
    (hold,) = (await table.look(ballot.id)).holds
    table.clock.advance(minutes=9)
    await table.voting.hold(by(BEN), ballot.id, Pending.MINE)
    assert (await table.look(ballot.id)).holds == (hold,)


async def test_a_draft_that_came_ends_its_hold(table: Table) -> None:
    ballot = await table.ballot(STORM, LAMP)
    await table.voting.hold(by(BEN), ballot.id, Pending.MINE)
    await table.voting.hold(by(BEN), ballot.id, Pending.STEER)
    await table.voting.own_draft(by(BEN), ballot.id, "I row out to the buoy.")
    assert [h.kind for h in (await table.look(ballot.id)).holds] == [Pending.STEER]
    await table.continuing.steer(by(BEN), ballot.id, "darker")
    assert (await table.look(ballot.id)).holds == ()


async def test_a_card_of_a_story_without_names(table: Table) -> None:
    ballot = await table.ballot()
    async with table.store.write() as work:
        await work.ballots.save(replace(ballot, closed_by=CLEO))
    card = await table.cards.card(ballot.id)
    assert card
    assert (card.opener, card.closed_by) == ("Ada", "a writer")


async def test_an_owner_the_story_never_heard_of_is_not_awaited(table: Table) -> None:
    ballot = await table.ballot()
    async with table.store.write() as work:
        place = await work.stories.place(CHANNEL)
        assert place
        await work.stories.save(replace(place.story, owner_id=CLEO))
    for writer_id in (ADA, BEN):
        await table.vote(writer_id, ballot.variants[0])
    card = await table.cards.card(ballot.id)
    assert card
    assert card.awaited == ()
    assert (await table.vote(CLEO, ballot.variants[0])).approves == (ballot.variants[0],)
    assert (await table.settle(ballot)).state is BallotState.SETTLED


async def test_the_first_press_after_new_drafts_confirms_and_the_next_withdraws(
    table: Table,
) -> None:
    ballot = await table.ballot()
    gulls = table.saying(ballot, GULLS)
    await table.vote(ADA, gulls)
    await table.voting.none(by(BEN), ballot.id)
    table.clock.advance(minutes=1)
    await table.voting.own_draft(by(OWNER), ballot.id, "Narrator: The bell rings by itself.")
    table.clock.advance(minutes=1)
    stays = await table.vote(ADA, gulls)
    assert stays.stays
    assert [v.id for v in stays.approves] == [gulls.id]
    still_none = await table.voting.none(by(BEN), ballot.id)
    assert still_none.stays
    assert still_none.none
    card = await table.cards.card(ballot.id)
    assert card
    assert card.verdict
    assert not {ADA, BEN} & set(card.verdict.awaited)
    gone = await table.vote(ADA, gulls)
    assert not gone.stays
    assert not gone.approves
    assert not (await table.voting.none(by(BEN), ballot.id)).none
