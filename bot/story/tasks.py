"""Work that must get done however often the process dies: what to do, on what, and when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TaskKind(StrEnum):
    """What a task does.

    DRAFT: write the next round of a ballot. SETTLE: look whether a ballot is decided.
    POST: send, redraw and delete what is due in a channel. PROPOSE: read turns and propose facts.
    FORK: open a fork's thread.
    """

    DRAFT = "draft"
    SETTLE = "settle"
    POST = "post"
    PROPOSE = "propose"
    FORK = "fork"


@dataclass(frozen=True, slots=True)
class Shard:
    """Which servers a process serves, of several processes that share a database.

    Source: https://discord.com/developers/docs/events/gateway#sharding
    """

    id: int = 0
    count: int = 1

    def serves(self, guild_id: int) -> bool:
        """Whether a server is among them."""
        return (guild_id >> 22) % self.count == self.id


ALONE = Shard()


@dataclass(frozen=True, slots=True)
class Task:
    """A deed to be done once, named by kind and subject.

    Attributes:
        subject_id: ballot id for DRAFT and SETTLE, Discord channel id for POST, proposal id for
            PROPOSE, branch id for FORK.
        due_at: when it may be begun.
        attempts: times it was begun since it last succeeded.
        version: raised by each new request for the deed; a runner that finished an older version
            leaves the task standing, so that it runs again.
    """

    kind: TaskKind
    subject_id: int
    due_at: datetime
    attempts: int
    version: int

    @property
    def name(self) -> str:
        """The deed's name, such as ``settle:12``."""
        return f"{self.kind}:{self.subject_id}"
