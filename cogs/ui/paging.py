"""Long lists on pages, turned with durable buttons."""

from collections.abc import Sequence

import discord

from cogs.actor import Interaction
from cogs.ui.controls import button, row_view


def page_buttons(pages: Sequence[str], what: str, number: int) -> discord.ui.View | None:
    """Buttons to the pages before and behind; None if there is one page."""
    if len(pages) < 2:  # noqa: PLR2004 - nothing to turn
        return None
    last = len(pages) - 1
    return row_view(
        # Two buttons may not share an id, so each names its direction.
        button("Back", f"{what}page:v1:{max(0, number - 1)}:b", disabled=number == 0),
        button(f"{number + 1} of {len(pages)}", f"{what}page:v1:{number}:n", disabled=True),
        button("Next", f"{what}page:v1:{min(last, number + 1)}:f", disabled=number == last),
    )


async def send_page(interaction: Interaction, pages: Sequence[str], what: str) -> None:
    """Answer with the first page, for the asker alone."""
    view = page_buttons(pages, what, 0)
    if view:
        await interaction.response.send_message(pages[0], view=view, ephemeral=True)
    else:
        await interaction.response.send_message(pages[0], ephemeral=True)


async def turn_page(interaction: Interaction, pages: Sequence[str], what: str, key: str) -> None:
    """Show another page in place of the one whose button, with this key, was pressed."""
    shown = min(max(int(key.split(":", maxsplit=1)[0]), 0), len(pages) - 1)
    await interaction.response.edit_message(
        content=pages[shown], view=page_buttons(pages, what, shown)
    )
