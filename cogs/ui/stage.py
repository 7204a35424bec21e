"""The stage: posts as Discord messages, by the channel's one webhook or by the bot itself."""

import asyncio
import contextlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from types import TracebackType
from typing import Any, cast

import aiohttp
import discord
import structlog

from bot.ports import (
    NewThread,
    OpenedThread,
    StageBlindError,
    StageError,
    StageForbiddenError,
    StageForeignError,
    StageGoneError,
    StageLaterError,
    StageRefusedError,
    StageUnsureError,
)
from bot.story.posts import Manner, Post, PostKind
from bot.story.turn import Attachment
from bot.story.typed import MAX_POST, excerpt
from cogs.ui.drawing import Drawings

_log = structlog.get_logger(__name__)

WEBHOOK_NAME = "Troupe"
LOOK_BACK = 300
"""Messages after the noted one among which an unsure post is looked for, at most."""
SERVER_ERROR = 500
TOO_MANY = 429
WAIT_SECONDS = 5.0
REQUEST_SECONDS = 60.0
MAX_FILE = 10 * 1024 * 1024
"""Bytes of a file that is posted again.

Source: https://discord.com/developers/docs/reference#uploading-files
"""
BAD_REQUEST = 400
TOO_LARGE = 413
ARCHIVED = 50083
"""Discord's code for a thread that is archived, and not opened again by a message."""
NOT_YOURS = 50005
"""Discord's code for changing a message of somebody else."""
NO_MORE_WEBHOOKS = 30007
"""Discord's code for a channel with 15 webhooks.

Source: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
"""
NO_WEBHOOKS = "I may not manage webhooks here."

Place = discord.TextChannel | discord.Thread | discord.VoiceChannel


class _OnceSession:
    """A session whose server errors and dead connections are raised instead of being retried.

    discord.py repeats a webhook's request after an error of the server, although the message may
    stand already. Whether it stands has to be looked for first.
    """

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    def request(self, method: str, url: str, **options: Any) -> "_OnceRequest":  # noqa: ANN401 - aiohttp's
        return _OnceRequest(self._session.request(method, url, **options))


class _OnceRequest:
    def __init__(self, request: Any) -> None:  # noqa: ANN401 - aiohttp's private class
        self._request = request

    async def __aenter__(self) -> aiohttp.ClientResponse:
        try:
            response = cast("aiohttp.ClientResponse", await self._request.__aenter__())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            # No connection was made, so nothing was sent.
            raise StageLaterError("Discord cannot be reached", WAIT_SECONDS) from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise StageUnsureError("the connection died") from error
        if response.status >= SERVER_ERROR:
            await self._request.__aexit__(None, None, None)
            raise StageUnsureError(f"Discord answered {response.status}")
        return response

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._request.__aexit__(kind, error, trace)


class DiscordStage:
    """Implements ``bot.ports.Stage`` on a discord.py client."""

    def __init__(self, drawings: Drawings) -> None:
        self._drawings = drawings
        self._webhooks: dict[int, discord.Webhook] = {}
        self._making = asyncio.Lock()
        self._joined: tuple[discord.Client, aiohttp.ClientSession] | None = None

    async def open(self, client: discord.Client) -> None:
        """Speak through a client, and open the connection pool that webhook posts use."""
        session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=REQUEST_SECONDS))
        self._joined = (client, session)

    async def close(self) -> None:
        """Close the connection pool."""
        await self._session.close()

    @property
    def _client(self) -> discord.Client:
        if self._joined is None:
            raise RuntimeError("the stage is not open")
        return self._joined[0]

    @property
    def _session(self) -> aiohttp.ClientSession:
        if self._joined is None:
            raise RuntimeError("the stage is not open")
        return self._joined[1]

    # --- where ---------------------------------------------------------------------------------

    async def _channel(self, channel_id: int) -> Place:
        found = self._client.get_channel(channel_id)
        if found is None:
            with _translated():
                found = await self._client.fetch_channel(channel_id)
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
            await self._webhook(channel)
        except StageForbiddenError:
            return Manner.PLAIN
        return Manner.WEBHOOK

    async def _webhook(self, channel: Place) -> discord.Webhook:
        """The channel's one webhook (a thread uses its parent's); made if there is none.

        Raises:
            StageForbiddenError: the bot may not, or the channel has 15 webhooks already.
        """
        parent = channel.parent if isinstance(channel, discord.Thread) else channel
        if parent is None:
            raise StageGoneError(f"the parent of thread {channel.id} is gone")
        if not parent.permissions_for(parent.guild.me).manage_webhooks:
            self._webhooks.pop(parent.id, None)
            raise StageForbiddenError(NO_WEBHOOKS)
        async with self._making:
            known = self._webhooks.get(parent.id)
            if known is None:
                with _translated():
                    known = await self._find_or_make(cast("discord.TextChannel", parent))
                self._webhooks[parent.id] = known
        return known

    async def _find_or_make(self, parent: discord.TextChannel) -> discord.Webhook:
        ours = self._client.application_id
        for webhook in await parent.webhooks():
            if (
                webhook.token
                and webhook.user
                and webhook.user.id == (self._client.user.id if self._client.user else ours)
            ):
                return self._once(webhook)
        try:
            return self._once(await parent.create_webhook(name=WEBHOOK_NAME))
        except discord.HTTPException as error:
            if error.code == NO_MORE_WEBHOOKS:
                raise StageForbiddenError(NO_WEBHOOKS) from error
            raise

    def _once(self, webhook: discord.Webhook) -> discord.Webhook:
        session = cast("aiohttp.ClientSession", _OnceSession(self._session))
        return discord.Webhook.partial(webhook.id, webhook.token or "", session=session)

    def _forget_webhook(self, channel: Place) -> None:
        parent_id = channel.parent_id if isinstance(channel, discord.Thread) else channel.id
        self._webhooks.pop(parent_id, None)

    # --- sending -------------------------------------------------------------------------------

    async def send(self, post: Post) -> int:
        """Send a post in its manner; the message's id.

        Raises:
            StageError: see ``bot.ports``.
        """
        channel = await self._channel(post.channel_id)
        with _as_it_is():
            if post.kind is PostKind.TURN and post.manner is Manner.WEBHOOK:
                return await self._send_by_webhook(channel, post)
            return await self._send_by_bot(channel, post)

    async def _send_by_bot(self, channel: Place, post: Post) -> int:
        nonce = f"post:{post.id}"[:25]
        with _translated():
            if post.kind is PostKind.TURN:
                files = await self._files(channel, post)
                sent = await channel.send(_plain(post), files=files, nonce=nonce)
            elif post.kind is PostKind.NOTE:
                sent = await channel.send(post.text, nonce=nonce)
            else:
                view = await self._drawings.draw(post)
                if view is None:
                    raise StageGoneError("there is nothing to show any more")
                sent = await channel.send(view=view, nonce=nonce)
        return sent.id

    async def _send_by_webhook(self, channel: Place, post: Post) -> int:
        webhook = await self._webhook(channel)
        files = await self._files(channel, post)
        options: dict[str, Any] = {"files": files} if files else {}
        if isinstance(channel, discord.Thread):
            options["thread"] = discord.Object(channel.id)
        try:
            with _translated():
                return await _sent(webhook, post, options)
        except StageGoneError:
            # Somebody deleted the webhook, or the channel: find out with a fresh one.
            self._forget_webhook(channel)
            await self._channel_exists(channel.id)
            raise StageLaterError("the webhook was deleted", 0) from None
        except discord.HTTPException as error:
            if error.status != BAD_REQUEST:
                raise
            # Discord does not take the name: the bot says it, rather than hold up all that follows.
            _log.warning("name refused", post_id=post.id, code=error.code)
            return await self._send_by_bot(channel, post)

    async def _channel_exists(self, channel_id: int) -> None:
        with _translated():
            await self._client.fetch_channel(channel_id)

    async def _files(self, channel: Place, post: Post) -> list[discord.File]:
        """What goes with a post; addresses that ended are read anew where it was typed."""
        files = []
        anew: dict[str, str] | None = None
        for attachment in post.attachments:
            content = await self._fetch(attachment)
            if content is None and post.original_id and attachment.size <= MAX_FILE:
                anew = await _addresses(channel, post.original_id) if anew is None else anew
                url = anew.get(attachment.filename)
                content = await self._fetch(replace(attachment, url=url)) if url else None
            if content is not None:
                files.append(discord.File(io.BytesIO(content), attachment.filename))
        return files

    async def _fetch(self, attachment: Attachment) -> bytes | None:
        """A file's content; None if Discord does not have it any more."""
        if attachment.size > MAX_FILE:
            return None
        try:
            async with self._session.get(attachment.url) as response:
                if response.ok:
                    return await response.read()
                _log.warning("attachment gone", status=response.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise StageLaterError("an attachment cannot be fetched", WAIT_SECONDS) from error
        return None

    # --- threads -------------------------------------------------------------------------------

    async def open_thread(self, thread: NewThread) -> OpenedThread:
        """Open a public thread; in a forum a post that begins with the branch's card.

        Raises:
            StageError: see ``bot.ports``.
        """
        with _as_it_is(), _translated():
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

    async def find_thread(self, thread: NewThread) -> Sequence[OpenedThread]:
        """Open threads of ours with this name under this channel, newer than the command.

        Raises:
            StageError: they cannot be read.
        """
        with _translated():
            under = await self._parent(thread.under_id)
            found = []
            for one in sorted(await under.guild.active_threads(), key=lambda one: one.id):
                alike = one.parent_id == under.id and one.name == thread.name
                mine = self._client.user is not None and one.owner_id == self._client.user.id
                if alike and mine and one.id > thread.after_id:
                    begins = await self._begins_with(one, under)
                    found.append(OpenedThread(one.id, begins))
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

    # --- looking -------------------------------------------------------------------------------

    async def find(self, post: Post) -> Sequence[int]:
        """Ids of messages after ``post.after_id`` that look like this post, oldest first.

        Raises:
            StageBlindError: they cannot be read.
        """
        channel = await self._channel(post.channel_id)
        after = discord.Object(post.after_id or 0)
        try:
            with _translated():
                newer = channel.history(after=after, limit=LOOK_BACK, oldest_first=True)
                return [m.id async for m in newer if await self._looks_like(channel, m, post)]
        except StageForbiddenError as error:
            raise StageBlindError(str(error)) from None

    async def _looks_like(self, channel: Place, message: discord.Message, post: Post) -> bool:
        if post.manner is not Manner.WEBHOOK or post.kind is not PostKind.TURN:
            mine = self._client.user is not None and message.author.id == self._client.user.id
            return mine and self._drawings.looks_like(message, post, _plain(post))
        if message.webhook_id is None or message.author.name != post.name:
            return False
        try:
            webhook = await self._webhook(channel)
        except StageForbiddenError:
            return False
        if message.webhook_id != webhook.id:
            return False
        content: str | None = message.content
        if not content and not self._client.intents.message_content:
            # Without the intent even our own webhook's messages come blank; its token reads them.
            content = await self._read_by_token(webhook, channel, message.id)
        return content is not None and content.strip() == post.text.strip()

    async def _read_by_token(
        self, webhook: discord.Webhook, channel: Place, message_id: int
    ) -> str | None:
        """What our webhook posted; None if it was deleted meanwhile."""
        thread = discord.Object(channel.id) if isinstance(channel, discord.Thread) else None
        with contextlib.suppress(StageGoneError), _translated():
            if thread:
                return (await webhook.fetch_message(message_id, thread=thread)).content
            return (await webhook.fetch_message(message_id)).content
        return None

    async def picture(self, channel_id: int, message_id: int) -> str:
        """The address, fresh, of the first file that stands with a message.

        Raises:
            StageGoneError: the message or its file is gone.
            StageError: it cannot be read now.
        """
        try:
            channel = await self._channel(channel_id)
            with _translated():
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
        with _as_it_is():
            if by_webhook and await self._edited_by_webhook(channel, post, post.message_id):
                return
            with _translated(), _foreign(channel, by_webhook=by_webhook):
                message = channel.get_partial_message(post.message_id)
                if post.kind in {PostKind.TURN, PostKind.NOTE}:
                    await message.edit(content=_plain(post))
                elif view := await self._drawings.draw(post):
                    await message.edit(view=view)

    async def _edited_by_webhook(self, channel: Place, post: Post, message_id: int) -> bool:
        """Whether our webhook could edit it."""
        options: dict[str, Any] = {}
        if isinstance(channel, discord.Thread):
            options["thread"] = discord.Object(channel.id)
        webhook = await self._webhook(channel)
        try:
            with _translated():
                await webhook.edit_message(
                    message_id,
                    content=post.text,
                    allowed_mentions=discord.AllowedMentions.none(),
                    **options,
                )
        except StageGoneError:
            # Posted by an earlier webhook or by the bot itself, or gone: the bot tries by itself.
            return False
        return True

    async def remove(self, channel_id: int, message_id: int, manner: Manner | None) -> None:
        """Delete a message; one that is gone already is fine.

        Raises:
            StageForbiddenError: the bot may not.
        """
        channel = await self._channel(channel_id)
        if manner is Manner.WEBHOOK and await self._removed_by_webhook(channel, message_id):
            return
        with contextlib.suppress(StageGoneError), _translated():
            await channel.get_partial_message(message_id).delete()

    async def _removed_by_webhook(self, channel: Place, message_id: int) -> bool:
        """Whether our webhook could delete it, which needs no permission."""
        thread: dict[str, Any] = {}
        if isinstance(channel, discord.Thread):
            thread["thread"] = discord.Object(channel.id)
        try:
            with _translated():
                await (await self._webhook(channel)).delete_message(message_id, **thread)
        except (StageGoneError, StageForbiddenError):
            # Posted by an earlier webhook, or gone: the bot tries by itself.
            return False
        return True


async def _addresses(channel: Place, message_id: int) -> dict[str, str]:
    """Addresses of a message's files by their names; none if it cannot be read."""
    try:
        with _translated():
            message = await channel.fetch_message(message_id)
    except (StageGoneError, StageForbiddenError):
        return {}
    except StageUnsureError as error:
        # Nothing was sent yet.
        raise StageLaterError("an attachment cannot be looked for", WAIT_SECONDS) from error
    return {file.filename: file.url for file in message.attachments}


async def _sent(webhook: discord.Webhook, post: Post, options: dict[str, Any]) -> int:
    """Send by webhook; if Discord does not take the picture's address, without it."""
    none = discord.AllowedMentions.none()
    faced = {**options, "avatar_url": post.avatar_url} if post.avatar_url else options
    try:
        sent = await webhook.send(
            post.text, username=post.name, allowed_mentions=none, wait=True, **faced
        )
    except discord.HTTPException as error:
        if error.status != BAD_REQUEST or not post.avatar_url:
            raise
        _log.warning("picture refused", post_id=post.id)
        for file in options.get("files", ()):
            file.reset()
        sent = await webhook.send(
            post.text, username=post.name, allowed_mentions=none, wait=True, **options
        )
    return sent.id


def _plain(post: Post) -> str:
    """A turn's text as the bot itself posts it, under the speaker's name."""
    if post.kind is not PostKind.TURN:
        return post.text
    head = f"**{discord.utils.escape_markdown(post.name)}**\n"
    return f"{head}{post.text}" if len(head) + len(post.text) <= MAX_POST else post.text


@contextlib.contextmanager
def _as_it_is() -> Iterator[None]:
    """Tell a post that Discord does not take as it is from one that it may take later."""
    try:
        yield
    except discord.HTTPException as error:
        if error.code == ARCHIVED:
            raise StageForbiddenError("The thread is archived, and I may not open it.") from error
        if error.status in {BAD_REQUEST, TOO_LARGE}:
            raise StageRefusedError(f"status {error.status}, code {error.code}") from error
        raise


@contextlib.contextmanager
def _foreign(channel: Place, *, by_webhook: bool) -> Iterator[None]:
    """Tell a message that our webhook lost from one that may not be touched for now."""
    try:
        yield
    except discord.Forbidden as error:
        if not by_webhook or error.code != NOT_YOURS:
            raise
        removable = channel.permissions_for(channel.guild.me).manage_messages
        raise StageForeignError("its webhook was deleted", removable=removable) from error


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Turn discord.py's errors into the stage's."""
    try:
        yield
    except discord.NotFound as error:
        raise StageGoneError(excerpt(error.text, 100)) from error
    except discord.Forbidden as error:
        raise StageForbiddenError(excerpt(error.text, 100)) from error
    except discord.DiscordServerError as error:
        raise StageUnsureError(f"Discord answered {error.status}") from error
    except discord.RateLimited as error:
        raise StageLaterError("Discord asks to wait", error.retry_after) from error
    except discord.HTTPException as error:
        if error.status == TOO_MANY:
            raise StageLaterError("Discord asks to wait", WAIT_SECONDS) from error
        raise
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise StageUnsureError("the connection died") from error
