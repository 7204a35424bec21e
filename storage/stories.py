"""Stories, the channels they play in, and their branches."""

from typing import Any

from sqlalchemy import Row, Select, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports import Binding, Opening
from bot.story.errors import ConflictError
from bot.story.tale import MAIN, Branch, Channel, ForkState, Place, Story, StoryState
from bot.story.tasks import ALONE, Shard
from storage.columns import served
from storage.either import Either
from storage.repository import Repository
from storage.tables import branches, channels, forks, notices, stories
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


def _branch(row: Row[Any]) -> Branch:
    return Branch(
        id=row.branch_id,
        story_id=row.story_id,
        name=row.branch_name,
        head_id=row.head_id,
        depth=row.depth,
        forked_from_id=row.forked_from_id,
        fork_turn_id=row.fork_turn_id,
        fork_depth=row.fork_depth,
        root_id=row.root_id,
    )


def _place(row: Row[Any]) -> Place:
    return Place(_channel(row), _story(row), _branch(row))


_OF_BRANCH = (
    branches.c.id.label("branch_id"),
    branches.c.story_id,
    branches.c.name.label("branch_name"),
    branches.c.head_id,
    branches.c.depth,
    branches.c.forked_from_id,
    branches.c.fork_turn_id,
    branches.c.fork_depth,
    branches.c.root_id,
)


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
_HOME = (
    update(branches)
    .where(branches.c.id == bindparam("b_id"))
    .values(home_id=bindparam("b_home_id"))
)
_PLAYED_IN = select(channels.c.channel_id).where(channels.c.branch_id == bindparam("branch_id"))
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
        channels.c.seen_id,
        *_OF_BRANCH,
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
    .where(stories.c.state != StoryState.CLOSED, served(channels.c.guild_id))
    .order_by(channels.c.bound_at, channels.c.channel_id)
)
_SAVE = update(stories).where(stories.c.id == bindparam("b_id"))
_BRANCH = select(*_OF_BRANCH).where(branches.c.id == bindparam("id"))
_BRANCHES = (
    select(*_OF_BRANCH).where(branches.c.story_id == bindparam("story_id")).order_by(branches.c.id)
)
_SCENES = (
    select(*_OF_BRANCH, channels.c.channel_id)
    .select_from(branches)
    .outerjoin(channels, channels.c.branch_id == branches.c.id)
    .where(branches.c.story_id == bindparam("story_id"))
    .order_by(branches.c.id)
)


def _unplayed(*columns: Any) -> Select[Any]:  # noqa: ANN401 - columns, and tables for theirs
    return (
        select(*columns)
        .select_from(branches)
        .outerjoin(channels, channels.c.branch_id == branches.c.id)
        .where(channels.c.channel_id.is_(None))
    )


_LAST_HERE = (
    _unplayed(*_OF_BRANCH)
    .where(branches.c.story_id == bindparam("story_id"), branches.c.home_id == bindparam("home_id"))
    .order_by(branches.c.id.desc())
    .limit(1)
)
_IS_BEING_OPENED = (
    select(forks.c.branch_id)
    .where(forks.c.branch_id == branches.c.id, forks.c.state != ForkState.OPEN)
    .exists()
)
_UNPLAYED = (
    _unplayed(stories, *_OF_BRANCH)
    .join(stories, stories.c.id == branches.c.story_id)
    .where(stories.c.guild_id == bindparam("guild_id"), ~_IS_BEING_OPENED)
    .order_by(stories.c.id.desc(), branches.c.id)
)
_UNDER = (
    select(channels.c.channel_id)
    .where(channels.c.parent_id == bindparam("parent_id"))
    .order_by(channels.c.channel_id)
)
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
_FORGET_NOTICE = _FORGET_NOTICES.where(notices.c.notice == bindparam("notice"))
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
        await self._refuse_playing(
            opening.channel_id,
            "This channel plays a story already. Close it first, or open yours elsewhere.",
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
        binding = Binding(
            guild_id=opening.guild_id,
            channel_id=opening.channel_id,
            parent_id=opening.parent_id,
            seen_id=opening.seen_id,
            at=opening.at,
        )
        return await self._bind(await self.begin_branch(story_id, MAIN), binding)

    async def begin_branch(self, story_id: int, name: str) -> Branch:
        """Add an empty branch that no channel plays yet."""
        branch_id = await self._insert(
            _BRANCH_OF, {"story_id": story_id, "name": name, "depth": 0, "fork_depth": 0}
        )
        return Branch(branch_id, story_id, name, None, 0)

    async def bind(self, branch: Branch, binding: Binding) -> Place:
        """Have a channel play a branch."""
        await self._refuse_playing(binding.channel_id, "That channel plays a story already.")
        if await self._scalar(_PLAYED_IN, branch_id=branch.id) is not None:
            raise ConflictError("That part of the story is played in another channel already.")
        return await self._bind(branch, binding)

    async def _refuse_playing(self, channel_id: int, refusal: str) -> None:
        playing = await self._scalar(_PLAYS_STATE, channel_id=channel_id)
        if playing is not None and playing is not StoryState.CLOSED:
            raise ConflictError(refusal)

    async def _bind(self, branch: Branch, binding: Binding) -> Place:
        self.rebound = True
        await self._change(
            _BIND.on(self._connection),
            channel_id=binding.channel_id,
            guild_id=binding.guild_id,
            parent_id=binding.parent_id,
            story_id=branch.story_id,
            branch_id=branch.id,
            seen_id=binding.seen_id,
            bound_at=binding.at,
        )
        await self._change(_HOME, b_id=branch.id, b_home_id=binding.channel_id)
        return _place((await self._all(_PLACE, channel_id=binding.channel_id))[0])

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

    async def live_channels(self, shard: Shard = ALONE) -> list[Channel]:
        """Channels of all stories of a shard that are not closed."""
        found = await self._all(_LIVE_CHANNELS, b_shard=shard.id, b_shards=shard.count)
        return [_channel(row) for row in found]

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
        return _branch(row) if row else None

    async def branches(self, story_id: int) -> list[Branch]:
        """All branches of a story, the oldest first."""
        return [_branch(row) for row in await self._all(_BRANCHES, story_id=story_id)]

    async def scenes(self, story_id: int) -> list[tuple[Branch, int | None]]:
        """``branches``, each with the channel that plays it."""
        found = await self._all(_SCENES, story_id=story_id)
        return [(_branch(row), row.channel_id) for row in found]

    async def last_played_in(self, story_id: int, channel_id: int) -> Branch | None:
        """The newest branch of a story that no channel plays and this one played last."""
        row = await self._first(_LAST_HERE, story_id=story_id, home_id=channel_id)
        return _branch(row) if row else None

    async def unplayed(self, guild_id: int) -> list[tuple[Story, Branch]]:
        """The branches of a server's stories that no channel plays, newest story first."""
        found = await self._all(_UNPLAYED, guild_id=guild_id)
        return [(_story(row), _branch(row)) for row in found]

    async def threads_under(self, parent_id: int) -> list[int]:
        """The threads of a channel in which a story is played."""
        return [row.channel_id for row in await self._all(_UNDER, parent_id=parent_id)]

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

    async def forget_notice(self, channel_id: int, notice: str) -> None:
        """Let a notice be said once more."""
        await self._change(_FORGET_NOTICE, channel_id=channel_id, notice=notice)
