"""Fork from here: the menu on a passage, and the form in which the fork gets its title."""

from collections.abc import Mapping
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import TroupeClient
from bot.services.forking import Wish
from bot.story.tale import MAX_TITLE
from cogs import places, render
from cogs.actor import Interaction, request_of
from cogs.ui.modals import Field, show_form


class ForksCog(commands.Cog):
    """Forks from a message."""

    def __init__(self, client: TroupeClient) -> None:
        self.client = client
        self.forking = client.services.forking
        menu = app_commands.ContextMenu(name="Fork from here", callback=self.fork_from)
        menu.guild_only = True
        client.tree.add_command(menu)
        client.routes.on("forkform:v1", self.fork_form)

    async def fork_from(self, interaction: Interaction, message: discord.Message) -> None:
        """Ask for a title, if the passage can be forked from."""
        places.to_fork(interaction)
        await self.forking.check(request_of(interaction), message.id)
        hint = "What this other way, and its thread, is called."
        field = Field("title", "Title", hint=hint, most=MAX_TITLE)
        await show_form(interaction, "Fork from here", f"forkform:v1:{message.id}", field)

    async def fork_form(
        self, interaction: Interaction, key: str, values: Mapping[str, Any]
    ) -> None:
        """The title was written."""
        under_id = places.to_fork(interaction)
        title = str(values.get("title", ""))
        wish = Wish(title, under_id, interaction.id, message_id=int(key))
        branch = await self.forking.fork(request_of(interaction), wish)
        await interaction.response.send_message(render.forking(branch.name), ephemeral=True)


async def setup(client: TroupeClient) -> None:
    """Load the cog."""
    await client.add_cog(ForksCog(client))
