"""Forms behind the buttons of a character's sheet, a form per group of fields."""

from collections.abc import Mapping
from typing import Any

from discord.ext import commands

from bot.client import TroupeClient
from bot.services.casting import MAX_FIELD
from bot.story.names import MAX_NAME
from cogs import render
from cogs.actor import Interaction, request_of
from cogs.ui.modals import Field, show_form


class SheetsCog(commands.Cog):
    """What is known of a character, changed by forms. Their buttons know it by its id."""

    def __init__(self, client: TroupeClient) -> None:
        self.client = client
        self.casting = client.services.casting
        client.routes.on("sheet:v1", self.sheet_button)
        client.routes.on("names:v1", self.names_button)
        client.routes.on("savesheet:v1", self.save_sheet)

    async def sheet_button(
        self, interaction: Interaction, key: str, values: Mapping[str, Any]
    ) -> None:
        """Show the form with the sheet's texts."""
        del values
        character = await self.casting.editable(request_of(interaction), int(key))
        card = await self.casting.show(request_of(interaction), character.id)
        sheet = character.sheet
        fields = [
            Field("description", "Who it is", sheet.description, most=MAX_FIELD, needed=False),
            Field("voice", "How it speaks", sheet.voice, most=MAX_FIELD, needed=False),
            Field("wants", "What it wants", sheet.wants, most=MAX_FIELD, needed=False),
            Field("fears", "What it fears", sheet.fears, most=MAX_FIELD, needed=False),
        ]
        if card.shows_secrets:
            hint = "Only you see this. It is never sent to the model."
            fields.append(
                Field("secrets", "Secrets", sheet.secrets, hint, most=MAX_FIELD, needed=False)
            )
        await show_form(interaction, character.name, f"savesheet:v1:{character.id}", *fields)

    async def names_button(
        self, interaction: Interaction, key: str, values: Mapping[str, Any]
    ) -> None:
        """Show the form with name, aliases and picture."""
        del values
        character = await self.casting.editable(request_of(interaction), int(key))
        aliases = ", ".join(character.aliases)
        kept = character.keepsake is not None
        avatar = "" if kept else character.sheet.avatar_url
        hint = "https://… takes the place of the upload" if kept else "https://…"
        await show_form(
            interaction,
            character.name,
            f"savesheet:v1:{character.id}",
            Field("name", "Name", character.name, most=MAX_NAME, long=False),
            Field(
                "aliases",
                "Also called",
                aliases,
                "with commas in between",
                most=500,
                long=False,
                needed=False,
            ),
            Field("avatar_url", "Picture", avatar, hint, most=500, long=False, needed=False),
        )

    async def save_sheet(
        self, interaction: Interaction, key: str, values: Mapping[str, Any]
    ) -> None:
        """A form was sent."""
        changes = {field: str(text) for field, text in values.items()}
        character = await self.casting.edit(request_of(interaction), int(key), changes)
        card = await self.casting.show(request_of(interaction), character.id)
        await interaction.response.send_message(render.character_card(card), ephemeral=True)


async def setup(client: TroupeClient) -> None:
    """Load the cog."""
    await client.add_cog(SheetsCog(client))
