"""The front door: routes presses, answers every failed command, and hears servers come back."""

from typing import cast

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import TroupeClient
from bot.story.errors import StoryError
from cogs.actor import Interaction, request_of
from cogs.delivery import deliver_patiently
from cogs.patience import be_patient
from cogs.replies import answer_failure, log_failure
from cogs.ui.controls import route


class Front(commands.Cog):
    """One guard for all commands, one route for all controls."""

    def __init__(self, client: TroupeClient) -> None:
        self.client = client
        client.tree.error(self.on_tree_error)
        client.before_command = self.before_command

    async def before_command(self, interaction: discord.Interaction[TroupeClient]) -> None:
        """Let every command be answered in time."""
        asked = cast("Interaction", interaction)
        be_patient(asked)
        if interaction.type is not discord.InteractionType.autocomplete:
            await self._note(asked)

    async def _note(self, interaction: Interaction) -> None:
        """Take note of who acts; if that fails, what they want is done all the same."""
        if interaction.guild_id is None:
            return
        request = request_of(interaction)
        try:
            await self.client.services.departures.before(request, interaction.guild_id)
        except StoryError as error:
            log_failure(error, guild_id=interaction.guild_id)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """A press of something."""
        await route(interaction, self.client.routes, self.client.once, self._note)

    async def on_tree_error(
        self,
        interaction: discord.Interaction[discord.Client],
        error: app_commands.AppCommandError,
    ) -> None:
        """A command failed."""
        if interaction.type is discord.InteractionType.autocomplete:
            # Nobody reads an answer here; an empty list says enough.
            if not interaction.response.is_done():
                await interaction.response.autocomplete([])
            return
        await answer_failure(interaction, error)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """A server invited the bot, maybe anew: what it could not post there can be posted."""
        await self._wake(guild.id)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A server is back after an outage of Discord's."""
        await self._wake(guild.id)

    async def _wake(self, guild_id: int) -> None:
        try:
            await self.client.services.outbox.wake(guild_id)
        except StoryError as error:
            log_failure(error, guild_id=guild_id)


async def setup(client: TroupeClient) -> None:
    """Load the cog."""
    deliver_patiently()
    await client.add_cog(Front(client))
