"""Dispute facts, and decide on those that are in question: keep, reword, let go. People only."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.ports import Clock, Store, UnitOfWork
from bot.services.canon import no_fact
from bot.services.common import (
    Request,
    names_of,
    queue,
    redraw_fact,
    standing_of,
    the_place,
)
from bot.services.reach import holding
from bot.story.canon import Fact, FactState, NewFact, clean_fact, clean_why
from bot.story.errors import ConflictError, NotFoundError
from bot.story.names import name_key
from bot.story.policy import Action, Standing, require
from bot.story.posts import NewPost, PostKind
from bot.story.tale import Place

IN_QUESTION = frozenset({FactState.PROPOSED, FactState.DISPUTED})
KNOWN = frozenset({FactState.CANON, *IN_QUESTION})
SAME = "These are the same words. Change them; Accept or Keep takes the fact as it is."


@dataclass(frozen=True, slots=True)
class DisputeCard:
    """What the card of a disputed fact shows.

    Attributes:
        disputed_by: display name of whoever doubts it, or did.
        settled_by: display name of whoever decided; empty while it is in question.
        became: the fact that took its place, if it was reworded.
    """

    fact: Fact
    disputed_by: str
    settled_by: str
    became: Fact | None


class Reviewing:
    """Facts in question."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def dispute(self, request: Request, number: int, why: str) -> Fact:
        """Put a settled fact in question: the model is not told it until people decided.

        Raises:
            NotFoundError: the story has no such fact.
            NotAllowedError: the actor neither holds a character nor owns the story.
            ConflictError: it is not canon, or another branch's.
        """
        reason = clean_why(why)
        now = self._clock.now()
        writer_id = request.actor.writer_id
        async with self._store.write() as work:
            place, _ = await self._allowed(work, request)
            fact = await work.canon.get(place.story.id, number)
            if fact is None:
                raise no_fact(number)
            await _refuse_elsewhere(work, place, fact)
            _refuse_unsettled(fact)
            await work.cast.note_writer(place.story.id, writer_id, request.actor.name, None)
            await work.canon.set_state(fact.id, FactState.DISPUTED, writer_id, now, why=reason)
            await redraw_fact(work, fact, now)
            await queue(work, [NewPost(request.channel_id, PostKind.DISPUTE, fact.id)], now)
            return replace(fact, state=FactState.DISPUTED, disputed_by=writer_id, why=reason)

    async def keep(self, request: Request, fact_id: int) -> Fact:
        """Make canon of a fact in question, in its own words.

        Raises:
            NotAllowedError: the actor neither holds a character nor owns the story.
            ConflictError: it was decided already, the words that it cites are gone, or it is
                another branch's.
        """
        now = self._clock.now()
        async with self._store.write() as work:
            place, _ = await self._allowed(work, request)
            fact = await _in_question(work, place, fact_id)
            if not await _still_cited(work, place, fact):
                proposed = fact.state is FactState.PROPOSED
                anew, away = ("Edit", "Reject") if proposed else ("Reword", "Retire")
                raise ConflictError(
                    f"The words that fact {fact.number} came from are gone from the story. {anew} "
                    f"lets it stand on its own, in the same words too; {away} lets it go."
                )
            await work.canon.set_state(fact.id, FactState.CANON, request.actor.writer_id, now)
            await self._noted(work, request, place, fact, now)
            return replace(fact, state=FactState.CANON)

    async def drop(self, request: Request, fact_id: int) -> Fact:
        """Let a fact in question go; it stays readable.

        Raises:
            NotAllowedError, ConflictError: as for ``reword``.
        """
        now = self._clock.now()
        async with self._store.write() as work:
            place, standing = await self._allowed(work, request)
            fact = await _in_question(work, place, fact_id)
            _require_other(request, place, fact, standing)
            await self._retire(work, request, place, fact, now)
            return replace(fact, state=FactState.RETIRED)

    async def wording(self, request: Request, fact_id: int) -> str:
        """The words of a fact in question, for the writer to change.

        Raises:
            NotAllowedError, ConflictError: as for ``reword``.
        """
        async with self._store.read() as work:
            place, standing = await self._allowed(work, request)
            fact = await _in_question(work, place, fact_id)
            _require_other(request, place, fact, standing)
            return fact.text

    async def reword(self, request: Request, fact_id: int, text: str) -> Fact:
        """Put another fact in the place of one in question, which is retired; the new one.

        Raises:
            InvalidError: it is empty or too long.
            NotAllowedError: the actor may not make canon, or disputed it and may not decide alone.
            ConflictError: it was decided already, another fact says this, or it is another
                branch's.
        """
        kept = clean_fact(text)
        now = self._clock.now()
        writer_id = request.actor.writer_id
        async with self._store.write() as work:
            place, standing = await self._allowed(work, request)
            fact = await _in_question(work, place, fact_id)
            _require_other(request, place, fact, standing)
            cited = await _still_cited(work, place, fact)
            if cited and name_key(kept) == name_key(fact.text):
                # Without its source a fact may stand on its own in the words that it had.
                raise ConflictError(SAME)
            await _refuse_known(work, fact, kept)
            await self._retire(work, request, place, fact, now)
            held_from = fact.from_turn_id if fact.state is FactState.PROPOSED else None
            new = NewFact(
                story_id=fact.story_id,
                text=kept,
                about=fact.about,
                state=FactState.CANON,
                proposed_by=writer_id,
                accepted_by=writer_id,
                source_turn_id=fact.source_turn_id if cited else None,
                quote=fact.quote if cited else "",
                from_turn_id=held_from or place.branch.head_id,
                supersedes_id=fact.id,
                branch_id=fact.branch_id,
            )
            return await work.canon.add(new, now)

    async def card(self, fact_id: int) -> DisputeCard | None:
        """What a dispute's card shows now; None if there is no such fact."""
        async with self._store.read() as work:
            fact = await work.canon.of_id(fact_id)
            if fact is None:
                return None
            names = await names_of(work, fact.story_id)
            facts = await work.canon.facts(fact.story_id, frozenset(FactState))
        by = {FactState.RETIRED: fact.retired_by, FactState.CANON: fact.accepted_by}.get(fact.state)
        return DisputeCard(
            fact=fact,
            disputed_by=names.get(fact.disputed_by or 0, "A writer"),
            settled_by=names.get(by, "a writer") if by else "",
            became=next((f for f in facts if f.supersedes_id == fact.id), None),
        )

    async def _allowed(self, work: UnitOfWork, request: Request) -> tuple[Place, Standing]:
        place = await the_place(work, request.channel_id)
        company = await work.cast.company(place.story.id)
        standing = standing_of(company, request.actor.writer_id)
        require(request.actor, Action.MAKE_CANON, place.story, standing)
        return place, standing

    async def _retire(
        self, work: UnitOfWork, request: Request, place: Place, fact: Fact, now: datetime
    ) -> None:
        until = place.branch.head_id
        by = request.actor.writer_id
        await work.canon.set_state(fact.id, FactState.RETIRED, by, now, until_turn_id=until)
        await self._noted(work, request, place, fact, now)

    async def _noted(
        self, work: UnitOfWork, request: Request, place: Place, fact: Fact, now: datetime
    ) -> None:
        actor = request.actor
        await work.cast.note_writer(place.story.id, actor.writer_id, actor.name, None)
        await redraw_fact(work, fact, now)


async def _in_question(work: UnitOfWork, place: Place, fact_id: int) -> Fact:
    fact = await work.canon.of_id(fact_id)
    if fact is None or fact.story_id != place.story.id:
        raise NotFoundError("That fact is not of this story. `/canon list` shows them all.")
    if fact.state not in IN_QUESTION:
        how = "is canon" if fact.state is FactState.CANON else "was let go"
        raise ConflictError(f"This was decided already: fact {fact.number} {how}.")
    await _refuse_elsewhere(work, place, fact)
    return fact


async def _refuse_elsewhere(work: UnitOfWork, place: Place, fact: Fact) -> None:
    if not await holding(work, place.branch, [fact]):
        raise ConflictError(f"Fact {fact.number} is another branch's. Decide about it there.")


async def _still_cited(work: UnitOfWork, place: Place, fact: Fact) -> bool:
    """Whether the words that a fact came from stand in their turn; one without a source is fine."""
    if fact.source_turn_id is None:
        return True
    turn = await work.turns.get(fact.source_turn_id)
    if turn is None or turn.withdrawn or fact.quote not in turn.text:
        return False
    # It may have been undone where it was said, and stand where that past is shared.
    branches = {turn.branch_id, place.branch.id}
    return any([await work.turns.in_past(turn.id, branch_id) for branch_id in branches])


async def _refuse_known(work: UnitOfWork, fact: Fact, text: str) -> None:
    for other in await work.canon.facts(fact.story_id, KNOWN):
        if other.id != fact.id and name_key(other.text) == name_key(text):
            raise ConflictError(f"Fact {other.number} says that already.")


def _require_other(request: Request, place: Place, fact: Fact, standing: Standing) -> None:
    """Whoever disputes a fact does not decide alone, unless it is theirs to retire."""
    writer_id = request.actor.writer_id
    if fact.state is FactState.DISPUTED and fact.disputed_by == writer_id:
        theirs = writer_id in {fact.proposed_by, fact.accepted_by}
        owned = replace(standing, theirs=theirs)
        require(request.actor, Action.SETTLE_DISPUTE, place.story, owned)


def _refuse_unsettled(fact: Fact) -> None:
    if fact.state is FactState.CANON:
        return
    how = {
        FactState.DISPUTED: "is disputed already; its card asks what to do",
        FactState.PROPOSED: "is not settled yet; `/canon show` lets you decide",
        FactState.RETIRED: "no longer holds",
    }[fact.state]
    raise ConflictError(f"Fact {fact.number} {how}.")
