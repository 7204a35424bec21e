"""Notes of which only the newest counts, such as what one votes for: an older one goes."""

import contextlib

import aiohttp
import discord

from cogs.actor import Interaction

REMEMBERED = 1_000
"""Notes that can be taken away; an interaction can be used for 15 minutes.

Source: https://discord.com/developers/docs/interactions/receiving-and-responding
"""


class NewestNotes:
    """Answers that only the asker sees, one for each asker and subject."""

    def __init__(self) -> None:
        self._standing: dict[tuple[int, int], Interaction] = {}

    async def tell(self, interaction: Interaction, subject: int, text: str) -> None:
        """Answer, and take away what the same person was told of the same subject before.

        Args:
            interaction: whose asker is told.
            subject: an id of what it is about.
            text: all that is to be known of it now.
        """
        await interaction.response.send_message(text, ephemeral=True)
        key = (interaction.user.id, subject)
        before = self._standing.pop(key, None)
        # An answer that was on its way for long may come after that to a later press.
        older, newest = sorted((before or interaction, interaction), key=lambda one: one.id)
        self._standing[key] = newest
        if len(self._standing) > REMEMBERED:
            del self._standing[next(iter(self._standing))]
        if older is not newest:
            await _take_away(older)


async def _take_away(interaction: Interaction) -> None:
    """Delete an answer; whether it goes or not, a newer one says all."""
    if not interaction.is_expired():
        with contextlib.suppress(discord.HTTPException, aiohttp.ClientError, OSError):
            await interaction.delete_original_response()
