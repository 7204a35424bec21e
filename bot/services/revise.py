"""Change the text of a turn: its message is changed with it, and the old text stays readable."""

from dataclasses import dataclass
from datetime import datetime

from bot.ports import Clock, Store, UnitOfWork
from bot.services.common import (
    NO_PASSAGE,
    Request,
    posts_of_turn,
    queue,
    remove_posts,
    review_facts,
    standing_of,
    the_place,
)
from bot.story.consent import trespasses
from bot.story.errors import ConflictError, InvalidError, NotFoundError
from bot.story.names import NARRATOR, is_blank
from bot.story.policy import Action, may, require
from bot.story.posts import PostState
from bot.story.tale import Place
from bot.story.tasks import TaskKind
from bot.story.turn import Beat, BeatKind, DeedKind, Source, Turn
from bot.story.typed import MAX_TURN_BYTES, address, clean_text

_STANDS = frozenset({PostState.DUE, PostState.SENDING, PostState.POSTED})


@dataclass(frozen=True, slots=True)
class Revised:
    """A turn as it reads now, and how many facts that came from it return to review."""

    turn: Turn
    reviewed: int = 0


class Revise:
    """Revisions by hand."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def text_of(self, request: Request, message_id: int) -> Turn:
        """The turn of a message, if the actor may change it.

        Raises:
            NotFoundError: the message is no turn of this story.
            NotAllowedError: it is not theirs.
        """
        async with self._store.read() as work:
            place = await the_place(work, request.channel_id)
            turn = await work.turns.of_message(message_id)
            return await self._revisable(work, place, request, turn)

    async def text_of_turn(self, request: Request, turn_id: int) -> Turn:
        """A turn of the branch played here, if the actor may change it; see ``text_of``."""
        async with self._store.read() as work:
            place = await the_place(work, request.channel_id)
            turn = await _of_branch(work, place, turn_id)
            return await self._revisable(work, place, request, turn)

    async def with_text(self, request: Request, message_id: int, text: str) -> Revised:
        """Give the turn of a message a new text.

        Raises:
            InvalidError: the text is empty or too long, or has a ballot's passage write somebody
                else's character.
            NotFoundError, NotAllowedError: as for ``text_of``.
        """
        async with self._store.write() as work:
            place = await the_place(work, request.channel_id)
            turn = await work.turns.of_message(message_id)
            return await self._revised(work, place, request, turn, text)

    async def turn_with_text(self, request: Request, turn_id: int, text: str) -> Revised:
        """Give a turn of the branch played here a new text; see ``with_text``."""
        async with self._store.write() as work:
            place = await the_place(work, request.channel_id)
            turn = await _of_branch(work, place, turn_id)
            return await self._revised(work, place, request, turn, text)

    async def _revised(
        self, work: UnitOfWork, place: Place, request: Request, found: Turn | None, text: str
    ) -> Revised:
        kept = clean_text(text)
        if is_blank(kept):
            raise InvalidError("Without words it would be taken back: react with ❌ for that.")
        if len(kept.encode()) > MAX_TURN_BYTES:
            raise InvalidError(f"A turn holds at most {MAX_TURN_BYTES // 1024} KB of text.")
        now = self._clock.now()
        turn = await self._revisable(work, place, request, found)
        if kept == turn.text:
            return Revised(turn)
        writer_id = request.actor.writer_id
        await _refuse_trespass(work, place, writer_id, turn, kept)
        source = Source.HUMAN if turn.source is Source.HUMAN else Source.MODEL_EDITED
        await work.cast.note_writer(place.story.id, writer_id, request.actor.name, now)
        revised = await work.turns.revise(turn.id, kept, writer_id, source, now)
        await _show(work, place, turn, revised, now)
        return Revised(revised, await review_facts(work, [revised], now))

    async def typed_edit(self, request: Request, message_id: int, text: str) -> Turn | None:
        """A typed message that counts where it stands was edited by its author.

        Returns:
            The revised turn; None if the message is no such turn, or its text is the same.
        """
        now = self._clock.now()
        async with self._store.write() as work:
            place = await work.stories.place(request.channel_id)
            post = await work.posts.of_message(message_id)
            if place is None or post is None or post.state is not PostState.LEFT:
                return None
            turn = await work.turns.get(post.subject_id)
            if turn is None or turn.author_id != request.actor.writer_id:
                return None
            company = await work.cast.company(place.story.id)
            # The name in front, by which the turn was addressed, is no part of it.
            speaker = company.get(turn.character_id)
            kept = address(clean_text(text), (speaker,) if speaker else ()).text
            if is_blank(kept):
                return None
            standing = standing_of(company, request.actor.writer_id, theirs=True)
            if kept == turn.text or may(request.actor, Action.REWORD, place.story, standing):
                return None
            revised = await work.turns.revise(turn.id, kept, turn.author_id, turn.source, now)
            await review_facts(work, [revised], now)
            return revised

    async def _revisable(
        self, work: UnitOfWork, place: Place, request: Request, turn: Turn | None
    ) -> Turn:
        if turn is None or turn.story_id != place.story.id:
            raise NotFoundError(NO_PASSAGE)
        if turn.withdrawn:
            raise ConflictError("That passage was taken back. Bring it again first: `/scene redo`.")
        company = await work.cast.company(place.story.id)
        deed = await work.turns.deed(turn.deed_id)
        writer_id = request.actor.writer_id
        # The model's passage is its opener's to change; a person's stays theirs, whoever else
        # changed it.
        by_hand = deed is not None and deed.kind is not DeedKind.BALLOT
        did = deed is not None and deed.writer_id == writer_id
        theirs = turn.author_id == writer_id or (
            did and (by_hand or turn.source is not Source.HUMAN)
        )
        standing = standing_of(company, writer_id, theirs=theirs)
        action = Action.REWORD if turn.source is Source.HUMAN else Action.REVISE
        require(request.actor, action, place.story, standing)
        return turn


async def _of_branch(work: UnitOfWork, place: Place, turn_id: int) -> Turn | None:
    """The turn, if it is in the past of the branch played here; others may be hidden from view."""
    if not await work.turns.in_past(turn_id, place.branch.id):
        return None
    return await work.turns.get(turn_id)


async def _refuse_trespass(
    work: UnitOfWork, place: Place, writer_id: int, turn: Turn, text: str
) -> None:
    """Refuse words that would have kept a draft off the ballot; what it said before may stay."""
    deed = await work.turns.deed(turn.deed_id)
    if deed is None or deed.kind is not DeedKind.BALLOT:
        return
    company = await work.cast.company(place.story.id)
    own = frozenset(c.id for c in company.held_by(writer_id))
    speaker = company.get(turn.character_id)
    if speaker and speaker in company.claimed() and speaker.id not in own:
        # What its writer allowed was that draft, or it was claimed since.
        raise InvalidError(
            f"{speaker.name} belongs to another writer, so these words stay as they are. They can "
            "be taken back: react with ❌."
        )

    def written(words: str) -> set[int | None]:
        beats = (Beat(NARRATOR, BeatKind.NARRATION, words),)
        return {found.character_id for found in trespasses(beats, company, own)}

    for character_id in written(text) - written(turn.text):
        if character := company.get(character_id):
            raise InvalidError(
                f"These words write {character.name}, who belongs to another writer. Leave that "
                "character room to answer."
            )


async def _show(work: UnitOfWork, place: Place, before: Turn, turn: Turn, now: datetime) -> None:
    """Change the messages of a turn; if it needs another number of them, post it anew."""
    posts = [p for p in await work.posts.of_turn(turn.id) if p.state in _STANDS]
    if any(post.state is PostState.SENDING for post in posts):
        # Were it changed now, an interrupted post could not be recognised by its text.
        raise ConflictError("This passage is just being posted. Try again in a moment.")
    channel_id = posts[0].channel_id if posts else place.channel.channel_id
    avatar_url = posts[0].avatar_url if posts else ""
    link_line = _link_line(posts[0].text, before) if posts else ""
    wanted = posts_of_turn(turn, channel_id, avatar_url, link_line)
    if len(posts) == len(wanted):
        for post, new in zip(posts, wanted, strict=True):
            await work.posts.set_text(post.id, new.text)
        for channel_id in {post.channel_id for post in posts}:
            await work.tasks.put(TaskKind.POST, channel_id, now)
        return
    await remove_posts(work, [turn], now)
    await queue(work, wanted, now)


def _link_line(shown: str, turn: Turn) -> str:
    """The line in front of a turn's first post that is no part of its text, for a reply."""
    line, _, _ = shown.partition("\n")
    is_added = posts_of_turn(turn, 0, link_line=line)[0].text == shown
    return line if is_added else ""
