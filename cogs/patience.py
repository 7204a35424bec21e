"""Answers in time: after a moment Discord is told by itself that one is on its way."""

import asyncio
from typing import Any

import aiohttp
import discord
import structlog
from typing_extensions import override

from cogs.actor import Interaction

_log = structlog.get_logger(__name__)

PATIENCE = 1.5
"""Seconds until "thinking" is shown. Discord lets go of what was not answered after three."""
FORM_LATE = (
    "That took me too long, so the form cannot be shown any more. Nothing is lost: please do the "
    "same once more."
)


class PatientResponse(discord.InteractionResponse[discord.Client]):
    """A response that says by itself that it is coming, if nobody has answered in time.

    Whoever answers need not know: an answer that comes after that takes the place of what was
    said. Only a form cannot; then its asker is told so.
    """

    def __init__(self, interaction: Interaction) -> None:
        super().__init__(interaction)
        self._asked = interaction
        self._answering = asyncio.Lock()
        self._late = False
        self._thinking: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(PATIENCE, self._think)

    def _think(self) -> None:
        if not self.is_done() and not self._answering.locked():
            self._thinking = asyncio.create_task(self._say_thinking())

    async def _say_thinking(self) -> None:
        async with self._answering:
            if self.is_done():
                return
            try:
                await super().defer(ephemeral=True, thinking=True)
            except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
                _log.warning("answer not announced", code=getattr(error, "code", None))
            else:
                self._late = True

    @override
    async def send_message(self, content: Any = None, **extra: Any) -> Any:
        """Answer with a message; if late, it is returned."""
        async with self._answering:
            self._timer.cancel()
            if not self._late:
                return await super().send_message(content, **extra)
        ephemeral = extra.pop("ephemeral", False)
        if not ephemeral:
            # What everybody shall see cannot take the place of what one person sees.
            await self._asked.delete_original_response()
        text = {} if content is None else {"content": content}
        # Only a first answer can be told when to go.
        seconds = extra.pop("delete_after", None)
        sent = await self._asked.followup.send(**text, ephemeral=ephemeral, wait=True, **extra)
        if seconds is not None:
            await sent.delete(delay=seconds)
        return sent

    @override
    async def edit_message(self, **changes: Any) -> Any:
        """Answer by changing the message whose control was used.

        If late, what everybody sees is changed all the same; in place of what one person sees they
        get another like it.
        """
        async with self._answering:
            self._timer.cancel()
            if not self._late:
                return await super().edit_message(**changes)
        used = self._asked.message
        if used and not used.flags.ephemeral:
            await used.edit(**changes)
            await self._asked.delete_original_response()
            return None
        shown = {key: value for key, value in changes.items() if value is not None}
        await self._asked.followup.send(**shown, ephemeral=True)
        return None

    @override
    async def send_modal(self, modal: discord.ui.Modal, /) -> Any:
        """Answer with a form."""
        async with self._answering:
            self._timer.cancel()
            if not self._late:
                return await super().send_modal(modal)
        await self._asked.followup.send(FORM_LATE, ephemeral=True)
        return None

    @override
    async def defer(self, **how: Any) -> Any:
        """Say that an answer is on its way; once is enough."""
        async with self._answering:
            self._timer.cancel()
            return None if self._late else await super().defer(**how)


def be_patient(interaction: Interaction) -> None:
    """Have an interaction answered in time, whatever its answer waits for."""
    if interaction.type is not discord.InteractionType.autocomplete:
        # discord.py makes the response where it is first asked for, and keeps it here.
        setattr(interaction, "_cs_response", PatientResponse(interaction))  # noqa: B010 - its own slot


async def say_to_all(interaction: Interaction, text: str, file: discord.File) -> discord.Message:
    """Answer with a message that everybody sees, and get it, however late it comes."""
    sent: object = await interaction.response.send_message(text, file=file)
    return sent if isinstance(sent, discord.Message) else await interaction.original_response()
