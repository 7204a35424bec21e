"""Which facts hold in a branch."""

from collections.abc import Sequence

from bot.ports import UnitOfWork
from bot.story.canon import Fact, FactState, anchor, doubtful, holds
from bot.story.tale import Branch


async def holding(work: UnitOfWork, branch: Branch, facts: Sequence[Fact]) -> list[Fact]:
    """Those of the facts that hold in a branch; see ``bot.story.canon.holds``."""
    if all(fact.branch_id in {None, branch.id} for fact in facts):
        # So it is in every story that was never forked nor linked: nothing to look up.
        return list(facts)
    branches = {one.id: one for one in await work.stories.branches(branch.story_id)}
    ids = [anchor(fact) or 0 for fact in facts if doubtful(fact, branch, branches)]
    past = await work.turns.among_past(branch.id, ids)
    return [fact for fact in facts if holds(fact, branch, branches, past)]


async def facts_here(work: UnitOfWork, branch: Branch, states: frozenset[FactState]) -> list[Fact]:
    """The story's facts in these states that hold in a branch, by number."""
    return await holding(work, branch, await work.canon.facts(branch.story_id, states))
