"""Which facts hold in a branch, and which of them may be told to somebody."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from bot.ports import UnitOfWork
from bot.story.canon import Fact, FactState, anchor, doubtful, holds
from bot.story.tale import Branch, Place


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom something is for: nobody is told what was written where they may not read.

    Attributes:
        sees: the channels in which they may read.
    """

    writer_id: int
    sees: AbstractSet[int]


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


async def count_here(work: UnitOfWork, branch: Branch, states: frozenset[FactState]) -> int:
    """How many facts ``facts_here`` finds."""
    by_branch = await work.canon.tally(branch.story_id, states)
    if by_branch.keys() <= {None, branch.id}:
        return sum(by_branch.values())
    return len(await facts_here(work, branch, states))


async def told_to(
    reader: Reader | None, work: UnitOfWork, place: Place, facts: Sequence[Fact]
) -> list[Fact]:
    """Those of the facts that a reader may be told where they ask; None is told all.

    Canon belongs to the story. What nobody accepted is no more than words of its passage, and is
    told to those who may read that.
    """
    open_ = {fact.id: fact for fact in facts if not is_told_to_all(fact)}
    played = {branch.id: where for branch, where in await work.stories.scenes(place.story.id)}
    if reader is None or not open_ or reader.sees >= set(played.values()):
        return list(facts)
    sources = [fact.source_turn_id or 0 for fact in open_.values()]
    past = await work.turns.among_past(place.branch.id, sources)
    hidden = {
        fact.id
        for fact in open_.values()
        if fact.source_turn_id not in past
        and not await _may_read(reader, work, place, fact, played)
    }
    return [fact for fact in facts if fact.id not in hidden]


def is_told_to_all(fact: Fact) -> bool:
    """Whether a fact is canon, or was, or stands in no passage: then it is told to everybody."""
    accepted = fact.accepted_by is not None and fact.state is not FactState.PROPOSED
    return accepted or not fact.source_turn_id


async def _may_read(
    reader: Reader, work: UnitOfWork, place: Place, fact: Fact, played: dict[int, int | None]
) -> bool:
    """Whether somebody sees a channel in which a fact's passage stands.

    Who could see one that is gone is not known: the owner may read it, and who wrote there.
    """
    turn = await work.turns.get(fact.source_turn_id or 0)
    homes = {fact.branch_id, turn.branch_id if turn else None} - {None}
    if any(played.get(home or 0) in reader.sees for home in homes):
        return True
    theirs = {place.story.owner_id, fact.proposed_by, turn.author_id if turn else None}
    return reader.writer_id in theirs and any(played.get(home or 0) is None for home in homes)
