"""Stories, the channels they play in, and their branches."""

from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports import Opening
from bot.story.errors import ConflictError
from bot.story.tale import Branch, Channel, Place, Story, StoryState
from storage.either import Either
from storage.repository import Repository
from storage.tables import branches, channels, notices, stories
from storage.values import pack_settings, unpack_settings


def _story(row: Row[Any]) -> Story:
    return Story(
        id=row.id,
        guild_id=row.guild_id,
        title=row.title,
        premise=row.premise,
        rating=row.rating,
        owner_id=row.owner_id,
        opener_id=row.opener_id,
        opened_at=row.opened_at,
        state=row.state,
        closed_at=row.closed_at,
        settings=unpack_settings(row.settings),
    )


def _channel(row: Row[Any]) -> Channel:
    return Channel(
        channel_id=row.channel_id,
        guild_id=row.guild_id,
        parent_id=row.parent_id,
        story_id=row.story_id,
        branch_id=row.branch_id,
        seen_id=row.seen_id,
    )


def _place(row: Row[Any]) -> Place:
    branch = Branch(row.branch_id, row.id, row.branch_name, row.head_id, row.depth)
    return Place(_channel(row), _story(row), branch)


_GET = select(stories).where(stories.c.id == bindparam("id"))
_OPEN = insert(stories)
_BRANCH_OF = insert(branches)
_BIND = Either(
    channels,
    lambda into: into.on_conflict_do_update(
        index_elements=["channel_id"],
        set_={
            name: into.excluded[name]
            for name in ("guild_id", "parent_id", "story_id", "branch_id", "seen_id", "bound_at")
        },
    ),
)
_PLAYS_STATE = (
    select(stories.c.state)
    .join(channels, channels.c.story_id == stories.c.id)
    .where(channels.c.channel_id == bindparam("channel_id"))
)
_PLACE = (
    select(
        stories,
        channels.c.channel_id,
        channels.c.parent_id,
        channels.c.story_id,
        channels.c.branch_id,
        channels.c.seen_id,
        branches.c.name.label("branch_name"),
        branches.c.head_id,
        branches.c.depth,
    )
    .select_from(channels)
    .join(stories, stories.c.id == channels.c.story_id)
    .join(branches, branches.c.id == channels.c.branch_id)
    .where(channels.c.channel_id == bindparam("channel_id"))
)
_CHANNELS = (
    select(channels)
    .where(channels.c.story_id == bindparam("story_id"))
    .order_by(channels.c.bound_at, channels.c.channel_id)
)
_LIVE_CHANNELS = (
    select(channels)
    .join(stories, stories.c.id == channels.c.story_id)
    .where(stories.c.state != StoryState.CLOSED)
    .order_by(channels.c.bound_at, channels.c.channel_id)
)
_SAVE = update(stories).where(stories.c.id == bindparam("b_id"))
_BRANCH = select(branches).where(branches.c.id == bindparam("id"))
_SEEN = (
    update(channels)
    .where(
        channels.c.channel_id == bindparam("b_channel_id"),
        channels.c.seen_id < bindparam("b_seen_id"),
    )
    .values(seen_id=bindparam("b_seen_id"))
)
_FORGET = delete(channels).where(channels.c.channel_id == bindparam("channel_id"))
_FORGET_NOTICES = delete(notices).where(notices.c.channel_id == bindparam("channel_id"))
_NOTICE = Either(
    notices, lambda into: into.on_conflict_do_nothing().returning(notices.c.channel_id)
)


class Stories(Repository):
    """See ``bot.ports.StoryRepository``.

    Attributes:
        rebound: whether a channel was bound or unbound in this transaction.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection)
        self.rebound = False

    async def open(self, opening: Opening) -> Place:
        """Open a story with its first branch, and bind the channel to it."""
        playing = await self._scalar(_PLAYS_STATE, channel_id=opening.channel_id)
        if playing is not None and playing is not StoryState.CLOSED:
            raise ConflictError(
                "This channel plays a story already. Close it first, or open yours elsewhere."
            )
        story_id = await self._insert(
            _OPEN,
            {
                "guild_id": opening.guild_id,
                "title": opening.title,
                "premise": opening.premise,
                "rating": opening.rating,
                "owner_id": opening.opener_id,
                "opener_id": opening.opener_id,
                "opened_at": opening.at,
                "state": StoryState.OPEN,
                "settings": pack_settings(opening.settings),
            },
        )
        branch_id = await self._insert(
            _BRANCH_OF, {"story_id": story_id, "name": "main", "depth": 0}
        )
        self.rebound = True
        await self._change(
            _BIND.on(self._connection),
            channel_id=opening.channel_id,
            guild_id=opening.guild_id,
            parent_id=opening.parent_id,
            story_id=story_id,
            branch_id=branch_id,
            seen_id=opening.seen_id,
            bound_at=opening.at,
        )
        return _place((await self._all(_PLACE, channel_id=opening.channel_id))[0])

    async def get(self, story_id: int) -> Story | None:
        """The story, or None."""
        row = await self._first(_GET, id=story_id)
        return _story(row) if row else None

    async def place(self, channel_id: int) -> Place | None:
        """The channel with the story and branch it plays, or None."""
        row = await self._first(_PLACE, channel_id=channel_id)
        return _place(row) if row else None

    async def channels(self, story_id: int) -> list[Channel]:
        """The channels that play a story, the first one bound first."""
        return [_channel(row) for row in await self._all(_CHANNELS, story_id=story_id)]

    async def live_channels(self) -> list[Channel]:
        """Channels of all stories that are not closed."""
        return [_channel(row) for row in await self._all(_LIVE_CHANNELS)]

    async def save(self, story: Story) -> None:
        """Keep title, premise, rating, owner, state, settings and closing time."""
        await self._change(
            _SAVE,
            b_id=story.id,
            title=story.title,
            premise=story.premise,
            rating=story.rating,
            owner_id=story.owner_id,
            state=story.state,
            closed_at=story.closed_at,
            settings=pack_settings(story.settings),
        )

    async def branch(self, branch_id: int) -> Branch | None:
        """The branch, or None."""
        row = await self._first(_BRANCH, id=branch_id)
        return Branch(row.id, row.story_id, row.name, row.head_id, row.depth) if row else None

    async def seen(self, channel_id: int, message_id: int) -> None:
        """Note the newest message read in a channel; an older one changes nothing."""
        await self._change(_SEEN, b_channel_id=channel_id, b_seen_id=message_id)

    async def forget_channel(self, channel_id: int) -> None:
        """Unbind a channel that is gone; its story and turns stay."""
        self.rebound = True
        await self._change(_FORGET, channel_id=channel_id)
        await self._change(_FORGET_NOTICES, channel_id=channel_id)

    async def first_time(self, channel_id: int, notice: str) -> bool:
        """Whether ``notice`` was never said in this channel before; it is noted as said."""
        statement = _NOTICE.on(self._connection)
        return await self._did(statement, channel_id=channel_id, notice=notice)
