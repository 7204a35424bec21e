"""Channels and threads that were deleted: their stories go on elsewhere."""

import discord
import structlog
from discord.ext import commands

from bot.client import TroupeClient
from bot.story.errors import StoryError
from cogs.replies import log_failure

_log = structlog.get_logger(__name__)


class ChannelsCog(commands.Cog):
    """What becomes of a story whose channel vanishes."""

    def __init__(self, client: TroupeClient) -> None:
        self.client = client
        self.services = client.services

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """A channel was deleted, its threads with it; the story keeps its turns."""
        await self._gone(channel.id)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, event: discord.RawThreadDeleteEvent) -> None:
        """A thread was deleted."""
        await self._gone(event.thread_id)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """A fresh session: look for channels that were deleted while nobody listened."""
        try:
            known = await self.services.stories.live_channels()
        except StoryError as error:
            log_failure(error)
            return
        for channel_id in known:
            if self.client.get_channel(channel_id) is None and await self._was_deleted(channel_id):
                await self._gone(channel_id)

    async def _was_deleted(self, channel_id: int) -> bool:
        """Whether a channel that the bot does not know is no more.

        An archived thread is not known either, nor is a channel of a server that the bot left.
        """
        try:
            await self.client.fetch_channel(channel_id)
        except discord.NotFound:
            return True
        except discord.DiscordException as error:
            log_failure(error, channel_id=channel_id)
        return False

    async def _gone(self, channel_id: int) -> None:
        try:
            if await self.services.linking.channel_gone(channel_id):
                _log.warning("channel gone", channel_id=channel_id)
        except StoryError as error:
            log_failure(error, channel_id=channel_id)


async def setup(client: TroupeClient) -> None:
    """Load the cog."""
    await client.add_cog(ChannelsCog(client))
