"""Link further channels, set them free, pass a story on, and take up one that lost its channel."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.ports import Binding, Clock, Store, UnitOfWork
from bot.services.common import (
    NO_STORY,
    Request,
    move_to,
    names_of,
    queue,
    standing_of,
    the_place,
)
from bot.services.settling import end
from bot.story.ballot import BallotState
from bot.story.errors import ConflictError, InvalidError, NotFoundError
from bot.story.names import name_key
from bot.story.policy import Action, may, require
from bot.story.posts import NewPost, PostKind, PostState
from bot.story.tale import MAX_TITLE, Actor, Branch, Place, Story, StoryState
from bot.story.tasks import TaskKind
from bot.story.turn import Turn
from bot.story.typed import clean_text, excerpt

_STANDS = frozenset({PostState.POSTED, PostState.LEFT})
SHOWN = 20
"""Turns of the shared past that are shown in a fork."""
UNLINKED = "This channel was unlinked from the story before this was decided."
GONE = "The channel of this ballot was deleted before it was decided."
STAYS = (
    "This is where the story itself is played, so it stays. `/story close` ends the story, and "
    "`/story handover` passes it on."
)
PLAYING = "This channel plays a story already. Take the other one up in a channel of its own."
NOTHING_HERE = (
    "There is no story in this channel. `/story resume story:` lists the stories that lost their "
    "channel; `/story open` begins a new one."
)


@dataclass(frozen=True, slots=True)
class Target:
    """A channel that is to play a branch.

    Attributes:
        name: what the channel is called.
        seen_id: nothing that is older than this counts.
    """

    guild_id: int
    channel_id: int
    parent_id: int | None
    name: str
    seen_id: int


@dataclass(frozen=True, slots=True)
class Linked:
    """What a link made.

    Attributes:
        place: the linked channel with its branch.
        again: whether the branch was there before and goes on.
    """

    place: Place
    again: bool


@dataclass(frozen=True, slots=True)
class Stray:
    """A branch that no channel plays."""

    story: Story
    branch: Branch

    @property
    def label(self) -> str:
        """What people call it."""
        return f"{self.story.title} · {self.branch.name}"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a fork came from.

    Attributes:
        by: display name of whoever forked.
        turn: the last turn that it shares.
        channel_id: where that turn's message stands.
        message_id: that message; None if there is none any more.
    """

    by: str
    turn: Turn
    channel_id: int
    message_id: int | None


@dataclass(frozen=True, slots=True)
class BranchCard:
    """What the card of a linked channel shows.

    Attributes:
        others: the other channels of the story, the first one bound first.
        fork: where a fork left the branch that it came from; None for other branches.
        again: whether the branch was played before it came to its channel.
    """

    story: Story
    branch: Branch
    others: tuple[int, ...]
    fork: Origin | None = None
    again: bool = False


class Linking:
    """Which channels play a story, and whose it is."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def link(self, request: Request, there: Target) -> Linked:
        """Have another channel play the story: an empty branch, or the one it played before.

        Raises:
            NotAllowedError: the actor does not own the story.
            ConflictError: the channel plays a story already.
        """
        async with self._store.write() as work:
            place = await the_place(work, request.channel_id)
            await _require(work, request.actor, place.story, Action.GOVERN)
            await _refuse_playing(work, place.story, there.channel_id)
            branch = await work.stories.last_played_in(place.story.id, there.channel_id)
            again = branch is not None
            if branch is None:
                branch = await work.stories.begin_branch(place.story.id, _named(there.name))
            now = self._clock.now()
            linked = await work.stories.bind(branch, _binding(there, now))
            await queue(work, [NewPost(there.channel_id, PostKind.BRANCH, branch.id)], now)
        return Linked(linked, again)

    async def unlink(self, request: Request) -> Place:
        """Set a linked channel free. Its branch stays part of the story and of its book.

        The main scene keeps its channel, and a story its last one.

        Raises:
            NotAllowedError: the actor does not own the story.
            InvalidError: it is the main scene's channel, or the only one.
        """
        async with self._store.write() as work:
            place = await the_place(work, request.channel_id)
            await _require(work, request.actor, place.story, Action.GOVERN)
            first = (await work.stories.branches(place.story.id))[0]
            channels = await work.stories.channels(place.story.id)
            if place.branch.id == first.id or len(channels) == 1:
                raise InvalidError(STAYS)
            now = self._clock.now()
            await let_go(work, place, UNLINKED, now)
        return place

    async def to_hand_over(self, request: Request, heir_id: int) -> Place:
        """The place whose story somebody may make another's; nothing changes yet.

        Raises:
            NotAllowedError, InvalidError: as for ``handover``.
        """
        async with self._store.read() as work:
            return await _to_hand_over(work, request, heir_id)

    async def handover(self, request: Request, heir: Actor, story_id: int) -> Place:
        """Make somebody else the owner of the story that is played here.

        Raises:
            NotAllowedError: the actor does not own the story.
            InvalidError: it is the heir's already.
            ConflictError: another story is played here by now.
        """
        now = self._clock.now()
        async with self._store.write() as work:
            place = await _to_hand_over(work, request, heir.writer_id)
            story = place.story
            if story.id != story_id:
                raise ConflictError("Another story is played here by now, so nothing changed.")
            await work.cast.note_writer(story.id, heir.writer_id, heir.name, None)
            await work.stories.save(replace(story, owner_id=heir.writer_id))
            for ballot in await work.ballots.live_in_story(story.id):
                # The owner votes, so who is awaited has changed.
                await work.tasks.put(TaskKind.SETTLE, ballot.id, now)
        return place

    async def strays(self, actor: Actor, guild_id: int) -> list[Stray]:
        """The branches without a channel that somebody may take up, newest story first."""
        async with self._store.read() as work:
            return await _strays(work, actor, guild_id)

    async def resume(self, request: Request, there: Target, choice: str) -> Place:
        """Let a story whose channel was deleted, or was given to another story, go on here.

        Args:
            request: who asks.
            there: the channel in which they ask, which plays no story.
            choice: the branch's id as offered, or the story's title.

        Raises:
            ConflictError: the channel plays a story.
            NotFoundError: none was chosen, or no such story lost its channel.
        """
        now = self._clock.now()
        async with self._store.write() as work:
            playing = await work.stories.place(there.channel_id)
            if playing and playing.story.state is not StoryState.CLOSED:
                raise ConflictError(PLAYING)
            strays = await _strays(work, request.actor, there.guild_id)
            if not choice:
                raise NotFoundError(NOTHING_HERE if strays else NO_STORY)
            stray = _chosen(strays, choice)
            await move_to(work, stray.story, StoryState.OPEN, there.seen_id, now)
            return await work.stories.bind(stray.branch, _binding(there, now))

    async def card(self, branch_id: int) -> BranchCard | None:
        """What a linked channel's card shows; None if there is no such branch."""
        async with self._store.read() as work:
            branch = await work.stories.branch(branch_id)
            story = await work.stories.get(branch.story_id) if branch else None
            if branch is None or story is None:
                return None
            channels = await work.stories.channels(story.id)
            fork = await _origin(work, branch)
            cards = await work.posts.of_subject(PostKind.BRANCH, branch_id)
        others = tuple(c.channel_id for c in channels if c.branch_id != branch_id)
        return BranchCard(story, branch, others, fork, again=len(cards) > 1)

    async def past(self, branch_id: int) -> list[Turn]:
        """The last turns that a fork shares, oldest first; of other branches none."""
        async with self._store.read() as work:
            branch = await work.stories.branch(branch_id)
            if branch is None or not branch.fork_depth:
                return []
            behind = branch.depth - branch.fork_depth
            found = await work.turns.tail(branch_id, behind + SHOWN)
        return [turn for turn in found if turn.depth <= branch.fork_depth]

    async def channel_gone(self, channel_id: int) -> bool:
        """Let go of a channel that was deleted, and of its threads; False if none played a story.

        The branches keep their turns: they are in the book, and ``resume`` takes them up.
        """
        now = self._clock.now()
        async with self._store.write() as work:
            gone = [channel_id, *await work.stories.threads_under(channel_id)]
            places = [place for place in [await work.stories.place(i) for i in gone] if place]
            for place in places:
                await let_go(work, place, GONE, now)
                # Whatever was to appear there is found to be lost.
                await work.tasks.put(TaskKind.POST, place.channel.channel_id, now)
        return bool(places)


async def _origin(work: UnitOfWork, branch: Branch) -> Origin | None:
    fork = await work.forks.get(branch.id)
    turn = await work.turns.get(branch.fork_turn_id) if branch.fork_turn_id else None
    if fork is None or turn is None:
        return None
    by = (await names_of(work, branch.story_id)).get(fork.writer_id, "a writer")
    posts = [post for post in await work.posts.of_turn(turn.id) if post.state in _STANDS]
    last = posts[-1] if posts else None
    channel_id = last.channel_id if last else fork.source_channel_id
    return Origin(by, turn, channel_id, last.message_id if last else None)


async def let_go(work: UnitOfWork, place: Place, why: str, now: datetime) -> None:
    """Have a channel play its branch no longer; a live ballot is dropped with a sentence."""
    ballot = await work.ballots.live(place.branch.id)
    if ballot:
        await end(work, ballot, BallotState.DROPPED, why, now)
    await work.stories.forget_channel(place.channel.channel_id)


async def _to_hand_over(work: UnitOfWork, request: Request, heir_id: int) -> Place:
    place = await the_place(work, request.channel_id)
    await _require(work, request.actor, place.story, Action.GOVERN)
    if heir_id == place.story.owner_id:
        raise InvalidError("They own this story already.")
    return place


async def _require(work: UnitOfWork, actor: Actor, story: Story, action: Action) -> None:
    company = await work.cast.company(story.id)
    require(actor, action, story, standing_of(company, actor.writer_id))


async def _refuse_playing(work: UnitOfWork, story: Story, channel_id: int) -> None:
    other = await work.stories.place(channel_id)
    if other is None or other.story.state is StoryState.CLOSED:
        return
    if other.story.id == story.id:
        raise ConflictError("That channel belongs to this story already: `/story show` lists them.")
    raise ConflictError("That channel plays another story already. Choose one that plays none.")


async def _strays(work: UnitOfWork, actor: Actor, guild_id: int) -> list[Stray]:
    found = []
    for story, branch in await work.stories.unplayed(guild_id):
        company = await work.cast.company(story.id)
        standing = standing_of(company, actor.writer_id)
        if may(actor, Action.RESUME, story, standing) is None:
            found.append(Stray(story, branch))
    return found


def _chosen(strays: list[Stray], choice: str) -> Stray:
    key = name_key(choice)
    for stray in strays:
        if choice == str(stray.branch.id) or key in {
            name_key(stray.story.title),
            name_key(stray.label),
        }:
            return stray
    raise NotFoundError(
        "No story of yours by that name lost its channel. `/story resume story:` lists those that "
        "did; choose one of them."
    )


def _named(name: str) -> str:
    return excerpt(clean_text(name), MAX_TITLE) or "a scene"


def _binding(there: Target, now: datetime) -> Binding:
    return Binding(
        guild_id=there.guild_id,
        channel_id=there.channel_id,
        parent_id=there.parent_id,
        seen_id=there.seen_id,
        at=now,
    )
