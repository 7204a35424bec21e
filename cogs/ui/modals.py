"""Forms. A form is sent and forgotten: what is submitted comes back through the controls."""

from dataclasses import dataclass
from typing import Any

import discord

from cogs.actor import Interaction

MODAL_SECONDS = 840
"""After this, discord.py forgets a form nobody submitted (its token dies after 15 minutes)."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of text.

    Attributes:
        key: its custom id, under which the value comes back.
        most: characters it takes, at most 4,000.
    """

    key: str
    label: str
    value: str = ""
    hint: str = ""
    most: int = 4_000
    long: bool = True
    needed: bool = True


async def show_form(interaction: Interaction, title: str, custom_id: str, *fields: Field) -> None:
    """Answer with a form of up to five fields; ``custom_id`` names the control it submits to."""
    form = discord.ui.Modal(title=title[:45], custom_id=custom_id, timeout=MODAL_SECONDS)
    for field in fields:
        style = discord.TextStyle.paragraph if field.long else discord.TextStyle.short
        text: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id=field.key,
            style=style,
            default=field.value[: field.most] or None,
            placeholder=field.hint[:100] or None,
            max_length=field.most,
            required=field.needed,
        )
        form.add_item(discord.ui.Label(text=field.label[:45], component=text))
    await interaction.response.send_modal(form)


async def show_passage(interaction: Interaction, text: str, custom_id: str) -> None:
    """Answer with a form in which a passage's words can be changed, or why there can be none."""
    field = Field("text", "Your passage", text)
    if len(text) > field.most:
        await interaction.response.send_message(
            f"This passage is longer than a form takes ({field.most} characters). Take it back "
            "with ❌ and post it anew.",
            ephemeral=True,
        )
        return
    await show_form(interaction, "Edit", custom_id, field)
