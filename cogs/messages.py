"""What one does with a message: the menus, and the reactions ❌ 📝 ❓ that role-players know."""

import asyncio
from collections.abc import Mapping
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import TroupeClient, bind_ids
from bot.services.common import Request
from bot.story.canon import MAX_FACT
from bot.story.errors import StoryError
from cogs import render
from cogs.actor import Interaction, actor_of, request_of
from cogs.replies import log_failure, sentence_for, tell
from cogs.ui.controls import button, row_view
from cogs.ui.modals import Field, show_form, show_passage

TAKE_BACK, EDIT, WHO = "❌", "📝", "❓"
SIGNS = frozenset({TAKE_BACK, EDIT, WHO})
A_MOMENT = 0.5
"""Seconds from a post to its being noted, at most, unless the machine is busy."""


class MessagesCog(commands.Cog):
    """Menus and reactions on one message."""

    def __init__(self, client: TroupeClient) -> None:
        self.client = client
        self.services = client.services
        for title, callback in (
            ("Revise", self.revise),
            ("Take back", self.take_back),
            ("Make canon", self.make_canon),
            ("Who wrote this?", self.who_wrote),
        ):
            menu = app_commands.ContextMenu(name=title, callback=callback)
            menu.guild_only = True
            client.tree.add_command(menu)
        client.routes.on("redo:v1", self.redo)
        client.routes.on("canonform:v1", self.canon_form)
        client.routes.on("edit:v1", self.edit_button)
        client.routes.on("editform:v1", self.edit_form)
        client.routes.on("who:v1", self.who_button)
        client.routes.on("why:v1", self.why_button)

    # --- menus ---------------------------------------------------------------------------------

    async def revise(self, interaction: Interaction, message: discord.Message) -> None:
        """Change the words of a passage."""
        await self.edit_button(interaction, f"{message.channel.id}:{message.id}", {})

    async def take_back(self, interaction: Interaction, message: discord.Message) -> None:
        """Take back the passage of a message."""
        await self.services.take_back.message(request_of(interaction), message.id)
        await interaction.response.send_message(
            "Taken back. Redo on the card brings it again.", ephemeral=True
        )

    async def make_canon(self, interaction: Interaction, message: discord.Message) -> None:
        """Make a fact of a passage: its words stand in the form, to be cut down to one fact."""
        words = await self.services.canon.draft_from(request_of(interaction), message.id)
        hint = "One thing that is true from here on."
        field = Field("fact", "What is true?", words, hint, most=MAX_FACT)
        await show_form(interaction, "Make canon", f"canonform:v1:{message.id}", field)

    async def canon_form(
        self, interaction: Interaction, key: str, values: Mapping[str, Any]
    ) -> None:
        """The fact was written."""
        text = str(values.get("fact", ""))
        fact = await self.services.canon.from_message(request_of(interaction), int(key), text)
        await interaction.response.send_message(f"📜 {render.fact_line(fact)}")

    async def who_wrote(self, interaction: Interaction, message: discord.Message) -> None:
        """Tell who wrote a passage."""
        told = await self.services.who_wrote.message(interaction.channel_id or 0, message.id)
        await interaction.response.send_message(render.provenance(told), ephemeral=True)

    async def redo(self, interaction: Interaction, key: str, values: Mapping[str, Any]) -> None:
        """Redo on the card of a taking-back."""
        del values
        await self.services.take_back.redo(request_of(interaction), int(key))
        await interaction.response.send_message("It is back.", ephemeral=True)

    # --- reactions -----------------------------------------------------------------------------

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """❌ take back, 📝 edit, ❓ who wrote this; on a passage of a story."""
        sign = str(event.emoji)
        if sign not in SIGNS or event.member is None or event.member.bot:
            return
        channel = self.client.get_channel(event.channel_id)
        if not isinstance(channel, discord.TextChannel | discord.Thread | discord.VoiceChannel):
            return
        if not await self.services.stories.plays(event.channel_id):
            return
        bind_ids(channel_id=event.channel_id, message_id=event.message_id)
        member = event.member
        request = Request(
            actor_of(member, manages=channel.permissions_for(member).manage_channels),
            event.channel_id,
        )
        try:
            await self.services.departures.before(request, member.guild.id)
            if not await self._react(sign, request, member, channel, event.message_id):
                return
            vanishes = sign == TAKE_BACK
        except StoryError as error:
            vanishes = False
            log_failure(error, channel_id=event.channel_id, message_id=event.message_id)
            key = f"{event.channel_id}:{event.message_id}"
            why = row_view(button("Show me", f"why:v1:{sign}:{key}"))
            await tell(member, channel, sentence_for(error), note=why)
        if not vanishes:
            await self._clear(channel, event)

    async def _react(
        self,
        sign: str,
        request: Request,
        member: discord.Member,
        channel: discord.TextChannel | discord.Thread | discord.VoiceChannel,
        message_id: int,
    ) -> bool:
        """Do what a sign asks; False if the message is no passage, so that it means nothing."""
        if not await self._is_passage(message_id):
            return False
        key = f"{channel.id}:{message_id}"
        if sign == TAKE_BACK:
            await self.services.take_back.message(request, message_id)
        elif sign == EDIT:
            await self.services.revise.text_of(request, message_id)
            link = channel.get_partial_message(message_id).jump_url
            edit = row_view(button("Edit", f"edit:v1:{key}", emoji=EDIT))
            await tell(member, channel, f"Change your passage: {link}", view=edit, note=edit)
        else:
            told = await self.services.who_wrote.message(channel.id, message_id)
            show = row_view(button("Show me", f"who:v1:{key}"))
            await tell(member, channel, render.provenance(told), note=show)
        return True

    async def _is_passage(self, message_id: int) -> bool:
        """Whether a message shows a turn. One that was posted just now is noted a moment later."""
        if await self.services.who_wrote.is_passage(message_id):
            return True
        await asyncio.sleep(A_MOMENT)
        return await self.services.who_wrote.is_passage(message_id)

    async def _clear(
        self,
        channel: discord.TextChannel | discord.Thread | discord.VoiceChannel,
        event: discord.RawReactionActionEvent,
    ) -> None:
        """Take the sign off again, if the bot may, so that it can be given once more."""
        if event.member and channel.permissions_for(channel.guild.me).manage_messages:
            message = channel.get_partial_message(event.message_id)
            try:
                await message.remove_reaction(event.emoji, event.member)
            except discord.HTTPException as error:
                log_failure(error, channel_id=event.channel_id, message_id=event.message_id)

    # --- buttons of direct messages and notes --------------------------------------------------

    async def _about(self, interaction: Interaction, channel_id: int) -> Request:
        """Who asks, about which channel; in a direct message only members of its server may."""
        request = request_of(interaction, channel_id)
        if interaction.guild_id is None:
            await self.services.departures.require_member(request)
        return request

    async def edit_button(
        self, interaction: Interaction, key: str, values: Mapping[str, Any]
    ) -> None:
        """Edit: shows the passage in a form."""
        del values
        channel_id, message_id = map(int, key.split(":"))
        request = await self._about(interaction, channel_id)
        turn = await self.services.revise.text_of(request, message_id)
        await show_passage(interaction, turn.text, f"editform:v1:{key}")

    async def edit_form(
        self, interaction: Interaction, key: str, values: Mapping[str, Any]
    ) -> None:
        """The new text was sent."""
        channel_id, message_id = map(int, key.split(":"))
        request = await self._about(interaction, channel_id)
        text = str(values.get("text", ""))
        revised = await self.services.revise.with_text(request, message_id, text)
        await interaction.response.send_message(render.changed(revised), ephemeral=True)

    async def who_button(
        self, interaction: Interaction, key: str, values: Mapping[str, Any]
    ) -> None:
        """Show me, on the note of ❓."""
        del values
        channel_id, message_id = map(int, key.split(":"))
        told = await self.services.who_wrote.message(channel_id, message_id)
        await interaction.response.send_message(render.provenance(told), ephemeral=True)

    async def why_button(
        self, interaction: Interaction, key: str, values: Mapping[str, Any]
    ) -> None:
        """Show me, on the note of a refusal: asks once more, so that the refusal is current."""
        del values
        sign, channel_id, message_id = key.split(":")
        request = await self._about(interaction, int(channel_id))
        if sign == EDIT:
            await self.edit_button(interaction, f"{channel_id}:{message_id}", {})
            return
        await self.services.take_back.check(request, int(message_id))
        await interaction.response.send_message(
            f"Nothing stands in the way any more: react with {TAKE_BACK} again.", ephemeral=True
        )


async def setup(client: TroupeClient) -> None:
    """Load the cog."""
    await client.add_cog(MessagesCog(client))
