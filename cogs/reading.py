"""A Discord message as the story reads it."""

import discord

from bot.services.take_turn import Message
from bot.story.turn import Attachment
from bot.story.typed import MAX_TURN_BYTES, excerpt
from cogs.permissions import may_proxy

LONG_TEXT = "message.txt"
"""The name under which Discord's own app sends a text that is too long for a message."""
MAX_FILE = 10 * 1024 * 1024
"""Bytes of a file that is posted again."""
_TURNS = frozenset({discord.MessageType.default, discord.MessageType.reply})


def is_typed(message: discord.Message) -> bool:
    """Whether a message was typed by a person in a server."""
    return (
        message.guild is not None
        and not message.author.bot
        and message.webhook_id is None
        and message.type in _TURNS
    )


async def as_typed(message: discord.Message) -> Message:
    """A Discord message as the story reads it.

    A file called message.txt is the text itself, up to 64 KB. What cannot be posted again (a
    sticker, a file over 10 MiB) keeps the message where it is.
    """
    text = message.content
    files = list(message.attachments)
    long = next((f for f in files if f.filename == LONG_TEXT), None)
    too_long = False
    if long is not None and not text:
        files.remove(long)
        too_long = long.size > MAX_TURN_BYTES
        text = "" if too_long else (await long.read()).decode("utf-8", "replace")
    too_big = any(file.size > MAX_FILE for file in files)
    return Message(
        message_id=message.id,
        text=text,
        attachments=tuple(Attachment(f.filename, f.url, f.size) for f in files),
        link_line=_link_line(message),
        too_long=too_long,
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
