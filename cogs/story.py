"""/story: open, show, set up, pause, resume, close, hand over, link and export a story."""

import io
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import TroupeClient
from bot.services.books import BookFormat
from bot.services.stories import NewStory
from bot.story.tale import Place
from cogs import choices, places, render
from cogs.actor import Interaction, heir_of, heir_with, request_beyond, request_of
from cogs.permissions import missing
from cogs.ui.controls import button, row_view


@app_commands.guild_only()
class StoryCog(commands.GroupCog, group_name="story", group_description="This channel's story."):
    """The life of a story."""

    def __init__(self, client: TroupeClient) -> None:
        self.client = client
        self.stories = client.services.stories
        self.linking = client.services.linking
        client.routes.on("branch:v1", self.about_button)
        client.routes.on("handover:v1", self.handover_button)

    async def _strays(self, interaction: Interaction, typed: str) -> list[Any]:
        return await choices.strays(self.client, interaction, typed)

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
        places.refuse_stage(channel)
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
        lacking = missing(self.client, interaction.channel)
        await self._show(interaction, lacking)

    async def _show(self, interaction: Interaction, lacking: Sequence[str] = ()) -> None:
        card = await self.stories.show(interaction.channel_id or 0)
        channels = [channel_id for _, channel_id in card.scenes if channel_id]
        sees = await places.readable(interaction, channels)
        text = render.story_card(card, lacking, sees, interaction.user.id)
        await interaction.response.send_message(text, ephemeral=True)

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
        text = render.settings_card(card.place.story.settings, [k for k in named if k in changes])
        await interaction.response.send_message(text, ephemeral=True)

    @app_commands.command(name="pause")
    async def pause(self, interaction: Interaction) -> None:
        """Stop the story for a while; nothing is lost."""
        card = await self.stories.pause(request_of(interaction))
        await _say(
            interaction, card.place, "is paused; nothing is added to it until `/story resume`"
        )

    @app_commands.command(name="resume")
    @app_commands.describe(story="A story that lost its channel, to go on in this one")
    @app_commands.autocomplete(story=_strays)
    async def resume(
        self, interaction: Interaction, story: app_commands.Range[str, 0, 200] = ""
    ) -> None:
        """Go on after a pause, open a closed story again, or one that lost its channel."""
        request = request_of(interaction)
        if story or await self.stories.find(request.channel_id) is None:
            guild_id = interaction.guild_id or 0
            beyond = request_beyond(interaction)
            await self.client.services.departures.owners_of_strays(beyond, guild_id)
            taken = await self.linking.resume(beyond, places.here(interaction), story)
            await _say(interaction, taken, "goes on here. `/story show` tells where it stands")
            return
        card = await self.stories.resume(request, interaction.id)
        await _say(interaction, card.place, "goes on")

    @app_commands.command(name="close")
    async def close(self, interaction: Interaction) -> None:
        """End the story. It stays readable and can be exported."""
        card = await self.stories.close(request_of(interaction))
        await _say(
            interaction,
            card.place,
            "is closed. `/story export` gives you the book; `/story resume` opens it again",
        )

    @app_commands.command(name="handover")
    @app_commands.describe(member="Who owns the story from now on")
    async def handover(
        self, interaction: Interaction, member: discord.Member | discord.User
    ) -> None:
        """Make another member the owner of this story."""
        heir = heir_of(member)
        request = request_of(interaction)
        place = await self.linking.to_hand_over(request, heir.writer_id)
        key = f"handover:v1:{place.story.id}:{heir.writer_id}"
        await interaction.response.send_message(
            render.handing_over(place.story, heir, request.actor),
            view=row_view(button("Hand it over", key, style=discord.ButtonStyle.primary)),
            ephemeral=True,
        )

    async def handover_button(
        self, interaction: Interaction, key: str, values: Mapping[str, Any]
    ) -> None:
        """Hand it over."""
        del values
        story_id, heir_id = map(int, key.split(":"))
        heir = await heir_with(interaction, heir_id)
        place = await self.linking.handover(request_of(interaction), heir, story_id)
        await interaction.response.edit_message(content="It is handed over.", view=None)
        title, owner = render.name(place.story.title), render.name(heir.name)
        await interaction.followup.send(f"**{title}** belongs to **{owner}** now.")

    @app_commands.command(name="link")
    @app_commands.describe(channel="A channel or thread in which a further scene is to be played")
    async def link(
        self,
        interaction: Interaction,
        channel: app_commands.Transform[places.Given, places.Choice],
    ) -> None:
        """Play a further scene of this story in another channel."""
        there = await places.to_link(interaction, channel)
        linked = await self.linking.link(request_of(interaction), there)
        how = "goes on" if linked.again else "has a new scene"
        await _say(interaction, linked.place, f"{how} in <#{there.channel_id}>")

    @app_commands.command(name="unlink")
    async def unlink(self, interaction: Interaction) -> None:
        """Set this linked channel free; what was written in it stays in the story."""
        place = await self.linking.unlink(request_of(interaction))
        await _say(
            interaction,
            place,
            "is not played here any more. What was written here stays in it, and `/story link` "
            "from one of its channels lets this scene go on",
        )

    async def about_button(
        self, interaction: Interaction, key: str, values: Mapping[str, Any]
    ) -> None:
        """About the story, on a linked channel's card; What came before, on a fork's."""
        del values
        past = render.past(await self.linking.past(int(key)))
        if past:
            await interaction.response.send_message(past, ephemeral=True)
            return
        await self._show(interaction)

    @app_commands.command(name="export")
    @app_commands.describe(book_format="Markdown to read, JSON for other programs")
    @app_commands.rename(book_format="format")
    async def export(
        self, interaction: Interaction, book_format: Literal["markdown", "json"] = "markdown"
    ) -> None:
        """Take the story as a file."""
        # A long story takes a moment to write out.
        await interaction.response.defer(ephemeral=True, thinking=True)
        books, channel_id = self.client.services.books, interaction.channel_id or 0
        reader = await places.reader_of(self.client, interaction)
        limit = interaction.filesize_limit
        book = await books.export(channel_id, BookFormat(book_format), reader, limit=limit)
        file = discord.File(io.BytesIO(book.content), book.filename)
        await interaction.followup.send(render.book(book), file=file, ephemeral=True)


async def _say(interaction: Interaction, place: Place, what: str) -> None:
    title = render.name(place.story.title)
    await interaction.response.send_message(f"**{title}** {what}.")


async def setup(client: TroupeClient) -> None:
    """Load the cog."""
    await client.add_cog(StoryCog(client))
