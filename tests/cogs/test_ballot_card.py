"""What a ballot's card says in states that take long to reach over the wire."""

from datetime import datetime, timedelta

from bot.services.ballot_card import Ballotcard
from bot.story.ballot import (
    Ballot,
    BallotState,
    Hold,
    Pending,
    VariantState,
    decide,
    outcome,
    tally,
)
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
