"""Where what was said is kept, and what was taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.story.tale import Branch
from bot.story.turn import (
    Deed,
    DeedKind,
    NewTurn,
    Revision,
    Source,
    TakingBack,
    TakingBackKind,
    Turn,
)


@dataclass(frozen=True, slots=True)
class NewDeed:
    """A deed about to be done.

    Attributes:
        writer_id: who does it; for a ballot, who opened it.
        message_id: the typed message it came from; kept, so that a replayed event is known.
    """

    kind: DeedKind
    writer_id: int
    turns: tuple[NewTurn, ...]
    at: datetime
    ballot_id: int | None = None
    message_id: int | None = None


class TurnRepository(Protocol):
    """Turns, deeds, revisions, and what was taken back."""

    async def append(
        self,
        branch: Branch,
        deed: NewDeed,
    ) -> tuple[Deed, list[Turn]]:
        """Add a deed's turns behind the head of ``branch`` and move the head.

        Raises:
            StaleError: the head has moved since ``branch`` was read.
            ConflictError: a deed came from this message, or from this ballot, already.
        """
        ...

    async def get(self, turn_id: int) -> Turn | None:
        """The turn with its newest text, or None."""
        ...

    async def deed(self, deed_id: int) -> Deed | None:
        """The deed, or None."""
        ...

    async def of_deed(self, deed_id: int) -> list[Turn]:
        """The turns of a deed, oldest first."""
        ...

    async def of_message(self, message_id: int) -> Turn | None:
        """The turn that a Discord message shows or came from, or None."""
        ...

    async def is_known(self, message_id: int) -> bool:
        """Whether a message is ours or was read as a turn already."""
        ...

    async def tail(self, branch_id: int, limit: int, *, withdrawn: bool = False) -> list[Turn]:
        """The last turns of a branch, oldest first; cost does not grow with the story.

        Args:
            branch_id: whose chain to walk from its head.
            limit: links of the chain to look at (withdrawn ones count).
            withdrawn: whether to include the withdrawn.
        """
        ...

    async def chain(self, branch_id: int, *, withdrawn: bool = False) -> list[Turn]:
        """All turns of a branch, oldest first."""
        ...

    async def up_to(self, turn_id: int, count: int) -> list[Turn]:
        """So many links of a chain up to a turn, withdrawn ones too, oldest first."""
        ...

    async def in_past(self, turn_id: int | None, branch_id: int) -> bool:
        """Whether a turn is the branch's head or an ancestor of it (None always is)."""
        ...

    async def among_past(self, branch_id: int, turn_ids: Sequence[int]) -> frozenset[int]:
        """Which of these turns are the branch's head or ancestors of it."""
        ...

    async def newer(self, turn_id: int | None, branch_id: int) -> list[Turn]:
        """The standing turns of the branch that follow a turn (None: all), oldest first."""
        ...

    async def last_deeds(self, branch_id: int, count: int) -> list[Deed]:
        """The newest deeds of a branch with a turn that stands, newest first."""
        ...

    async def revise(
        self, turn_id: int, text: str, author_id: int, source: Source, at: datetime
    ) -> Turn:
        """Add a revision and return the turn with its new text."""
        ...

    async def revisions(self, turn_id: int) -> list[Revision]:
        """All texts of a turn, the first one (number 0) first."""
        ...

    async def undo(
        self, branch: Branch, deeds: Sequence[Deed], by: int, at: datetime
    ) -> TakingBack:
        """Move the head before the oldest of the newest ``deeds``, and note how to come back.

        Raises:
            StaleError: the head has moved since ``branch`` was read.
        """
        ...

    async def withdraw(
        self,
        turns: Sequence[Turn],
        kind: TakingBackKind,
        by: int,
        at: datetime,
        *,
        branch_id: int | None = None,
    ) -> TakingBack:
        """Take single turns out of the story, in every branch; those behind them stay.

        ``branch_id`` is the branch in which it is done, by default the one they were written in.
        """
        ...

    async def redo(self, taking_back: TakingBack, at: datetime) -> list[Turn]:
        """Bring turns again that were taken back, oldest first.

        Raises:
            StaleError: the branch went on another way since the undo.
            ConflictError: it was redone already.
        """
        ...

    async def taking_back(self, taking_back_id: int) -> TakingBack | None:
        """The taking-back, or None."""
        ...

    async def last_taking_back(self, branch_id: int) -> TakingBack | None:
        """The newest one of a branch that was not redone, or None."""
        ...

    async def taken_back(self, branch_id: int, limit: int) -> list[TakingBack]:
        """The newest ones of a branch not redone, newest first."""
        ...
