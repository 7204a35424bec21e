"""Look whether an unsure post stands among a channel's messages."""

from collections.abc import Sequence

import discord

from bot.ports import StageBlindError, StageForbiddenError
from bot.story.posts import Manner, Post, PostKind
from cogs.ui.drawing import Drawings, plain
from cogs.ui.translating import translated
from cogs.ui.webhooks import Place, Webhooks, said

LOOK_BACK = 300
"""Messages after the noted one among which an unsure post is looked for, at most."""


class Lookout:
    """Knows our posts again."""

    def __init__(self, client: discord.Client, webhooks: Webhooks, drawings: Drawings) -> None:
        self._client = client
        self._webhooks = webhooks
        self._drawings = drawings

    async def find(self, channel: Place, post: Post) -> Sequence[int]:
        """Ids of messages after ``post.after_id`` that look like this post, oldest first.

        Raises:
            StageBlindError: they cannot be read.
        """
        after = discord.Object(post.after_id or 0)
        try:
            with translated():
                newer = channel.history(after=after, limit=LOOK_BACK, oldest_first=True)
                return [m.id async for m in newer if await self._looks_like(channel, m, post)]
        except StageForbiddenError as error:
            raise StageBlindError(str(error)) from None

    async def _looks_like(self, channel: Place, message: discord.Message, post: Post) -> bool:
        if post.manner is not Manner.WEBHOOK or post.kind is not PostKind.TURN:
            mine = self._client.user is not None and message.author.id == self._client.user.id
            return mine and self._drawings.looks_like(message, post, plain(post))
        if message.webhook_id is None or message.author.name != post.name:
            return False
        try:
            webhook = await self._webhooks.of(channel)
        except StageForbiddenError:
            return False
        if message.webhook_id != webhook.id:
            return False
        content: str | None = message.content
        if not content and not self._client.intents.message_content:
            # Without the intent even our own webhook's messages come blank; its token reads them.
            content = await said(webhook, channel, message.id)
        return content is not None and content.strip() == post.text.strip()
