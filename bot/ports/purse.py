"""Where calls of the model and their price are kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.story.purse import Call, CallState, Usage


@dataclass(frozen=True, slots=True)
class NewCall:
    """A model call about to be made; ``estimate`` in micro-dollars is reserved until it ends."""

    guild_id: int
    story_id: int
    writer_id: int
    purpose: str
    ballot_id: int | None
    model: str
    estimate: int
    at: datetime


class PurseRepository(Protocol):
    """Model calls and their prices."""

    async def begin(self, call: NewCall) -> int:
        """Record a call before it is made, its estimate reserved; the call's id."""
        ...

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
        ...

    async def abandon(self, ballot_id: int, at: datetime) -> None:
        """End a ballot's PENDING calls, left by a process that died, at their estimates."""
        ...

    async def spent(self, guild_id: int, since: datetime) -> int:
        """Micro-dollars spent or reserved by a server since a time."""
        ...

    async def spent_on(self, story_id: int) -> int:
        """Micro-dollars spent on or reserved for a story since it was opened."""
        ...

    async def calls(self, story_id: int) -> list[Call]:
        """All calls of a story, oldest first."""
        ...
