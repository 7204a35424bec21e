"""Facts, where they come from, and what the model proposes."""

from collections.abc import Mapping

from bot.services.canon import FactCard
from bot.services.proposing import Waiting
from bot.story.canon import Fact, FactState
from bot.story.proposal import Proposal
from bot.story.purse import in_cents
from bot.story.typed import excerpt
from cogs.render.words import MOST, link, name, quoted, when, within


def fact_line(
    fact: Fact, names_known: Mapping[int, str] | None = None, *, here: bool = True
) -> str:
    """A fact on one line, with who doubts it, if names are known.

    ``here`` tells whether it holds in this branch.
    """
    about = f"**{name(fact.about)}** · " if fact.about else ""
    mark = {
        FactState.CANON: "",
        FactState.PROPOSED: " *(to be reviewed: its source is gone or changed)*"
        if fact.accepted_by
        else " *(proposed)*",
        FactState.DISPUTED: _doubt(fact, names_known or {}),
        FactState.RETIRED: " *(retired)*",
    }[fact.state]
    elsewhere = "" if here else " *(from another branch; not so here)*"
    return f"`{fact.number}` {about}{fact.text}{mark}{elsewhere}"


def _doubt(fact: Fact, names_known: Mapping[int, str]) -> str:
    by = names_known.get(fact.disputed_by or 0)
    who = f" by {name(by)}" if by else ""
    why = f": {name(excerpt(fact.why, 120))}" if fact.why else ""
    return f" *(disputed{who}{why})*"


def reading(proposal: Proposal) -> str:
    """That the model is about to read, and what that costs."""
    passages = "passage" if proposal.turns == 1 else f"{proposal.turns} passages"
    return (
        f"Reading the last {passages}, {in_cents(proposal.estimate)}. A card shows what the model "
        "proposes; nothing of it is true before somebody accepts it."
    )


def waiting(card: Waiting, guild_id: int) -> str:
    """Where proposed facts wait."""
    wait = "proposed fact waits" if card.facts == 1 else "proposed facts wait"
    where = link(guild_id, card.channel_id, card.message_id)
    return f"-# {card.facts} {wait} for a decision: {where}"


def fact_card(card: FactCard, guild_id: int, *, cites: bool = True) -> str:
    """A fact with where it came from.

    Args:
        card: the fact.
        guild_id: where links lead.
        cites: whether its reader may read the passage that it came from.
    """
    fact = card.fact
    how = "Proposed by the model, asked by" if fact.proposal_id else "Added by"
    lines = [
        fact_line(fact, here=card.here),
        f"-# {how} {name(card.proposed_by)}, {when(fact.added_at)}",
    ]
    if fact.proposal_id and card.accepted_by:
        lines.append(f"-# Accepted by {name(card.accepted_by)}")
    if fact.state is FactState.PROPOSED:
        lines.append("-# It is not told to the model until somebody keeps it.")
    if card.disputed_by:
        why = f": {name(fact.why)}" if fact.why else ""
        lines.append(f"-# Disputed by {name(card.disputed_by)}{why}")
    if card.supersedes:
        lines.append(f"-# In place of fact {card.supersedes}")
    if card.retired_by:
        lines.append(f"-# Retired by {name(card.retired_by)}")
    lines += _source(card, guild_id, cites=cites)
    return within("\n".join(lines), MOST)


def _source(card: FactCard, guild_id: int, *, cites: bool) -> list[str]:
    """The passage that a fact came from, if it came from one."""
    if card.source is None:
        return []
    if not cites:
        return ["-# It came from a passage in a channel that you do not see."]
    where = ""
    if card.message_id:
        where = f" · {link(guild_id, card.channel_id, card.message_id)}"
    return [f"From a passage of {name(card.source.speaker)}{where}", quoted(card.fact.quote[:900])]
