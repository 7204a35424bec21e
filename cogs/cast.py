"""/cast: add characters, claim them, give them back, pass them on, choose whom to speak as."""

from collections.abc import Mapping
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import TroupeClient
from bot.services.common import Request
from bot.services.parting import OVER, Receiver
from bot.story.errors import ConflictError
from cogs import choices, render
from cogs.actor import Interaction, actor_of, request_of
from cogs.ui.controls import button, row_view
from cogs.ui.paging import mend_page, send_page, turn_page
from cogs.uploads import answer_with_picture, read_picture

NAMES = app_commands.Range[str, 1, 200]


@app_commands.guild_only()
class CastCog(commands.GroupCog, group_name="cast", group_description="The story's characters."):
    """Characters and claims."""

    def __init__(self, client: TroupeClient) -> None:
        self.client = client
        self.casting = client.services.casting
        self.parting = client.services.parting
        self.departures = client.services.departures
        self.pictures = client.services.pictures
        client.routes.on("accept:v1", self.accept_button)
        client.routes.on("decline:v1", self.decline_button)
        client.routes.on("takesecrets:v1", self.secrets_button)
        client.routes.on("castpage:v1", self.page_button)

    async def _anybody(self, interaction: Interaction, typed: str) -> list[Any]:
        return await choices.characters(self.client, interaction, typed, choices.anybody)

    async def _free(self, interaction: Interaction, typed: str) -> list[Any]:
        return await choices.characters(self.client, interaction, typed, choices.free)

    async def _mine(self, interaction: Interaction, typed: str) -> list[Any]:
        return await choices.characters(self.client, interaction, typed, choices.mine)

    async def _held(self, interaction: Interaction, typed: str) -> list[Any]:
        return await choices.characters(self.client, interaction, typed, choices.held)

    async def _releasable(self, interaction: Interaction, typed: str) -> list[Any]:
        return await choices.characters(self.client, interaction, typed, choices.releasable)

    async def _looked(self, interaction: Interaction, name: str) -> Request:
        """Who asks, once it was looked whether the holder of a character is still here."""
        request = request_of(interaction)
        await self.departures.holder(request, interaction.guild_id or 0, name)
        return request

    @app_commands.command(name="add")
    @app_commands.describe(
        name="The character's name",
        description="Who that is, in a sentence",
        avatar="A picture, which stands beside what the character says",
    )
    async def add(
        self,
        interaction: Interaction,
        name: NAMES,
        description: app_commands.Range[str, 0, 1000] = "",
        avatar: discord.Attachment | None = None,
    ) -> None:
        """Add a character. The model voices it until somebody claims it."""
        picture = await read_picture(avatar) if avatar else None
        added = await self.casting.add(request_of(interaction), name, description)
        character = added.character
        about = f": {character.sheet.description}" if character.sheet.description else ""
        how = "is back in the cast" if added.back else "joins the cast"
        text = f"**{render.name(character.name)}** {how}{about}"[:1_800]
        text += "\n-# Nobody plays them yet: `/cast claim`"
        if picture:
            await answer_with_picture(interaction, self.pictures, character, text, picture)
        else:
            await interaction.response.send_message(text)

    @app_commands.command(name="edit")
    @app_commands.describe(name="Whom to edit", avatar="A new picture, instead of the sheet")
    @app_commands.autocomplete(name=_anybody)
    async def edit(
        self, interaction: Interaction, name: NAMES, avatar: discord.Attachment | None = None
    ) -> None:
        """Change a character's sheet, name, aliases or picture."""
        request = request_of(interaction)
        character = await self.casting.editable(request, name)
        if avatar:
            text = f"**{render.name(character.name)}** has a new picture."
            picture = await read_picture(avatar)
            await answer_with_picture(interaction, self.pictures, character, text, picture)
            return
        card = await self.casting.show(request, character.id)
        view = row_view(
            button("Sheet", f"sheet:v1:{character.id}", emoji="📝"),
            button("Name and picture", f"names:v1:{character.id}", emoji="🏷️"),
        )
        await interaction.response.send_message(
            render.character_card(card), view=view, ephemeral=True
        )

    @app_commands.command(name="list")
    async def list_(self, interaction: Interaction) -> None:
        """Show who is in the story and who plays them."""
        channel_id, guild_id = interaction.channel_id or 0, interaction.guild_id or 0
        listed = await self.casting.cast_list(channel_id)
        await send_page(interaction, render.cast_list(listed), "cast")
        # Whether they are all still here is asked of Discord, which nobody should wait for.
        holders = [claim.writer_id for claim in listed.company.claims.values()]
        if await self.departures.look(guild_id, holders):
            pages = render.cast_list(await self.casting.cast_list(channel_id))
            await mend_page(interaction, pages, "cast")

    @app_commands.command(name="show")
    @app_commands.describe(name="Whom to show")
    @app_commands.autocomplete(name=_anybody)
    async def show(self, interaction: Interaction, name: NAMES) -> None:
        """Show a character's sheet."""
        card = await self.casting.show(await self._looked(interaction, name), name)
        await interaction.response.send_message(render.character_card(card), ephemeral=True)

    @app_commands.command(name="claim")
    @app_commands.describe(name="Whom you want to play")
    @app_commands.autocomplete(name=_free)
    async def claim(self, interaction: Interaction, name: NAMES) -> None:
        """Play a character. From now on only you write it."""
        claimed = await self.casting.claim(await self._looked(interaction, name), name)
        how = "Just type to speak." if self.client.reads_messages else "Speak with `/scene say`."
        await interaction.response.send_message(
            render.claimed(claimed, interaction.user.display_name, how)
        )

    @app_commands.command(name="release")
    @app_commands.describe(name="Whom to give back")
    @app_commands.autocomplete(name=_releasable)
    async def release(self, interaction: Interaction, name: NAMES) -> None:
        """Give a character back. The model may voice it again."""
        released = await self.casting.release(await self._looked(interaction, name), name)
        character = released.character
        shown = render.name(character.name)
        told = render.released(released, interaction.user.display_name)
        await interaction.response.send_message(told)
        if released.leaves_secrets:
            key = f"takesecrets:v1:{character.id}:{released.claim_id}"
            await interaction.followup.send(
                f"Its secrets go to whoever plays **{shown}** next.",
                view=row_view(button("Take my secrets along", key, emoji="🤫")),
                ephemeral=True,
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

    @app_commands.command(name="handover")
    @app_commands.describe(name="Whom to pass on", member="Who shall play them from now on")
    @app_commands.autocomplete(name=_held)
    async def handover(
        self, interaction: Interaction, name: NAMES, member: discord.Member | discord.User
    ) -> None:
        """Offer a character to another writer. Until they accept, nothing changes."""
        request = await self._looked(interaction, name)
        receiver = Receiver(
            member.id,
            actor_of(member).name,
            is_member=isinstance(member, discord.Member),
            is_bot=member.bot,
        )
        offer = await self.parting.offer(request, name, receiver)
        key = f"{offer.claim_id}:{member.id}{':in-place' if offer.in_place else ''}"
        await interaction.response.send_message(
            render.offer(offer, receiver.name),
            view=row_view(
                button("Accept", f"accept:v1:{key}", style=discord.ButtonStyle.primary),
                button("No", f"decline:v1:{key}"),
            ),
        )

    @app_commands.command(name="retire")
    @app_commands.describe(name="Who leaves the story")
    @app_commands.autocomplete(name=_anybody)
    async def retire(self, interaction: Interaction, name: NAMES) -> None:
        """Let a character retire. Nobody plays or voices it any more; the book keeps it."""
        retired = await self.parting.retire(request_of(interaction), name)
        told = render.retired(retired, interaction.user.display_name)
        await interaction.response.send_message(told)

    # --- buttons -------------------------------------------------------------------------------

    async def accept_button(
        self, interaction: Interaction, key: str, values: Mapping[str, Any]
    ) -> None:
        """Whom a character was offered to agrees."""
        del values
        claim_id, receiver_id, *in_place = key.split(":")
        try:
            claimed = await self.parting.accept(
                request_of(interaction), int(claim_id), int(receiver_id), in_place=bool(in_place)
            )
        except ConflictError as error:
            # The offer is over; its buttons go, so that nobody presses them again.
            await interaction.response.edit_message(content=str(error), view=None)
            return
        told = render.claimed(claimed, interaction.user.display_name)
        await interaction.response.edit_message(content=told, view=None)

    async def decline_button(
        self, interaction: Interaction, key: str, values: Mapping[str, Any]
    ) -> None:
        """An offer is declined, or taken back."""
        del values
        claim_id, receiver_id = map(int, key.split(":")[:2])
        character = await self.parting.decline(request_of(interaction), claim_id, receiver_id)
        told = OVER
        if character:
            how = "declined" if interaction.user.id == receiver_id else "taken back"
            told = f"The offer of **{render.name(character.name)}** was {how}. Nothing changed."
        await interaction.response.edit_message(content=told, view=None)

    async def secrets_button(
        self, interaction: Interaction, key: str, values: Mapping[str, Any]
    ) -> None:
        """Whoever gave a character back keeps its secrets to themselves."""
        del values
        character_id, claim_id = map(int, key.split(":"))
        request = request_of(interaction)
        character = await self.casting.take_secrets(request, character_id, claim_id)
        await interaction.response.edit_message(content=render.taken_along(character), view=None)

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
