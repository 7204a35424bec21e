"""Answers: one function for every failure, and how to tell somebody what cannot be ephemeral."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
import discord
import structlog
from discord import app_commands

from bot.story.errors import StorageError, StoryError
from cogs.actor import Interaction

_log = structlog.get_logger(__name__)

SORRY = (
    "Something went wrong on our side. What you asked for may be done all the same: please look "
    "before you try again."
)
UNSURE = (
    "Discord and I lost each other for a moment, so I cannot say whether this was done. "
    "Look before you do it again."
)
KEPT = "What you wrote is in the file, so that you need not write it again."
NO_DMS_HERE = "This works in a channel of a server, not in a direct message."
NOTE_SECONDS = 20
"""How long a note stays in the channel when a direct message cannot be sent."""


def sentence_for(error: BaseException) -> str:
    """What the writer reads for a failure."""
    cause: BaseException = error
    while isinstance(cause, app_commands.CommandInvokeError):
        cause = cause.original
    match cause:
        case StoryError():
            return str(cause)
        case app_commands.NoPrivateMessage():
            return NO_DMS_HERE
        case app_commands.TransformerError():
            return "That value cannot be read. Choose one from the list."
        case discord.HTTPException() | aiohttp.ClientError() | OSError() | TimeoutError():
            # Mostly an answer that did not come through: what it tells of may have been done.
            return UNSURE
        case _:
            return SORRY


def log_failure(error: BaseException, **ids: object) -> None:
    """One record of a failure, with ids and without story text."""
    cause: BaseException = error
    while isinstance(cause, app_commands.CommandInvokeError):
        cause = cause.original
    if isinstance(cause, StorageError):
        _log.error("storage failed", error=type(cause).__name__, **ids)
    elif isinstance(cause, StoryError):
        _log.info("refused", error=type(cause).__name__, **ids)
    else:
        _log.error("failed", error=type(cause).__name__, exc_info=cause, **ids)


async def answer(interaction: Interaction, text: str, **extra: Any) -> None:  # noqa: ANN401 - passed on to discord.py
    """Answer so that only the asker sees it, whether or not an answer was begun before."""
    if interaction.response.is_done():
        await interaction.followup.send(text, ephemeral=True, **extra)
    else:
        await interaction.response.send_message(text, ephemeral=True, **extra)


async def answer_failure(interaction: Interaction, error: BaseException, written: str = "") -> None:
    """Turn any failure into one ephemeral sentence and one log record.

    Args:
        interaction: what failed.
        error: why.
        written: text that the writer would lose with it; they get it back as a file.
    """
    log_failure(
        error,
        command=interaction.command.qualified_name if interaction.command else None,
        control=_control(interaction),
        channel_id=interaction.channel_id,
        guild_id=interaction.guild_id,
        interaction_id=interaction.id,
    )
    sentence = sentence_for(error)
    try:
        if written:
            file = discord.File(io.BytesIO(written.encode()), "your-text.txt")
            await answer(interaction, f"{sentence} {KEPT}", file=file)
        else:
            await answer(interaction, sentence)
    except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as failed:
        # The token died, or the channel or the connection is gone: nobody can read it.
        code = getattr(failed, "code", None)
        _log.warning("answer not delivered", code=code, interaction_id=interaction.id)


def _control(interaction: Interaction) -> str | None:
    """The kind of the control that was used, such as "vote:v1"; its key may hold a name."""
    data: Mapping[str, Any] = dict(interaction.data or {})
    custom_id = data.get("custom_id")
    return ":".join(str(custom_id).split(":", 2)[:2]) if custom_id else None


async def tell(
    user: discord.User | discord.Member,
    channel: discord.abc.Messageable,
    text: str,
    view: discord.ui.View | None = None,
    note: discord.ui.View | None = None,
) -> None:
    """Tell somebody something about what they typed: by DM, else by a note that goes away.

    Args:
        user: whom to tell.
        channel: where they typed.
        text: what to say in the DM.
        view: buttons for the DM.
        note: buttons for the note in the channel, which holds no story text and pings nobody.
    """
    try:
        if view:
            await user.send(text, view=view)
        else:
            await user.send(text)
    except discord.HTTPException:
        await _note(user, channel, note)


async def _note(
    user: discord.abc.User, channel: discord.abc.Messageable, note: discord.ui.View | None
) -> None:
    name = discord.utils.escape_markdown(user.display_name)
    text = f"A note for **{name}**, whom I cannot reach by direct message."
    try:
        if note:
            await channel.send(text, view=note, delete_after=NOTE_SECONDS)
        else:
            await channel.send(text, delete_after=NOTE_SECONDS)
    except discord.HTTPException as failed:
        _log.warning("note not delivered", code=failed.code)


async def react(message: discord.Message | discord.PartialMessage, emoji: str) -> None:
    """Put a reaction on a message, if it is still there and the bot may."""
    with contextlib.suppress(discord.HTTPException):
        await message.add_reaction(emoji)


class Locks:
    """A lock per key; gone when nobody holds or awaits it. First come, first served."""

    def __init__(self) -> None:
        self._locks: dict[int, tuple[asyncio.Lock, int]] = {}

    @contextlib.asynccontextmanager
    async def hold(self, key: int) -> AsyncIterator[None]:
        """Hold the lock of a key."""
        lock, users = self._locks.get(key, (asyncio.Lock(), 0))
        self._locks[key] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks[key]
            if users == 1:
                del self._locks[key]
            else:
                self._locks[key] = (lock, users - 1)
