"""Where it is kept what shall appear in channels."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.story.posts import Manner, NewPost, Post


class PostRepository(Protocol):
    """The outbox: what must appear in Discord."""

    async def add(self, posts: Sequence[NewPost]) -> list[Post]:
        """Queue posts; in one channel they are sent in the order of adding."""
        ...

    async def get(self, post_id: int) -> Post | None:
        """The post, or None."""
        ...

    async def unfinished(self, channel_id: int, limit: int) -> list[Post]:
        """Posts of a channel for which something is to be done, oldest first.

        The next two that are DUE or SENDING; of each of the others at most ``limit``: REMOVING;
        POSTED with a typed original; POSTED where what is shown is not what is wanted.
        """
        ...

    async def due(self, channel_id: int, limit: int) -> list[Post]:
        """Posts of a channel that are DUE or SENDING, oldest first."""
        ...

    async def removing(self, channel_id: int, limit: int) -> list[Post]:
        """Posts of a channel in state REMOVING, oldest first."""
        ...

    async def stale_cards(self, channel_id: int, limit: int) -> list[Post]:
        """POSTED cards of a channel whose shown version is not the wanted one."""
        ...

    async def sending(
        self, post_id: int, after_id: int, manner: Manner, *, name: str, avatar_url: str
    ) -> Post | None:
        """Note, before sending, how it is sent and what is the channel's newest message.

        The post as it is then, or None if it was taken back meanwhile.
        """
        ...

    async def posted(self, post_id: int, message_id: int, shown: int) -> bool:
        """Note that a post stands in Discord; one in state REMOVING stays so (False)."""
        ...

    async def set_state(self, post_id: int, state: str) -> None:
        """Move a post to another state (see PostState)."""
        ...

    async def original_gone(self, post_id: int) -> None:
        """Note that the typed original was deleted."""
        ...

    async def shown(self, post_id: int, version: int) -> None:
        """Note which version of a card was drawn."""
        ...

    async def set_text(self, post_id: int, text: str) -> None:
        """Change what a post shows; one that stands becomes stale, so that it is redrawn."""
        ...

    async def touch(self, kind: str, subject_id: int) -> list[int]:
        """Mark the cards about a subject as stale; their channels."""
        ...

    async def of_turn(self, turn_id: int) -> list[Post]:
        """All posts of a turn, removed ones included, in order of adding."""
        ...

    async def of_subject(self, kind: str, subject_id: int) -> list[Post]:
        """All posts about a ballot, a taking-back or a story."""
        ...

    async def of_message(self, message_id: int) -> Post | None:
        """The post that stands as this message, or None."""
        ...

    async def claimed_ids(self, message_ids: Sequence[int]) -> frozenset[int]:
        """Which of these messages are posts already (so not what an unsure post looks for)."""
        ...

    async def pending(self, channel_id: int) -> int:
        """Posts of a channel that still wait to be sent."""
        ...

    async def waiting_since(self, channel_id: int) -> datetime | None:
        """When the oldest post that still waits to be sent was queued; None if none waits."""
        ...
