"""Add a turn: typed in the channel, or said and narrated by command."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.ports import Clock, NewDeed, Store, UnitOfWork
from bot.services.common import (
    Request,
    beside,
    name_of,
    posts_of_turn,
    queue,
    queue_turns,
    standing_of,
    the_character,
    the_place,
)
from bot.story.cast import Character, Company, is_narrator, speaking
from bot.story.errors import (
    InvalidError,
    NotAllowedError,
    StorageError,
    StorageGoneError,
    StorageUnsureError,
)
from bot.story.names import NARRATOR, is_blank
from bot.story.policy import Action, may, require
from bot.story.posts import NewPost, PostKind, PostState
from bot.story.tale import Actor, Place, Proxying, StoryState
from bot.story.turn import Attachment, DeedKind, NewTurn, Source, Turn
from bot.story.typed import (
    MAX_TURN_BYTES,
    address,
    clean_text,
    is_table_talk,
    name_in_front,
)

BEHIND = timedelta(seconds=10)
"""How far a channel's queue may lag before typed messages count where they stand."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message that somebody typed.

    Attributes:
        link_line: a line to put in front of the first post, for a reply; may be empty.
        stays: whether it must stay where it is (a sticker is with it; the bot may not proxy).
        too_long: whether its text came as a file that is larger than a turn may be.
    """

    message_id: int
    text: str
    attachments: tuple[Attachment, ...] = ()
    link_line: str = ""
    stays: bool = False
    too_long: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a typed message.

    Attributes:
        turn: the turn it became; None for table talk and everything that is no turn.
        refusal: a sentence for the writer, if their message was meant as a turn but is none.
        overtaken: whether it was left in place because the queue is behind (say so once).
        beside: whether its writer plays nobody and is to be told, this once, that they talk
            beside the story.
        place: the story it was typed in; None if nothing of it was taken, refused or to be told.
    """

    turn: Turn | None = None
    refusal: str = ""
    overtaken: bool = False
    beside: bool = False
    place: Place | None = None


class TakeTurn:
    """Turns by people."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def typed(self, request: Request, message: Message) -> Taken:
        """Read a typed message as a turn, if it is one.

        Table talk, messages of people without a claim, messages seen before, and whatever is
        typed where the story is closed change nothing; whoever plays in a story that was closed
        is told so once, for where it is over people just talk.
        """
        try:
            return await self._read(request, message)
        except StorageGoneError as gone:
            # Perhaps it was saved all the same: read again, it is a turn once.
            try:
                return await self._read(request, message)
            except StorageError:
                if isinstance(gone, StorageUnsureError):
                    raise gone from None
                raise

    async def _read(self, request: Request, message: Message) -> Taken:
        text = clean_text(message.text)
        now = self._clock.now()
        async with self._store.write() as work:
            place = await work.stories.place(request.channel_id)
            if place is None or await work.turns.is_known(message.message_id):
                return Taken()
            await work.stories.seen(request.channel_id, message.message_id)
            settings = place.story.settings
            deaf = settings.proxying is Proxying.THEIRS
            if deaf or is_table_talk(text, settings.table_talk):
                return Taken()
            if is_blank(text) and not message.attachments and not message.too_long:
                return Taken()
            company = await work.cast.company(place.story.id)
            held = company.held_by(request.actor.writer_id)
            if not held:
                return Taken(beside=await _first_talk(work, place, request.actor), place=place)
            standing = standing_of(company, request.actor.writer_id)
            refusal = may(
                request.actor, Action.WRITE, place.story, standing
            ) or await _speaks_for_another(work, place, company, request.actor, text)
            if refusal:
                known = await _knows_it_is_over(work, place, request.actor)
                return Taken() if known else Taken(refusal=refusal, place=place)
            taken = await self._typed(work, place, request.actor, message, held, now)
            return replace(taken, place=place)

    async def _typed(
        self,
        work: UnitOfWork,
        place: Place,
        actor: Actor,
        message: Message,
        held: tuple[Character, ...],
        now: datetime,
    ) -> Taken:
        spoken = address(clean_text(message.text), held)
        writer = await work.cast.note_writer(place.story.id, actor.writer_id, actor.name, now)
        character = spoken.character or speaking(held, writer.playing_id)
        too_long = message.too_long or len(spoken.text.encode()) > MAX_TURN_BYTES
        if character is None or too_long:
            return Taken(refusal=f"A turn holds at most {MAX_TURN_BYTES // 1024} KB of text.")
        new = _by(actor, character, spoken.text, message.attachments)
        deed = NewDeed(DeedKind.TYPED, actor.writer_id, (new,), now, message_id=message.message_id)
        _, (turn,) = await work.turns.append(place.branch, deed)
        channel_id = place.channel.channel_id
        waiting = await work.posts.waiting_since(channel_id)
        behind = waiting is not None and now - waiting > BEHIND
        asked_to_stay = message.stays or place.story.settings.proxying is Proxying.OFF
        if asked_to_stay or behind:
            await queue(work, [_left(turn, channel_id, message.message_id)], now)
        else:
            avatar = character.sheet.avatar_url
            posts = posts_of_turn(turn, channel_id, avatar, message.link_line)
            # The last one names the typed message, so that it is deleted then.
            posts[-1] = replace(posts[-1], original_id=message.message_id)
            await queue(work, posts, now)
        return Taken(turn=turn, overtaken=behind and not asked_to_stay)

    async def say(self, request: Request, text: str, as_character: str = "") -> Turn:
        """Speak as one of one's characters by command.

        Raises:
            NotAllowedError: the writer holds no (or not this) character.
            InvalidError: there is nothing to say.
        """
        async with self._store.write() as work:
            place = await the_place(work, request.channel_id)
            company = await work.cast.company(place.story.id)
            standing = standing_of(company, request.actor.writer_id)
            require(request.actor, Action.WRITE, place.story, standing)
            character = await self._speaker(work, place, company, request.actor, as_character)
            new = _by(request.actor, character, _worded(text))
            return await self._said(work, place, company, request.actor, new)

    async def narrate(self, request: Request, text: str) -> Turn:
        """Tell something as the narrator.

        Raises:
            NotAllowedError: the writer neither holds a character nor owns the story.
            InvalidError: there is nothing to tell.
        """
        async with self._store.write() as work:
            place = await the_place(work, request.channel_id)
            company = await work.cast.company(place.story.id)
            standing = standing_of(company, request.actor.writer_id)
            require(request.actor, Action.NARRATE, place.story, standing)
            new = _by(request.actor, None, _worded(text))
            return await self._said(work, place, company, request.actor, new)

    async def _speaker(
        self, work: UnitOfWork, place: Place, company: Company, actor: Actor, name: str
    ) -> Character:
        held = company.held_by(actor.writer_id)
        if name:
            if is_narrator(name):
                raise InvalidError("As the narrator one speaks with `/scene narrate`.")
            character = await the_character(work, place.story.id, name)
            if character not in held:
                raise NotAllowedError(
                    f"You do not hold {character.name}. `/cast claim` takes a free character."
                )
            return character
        writer = await work.cast.writer(place.story.id, actor.writer_id)
        chosen = speaking(held, writer.playing_id if writer else None)
        if chosen is None:
            raise NotAllowedError("Claim a character first: `/cast claim`.")
        return chosen

    async def _said(
        self, work: UnitOfWork, place: Place, company: Company, actor: Actor, new: NewTurn
    ) -> Turn:
        now = self._clock.now()
        deed = NewDeed(DeedKind.SAID, actor.writer_id, (new,), now)
        await work.cast.note_writer(place.story.id, actor.writer_id, actor.name, now)
        _, turns = await work.turns.append(place.branch, deed)
        await queue_turns(work, turns, place.channel.channel_id, company, now)
        return turns[0]


async def _speaks_for_another(
    work: UnitOfWork, place: Place, company: Company, actor: Actor, text: str
) -> str:
    """Why ``Name: text`` is no turn, if that name in the cast is none of the writer's."""
    named = company.find(name_in_front(text))
    held = company.held_by(actor.writer_id)
    if named is None or named in held:
        return ""
    holder = company.writer_of(named.id)
    if holder:
        whose = f"whom {await name_of(work, place.story.id, holder)} plays"
    else:
        whose = "whom nobody plays yet (`/cast claim`)"
    writer = await work.cast.writer(place.story.id, actor.writer_id)
    own = speaking(held, writer.playing_id if writer else None) or held[-1]
    return (
        f"“{named.name}: …” speaks as {named.name}, {whose}, so it became no turn. To speak as "
        f"yourself, leave the name out, or put your own in front: “{own.name}: {named.name}: …”."
    )


async def _first_talk(work: UnitOfWork, place: Place, actor: Actor) -> bool:
    """Whether somebody types in this story for the first time since they play nobody."""
    if place.story.state is not StoryState.OPEN:
        return False
    return await work.stories.first_time(*await beside(work, place.story.id, actor.writer_id))


async def _knows_it_is_over(work: UnitOfWork, place: Place, actor: Actor) -> bool:
    """Whether a story is closed, and somebody was told so when they typed in it before."""
    story = place.story
    if story.state is not StoryState.CLOSED or story.closed_at is None:
        return False
    notice = f"closed:{story.id}:{actor.writer_id}:{story.closed_at.timestamp():.0f}"
    first, *_ = await work.stories.channels(story.id)
    return not await work.stories.first_time(first.channel_id, notice)


def _by(
    actor: Actor,
    character: Character | None,
    text: str,
    attachments: tuple[Attachment, ...] = (),
) -> NewTurn:
    return NewTurn(
        character_id=character.id if character else None,
        speaker=character.name if character else NARRATOR,
        author_id=actor.writer_id,
        source=Source.HUMAN,
        text=text,
        attachments=attachments,
    )


def _worded(text: str) -> str:
    kept = clean_text(text)
    if is_blank(kept):
        raise InvalidError("There is nothing to say yet. Write some words.")
    if len(kept.encode()) > MAX_TURN_BYTES:
        raise InvalidError(f"A turn holds at most {MAX_TURN_BYTES // 1024} KB of text.")
    return kept


def _left(turn: Turn, channel_id: int, message_id: int) -> NewPost:
    return NewPost(
        channel_id=channel_id,
        kind=PostKind.TURN,
        subject_id=turn.id,
        name=turn.speaker,
        state=PostState.LEFT,
        message_id=message_id,
    )
