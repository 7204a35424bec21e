"""The threads that forks are played in: opened once each, and looked for where that is unsure."""

import contextlib
from collections.abc import Iterator, Sequence

import discord

from bot.ports import NewThread, OpenedThread, StageFullError, StageGoneError
from cogs.ui.drawing import Drawings
from cogs.ui.translating import as_it_is, translated

TOO_MANY_OPEN = frozenset({160006, 160007})
"""Discord's codes for a server with as many open threads as may be, of either kind."""


class Threads:
    """Opens threads, and finds those that were opened."""

    def __init__(self, client: discord.Client, drawings: Drawings) -> None:
        self._client = client
        self._drawings = drawings

    async def open(self, thread: NewThread) -> OpenedThread:
        """Open a public thread; in a forum a post that begins with the branch's card.

        Raises:
            StageError: see ``bot.ports``.
        """
        with as_it_is(), translated(), _room():
            under = await self._parent(thread.under_id)
            if isinstance(under, discord.ForumChannel):
                view = await self._drawings.branch(thread.branch_id)
                if view is None:
                    raise StageGoneError("there is nothing to show any more")
                beside = self._client.get_channel(thread.beside_id)
                tags = beside.applied_tags if isinstance(beside, discord.Thread) else []
                made = await under.create_thread(name=thread.name, view=view, applied_tags=tags)
                return OpenedThread(made.thread.id, made.message.id)
            news = under.is_news()
            kind = discord.ChannelType.news_thread if news else discord.ChannelType.public_thread
            opened = await under.create_thread(name=thread.name, type=kind)
            return OpenedThread(opened.id)

    async def find(self, thread: NewThread) -> Sequence[OpenedThread]:
        """Threads of ours under this channel that are newer than the command, oldest first.

        After a long outage a thread may have been renamed, and Discord archives those in which
        nobody writes.

        Raises:
            StageError: they cannot be read.
        """
        with translated():
            under = await self._parent(thread.under_id)
            active = await under.guild.active_threads()
            standing = [one for one in active if one.parent_id == under.id]
            standing += await _archived(under, thread.after_id)
            found = []
            # One that is archived between the two looks is in both.
            for one in sorted(set(standing), key=lambda one: one.id):
                mine = self._client.user is not None and one.owner_id == self._client.user.id
                if mine and one.id > thread.after_id:
                    begins = await self._begins_with(one, under)
                    found.append(OpenedThread(one.id, begins, one.name))
        return found

    async def _begins_with(
        self, thread: discord.Thread, under: discord.TextChannel | discord.ForumChannel
    ) -> int | None:
        """The message that a forum's post begins with; other threads begin with none."""
        if isinstance(under, discord.ForumChannel):
            with contextlib.suppress(discord.Forbidden):
                async for message in thread.history(limit=1, oldest_first=True):
                    return message.id
        return None

    async def _parent(self, channel_id: int) -> discord.TextChannel | discord.ForumChannel:
        found = self._client.get_channel(channel_id) or await self._client.fetch_channel(channel_id)
        if not isinstance(found, discord.TextChannel | discord.ForumChannel):
            raise StageGoneError(f"channel {channel_id} holds no threads")
        return found


async def _archived(
    under: discord.TextChannel | discord.ForumChannel, after_id: int
) -> list[discord.Thread]:
    """Public threads that were archived since; none is archived before it is opened."""
    since = discord.utils.snowflake_time(after_id)
    found = []
    async for one in under.archived_threads(limit=None):
        if one.archive_timestamp < since:
            break
        found.append(one)
    return found


@contextlib.contextmanager
def _room() -> Iterator[None]:
    """Tell a server that is full from one that refuses the thread for what it is."""
    try:
        yield
    except discord.HTTPException as error:
        if error.code in TOO_MANY_OPEN:
            raise StageFullError(f"code {error.code}") from error
        raise
