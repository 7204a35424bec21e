"""Durable work: what is asked for, and who is at it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, case, delete, func, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.story.tasks import ALONE, Shard, Task, TaskKind
from storage.columns import SNOWFLAKE, Instant, served
from storage.either import Either
from storage.repository import Repository
from storage.tables import ballots, branches, channels, proposals, stories, tasks


def _task(row: Row[Any]) -> Task:
    return Task(row.kind, row.subject_id, row.due_at, row.attempts, row.version)


_SUBJECT = bindparam("b_subject_id", type_=SNOWFLAKE)
_OF_BALLOT = (
    select(stories.c.guild_id)
    .join(ballots, ballots.c.story_id == stories.c.id)
    .where(ballots.c.id == _SUBJECT)
)
_GUILD: Mapping[TaskKind, Select[Any]] = {
    TaskKind.POST: select(
        func.coalesce(
            select(channels.c.guild_id).where(channels.c.channel_id == _SUBJECT).scalar_subquery(),
            # A channel that plays nothing any more may still show cards.
            select(func.min(stories.c.guild_id))
            .join(branches, branches.c.story_id == stories.c.id)
            .where(branches.c.home_id == _SUBJECT)
            .scalar_subquery(),
        )
    ),
    TaskKind.DRAFT: _OF_BALLOT,
    TaskKind.SETTLE: _OF_BALLOT,
    TaskKind.PROPOSE: (
        select(stories.c.guild_id)
        .join(proposals, proposals.c.story_id == stories.c.id)
        .where(proposals.c.id == _SUBJECT)
    ),
    TaskKind.FORK: (
        select(stories.c.guild_id)
        .join(branches, branches.c.story_id == stories.c.id)
        .where(branches.c.id == _SUBJECT)
    ),
}
"""How the server of a task's subject is found; without that, any process may take the task."""


def _put(kind: TaskKind) -> Either:
    find = _GUILD.get(kind)
    guild_id = null() if find is None else find.scalar_subquery()
    values = {"kind": kind, "attempts": 0, "version": 1, "guild_id": guild_id}
    asked = {name: bindparam(f"b_{name}", type_=tasks.c[name].type) for name in _ASKED}
    return Either(
        tasks,
        lambda into: into.values(**values, **asked).on_conflict_do_update(
            index_elements=["kind", "subject_id"],
            set_={
                "due_at": into.excluded.due_at,
                "version": tasks.c.version + 1,
                "guild_id": func.coalesce(into.excluded.guild_id, tasks.c.guild_id),
            },
        ),
    )


_ASKED = ("subject_id", "due_at")
_PUT = {kind: _put(kind) for kind in TaskKind}
_SERVED = or_(
    tasks.c.guild_id.is_(None),
    served(tasks.c.guild_id),
)
_THIS = (tasks.c.kind == bindparam("b_kind"), tasks.c.subject_id == bindparam("b_subject_id"))
_HELD = (*_THIS, tasks.c.holder == bindparam("b_holder"))
_DROP = delete(tasks).where(*_THIS)
_NOW = bindparam("b_now", type_=Instant)
_DUE = (
    select(tasks.c.id)
    .where(
        tasks.c.due_at <= _NOW,
        or_(tasks.c.holder.is_(None), tasks.c.leased_until <= _NOW),
        _SERVED,
    )
    .order_by(tasks.c.due_at, tasks.c.id)
    .limit(bindparam("b_limit"))
    # Two processes take different tasks instead of waiting for each other's.
    .with_for_update(skip_locked=True)
    # Looked for once: PostgreSQL may run a subquery again for each row that is compared with it,
    # and each time it would skip what was just taken and find more than was asked for.
    .cte("due")
    .prefix_with("MATERIALIZED")
)
_LEASE = (
    update(tasks)
    .where(tasks.c.id.in_(select(_DUE.c.id)))
    .values(
        holder=bindparam("b_holder"),
        leased_until=bindparam("b_until"),
        attempts=tasks.c.attempts + 1,
    )
    .returning(tasks)
)
_DONE = delete(tasks).where(*_HELD, tasks.c.version == bindparam("b_version"))
_FREE_DONE = update(tasks).where(*_HELD).values(holder=None, leased_until=None, attempts=0)
_AGAIN = (
    update(tasks)
    .where(*_HELD)
    .values(
        holder=None,
        leased_until=None,
        # Whoever asked anew meanwhile gets the time they asked for.
        due_at=case(
            (tasks.c.version == bindparam("b_version"), bindparam("b_due_at", type_=Instant)),
            else_=tasks.c.due_at,
        ),
    )
)
_AGAIN_IN_ORDER = _AGAIN.values(attempts=0)
_FREE = (
    update(tasks)
    .where(tasks.c.holder == bindparam("b_holder"))
    .values(holder=None, leased_until=None)
)
_STANDING = select(tasks).order_by(tasks.c.due_at, tasks.c.id)
_NEXT = select(
    func.min(case((tasks.c.holder.is_(None), tasks.c.due_at), else_=tasks.c.leased_until))
).where(_SERVED)


class Tasks(Repository):
    """See ``bot.ports.TaskRepository``.

    Attributes:
        asked: whether anything was asked for in this transaction.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection)
        self.asked = False

    async def put(self, kind: TaskKind, subject_id: int, due_at: datetime) -> None:
        """Ask for a deed. Asked for again, its time is replaced and its version raised."""
        self.asked = True
        await self._change(
            _PUT[kind].on(self._connection), b_subject_id=subject_id, b_due_at=due_at
        )

    async def drop(self, kind: TaskKind, subject_id: int) -> None:
        """Ask no more."""
        await self._change(_DROP, b_kind=kind, b_subject_id=subject_id)

    async def lease(
        self, holder: str, now: datetime, until: datetime, limit: int, shard: Shard = ALONE
    ) -> list[Task]:
        """Take a shard's due tasks nobody holds (or whose lease is over), longest due first."""
        taken = await self._all(
            _LEASE,
            b_holder=holder,
            b_now=now,
            b_until=until,
            b_limit=limit,
            b_shard=shard.id,
            b_shards=shard.count,
        )
        # RETURNING promises no order.
        return [_task(row) for row in sorted(taken, key=lambda row: (row.due_at, row.id))]

    async def done(self, task: Task, holder: str) -> bool:
        """Delete a finished task; if it was asked for again meanwhile, only free it (False)."""
        this = {"b_kind": task.kind, "b_subject_id": task.subject_id, "b_holder": holder}
        if await self._change(_DONE, **this, b_version=task.version):
            return True
        await self._change(_FREE_DONE, **this)
        return False

    async def again(
        self, task: Task, holder: str, due_at: datetime, *, failed: bool = True
    ) -> None:
        """Free a task that must be tried later.

        If it was asked for anew meanwhile, the time that was asked for stands. One that waits in
        order, rather than having failed, begins to count its attempts anew.
        """
        await self._change(
            _AGAIN if failed else _AGAIN_IN_ORDER,
            b_kind=task.kind,
            b_subject_id=task.subject_id,
            b_holder=holder,
            b_version=task.version,
            b_due_at=due_at,
        )

    async def free(self, holder: str) -> None:
        """Free everything a holder holds (a clean end, or the start after a crash)."""
        await self._change(_FREE, b_holder=holder)

    async def standing(self) -> list[Task]:
        """All tasks, whoever may do them, the soonest due first."""
        return [_task(row) for row in await self._all(_STANDING)]

    async def next_due(self, shard: Shard = ALONE) -> datetime | None:
        """When a shard's next task that nobody holds is due, or a lease ends; None without any."""
        due: datetime | None = await self._scalar(_NEXT, b_shard=shard.id, b_shards=shard.count)
        return due
