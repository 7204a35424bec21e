"""Take back what was said, bring it again, and see what was lost."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.ports import Clock, Store, UnitOfWork
from bot.services.common import (
    NO_PASSAGE,
    Request,
    fresh_branch,
    names_of,
    queue,
    queue_turns,
    refresh,
    remove_posts,
    review_facts,
    standing_of,
    the_place,
)
from bot.story.ballot import Ballot, BallotState
from bot.story.cast import Company
from bot.story.errors import ConflictError, InvalidError, NotFoundError
from bot.story.policy import Action, require
from bot.story.posts import NewPost, PostKind, PostState
from bot.story.tale import Actor, Place, StoryState
from bot.story.tasks import TaskKind
from bot.story.turn import Deed, DeedKind, Revision, TakingBack, TakingBackKind, Turn

MAX_DEEDS = 20
"""Deeds that one undo takes back at most."""
RECENT = 10
NOTHING_YET = "Nothing has been written here yet, so nothing to take back."
ALL_UNDONE = (
    "Everything that was written here was taken back already. `/scene redo` brings the newest of "
    "it back."
)
_STANDS = frozenset({PostState.POSTED, PostState.LEFT})


@dataclass(frozen=True, slots=True)
class LostDraft:
    """A ballot of the past with the variants that did not win."""

    ballot: Ballot
    opener: str


@dataclass(frozen=True, slots=True)
class History:
    """What a branch lost or changed lately, newest first.

    Attributes:
        taken_back: takings-back not redone, each with the turns concerned.
        ballots: decided ballots with all their variants.
        revised: turns that were changed, with all their texts.
        origin: for a fork, the branch it left, by name, with the channel that plays it.
        forks: the same of the branches that left this one.
        owner_id: who owns the story.
    """

    taken_back: tuple[tuple[TakingBack, tuple[Turn, ...]], ...]
    ballots: tuple[LostDraft, ...]
    revised: tuple[tuple[Turn, tuple[Revision, ...]], ...]
    origin: tuple[str, int | None] | None = None
    forks: tuple[tuple[str, int | None], ...] = ()
    owner_id: int = 0

    @property
    def channels(self) -> tuple[int, ...]:
        """The channels that play the branches it names."""
        ways = (*((self.origin,) if self.origin else ()), *self.forks)
        return tuple(played for _, played in ways if played is not None)


@dataclass(frozen=True, slots=True)
class TakenBackCard:
    """What the card of a taking-back shows."""

    taking_back: TakingBack
    by: str
    speakers: tuple[str, ...]
    redone: bool


class TakeBack:
    """Undo, redo, and single withdrawals."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def undo(self, request: Request, deeds: int = 1) -> TakingBack:
        """Take back the newest deeds of the branch.

        Raises:
            NotFoundError: there is nothing to take back.
            NotAllowedError: one of them is not the actor's to take back.
            InvalidError: not between 1 and 20 deeds, or some of them were done before the fork.
        """
        if not 1 <= deeds <= MAX_DEEDS:
            raise InvalidError(f"Between 1 and {MAX_DEEDS} deeds can be taken back at once.")
        async with self._store.write() as work:
            place = await the_place(work, request.channel_id)
            newest = await work.turns.last_deeds(place.branch.id, deeds)
            if not newest:
                undone = await work.turns.last_taking_back(place.branch.id)
                raise NotFoundError(ALL_UNDONE if undone else NOTHING_YET)
            _refuse_shared(place, newest)
            company = await work.cast.company(place.story.id)
            for deed in newest:
                _require(request.actor, place, company, deed, await work.turns.of_deed(deed.id))
            now = self._clock.now()
            taken = await work.turns.undo(place.branch, newest, request.actor.writer_id, now)
            return await self._took(work, place, request.actor, taken, now)

    async def message(self, request: Request, message_id: int) -> TakingBack:
        """Take back the turn that a message shows: an undo if it is the newest deed, else alone.

        A turn that forks share is one turn: taken back alone, it leaves all of them, whichever it
        is done in, and its card appears where its message was.

        Raises:
            NotFoundError: the message is no turn of this story.
            NotAllowedError: it is not the actor's to take back.
        """
        async with self._store.write() as work:
            place, deed, turns = await _theirs(work, request, message_id)
            now = self._clock.now()
            newest = await work.turns.last_deeds(place.branch.id, 1)
            by = request.actor.writer_id
            if newest and newest[0].id == deed.id and deed.branch_id == place.branch.id:
                taken = await work.turns.undo(place.branch, [deed], by, now)
            else:
                alone = [t for t in turns if not t.withdrawn]
                taken = await work.turns.withdraw(
                    alone, TakingBackKind.WITHDRAWAL, by, now, branch_id=place.branch.id
                )
            return await self._took(work, place, request.actor, taken, now)

    async def check(self, request: Request, message_id: int) -> None:
        """Whether the actor may take back the turn of a message now.

        Raises:
            NotFoundError, NotAllowedError: as for ``message``.
        """
        async with self._store.read() as work:
            await _theirs(work, request, message_id)

    async def deleted(self, channel_id: int, message_ids: Sequence[int]) -> None:
        """Messages vanished that the bot did not delete: a take-back, or a turn hidden.

        Where a typed message counted where it stood, deleting it takes the turn back, or hides
        it (Discord does not tell who deleted). Either way Redo brings it again.
        """
        async with self._store.read() as work:
            # Most often it was the bot that deleted a typed message: not worth a write.
            if not await _vanished(work, message_ids):
                return
        now = self._clock.now()
        async with self._store.write() as work:
            place = await work.stories.place(channel_id)
            if place is None or place.story.state is StoryState.CLOSED:
                return
            for turn, stood_typed in await _vanished(work, message_ids):
                if turn.story_id != place.story.id:
                    # It belongs to an earlier story of this channel, which is closed.
                    continue
                author = turn.author_id if stood_typed else None
                taken = await work.turns.withdraw(
                    [turn], TakingBackKind.HIDING, author or place.story.owner_id, now
                )
                actor = Actor(place.story.owner_id, "")
                await self._took(work, place, actor, taken, now)

    async def redo(self, request: Request, taking_back_id: int | None = None) -> list[Turn]:
        """Bring again what was taken back: the newest, or a certain one.

        Raises:
            NotFoundError: there is nothing to bring again.
            NotAllowedError: it was neither theirs nor taken back by them.
            StaleError: the story went on another way.
        """
        now = self._clock.now()
        async with self._store.write() as work:
            place = await the_place(work, request.channel_id)
            taken = (
                await work.turns.taking_back(taking_back_id)
                if taking_back_id
                else await work.turns.last_taking_back(place.branch.id)
            )
            if taken is None or not _concerns(taken, place):
                raise NotFoundError("Nothing was taken back here that could be brought again.")
            if taken.redone_at:
                raise ConflictError("That was brought again already.")
            company = await work.cast.company(place.story.id)
            theirs = await _is_theirs(work, taken, request.actor)
            standing = standing_of(company, request.actor.writer_id, theirs=theirs)
            require(request.actor, Action.TAKE_BACK, place.story, standing)
            turns = await work.turns.redo(taken, now)
            for turn in turns:
                home = await _home(work, place, turn)
                await queue_turns(work, [turn], home, company, now)
            await refresh(work, PostKind.TAKEN_BACK, taken.id, now)
            await _judge_again(work, place, now)
            return turns

    async def _took(
        self, work: UnitOfWork, place: Place, actor: Actor, taken: TakingBack, now: datetime
    ) -> TakingBack:
        """Have the messages deleted, a card with Redo posted, and the ballot judged anew."""
        turns = [t for t in [await work.turns.get(i) for i in taken.turn_ids] if t]
        await remove_posts(work, turns, now)
        # Undone turns are not withdrawn, but they stand no more either.
        await review_facts(work, [replace(turn, withdrawn=True) for turn in turns], now)
        if actor.name:
            await work.cast.note_writer(place.story.id, actor.writer_id, actor.name, None)
        home = await _home(work, place, turns[0]) if turns else place.channel.channel_id
        await queue(work, [NewPost(home, PostKind.TAKEN_BACK, taken.id)], now)
        await _judge_again(work, place, now)
        return taken

    async def card(self, taking_back_id: int) -> TakenBackCard | None:
        """What the card of a taking-back shows; None if there is none."""
        async with self._store.read() as work:
            taken = await work.turns.taking_back(taking_back_id)
            if taken is None:
                return None
            turns = [t for t in [await work.turns.get(i) for i in taken.turn_ids] if t]
            names = await names_of(work, taken.story_id)
        return TakenBackCard(
            taking_back=taken,
            by=names.get(taken.writer_id, "A writer"),
            speakers=tuple(dict.fromkeys(turn.speaker for turn in turns)),
            redone=taken.redone_at is not None,
        )

    async def history(self, channel_id: int) -> History:
        """What was lost or changed lately in the channel's branch."""
        async with self._store.read() as work:
            place = await the_place(work, channel_id)
            names = await names_of(work, place.story.id)
            taken = []
            for taking in await work.turns.taken_back(place.branch.id, RECENT):
                turns = [t for t in [await work.turns.get(i) for i in taking.turn_ids] if t]
                taken.append((taking, tuple(turns)))
            ballots = [
                LostDraft(ballot, names.get(ballot.opener_id, "a writer"))
                for ballot in await work.ballots.recent(place.branch.id, RECENT)
                if ballot.state not in {BallotState.DRAFTING, BallotState.OPEN, BallotState.TIED}
            ]
            revised = [
                (turn, tuple(await work.turns.revisions(turn.id)))
                for turn in await work.turns.tail(place.branch.id, 50)
                if turn.revision
            ]
            scenes = await work.stories.scenes(place.story.id)
        here = place.branch
        return History(
            tuple(taken),
            tuple(ballots),
            tuple(reversed(revised)),
            origin=next(
                ((b.name, where) for b, where in scenes if b.id == here.forked_from_id), None
            ),
            forks=tuple((b.name, where) for b, where in scenes if b.forked_from_id == here.id),
            owner_id=place.story.owner_id,
        )


def _refuse_shared(place: Place, newest: Sequence[Deed]) -> None:
    """Refuse an undo that reaches into the past that a fork shares with other branches."""
    own = sum(deed.branch_id == place.branch.id for deed in newest)
    if own == len(newest):
        return
    since = "Nothing was" if not own else "One deed was" if own == 1 else f"Only {own} deeds were"
    raise InvalidError(
        f"{since} written here since the fork. What came before is shared with the scene it came "
        "from and stays; `/scene fork` from an earlier passage goes another way."
    )


def _concerns(taken: TakingBack, place: Place) -> bool:
    """Whether a taking-back can be redone here: an undo moved the head of its branch alone."""
    if taken.branch_id == place.branch.id:
        return True
    return taken.story_id == place.story.id and taken.kind is not TakingBackKind.UNDO


async def _home(work: UnitOfWork, place: Place, turn: Turn) -> int:
    """The channel in which a turn stands: that of the branch it was written in, if one plays it."""
    if turn.branch_id != place.branch.id:
        for channel in await work.stories.channels(place.story.id):
            if channel.branch_id == turn.branch_id:
                return channel.channel_id
    return place.channel.channel_id


def _require(
    actor: Actor, place: Place, company: Company, deed: Deed, turns: Sequence[Turn]
) -> None:
    """Authors take back their own turns; the opener a ballot's deed; the owner anything."""
    standing = standing_of(company, actor.writer_id, theirs=_did(actor, deed, turns))
    require(actor, Action.TAKE_BACK, place.story, standing)


def _did(actor: Actor, deed: Deed, turns: Sequence[Turn]) -> bool:
    """Whether a deed is somebody's: they typed or said it, opened the ballot, or wrote its draft.

    Whoever changed the text later does not matter.
    """
    if deed.writer_id == actor.writer_id:
        return True
    drafted = deed.kind is DeedKind.BALLOT and bool(turns)
    return drafted and all(turn.author_id == actor.writer_id for turn in turns)


async def _theirs(
    work: UnitOfWork, request: Request, message_id: int
) -> tuple[Place, Deed, list[Turn]]:
    """The deed of a message that the actor may take back, with its turns."""
    place = await the_place(work, request.channel_id)
    turn = await _turn_of(work, place, message_id)
    deed = await work.turns.deed(turn.deed_id)
    if deed is None:
        raise NotFoundError("That passage is not in the story any more.")
    company = await work.cast.company(place.story.id)
    turns = await work.turns.of_deed(deed.id)
    _require(request.actor, place, company, deed, turns)
    return place, deed, turns


async def _turn_of(work: UnitOfWork, place: Place, message_id: int) -> Turn:
    turn = await work.turns.of_message(message_id)
    if turn is None or turn.story_id != place.story.id:
        raise NotFoundError(NO_PASSAGE)
    if turn.withdrawn or not await work.turns.in_past(turn.id, place.branch.id):
        raise ConflictError("That passage was taken back already.")
    return turn


async def _vanished(work: UnitOfWork, message_ids: Sequence[int]) -> list[tuple[Turn, bool]]:
    """Turns whose posts vanished without the bot's doing, each once.

    With each, whether it was a typed message that counted where it stood.
    """
    gone: dict[int, tuple[Turn, bool]] = {}
    for message_id in message_ids:
        post = await work.posts.of_message(message_id)
        if post is None or post.kind is not PostKind.TURN or post.state not in _STANDS:
            continue
        turn = await work.turns.get(post.subject_id)
        if turn and not turn.withdrawn:
            gone[turn.id] = (turn, post.state is PostState.LEFT)
    return list(gone.values())


async def _is_theirs(work: UnitOfWork, taken: TakingBack, actor: Actor) -> bool:
    if taken.writer_id == actor.writer_id or taken.kind is TakingBackKind.HIDING:
        return taken.writer_id == actor.writer_id
    turns = [t for t in [await work.turns.get(i) for i in taken.turn_ids] if t]
    deeds = [await work.turns.deed(deed_id) for deed_id in {turn.deed_id for turn in turns}]
    return all(
        deed is not None and _did(actor, deed, [t for t in turns if t.deed_id == deed.id])
        for deed in deeds
    )


async def _judge_again(work: UnitOfWork, place: Place, now: datetime) -> None:
    """Have the branch's ballot judged anew: the turn it started from may be gone or back."""
    branch = await fresh_branch(work, place)
    ballot = await work.ballots.live(branch.id)
    if ballot:
        await work.tasks.put(TaskKind.SETTLE, ballot.id, now)
        await refresh(work, PostKind.BALLOT, ballot.id, now)
