"""A ballot's log for whoever runs the bot: what happened, and what it waits for, in sentences.

It names who approved of what. Writers never see it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.story.ballot import (
    LIVE,
    Ballot,
    BallotState,
    Pending,
    Round,
    Step,
    Variant,
    VariantState,
    Verdict,
)
from bot.story.posts import Post, PostState
from bot.story.purse import Call, CallState, in_cents
from bot.story.tasks import Task, TaskKind
from bot.story.turn import Turn, as_text


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened at a time, or is to happen then."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A variant as its log shows it.

    Attributes:
        label: the letter on the card.
        author: who wrote it by hand, which the card does not tell; empty for the model.
        state: in a few words, such as "won".
        approved_by: who approves of it now, which nobody else is shown.
    """

    label: str
    angle: str
    author: str
    state: str
    approved_by: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Log:
    """What happened to a ballot.

    Attributes:
        live: whether it is still undecided.
        state: a sentence about where it is, and for what it waits.
        past: what happened, in order of time.
        ahead: what will happen by itself, in order of time.
    """

    id: int
    live: bool
    state: str
    past: tuple[Moment, ...]
    ahead: tuple[Moment, ...]
    variants: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Around:
    """What a log needs to know besides the ballot.

    Attributes:
        names: what people are called, by Discord user id.
        characters: what characters are called, by id.
        start: the turn after which the drafts go on; None at the beginning of a branch.
        calls: requests to the model for this ballot.
        verdict: what follows from an open ballot now.
    """

    now: datetime
    names: Mapping[int, str] = field(default_factory=dict)
    characters: Mapping[int, str] = field(default_factory=dict)
    start: Turn | None = None
    calls: Sequence[Call] = ()
    verdict: Verdict | None = None

    def who(self, user_id: int | None) -> str:
        """What somebody is called."""
        return self.names.get(user_id or 0, "Somebody")

    def all_of(self, user_ids: Iterable[int]) -> str:
        """What several are called."""
        return _listed(sorted(self.who(user_id) for user_id in user_ids))


def log_of(ballot: Ballot, around: Around) -> Log:
    """Tell what happened to a ballot."""
    moments = [
        *_asked(ballot, around),
        *_added(ballot, around),
        *_presses(ballot, around),
        *_calls(around),
        *_waits(ballot, around),
        *_ends(ballot, around),
    ]
    moments.sort(key=lambda moment: moment.at)
    return Log(
        id=ballot.id,
        live=ballot.state in LIVE,
        state=_state(ballot, around),
        past=tuple(one for one in moments if one.at <= around.now),
        ahead=tuple(one for one in moments if one.at > around.now),
        variants=tuple(
            _candidate(ballot, variant, around)
            for variant in sorted(ballot.variants, key=lambda variant: variant.place)
        ),
    )


# --- rounds and variants --------------------------------------------------------------------------


def _asked(ballot: Ballot, around: Around) -> Iterator[Moment]:
    for asked in ballot.rounds:
        yield Moment(asked.asked_at, _request(asked, around))
        if asked.done_at is not None:
            yield Moment(asked.done_at, _came(ballot, asked))


def _request(asked: Round, around: Around) -> str:
    drafts = _counted(asked.variants, "draft")
    who = around.who(asked.asked_by)
    start = around.start
    whence = f"after turn {start.depth} ({start.speaker})" if start else "at the beginning"
    done = (
        f"{who} asked for {drafts} {whence}"
        if asked.number == 1
        else f"{who} steered: round {asked.number}, {drafts} more"
    )
    speaker = ""
    if asked.as_narrator:
        speaker = ", by the narrator alone"
    elif asked.as_character_id is not None:
        speaker = f", as {around.characters.get(asked.as_character_id, 'somebody')} alone"
    wish = f" Direction: “{asked.direction}”" if asked.direction else ""
    return f"{done}{speaker}.{wish}"


def _came(ballot: Ballot, asked: Round) -> str:
    arrived = [
        f"{v.label} ({v.angle})"
        for v in sorted(ballot.variants, key=lambda v: v.place)
        if v.round == asked.number and v.author_id is None
    ]
    dropped = f" {_counted(asked.dropped, 'draft')} broke a rule and was never shown."
    if asked.dropped > 1:
        dropped = f" {asked.dropped} drafts broke a rule and were never shown."
    came = (
        f"Round {asked.number}: {len(arrived)} of {_counted(asked.variants, 'draft')} came: "
        f"{_listed(arrived)}."
        if arrived
        else f"Round {asked.number}: no draft came."
    )
    failure = f" {asked.failure}" if asked.failure else ""
    return f"{came}{dropped if asked.dropped else ''}{failure}"


def _added(ballot: Ballot, around: Around) -> Iterator[Moment]:
    for variant in ballot.variants:
        if variant.author_id is not None:
            who = around.who(variant.author_id)
            told = f"{who} put in a draft of their own, on the card unsigned: {variant.label}."
            yield Moment(variant.added_at, told)


def _candidate(ballot: Ballot, variant: Variant, around: Around) -> Candidate:
    approving = ballot.approvals.get(variant.id, frozenset())
    return Candidate(
        label=variant.label,
        angle=variant.angle,
        author=around.who(variant.author_id) if variant.author_id is not None else "",
        state=_standing(ballot, variant),
        approved_by=tuple(sorted(around.who(user_id) for user_id in approving)),
        text=as_text(variant.beats),
    )


def _standing(ballot: Ballot, variant: Variant) -> str:
    if variant.id == ballot.winner_id:
        return "won"
    return {
        VariantState.STANDING: "may win" if ballot.state in LIVE else "did not win",
        VariantState.LOCKED: "locked until the owner of a character allows it",
        VariantState.DROPPED: "out",
    }[variant.state]


# --- people ---------------------------------------------------------------------------------------


def _presses(ballot: Ballot, around: Around) -> Iterator[Moment]:
    for user_id, at in ballot.pressed.items():
        yield Moment(at, f"{around.who(user_id)} {_vote(ballot, user_id)}")


def _vote(ballot: Ballot, user_id: int) -> str:
    if user_id in ballot.nones:
        return "wants none of these."
    chosen = [
        variant.label
        for variant in sorted(ballot.variants, key=lambda variant: variant.place)
        if user_id in ballot.approvals.get(variant.id, frozenset())
    ]
    return f"approves of {_listed(chosen)}." if chosen else "took every vote back."


# --- the model ------------------------------------------------------------------------------------


def _calls(around: Around) -> Iterator[Moment]:
    for call in around.calls:
        if call.state is CallState.PENDING:
            reserved = f"{in_cents(call.cost)} reserved"
            yield Moment(call.asked_at, f"{call.model} is being asked; {reserved}.")
        else:
            yield Moment(call.answered_at or call.asked_at, _answered(call))


def _answered(call: Call) -> str:
    usage = call.usage
    tokens = (
        f"{usage.cache_read_tokens:,} tokens from the cache, {usage.cache_write_tokens:,} written "
        f"to it, {usage.input_tokens:,} new, {usage.output_tokens:,} of answer; "
        f"{in_cents(call.cost)}."
    )
    if call.state is CallState.FAILED:
        return f"{call.model} failed ({call.outcome}): {tokens}"
    return f"{call.model} answered: {tokens}"


# --- times ----------------------------------------------------------------------------------------


def _waits(ballot: Ballot, around: Around) -> Iterator[Moment]:
    if ballot.state not in LIVE:
        return
    for hold in ballot.holds:
        if hold.until > around.now:
            doing = "a direction" if hold.kind is Pending.STEER else "a draft of their own"
            who = around.who(hold.writer_id)
            yield Moment(hold.until, f"{who} is writing {doing}; the countdown waits no longer.")
    if ballot.state is BallotState.OPEN:
        over = ballot.window_ends <= around.now
        tense = "Those awaited were waited for until now" if over else "Nobody is awaited any more"
        yield Moment(ballot.window_ends, f"{tense} (the window's end).")
    if ballot.countdown_ends is not None:
        yield Moment(ballot.countdown_ends, "The countdown ends.")


def _ends(ballot: Ballot, around: Around) -> Iterator[Moment]:
    if ballot.tied_since is not None:
        tied = around.who(ballot.opener_id)
        yield Moment(ballot.tied_since, f"A tie. {tied}, who opened the ballot, may choose.")
    if ballot.settled_at is not None:
        yield Moment(ballot.settled_at, _end(ballot, around))


def _end(ballot: Ballot, around: Around) -> str:
    winner = ballot.variant(ballot.winner_id) if ballot.winner_id is not None else None
    told = {
        BallotState.SETTLED: f"{winner.label if winner else 'A draft'} won and was posted.",
        BallotState.NOTHING: "Nothing won.",
    }.get(ballot.state, "The ballot was dropped.")
    closed = f" {around.who(ballot.closed_by)} closed it." if ballot.closed_by is not None else ""
    note = f" {ballot.closing_note}" if ballot.closing_note else ""
    return f"{told}{closed}{note}"


# --- where it is ----------------------------------------------------------------------------------


def _state(ballot: Ballot, around: Around) -> str:
    match ballot.state:
        case BallotState.DRAFTING:
            return "Drafts are being written."
        case BallotState.OPEN:
            again = "It is the second round, among the tied." if ballot.runoff else ""
            return " ".join(filter(None, ("Open.", _waiting(ballot, around), again)))
        case BallotState.TIED:
            return f"A tie: {around.who(ballot.opener_id)} chooses."
        case BallotState.SETTLED | BallotState.NOTHING | BallotState.DROPPED:
            return _end(ballot, around)


def _waiting(ballot: Ballot, around: Around) -> str:
    verdict = around.verdict
    if verdict is None:
        return ""
    if verdict.step is Step.COUNT_DOWN:
        return "Nobody is waited for, and the countdown runs."
    if verdict.step is not Step.WAIT:
        return "It is about to be decided."
    reasons = [*_awaited(ballot, verdict.awaited, around)]
    if verdict.missing:
        verb = "is" if verdict.missing == 1 else "are"
        reasons.append(f"{_counted(verdict.missing, 'more vote')} {verb} needed for the quorum.")
    held = [one for one in ballot.holds if one.until > around.now]
    if held:
        reasons.append(f"{around.all_of({one.writer_id for one in held})} is writing something.")
    return " ".join(reasons) or "It waits for an owner's word, or for drafts."


def _awaited(ballot: Ballot, awaited: Iterable[int], around: Around) -> Iterator[str]:
    """Who has not voted, and who voted before the newest draft: their votes count meanwhile."""
    before = {user_id for user_id in awaited if user_id in ballot.voted}
    others = set(awaited) - before
    if others:
        yield f"It waits for {around.all_of(others)}."
    if before:
        votes = "that vote counts" if len(before) == 1 else "those votes count"
        yield (
            f"It waits again for {around.all_of(before)}, who voted before the newest draft came; "
            f"{votes} already."
        )


# --- what is still to be done ---------------------------------------------------------------------

_DEEDS = {
    TaskKind.DRAFT: "write drafts",
    TaskKind.SETTLE: "look whether the ballot is decided",
    TaskKind.POST: "send, redraw and delete what is due here",
    TaskKind.PROPOSE: "read turns and propose facts",
    TaskKind.FORK: "open a fork's thread",
}


def task_told(task: Task, now: datetime) -> Moment:
    """Tell about a task that waits or is being done."""
    if task.due_at > now:
        tried = f", after {_counted(task.attempts, 'attempt')}" if task.attempts else ""
        how = f"waits{tried}"
    else:
        how = f"being done, attempt {task.attempts}" if task.attempts else "due"
    return Moment(task.due_at, f"{task.name}: {_DEEDS[task.kind]} ({how}).")


def post_told(post: Post) -> str:
    """Tell about a post that is to appear."""
    what = f"{post.name}, a turn" if post.name else f"a card or note ({post.kind})"
    part = f", part {post.part + 1} of {post.parts}" if post.parts > 1 else ""
    unsure = "being sent, or unsure" if post.state is PostState.SENDING else "due"
    return f"Post {post.id}: {what}{part} ({unsure})."


def _counted(count: int, one: str) -> str:
    return f"{count} {one}{'' if count == 1 else 's'}"


def _listed(many: Sequence[str]) -> str:
    if len(many) < 2:  # noqa: PLR2004 - one alone needs no "and"
        return "".join(many)
    return f"{', '.join(many[:-1])} and {many[-1]}"
