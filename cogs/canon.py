"""/canon: what is true in the story, and what is in question. Only people decide that."""

from collections.abc import Mapping
from typing import Any

from discord import app_commands
from discord.ext import commands

from bot.client import TroupeClient
from bot.services.reviewing import IN_QUESTION
from bot.story.canon import FactState
from cogs import choices, places, render
from cogs.actor import Interaction, request_of
from cogs.ui.controls import row_view
from cogs.ui.fact_cards import decisions
from cogs.ui.paging import about_of, send_page, turn_page

SETTLED = frozenset({FactState.CANON})
NOTHING = "Nothing is settled yet. `/canon add` adds a fact."
MAX_KEY = 60
"""Characters of a filter that a page's button can carry."""


@app_commands.guild_only()
class CanonCog(
    commands.GroupCog, group_name="canon", group_description="What is true in this story."
):
    """Facts."""

    def __init__(self, client: TroupeClient) -> None:
        self.client = client
        self.canon = client.services.canon
        self.reviewing = client.services.reviewing
        self.proposing = client.services.proposing
        client.routes.on("canonpage:v1", self.page_button)

    async def _settled(self, interaction: Interaction, typed: str) -> list[Any]:
        return await choices.facts(self.client, interaction, typed, SETTLED)

    async def _subjects(self, interaction: Interaction, typed: str) -> list[Any]:
        return await choices.subjects(self.client, interaction, typed)

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
    @app_commands.describe(about="Only what is true about this")
    @app_commands.autocomplete(about=_subjects)
    async def list_(
        self, interaction: Interaction, about: app_commands.Range[str, 0, 100] = ""
    ) -> None:
        """Show what is true."""
        key = about[:MAX_KEY]
        await send_page(interaction, await self._pages(interaction, key), "canon", key)

    async def _pages(self, interaction: Interaction, about: str) -> list[str]:
        reader = await places.reader_of(self.client, interaction)
        listed = await self.canon.listed(interaction.channel_id or 0, about, reader)
        lines = [
            render.fact_line(fact, listed.names, here=fact.id in listed.here)
            for fact in listed.facts
        ]
        if not about:
            found = await self.proposing.waiting(interaction.channel_id or 0)
            lines += [
                render.waiting(one, interaction.guild_id or 0)
                for one in found
                if one.channel_id in reader.sees
            ]
        nothing = f"Nothing is settled about {render.name(about)}." if about else NOTHING
        return render.pages(lines or [nothing])

    async def page_button(
        self, interaction: Interaction, key: str, values: Mapping[str, Any]
    ) -> None:
        """Another page of the facts."""
        del values
        pages = await self._pages(interaction, about_of(key))
        await turn_page(interaction, pages, "canon", key)

    @app_commands.command(name="show")
    @app_commands.describe(fact="Which fact")
    @app_commands.autocomplete(fact=_facts)
    async def show(self, interaction: Interaction, fact: int) -> None:
        """Show a fact with where it came from."""
        reader = await places.reader_of(self.client, interaction)
        card = await self.canon.show(interaction.channel_id or 0, fact, reader)
        sees = await places.readable(interaction, [card.channel_id])
        text = render.fact_card(card, interaction.guild_id or 0, cites=bool(sees))
        if card.fact.state in IN_QUESTION:
            view = row_view(*decisions(card.fact))
            await interaction.response.send_message(text, view=view, ephemeral=True)
        else:
            await interaction.response.send_message(text, ephemeral=True)

    @app_commands.command(name="retire")
    @app_commands.describe(fact="Which fact")
    @app_commands.autocomplete(fact=_facts)
    async def retire(self, interaction: Interaction, fact: int) -> None:
        """Let a fact hold no longer. It stays readable."""
        reader = await places.reader_of(self.client, interaction)
        retired = await self.canon.retire(request_of(interaction), fact, reader)
        await interaction.response.send_message(
            f"📜 ~~{render.fact_line(retired)}~~ no longer holds."
        )

    @app_commands.command(name="dispute")
    @app_commands.describe(fact="Which fact", why="What speaks against it")
    @app_commands.autocomplete(fact=_settled)
    async def dispute(
        self, interaction: Interaction, fact: int, why: app_commands.Range[str, 0, 300] = ""
    ) -> None:
        """Put a fact in question. The model is not told it until people decided."""
        disputed = await self.reviewing.dispute(request_of(interaction), fact, why)
        await interaction.response.send_message(
            f"Fact {disputed.number} is in question now; its card asks everybody.", ephemeral=True
        )

    @app_commands.command(name="propose")
    async def propose(self, interaction: Interaction) -> None:
        """Have the model propose facts from what was said lately. People accept or reject each."""
        await interaction.response.send_message(
            render.reading(await self.proposing.ask(request_of(interaction))), ephemeral=True
        )


async def setup(client: TroupeClient) -> None:
    """Load the cog."""
    await client.add_cog(CanonCog(client))
