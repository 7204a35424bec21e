"""Cards of facts at their largest: Discord takes 4,000 characters and 40 components."""

from collections.abc import Iterator
from typing import Any

from bot.services.proposing import ProposalCard, ProposedOnCard
from bot.story.canon import MAX_FACT, Fact, FactState
from bot.story.names import MAX_NAME
from bot.story.proposal import MAX_PROPOSED, Proposal, ProposalState
from cogs.ui.fact_cards import proposal_card
from tests.fakes import NOW

SNOWFLAKE = 1_300_000_000_000_000_000


def signs(count: int) -> str:
    """Words of nothing but signs, each of which is escaped."""
    return ("*" * 9 + " ") * (count // 10)


def proposed(number: int) -> ProposedOnCard:
    fact = Fact(
        id=number,
        story_id=1,
        number=number,
        text=signs(MAX_FACT),
        about=signs(100),
        state=FactState.PROPOSED,
        proposed_by=1,
        accepted_by=None,
        source_turn_id=1,
        quote=signs(MAX_FACT),
        from_turn_id=1,
        until_turn_id=None,
        added_at=NOW,
        proposal_id=1,
    )
    return ProposedOnCard(fact, signs(MAX_NAME), SNOWFLAKE, SNOWFLAKE)


def parts(component: Any) -> Iterator[dict[str, Any]]:
    yield component
    for inner in component.get("components", ()):
        yield from parts(inner)


def test_a_full_card_of_signs_is_taken() -> None:
    proposal = Proposal(
        id=1,
        story_id=1,
        branch_id=1,
        channel_id=SNOWFLAKE,
        asked_by=1,
        asked_at=NOW,
        after_depth=0,
        until_turn_id=1,
        turns=40,
        estimate=1,
        state=ProposalState.DONE,
        uncited=9,
        known=9,
    )
    facts = tuple(proposed(100 + n) for n in range(MAX_PROPOSED))
    card = proposal_card(ProposalCard(proposal, SNOWFLAKE, "*" * 32, facts, {}, {}))
    all_parts = [part for top in card.to_components() for part in parts(top)]
    assert sum(len(part.get("content", "")) for part in all_parts) <= 4_000
    assert len(all_parts) <= 40
