"""Taking back and bringing again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update

from bot.story.errors import ConflictError, NotFoundError, StaleError
from bot.story.tale import Branch
from bot.story.turn import Deed, TakingBack, TakingBackKind, Turn
from storage import chains
from storage.chains import turn_of
from storage.repository import Repository
from storage.tables import branches, taken_turns, takings_back, turns, withdrawals

MOVED_ON = "The story has moved on since. Look at the newest turns and try again."
_OTHER_WAY = (
    "The story has gone on another way since, so this cannot come back by itself. "
    "Undo what was written since, or find the old text in the history."
)
_BEHIND_UNDO = "This belongs to turns that were undone. Redo those first."

_FIRST_OF_DEEDS = (
    select(turns.c.id, turns.c.parent_id, turns.c.depth)
    .where(turns.c.deed_id.in_(bindparam("deed_ids", expanding=True)))
    .order_by(turns.c.depth)
    .limit(1)
)
_MOVE = (
    update(branches)
    .where(
        branches.c.id == bindparam("b_id"),
        branches.c.head_id.is_not_distinct_from(
            bindparam("b_expected", type_=branches.c.head_id.type)
        ),
    )
    .values(head_id=bindparam("b_head_id"), depth=bindparam("b_depth"))
)
_HEAD = select(branches.c.head_id).where(branches.c.id == bindparam("branch_id"))
_DEPTH = select(turns.c.depth).where(turns.c.id == bindparam("id"))
_NOTE = insert(takings_back)
_TAKE = insert(taken_turns)
_WITHDRAW = insert(withdrawals)
_RESTORE = delete(withdrawals).where(withdrawals.c.taking_back_id == bindparam("taking_back_id"))
_REDONE = (
    update(takings_back)
    .where(takings_back.c.id == bindparam("b_id"))
    .values(redone_at=bindparam("b_at"))
)
_GET = select(takings_back).where(takings_back.c.id == bindparam("id"))
_OPEN = (
    select(takings_back)
    .where(takings_back.c.branch_id == bindparam("branch_id"), takings_back.c.redone_at.is_(None))
    .order_by(takings_back.c.id.desc())
    .limit(bindparam("limit"))
)
_TURN_IDS = (
    select(taken_turns)
    .where(taken_turns.c.taking_back_id.in_(bindparam("ids", expanding=True)))
    .order_by(taken_turns.c.place)
)
_TURNS = chains.TURNS.where(turns.c.id.in_(bindparam("turn_ids", expanding=True))).order_by(
    turns.c.depth
)


def _taking_back(row: Row[Any], turn_ids: Sequence[int]) -> TakingBack:
    return TakingBack(
        id=row.id,
        story_id=row.story_id,
        branch_id=row.branch_id,
        kind=row.kind,
        writer_id=row.writer_id,
        at=row.at,
        head_before=row.head_before,
        head_after=row.head_after,
        turn_ids=tuple(turn_ids),
        redone_at=row.redone_at,
    )


class Undoing(Repository):
    """The part of ``bot.ports.TurnRepository`` that takes turns back."""

    async def undo(
        self, branch: Branch, deeds: Sequence[Deed], by: int, at: datetime
    ) -> TakingBack:
        """Move the head before the oldest of the newest ``deeds``, and note how to come back.

        Also a StaleError: turns that stand, of other deeds, follow the oldest one.
        """
        deed_ids = [deed.id for deed in deeds]
        first = await self._first(_FIRST_OF_DEEDS, deed_ids=deed_ids)
        if first is None:
            raise ValueError("There is no deed to undo.")
        newer = await self._all(chains.NEWER, turn_id=first.parent_id, branch_id=branch.id)
        # Somebody else's turn must not go with them.
        if not newer or any(row.deed_id not in deed_ids for row in newer):
            raise StaleError(MOVED_ON)
        if not await self._move(branch.id, branch.head_id, first.parent_id, first.depth - 1):
            raise StaleError(MOVED_ON)
        undone = [row.id for row in newer]
        kind = TakingBackKind.UNDO
        heads = (branch.head_id, first.parent_id)
        return await self._note(branch.story_id, branch.id, kind, by, at, heads, undone)

    async def withdraw(
        self,
        turns: Sequence[Turn],
        kind: TakingBackKind,
        by: int,
        at: datetime,
        *,
        branch_id: int | None = None,
    ) -> TakingBack:
        """Take single turns out of the story; those behind them stay."""
        if not turns or kind is TakingBackKind.UNDO:
            raise ValueError("Withdrawing needs turns, and a kind that leaves the head alone.")
        first = turns[0]
        branch_id = branch_id or first.branch_id
        head = await self._scalar(_HEAD, branch_id=branch_id)
        turn_ids = [turn.id for turn in sorted(turns, key=lambda turn: turn.depth)]
        taken = await self._note(first.story_id, branch_id, kind, by, at, (head, head), turn_ids)
        await self._many(
            _WITHDRAW, [{"turn_id": one, "taking_back_id": taken.id} for one in turn_ids]
        )
        return taken

    async def redo(self, taking_back: TakingBack, at: datetime) -> list[Turn]:
        """Bring turns again that were taken back, oldest first; those that stand now."""
        row = await self._first(_GET, id=taking_back.id)
        if row is None:
            raise NotFoundError("There is nothing to bring back any more.")
        if row.redone_at is not None:
            raise ConflictError("This was brought back already.")
        if row.kind is TakingBackKind.UNDO:
            await self._return_to(row)
        else:
            await self._refuse_undone(row.branch_id, taking_back.turn_ids)
            await self._change(_RESTORE, taking_back_id=row.id)
        await self._change(_REDONE, b_id=row.id, b_at=at)
        found = await self._all(_TURNS, turn_ids=list(taking_back.turn_ids))
        return [turn for turn in map(turn_of, found) if not turn.withdrawn]

    async def _return_to(self, row: Row[Any]) -> None:
        """Move the head to where it was before an undo, if nothing was written since."""
        depth = await self._scalar(_DEPTH, id=row.head_before)
        if not await self._move(row.branch_id, row.head_after, row.head_before, depth):
            raise StaleError(_OTHER_WAY)

    async def _refuse_undone(self, branch_id: int, turn_ids: Sequence[int]) -> None:
        """Refuse to restore a turn that is not part of the branch: it would be shown in vain."""
        ids = sorted(set(turn_ids))
        found = await self._all(chains.AMONG_PAST, turn_ids=ids, branch_id=branch_id)
        if len(found) < len(ids):
            raise StaleError(_BEHIND_UNDO)

    async def taking_back(self, taking_back_id: int) -> TakingBack | None:
        """The taking-back, or None."""
        row = await self._first(_GET, id=taking_back_id)
        return (await self._with_turns([row]))[0] if row else None

    async def last_taking_back(self, branch_id: int) -> TakingBack | None:
        """The newest one of a branch that was not redone, or None."""
        found = await self.taken_back(branch_id, 1)
        return found[0] if found else None

    async def taken_back(self, branch_id: int, limit: int) -> list[TakingBack]:
        """The newest ones of a branch not redone, newest first."""
        return await self._with_turns(await self._all(_OPEN, branch_id=branch_id, limit=limit))

    async def _with_turns(self, rows: Sequence[Row[Any]]) -> list[TakingBack]:
        taken = await self._all(_TURN_IDS, ids=[row.id for row in rows]) if rows else ()
        of: dict[int, list[int]] = {row.id: [] for row in rows}
        for one in taken:
            of[one.taking_back_id].append(one.turn_id)
        return [_taking_back(row, of[row.id]) for row in rows]

    async def _move(
        self, branch_id: int, expected: int | None, head_id: int | None, depth: int
    ) -> bool:
        """Move a head; False if it is not where it was expected."""
        return bool(
            await self._change(
                _MOVE, b_id=branch_id, b_expected=expected, b_head_id=head_id, b_depth=depth
            )
        )

    async def _note(  # noqa: PLR0913, PLR0917 - the columns of one row
        self,
        story_id: int,
        branch_id: int,
        kind: TakingBackKind,
        by: int,
        at: datetime,
        heads: tuple[int | None, int | None],
        turn_ids: Sequence[int],
    ) -> TakingBack:
        values: dict[str, Any] = {
            "story_id": story_id,
            "branch_id": branch_id,
            "kind": kind,
            "writer_id": by,
            "at": at,
            "head_before": heads[0],
            "head_after": heads[1],
        }
        taken_id = await self._insert(_NOTE, values)
        taken = TakingBack(id=taken_id, turn_ids=tuple(turn_ids), **values)
        await self._many(
            _TAKE,
            [
                {"taking_back_id": taken.id, "turn_id": turn_id, "place": place}
                for place, turn_id in enumerate(turn_ids)
            ],
        )
        return taken
