"""How far a branch was read when facts were proposed."""

from bot.ports import UnitOfWork
from bot.story.tale import Branch


async def read_up_to(work: UnitOfWork, branch: Branch) -> int:
    """Depth of the newest turn of a branch that a proposal read; 0 if none stands.

    A fork's past was read where it was played before, too: nobody is to pay for it twice.
    """
    # The cut is the newest turn that the branch has in common with the one looked at.
    looked_at, cut_id, cut_depth = branch, branch.head_id, branch.depth
    depth = 0
    while True:
        depth = max(depth, await _read_in(work, looked_at, branch, cut_id, cut_depth))
        parent_id = looked_at.forked_from_id
        parent = await work.stories.branch(parent_id) if parent_id is not None else None
        if parent is None:
            return depth
        if looked_at.fork_depth < cut_depth:
            cut_id, cut_depth = looked_at.fork_turn_id, looked_at.fork_depth
        looked_at = parent


async def _read_in(
    work: UnitOfWork, looked_at: Branch, branch: Branch, cut_id: int | None, cut_depth: int
) -> int:
    """How far into a branch's past the last proposal of one that it came from read."""
    last = await work.proposals.last(looked_at.id)
    until = await work.turns.get(last.until_turn_id) if last else None
    if until is None:
        return 0
    if await work.turns.in_past(until.id, branch.id):
        return until.depth
    # It read on behind the cut, if both lie on one chain; what was undone meanwhile need not.
    both = await work.turns.among_past(looked_at.id, [until.id, cut_id or 0])
    return min(until.depth, cut_depth) if both == {until.id, cut_id} else 0
