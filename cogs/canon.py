"""/canon: what is true in the story. Only people decide that."""

from collections.abc import Mapping
from typing import Any

from discord import app_commands
from discord.ext import commands

from bot.client import TroupeClient
from cogs import choices, render
from cogs.actor import Interaction, request_of
from cogs.ui.paging import send_page, turn_page


@app_commands.guild_only()
class CanonCog(
    commands.GroupCog, group_name="canon", group_description="What is true in this story."
):
    """Facts."""

    def __init__(self, client: TroupeClient) -> None:
        self.client = client
        self.canon = client.services.canon
        client.routes.on("canonpage:v1", self.page_button)

    async def _facts(self, interaction: Interaction, typed: str) -> list[Any]:
        return await choices.facts(self.client, interaction, typed)

    async def _anybody(self, interaction: Interaction, typed: str) -> list[Any]:
        return await choices.characters(self.client, interaction, typed, choices.anybody)

    @app_commands.command(name="add")
    @app_commands.describe(
        fact="One thing that is true in this story", about="Whom or what it is about"
    )
    @app_commands.autocomplete(about=_anybody)
    async def add(
        self,
        interaction: Interaction,
        fact: app_commands.Range[str, 1, 500],
        about: app_commands.Range[str, 0, 100] = "",
    ) -> None:
        """Add a fact. The model keeps to it from now on."""
        added = await self.canon.add(request_of(interaction), fact, about)
        await interaction.response.send_message(f"📜 {render.fact_line(added)}")

    @app_commands.command(name="list")
    async def list_(self, interaction: Interaction) -> None:
        """Show what is true."""
        await send_page(interaction, await self._pages(interaction), "canon")

    async def _pages(self, interaction: Interaction) -> list[str]:
        facts = await self.canon.facts(interaction.channel_id or 0)
        lines = [render.fact_line(fact) for fact in facts]
        return render.pages(lines or ["Nothing is settled yet. `/canon add` adds a fact."])

    async def page_button(
        self, interaction: Interaction, key: str, values: Mapping[str, Any]
    ) -> None:
        """Another page of the facts."""
        del values
        pages = await self._pages(interaction)
        await turn_page(interaction, pages, "canon", key)

    @app_commands.command(name="show")
    @app_commands.describe(fact="Which fact")
    @app_commands.autocomplete(fact=_facts)
    async def show(self, interaction: Interaction, fact: int) -> None:
        """Show a fact with where it came from."""
        card = await self.canon.show(interaction.channel_id or 0, fact)
        text = render.fact_card(card, interaction.guild_id or 0)
        await interaction.response.send_message(text, ephemeral=True)

    @app_commands.command(name="retire")
    @app_commands.describe(fact="Which fact")
    @app_commands.autocomplete(fact=_facts)
    async def retire(self, interaction: Interaction, fact: int) -> None:
        """Let a fact hold no longer. It stays readable."""
        retired = await self.canon.retire(request_of(interaction), fact)
        await interaction.response.send_message(
            f"📜 ~~{render.fact_line(retired)}~~ no longer holds."
        )


async def setup(client: TroupeClient) -> None:
    """Load the cog."""
    await client.add_cog(CanonCog(client))
