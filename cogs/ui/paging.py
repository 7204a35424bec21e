"""Long lists on pages, turned with durable buttons."""

from collections.abc import Sequence

import discord

from cogs.actor import Interaction
from cogs.ui.controls import button, row_view


def page_buttons(
    pages: Sequence[str], what: str, number: int, about: str = ""
) -> discord.ui.View | None:
    """Buttons to the pages before and behind; None if there is one page.

    Args:
        pages: all of them.
        what: the list, whose name the buttons' ids begin with.
        number: of the page that is shown, from 0.
        about: what the list was asked for, if not for everything; the page's button tells it.
    """
    if len(pages) < 2:  # noqa: PLR2004 - nothing to turn
        return None
    last = len(pages) - 1
    return row_view(
        # Two buttons may not share an id, so each names its direction.
        button("Back", f"{what}page:v1:{max(0, number - 1)}:b{about}", disabled=number == 0),
        button(f"{number + 1} of {len(pages)}", f"{what}page:v1:{number}:n", disabled=True),
        button("Next", f"{what}page:v1:{min(last, number + 1)}:f{about}", disabled=number == last),
    )


async def send_page(
    interaction: Interaction, pages: Sequence[str], what: str, about: str = ""
) -> None:
    """Answer with the first page, for the asker alone."""
    view = page_buttons(pages, what, 0, about)
    if view:
        await interaction.response.send_message(pages[0], view=view, ephemeral=True)
    else:
        await interaction.response.send_message(pages[0], ephemeral=True)


async def mend_page(interaction: Interaction, pages: Sequence[str], what: str) -> None:
    """Show the first page anew to whoever was answered with it: something turned out since."""
    await interaction.edit_original_response(
        content=pages[0], view=page_buttons(pages, what, 0, "")
    )


async def turn_page(interaction: Interaction, pages: Sequence[str], what: str, key: str) -> None:
    """Show another page in place of the one whose button, with this key, was pressed."""
    shown = min(max(int(key.split(":", maxsplit=1)[0]), 0), len(pages) - 1)
    await interaction.response.edit_message(
        content=pages[shown], view=page_buttons(pages, what, shown, about_of(key))
    )


def about_of(key: str) -> str:
    """What the list was asked for whose page's button has this key; empty for everything."""
    return key.partition(":")[2][1:]
