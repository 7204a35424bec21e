"""Typed text: turns as people type them, their edits and deletions, and what was missed."""

import asyncio

import discord
import structlog
from discord.ext import commands

from bot.client import TroupeClient
from bot.services.take_turn import Message, Taken
from bot.story.errors import StoryError
from bot.story.turn import Attachment
from bot.story.typed import MAX_TURN_BYTES, excerpt
from cogs.actor import request_of_message
from cogs.permissions import may_proxy, missing
from cogs.replies import Locks, log_failure, react, sentence_for, tell
from cogs.ui.controls import button, row_view

_log = structlog.get_logger(__name__)

LONG_TEXT = "message.txt"
"""The name under which Discord's own app sends a text that is too long for a message."""
MAX_FILE = 10 * 1024 * 1024
MISSED_AT_MOST = 2_000
"""Messages of a channel that are read after an interruption."""
WARNING = "⚠️"
_TURNS = frozenset({discord.MessageType.default, discord.MessageType.reply})
_Channel = discord.TextChannel | discord.Thread | discord.VoiceChannel


class TypingCog(commands.Cog):
    """Messages of people."""

    def __init__(self, client: TroupeClient) -> None:
        self.client = client
        self.services = client.services
        # One message of a channel after another, in the order in which they were typed.
        self._order = Locks()
        self._caught_up = asyncio.Event()
        client.routes.on("refusal:v1", self.refusal_button)

    # --- turns ---------------------------------------------------------------------------------

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Somebody typed something."""
        if _is_typed(message):
            async with self._order.hold(message.channel.id):
                await self._caught_up.wait()
                await self._read(message)

    async def _read(self, message: discord.Message) -> None:
        if await self.services.stories.find(message.channel.id) is None:
            return
        if not self.client.reads_messages:
            return
        ids = {"channel_id": message.channel.id, "message_id": message.id}
        try:
            typed = await _as_typed(message)
            taken = await self.services.take_turn.typed(request_of_message(message), typed)
        except StoryError as error:
            log_failure(error, **ids)
            taken = Taken(refusal=sentence_for(error))
        if taken.turn:
            _log.info("turn taken", turn_id=taken.turn.id, **ids)
        if taken.refusal:
            await react(message, WARNING)
            note = row_view(button("Show me", f"refusal:v1:{message.id}"))
            await tell(message.author, message.channel, taken.refusal, note=note)
        await self._say_once(message, taken)

    async def _say_once(self, message: discord.Message, taken: Taken) -> None:
        """Why a message stayed as it was typed; said once in a channel."""
        if taken.overtaken:
            notice, text = (
                "overtaken",
                (
                    "You are faster than Discord lets me post, so for now what you type counts "
                    "where it stands."
                ),
            )
        elif taken.turn and not may_proxy(message.channel):
            lacking = missing(self.client, message.channel)
            text = " ".join(lacking) + " Until then, what you type counts where it stands."
            notice = "plain"
        else:
            return
        if await self.services.stories.first_time(message.channel.id, notice):
            try:
                await message.channel.send(text)
            except discord.HTTPException as error:
                log_failure(error, channel_id=message.channel.id)

    async def refusal_button(
        self, interaction: discord.Interaction[discord.Client], key: str, values: object
    ) -> None:
        """Show me, on the note of a message that could not become a turn."""
        del key, values
        place = await self.services.stories.find(interaction.channel_id or 0)
        state = place.story.state if place else "closed"
        await interaction.response.send_message(
            f"What you typed did not become part of the story: it is {state}, or the text is "
            "too long. `/story show` tells more.",
            ephemeral=True,
        )

    # --- edits and deletions -------------------------------------------------------------------

    @commands.Cog.listener()
    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """Somebody changed a message; where turns stay as typed, that revises the turn."""
        message = event.message
        if message.author.bot or message.webhook_id or not self.client.reads_messages:
            return
        if event.data.get("edited_timestamp") is None:
            return
        try:
            async with self._order.hold(message.channel.id):
                await self.services.revise.typed_edit(
                    request_of_message(message), message.id, message.content
                )
        except StoryError as error:
            log_failure(error, channel_id=message.channel.id, message_id=message.id)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """A message vanished."""
        await self._deleted(event.channel_id, [event.message_id])

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Many messages vanished at once."""
        await self._deleted(event.channel_id, sorted(event.message_ids))

    async def _deleted(self, channel_id: int, message_ids: list[int]) -> None:
        try:
            async with self._order.hold(channel_id):
                if await self.services.stories.find(channel_id):
                    await self.services.take_back.deleted(channel_id, message_ids)
        except StoryError as error:
            log_failure(error, channel_id=channel_id)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """A channel was deleted; its story keeps its turns."""
        await self._gone(channel.id)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, event: discord.RawThreadDeleteEvent) -> None:
        """A thread was deleted."""
        await self._gone(event.thread_id)

    async def _gone(self, channel_id: int) -> None:
        if await self.services.stories.find(channel_id):
            _log.warning("channel gone", channel_id=channel_id)
            await self.services.stories.channel_gone(channel_id)

    # --- what was missed -----------------------------------------------------------------------

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """A fresh session: read what was typed while nobody listened, then go on."""
        self._caught_up.clear()
        try:
            if self.client.reads_messages:
                for channel_id, seen_id in (await self.services.stories.live_channels()).items():
                    await self._catch_up(channel_id, seen_id)
            await self.services.outbox.repair_cards()
        except StoryError as error:
            log_failure(error)
        finally:
            self._caught_up.set()

    async def _catch_up(self, channel_id: int, seen_id: int) -> None:
        channel = self.client.get_channel(channel_id)
        if not isinstance(channel, _Channel):
            return
        after = discord.Object(seen_id)
        try:
            async for message in channel.history(
                after=after, limit=MISSED_AT_MOST, oldest_first=True
            ):
                if _is_typed(message):
                    await self._read(message)
        except discord.HTTPException as error:
            log_failure(error, channel_id=channel_id)


def _is_typed(message: discord.Message) -> bool:
    """Whether a message was typed by a person in a server."""
    return (
        message.guild is not None
        and not message.author.bot
        and message.webhook_id is None
        and message.type in _TURNS
    )


async def _as_typed(message: discord.Message) -> Message:
    """A Discord message as the story reads it.

    A file called message.txt is the text itself, up to 64 KB. What cannot be posted again (a
    sticker, a file over 10 MiB) keeps the message where it is.
    """
    text = message.content
    files = list(message.attachments)
    long = next((f for f in files if f.filename == LONG_TEXT), None)
    if long is not None and not text and long.size <= MAX_TURN_BYTES:
        text = (await long.read()).decode("utf-8", "replace")
        files.remove(long)
    too_big = any(file.size > MAX_FILE for file in files)
    return Message(
        message_id=message.id,
        text=text,
        attachments=tuple(Attachment(f.filename, f.url, f.size) for f in files),
        link_line=_link_line(message),
        stays=bool(message.stickers) or too_big or not may_proxy(message.channel),
    )


def _link_line(message: discord.Message) -> str:
    """The line that stands for a reply, which a webhook cannot make."""
    reference = message.reference
    if message.type is not discord.MessageType.reply or reference is None:
        return ""
    answered = reference.resolved
    name = answered.author.display_name if isinstance(answered, discord.Message) else "a message"
    shown = discord.utils.escape_markdown(excerpt(name.replace("[", "").replace("]", ""), 60))
    return f"-# ↪ [{shown}](<{reference.jump_url}>)"


async def setup(client: TroupeClient) -> None:
    """Load the cog."""
    await client.add_cog(TypingCog(client))
