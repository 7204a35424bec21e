"""Typed text: turns as people type them, their edits and deletions, and what was missed."""

import asyncio

import aiohttp
import discord
import structlog
from discord.ext import commands

from bot.client import TroupeClient, bind_ids
from bot.services.take_turn import Taken
from bot.story.errors import StoryError
from bot.story.tale import Proxying, StoryState
from cogs.actor import request_of_message
from cogs.permissions import may_proxy, missing
from cogs.reading import as_typed, is_typed
from cogs.replies import Locks, log_failure, react, sentence_for, tell
from cogs.ui.controls import button, row_view

_log = structlog.get_logger(__name__)

READ_UP_AT_ONCE = 5
"""Channels whose history is read at the same time."""
WARNING = "⚠️"
UNREADABLE = "Your message.txt could not be fetched from Discord. Please send it again."
BESIDE = (
    "You play nobody in the story in {place}, so what you type there is talk beside it. "
    "`/cast claim` takes a character that is free, `/cast add` adds one; then just type."
)
REMEMBERED = 200
"""Refusals that can still be shown; a note with the button for it lives 20 seconds."""
_Channel = discord.TextChannel | discord.Thread | discord.VoiceChannel


class TypingCog(commands.Cog):
    """Messages of people."""

    def __init__(self, client: TroupeClient) -> None:
        self.client = client
        self.services = client.services
        # One message of a channel after another, in the order in which they were typed.
        self._order = Locks()
        # Cleared while the connection is lost: what comes first after it may not be what was
        # typed first, so nothing is read before it is known what was missed.
        self._connected = asyncio.Event()
        self._missed: dict[int, asyncio.Event] = {}
        self._reading_up = asyncio.Semaphore(READ_UP_AT_ONCE)
        self._refusals: dict[int, str] = {}
        # Who was told why nothing is read from them now; said once, not at every message.
        self._told: dict[tuple[int, int], str] = {}
        client.routes.on("refusal:v1", self.refusal_button)

    # --- turns ---------------------------------------------------------------------------------

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Somebody typed something."""
        if is_typed(message):
            async with self._order.hold(message.channel.id):
                await self._connected.wait()
                if missed := self._missed.get(message.channel.id):
                    await missed.wait()
                await self._read(message)

    async def _read(self, message: discord.Message) -> None:
        if not await self.services.stories.plays(message.channel.id):
            return
        bind_ids(channel_id=message.channel.id, message_id=message.id)
        if not self.client.reads_messages:
            await self.services.stories.seen(message.channel.id, message.id)
            return
        ids = {"channel_id": message.channel.id, "message_id": message.id}
        try:
            taken = await self._take(message)
        except StoryError as error:
            log_failure(error, **ids)
            taken = Taken(refusal=sentence_for(error))
        except (discord.HTTPException, aiohttp.ClientError) as error:
            log_failure(error, **ids)
            taken = Taken(refusal=UNREADABLE)
        if taken.place:
            bind_ids(story_id=taken.place.story.id)
        if taken.turn:
            bind_ids(story_id=taken.turn.story_id, turn_id=taken.turn.id)
            _log.info("turn taken")
            self._told.pop((message.channel.id, message.author.id), None)
        if taken.refusal:
            state = taken.place.story.state if taken.place else StoryState.OPEN
            await self._refuse(message, taken.refusal, state)
        await self._say_once(message, taken)

    async def _take(self, message: discord.Message) -> Taken:
        if message.guild:
            await self.services.departures.returned(message.guild.id, message.author.id)
        typed = await as_typed(message)
        return await self.services.take_turn.typed(request_of_message(message), typed)

    async def _refuse(self, message: discord.Message, refusal: str, state: StoryState) -> None:
        """Tell a writer why what they typed is no turn.

        While a story rests people talk on in its channel: they are told once, and then reminded by
        a sign.
        """
        who = (message.channel.id, message.author.id)
        again = state is not StoryState.OPEN and self._told.get(who) == refusal
        await react(message, WARNING)
        if again:
            return
        self._told[who] = refusal
        await self._explain(message, refusal)

    async def _explain(self, message: discord.Message, why: str) -> None:
        """Tell a writer why, by DM or behind the button of a note."""
        self._refusals[message.id] = why
        if len(self._refusals) > REMEMBERED:
            del self._refusals[next(iter(self._refusals))]
        note = row_view(button("Show me", f"refusal:v1:{message.id}"))
        await tell(message.author, message.channel, why, note=note)

    async def _say_once(self, message: discord.Message, taken: Taken) -> None:
        """Why a message stayed as it was typed; said once in a channel, or once to its writer."""
        if taken.beside:
            await self._explain(message, BESIDE.format(place=f"<#{message.channel.id}>"))
            return
        if taken.overtaken:
            notice, text = (
                "overtaken",
                (
                    "You are faster than Discord lets me post, so for now what you type counts "
                    "where it stands."
                ),
            )
        elif (
            taken.turn
            and taken.place
            and taken.place.story.settings.proxying is Proxying.OURS
            and not may_proxy(message.channel)
        ):
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
        del values
        refusal = self._refusals.get(int(key)) or "Why is forgotten by now; please try again."
        await interaction.response.send_message(
            f"What you typed did not become part of the story. {refusal}", ephemeral=True
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
            if not await self.services.stories.plays(message.channel.id):
                return
            async with self._order.hold(message.channel.id):
                await self.services.revise.typed_edit(
                    request_of_message(message), message.id, message.content
                )
        except StoryError as error:
            log_failure(error, channel_id=message.channel.id, message_id=message.id)
            await self._refuse(message, sentence_for(error), StoryState.OPEN)

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
                if await self.services.stories.plays(channel_id):
                    await self.services.take_back.deleted(channel_id, message_ids)
        except StoryError as error:
            log_failure(error, channel_id=channel_id)

    # --- what was missed -----------------------------------------------------------------------

    @commands.Cog.listener()
    async def on_disconnect(self) -> None:
        """The connection is lost."""
        self._connected.clear()

    @commands.Cog.listener()
    async def on_resumed(self) -> None:
        """The connection is back, and Discord told what was missed."""
        self._connected.set()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """A fresh session: read what was typed while nobody listened, then go on."""
        try:
            seen = await self.services.stories.live_channels()
            self._missed = {channel_id: asyncio.Event() for channel_id in seen}
            self._connected.set()
            await asyncio.gather(*(self._catch_up(*channel) for channel in seen.items()))
            await self.services.outbox.repair_cards()
        except StoryError as error:
            log_failure(error)
        finally:
            self._connected.set()
            for missed in self._missed.values():
                missed.set()

    async def _catch_up(self, channel_id: int, seen_id: int) -> None:
        """Read what was typed in a channel since the newest message that was read."""
        channel = self.client.get_channel(channel_id)
        try:
            newest = getattr(channel, "last_message_id", None) or 0
            if not isinstance(channel, _Channel) or newest <= seen_id:
                return
            if not self.client.reads_messages:
                # People were told that what they type does not count; it shall not count later.
                await self.services.stories.seen(channel_id, newest)
                return
            async with self._reading_up:
                await self._read_since(channel, seen_id)
        except (StoryError, discord.HTTPException) as error:
            log_failure(error, channel_id=channel_id)
        finally:
            self._missed[channel_id].set()

    async def _read_since(self, channel: _Channel, seen_id: int) -> None:
        missed = channel.history(after=discord.Object(seen_id), limit=None, oldest_first=True)
        async for message in missed:
            if is_typed(message) and not _was_refused(message):
                await self._read(message)


def _was_refused(message: discord.Message) -> bool:
    """Whether its writer was told that it is no turn: they may have typed it again since."""
    return any(reaction.me and str(reaction.emoji) == WARNING for reaction in message.reactions)


async def setup(client: TroupeClient) -> None:
    """Load the cog."""
    await client.add_cog(TypingCog(client))
