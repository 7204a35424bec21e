"""Open a story, show it, change its settings, pause, resume and close it."""

from dataclasses import dataclass, replace

from bot.ports import Clock, Opening, Store, UnitOfWork
from bot.services.common import Request, display_names, move_to, standing_of, the_place
from bot.services.reach import count_here
from bot.story.canon import FactState
from bot.story.cast import Company
from bot.story.errors import InvalidError
from bot.story.names import is_blank
from bot.story.policy import Action, require
from bot.story.tale import (
    MAX_PREMISE,
    MAX_STYLE,
    MAX_TITLE,
    MAX_VARIANTS,
    Branch,
    Place,
    Settings,
    Story,
    StoryState,
)
from bot.story.tasks import ALONE, Shard
from bot.story.typed import clean_text

CANON = frozenset({FactState.CANON})
REMEMBERED = 100_000
"""Channels of which is kept in mind, at most, whether they play a story."""
THIN_PREMISE = 60
"""Characters under which a premise says too little to draft from."""

QUESTIONS = (
    "Where and when does it begin, and what does one smell or hear there?",
    "Who wants something at once, and who or what stands in the way?",
    "What has already gone wrong that nobody speaks of?",
)


@dataclass(frozen=True, slots=True)
class NewStory:
    """What ``/story open`` is told. ``variants`` None means the default."""

    guild_id: int
    parent_id: int | None
    seen_id: int
    title: str
    premise: str
    style: str = ""
    variants: int | None = None
    rating: str = ""


@dataclass(frozen=True, slots=True)
class StoryCard:
    """What a story's card shows.

    Attributes:
        turns: number of turns in the branch, withdrawn ones included.
        names: display names by Discord user id.
        votes: whether a ballot is live here.
        spent: micro-dollars spent on the story so far.
        questions: what to answer to thicken a thin premise.
        scenes: the story's branches, the oldest first, each with the channel that plays it.
    """

    place: Place
    company: Company
    names: dict[int, str]
    turns: int
    facts: int
    votes: bool
    spent: int
    questions: tuple[str, ...] = ()
    scenes: tuple[tuple[Branch, int | None], ...] = ()


class Stories:
    """The life cycle of stories."""

    def __init__(self, store: Store, clock: Clock, shard: Shard = ALONE) -> None:
        self._store = store
        self._clock = clock
        self._shard = shard
        self._plays: dict[int, bool] = {}
        self._end = store.on_channels(self._forget)

    def stop_listening(self) -> None:
        """Hear of bound channels no more: the store outlives the connection that this serves."""
        self._end()

    def _forget(self) -> None:
        # A new one: who is reading just now keeps what they read in the old one.
        self._plays = {}

    async def open(self, request: Request, new: NewStory) -> StoryCard:
        """Make a channel a story.

        Raises:
            InvalidError: the title or premise is empty or too long, or variants out of range.
            ConflictError: the channel has a story already.
        """
        settings = Settings(style=_checked(new.style, "style", MAX_STYLE))
        if new.variants is not None:
            settings = replace(settings, variants=_variants(new.variants))
        actor = request.actor
        now = self._clock.now()
        opening = Opening(
            guild_id=new.guild_id,
            channel_id=request.channel_id,
            parent_id=new.parent_id,
            title=_checked(new.title, "title", MAX_TITLE, needed=True),
            premise=_checked(new.premise, "premise", MAX_PREMISE, needed=True),
            rating=_checked(new.rating, "rating", MAX_TITLE),
            opener_id=actor.writer_id,
            at=now,
            seen_id=new.seen_id,
            settings=settings,
        )
        async with self._store.write() as work:
            place = await work.stories.open(opening)
            await work.cast.note_writer(place.story.id, actor.writer_id, actor.name, None)
            card = await _card(work, place)
        thin = len(opening.premise) < THIN_PREMISE
        return replace(card, questions=QUESTIONS if thin else ())

    async def show(self, channel_id: int) -> StoryCard:
        """The story's card.

        Raises:
            NotFoundError: there is no story here.
        """
        async with self._store.read() as work:
            return await _card(work, await the_place(work, channel_id))

    async def find(self, channel_id: int) -> Place | None:
        """The place, or None where no story is played.

        Most messages of a server are typed where none is: that is remembered, so that they cost
        nothing.
        """
        known = self._plays
        if known.get(channel_id) is False:
            return None
        async with self._store.read() as work:
            place = await work.stories.place(channel_id)
        if len(known) >= REMEMBERED:
            known.clear()
        known[channel_id] = place is not None
        return place

    async def plays(self, channel_id: int) -> bool:
        """Whether a channel plays a story, closed ones included."""
        return self._plays.get(channel_id) or await self.find(channel_id) is not None

    async def change(self, request: Request, changes: dict[str, object]) -> StoryCard:
        """Change settings.

        Args:
            request: who asks, where.
            changes: new values by the names of ``Settings``.

        Raises:
            NotAllowedError: the actor does not own the story.
            InvalidError: a value is out of range.
        """
        async with self._store.write() as work:
            place = await the_place(work, request.channel_id)
            await self._require(work, request, place.story, Action.GOVERN)
            settings = _with(place.story.settings, changes)
            await work.stories.save(replace(place.story, settings=settings))
            return await _card(work, await the_place(work, request.channel_id))

    async def pause(self, request: Request) -> StoryCard:
        """Stop the story for a while: nothing is written, drafted or settled."""
        return await self._move(request, Action.GOVERN, StoryState.PAUSED)

    async def resume(self, request: Request, seen_id: int = 0) -> StoryCard:
        """Go on after a pause, or open a closed story again; ballots are looked at again.

        Args:
            request: who asks, where.
            seen_id: up to which message nothing counts that was typed while the story was closed.
        """
        return await self._move(request, Action.RESUME, StoryState.OPEN, seen_id)

    async def close(self, request: Request) -> StoryCard:
        """End the story. Nothing is deleted, and it can still be exported."""
        return await self._move(request, Action.GOVERN, StoryState.CLOSED)

    async def _move(
        self, request: Request, action: Action, after: StoryState, seen_id: int = 0
    ) -> StoryCard:
        now = self._clock.now()
        async with self._store.write() as work:
            place = await the_place(work, request.channel_id)
            story = place.story
            await self._require(work, request, story, action)
            if story.state is after:
                raise InvalidError(f"This story is {story.state} already.")
            await move_to(work, story, after, seen_id, now)
            return await _card(work, await the_place(work, request.channel_id))

    async def _require(
        self, work: UnitOfWork, request: Request, story: Story, action: Action
    ) -> None:
        company = await work.cast.company(story.id)
        require(request.actor, action, story, standing_of(company, request.actor.writer_id))

    async def require_owner(self, request: Request) -> None:
        """Refuse whoever does not own the story.

        Raises:
            NotAllowedError: with the sentence.
        """
        async with self._store.read() as work:
            place = await the_place(work, request.channel_id)
            await self._require(work, request, place.story, Action.GOVERN)

    async def seen(self, channel_id: int, message_id: int) -> None:
        """Note the newest message read in a channel."""
        async with self._store.write() as work:
            await work.stories.seen(channel_id, message_id)

    async def first_time(self, channel_id: int, notice: str) -> bool:
        """Whether a notice was never given in this channel before; it is noted as given."""
        async with self._store.write() as work:
            return await work.stories.first_time(channel_id, notice)

    async def live_channels(self) -> dict[int, int]:
        """Channels of stories that are not closed, and the newest message read in each.

        Of those that this process serves: of others it would hear that they are not there.
        """
        async with self._store.read() as work:
            live = await work.stories.live_channels(self._shard)
        return {c.channel_id: c.seen_id for c in live}


async def _card(work: UnitOfWork, place: Place) -> StoryCard:
    story = place.story
    company, writers = await work.cast.everybody(story.id)
    return StoryCard(
        place=place,
        company=company,
        names=display_names(writers),
        turns=place.branch.depth,
        facts=await count_here(work, place.branch, CANON),
        votes=await work.ballots.is_live(place.branch.id),
        spent=await work.purse.spent_on(story.id),
        scenes=tuple(await work.stories.scenes(story.id)),
    )


def _checked(text: str, what: str, most: int, *, needed: bool = False) -> str:
    kept = clean_text(text).strip()
    if needed and is_blank(kept):
        raise InvalidError(f"The story needs a {what}. Give one in a few words.")
    if len(kept) > most:
        raise InvalidError(f"The {what} has {len(kept)} characters; {most} is the most.")
    return kept


def _variants(wanted: int) -> int:
    if not 1 <= wanted <= MAX_VARIANTS:
        raise InvalidError(f"Between 1 and {MAX_VARIANTS} variants can be asked for.")
    return wanted


def _with(settings: Settings, changes: dict[str, object]) -> Settings:
    changed = replace(settings, **changes)  # type: ignore[arg-type]  # checked below
    _variants(changed.variants)
    if not 1 <= changed.quorum <= 50:  # noqa: PLR2004 - far more than a story has writers
        raise InvalidError("The quorum is a number of voters from 1 to 50.")
    hours = changed.window.total_seconds() / 3600
    if not 1 / 60 <= hours <= 24 * 14:
        raise InvalidError("The voting window is between 1 minute and 14 days.")
    return replace(
        changed,
        style=_checked(changed.style, "style", MAX_STYLE),
        point_of_view=_checked(changed.point_of_view, "point of view", MAX_TITLE),
    )
