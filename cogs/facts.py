"""Buttons under facts in question: keep, reword, let go."""

from collections.abc import Mapping
from typing import Any

from discord.ext import commands

from bot.client import TroupeClient
from bot.story.canon import MAX_FACT
from cogs import render
from cogs.actor import Interaction, request_of
from cogs.ui.modals import Field, show_form


def _fact_id(key: str) -> int:
    return int(key.partition(":")[0])


class FactsCog(commands.Cog):
    """People decide on facts that were disputed or proposed."""

    def __init__(self, client: TroupeClient) -> None:
        self.client = client
        self.reviewing = client.services.reviewing
        self.proposing = client.services.proposing
        client.routes.on("factkeep:v1", self.keep)
        client.routes.on("factdrop:v1", self.drop)
        client.routes.on("factreword:v1", self.reword)
        client.routes.on("factform:v1", self.reworded)

        client.routes.on("reread:v1", self.reread)

    async def reread(self, interaction: Interaction, key: str, values: Mapping[str, Any]) -> None:
        """Ask once more for proposals of which nothing came."""
        del key, values
        proposal = await self.proposing.ask(request_of(interaction))
        await interaction.response.send_message(render.reading(proposal), ephemeral=True)

    async def keep(self, interaction: Interaction, key: str, values: Mapping[str, Any]) -> None:
        """The fact is true."""
        del values
        fact = await self.reviewing.keep(request_of(interaction), _fact_id(key))
        await interaction.response.send_message(
            f"Fact {fact.number} is canon: the model keeps to it from now on.", ephemeral=True
        )

    async def drop(self, interaction: Interaction, key: str, values: Mapping[str, Any]) -> None:
        """The fact is not true, or no longer."""
        del values
        fact = await self.reviewing.drop(request_of(interaction), _fact_id(key))
        await interaction.response.send_message(
            f"Fact {fact.number} is let go. `/canon show` still tells of it.", ephemeral=True
        )

    async def reword(self, interaction: Interaction, key: str, values: Mapping[str, Any]) -> None:
        """Show the form with the fact's words."""
        del values
        words = await self.reviewing.wording(request_of(interaction), _fact_id(key))
        field = Field("fact", "What is true?", words, "One thing that is true.", most=MAX_FACT)
        await show_form(interaction, "In other words", f"factform:v1:{_fact_id(key)}", field)

    async def reworded(self, interaction: Interaction, key: str, values: Mapping[str, Any]) -> None:
        """The fact was written anew."""
        text = str(values.get("fact", ""))
        fact = await self.reviewing.reword(request_of(interaction), _fact_id(key), text)
        await interaction.response.send_message(f"📜 {render.fact_line(fact)}", ephemeral=True)


async def setup(client: TroupeClient) -> None:
    """Load the cog."""
    await client.add_cog(FactsCog(client))
