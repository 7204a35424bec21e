"""/cast: add and edit characters, claim them, give them back, choose whom to speak as."""

from collections.abc import Mapping
from typing import Any

from discord import app_commands
from discord.ext import commands

from bot.client import TroupeClient
from bot.services.casting import MAX_FIELD
from bot.story.cast import Character
from bot.story.names import MAX_NAME
from cogs import choices, render
from cogs.actor import Interaction, request_of
from cogs.ui.controls import button, row_view
from cogs.ui.modals import Field, show_form
from cogs.ui.paging import send_page, turn_page

NAMES = app_commands.Range[str, 1, 200]


@app_commands.guild_only()
class CastCog(commands.GroupCog, group_name="cast", group_description="The story's characters."):
    """Characters and claims."""

    def __init__(self, client: TroupeClient) -> None:
        self.client = client
        self.casting = client.services.casting
        client.routes.on("sheet:v1", self.sheet_button)
        client.routes.on("names:v1", self.names_button)
        client.routes.on("savesheet:v1", self.save_sheet)
        client.routes.on("castpage:v1", self.page_button)

    async def _anybody(self, interaction: Interaction, typed: str) -> list[Any]:
        return await choices.characters(self.client, interaction, typed, choices.anybody)

    async def _free(self, interaction: Interaction, typed: str) -> list[Any]:
        return await choices.characters(self.client, interaction, typed, choices.free)

    async def _mine(self, interaction: Interaction, typed: str) -> list[Any]:
        return await choices.characters(self.client, interaction, typed, choices.mine)

    @app_commands.command(name="add")
    @app_commands.describe(name="The character's name", description="Who that is, in a sentence")
    async def add(
        self,
        interaction: Interaction,
        name: NAMES,
        description: app_commands.Range[str, 0, 1000] = "",
    ) -> None:
        """Add a character. The model voices it until somebody claims it."""
        character = await self.casting.add(request_of(interaction), name, description)
        about = f": {character.sheet.description}" if character.sheet.description else ""
        await interaction.response.send_message(
            f"**{render.name(character.name)}** joins the cast{about}"[:1_800]
        )

    @app_commands.command(name="edit")
    @app_commands.describe(name="Whom to edit")
    @app_commands.autocomplete(name=_anybody)
    async def edit(self, interaction: Interaction, name: NAMES) -> None:
        """Change a character's sheet, name, aliases or picture."""
        request = request_of(interaction)
        character = await self.casting.editable(request, name)
        card = await self.casting.show(request, character.name)
        view = row_view(
            button("Sheet", f"sheet:v1:{character.name}", emoji="📝"),
            button("Name and picture", f"names:v1:{character.name}", emoji="🏷️"),
        )
        await interaction.response.send_message(
            render.character_card(card), view=view, ephemeral=True
        )

    @app_commands.command(name="list")
    async def list_(self, interaction: Interaction) -> None:
        """Show who is in the story and who plays them."""
        pages = render.cast_list(await self.casting.cast_list(interaction.channel_id or 0))
        await send_page(interaction, pages, "cast")

    @app_commands.command(name="show")
    @app_commands.describe(name="Whom to show")
    @app_commands.autocomplete(name=_anybody)
    async def show(self, interaction: Interaction, name: NAMES) -> None:
        """Show a character's sheet."""
        card = await self.casting.show(request_of(interaction), name)
        await interaction.response.send_message(render.character_card(card), ephemeral=True)

    @app_commands.command(name="claim")
    @app_commands.describe(name="Whom you want to play")
    @app_commands.autocomplete(name=_free)
    async def claim(self, interaction: Interaction, name: NAMES) -> None:
        """Play a character. From now on only you write it."""
        character = await self.casting.claim(request_of(interaction), name)
        who = render.name(interaction.user.display_name)
        how = "Just type to speak." if self.client.reads_messages else "Speak with `/scene say`."
        await interaction.response.send_message(
            f"{who} plays **{render.name(character.name)}** from now on. {how}"
        )

    @app_commands.command(name="release")
    @app_commands.describe(name="Whom to give back")
    @app_commands.autocomplete(name=_mine)
    async def release(self, interaction: Interaction, name: NAMES) -> None:
        """Give a character back. The model may voice it again."""
        character = await self.casting.release(request_of(interaction), name)
        await interaction.response.send_message(
            f"**{render.name(character.name)}** is free again: `/cast claim`."
        )

    @app_commands.command(name="play")
    @app_commands.describe(name="As whom you speak from now on")
    @app_commands.autocomplete(name=_mine)
    async def play(self, interaction: Interaction, name: NAMES) -> None:
        """Choose which of your characters you speak as."""
        character = await self.casting.play(request_of(interaction), name)
        await interaction.response.send_message(
            f"You speak as **{render.name(character.name)}** now. "
            "`Name: text` speaks as another of yours.",
            ephemeral=True,
        )

    # --- forms and pages -----------------------------------------------------------------------

    async def sheet_button(
        self, interaction: Interaction, key: str, values: Mapping[str, Any]
    ) -> None:
        """Show the form with the sheet's texts."""
        del values
        character = await self.casting.editable(request_of(interaction), key)
        card = await self.casting.show(request_of(interaction), character.name)
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
        await show_form(interaction, character.name, f"savesheet:v1:{character.name}", *fields)

    async def names_button(
        self, interaction: Interaction, key: str, values: Mapping[str, Any]
    ) -> None:
        """Show the form with name, aliases and picture."""
        del values
        character = await self.casting.editable(request_of(interaction), key)
        aliases = ", ".join(character.aliases)
        avatar = character.sheet.avatar_url
        await show_form(
            interaction,
            character.name,
            f"savesheet:v1:{character.name}",
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
            Field("avatar_url", "Picture", avatar, "https://…", most=500, long=False, needed=False),
        )

    async def save_sheet(
        self, interaction: Interaction, key: str, values: Mapping[str, Any]
    ) -> None:
        """A form was sent."""
        changes = {field: str(text) for field, text in values.items()}
        character: Character = await self.casting.edit(request_of(interaction), key, changes)
        card = await self.casting.show(request_of(interaction), character.name)
        await interaction.response.send_message(render.character_card(card), ephemeral=True)

    async def page_button(
        self, interaction: Interaction, key: str, values: Mapping[str, Any]
    ) -> None:
        """Another page of the cast."""
        del values
        pages = render.cast_list(await self.casting.cast_list(interaction.channel_id or 0))
        await turn_page(interaction, pages, "cast", key)


async def setup(client: TroupeClient) -> None:
    """Load the cog."""
    await client.add_cog(CastCog(client))
