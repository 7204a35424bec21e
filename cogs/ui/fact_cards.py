"""Cards of facts that people decide on."""

from typing import Any

import discord

from bot.services.reviewing import IN_QUESTION, DisputeCard
from bot.story.canon import Fact, FactState
from bot.story.typed import excerpt
from cogs import render
from cogs.ui.cards import ACCENT, DONE, card_view
from cogs.ui.controls import button


def decisions(fact: Fact) -> list[discord.ui.Button[Any]]:
    """The buttons under a fact in question."""
    proposed = fact.state is FactState.PROPOSED
    return [
        button(
            "Accept" if proposed else "Keep",
            f"factkeep:v1:{fact.id}",
            style=discord.ButtonStyle.primary,
        ),
        button("Edit" if proposed else "Reword", f"factreword:v1:{fact.id}"),
        button("Reject" if proposed else "Retire", f"factdrop:v1:{fact.id}"),
    ]


def dispute_card(card: DisputeCard) -> discord.ui.LayoutView:
    """A fact in question, with what to do about it; once decided, what was decided."""
    fact = card.fact
    about = f"**{render.name(fact.about)}** · " if fact.about else ""
    words = f"`{fact.number}` {about}{fact.text}"
    why = f": {render.name(fact.why)}" if fact.why else ""
    who = render.name(card.disputed_by)
    if fact.state in IN_QUESTION:
        text = f"### Is this true?\n{words}\n-# {who} doubts it{why}"
        note = "-# Until somebody decides, the model is not told it."
        return card_view(text, note, rows=[decisions(fact)], colour=ACCENT)
    by = f" ({render.name(card.settled_by)})" if card.settled_by else ""
    if fact.state is FactState.CANON:
        return card_view(
            f"📜 {words}\n-# It was doubted, and stays true{by}.", rows=[], colour=DONE
        )
    text = f"📜 ~~{words}~~\n-# {who} doubted it{why}. It no longer holds{by}."
    if card.became:
        text += f"\n📜 `{card.became.number}` {about}{excerpt(card.became.text, 500)}"
    return card_view(text, rows=[], colour=DONE)
