"""Forks that were asked for, and how far each got."""

from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update

from bot.ports import NewFork
from bot.story.errors import ConflictError
from bot.story.tale import Branch, Fork, ForkState
from bot.story.turn import Turn
from storage.either import Either
from storage.repository import Repository
from storage.tables import branches, forks

_BRANCH = insert(branches)
_ASK = Either(forks, lambda into: into.on_conflict_do_nothing().returning(forks.c.branch_id))
_ASKED = select(forks.c.branch_id).where(forks.c.asked_id == bindparam("asked_id"))
_GET = select(forks).where(forks.c.branch_id == bindparam("branch_id"))
_BESIDE = (
    select(branches.c.name)
    .join(forks, forks.c.branch_id == branches.c.id)
    .where(forks.c.under_id == bindparam("under_id"), forks.c.branch_id != bindparam("branch_id"))
)
_SET = update(forks).where(forks.c.branch_id == bindparam("b_branch_id"))
_DROP = delete(forks).where(forks.c.branch_id == bindparam("branch_id"))
_DROP_BRANCH = delete(branches).where(branches.c.id == bindparam("branch_id"))


def _fork(row: Row[Any]) -> Fork:
    return Fork(
        branch_id=row.branch_id,
        asked_id=row.asked_id,
        writer_id=row.writer_id,
        source_channel_id=row.source_channel_id,
        under_id=row.under_id,
        at=row.at,
        state=row.state,
    )


class Forks(Repository):
    """See ``bot.ports.ForkRepository``."""

    async def begin(self, branch: Branch, turn: Turn, fork: NewFork) -> Fork:
        """Add a branch that shares the past of another up to a turn, and note who asked for it."""
        if await self._scalar(_ASKED, asked_id=fork.asked_id) is not None:
            raise ConflictError("This fork was asked for already.")
        branch_id = await self._insert(
            _BRANCH,
            {
                "story_id": branch.story_id,
                "name": fork.name,
                "head_id": turn.id,
                "depth": turn.depth,
                "forked_from_id": branch.id,
                "fork_turn_id": turn.id,
                "fork_depth": turn.depth,
                "root_id": branch.tree,
            },
        )
        await self._did(
            _ASK.on(self._connection),
            branch_id=branch_id,
            asked_id=fork.asked_id,
            writer_id=fork.writer_id,
            source_channel_id=fork.source_channel_id,
            under_id=fork.under_id,
            at=fork.at,
            state=ForkState.DUE,
        )
        found = await self.get(branch_id)
        if found is None:
            raise ConflictError("This fork was asked for already.")
        return found

    async def get(self, branch_id: int) -> Fork | None:
        """The fork that a branch is, or None."""
        row = await self._first(_GET, branch_id=branch_id)
        return _fork(row) if row else None

    async def names_beside(self, fork: Fork) -> frozenset[str]:
        """What the other forks are called whose threads hang on the same channel."""
        rows = await self._all(_BESIDE, under_id=fork.under_id, branch_id=fork.branch_id)
        return frozenset(row.name for row in rows)

    async def set_state(self, branch_id: int, state: ForkState) -> None:
        """Note how far a fork got."""
        await self._change(_SET, b_branch_id=branch_id, state=state)

    async def drop(self, branch_id: int) -> None:
        """Forget a fork for which no thread could be opened, and its branch."""
        await self._change(_DROP, branch_id=branch_id)
        await self._change(_DROP_BRANCH, branch_id=branch_id)
