"""Have the model propose facts from the newest turns; people accept, change or reject each."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.ports import Clock, Extract, Limits, NewCall, Scribe, Store, UnitOfWork
from bot.services.common import (
    Request,
    names_of,
    queue,
    refresh,
    standing_of,
    the_place,
    window_start,
)
from bot.services.reach import facts_here
from bot.services.reading import read_up_to
from bot.story.canon import Fact, FactState, NewFact
from bot.story.errors import (
    BrokeError,
    ConflictError,
    InvalidError,
    NarratorError,
    NarratorGarbledError,
    NarratorRefusedError,
    NarratorSilentError,
)
from bot.story.policy import Action, require
from bot.story.posts import NewPost, PostKind, PostState
from bot.story.prompt import Prompt
from bot.story.proposal import (
    MAX_PROPOSED,
    MAX_READ,
    NewProposal,
    Proposal,
    ProposalState,
    Sieved,
    compose_reading,
    sieve,
    to_read,
)
from bot.story.purse import CallState, Usage, in_cents
from bot.story.tale import AiPolicy, Branch, Story, StoryState
from bot.story.tasks import TaskKind
from bot.story.turn import Turn

_log = structlog.get_logger(__name__)

NOTHING_NEW = (
    "Nothing was said since facts were last proposed. `/canon add` adds one in your own words."
)
INTERRUPTED = "I was interrupted while the model read. To ask again is a call of its own."
TIMED_OUT = "The model did not answer in time."
DECLINED = "The model declined to read these passages. `/canon add` adds a fact by hand."
GARBLED = "The model's answer was not in the agreed form."
BROKEN = (
    "Something went wrong on our side while this was read; whoever runs this bot finds the reason "
    "in the log."
)
GONE = "The passages that were to be read were taken back."
NOT_OPEN = "The story was paused or closed before the model had read anything; nothing was paid."
VOICES_ONLY = (
    "In this story the model only speaks, as the narrator and as characters nobody holds (setting "
    "“ai”: voices only). The owner changes that with `/story settings`."
)


@dataclass(frozen=True, slots=True)
class ProposalCard:
    """What the card of a proposal shows.

    Attributes:
        guild_id: where links lead.
        asked_by: display name.
        facts: what was proposed, each with the passage it cites.
        became: per id of a fact that was reworded, the fact that took its place.
        names: display names by Discord user id.
    """

    proposal: Proposal
    guild_id: int
    asked_by: str
    facts: tuple["ProposedOnCard", ...]
    became: Mapping[int, Fact]
    names: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class ProposedOnCard:
    """A proposed fact, who says the words it cites, and the message that shows them."""

    fact: Fact
    speaker: str
    channel_id: int
    message_id: int | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A card on which proposed facts wait for people."""

    facts: int
    channel_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came of a call: an extract, or a failure as a sentence; and what it cost."""

    state: CallState
    usage: Usage
    cost: int
    outcome: str = ""
    extract: Extract | None = None
    failure: str = ""


@dataclass(frozen=True, slots=True)
class _Job:
    """A proposal whose call was begun."""

    proposal: Proposal
    prompt: Prompt


class Proposing:
    """Facts proposed by the model."""

    def __init__(self, store: Store, clock: Clock, scribe: Scribe, limits: Limits) -> None:
        self._store = store
        self._clock = clock
        self._scribe = scribe
        self._limits = limits
        # What was paid for and could not be kept yet, since the database could not be written.
        self._answers: dict[int, _Answer] = {}

    async def ask(self, request: Request) -> Proposal:
        """Ask for facts from what was said since the last proposal, or from the last 40 turns.

        Raises:
            NotAllowedError: the actor neither holds a character nor owns the story.
            InvalidError: the model shall only speak in this story.
            ConflictError: nothing new was said, or it is being read already.
            BrokeError: the purse does not hold it.
        """
        now = self._clock.now()
        actor = request.actor
        async with self._store.write() as work:
            place = await the_place(work, request.channel_id)
            company = await work.cast.company(place.story.id)
            standing = standing_of(company, actor.writer_id)
            require(actor, Action.MAKE_CANON, place.story, standing)
            if place.story.settings.ai is AiPolicy.VOICES:
                raise InvalidError(VOICES_ONLY)
            after = await read_up_to(work, place.branch)
            turns = to_read(await work.turns.tail(place.branch.id, MAX_READ), after)
            if not turns:
                raise ConflictError(NOTHING_NEW)
            prompt = await _prompt(work, place.story, place.branch, turns)
            estimate = self._scribe.estimate_reading(prompt, MAX_PROPOSED)
            await self._afford(work, place.story.guild_id, estimate, now)
            await work.cast.note_writer(place.story.id, actor.writer_id, actor.name, None)
            new = NewProposal(
                story_id=place.story.id,
                branch_id=place.branch.id,
                channel_id=request.channel_id,
                asked_by=actor.writer_id,
                asked_at=now,
                after_depth=turns[0].depth - 1,
                until_turn_id=turns[-1].id,
                turns=len(turns),
                estimate=estimate,
            )
            proposal = await work.proposals.add(new)
            await queue(work, [NewPost(request.channel_id, PostKind.PROPOSAL, proposal.id)], now)
            await work.tasks.put(TaskKind.PROPOSE, proposal.id, now)
            return proposal

    async def _afford(self, work: UnitOfWork, guild_id: int, estimate: int, now: datetime) -> None:
        left = self._limits.daily_cap - await work.purse.spent(guild_id, window_start(now))
        if estimate > left:
            raise BrokeError(
                f"This server's purse for today ({in_cents(self._limits.daily_cap)}) does not "
                "hold this. `/canon add` adds facts by hand; the model can read again once 24 "
                "hours have passed."
            )

    # --- the task ------------------------------------------------------------------------------

    async def run(self, proposal_id: int) -> None:
        """The task: have the turns read and keep what was proposed, paid once for one asking.

        After a crash amid the call nobody is asked again: the call is booked at its estimate, and
        the card says so.
        """
        answer = self._answers.get(proposal_id)
        if answer is None:
            job = await self._begin(proposal_id)
            if job is None:
                return
            answer = await self._read(job)
            self._answers[proposal_id] = answer
        await self._finish(proposal_id, answer)
        del self._answers[proposal_id]

    async def _begin(self, proposal_id: int) -> _Job | None:
        """Record the call at its estimate, before it is made."""
        now = self._clock.now()
        async with self._store.write() as work:
            proposal = await work.proposals.get(proposal_id)
            if proposal is None or proposal.state is not ProposalState.READING:
                return None
            story = await work.stories.get(proposal.story_id)
            branch = await work.stories.branch(proposal.branch_id)
            if proposal.call_id is not None:
                await self._abandon(work, proposal.call_id, proposal.estimate, now)
                await _fail(work, proposal, INTERRUPTED, now)
                return None
            turns = await _turns_of(work, proposal)
            if story is None or branch is None or not turns:
                await _fail(work, proposal, GONE, now)
                return None
            forbidden = _forbidden(story)
            if forbidden:
                await _fail(work, proposal, forbidden, now)
                return None
            prompt = await _prompt(work, story, branch, turns)
            estimate = self._scribe.estimate_reading(prompt, MAX_PROPOSED)
            try:
                await self._afford(work, story.guild_id, estimate, now)
            except BrokeError as error:
                await _fail(work, proposal, str(error), now)
                return None
            call = NewCall(
                guild_id=story.guild_id,
                story_id=story.id,
                writer_id=proposal.asked_by,
                purpose="propose",
                ballot_id=None,
                model=self._scribe.chores_model,
                estimate=estimate,
                at=now,
            )
            begun = replace(proposal, call_id=await work.purse.begin(call))
            await work.proposals.save(begun)
            return _Job(begun, prompt)

    async def _abandon(self, work: UnitOfWork, call_id: int, cost: int, now: datetime) -> None:
        failed = CallState.FAILED
        await work.purse.end(call_id, failed, usage=Usage(), cost=cost, at=now, outcome="abandoned")

    async def _read(self, job: _Job) -> _Answer:
        """One call; whatever comes of it, it was made."""
        estimate = job.proposal.estimate
        try:
            async with asyncio.timeout(self._limits.draft_timeout):
                extract = await self._scribe.propose_facts(job.prompt)
        except TimeoutError:
            # Nobody told what it cost: booked at the estimate, never too little.
            return _failed(Usage(), estimate, "timeout", TIMED_OUT)
        except NarratorError as error:
            return _failed(error.usage, error.cost, type(error).__name__, _sentence(error))
        except Exception:  # noqa: BLE001 - tried again as other tasks are, it would be paid again
            _log.exception("proposal failed", proposal_id=job.proposal.id)
            return _failed(Usage(), estimate, "broken", BROKEN)
        return _Answer(CallState.DONE, extract.usage, extract.cost, extract=extract)

    async def _finish(self, proposal_id: int, answer: _Answer) -> None:
        """Record what the call cost and keep what may be shown of it, in one transaction."""
        now = self._clock.now()
        async with self._store.write() as work:
            proposal = await work.proposals.get(proposal_id)
            if proposal is None or proposal.call_id is None:
                return
            await work.purse.end(
                proposal.call_id,
                answer.state,
                usage=answer.usage,
                cost=answer.cost,
                at=now,
                outcome=answer.outcome,
            )
            if proposal.state is not ProposalState.READING:
                return
            if answer.extract is None:
                await _fail(work, proposal, answer.failure, now)
                return
            sieved = await _sieved(work, proposal, answer.extract)
            await _propose(work, proposal, sieved, now)
            done = replace(
                proposal, state=ProposalState.DONE, uncited=sieved.uncited, known=sieved.known
            )
            await work.proposals.save(done)
            await refresh(work, PostKind.PROPOSAL, proposal.id, now)
        _log.info(
            "facts proposed",
            proposal_id=proposal_id,
            kept=len(sieved.facts),
            uncited=sieved.uncited,
            known=sieved.known,
        )

    # --- looking -------------------------------------------------------------------------------

    async def card(self, proposal_id: int) -> ProposalCard | None:
        """What a proposal's card shows now; None if there is no such proposal."""
        async with self._store.read() as work:
            proposal = await work.proposals.get(proposal_id)
            story = await work.stories.get(proposal.story_id) if proposal else None
            if proposal is None or story is None:
                return None
            facts = await work.canon.of_proposal(proposal_id)
            everything = await work.canon.facts(story.id, frozenset(FactState)) if facts else []
            names = await names_of(work, story.id)
            shown = tuple([await _on_card(work, proposal, fact) for fact in facts])
        return ProposalCard(
            proposal=proposal,
            guild_id=story.guild_id,
            asked_by=names.get(proposal.asked_by, "A writer"),
            facts=shown,
            became={f.supersedes_id: f for f in everything if f.supersedes_id},
            names=names,
        )

    async def waiting(self, channel_id: int) -> list[Waiting]:
        """The cards of a channel's story on which proposed facts wait."""
        async with self._store.read() as work:
            place = await the_place(work, channel_id)
            proposed = await work.canon.facts(place.story.id, frozenset({FactState.PROPOSED}))
            counts: dict[int, int] = {}
            for fact in proposed:
                if fact.proposal_id:
                    counts[fact.proposal_id] = counts.get(fact.proposal_id, 0) + 1
            found = []
            for proposal_id, count in counts.items():
                posts = await work.posts.of_subject(PostKind.PROPOSAL, proposal_id)
                standing = [p for p in posts if p.state is PostState.POSTED and p.message_id]
                found += [
                    Waiting(count, post.channel_id, post.message_id or 0) for post in standing[-1:]
                ]
            return found


def _forbidden(story: Story) -> str:
    """Why the model may not read now; empty if it may. That changes between asking and reading."""
    if story.state is not StoryState.OPEN:
        return NOT_OPEN
    return VOICES_ONLY if story.settings.ai is AiPolicy.VOICES else ""


async def _prompt(work: UnitOfWork, story: Story, branch: Branch, turns: Sequence[Turn]) -> Prompt:
    company = await work.cast.company(story.id)
    canon = await facts_here(work, branch, frozenset({FactState.CANON}))
    return compose_reading(story, company, canon, turns)


async def _turns_of(work: UnitOfWork, proposal: Proposal) -> tuple[Turn, ...]:
    """The turns that a proposal reads, as they stand now."""
    if not await work.turns.in_past(proposal.until_turn_id, proposal.branch_id):
        return ()
    newer = await work.turns.newer(proposal.until_turn_id, proposal.branch_id)
    # Counted from the head, of which the turns to be read may not be the last any more.
    tail = await work.turns.tail(proposal.branch_id, MAX_READ + len(newer))
    until = await work.turns.get(proposal.until_turn_id)
    deepest = until.depth if until else 0
    return tuple(turn for turn in tail if proposal.after_depth < turn.depth <= deepest)


async def _sieved(work: UnitOfWork, proposal: Proposal, extract: Extract) -> Sieved:
    """What may be shown, as the story stands now: it may have changed while the model read."""
    turns = await _turns_of(work, proposal)
    branch = await work.stories.branch(proposal.branch_id)
    facts = await facts_here(work, branch, frozenset(FactState)) if branch else []
    company = await work.cast.company(proposal.story_id, retired=True)
    return sieve(extract.facts, turns, [fact.text for fact in facts], company)


async def _propose(work: UnitOfWork, proposal: Proposal, sieved: Sieved, now: datetime) -> None:
    for cited in sieved.facts:
        fact = NewFact(
            story_id=proposal.story_id,
            text=cited.text,
            about=cited.about,
            state=FactState.PROPOSED,
            proposed_by=proposal.asked_by,
            accepted_by=None,
            source_turn_id=cited.turn.id,
            quote=cited.quote,
            from_turn_id=cited.turn.id,
            proposal_id=proposal.id,
            branch_id=proposal.branch_id,
        )
        await work.canon.add(fact, now)


async def _fail(work: UnitOfWork, proposal: Proposal, failure: str, now: datetime) -> None:
    await work.proposals.save(replace(proposal, state=ProposalState.FAILED, failure=failure))
    await refresh(work, PostKind.PROPOSAL, proposal.id, now)


async def _on_card(work: UnitOfWork, proposal: Proposal, fact: Fact) -> ProposedOnCard:
    turn = await work.turns.get(fact.source_turn_id) if fact.source_turn_id else None
    posts = await work.posts.of_turn(turn.id) if turn else []
    standing = [p for p in posts if p.message_id and p.state in {PostState.POSTED, PostState.LEFT}]
    channel_id = standing[-1].channel_id if standing else proposal.channel_id
    message_id = standing[-1].message_id if standing else None
    return ProposedOnCard(fact, turn.speaker if turn else "", channel_id, message_id)


def _failed(usage: Usage, cost: int, outcome: str, failure: str) -> _Answer:
    return _Answer(CallState.FAILED, usage, cost, outcome, failure=failure)


def _sentence(error: NarratorError) -> str:
    """Why nothing came of it, in words that fit a chore."""
    match error:
        case NarratorRefusedError():
            return DECLINED
        case NarratorGarbledError():
            return GARBLED
        case NarratorSilentError():
            return TIMED_OUT
        case _:
            return str(error)
