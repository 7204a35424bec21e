"""The front door: routes presses of durable controls, and answers every failed command."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import TroupeClient
from cogs.actor import Interaction
from cogs.replies import answer_failure
from cogs.ui.controls import route


class Front(commands.Cog):
    """One guard for all commands, one route for all controls."""

    def __init__(self, client: TroupeClient) -> None:
        self.client = client
        client.tree.error(self.on_tree_error)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """A press of something."""
        await route(interaction, self.client.routes)

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


async def setup(client: TroupeClient) -> None:
    """Load the cog."""
    await client.add_cog(Front(client))
