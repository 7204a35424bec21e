"""The outbox: what must appear in Discord, and how far it got."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Integer,
    Row,
    Select,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports import Clock
from bot.story.posts import Manner, NewPost, Post, PostKind, PostState
from storage.repository import Repository
from storage.tables import IS_STALE, IS_WAITING, KEEPS_ORIGINAL, posts
from storage.values import pack_attachments, unpack_attachments


def _post(row: Row[Any]) -> Post:
    return Post(
        id=row.id,
        channel_id=row.channel_id,
        kind=row.kind,
        subject_id=row.subject_id,
        text=row.text,
        part=row.part,
        parts=row.parts,
        name=row.name,
        avatar_url=row.avatar_url,
        state=row.state,
        message_id=row.message_id,
        original_id=row.original_id,
        after_id=row.after_id,
        manner=row.manner,
        wanted=row.wanted,
        shown=row.shown,
        attachments=unpack_attachments(row.attachments),
    )


def _values(post: NewPost, now: datetime) -> dict[str, Any]:
    return {
        "channel_id": post.channel_id,
        "kind": post.kind,
        "subject_id": post.subject_id,
        "part": post.part,
        "parts": post.parts,
        "name": post.name,
        "avatar_url": post.avatar_url,
        "text": post.text,
        "attachments": pack_attachments(post.attachments),
        "state": post.state,
        "message_id": post.message_id,
        "original_id": post.original_id,
        "queued_at": now,
        "wanted": 1,
        "shown": 0,
    }


_HERE = posts.c.channel_id == bindparam("channel_id")
_LIMIT = bindparam("limit", type_=Integer)
_ADD = insert(posts).returning(posts, sort_by_parameter_order=True)
_GET = select(posts).where(posts.c.id == bindparam("id"))
_UNSENT = posts.c.state.in_([PostState.DUE, PostState.SENDING])
_DUE = select(posts).where(_HERE, IS_WAITING, _UNSENT).order_by(posts.c.id).limit(_LIMIT)
_REMOVING = (
    select(posts)
    .where(_HERE, IS_WAITING, posts.c.state == PostState.REMOVING)
    .order_by(posts.c.id)
    .limit(_LIMIT)
)
_NEXT_TWO = 2
"""The next post, and whether one follows it."""


def _some(limit: Any, *where: Any) -> Select[Any]:  # noqa: ANN401 - parts of a query
    found = select(posts.c.id).where(_HERE, *where).order_by(posts.c.id).limit(limit)
    return select(found.subquery().c.id)


_UNFINISHED = (
    select(posts)
    .where(
        posts.c.id.in_(
            union_all(
                _some(_LIMIT, IS_WAITING, posts.c.state == PostState.REMOVING),
                _some(_NEXT_TWO, IS_WAITING, _UNSENT),
                _some(_LIMIT, KEEPS_ORIGINAL),
                _some(_LIMIT, IS_STALE),
            )
        )
    )
    .order_by(posts.c.id)
)
_WAITING_SINCE = select(func.min(posts.c.queued_at)).where(_HERE, IS_WAITING, _UNSENT)
_PENDING = select(func.count()).select_from(posts).where(_HERE, IS_WAITING, _UNSENT)
_STALE = select(posts).where(_HERE, IS_STALE).order_by(posts.c.id).limit(_LIMIT)
_SET = update(posts).where(posts.c.id == bindparam("b_id"))
# What was taken back a moment ago is not sent any more.
_SENDING = _SET.where(_UNSENT).returning(posts)
_POSTED = _SET.values(
    message_id=bindparam("b_message_id"),
    shown=bindparam("b_shown"),
    state=case((posts.c.state == PostState.REMOVING, PostState.REMOVING), else_=PostState.POSTED),
).returning(posts.c.state)
_SET_TEXT = _SET.values(text=bindparam("b_text"), wanted=posts.c.wanted + 1)
_STANDS_OR_WILL = (PostState.DUE, PostState.SENDING, PostState.ASKED, PostState.POSTED)
_TOUCH = (
    update(posts)
    .where(
        posts.c.kind == bindparam("b_kind"),
        posts.c.subject_id == bindparam("b_subject_id"),
        # Spelt out: a list is written into the statement each time, and every press asks this.
        or_(*(posts.c.state == one for one in _STANDS_OR_WILL)),
    )
    .values(wanted=posts.c.wanted + 1)
    .returning(posts.c.channel_id)
)
_OF_SUBJECT = (
    select(posts)
    .where(posts.c.kind == bindparam("kind"), posts.c.subject_id == bindparam("subject_id"))
    .order_by(posts.c.id)
)
_OF_MESSAGE = select(posts).where(posts.c.message_id == bindparam("message_id"))
_CLAIMED = select(posts.c.message_id).where(
    posts.c.message_id.in_(bindparam("message_ids", expanding=True))
)


class Posts(Repository):
    """See ``bot.ports.PostRepository``; the clock tells when a post was queued."""

    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        super().__init__(connection)
        self._clock = clock

    async def add(self, posts: Sequence[NewPost]) -> list[Post]:
        """Queue posts; in one channel they are sent in the order of adding."""
        if not posts:
            return []
        now = self._clock.now()
        made = await self._connection.execute(_ADD, [_values(post, now) for post in posts])
        return [_post(row) for row in made]

    async def get(self, post_id: int) -> Post | None:
        """The post, or None."""
        row = await self._first(_GET, id=post_id)
        return _post(row) if row else None

    async def unfinished(self, channel_id: int, limit: int) -> list[Post]:
        """Posts of a channel for which something is to be done, oldest first."""
        found = await self._all(_UNFINISHED, channel_id=channel_id, limit=limit)
        return [_post(row) for row in found]

    async def due(self, channel_id: int, limit: int) -> list[Post]:
        """Posts of a channel that are DUE or SENDING, oldest first."""
        return [_post(row) for row in await self._all(_DUE, channel_id=channel_id, limit=limit)]

    async def removing(self, channel_id: int, limit: int) -> list[Post]:
        """Posts of a channel in state REMOVING, oldest first."""
        found = await self._all(_REMOVING, channel_id=channel_id, limit=limit)
        return [_post(row) for row in found]

    async def stale_cards(self, channel_id: int, limit: int) -> list[Post]:
        """POSTED posts of a channel whose shown version is not the wanted one.

        Cards, and turns whose text was changed.
        """
        return [_post(row) for row in await self._all(_STALE, channel_id=channel_id, limit=limit)]

    async def sending(
        self, post_id: int, after_id: int, manner: Manner, *, name: str, avatar_url: str
    ) -> Post | None:
        """Note, before sending, how it is sent and what is the channel's newest message."""
        row = await self._first(
            _SENDING,
            b_id=post_id,
            state=PostState.SENDING,
            after_id=after_id,
            manner=manner,
            name=name,
            avatar_url=avatar_url,
        )
        return _post(row) if row else None

    async def posted(self, post_id: int, message_id: int, shown: int) -> bool:
        """Note that a post stands in Discord; one taken back meanwhile stays to be deleted."""
        values = {"b_id": post_id, "b_message_id": message_id, "b_shown": shown}
        return await self._scalar(_POSTED, **values) is PostState.POSTED

    async def set_state(self, post_id: int, state: str) -> None:
        """Move a post to another state (see PostState)."""
        await self._change(_SET, b_id=post_id, state=PostState(state))

    async def original_gone(self, post_id: int) -> None:
        """Note that the typed original was deleted."""
        await self._change(_SET, b_id=post_id, original_id=None)

    async def shown(self, post_id: int, version: int) -> None:
        """Note which version of a card was drawn."""
        await self._change(_SET, b_id=post_id, shown=version)

    async def set_text(self, post_id: int, text: str) -> None:
        """Change what a post shows; one that stands becomes stale, so that it is redrawn.

        One that is just being sent does too, since the old text may be on its way.
        """
        await self._change(_SET_TEXT, b_id=post_id, b_text=text)

    async def touch(self, kind: str, subject_id: int) -> list[int]:
        """Mark the cards about a subject as stale; their channels."""
        marked = await self._all(_TOUCH, b_kind=PostKind(kind), b_subject_id=subject_id)
        return sorted({row.channel_id for row in marked})

    async def of_turn(self, turn_id: int) -> list[Post]:
        """All posts of a turn, removed ones included, in order of adding."""
        return await self.of_subject(PostKind.TURN, turn_id)

    async def of_subject(self, kind: str, subject_id: int) -> list[Post]:
        """All posts about a ballot, a taking-back or a story."""
        found = await self._all(_OF_SUBJECT, kind=PostKind(kind), subject_id=subject_id)
        return [_post(row) for row in found]

    async def of_message(self, message_id: int) -> Post | None:
        """The post that stands as this message, or None."""
        row = await self._first(_OF_MESSAGE, message_id=message_id)
        return _post(row) if row else None

    async def claimed_ids(self, message_ids: Sequence[int]) -> frozenset[int]:
        """Which of these messages are posts already (so not what an unsure post looks for)."""
        found = await self._all(_CLAIMED, message_ids=list(message_ids))
        return frozenset(row.message_id for row in found)

    async def pending(self, channel_id: int) -> int:
        """Posts of a channel that still wait to be sent."""
        return int(await self._scalar(_PENDING, channel_id=channel_id))

    async def waiting_since(self, channel_id: int) -> datetime | None:
        """When the oldest post that still waits to be sent was queued; None if none waits."""
        since: datetime | None = await self._scalar(_WAITING_SINCE, channel_id=channel_id)
        return since
