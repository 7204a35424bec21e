"""Have the model draft a round of a ballot, check every variant, and put what is clean on it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from bot.ports import (
    Clock,
    Draft,
    DraftedVariant,
    Limits,
    Narrator,
    NewCall,
    Store,
    UnitOfWork,
)
from bot.services.common import refresh
from bot.services.scene import Offer, afford, read_scene
from bot.services.settling import Settling, end, shuffled_places
from bot.story.ballot import (
    LIVE,
    MAX_VARIANTS_ON_CARD,
    Ballot,
    BallotState,
    NewVariant,
    Round,
)
from bot.story.cast import Company, is_narrator
from bot.story.consent import ALIKE, likeness, trespasses
from bot.story.errors import (
    ConflictError,
    NarratorError,
    NarratorSilentError,
    StorageError,
    StoryError,
)
from bot.story.posts import PostKind
from bot.story.prompt import Request
from bot.story.purse import CallState, Usage
from bot.story.tale import Branch, Story, StoryState
from bot.story.tasks import TaskKind
from bot.story.turn import as_text

_log = structlog.get_logger(__name__)

PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds between attempts to keep what the model wrote. Asked again it would be paid again."""
NO_ANSWER = "The model did not answer in time. Try again in a while with `/scene continue`."
RETIRED = (
    "The character that was to speak retired meanwhile. Ask for somebody else: `/scene continue`."
)
BROKEN = (
    "Something went wrong on our side while this was drafted. Ask again with `/scene continue`; if "
    "it lasts, whoever runs this bot finds the reason in the log."
)
NOTHING_USABLE = (
    "No draft could be shown: each of them broke a rule (most often by writing a character that "
    "somebody claimed). Give a direction that leaves those characters room: `/scene continue`."
)


@dataclass(slots=True)
class _Job:
    """One round being drafted."""

    ballot: Ballot
    story: Story
    branch: Branch
    asked: Round
    kept: list[DraftedVariant]
    reasons: list[str]
    dropped: int = 0


class Drafting:
    """Drafts rounds of ballots."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        narrator: Narrator,
        limits: Limits,
        settling: Settling,
    ) -> None:
        self._store = store
        self._clock = clock
        self._narrator = narrator
        self._limits = limits
        self._settling = settling

    async def run(self, ballot_id: int) -> None:
        """The task: draft the oldest round of a ballot that is not done.

        A process that died while the model wrote is followed by one that asks again; what the
        lost call cost is booked at its estimate.
        """
        job = await self._begin(ballot_id)
        if job is None:
            return
        failure = ""
        try:
            await self._draft(job)
        except StorageError:
            # No fault of the drafts: the task is tried again once the database can be used.
            raise
        except StoryError as error:
            failure = str(error)
            _log.warning("draft failed", ballot_id=ballot_id, error=type(error).__name__)
        except Exception:  # noqa: BLE001 - tried again as other tasks are, it would be paid again
            failure = BROKEN
            _log.exception("draft failed", ballot_id=ballot_id)
        await _patiently(lambda: self._finish(job, failure))

    async def _begin(self, ballot_id: int) -> _Job | None:
        async with self._store.write() as work:
            ballot = await work.ballots.get(ballot_id)
            if ballot is None or ballot.state not in LIVE:
                return None
            story = await work.stories.get(ballot.story_id)
            branch = await work.stories.branch(ballot.branch_id)
            asked = next((r for r in ballot.rounds if r.done_at is None), None)
            if story is None or branch is None or asked is None:
                return None
            if story.state is not StoryState.OPEN:
                # Resuming asks for the task again.
                return None
            await work.purse.abandon(ballot_id, self._clock.now())
            return _Job(ballot, story, branch, asked, kept=[], reasons=[])

    async def _draft(self, job: _Job) -> None:
        """Ask the model; ask once more for what had to be thrown away."""
        wanted = job.asked.variants
        for attempt in (1, 2):
            offer, call_id = await self._begin_call(job, wanted - len(job.kept))
            draft = await self._ask(offer, call_id)
            await self._sieve(job, draft.variants)
            if len(job.kept) >= wanted or (attempt == 1 and not self._worth_mending(job, offer)):
                break
        if not job.kept:
            raise NarratorError(NOTHING_USABLE)

    def _worth_mending(self, job: _Job, offer: Offer) -> bool:
        """Whether drafts are missing that the purse had room for."""
        return len(job.kept) < offer.variants

    async def _begin_call(self, job: _Job, variants: int) -> tuple[Offer, int]:
        """What the purse pays for, and the call's record, which reserves its estimate.

        Both in one transaction: else two drafts at once could each count on what is left.
        """
        now = self._clock.now()
        async with self._store.write() as work:
            scene = await read_scene(work, job.story, job.branch)
            speaker = scene.company.get(job.asked.as_character_id)
            if job.asked.as_character_id and speaker is None:
                raise ConflictError(RETIRED)
            told = [v.beats for v in job.ballot.standing] + [v.beats for v in job.kept]
            request = Request(
                variants=variants,
                direction=job.asked.direction,
                speaker=speaker,
                narrator_only=job.asked.as_narrator,
                avoid=tuple(as_text(beats) for beats in told),
                mend=tuple(dict.fromkeys(job.reasons)),
            )
            offer = await afford(work, scene, request, self._narrator, self._limits, now)
            call = NewCall(
                guild_id=job.story.guild_id,
                story_id=job.story.id,
                writer_id=job.asked.asked_by,
                purpose="draft",
                ballot_id=job.ballot.id,
                model=self._narrator.model,
                estimate=offer.estimate,
                at=now,
            )
            return offer, await work.purse.begin(call)

    async def _ask(self, offer: Offer, call_id: int) -> Draft:
        """One call, whose end is recorded as its begin was."""
        try:
            async with asyncio.timeout(self._limits.draft_timeout):
                draft = await self._narrator.draft(offer.prompt, offer.variants)
        except TimeoutError:
            # Nobody told what it cost: booked at the estimate, never too little.
            await self._end_call(call_id, CallState.FAILED, Usage(), offer.estimate, "timeout")
            raise NarratorSilentError(NO_ANSWER) from None
        except NarratorError as error:
            outcome = type(error).__name__
            await self._end_call(call_id, CallState.FAILED, error.usage, error.cost, outcome)
            raise
        await self._end_call(call_id, CallState.DONE, draft.usage, draft.cost, "")
        return draft

    async def _end_call(
        self, call_id: int, state: CallState, usage: Usage, cost: int, outcome: str
    ) -> None:
        now = self._clock.now()

        async def note() -> None:
            async with self._store.write() as work:
                await work.purse.end(
                    call_id, state, usage=usage, cost=cost, at=now, outcome=outcome
                )

        await _patiently(note)

    async def _sieve(self, job: _Job, drafted: Sequence[DraftedVariant]) -> None:
        """Keep what breaks no rule as things stand now; claims may have changed meanwhile."""
        async with self._store.read() as work:
            # With the retired: what their writers let go is not to come back as an extra.
            company = await work.cast.company(job.story.id, retired=True)
        for variant in drafted:
            reason = self._fault(job, variant, company)
            if reason:
                job.dropped += 1
                job.reasons.append(reason)
                _log.info("variant dropped", ballot_id=job.ballot.id, reason=reason)
            elif len(job.kept) < job.asked.variants:
                job.kept.append(variant)

    def _fault(self, job: _Job, variant: DraftedVariant, company: Company) -> str:
        broken = trespasses(variant.beats, company)
        if broken:
            return broken[0].reason
        if not _in_voice(variant, job.asked, company):
            return "uses a voice that was not asked for"
        others = [v.beats for v in job.ballot.standing] + [v.beats for v in job.kept]
        if any(likeness(variant.beats, other) > ALIKE for other in others):
            return "is too much like another draft"
        return ""

    async def _finish(self, job: _Job, failure: str) -> None:
        """Put the kept variants on the ballot, or say why there are none; all at once."""
        now = self._clock.now()
        async with self._store.write() as work:
            ballot = await work.ballots.get(job.ballot.id)
            if ballot is None or not await work.ballots.end_round(
                job.ballot.id, job.asked.number, now, "" if job.kept else failure, job.dropped
            ):
                return
            # What was begun and not ended by now, nobody will end.
            await work.purse.abandon(ballot.id, now)
            if ballot.state in LIVE:
                await self._add(work, ballot, job)
                if ballot.state is BallotState.DRAFTING:
                    await self._open(work, ballot, job, failure)
                await self._settling.look(work, ballot.id, now, pressed=True)
            await refresh(work, PostKind.BALLOT, ballot.id, now)
            if any(r.done_at is None and r.number != job.asked.number for r in ballot.rounds):
                await work.tasks.put(TaskKind.DRAFT, ballot.id, now)

    async def _add(self, work: UnitOfWork, ballot: Ballot, job: _Job) -> None:
        room = MAX_VARIANTS_ON_CARD - len(ballot.standing)
        new = [
            NewVariant(job.asked.number, variant.angle, variant.beats, None)
            for variant in job.kept[:room]
        ]
        if new:
            places = shuffled_places(ballot, len(new), job.asked.number)
            await work.ballots.add_variants(ballot.id, new, places, self._clock.now())

    async def _open(self, work: UnitOfWork, ballot: Ballot, job: _Job, failure: str) -> None:
        """Open a ballot whose first round is done, or drop it if there is nothing to vote on."""
        now = self._clock.now()
        if not job.kept:
            await end(work, ballot, BallotState.DROPPED, failure, now)
            return
        window_ends = now + ballot.settings.window
        await work.ballots.save(replace(ballot, state=BallotState.OPEN, window_ends=window_ends))
        await work.tasks.put(TaskKind.SETTLE, ballot.id, window_ends)


async def _patiently(keep: Callable[[], Awaitable[None]]) -> None:
    """Keep what was paid for; while the database cannot be written, try again for a minute.

    Raises:
        StorageError: it could not be written for that long; the drafts are lost.
    """
    for pause in PAUSES:
        try:
            return await keep()
        except StorageError as error:
            _log.warning("drafts cannot be kept yet", seconds=pause, error=str(error))
            await asyncio.sleep(pause)
    return await keep()


def _in_voice(variant: DraftedVariant, asked: Round, company: Company) -> bool:
    """Whether only the asked speaker speaks, if one was asked for."""
    if asked.as_narrator:
        return all(is_narrator(beat.actor) for beat in variant.beats)
    speaker = company.get(asked.as_character_id)
    return speaker is None or all(company.find(b.actor) == speaker for b in variant.beats)
