"""/story: open, show, set up, pause, resume, close and export a story."""

import io
from datetime import timedelta
from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import TroupeClient
from bot.services.books import BookFormat
from bot.services.stories import NewStory, StoryCard
from cogs import render
from cogs.actor import Interaction, request_of
from cogs.permissions import missing


@app_commands.guild_only()
class StoryCog(commands.GroupCog, group_name="story", group_description="This channel's story."):
    """The life of a story."""

    def __init__(self, client: TroupeClient) -> None:
        self.client = client
        self.stories = client.services.stories

    @app_commands.command(name="open")
    @app_commands.describe(
        title="What it is called",
        premise="Where it begins and what is at stake, in a few sentences",
        style="How it should sound",
        variants="How many drafts a ballot has",
        rating="Whom it is for, such as “teen” or “mature”",
    )
    async def open(
        self,
        interaction: Interaction,
        title: app_commands.Range[str, 1, 100],
        premise: app_commands.Range[str, 1, 2000],
        style: app_commands.Range[str, 0, 1000] = "",
        variants: app_commands.Range[int, 1, 4] | None = None,
        rating: app_commands.Range[str, 0, 100] = "",
    ) -> None:
        """Make this channel a story."""
        channel = interaction.channel
        new = NewStory(
            guild_id=interaction.guild_id or 0,
            parent_id=channel.parent_id if isinstance(channel, discord.Thread) else None,
            # Whatever was typed before the story began is no part of it.
            seen_id=interaction.id,
            title=title,
            premise=premise,
            style=style,
            variants=variants,
            rating=rating,
        )
        card = await self.stories.open(request_of(interaction), new)
        lacking = missing(self.client, channel)
        await interaction.response.send_message(render.story_card(card, lacking))

    @app_commands.command(name="show")
    async def show(self, interaction: Interaction) -> None:
        """Show where the story stands."""
        card = await self.stories.show(interaction.channel_id or 0)
        lacking = missing(self.client, interaction.channel)
        await interaction.response.send_message(render.story_card(card, lacking), ephemeral=True)

    @app_commands.command(name="settings")
    @app_commands.describe(
        style="How the prose should sound",
        point_of_view="Person and tense, such as “third person, past”",
        variants="Drafts in a ballot, 1 to 4",
        window_hours="Hours a ballot waits for the absent",
        quorum="How many must have voted",
        tie="Who breaks a tie",
        counts="Whether approvals are shown while people vote",
        voters="Who may vote",
        proxying="Who posts typed turns under the character's name",
        ai="How much the model may write",
    )
    async def settings(  # noqa: PLR0913, PLR0917 - one parameter per option
        self,
        interaction: Interaction,
        style: app_commands.Range[str, 0, 1000] | None = None,
        point_of_view: app_commands.Range[str, 0, 100] | None = None,
        variants: app_commands.Range[int, 1, 4] | None = None,
        window_hours: app_commands.Range[float, 0.02, 336.0] | None = None,
        quorum: app_commands.Range[int, 1, 50] | None = None,
        tie: Literal["opener", "second_round"] | None = None,
        counts: Literal["hidden", "open"] | None = None,
        voters: Literal["claimants", "channel"] | None = None,
        proxying: Literal["ours", "theirs", "off"] | None = None,
        ai: Literal["full", "voices_only", "scribe"] | None = None,
    ) -> None:
        """Show the settings, or change those you name."""
        window = timedelta(hours=window_hours) if window_hours else None
        named = {
            "style": style,
            "point_of_view": point_of_view,
            "variants": variants,
            "window": window,
            "quorum": quorum,
            "tie": tie,
            "counts": counts,
            "voters": voters,
            "proxying": proxying,
            "ai": ai,
        }
        changes: dict[str, object] = {k: v for k, v in named.items() if v is not None}
        if changes:
            card = await self.stories.change(request_of(interaction), changes)
        else:
            card = await self.stories.show(interaction.channel_id or 0)
        text = render.settings_card(card.place.story.settings)
        await interaction.response.send_message(text, ephemeral=True)

    @app_commands.command(name="pause")
    async def pause(self, interaction: Interaction) -> None:
        """Stop the story for a while; nothing is lost."""
        await _say(interaction, await self.stories.pause(request_of(interaction)), "is paused")

    @app_commands.command(name="resume")
    async def resume(self, interaction: Interaction) -> None:
        """Go on after a pause, or open a closed story again."""
        card = await self.stories.resume(request_of(interaction), interaction.id)
        await _say(interaction, card, "goes on")

    @app_commands.command(name="close")
    async def close(self, interaction: Interaction) -> None:
        """End the story. It stays readable and can be exported."""
        card = await self.stories.close(request_of(interaction))
        await _say(
            interaction,
            card,
            "is closed. `/story export` gives you the book; `/story resume` opens it again",
        )

    @app_commands.command(name="export")
    @app_commands.describe(book_format="Markdown to read, JSON for other programs")
    @app_commands.rename(book_format="format")
    async def export(
        self, interaction: Interaction, book_format: Literal["markdown", "json"] = "markdown"
    ) -> None:
        """Take the story as a file."""
        # A long story takes a moment to write out.
        await interaction.response.defer(ephemeral=True, thinking=True)
        channel_id = interaction.channel_id or 0
        book = await self.client.services.books.export(channel_id, BookFormat(book_format))
        file = discord.File(io.BytesIO(book.content), book.filename)
        await interaction.followup.send("Here it is.", file=file, ephemeral=True)


async def _say(interaction: Interaction, card: StoryCard, what: str) -> None:
    title = render.name(card.place.story.title)
    await interaction.response.send_message(f"**{title}** {what}.")


async def setup(client: TroupeClient) -> None:
    """Load the cog."""
    await client.add_cog(StoryCog(client))
