"""Cards of facts that people decide on."""

from typing import Any

import discord

from bot.services.proposing import ProposalCard, ProposedOnCard
from bot.services.reviewing import IN_QUESTION, DisputeCard
from bot.story.canon import Fact, FactState
from bot.story.proposal import ProposalState
from bot.story.purse import in_cents
from bot.story.typed import excerpt
from cogs import render
from cogs.ui.cards import ACCENT, DONE, Part, card_view, view_of
from cogs.ui.controls import button

SHOWN_FACT, SHOWN_QUOTE = 260, 100
"""Characters of a proposed fact and of its citation: six of them fit on a card."""


def decisions(fact: Fact) -> list[discord.ui.Button[Any]]:
    """The buttons under a fact in question."""
    proposed = fact.state is FactState.PROPOSED
    # A card that may or may not stand is known by the proposal that its buttons name.
    key = f"{fact.id}:{fact.proposal_id}" if fact.proposal_id else str(fact.id)
    return [
        button(
            "Accept" if proposed else "Keep",
            f"factkeep:v1:{key}",
            style=discord.ButtonStyle.primary,
        ),
        button("Edit" if proposed else "Reword", f"factreword:v1:{key}"),
        button("Reject" if proposed else "Retire", f"factdrop:v1:{key}"),
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


def proposal_card(card: ProposalCard) -> discord.ui.LayoutView:
    """Facts that the model proposed, each with what it cites and its own buttons."""
    proposal = card.proposal
    passages = render.counted(proposal.turns, "passage")
    asked = f"-# {render.name(card.asked_by)} asked · {passages} read"
    if proposal.state is ProposalState.READING:
        price = in_cents(proposal.estimate)
        text = f"### What is true by now?\n📖 The model reads {passages}, {price}…"
        return card_view(text, rows=[], colour=ACCENT)
    if proposal.state is ProposalState.FAILED:
        again = button("Ask again", f"reread:v1:{proposal.id}")
        text = f"### Nothing was proposed\n{proposal.failure}\n{asked}"
        return card_view(text, rows=[[again]], colour=DONE)
    parts: list[Part] = []
    for one in card.facts:
        waits = one.fact.state in IN_QUESTION
        parts.append((_proposed(card, one), decisions(one.fact) if waits else []))
    waiting = any(buttons for _, buttons in parts)
    title = "### What is true by now?" if parts else "### Nothing new to settle"
    note = "\n-# Nothing of this is true before somebody accepts it." if waiting else ""
    head: Part = (f"{title}\n{asked}{note}", [])
    tail: list[Part] = [(dropped, [])] if (dropped := _dropped(card)) else []
    return view_of([head, *parts, *tail], colour=ACCENT if waiting else DONE)


def _brief(text: str, most: int) -> str:
    """A text in so many characters, those that escape Markdown signs included."""
    whole = render.name(excerpt(text, most))
    return whole if len(whole) <= most else render.name(excerpt(text, most // 2))


def _proposed(card: ProposalCard, one: ProposedOnCard) -> str:
    fact = one.fact
    about = f"**{_brief(fact.about, 60)}** · " if fact.about else ""
    words = f"`{fact.number}` {about}{excerpt(fact.text, SHOWN_FACT)}"
    if fact.state in IN_QUESTION:
        who = f"{_brief(one.speaker, 40)}: " if one.speaker else ""
        where = ""
        if one.message_id:
            where = f" · {render.link(card.guild_id, one.channel_id, one.message_id)}"
        return f"{words}\n-# {who}“{_brief(fact.quote, SHOWN_QUOTE)}”{where}"
    by = card.names.get((fact.accepted_by or fact.retired_by) or 0, "a writer")
    if fact.state is FactState.CANON:
        return f"✅ {words}\n-# accepted by {render.name(by)}"
    by = render.name(card.names.get(fact.retired_by or 0, "a writer"))
    if became := card.became.get(fact.id):
        told = f"`{became.number}` {about}{excerpt(became.text, SHOWN_FACT)}"
        return f"✅ {told}\n-# in the words of {by}"
    how = "retired" if fact.accepted_by else "rejected"
    return f"~~{words}~~\n-# {how} by {by}"


def _dropped(card: ProposalCard) -> str:
    uncited, known = card.proposal.uncited, card.proposal.known
    lines = []
    if uncited:
        them = "it cites" if uncited == 1 else "they cite"
        dropped = render.counted(uncited, "proposal")
        lines.append(
            f"-# {dropped} dropped unseen: the words that {them} do not stand in the story."
        )
    if known:
        lines.append(f"-# {render.counted(known, 'proposal')} dropped: known already.")
    return "\n".join(lines)
