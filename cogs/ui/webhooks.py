"""The one webhook of each channel: found or made, and its requests made once each."""

import asyncio
import contextlib
from types import TracebackType
from typing import Any, cast

import aiohttp
import discord
import structlog

from bot.ports import (
    StageForbiddenError,
    StageGoneError,
    StageLaterError,
    StageUnsureError,
)
from bot.story.posts import Post
from cogs.ui.translating import BAD_REQUEST, WAIT_SECONDS, translated

_log = structlog.get_logger(__name__)

WEBHOOK_NAME = "Troupe"
SERVER_ERROR = 500
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


class Webhooks:
    """The webhooks through which characters speak."""

    def __init__(self, client: discord.Client, session: aiohttp.ClientSession) -> None:
        self._client = client
        self._session = session
        self._known: dict[int, discord.Webhook] = {}
        self._making = asyncio.Lock()

    async def of(self, channel: Place) -> discord.Webhook:
        """The channel's one webhook (a thread uses its parent's); made if there is none.

        Raises:
            StageForbiddenError: the bot may not, or the channel has 15 webhooks already.
        """
        parent = channel.parent if isinstance(channel, discord.Thread) else channel
        if parent is None:
            raise StageGoneError(f"the parent of thread {channel.id} is gone")
        if not parent.permissions_for(parent.guild.me).manage_webhooks:
            self._known.pop(parent.id, None)
            raise StageForbiddenError(NO_WEBHOOKS)
        async with self._making:
            known = self._known.get(parent.id)
            if known is None:
                with translated():
                    known = await self._find_or_make(cast("discord.TextChannel", parent))
                self._known[parent.id] = known
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

    def forget(self, channel: Place) -> None:
        """Find or make the webhook anew the next time."""
        parent_id = channel.parent_id if isinstance(channel, discord.Thread) else channel.id
        self._known.pop(parent_id, None)

    async def edited(self, channel: Place, post: Post, message_id: int) -> bool:
        """Whether our webhook could edit a message to what its post says."""
        webhook = await self.of(channel)
        try:
            with translated():
                await webhook.edit_message(
                    message_id,
                    content=post.text,
                    allowed_mentions=discord.AllowedMentions.none(),
                    **thread_of(channel),
                )
        except StageGoneError:
            # Posted by an earlier webhook or by the bot itself, or gone: the bot tries by itself.
            return False
        return True

    async def removed(self, channel: Place, message_id: int) -> bool:
        """Whether our webhook could delete a message, which needs no permission."""
        try:
            with translated():
                await (await self.of(channel)).delete_message(message_id, **thread_of(channel))
        except (StageGoneError, StageForbiddenError):
            # Posted by an earlier webhook, or gone: the bot tries by itself.
            return False
        return True


def thread_of(channel: Place) -> dict[str, Any]:
    """What a webhook's request says besides, where it is about a thread."""
    return {"thread": discord.Object(channel.id)} if isinstance(channel, discord.Thread) else {}


async def sent(webhook: discord.Webhook, post: Post, options: dict[str, Any]) -> int:
    """Send by webhook; the message's id. If Discord refuses the picture's address, without it."""
    none = discord.AllowedMentions.none()
    faced = {**options, "avatar_url": post.avatar_url} if post.avatar_url else options
    try:
        message = await webhook.send(
            post.text, username=post.name, allowed_mentions=none, wait=True, **faced
        )
    except discord.HTTPException as error:
        if error.status != BAD_REQUEST or not post.avatar_url:
            raise
        _log.warning("picture refused", post_id=post.id)
        for file in options.get("files", ()):
            file.reset()
        message = await webhook.send(
            post.text, username=post.name, allowed_mentions=none, wait=True, **options
        )
    return message.id


async def said(webhook: discord.Webhook, channel: Place, message_id: int) -> str | None:
    """What our webhook posted, read with its token; None if it was deleted meanwhile."""
    with contextlib.suppress(StageGoneError), translated():
        return (await webhook.fetch_message(message_id, **thread_of(channel))).content
    return None
