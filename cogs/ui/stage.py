"""The stage: posts as Discord messages, by the channel's one webhook or by the bot itself."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
import discord
import structlog

from bot.ports import (
    NewThread,
    OpenedThread,
    StageError,
    StageForbiddenError,
    StageGoneError,
    StageLaterError,
)
from bot.story.posts import Manner, Post, PostKind
from cogs.ui.drawing import Drawings, plain
from cogs.ui.files import Files
from cogs.ui.looking import Lookout
from cogs.ui.threads import Threads
from cogs.ui.translating import BAD_REQUEST, as_it_is, foreign, translated
from cogs.ui.webhooks import Place, Webhooks, sent, thread_of

_log = structlog.get_logger(__name__)

REQUEST_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _Crew:
    """Who works on a stage that is open."""

    client: discord.Client
    session: aiohttp.ClientSession
    webhooks: Webhooks
    files: Files
    threads: Threads
    lookout: Lookout


class DiscordStage:
    """Implements ``bot.ports.Stage`` on a discord.py client."""

    def __init__(self, drawings: Drawings) -> None:
        self._drawings = drawings
        self._opened: _Crew | None = None

    async def open(self, client: discord.Client) -> None:
        """Speak through a client, and open the connection pool that webhook posts use."""
        session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=REQUEST_SECONDS))
        webhooks = Webhooks(client, session)
        self._opened = _Crew(
            client=client,
            session=session,
            webhooks=webhooks,
            files=Files(session),
            threads=Threads(client, self._drawings),
            lookout=Lookout(client, webhooks, self._drawings),
        )

    async def close(self) -> None:
        """Close the connection pool."""
        await self._crew.session.close()

    @property
    def _crew(self) -> _Crew:
        if self._opened is None:
            raise RuntimeError("the stage is not open")
        return self._opened

    # --- where ---------------------------------------------------------------------------------

    async def _channel(self, channel_id: int) -> Place:
        found = self._crew.client.get_channel(channel_id)
        if found is None:
            with translated():
                found = await self._crew.client.fetch_channel(channel_id)
        if not isinstance(found, Place):
            raise StageGoneError(f"channel {channel_id} takes no messages")
        return found

    async def newest(self, channel_id: int) -> int:
        """Id of the newest message of a channel that is known, or a lower bound."""
        channel = await self._channel(channel_id)
        # Clocks differ by seconds at the most; a minute ago is before anything sent now.
        minute_ago = discord.utils.time_snowflake(discord.utils.utcnow() - timedelta(minutes=1))
        return channel.last_message_id or minute_ago

    async def manner(self, channel_id: int) -> Manner:
        """By webhook if the bot may manage webhooks there, else plainly."""
        channel = await self._channel(channel_id)
        try:
            await self._crew.webhooks.of(channel)
        except StageForbiddenError:
            return Manner.PLAIN
        return Manner.WEBHOOK

    # --- sending -------------------------------------------------------------------------------

    async def send(self, post: Post) -> int:
        """Send a post in its manner; the message's id.

        Raises:
            StageError: see ``bot.ports``.
        """
        channel = await self._channel(post.channel_id)
        with as_it_is():
            if post.kind is PostKind.TURN and post.manner is Manner.WEBHOOK:
                return await self._send_by_webhook(channel, post)
            return await self._send_by_bot(channel, post)

    async def _send_by_bot(self, channel: Place, post: Post) -> int:
        nonce = f"post:{post.id}"[:25]
        with translated():
            if post.kind is PostKind.TURN:
                files = await self._crew.files.of(channel, post)
                message = await channel.send(plain(post), files=files, nonce=nonce)
            elif post.kind is PostKind.NOTE:
                message = await channel.send(post.text, nonce=nonce)
            else:
                view = await self._drawings.draw(post)
                if view is None:
                    raise StageGoneError("there is nothing to show any more")
                message = await channel.send(view=view, nonce=nonce)
        return message.id

    async def _send_by_webhook(self, channel: Place, post: Post) -> int:
        webhook = await self._crew.webhooks.of(channel)
        files = await self._crew.files.of(channel, post)
        options: dict[str, Any] = thread_of(channel)
        if files:
            options["files"] = files
        try:
            with translated():
                return await sent(webhook, post, options)
        except StageGoneError:
            # Somebody deleted the webhook, or the channel: find out with a fresh one.
            self._crew.webhooks.forget(channel)
            await self._channel_exists(channel.id)
            raise StageLaterError("the webhook was deleted", 0) from None
        except discord.HTTPException as error:
            if error.status != BAD_REQUEST:
                raise
            # Discord does not take the name: the bot says it, rather than hold up all that follows.
            _log.warning("name refused", post_id=post.id, code=error.code)
            return await self._send_by_bot(channel, post)

    async def _channel_exists(self, channel_id: int) -> None:
        with translated():
            await self._crew.client.fetch_channel(channel_id)

    # --- threads and looking -------------------------------------------------------------------

    async def open_thread(self, thread: NewThread) -> OpenedThread:
        """Open a public thread; in a forum a post that begins with the branch's card.

        Raises:
            StageError: see ``bot.ports``.
        """
        return await self._crew.threads.open(thread)

    async def find_thread(self, thread: NewThread) -> Sequence[OpenedThread]:
        """Threads of ours under this channel that are newer than the command, archived ones too.

        Raises:
            StageError: they cannot be read.
        """
        return await self._crew.threads.find(thread)

    async def find(self, post: Post) -> Sequence[int]:
        """Ids of messages after ``post.after_id`` that look like this post, oldest first.

        Raises:
            StageBlindError: they cannot be read.
        """
        return await self._crew.lookout.find(await self._channel(post.channel_id), post)

    async def picture(self, channel_id: int, message_id: int) -> str:
        """The address, fresh, of the first file that stands with a message.

        Raises:
            StageGoneError: the message or its file is gone.
            StageError: it cannot be read now.
        """
        try:
            channel = await self._channel(channel_id)
            with translated():
                message = await channel.fetch_message(message_id)
        except discord.HTTPException as error:
            raise StageError(f"Discord answered {error.status}") from error
        if not message.attachments:
            raise StageGoneError("the message holds no file")
        return message.attachments[0].url

    # --- changing and deleting -----------------------------------------------------------------

    async def redraw(self, post: Post) -> None:
        """Bring a standing message to what its post wants.

        Raises:
            StageGoneError: the message is gone.
            StageForeignError: it was posted by a webhook that is no more.
        """
        if post.message_id is None:
            return
        channel = await self._channel(post.channel_id)
        by_webhook = post.kind is PostKind.TURN and post.manner is Manner.WEBHOOK
        with as_it_is():
            if by_webhook and await self._crew.webhooks.edited(channel, post, post.message_id):
                return
            with translated(), foreign(channel, by_webhook=by_webhook):
                message = channel.get_partial_message(post.message_id)
                if post.kind in {PostKind.TURN, PostKind.NOTE}:
                    await message.edit(content=plain(post))
                elif view := await self._drawings.draw(post):
                    await message.edit(view=view)

    async def remove(self, channel_id: int, message_id: int, manner: Manner | None) -> None:
        """Delete a message; one that is gone already is fine.

        Raises:
            StageForbiddenError: the bot may not.
        """
        channel = await self._channel(channel_id)
        if manner is Manner.WEBHOOK and await self._crew.webhooks.removed(channel, message_id):
            return
        with contextlib.suppress(StageGoneError), translated():
            await channel.get_partial_message(message_id).delete()
