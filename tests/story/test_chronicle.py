from dataclasses import replace
from datetime import timedelta

import pytest

from bot.story.ballot import (
    Ballot,
    BallotState,
    Hold,
    Pending,
    Step,
    VariantState,
    Verdict,
)
from bot.story.chronicle import Around, Log, log_of, post_told, task_told
from bot.story.posts import Post, PostKind, PostState
from bot.story.purse import Call, CallState, Usage
from bot.story.tasks import Task, TaskKind
from tests.builders import ADA, BEN, CLEO, NAMES, asked, ballot, turn, variant, voted
from tests.fakes import NOW

SOON = NOW + timedelta(minutes=2)
AROUND = Around(SOON, NAMES)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def past(log: Log) -> list[str]:
    return [f"{(one.at - NOW) // minutes(1)} {one.text}" for one in log.past]


def test_a_ballot_from_asking_to_winning() -> None:
    found = ballot(
        state=BallotState.SETTLED,
        rounds=(
            asked(direction="they find the letter", done_at=NOW + minutes(1), dropped=1),
            asked(2, asked_by=BEN, asked_at=NOW + minutes(3), variants=1, done_at=NOW + minutes(4)),
        ),
        variants=(
            variant(2, angle="darker"),
            variant(1, angle="Ajax acts"),
            variant(3, round=2, angle="shorter", added_at=NOW + minutes(4)),
            variant(4, author_id=CLEO, angle="I would …", added_at=NOW + minutes(2)),
        ),
        approvals={1: frozenset({ADA, BEN}), 3: frozenset({ADA})},
        nones=frozenset({CLEO}),
        pressed={ADA: NOW + minutes(5), BEN: NOW + minutes(6), CLEO: NOW + minutes(7), 99: SOON},
        winner_id=1,
        closed_by=ADA,
        settled_at=NOW + minutes(8),
    )
    log = log_of(found, replace(AROUND, now=NOW + minutes(9), start=turn(12, speaker="Mira")))

    assert past(log) == [
        "0 Ada asked for 3 drafts after turn 12 (Mira). Direction: “they find the letter”",
        (
            "1 Round 1: 2 of 3 drafts came: A (Ajax acts) and B (darker). "
            "1 draft broke a rule and was never shown."
        ),
        "2 Cleo put in a draft of their own, on the card unsigned: D.",
        "2 Somebody took every vote back.",
        "3 Ben steered: round 2, 1 draft more.",
        "4 Round 2: 1 of 1 draft came: C (shorter).",
        "5 Ada approves of A and C.",
        "6 Ben approves of A.",
        "7 Cleo wants none of these.",
        "8 A won and was posted. Ada closed it.",
    ]
    assert (log.state, log.live, log.ahead) == ("A won and was posted. Ada closed it.", False, ())
    assert [(v.label, v.state, v.author, v.approved_by) for v in log.variants] == [
        ("A", "won", "", ("Ada", "Ben")),
        ("B", "did not win", "", ()),
        ("C", "did not win", "", ("Ada",)),
        ("D", "did not win", "Cleo", ()),
    ]


def test_what_an_open_ballot_waits_for() -> None:
    found = replace(
        voted({1: {ADA}}),
        holds=(
            Hold(BEN, Pending.STEER, NOW + minutes(9)),
            Hold(CLEO, Pending.MINE, NOW + minutes(1)),
        ),
    )
    verdict = Verdict(Step.WAIT, missing=1, awaited=(CLEO, BEN))
    log = log_of(found, replace(AROUND, verdict=verdict))

    assert log.live
    assert log.state == (
        "Open. It waits for Ben and Cleo. 1 more vote is needed for the quorum. "
        "Ben is writing something."
    )
    assert [one.text for one in log.ahead] == [
        "Ben is writing a direction; the countdown waits no longer.",
        "Nobody is awaited any more (the window's end).",
    ]

    # Ada voted, and is awaited again for a newer draft's sake; her vote is no more needed.
    again = replace(verdict, awaited=(ADA, CLEO, BEN))
    assert log_of(voted({1: {ADA}}), replace(AROUND, verdict=again)).state == (
        "Open. It waits for Ben and Cleo. It waits again for Ada, who voted before the newest "
        "draft came; that vote counts already. 1 more vote is needed for the quorum."
    )

    late = replace(AROUND, now=NOW + timedelta(hours=13), verdict=Verdict(Step.COUNT_DOWN))
    counting = replace(found, countdown_ends=late.now + minutes(1))
    log = log_of(counting, late)
    assert log.state == "Open. Nobody is waited for, and the countdown runs."
    assert [one.text for one in log.ahead] == ["The countdown ends."]
    assert log.past[-1].text.startswith("Those awaited were waited for until now")


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (ballot(state=BallotState.DRAFTING), "Drafts are being written."),
        (ballot(state=BallotState.TIED, tied_since=NOW), "A tie: Ada chooses."),
        (
            ballot(state=BallotState.NOTHING, settled_at=NOW, closing_note="Say what."),
            "Nothing won. Say what.",
        ),
        (
            ballot(state=BallotState.DROPPED, settled_at=NOW, closing_note="Closed."),
            "The ballot was dropped. Closed.",
        ),
        (ballot(runoff=True), "Open. It is the second round, among the tied."),
    ],
)
def test_where_a_ballot_is(found: Ballot, state: str) -> None:
    log = log_of(found, AROUND)
    assert log.state == state
    if found.settled_at:
        assert log.past[-1].text == state


def test_a_round_that_failed_and_variants_that_may_not_win() -> None:
    found = ballot(
        rounds=(
            asked(as_narrator=True, failure="The model was busy.", dropped=2),
            asked(2, as_character_id=5, asked_at=SOON, done_at=None),
        ),
        variants=(
            variant(1, round=3, state=VariantState.LOCKED),
            variant(2, round=3, state=VariantState.DROPPED),
            variant(3, round=3),
        ),
    )
    log = log_of(found, replace(AROUND, characters={5: "Tom"}))
    assert past(log) == [
        "0 Ada asked for 3 drafts at the beginning, by the narrator alone.",
        "0 Round 1: no draft came. 2 drafts broke a rule and were never shown. The model was busy.",
        "2 Ada steered: round 2, 3 drafts more, as Tom alone.",
    ]
    assert [one.state for one in log.variants] == [
        "locked until the owner of a character allows it",
        "out",
        "may win",
    ]


def test_what_the_model_was_paid() -> None:
    def call(state: CallState, **changes: object) -> Call:
        usage = Usage(70, 1_200, 34_000, 560)
        plain = Call(1, 7, 1, ADA, "draft", 1, "claude-opus-5-5", state, usage, 21_500, NOW, SOON)
        return replace(plain, **changes)  # type: ignore[arg-type]

    calls = (
        call(CallState.DONE),
        call(CallState.FAILED, usage=Usage(), cost=0, outcome="busy"),
        call(CallState.PENDING, answered_at=None),
    )
    log = log_of(ballot(rounds=()), replace(AROUND, calls=calls))
    assert past(log) == [
        "0 claude-opus-5-5 is being asked; about 2 ¢ reserved.",
        (
            "2 claude-opus-5-5 answered: 34,000 tokens from the cache, 1,200 written to it, "
            "70 new, 560 of answer; about 2 ¢."
        ),
        (
            "2 claude-opus-5-5 failed (busy): 0 tokens from the cache, 0 written to it, 0 new, "
            "0 of answer; free."
        ),
    ]


def test_tasks_and_posts_in_words() -> None:
    def told(due: timedelta, attempts: int) -> str:
        return task_told(Task(TaskKind.SETTLE, 3, NOW + due, attempts, 1), NOW).text

    assert told(minutes(1), 0) == "settle:3: look whether the ballot is decided (waits)."
    assert told(minutes(1), 2).endswith("(waits, after 2 attempts).")
    assert told(minutes(0), 0).endswith("(due).")
    assert told(minutes(0), 1).endswith("(being done, attempt 1).")

    post = Post(
        *(4, 900, PostKind.TURN, 9, "Long.", 1, 3, "Mira", ""),
        *(PostState.SENDING, None, None, None, None, 1, 0),
    )
    assert post_told(post) == "Post 4: Mira, a turn, part 2 of 3 (being sent, or unsure)."
    card = replace(post, name="", kind=PostKind.BALLOT, part=0, parts=1, state=PostState.DUE)
    assert post_told(card) == "Post 4: a card or note (ballot) (due)."
