"""A ballot: several variants, approval voting, and when it is decided.

Everything here is a pure function of the ballot, of who may vote, and of the time. People decide;
nothing here breaks a tie or settles what nobody approved.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.story.tale import Counts, Settings, TieRule, Voters
from bot.story.turn import Beat

MAX_VARIANTS_ON_CARD = 8
RECENTLY = timedelta(days=7)
"""A voter is awaited if they wrote or voted within this time."""
HOLD = timedelta(minutes=10)
"""The longest that a pending Steer, Mine or Splice holds the countdown."""
TIE_PATIENCE = timedelta(hours=24)
"""How long the opener may take to break a tie before the owner may too."""


class BallotState(StrEnum):
    """Where a ballot is.

    DRAFTING: the first variants are being written. OPEN: people vote. TIED: a person must choose.
    SETTLED: a variant won. NOTHING: nobody's taste was met. DROPPED: the branch moved away from
    under it, or drafting failed. The last three are final.
    """

    DRAFTING = "drafting"
    OPEN = "open"
    TIED = "tied"
    SETTLED = "settled"
    NOTHING = "nothing"
    DROPPED = "dropped"


LIVE = frozenset({BallotState.DRAFTING, BallotState.OPEN, BallotState.TIED})
"""States in which a branch has no room for another ballot."""


class VariantState(StrEnum):
    """STANDING may win; LOCKED waits for the owner of a character; DROPPED is out."""

    STANDING = "standing"
    LOCKED = "locked"
    DROPPED = "dropped"


class Pending(StrEnum):
    """What somebody is in the middle of, so that the countdown waits."""

    STEER = "steer"
    MINE = "mine"


@dataclass(frozen=True, slots=True)
class Variant:
    """One way on.

    Attributes:
        round: 1 for the first drafts; each Steer adds a round.
        place: its place on the card, from 0, shuffled once when it was added.
        author_id: Discord user id of whoever wrote it by hand; None for the model.
        allowed: ids of claimed characters whose owners allowed this variant.
    """

    id: int
    ballot_id: int
    round: int
    place: int
    angle: str
    beats: tuple[Beat, ...]
    author_id: int | None
    state: VariantState
    added_at: datetime
    allowed: frozenset[int] = frozenset()

    @property
    def label(self) -> str:
        """The letter that the card shows, from A on."""
        return chr(ord("A") + self.place)


@dataclass(frozen=True, slots=True)
class NewVariant:
    """A variant about to be added to a ballot."""

    round: int
    angle: str
    beats: tuple[Beat, ...]
    author_id: int | None


@dataclass(frozen=True, slots=True)
class Hold:
    """Somebody is about to add a direction or a draft of their own; ends by itself."""

    writer_id: int
    kind: Pending
    until: datetime


@dataclass(frozen=True, slots=True)
class Round:
    """A request to the model: the first, or one made with Steer.

    Attributes:
        done_at: when its variants were added, or it failed.
        failure: the sentence about its failure, or empty.
        dropped: drafts that broke a rule and were never shown.
    """

    number: int
    direction: str
    as_character_id: int | None
    as_narrator: bool
    variants: int
    asked_by: int
    asked_at: datetime
    done_at: datetime | None = None
    failure: str = ""
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Ballot:
    """One vote on a branch.

    Attributes:
        from_turn_id: the turn that was the head when the first draft was asked for.
        window_ends: when waiting for those awaited is over.
        countdown_ends: when the running countdown is over; None while none runs.
        tied_since: when the tie was found.
        runoff: whether this is already the second round among the tied.
        pressed: writer → when they last pressed something that changed their vote.
        nones: writers who pressed None of these.
    """

    id: int
    story_id: int
    branch_id: int
    channel_id: int
    opener_id: int
    state: BallotState
    from_turn_id: int | None
    opened_at: datetime
    window_ends: datetime
    settings: Settings
    variants: tuple[Variant, ...] = ()
    rounds: tuple[Round, ...] = ()
    approvals: dict[int, frozenset[int]] = field(default_factory=dict)
    nones: frozenset[int] = frozenset()
    pressed: dict[int, datetime] = field(default_factory=dict)
    holds: tuple[Hold, ...] = ()
    countdown_ends: datetime | None = None
    tied_since: datetime | None = None
    runoff: bool = False
    winner_id: int | None = None
    closed_by: int | None = None
    closing_note: str = ""
    settled_at: datetime | None = None

    @property
    def standing(self) -> tuple[Variant, ...]:
        """The variants on the card, by place: standing and locked ones."""
        kept = [v for v in self.variants if v.state is not VariantState.DROPPED]
        return tuple(sorted(kept, key=lambda v: v.place))

    @property
    def is_drafting(self) -> bool:
        """Whether drafts are being written: the first, or more of them."""
        return self.state is BallotState.DRAFTING or any(r.done_at is None for r in self.rounds)

    @property
    def can_be_steered(self) -> bool:
        """Whether further drafts can be asked for now."""
        return self.state is BallotState.OPEN and not (self.is_drafting or self.is_full)

    @property
    def is_full(self) -> bool:
        """Whether the card has no room for a further draft."""
        return len(self.standing) >= MAX_VARIANTS_ON_CARD

    @property
    def voted(self) -> frozenset[int]:
        """Writers who approve of something now, or pressed None."""
        on_card = {v.id for v in self.standing}
        approving = (who for vid, who in self.approvals.items() if vid in on_card)
        return self.nones.union(*approving)

    def variant(self, variant_id: int) -> Variant | None:
        """The variant with this id, dropped ones included."""
        return next((v for v in self.variants if v.id == variant_id), None)


@dataclass(frozen=True, slots=True)
class Voter:
    """Somebody who may vote now, and when they last wrote, voted or joined in the story."""

    writer_id: int
    active_at: datetime | None
    away_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Electorate:
    """Who may vote on a ballot now. ``everyone``: whoever sees the channel may as well."""

    voters: tuple[Voter, ...]
    everyone: bool = False

    def may_vote(self, writer_id: int) -> bool:
        """Whether this writer's press counts."""
        return self.everyone or any(v.writer_id == writer_id for v in self.voters)


class Step(StrEnum):
    """What a ballot needs next."""

    WAIT = "wait"
    COUNT_DOWN = "count_down"
    WIN = "win"
    TIE = "tie"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from a ballot now.

    Attributes:
        look_again: when the verdict may change by itself; None if only a press can change it.
        leaders: ids of the variants with most approvals (the winner, or the tied).
        missing: how many more must vote before the quorum is met.
        awaited: writers still awaited.
    """

    step: Step
    look_again: datetime | None = None
    leaders: tuple[int, ...] = ()
    missing: int = 0
    awaited: tuple[int, ...] = ()


def with_approval(
    ballot: Ballot, variant_id: int, writer_id: int, at: datetime, *, on: bool
) -> Ballot:
    """A ballot after an approval was given or withdrawn, which ends a None.

    A press that changes nothing does not count as a later vote.
    """
    who = ballot.approvals.get(variant_id, frozenset())
    if on is (writer_id in who):
        return with_none(ballot, writer_id, at, on=False)
    changed = who | {writer_id} if on else who - {writer_id}
    return replace(
        ballot,
        approvals=_given(ballot.approvals | {variant_id: changed}),
        nones=ballot.nones - {writer_id},
        pressed=ballot.pressed | {writer_id: at},
    )


def with_none(ballot: Ballot, writer_id: int, at: datetime, *, on: bool) -> Ballot:
    """A ballot after None of these was pressed or withdrawn; pressing it ends approvals."""
    if on is (writer_id in ballot.nones):
        return ballot
    kept, nones = ballot.approvals, ballot.nones - {writer_id}
    if on:
        kept = _given({variant_id: who - {writer_id} for variant_id, who in kept.items()})
        nones = ballot.nones | {writer_id}
    return replace(ballot, approvals=kept, nones=nones, pressed=ballot.pressed | {writer_id: at})


def without_holds(ballot: Ballot, writer_id: int) -> Ballot:
    """A ballot that waits for no form of a writer's any more."""
    return replace(ballot, holds=tuple(h for h in ballot.holds if h.writer_id != writer_id))


def _given(approvals: dict[int, frozenset[int]]) -> dict[int, frozenset[int]]:
    return {variant_id: who for variant_id, who in approvals.items() if who}


def quorum(ballot: Ballot, electorate: Electorate) -> int:
    """Voters needed: the setting, but never more than there are, and one for a lone voter."""
    there = {v.writer_id for v in electorate.voters} | ballot.voted
    return max(1, min(ballot.settings.quorum, len(there)))


def awaited(ballot: Ballot, electorate: Electorate, now: datetime) -> tuple[int, ...]:
    """Voters who wrote or voted within 7 days, are not away, and have not voted.

    A vote given before the newest variant was added does not end being awaited.
    """
    since = now - RECENTLY

    def is_awaited(voter: Voter) -> bool:
        if voter.away_until and voter.away_until > now:
            return False
        if voter.active_at is None or voter.active_at < since:
            return False
        return voter.writer_id not in ballot.voted or before_newest(ballot, voter.writer_id)

    return tuple(v.writer_id for v in electorate.voters if is_awaited(v))


def before_newest(ballot: Ballot, writer_id: int) -> bool:
    """Whether a writer last pressed something before the newest variant came, or never did."""
    newest = max((v.added_at for v in ballot.standing), default=ballot.opened_at)
    pressed = ballot.pressed.get(writer_id)
    return pressed is None or pressed < newest


def tally(ballot: Ballot) -> dict[int, int]:
    """Approvals per variant that may win, by variant id."""
    return {
        v.id: len(ballot.approvals.get(v.id, frozenset()))
        for v in ballot.standing
        if v.state is VariantState.STANDING
    }


def outcome(ballot: Ballot) -> Verdict:
    """What the votes say if the ballot ended now."""
    counts = tally(ballot)
    best = max(counts.values(), default=0)
    if best == 0 or len(ballot.nones) > best:
        return Verdict(Step.NOTHING)
    leaders = tuple(variant_id for variant_id, n in counts.items() if n == best)
    return Verdict(Step.WIN if len(leaders) == 1 else Step.TIE, leaders=leaders)


def decide(ballot: Ballot, electorate: Electorate, now: datetime) -> Verdict:
    """What an open ballot needs now.

    Args:
        ballot: in state OPEN.
        electorate: who may vote now.
        now: the time.

    Returns:
        WAIT (look again at a time, or after a press), COUNT_DOWN (start or go on counting),
        or the outcome: WIN, TIE, NOTHING.
    """
    waiting_for = awaited(ballot, electorate, now)
    missing = max(0, quorum(ballot, electorate) - len(ballot.voted))
    window_over = now >= ballot.window_ends
    held_until = held(ballot, now)
    if missing or (waiting_for and not window_over):
        again = None if window_over else ballot.window_ends
        return Verdict(Step.WAIT, look_again=again, missing=missing, awaited=waiting_for)
    if held_until:
        return Verdict(Step.WAIT, look_again=held_until, awaited=waiting_for)
    if _locked_leads(ballot) and not window_over:
        return Verdict(Step.WAIT, look_again=ballot.window_ends, awaited=waiting_for)
    if ballot.countdown_ends is None or now < ballot.countdown_ends:
        return Verdict(Step.COUNT_DOWN, look_again=ballot.countdown_ends, awaited=waiting_for)
    return outcome(ballot)


def held(ballot: Ballot, now: datetime) -> datetime | None:
    """Until when the countdown waits for somebody's Steer or draft; None if for nobody's."""
    ends = [hold.until for hold in ballot.holds]
    ends += [asked.asked_at + HOLD for asked in ballot.rounds if asked.done_at is None]
    return max((end for end in ends if end > now), default=None)


def is_held_by(ballot: Ballot, writer_id: int, kind: Pending) -> bool:
    """Whether a writer has begun this already and neither sent it nor voted since."""
    return any(hold.writer_id == writer_id and hold.kind is kind for hold in ballot.holds)


def _locked_leads(ballot: Ballot) -> bool:
    """Whether a variant that waits for an owner's word has more approvals than those free."""
    free = max(tally(ballot).values(), default=0)
    return any(
        len(ballot.approvals.get(v.id, frozenset())) > free
        for v in ballot.standing
        if v.state is VariantState.LOCKED
    )


def may_break_tie(
    ballot: Ballot, writer_id: int, now: datetime, *, owns: bool, left: frozenset[int]
) -> bool:
    """Whether a writer may choose among the tied.

    The opener may; the owner too, once the opener is gone or was silent for 24 hours.

    Args:
        ballot: in state TIED.
        writer_id: who wants to choose.
        now: the time.
        owns: whether they own the story, or act for an owner who left.
        left: writers who left the server.
    """
    if writer_id == ballot.opener_id:
        return True
    silent = now >= (ballot.tied_since or now) + TIE_PATIENCE
    return owns and (silent or ballot.opener_id in left)


def needs_runoff(ballot: Ballot) -> bool:
    """Whether a tie opens a second round among the tied (setting; once)."""
    return ballot.settings.tie is TieRule.SECOND_ROUND and not ballot.runoff


def shows_counts(ballot: Ballot) -> bool:
    """Whether approvals per variant may be shown: when decided, or if the setting says open."""
    return ballot.state not in LIVE or ballot.settings.counts is Counts.OPEN


def electorate_of(settings: Settings, voters: Iterable[Voter]) -> Electorate:
    """Who may vote: these (holders of a claim, and the owner); by setting, whoever is there."""
    return Electorate(tuple(voters), everyone=settings.voters is Voters.CHANNEL)
