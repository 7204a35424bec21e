"""Discord: where posts appear, and who is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.story.posts import Manner, Post


class StageError(Exception):
    """A post could not be brought on stage."""


class StageGoneError(StageError):
    """The channel (or the message) does not exist any more."""


class StageForbiddenError(StageError):
    """A permission is missing; ``str(error)`` names it in a sentence."""


class StageForeignError(StageForbiddenError):
    """A message was posted by a webhook that is no more, so nobody can change it.

    Attributes:
        removable: whether it can be deleted at least.
    """

    def __init__(self, message: str, *, removable: bool) -> None:
        super().__init__(message)
        self.removable = removable


class StageUnsureError(StageError):
    """The answer was lost: the message may stand or not. Look before sending again."""


class StageLaterError(StageError):
    """Discord asks to wait, or is out of order; nothing was sent.

    Attributes:
        seconds: after which to try again.
    """

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class StageRefusedError(StageError):
    """Discord does not take the post as it is; to send it again is of no use."""


class StageFullError(StageError):
    """The server holds as many threads as Discord allows; nothing was opened."""


class StageBlindError(StageError):
    """The channel's history cannot be read, so an unsure post cannot be looked for."""


@dataclass(frozen=True, slots=True)
class NewThread:
    """A thread about to be opened for a branch.

    Attributes:
        under_id: the channel or forum it hangs on.
        beside_id: the channel or thread that was forked; a forum's post takes over its tags.
        after_id: an id of Discord that the thread's own will be above.
    """

    under_id: int
    beside_id: int
    name: str
    branch_id: int
    after_id: int


@dataclass(frozen=True, slots=True)
class OpenedThread:
    """A thread that stands.

    Attributes:
        message_id: the card that a forum's post began with.
        name: what it is called now, if it was looked for.
    """

    channel_id: int
    message_id: int | None = None
    name: str = ""


class Members(Protocol):
    """Who is in a server. Discord tells nobody who left, so it has to be asked."""

    async def has_left(self, guild_id: int, user_id: int) -> bool | None:
        """Whether somebody is no member of a server; None if that cannot be told now."""
        ...


class Stage(Protocol):
    """Where posts appear. Each method makes the fewest requests and never retries a post."""

    async def newest(self, channel_id: int) -> int:
        """Id of the newest message of a channel that is known, or a lower bound."""
        ...

    async def manner(self, channel_id: int) -> Manner:
        """How turns can be posted here now: by webhook if the bot may, else plainly."""
        ...

    async def send(self, post: Post) -> int:
        """Send a post in its ``manner``; the message's id.

        Raises:
            StageError: see its subclasses.
        """
        ...

    async def open_thread(self, thread: NewThread) -> OpenedThread:
        """Open a public thread; in a forum a post that begins with the branch's card.

        Raises:
            StageError: see its subclasses.
        """
        ...

    async def find_thread(self, thread: NewThread) -> Sequence[OpenedThread]:
        """Threads of ours, archived ones too, that may be this one, oldest first.

        People rename threads, so the name is told and not compared.

        Raises:
            StageError: they cannot be read.
        """
        ...

    async def find(self, post: Post) -> Sequence[int]:
        """Ids of messages newer than ``post.after_id`` that look like this post, oldest first.

        Raises:
            StageBlindError: they cannot be read.
            StageGoneError: the channel is gone.
        """
        ...

    async def picture(self, channel_id: int, message_id: int) -> str:
        """The address, fresh, of the first file that stands with a message.

        Raises:
            StageGoneError: the message or its file is gone.
            StageError: it cannot be read now.
        """
        ...

    async def redraw(self, post: Post) -> None:
        """Bring a standing message to what its post wants.

        Raises:
            StageForeignError: the webhook that posted it was deleted.
            StageError: see its other subclasses.
        """
        ...

    async def remove(self, channel_id: int, message_id: int, manner: Manner | None) -> None:
        """Delete a message; one that is gone already is fine."""
        ...
