"""Where stories, their channels and their branches are kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.story.tale import Branch, Channel, Fork, ForkState, Place, Settings, Story
from bot.story.tasks import ALONE, Shard
from bot.story.turn import (
    Turn,
)


@dataclass(frozen=True, slots=True)
class Opening:
    """A story about to be opened in a channel."""

    guild_id: int
    channel_id: int
    parent_id: int | None
    title: str
    premise: str
    rating: str
    opener_id: int
    at: datetime
    seen_id: int
    settings: Settings


@dataclass(frozen=True, slots=True)
class Binding:
    """A channel about to play a branch."""

    guild_id: int
    channel_id: int
    parent_id: int | None
    seen_id: int
    at: datetime


class StoryRepository(Protocol):
    """Stories, the channels they play in, and their branches."""

    async def open(self, opening: Opening) -> Place:
        """Open a story with its first branch (named "main") and bind the channel to it.

        A channel whose story is closed is bound anew.

        Raises:
            ConflictError: the channel plays a story that is not closed.
        """
        ...

    async def get(self, story_id: int) -> Story | None:
        """The story, or None."""
        ...

    async def place(self, channel_id: int) -> Place | None:
        """The channel with the story and branch it plays (closed stories too), or None."""
        ...

    async def channels(self, story_id: int) -> list[Channel]:
        """The channels that play a story, the first one bound first."""
        ...

    async def live_channels(self, shard: Shard = ALONE) -> list[Channel]:
        """Channels of all stories of a shard that are not closed."""
        ...

    async def save(self, story: Story) -> None:
        """Keep title, premise, rating, owner, state, settings and closing time."""
        ...

    async def branch(self, branch_id: int) -> Branch | None:
        """The branch, or None."""
        ...

    async def branches(self, story_id: int) -> list[Branch]:
        """All branches of a story, those that no channel plays included, the oldest first."""
        ...

    async def scenes(self, story_id: int) -> list[tuple[Branch, int | None]]:
        """``branches``, each with the channel that plays it."""
        ...

    async def begin_branch(self, story_id: int, name: str) -> Branch:
        """Add an empty branch that no channel plays yet."""
        ...

    async def bind(self, branch: Branch, binding: Binding) -> Place:
        """Have a channel play a branch.

        A channel whose story is closed is bound anew.

        Raises:
            ConflictError: the channel plays a story that is not closed, or another channel plays
                the branch.
        """
        ...

    async def last_played_in(self, story_id: int, channel_id: int) -> Branch | None:
        """The newest branch of a story that no channel plays and this one played last."""
        ...

    async def unplayed(self, guild_id: int) -> list[tuple[Story, Branch]]:
        """The branches of a server's stories that no channel plays, newest story first.

        Forks whose thread is still being opened are left out.
        """
        ...

    async def threads_under(self, parent_id: int) -> list[int]:
        """The threads of a channel in which a story is played."""
        ...

    async def seen(self, channel_id: int, message_id: int) -> None:
        """Note the newest message read in a channel; an older one changes nothing."""
        ...

    async def forget_channel(self, channel_id: int) -> None:
        """Unbind a channel that is gone; its story and turns stay."""
        ...

    async def first_time(self, channel_id: int, notice: str) -> bool:
        """Whether ``notice`` was never said in this channel before; it is noted as said."""
        ...

    async def forget_notice(self, channel_id: int, notice: str) -> None:
        """Let a notice be said once more."""
        ...


@dataclass(frozen=True, slots=True)
class NewFork:
    """A fork about to be begun; see ``Fork``. ``name`` is its title."""

    name: str
    asked_id: int
    writer_id: int
    source_channel_id: int
    under_id: int
    at: datetime


class ForkRepository(Protocol):
    """Forks that were asked for, and how far each got."""

    async def begin(self, branch: Branch, turn: Turn, fork: NewFork) -> Fork:
        """Add a branch that shares the past of ``branch`` up to ``turn``; no channel plays it yet.

        Raises:
            ConflictError: this command asked for one already.
        """
        ...

    async def get(self, branch_id: int) -> Fork | None:
        """The fork that a branch is, or None."""
        ...

    async def names_beside(self, fork: Fork) -> frozenset[str]:
        """What the other forks are called whose threads hang on the same channel."""
        ...

    async def set_state(self, branch_id: int, state: ForkState) -> None:
        """Note how far a fork got."""
        ...

    async def drop(self, branch_id: int) -> None:
        """Forget a fork for which no thread could be opened, and its branch."""
        ...
