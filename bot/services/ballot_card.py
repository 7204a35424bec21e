"""What a ballot's card shows now."""

from dataclasses import dataclass

from bot.ports import Clock, Store, UnitOfWork
from bot.services.common import display_names
from bot.services.settling import electorate
from bot.story.ballot import (
    LIVE,
    Ballot,
    BallotState,
    VariantState,
    Verdict,
    awaited,
    decide,
    outcome,
    tally,
)
from bot.story.cast import Company
from bot.story.consent import locked_by
from bot.story.posts import PostState
from bot.story.turn import DeedKind, Turn


@dataclass(frozen=True, slots=True)
class Ballotcard:
    """Everything a ballot's card shows.

    Attributes:
        opener: display name.
        newer: speakers of turns that came after the one the drafts started from.
        verdict: what an open ballot waits for, or which variants are tied; None otherwise.
        awaited: display names of those awaited who have not voted.
        awaited_again: of those awaited who voted before the newest draft came.
        locks: per locked variant, display names of the owners who must allow it.
        counts: approvals per variant id.
        posted: posts of the winner that stand, and how many there are.
        closed_by: display name of whoever pressed Close.
        tie_breaker: display name of who must choose in a tie; empty if neither the opener nor the
            owner is there any more.
        opener_left: whether the opener left the server.
        opener_owns: whether the opener is the story's owner.
    """

    ballot: Ballot
    company: Company
    opener: str
    newer: tuple[str, ...]
    verdict: Verdict | None
    awaited: tuple[str, ...]
    locks: dict[int, tuple[str, ...]]
    counts: dict[int, int]
    posted: tuple[int, int]
    closed_by: str
    tie_breaker: str
    opener_left: bool = False
    opener_owns: bool = False
    awaited_again: tuple[str, ...] = ()


class BallotCards:
    """Looks at ballots."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def get(self, ballot_id: int) -> Ballot | None:
        """The ballot, or None."""
        async with self._store.read() as work:
            return await work.ballots.get(ballot_id)

    async def card(self, ballot_id: int) -> Ballotcard | None:
        """What a ballot's card shows now; None if there is no such ballot."""
        now = self._clock.now()
        async with self._store.read() as work:
            ballot = await work.ballots.get(ballot_id)
            if ballot is None:
                return None
            story = await work.stories.get(ballot.story_id)
            if story is None:
                return None
            company, writers = await work.cast.everybody(story.id, retired=True)
            voters = electorate(story, company, writers)
            newer = await _newer(work, ballot)
            posted = await self._posted(work, ballot)
        names = display_names(writers)
        verdict = None
        if ballot.state is BallotState.OPEN:
            verdict = decide(ballot, voters, now)
        elif ballot.state is BallotState.TIED:
            verdict = outcome(ballot)
        waiting = awaited(ballot, voters, now)
        left = company.left
        chooser = ballot.opener_id if ballot.opener_id not in left else story.owner_id
        return Ballotcard(
            ballot=ballot,
            company=company,
            opener=names.get(ballot.opener_id, "a writer"),
            newer=tuple(dict.fromkeys(turn.speaker for turn in newer)),
            verdict=verdict,
            awaited=tuple(names.get(i, "a writer") for i in waiting if i not in ballot.voted),
            awaited_again=tuple(names.get(i, "a writer") for i in waiting if i in ballot.voted),
            locks=_locks(ballot, company, names),
            counts=tally(ballot),
            posted=posted,
            closed_by=names.get(ballot.closed_by, "a writer") if ballot.closed_by else "",
            tie_breaker="" if chooser in left else names.get(chooser, "whoever opened it"),
            opener_left=ballot.opener_id in left,
            opener_owns=ballot.opener_id == story.owner_id,
        )

    async def _posted(self, work: UnitOfWork, ballot: Ballot) -> tuple[int, int]:
        if ballot.state is not BallotState.SETTLED:
            return (0, 0)
        deeds = [
            deed
            for deed in await work.turns.last_deeds(ballot.branch_id, 5)
            if deed.kind is DeedKind.BALLOT and deed.ballot_id == ballot.id
        ]
        turns = [turn for deed in deeds for turn in await work.turns.of_deed(deed.id)]
        posts = [post for turn in turns for post in await work.posts.of_turn(turn.id)]
        waiting = {PostState.DUE, PostState.SENDING}
        return (sum(post.state not in waiting for post in posts), len(posts))


async def _newer(work: UnitOfWork, ballot: Ballot) -> list[Turn]:
    """Turns that came since a live ballot was opened; nearly always none."""
    branch = await work.stories.branch(ballot.branch_id) if ballot.state in LIVE else None
    if branch is None or branch.head_id == ballot.from_turn_id:
        return []
    if not await work.turns.in_past(ballot.from_turn_id, ballot.branch_id):
        return []
    return await work.turns.newer(ballot.from_turn_id, ballot.branch_id)


def _locks(ballot: Ballot, company: Company, names: dict[int, str]) -> dict[int, tuple[str, ...]]:
    locks = {}
    for variant in ballot.standing:
        if variant.state is VariantState.LOCKED:
            ids = locked_by(variant.beats, company, variant.allowed, variant.author_id)
            holders = [company.writer_of(i) for i in sorted(ids)]
            locks[variant.id] = tuple(names.get(i, "a writer") for i in holders if i)
    return locks
