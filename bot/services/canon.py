"""Add facts, list and show them, retire them. Only people make something true."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.ports import Clock, Store, UnitOfWork
from bot.services.common import NO_PASSAGE, Request, names_of, redraw_fact, standing_of, the_place
from bot.services.reach import Reader, facts_here, holding, told_to
from bot.story.canon import MAX_FACT, Fact, FactState, NewFact, clean_fact
from bot.story.errors import ConflictError, NotFoundError
from bot.story.names import name_key
from bot.story.policy import Action, require
from bot.story.tale import Place
from bot.story.turn import Turn
from bot.story.typed import excerpt

SHOWN = frozenset({FactState.CANON, FactState.PROPOSED, FactState.DISPUTED})


@dataclass(frozen=True, slots=True)
class FactCard:
    """A fact with the names of those who stand for it, and the turn it came from.

    Attributes:
        supersedes: number of the fact whose place it took.
        here: whether it holds in the branch in which it is shown.
    """

    fact: Fact
    proposed_by: str
    accepted_by: str | None
    retired_by: str | None
    disputed_by: str | None
    supersedes: int | None
    source: Turn | None
    message_id: int | None
    channel_id: int
    here: bool = True


@dataclass(frozen=True, slots=True)
class FactList:
    """Facts by number, display names of the story's writers, and the facts that hold here."""

    facts: tuple[Fact, ...]
    names: dict[int, str]
    here: frozenset[int]


class Canon:
    """What is true in a story."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def add(self, request: Request, text: str, about: str = "") -> Fact:
        """Add a fact; it is canon at once, because a person said so.

        Raises:
            NotAllowedError: the actor neither holds a character nor owns the story.
            ConflictError: the very same fact stands already.
        """
        async with self._store.write() as work:
            place = await the_place(work, request.channel_id)
            return await self._add(work, place, request, text, about, None)

    async def from_message(self, request: Request, message_id: int, text: str) -> Fact:
        """Make canon of a passage; ``text`` is the fact in the writer's words.

        Raises:
            NotFoundError: the message is no passage of this story.
            NotAllowedError, ConflictError: as for ``add``.
        """
        async with self._store.write() as work:
            place = await the_place(work, request.channel_id)
            turn = await _turn_of(work, place, message_id)
            return await self._add(work, place, request, text, turn.speaker, turn)

    async def draft_from(self, request: Request, message_id: int) -> str:
        """The words of a passage, cut to a fact's length, for the writer to make a fact of."""
        async with self._store.read() as work:
            place = await the_place(work, request.channel_id)
            company = await work.cast.company(place.story.id)
            standing = standing_of(company, request.actor.writer_id)
            require(request.actor, Action.MAKE_CANON, place.story, standing)
            return excerpt((await _turn_of(work, place, message_id)).text, MAX_FACT)

    async def _add(
        self,
        work: UnitOfWork,
        place: Place,
        request: Request,
        text: str,
        about: str,
        turn: Turn | None,
    ) -> Fact:
        kept = clean_fact(text)
        actor = request.actor
        company = await work.cast.company(place.story.id)
        standing = standing_of(company, actor.writer_id)
        require(actor, Action.MAKE_CANON, place.story, standing)
        same = [
            f
            for f in await facts_here(work, place.branch, SHOWN)
            if name_key(f.text) == name_key(kept)
        ]
        now = self._clock.now()
        await work.cast.note_writer(place.story.id, actor.writer_id, actor.name, None)
        if same:
            return await self._again(work, same[0], place, actor.writer_id, now)
        known = company.find(about) if about else None
        fact = NewFact(
            story_id=place.story.id,
            text=kept,
            about=known.name if known else clean_fact(about) if about.strip() else "",
            state=FactState.CANON,
            proposed_by=actor.writer_id,
            accepted_by=actor.writer_id,
            source_turn_id=turn.id if turn else None,
            # Quoted word for word, so that a change of the turn can be noticed.
            quote=turn.text[:MAX_FACT] if turn else "",
            from_turn_id=turn.id if turn else place.branch.head_id,
            branch_id=place.branch.id,
        )
        return await work.canon.add(fact, now)

    async def _again(
        self, work: UnitOfWork, fact: Fact, place: Place, by: int, now: datetime
    ) -> Fact:
        """A fact is said once more: one under review is canon again."""
        if fact.state is FactState.CANON:
            raise ConflictError(f"That stands in the canon already, as fact {fact.number}.")
        here = place.branch.id
        await work.canon.set_state(fact.id, FactState.CANON, by, now)
        await work.canon.said_in(fact.id, here)
        await redraw_fact(work, fact, now)
        return replace(fact, state=FactState.CANON, accepted_by=by, branch_id=here)

    async def facts(
        self, channel_id: int, about: str = "", reader: Reader | None = None
    ) -> list[Fact]:
        """The story's facts that were not retired; on request those about somebody.

        What nobody accepted is told to those alone who may read its passage.
        """
        async with self._store.read() as work:
            place = await the_place(work, channel_id)
            found = await work.canon.facts(place.story.id, SHOWN)
            found = await told_to(reader, work, place, found)
        key = name_key(about)
        return [f for f in found if key in name_key(f.about)] if key else found

    async def listed(
        self, channel_id: int, about: str = "", reader: Reader | None = None
    ) -> FactList:
        """The same with the names of those who doubt one, and which of them hold here."""
        found = await self.facts(channel_id, about, reader)
        async with self._store.read() as work:
            place = await the_place(work, channel_id)
            here = await holding(work, place.branch, found)
            names = dict(await names_of(work, place.story.id))
        return FactList(tuple(found), names, frozenset(fact.id for fact in here))

    async def show(self, channel_id: int, number: int, reader: Reader | None = None) -> FactCard:
        """One fact with its source.

        Raises:
            NotFoundError: the story has no fact with this number that the reader may be told.
        """
        async with self._store.read() as work:
            place = await the_place(work, channel_id)
            fact = await _fact(work, place, number)
            if not await told_to(reader, work, place, [fact]):
                raise no_fact(number)
            names = await names_of(work, place.story.id)
            source = await work.turns.get(fact.source_turn_id) if fact.source_turn_id else None
            posts = await work.posts.of_turn(source.id) if source else []
            before = await work.canon.of_id(fact.supersedes_id) if fact.supersedes_id else None
            here = bool(await holding(work, place.branch, [fact]))
        standing = [post for post in posts if post.message_id]
        return FactCard(
            fact=fact,
            proposed_by=names.get(fact.proposed_by, "a writer"),
            accepted_by=names.get(fact.accepted_by, "a writer") if fact.accepted_by else None,
            retired_by=names.get(fact.retired_by, "a writer") if fact.retired_by else None,
            disputed_by=names.get(fact.disputed_by, "a writer") if fact.disputed_by else None,
            supersedes=before.number if before else None,
            source=source,
            message_id=standing[-1].message_id if standing else None,
            channel_id=standing[-1].channel_id if standing else channel_id,
            here=here,
        )

    async def retire(self, request: Request, number: int, reader: Reader | None = None) -> Fact:
        """Let a fact hold no longer; it stays readable.

        Raises:
            NotFoundError: the story has no fact with this number.
            ConflictError: it was retired before.
            NotAllowedError: the actor neither added nor accepted it, nor owns the story.
        """
        now = self._clock.now()
        async with self._store.write() as work:
            place = await the_place(work, request.channel_id)
            fact = await _fact(work, place, number)
            if not await told_to(reader, work, place, [fact]):
                raise no_fact(number)
            if not await holding(work, place.branch, [fact]):
                raise ConflictError(f"Fact {number} is another branch's. Retire it there.")
            if fact.state is FactState.RETIRED:
                raise ConflictError(f"Fact {number} was retired already.")
            writer_id = request.actor.writer_id
            theirs = writer_id in {fact.proposed_by, fact.accepted_by}
            company = await work.cast.company(place.story.id)
            standing = standing_of(company, writer_id, theirs=theirs)
            require(request.actor, Action.RETIRE_FACT, place.story, standing)
            await work.canon.set_state(
                fact.id, FactState.RETIRED, writer_id, now, until_turn_id=place.branch.head_id
            )
            await redraw_fact(work, fact, now)
            return fact


async def _fact(work: UnitOfWork, place: Place, number: int) -> Fact:
    fact = await work.canon.get(place.story.id, number)
    if fact is None:
        raise no_fact(number)
    return fact


def no_fact(number: int) -> NotFoundError:
    """The refusal of a number that no fact has."""
    return NotFoundError(f"There is no fact {number} in this story. `/canon list` shows them all.")


async def _turn_of(work: UnitOfWork, place: Place, message_id: int) -> Turn:
    turn = await work.turns.of_message(message_id)
    if turn is None or turn.story_id != place.story.id or turn.withdrawn:
        raise NotFoundError(NO_PASSAGE)
    return turn
