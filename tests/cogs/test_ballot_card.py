"""What a ballot's card says in states that take long to reach over the wire."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.services.ballot_card import Ballotcard
from bot.services.continue_story import Opened
from bot.story.ballot import (
    Ballot,
    BallotState,
    Hold,
    Pending,
    Round,
    Step,
    VariantState,
    Verdict,
    decide,
    outcome,
    tally,
)
from cogs import render
from cogs.ui.cards import ballot_card
from tests.builders import ADA, BEN, NAMES, company, electorate, variant, voted
from tests.fakes import NOW

LATER = NOW + timedelta(hours=1)


def card_of(ballot: Ballot, now: datetime = LATER) -> Ballotcard:
    tied = ballot.state is BallotState.TIED
    locked = [v.id for v in ballot.variants if v.state is VariantState.LOCKED]
    return Ballotcard(
        ballot=ballot,
        company=company(),
        opener=NAMES[ADA],
        newer=(),
        verdict=outcome(ballot) if tied else decide(ballot, electorate(ADA, BEN), now),
        awaited=(),
        locks=dict.fromkeys(locked, ("Ben",)),
        counts=tally(ballot),
        posted=(0, 0),
        closed_by="",
        tie_breaker=NAMES[ADA],
    )


def drawn(card: Ballotcard) -> str:
    return str(ballot_card(card).to_components())


def locked_in_front(**changes: object) -> Ballot:
    ways = (variant(1), variant(2, state=VariantState.LOCKED), variant(3))
    return voted({2: {ADA, BEN}}, variants=ways, **changes)


def test_a_form_that_is_open_is_waited_for() -> None:
    hold = Hold(BEN, Pending.STEER, LATER + timedelta(minutes=5))
    assert "somebody is writing" in drawn(card_of(locked_in_front(holds=(hold,))))


def test_a_form_that_was_given_up_is_not_waited_for() -> None:
    hold = Hold(BEN, Pending.STEER, LATER - timedelta(minutes=5))
    told = drawn(card_of(locked_in_front(holds=(hold,))))
    assert "somebody is writing" not in told
    assert "the draft in front waits for a writer's word" in told


@pytest.mark.parametrize(
    ("awaited", "again", "told"),
    [
        (("Sam",), (), "waiting for Sam ·"),
        ((), ("Sam",), "waiting again for Sam ·"),
        (("Sam",), ("Sam", "Cy"), "waiting for Sam, and again for Sam and Cy ·"),
    ],
)
def test_who_voted_before_the_newest_draft_is_awaited_again(
    awaited: tuple[str, ...], again: tuple[str, ...], told: str
) -> None:
    card = card_of(voted({1: {ADA, BEN}}, variants=(variant(1), variant(2))), NOW)
    verdict = Verdict(Step.WAIT, look_again=card.ballot.window_ends)
    assert told in drawn(replace(card, verdict=verdict, awaited=awaited, awaited_again=again))


@pytest.mark.parametrize(
    ("state", "done_at", "told"),
    [
        (BallotState.DRAFTING, None, "Its drafts are being written."),
        (BallotState.OPEN, None, "Its drafts are being written."),
        (BallotState.OPEN, NOW, "Vote on its card, or steer it"),
        (BallotState.TIED, NOW, "It ended in a tie"),
    ],
)
def test_why_no_second_ballot_is_opened(
    state: BallotState, done_at: datetime | None, told: str
) -> None:
    asked = Round(1, "", None, as_narrator=False, variants=1, asked_by=ADA, asked_at=NOW)
    ballot = voted(
        {}, variants=(variant(1),), state=state, rounds=(replace(asked, done_at=done_at),)
    )
    text = render.already(Opened(ballot, already=True), 1, "")
    assert text.startswith("A ballot is open already. ")
    assert told in text


def test_one_of_the_tied_that_was_locked_since_can_be_allowed() -> None:
    ways = (variant(1), variant(2, state=VariantState.LOCKED), variant(3))
    told = drawn(
        card_of(voted({1: {ADA}, 2: {BEN}}, variants=ways, state=BallotState.TIED, tied_since=NOW))
    )
    assert "vote:v1:1" in told
    assert "allow:v1:2" in told
    assert ":v1:3" not in told


def test_a_locked_one_that_is_not_tied_stays_out() -> None:
    ways = (variant(1), variant(2), variant(3, state=VariantState.LOCKED))
    tie = voted({1: {ADA}, 2: {BEN}}, variants=ways, state=BallotState.TIED, tied_since=NOW)
    assert "allow:v1:3" not in drawn(card_of(tie))
