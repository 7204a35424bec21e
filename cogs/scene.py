"""/scene: ask for ways on, speak and narrate by command, undo, redo, look back."""

from collections.abc import Mapping
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import TroupeClient
from bot.services.continue_story import MAX_DIRECTION, Continuation
from bot.services.forking import Wish
from bot.services.take_back import MAX_DEEDS
from bot.story.purse import in_cents
from bot.story.turn import Turn
from cogs import choices, places, render
from cogs.actor import Interaction, request_of
from cogs.ui.controls import button, row_view
from cogs.ui.modals import Field, show_form, show_passage
from cogs.ui.paging import send_page, turn_page


@app_commands.guild_only()
class SceneCog(commands.GroupCog, group_name="scene", group_description="How the story goes on."):
    """Turns and ballots by command."""

    def __init__(self, client: TroupeClient) -> None:
        self.client = client
        self.continue_story = client.services.continue_story
        self.take_turn = client.services.take_turn
        self.take_back = client.services.take_back
        client.routes.on("say:v1", self.say_form)
        client.routes.on("narrate:v1", self.narrate_form)
        client.routes.on("reviseform:v1", self.revise_form)
        client.routes.on("historypage:v1", self.page_button)

    async def _voices(self, interaction: Interaction, typed: str) -> list[Any]:
        return await choices.voices(self.client, interaction, typed)

    async def _mine(self, interaction: Interaction, typed: str) -> list[Any]:
        return await choices.characters(self.client, interaction, typed, choices.mine)

    async def _passages(self, interaction: Interaction, typed: str) -> list[Any]:
        return await choices.passages(self.client, interaction, typed)

    async def _prices(self, interaction: Interaction, typed: str) -> list[Any]:
        del typed
        return await choices.prices(self.client, interaction)

    @app_commands.command(name="continue")
    @app_commands.describe(
        direction="Which way it should go: “they find the letter”, “darker”, “from Mira's side”",
        as_character="Who should speak (nobody's character, or the narrator)",
        variants="How many drafts",
    )
    @app_commands.autocomplete(as_character=_voices, variants=_prices)
    async def continue_(
        self,
        interaction: Interaction,
        direction: app_commands.Range[str, 0, MAX_DIRECTION] = "",
        as_character: app_commands.Range[str, 0, 200] = "",
        variants: app_commands.Range[int, 1, 4] | None = None,
    ) -> None:
        """Have the model draft several ways on, and vote on them."""
        wish = Continuation(direction, as_character, variants)
        opened = await self.continue_story.continue_(request_of(interaction), wish)
        if opened.already:
            ballot = opened.ballot
            text = render.already(opened, interaction.guild_id, direction)
            view = discord.utils.MISSING
            if ballot.can_be_steered:
                view = row_view(button("Steer", f"steer:v1:{ballot.id}", emoji="🧭"))
            await interaction.response.send_message(text, view=view, ephemeral=True)
            await self.continue_story.look_round(opened.ballot.id)
            return
        drafts = "1 draft" if opened.variants == 1 else f"{opened.variants} drafts"
        fewer = ""
        if variants and opened.variants < variants:
            fewer = " The purse for today holds no more."
        await interaction.response.send_message(
            f"✍️ Drafting: {drafts} · {in_cents(opened.estimate)}.{fewer} The ballot appears here.",
            ephemeral=True,
        )
        # Answered first: looking whether the voters are still here takes a moment.
        await self.continue_story.look_round(opened.ballot.id)

    @app_commands.command(name="say")
    @app_commands.describe(
        text="What is said; leave it out to write at length", as_character="As whom"
    )
    @app_commands.autocomplete(as_character=_mine)
    async def say(
        self,
        interaction: Interaction,
        text: app_commands.Range[str, 0, 4000] = "",
        as_character: app_commands.Range[str, 0, 200] = "",
    ) -> None:
        """Speak as your character."""
        if not text:
            key = f"say:v1:{as_character}"[:100]
            await show_form(interaction, "Speak", key, Field("text", "What is said or done"))
            return
        turn = await self.take_turn.say(request_of(interaction), text, as_character)
        await _said(interaction, turn)

    async def say_form(self, interaction: Interaction, key: str, values: Mapping[str, Any]) -> None:
        """The form of /scene say was sent."""
        turn = await self.take_turn.say(request_of(interaction), str(values.get("text", "")), key)
        await _said(interaction, turn)

    @app_commands.command(name="narrate")
    @app_commands.describe(text="What is told; leave it out to write at length")
    async def narrate(
        self, interaction: Interaction, text: app_commands.Range[str, 0, 4000] = ""
    ) -> None:
        """Tell something as the narrator."""
        if not text:
            await show_form(interaction, "Narrate", "narrate:v1:", Field("text", "What is told"))
            return
        await _said(interaction, await self.take_turn.narrate(request_of(interaction), text))

    async def narrate_form(
        self, interaction: Interaction, key: str, values: Mapping[str, Any]
    ) -> None:
        """The form of /scene narrate was sent."""
        del key
        text = str(values.get("text", ""))
        await _said(interaction, await self.take_turn.narrate(request_of(interaction), text))

    @app_commands.command(name="undo")
    @app_commands.describe(deeds="How many: a typed turn is one, a whole ballot is one")
    async def undo(
        self, interaction: Interaction, deeds: app_commands.Range[int, 1, MAX_DEEDS] = 1
    ) -> None:
        """Take back what was added last."""
        taken = await self.take_back.undo(request_of(interaction), deeds)
        count = len(taken.turn_ids)
        what, them = ("1 passage", "it") if count == 1 else (f"{count} passages", "them")
        await interaction.response.send_message(
            f"{what} taken back. `/scene redo` brings {them} again.", ephemeral=True
        )

    @app_commands.command(name="redo")
    async def redo(self, interaction: Interaction) -> None:
        """Bring again what was taken back last."""
        turns = await self.take_back.redo(request_of(interaction))
        what = "1 passage is" if len(turns) == 1 else f"{len(turns)} passages are"
        await interaction.response.send_message(f"{what} back.", ephemeral=True)

    @app_commands.command(name="revise")
    @app_commands.describe(turn="Which passage: yours, or any if you own the story")
    @app_commands.autocomplete(turn=_passages)
    async def revise(self, interaction: Interaction, turn: int) -> None:
        """Change the words of a passage. The old ones stay readable."""
        revise = self.client.services.revise
        found = await revise.text_of_turn(request_of(interaction), turn)
        await show_passage(interaction, found.text, f"reviseform:v1:{turn}")

    async def revise_form(
        self, interaction: Interaction, key: str, values: Mapping[str, Any]
    ) -> None:
        """The new text of a passage was sent."""
        text = str(values.get("text", ""))
        revise = self.client.services.revise
        revised = await revise.turn_with_text(request_of(interaction), int(key), text)
        await interaction.response.send_message(render.changed(revised), ephemeral=True)

    @app_commands.command(name="fork")
    @app_commands.describe(
        title="What the other way, and its thread, is called",
        turn="After which passage it begins; the newest, unless you choose another",
    )
    @app_commands.autocomplete(turn=_passages)
    async def fork(
        self,
        interaction: Interaction,
        title: app_commands.Range[str, 1, 100],
        turn: int | None = None,
    ) -> None:
        """Let the story go another way in a thread of its own, sharing the past."""
        wish = Wish(title, places.to_fork(interaction), interaction.id, turn_id=turn)
        branch = await self.client.services.forking.fork(request_of(interaction), wish)
        await interaction.response.send_message(render.forking(branch.name), ephemeral=True)

    @app_commands.command(name="history")
    async def history(self, interaction: Interaction) -> None:
        """Show what was taken back, voted down or changed."""
        await send_page(interaction, await self._history(interaction), "history")

    async def _history(self, interaction: Interaction) -> list[str]:
        past = await self.take_back.history(interaction.channel_id or 0)
        sees = await places.readable(interaction, past.channels)
        return render.history(past, sees, interaction.user.id)

    async def page_button(
        self, interaction: Interaction, key: str, values: Mapping[str, Any]
    ) -> None:
        """Another page of the history."""
        del values
        await turn_page(interaction, await self._history(interaction), "history", key)


async def _said(interaction: Interaction, turn: Turn) -> None:
    await interaction.response.send_message(
        f"Said as **{render.name(turn.speaker)}**.", ephemeral=True, delete_after=10
    )


async def setup(client: TroupeClient) -> None:
    """Load the cog."""
    await client.add_cog(SceneCog(client))
