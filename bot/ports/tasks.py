"""Where it is kept what has to be done."""

from datetime import datetime, timedelta
from typing import Protocol

from bot.story.tasks import ALONE, Shard, Task, TaskKind


class TaskRepository(Protocol):
    """Durable work; see bot.story.tasks."""

    async def put(self, kind: TaskKind, subject_id: int, due_at: datetime) -> None:
        """Ask for a deed. Asked for again, its time is replaced and its version raised."""
        ...

    async def drop(self, kind: TaskKind, subject_id: int) -> None:
        """Ask no more."""
        ...

    async def lease(
        self, holder: str, now: datetime, until: datetime, limit: int, shard: Shard = ALONE
    ) -> list[Task]:
        """Take a shard's due tasks nobody holds (or whose lease is over), longest due first."""
        ...

    async def done(self, task: Task, holder: str) -> bool:
        """Delete a finished task; if it was asked for again meanwhile, only free it (False)."""
        ...

    async def again(
        self, task: Task, holder: str, due_at: datetime, *, failed: bool = True
    ) -> None:
        """Free a task that must be tried later; if it waits in order, its attempts start anew."""
        ...

    async def free(self, holder: str) -> None:
        """Free everything a holder holds (a clean end, or the start after a crash)."""
        ...

    async def standing(self) -> list[Task]:
        """All tasks, whoever may do them, the soonest due first."""
        ...

    async def next_due(self, shard: Shard = ALONE) -> datetime | None:
        """When a shard's next task that nobody holds is due, or a lease ends; None without any."""
        ...


class Wait(Exception):  # noqa: N818 - not an error: the task goes on later
    """Raised by a task that has to go on after a while."""

    def __init__(self, after: timedelta) -> None:
        super().__init__()
        self.after = after
