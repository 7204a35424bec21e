from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.story.ballot import (
    HOLD,
    LIVE,
    RECENTLY,
    TIE_PATIENCE,
    Ballot,
    BallotState,
    Electorate,
    Hold,
    Pending,
    Step,
    VariantState,
    Voter,
    awaited,
    decide,
    electorate_of,
    held,
    may_break_tie,
    needs_runoff,
    outcome,
    quorum,
    shows_counts,
    tally,
)
from bot.story.tale import Counts, Settings, TieRule, Voters
from tests.builders import (
    ADA,
    BEN,
    CLEO,
    OWNER,
    asked,
    ballot,
    electorate,
    variant,
    voted,
)
from tests.fakes import NOW

SOON = NOW + timedelta(minutes=2)
LATE = NOW + timedelta(hours=13)
TWO = electorate(ADA, BEN)
THREE = electorate(ADA, BEN, CLEO)


def counted(found: Ballot, at: datetime = SOON) -> Ballot:
    """The ballot with a countdown that is over."""
    return replace(found, countdown_ends=at)


# --- who is waited for -------------------------------------------------------------------------


def test_an_untouched_ballot_waits_for_everybody() -> None:
    verdict = decide(ballot(), TWO, SOON)
    assert verdict.step is Step.WAIT
    assert verdict.awaited == (ADA, BEN)
    assert verdict.missing == 2
    assert verdict.look_again == ballot().window_ends


def test_awaited_are_those_who_were_there_lately_and_are_not_away() -> None:
    week_ago = NOW - RECENTLY
    crowd = Electorate(
        (
            Voter(1, NOW),
            Voter(2, week_ago),
            Voter(3, week_ago - timedelta(seconds=1)),
            Voter(4, None),
            Voter(5, NOW, away_until=NOW + timedelta(hours=1)),
            Voter(6, NOW, away_until=NOW),
        )
    )
    assert awaited(ballot(), crowd, NOW) == (1, 2, 6)


def test_voting_for_something_or_for_none_ends_being_awaited() -> None:
    assert awaited(voted({1: {ADA}}, {BEN}), THREE, SOON) == (CLEO,)


def test_a_withdrawn_vote_is_awaited_again() -> None:
    withdrawn = replace(voted({1: {ADA}}), approvals={})
    assert awaited(withdrawn, TWO, SOON) == (ADA, BEN)


def test_a_new_variant_makes_everyone_awaited_again_and_approvals_stay() -> None:
    both = voted({1: {ADA, BEN}})
    assert awaited(both, TWO, SOON) == ()
    newer = replace(both, variants=(*both.variants, variant(4, added_at=SOON)))
    assert awaited(newer, TWO, SOON) == (ADA, BEN)
    assert tally(newer) == {1: 2, 2: 0, 3: 0, 4: 0}
    ada_again = replace(newer, pressed={**newer.pressed, ADA: SOON})
    assert awaited(ada_again, TWO, SOON) == (BEN,)


def test_a_dropped_variant_makes_nobody_awaited() -> None:
    both = voted({1: {ADA, BEN}})
    dropped = variant(4, added_at=SOON, state=VariantState.DROPPED)
    assert awaited(replace(both, variants=(*both.variants, dropped)), TWO, SOON) == ()


def test_approving_only_what_was_dropped_is_no_vote() -> None:
    found = voted({3: {ADA}})
    out = (*found.variants[:2], replace(found.variants[2], state=VariantState.DROPPED))
    assert replace(found, variants=out).voted == frozenset()


# --- quorum ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("voters", "wanted", "needed"),
    [
        ((OWNER,), 2, 1),
        ((OWNER, ADA), 2, 2),
        ((OWNER, ADA, BEN), 2, 2),
        ((OWNER, ADA), 5, 2),
        ((OWNER, ADA), 1, 1),
        ((), 2, 1),
    ],
)
def test_quorum(voters: tuple[int, ...], wanted: int, needed: int) -> None:
    assert quorum(ballot(settings=Settings(quorum=wanted)), electorate(*voters)) == needed


def test_whoever_left_still_counts_for_the_quorum() -> None:
    left = voted({1: {BEN, CLEO}})
    assert decide(counted(left), electorate(ADA), LATE).step is Step.WIN


def test_leaving_ends_being_awaited() -> None:
    found = voted({1: {ADA, BEN}})
    assert decide(found, THREE, SOON).awaited == (CLEO,)
    assert decide(found, TWO, SOON).step is Step.COUNT_DOWN


def test_the_window_over_without_quorum_stays_open_and_tells_how_many_are_missing() -> None:
    verdict = decide(voted({1: {ADA}}), THREE, LATE)
    assert verdict.step is Step.WAIT
    assert verdict.missing == 1
    assert verdict.look_again is None


def test_the_window_over_with_quorum_counts_down_without_those_awaited() -> None:
    verdict = decide(voted({1: {ADA, BEN}}), THREE, LATE)
    assert verdict.step is Step.COUNT_DOWN
    assert verdict.awaited == (CLEO,)


def test_a_lone_voter_decides() -> None:
    alone = voted({2: {OWNER}})
    assert decide(alone, electorate(OWNER), SOON).step is Step.COUNT_DOWN
    verdict = decide(counted(alone), electorate(OWNER), SOON)
    assert (verdict.step, verdict.leaders) == (Step.WIN, (2,))


# --- countdown and holding ---------------------------------------------------------------------


def test_a_countdown_has_to_run_out() -> None:
    found = replace(voted({1: {ADA, BEN}}), countdown_ends=SOON + timedelta(seconds=15))
    running = decide(found, TWO, SOON)
    assert (running.step, running.look_again) == (Step.COUNT_DOWN, SOON + timedelta(seconds=15))
    assert decide(found, TWO, SOON + timedelta(seconds=15)).step is Step.WIN


def test_somebody_about_to_add_something_holds_the_countdown() -> None:
    holds = (Hold(ADA, Pending.MINE, SOON), Hold(BEN, Pending.STEER, SOON + HOLD))
    found = counted(replace(voted({1: {ADA, BEN}}), holds=holds))
    verdict = decide(found, TWO, SOON)
    assert (verdict.step, verdict.look_again) == (Step.WAIT, SOON + HOLD)
    assert decide(found, TWO, SOON + HOLD).step is Step.WIN


def test_drafts_being_written_hold_it_ten_minutes_at_most() -> None:
    rounds = (asked(), asked(2, asked_at=SOON, done_at=None))
    found = counted(voted({1: {ADA, BEN}}, rounds=rounds))
    assert held(found, SOON) == SOON + timedelta(minutes=10)
    assert decide(found, TWO, SOON).step is Step.WAIT
    assert decide(found, TWO, SOON + HOLD).step is Step.WIN
    assert held(voted({}), SOON) is None


# --- what the votes say ------------------------------------------------------------------------


def test_most_approvals_win() -> None:
    verdict = outcome(voted({1: {ADA}, 2: {ADA, BEN}, 3: set()}))
    assert (verdict.step, verdict.leaders) == (Step.WIN, (2,))


def test_equal_approvals_tie() -> None:
    verdict = outcome(voted({1: {ADA}, 3: {BEN}}))
    assert (verdict.step, set(verdict.leaders)) == (Step.TIE, {1, 3})


def test_nobody_approved() -> None:
    assert outcome(ballot()).step is Step.NOTHING
    assert outcome(ballot(variants=())).step is Step.NOTHING


def test_more_none_than_the_leader_has_approvals() -> None:
    assert outcome(voted({1: {ADA}}, {BEN})).step is Step.WIN
    assert outcome(voted({1: {ADA}}, {BEN, CLEO})).step is Step.NOTHING


def test_a_locked_variant_cannot_win_and_is_waited_for_while_it_leads() -> None:
    found = voted({1: {ADA, BEN}, 2: {ADA}})
    locked = (replace(found.variants[0], state=VariantState.LOCKED), *found.variants[1:])
    found = counted(replace(found, variants=locked))
    waiting = decide(found, TWO, SOON)
    assert (waiting.step, waiting.look_again) == (Step.WAIT, found.window_ends)
    after = decide(found, TWO, LATE)
    assert (after.step, after.leaders) == (Step.WIN, (2,))


def test_a_locked_variant_behind_is_not_waited_for() -> None:
    found = voted({1: {ADA}, 2: {ADA, BEN}})
    locked = (replace(found.variants[0], state=VariantState.LOCKED), *found.variants[1:])
    assert decide(counted(replace(found, variants=locked)), TWO, SOON).step is Step.WIN


WRITERS = st.sets(st.sampled_from([OWNER, ADA, BEN, CLEO, 14]))
STATES = st.sampled_from(VariantState)


@st.composite
def ballots(draw: st.DrawFn) -> Ballot:
    nones = draw(WRITERS)
    approvals = {n: draw(WRITERS) - nones for n in (1, 2, 3)}
    added = st.sampled_from([NOW, SOON])
    variants = tuple(variant(n, state=draw(STATES), added_at=draw(added)) for n in (1, 2, 3))
    ends = draw(st.none() | st.sampled_from([NOW, SOON + timedelta(seconds=15)]))
    quorum_ = draw(st.integers(1, 5))
    return voted(
        approvals,
        nones,
        variants=variants,
        countdown_ends=ends,
        settings=Settings(quorum=quorum_),
    )


CROWDS = st.builds(
    lambda writers, everyone: electorate(*sorted(writers), everyone=everyone),
    WRITERS,
    st.booleans(),
)
TIMES = st.sampled_from([NOW, SOON, LATE])


@given(ballots())
def test_a_win_has_more_approvals_than_any_other_and_no_fewer_than_none(found: Ballot) -> None:
    verdict = outcome(found)
    counts = tally(found)
    if verdict.step is Step.WIN:
        (winner,) = verdict.leaders
        assert counts[winner] > 0
        assert all(counts[winner] > n for other, n in counts.items() if other != winner)
        assert counts[winner] >= len(found.nones)
    elif verdict.step is Step.TIE:
        assert len(verdict.leaders) > 1
        assert len({counts[leader] for leader in verdict.leaders}) == 1
    else:
        assert all(n == 0 or n < len(found.nones) for n in counts.values())


@given(ballots(), CROWDS, TIMES)
def test_nothing_is_decided_before_its_time(
    found: Ballot, crowd: Electorate, now: datetime
) -> None:
    verdict = decide(found, crowd, now)
    if verdict.step in {Step.WIN, Step.TIE, Step.NOTHING}:
        assert found.countdown_ends is not None
        assert found.countdown_ends <= now
        assert len(found.voted) >= quorum(found, crowd)
        assert not awaited(found, crowd, now) or now >= found.window_ends
    if verdict.step is Step.WAIT and verdict.look_again:
        assert verdict.look_again > now


@given(ballots(), CROWDS, TIMES, st.randoms())
def test_the_order_of_voters_does_not_matter(
    found: Ballot, crowd: Electorate, now: datetime, chance: object
) -> None:
    voters = list(crowd.voters)
    chance.shuffle(voters)  # type: ignore[attr-defined]
    approvals = dict(reversed(found.approvals.items()))
    other = decide(replace(found, approvals=approvals), replace(crowd, voters=tuple(voters)), now)
    one = decide(found, crowd, now)
    assert (one.step, set(one.leaders), set(one.awaited)) == (
        other.step,
        set(other.leaders),
        set(other.awaited),
    )


@given(ballots(), st.sampled_from([1, 2, 3]), st.integers(20, 30))
def test_one_more_approval_never_hurts(found: Ballot, chosen: int, writer: int) -> None:
    before = outcome(found)
    given_ = found.approvals[chosen] | {writer}
    after = outcome(replace(found, approvals={**found.approvals, chosen: given_}))
    if chosen in before.leaders:
        assert (after.step, after.leaders) == (Step.WIN, (chosen,))


# --- ties, counts, who may ---------------------------------------------------------------------


def test_the_opener_breaks_a_tie_and_after_a_day_the_owner() -> None:
    tied = ballot(state=BallotState.TIED, tied_since=NOW, opener_id=ADA)
    day = NOW + TIE_PATIENCE
    here: frozenset[int] = frozenset()
    assert may_break_tie(tied, ADA, NOW, owns=False, left=here)
    assert not may_break_tie(tied, OWNER, day - timedelta(seconds=1), owns=True, left=here)
    assert may_break_tie(tied, OWNER, day, owns=True, left=here)
    assert not may_break_tie(tied, BEN, day, owns=False, left=here)
    untimed = replace(tied, tied_since=None)
    assert not may_break_tie(untimed, OWNER, day, owns=True, left=here)


def test_where_the_opener_is_gone_the_owner_breaks_a_tie_at_once() -> None:
    tied = ballot(state=BallotState.TIED, tied_since=NOW, opener_id=ADA)
    assert may_break_tie(tied, OWNER, NOW, owns=True, left=frozenset({ADA}))
    assert not may_break_tie(tied, OWNER, NOW, owns=True, left=frozenset({BEN}))
    assert not may_break_tie(tied, BEN, NOW, owns=False, left=frozenset({ADA}))


def test_a_second_round_is_a_setting_and_happens_once() -> None:
    by_round = ballot(settings=Settings(tie=TieRule.SECOND_ROUND))
    assert needs_runoff(by_round)
    assert not needs_runoff(replace(by_round, runoff=True))
    assert not needs_runoff(ballot())


@pytest.mark.parametrize("state", list(BallotState))
def test_counts_are_hidden_until_settled(state: BallotState) -> None:
    assert shows_counts(ballot(state=state)) is (state not in LIVE)
    assert shows_counts(ballot(state=state, settings=Settings(counts=Counts.OPEN)))


def test_who_may_vote() -> None:
    some = electorate_of(Settings(), [Voter(ADA, NOW), Voter(OWNER, None)])
    assert some.may_vote(ADA)
    assert some.may_vote(OWNER)
    assert not some.may_vote(BEN)
    all_ = electorate_of(Settings(voters=Voters.CHANNEL), [Voter(OWNER, NOW)])
    assert all_.may_vote(BEN)


def test_the_card_is_in_order_of_place_without_what_was_dropped() -> None:
    places = (variant(1, place=2), variant(2, place=0), variant(3, state=VariantState.DROPPED))
    found = ballot(variants=places)
    assert [v.id for v in found.standing] == [2, 1]
    assert found.variant(3) == places[2]
    assert found.variant(9) is None
