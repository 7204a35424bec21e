"""Files that go with a post: fetched from where they were typed, to be posted again."""

import io
from dataclasses import replace

import aiohttp
import discord
import structlog

from bot.ports import StageForbiddenError, StageGoneError, StageLaterError, StageUnsureError
from bot.story.posts import Post
from bot.story.turn import Attachment
from cogs.ui.translating import WAIT_SECONDS, translated
from cogs.ui.webhooks import Place

_log = structlog.get_logger(__name__)

MAX_FILE = 10 * 1024 * 1024
"""Bytes of a file that is posted again.

Source: https://discord.com/developers/docs/reference#uploading-files
"""


class Files:
    """Fetches what was attached."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def of(self, channel: Place, post: Post) -> list[discord.File]:
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


async def _addresses(channel: Place, message_id: int) -> dict[str, str]:
    """Addresses of a message's files by their names; none if it cannot be read."""
    try:
        with translated():
            message = await channel.fetch_message(message_id)
    except (StageGoneError, StageForbiddenError):
        return {}
    except StageUnsureError as error:
        # Nothing was sent yet.
        raise StageLaterError("an attachment cannot be looked for", WAIT_SECONDS) from error
    return {file.filename: file.url for file in message.attachments}
