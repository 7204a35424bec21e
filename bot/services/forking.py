"""Fork a branch into a thread of its own, once for each time it is asked for.

A fork is a branch from the moment it is asked for; a task opens the thread and has it play the
branch. Before the thread is opened, that is noted: a process that finds the note looks for the
thread by its parent and its age, and opens one only if there is none. So a process may die at any
point, and there is one thread.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.ports import (
    Binding,
    Clock,
    NewFork,
    NewThread,
    OpenedThread,
    Stage,
    StageError,
    StageForbiddenError,
    StageFullError,
    StageGoneError,
    StageLaterError,
    StageRefusedError,
    StageUnsureError,
    Store,
    UnitOfWork,
    Wait,
)
from bot.services.common import NO_PASSAGE, Request, names_of, queue, standing_of, the_place
from bot.story.errors import ConflictError, InvalidError, NotFoundError
from bot.story.export import plain
from bot.story.names import is_blank
from bot.story.policy import Action, require
from bot.story.posts import NewPost, PostKind, PostState
from bot.story.tale import MAX_TITLE, Branch, Fork, ForkState, Place
from bot.story.tasks import TaskKind
from bot.story.turn import Turn
from bot.story.typed import clean_text

_log = structlog.get_logger(__name__)

RECENT = 25
"""Passages that are offered to fork from."""
UNSURE_PATIENCE = timedelta(seconds=1)
BLIND_PATIENCE = timedelta(minutes=1)
"""How long until a thread that could not be looked for is looked for again."""
NOT_HERE = "That passage is not part of what is played in this channel. Choose one from the list."
TAKEN_BACK = "That passage was taken back. Fork from one that stands."
NOTHING_YET = (
    "Nothing has been written here yet, so there is nothing to fork from. `/story link` begins a "
    "further scene."
)
ALL_UNDONE = (
    "Everything that was written here was taken back, so there is nothing to fork from. "
    "`/scene redo` brings the newest of it back; then fork."
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to fork.

    Attributes:
        title: what the fork, and its thread, is called.
        under_id: the channel or forum under which the thread is to be opened.
        asked_id: Discord's id of the command, so that it counts once.
        turn_id: the last turn of the shared past; None means the newest.
        message_id: the message that shows this turn, instead of its id.
    """

    title: str
    under_id: int
    asked_id: int
    turn_id: int | None = None
    message_id: int | None = None


class Forking:
    """Forks, and the threads they are played in."""

    def __init__(self, store: Store, clock: Clock, stage: Stage) -> None:
        self._store = store
        self._clock = clock
        self._stage = stage
        # Two forks of one name would find each other's thread.
        self._one_at_a_time = asyncio.Lock()

    async def fork(self, request: Request, wish: Wish) -> Branch:
        """Begin a branch that shares the past up to a turn; its thread is opened soon after.

        Raises:
            NotAllowedError: the actor neither holds a character nor owns the story.
            InvalidError: the title is empty or too long, or nothing was written yet.
            NotFoundError: the turn is not in the branch's past.
            ConflictError: it was taken back, or the command was given already.
        """
        title = _title(wish.title)
        now = self._clock.now()
        actor = request.actor
        async with self._store.write() as work:
            place = await the_place(work, request.channel_id)
            await _require(work, place, request)
            turn = await _turn(work, place, wish)
            await work.cast.note_writer(place.story.id, actor.writer_id, actor.name, None)
            fork = await work.forks.begin(
                place.branch,
                turn,
                NewFork(
                    name=title,
                    asked_id=wish.asked_id,
                    writer_id=actor.writer_id,
                    source_channel_id=request.channel_id,
                    under_id=wish.under_id,
                    at=now,
                ),
            )
            await work.tasks.put(TaskKind.FORK, fork.branch_id, now)
            return replace(place.branch, id=fork.branch_id, name=title, head_id=turn.id)

    async def check(self, request: Request, message_id: int) -> Turn:
        """The turn of a message, if the actor may fork from it now.

        Raises:
            NotFoundError, NotAllowedError, ConflictError: as for ``fork``.
        """
        async with self._store.read() as work:
            place = await the_place(work, request.channel_id)
            await _require(work, place, request)
            return await _turn(work, place, Wish("", 0, 0, message_id=message_id))

    async def passages(self, channel_id: int) -> list[Turn]:
        """The last standing turns of the channel's branch, newest first."""
        async with self._store.read() as work:
            place = await the_place(work, channel_id)
            return (await work.turns.tail(place.branch.id, 2 * RECENT))[::-1][:RECENT]

    async def run(self, branch_id: int) -> None:
        """The task: open a fork's thread and have it play the branch.

        Raises:
            Wait: Discord asks to wait, or an answer was lost and is looked for.
        """
        async with self._one_at_a_time:
            async with self._store.read() as work:
                fork = await work.forks.get(branch_id)
                branch = await work.stories.branch(branch_id)
            if fork is None or branch is None or fork.state is ForkState.OPEN:
                return
            try:
                opened = await self._thread(fork, branch)
            except StageLaterError as error:
                raise Wait(timedelta(seconds=error.seconds)) from None
            except StageUnsureError:
                raise Wait(UNSURE_PATIENCE) from None
            except StageError as error:
                await self._fail(fork, branch, error)
                return
            await self._bind(fork, branch, opened)

    async def _thread(self, fork: Fork, branch: Branch) -> OpenedThread:
        """The fork's thread: the one opened before the process died, or a new one."""
        wanted = NewThread(
            under_id=fork.under_id,
            beside_id=fork.source_channel_id,
            name=branch.name,
            branch_id=branch.id,
            after_id=fork.asked_id,
        )
        if fork.state is ForkState.OPENING:
            standing = await self._look(wanted)
            async with self._store.read() as work:
                found = await _its_own(work, fork, branch, standing)
            if found:
                _log.info("fork's thread found", branch_id=branch.id)
                return found
        async with self._store.write() as work:
            await work.forks.set_state(branch.id, ForkState.OPENING)
        return await self._stage.open_thread(wanted)

    async def _look(self, wanted: NewThread) -> Sequence[OpenedThread]:
        """The threads that may be the fork's.

        Raises:
            Wait: they cannot be looked for now. The thread may stand, so the fork is not given up.
            StageError: nothing can stand there, or the answer comes later.
        """
        try:
            return await self._stage.find_thread(wanted)
        except (StageGoneError, StageLaterError, StageUnsureError):
            raise
        except StageError as error:
            _log.warning(
                "fork's thread not looked for",
                branch_id=wanted.branch_id,
                error=type(error).__name__,
            )
            raise Wait(BLIND_PATIENCE) from None

    async def _bind(self, fork: Fork, branch: Branch, opened: OpenedThread) -> None:
        now = self._clock.now()
        try:
            async with self._store.write() as work:
                story = await work.stories.get(branch.story_id)
                if story is None:
                    return
                binding = Binding(
                    guild_id=story.guild_id,
                    channel_id=opened.channel_id,
                    parent_id=fork.under_id,
                    seen_id=opened.message_id or opened.channel_id,
                    at=now,
                )
                await work.stories.bind(branch, binding)
                await work.forks.set_state(branch.id, ForkState.OPEN)
                card = NewPost(opened.channel_id, PostKind.BRANCH, branch.id)
                if opened.message_id:
                    # A forum's post begins with its card.
                    stands = replace(card, state=PostState.POSTED, message_id=opened.message_id)
                    await work.posts.add([stands])
                else:
                    await queue(work, [card], now)
                await _tell(work, fork, branch, f"<#{opened.channel_id}>", now)
        except ConflictError as error:
            await self._fail(fork, branch, error)

    async def _fail(self, fork: Fork, branch: Branch, error: Exception) -> None:
        """Forget a fork that cannot be opened, and say so where it was asked for."""
        _log.warning("fork not opened", branch_id=branch.id, error=type(error).__name__)
        reasons: dict[type[Exception], str] = {
            StageForbiddenError: (
                "I may not open threads here. Whoever manages this channel gives my role **Create "
                "Public Threads** and **Send Messages in Threads**"
            ),
            StageFullError: (
                "this server has as many open threads as Discord allows. Whoever manages threads "
                "closes some that nobody uses any more (nothing in them is lost); then fork again"
            ),
            StageRefusedError: "Discord does not open another thread here",
            StageGoneError: "its channel is gone",
        }
        why = reasons.get(type(error), "its thread plays another story already")
        text = f"The fork **{plain(branch.name)}** was not opened: {why}."
        async with self._store.write() as work:
            await work.forks.drop(branch.id)
            note = NewPost(fork.source_channel_id, PostKind.NOTE, branch.story_id, text=text)
            await queue(work, [note], self._clock.now())


async def _its_own(
    work: UnitOfWork, fork: Fork, branch: Branch, standing: Sequence[OpenedThread]
) -> OpenedThread | None:
    """The thread that was opened for a fork: one of its name, or one that was renamed since.

    What bears the name of another fork is that one's.
    """
    free = [one for one in standing if await work.stories.place(one.channel_id) is None]
    named = [one for one in free if one.name == branch.name]
    others = await work.forks.names_beside(fork)
    renamed = [one for one in free if one.name not in others]
    return next(iter([*named, *renamed]), None)


async def _tell(work: UnitOfWork, fork: Fork, branch: Branch, link: str, now: datetime) -> None:
    """Say in the channel that was forked where the fork is."""
    by = (await names_of(work, branch.story_id)).get(fork.writer_id, "A writer")
    turn = await work.turns.get(branch.fork_turn_id) if branch.fork_turn_id else None
    speaker = f" after a passage of **{plain(turn.speaker)}**" if turn else ""
    text = f"🍴 **{plain(by)}** forked the story{speaker}: {link}"
    note = NewPost(fork.source_channel_id, PostKind.NOTE, branch.story_id, text=text)
    await queue(work, [note], now)


async def _require(work: UnitOfWork, place: Place, request: Request) -> None:
    company = await work.cast.company(place.story.id)
    standing = standing_of(company, request.actor.writer_id)
    require(request.actor, Action.FORK, place.story, standing)


async def _turn(work: UnitOfWork, place: Place, wish: Wish) -> Turn:
    """The last turn of the past that a fork is to share."""
    if wish.message_id is not None:
        turn = await work.turns.of_message(wish.message_id)
        if turn is None or turn.story_id != place.story.id:
            raise NotFoundError(NO_PASSAGE)
    elif wish.turn_id is not None:
        turn = await work.turns.get(wish.turn_id)
    else:
        if place.branch.head_id is None:
            undone = await work.turns.last_taking_back(place.branch.id)
            raise InvalidError(ALL_UNDONE if undone else NOTHING_YET)
        # What was withdrawn is shared too, and stays withdrawn.
        return await _known(work, place, place.branch.head_id)
    if turn is None or turn.story_id != place.story.id:
        raise NotFoundError(NOT_HERE)
    if turn.withdrawn or not await work.turns.in_past(turn.id, place.branch.id):
        raise ConflictError(TAKEN_BACK if turn.branch_id == place.branch.id else NOT_HERE)
    return turn


async def _known(work: UnitOfWork, place: Place, turn_id: int) -> Turn:
    turn = await work.turns.get(turn_id)
    if turn is None or turn.story_id != place.story.id:
        raise NotFoundError(NOT_HERE)
    return turn


def _title(title: str) -> str:
    kept = " ".join(clean_text(title).split())
    if is_blank(kept):
        raise InvalidError("The fork needs a title. Give one in a few words.")
    if len(kept) > MAX_TITLE:
        raise InvalidError(f"The title has {len(kept)} characters; {MAX_TITLE} is the most.")
    return kept
