"""Model calls and their prices."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update

from bot.ports import NewCall
from bot.story.purse import Call, CallState, Usage
from storage.repository import Repository
from storage.tables import IS_PENDING, calls


def _call(row: Row[Any]) -> Call:
    return Call(
        id=row.id,
        guild_id=row.guild_id,
        story_id=row.story_id,
        writer_id=row.writer_id,
        purpose=row.purpose,
        ballot_id=row.ballot_id,
        model=row.model,
        state=row.state,
        usage=Usage(
            input_tokens=row.input_tokens,
            cache_write_tokens=row.cache_write_tokens,
            cache_read_tokens=row.cache_read_tokens,
            output_tokens=row.output_tokens,
        ),
        cost=row.cost,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
        outcome=row.outcome,
    )


_BEGIN = insert(calls)
_END = update(calls).where(calls.c.id == bindparam("b_id"))
_ABANDON = (
    update(calls)
    .where(calls.c.ballot_id == bindparam("b_ballot_id"), IS_PENDING)
    .values(state=CallState.FAILED, answered_at=bindparam("b_at"), outcome="abandoned")
)
_SPENT = select(func.coalesce(func.sum(calls.c.cost), 0)).where(
    calls.c.guild_id == bindparam("guild_id"), calls.c.asked_at >= bindparam("since")
)
_SPENT_ON = select(func.coalesce(func.sum(calls.c.cost), 0)).where(
    calls.c.story_id == bindparam("story_id")
)
_CALLS = select(calls).where(calls.c.story_id == bindparam("story_id")).order_by(calls.c.id)


class Purse(Repository):
    """See ``bot.ports.PurseRepository``."""

    async def begin(self, call: NewCall) -> int:
        """Record a call before it is made, its estimate reserved; the call's id."""
        return await self._insert(
            _BEGIN,
            {
                "guild_id": call.guild_id,
                "story_id": call.story_id,
                "writer_id": call.writer_id,
                "purpose": call.purpose,
                "ballot_id": call.ballot_id,
                "model": call.model,
                "state": CallState.PENDING,
                "input_tokens": 0,
                "cache_write_tokens": 0,
                "cache_read_tokens": 0,
                "output_tokens": 0,
                "cost": call.estimate,
                "asked_at": call.at,
                "outcome": "",
            },
        )

    async def end(
        self,
        call_id: int,
        state: CallState,
        *,
        usage: Usage,
        cost: int,
        at: datetime,
        outcome: str,
    ) -> None:
        """Record what came of a call, and its true price."""
        await self._change(
            _END,
            b_id=call_id,
            state=state,
            input_tokens=usage.input_tokens,
            cache_write_tokens=usage.cache_write_tokens,
            cache_read_tokens=usage.cache_read_tokens,
            output_tokens=usage.output_tokens,
            cost=cost,
            answered_at=at,
            outcome=outcome,
        )

    async def abandon(self, ballot_id: int, at: datetime) -> None:
        """End a ballot's PENDING calls, left by a process that died, at their estimates."""
        await self._change(_ABANDON, b_ballot_id=ballot_id, b_at=at)

    async def spent(self, guild_id: int, since: datetime) -> int:
        """Micro-dollars spent or reserved by a server since a time."""
        return int(await self._scalar(_SPENT, guild_id=guild_id, since=since))

    async def spent_on(self, story_id: int) -> int:
        """Micro-dollars spent on or reserved for a story since it was opened."""
        return int(await self._scalar(_SPENT_ON, story_id=story_id))

    async def calls(self, story_id: int) -> list[Call]:
        """All calls of a story, oldest first."""
        return [_call(row) for row in await self._all(_CALLS, story_id=story_id)]
