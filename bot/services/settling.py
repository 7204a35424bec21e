"""Look whether a ballot is decided, and do what follows: wait, count down, win, tie, or end."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.ports import Clock, Limits, NewDeed, Store, UnitOfWork
from bot.services.common import queue_turns, refresh
from bot.services.departures import Departures
from bot.story.ballot import (
    LIVE,
    Ballot,
    BallotState,
    Electorate,
    Step,
    Variant,
    VariantState,
    Verdict,
    Voter,
    awaited,
    decide,
    electorate_of,
    needs_runoff,
    outcome,
)
from bot.story.cast import Company, Writer
from bot.story.consent import locked_by
from bot.story.draft import turns_of_beats
from bot.story.posts import PostKind
from bot.story.tale import Branch, Story, StoryState
from bot.story.tasks import TaskKind
from bot.story.turn import DeedKind

ABSENCE = timedelta(hours=3)
"""How long a ballot waits for people before it is looked whether they are still there."""
MOVED_ON = (
    "The passage that these drafts started from was taken back, so this ballot was dropped. "
    "Ask anew with `/scene continue`."
)
CLOSED = "The story was closed before this was decided."
NOTHING_WON = "None of these was wanted. Say what should be different: `/scene continue`."


@dataclass(frozen=True, slots=True)
class Around:
    """What a ballot is looked at with, as one transaction sees it."""

    story: Story
    branch: Branch
    company: Company
    writers: Mapping[int, Writer]


def electorate(story: Story, company: Company, writers: Mapping[int, Writer]) -> Electorate:
    """Who may vote in a story now, of its cast and writers."""
    claimants = {claim.writer_id for claim in company.claims.values()}
    # Who left can press nothing: neither the quorum nor anybody waits for them. Their votes stay.
    there = dict.fromkeys((story.owner_id, *sorted(claimants)))
    voters = [_voter(i, writers) for i in there if i not in company.left]
    return electorate_of(story.settings, voters)


def _voter(writer_id: int, writers: Mapping[int, Writer]) -> Voter:
    known = writers.get(writer_id)
    if known is None:
        return Voter(writer_id, None)
    return Voter(writer_id, known.active_at, known.away_until)


def shuffled_places(ballot: Ballot, count: int, round_number: int) -> list[int]:
    """Places on the card for new variants, behind those there, in an order of chance."""
    first = max((v.place for v in ballot.variants), default=-1) + 1
    places = list(range(first, first + count))
    # Seeded by what the ballot is: a draft written again after a crash lies the same way.
    random.Random(f"{ballot.id}:{round_number}").shuffle(places)
    return places


class Settling:
    """Moves ballots on, as often as somebody presses or a time has come."""

    def __init__(self, store: Store, clock: Clock, limits: Limits, departures: Departures) -> None:
        self._store = store
        self._clock = clock
        self._countdown = timedelta(seconds=limits.countdown)
        self._departures = departures

    async def run(self, ballot_id: int) -> None:
        """The task: look at a ballot and do what follows."""
        now = self._clock.now()
        async with self._store.write() as work:
            ballot = await self.look(work, ballot_id, now)
        if ballot is None or ballot.state not in LIVE or ballot.countdown_ends:
            return
        if ballot.state is BallotState.TIED or now >= ballot.opened_at + ABSENCE:
            await self.look_round(ballot_id)

    async def look_round(self, ballot_id: int) -> bool:
        """Look whether those whom a live ballot waits for left the server; whether one did.

        If so, the ballot is looked at again.
        """
        async with self._store.read() as work:
            ballot = await work.ballots.get(ballot_id)
            story = await work.stories.get(ballot.story_id) if ballot else None
            if ballot is None or story is None or ballot.state not in LIVE:
                return False
            voters = electorate(story, *await work.cast.everybody(story.id))
        missed = awaited(ballot, voters, self._clock.now())
        if ballot.state is BallotState.TIED:
            missed = (ballot.opener_id,)
        return bool(await self._departures.look(story.guild_id, missed))

    async def look(
        self, work: UnitOfWork, ballot_id: int, now: datetime, *, pressed: bool = False
    ) -> Ballot | None:
        """Do what follows for a ballot, in a transaction of the caller.

        Args:
            work: the transaction.
            ballot_id: which ballot; one that is decided is left alone.
            now: the time.
            pressed: whether somebody just pressed something, which restarts the countdown.

        Returns:
            The ballot as it stands then; None if there is no such ballot.
        """
        ballot = await work.ballots.get(ballot_id)
        if ballot is None or ballot.state not in LIVE:
            return ballot
        story = await work.stories.get(ballot.story_id)
        branch = await work.stories.branch(ballot.branch_id)
        if story is None or branch is None:
            return ballot
        around = Around(story, branch, *await work.cast.everybody(story.id))
        return await self.look_at(work, ballot, around, now, pressed=pressed)

    async def look_at(
        self,
        work: UnitOfWork,
        ballot: Ballot,
        around: Around,
        now: datetime,
        *,
        pressed: bool = False,
    ) -> Ballot:
        """``look``, where the ballot and what is around it were read in this transaction."""
        if ballot.state not in LIVE or around.story.state is StoryState.PAUSED:
            return ballot
        if around.story.state is StoryState.CLOSED:
            return await end(work, ballot, BallotState.DROPPED, CLOSED, now)
        if not await started_from_what_stands(work, ballot, around.branch):
            return await end(work, ballot, BallotState.DROPPED, MOVED_ON, now)
        if ballot.state is BallotState.TIED:
            return await _look_at_tied(work, ballot, around.company, now)
        if ballot.state is BallotState.OPEN:
            return await self._look_at_open(work, ballot, around, now, pressed=pressed)
        return ballot

    async def _look_at_open(
        self,
        work: UnitOfWork,
        ballot: Ballot,
        around: Around,
        now: datetime,
        *,
        pressed: bool,
    ) -> Ballot:
        ballot = await relock(work, ballot, around.company)
        ends = None if pressed else ballot.countdown_ends
        counting = replace(ballot, countdown_ends=ends)
        voters = electorate(around.story, around.company, around.writers)
        verdict = decide(counting, voters, now)
        match verdict.step:
            case Step.WAIT:
                ballot = await _counting_to(work, ballot, None)
                if verdict.look_again:
                    again = min(verdict.look_again, now + ABSENCE)
                    await work.tasks.put(TaskKind.SETTLE, ballot.id, again)
            case Step.COUNT_DOWN:
                ballot = await _counting_to(work, ballot, ends or now + self._countdown)
                await work.tasks.put(TaskKind.SETTLE, ballot.id, ballot.countdown_ends or now)
            case Step.WIN | Step.TIE | Step.NOTHING:
                await conclude(work, counting, around.branch, around.company, verdict, now)
                ballot = await work.ballots.get(ballot.id) or ballot
        await refresh(work, PostKind.BALLOT, ballot.id, now)
        return ballot


async def _counting_to(work: UnitOfWork, ballot: Ballot, ends: datetime | None) -> Ballot:
    """A ballot with its countdown set or ended; written only if that is news."""
    if ballot.countdown_ends == ends:
        return ballot
    counting = replace(ballot, countdown_ends=ends)
    await work.ballots.save(counting)
    return counting


async def started_from_what_stands(work: UnitOfWork, ballot: Ballot, branch: Branch) -> bool:
    """Whether the turn that a ballot started from is a part of its branch still."""
    # Nearly always nothing came since: then there is nothing to walk along.
    if ballot.from_turn_id == branch.head_id:
        return True
    return await work.turns.in_past(ballot.from_turn_id, branch.id)


async def _look_at_tied(
    work: UnitOfWork, ballot: Ballot, company: Company, now: datetime
) -> Ballot:
    """Lock tied variants that a claim made meanwhile forbids; if none is left, vote on."""
    ballot = await relock(work, ballot, company)
    if outcome(ballot).step is Step.NOTHING:
        # Nobody could choose any more, and the branch would have no room for another ballot.
        window_ends = now + ballot.settings.window
        ballot = replace(ballot, state=BallotState.OPEN, tied_since=None, window_ends=window_ends)
        await work.ballots.save(ballot)
        await work.tasks.put(TaskKind.SETTLE, ballot.id, window_ends)
    await refresh(work, PostKind.BALLOT, ballot.id, now)
    return ballot


async def relock(work: UnitOfWork, ballot: Ballot, company: Company) -> Ballot:
    """Lock variants that write a character claimed meanwhile, free those that do no more."""
    variants: list[Variant] = []
    for variant in ballot.variants:
        kept = variant
        if variant.state is not VariantState.DROPPED:
            locks = locked_by(variant.beats, company, variant.allowed, variant.author_id)
            state = VariantState.LOCKED if locks else VariantState.STANDING
            if state is not variant.state:
                await work.ballots.set_variant(variant.id, state, variant.allowed)
                kept = replace(variant, state=state)
        variants.append(kept)
    return replace(ballot, variants=tuple(variants))


async def conclude(
    work: UnitOfWork,
    ballot: Ballot,
    branch: Branch,
    company: Company,
    verdict: Verdict,
    now: datetime,
) -> None:
    """End a vote as its verdict says: win, ask a person to break the tie, or nothing."""
    if verdict.step is Step.NOTHING:
        await end(work, ballot, BallotState.NOTHING, NOTHING_WON, now)
    elif verdict.step is Step.WIN:
        await win(work, ballot, verdict.leaders[0], branch, company, now)
    elif needs_runoff(ballot):
        await _second_round(work, ballot, verdict.leaders, now)
    else:
        await work.ballots.save(
            replace(ballot, state=BallotState.TIED, tied_since=now, countdown_ends=None)
        )
        await refresh(work, PostKind.BALLOT, ballot.id, now)


async def _second_round(
    work: UnitOfWork, ballot: Ballot, leaders: tuple[int, ...], now: datetime
) -> None:
    """Once more, among the tied alone; everybody votes anew."""
    for variant in ballot.standing:
        if variant.id not in leaders:
            await work.ballots.set_variant(variant.id, VariantState.DROPPED, variant.allowed)
            continue
        for writer_id in ballot.approvals.get(variant.id, frozenset()):
            await work.ballots.approve(ballot.id, variant.id, writer_id, now, on=False)
    for writer_id in ballot.nones:
        await work.ballots.press_none(ballot.id, writer_id, now, on=False)
    window_ends = now + ballot.settings.window
    await work.ballots.save(
        # Not closed after all, so nobody signs for it.
        replace(ballot, runoff=True, window_ends=window_ends, countdown_ends=None, closed_by=None)
    )
    await work.tasks.put(TaskKind.SETTLE, ballot.id, window_ends)


async def win(
    work: UnitOfWork,
    ballot: Ballot,
    variant_id: int,
    branch: Branch,
    company: Company,
    now: datetime,
) -> None:
    """Let a variant win: its turns go on the branch's head and are posted, in one transaction.

    If what the ballot started from was taken back meanwhile, it is dropped instead.
    """
    variant = ballot.variant(variant_id)
    if variant is None:
        return
    if not await started_from_what_stands(work, ballot, branch):
        await end(work, ballot, BallotState.DROPPED, MOVED_ON, now)
        return
    # Whoever retired meanwhile still speaks in it as themselves: people chose the draft.
    everybody = await work.cast.company(ballot.story_id, retired=True)
    company = replace(company, characters=everybody.characters)
    turns = turns_of_beats(variant.beats, company, variant.author_id)
    deed = NewDeed(DeedKind.BALLOT, ballot.opener_id, turns, now, ballot_id=ballot.id)
    _, added = await work.turns.append(branch, deed)
    await queue_turns(work, added, ballot.channel_id, company, now)
    won = replace(ballot, winner_id=variant_id)
    await end(work, won, BallotState.SETTLED, ballot.closing_note, now)


async def end(
    work: UnitOfWork, ballot: Ballot, state: BallotState, note: str, now: datetime
) -> Ballot:
    """End a ballot for good, and have its card say so."""
    ended = replace(ballot, state=state, closing_note=note, countdown_ends=None, settled_at=now)
    await work.ballots.save(ended)
    await work.tasks.drop(TaskKind.SETTLE, ballot.id)
    await refresh(work, PostKind.BALLOT, ballot.id, now)
    return ended
