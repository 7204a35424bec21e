"""Where facts are kept, and those that are proposed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.story.canon import Fact, FactState, NewFact
from bot.story.proposal import NewProposal, Proposal


class CanonRepository(Protocol):
    """Facts."""

    async def add(self, fact: NewFact, at: datetime) -> Fact:
        """Add a fact; its number is the story's next."""
        ...

    async def get(self, story_id: int, number: int) -> Fact | None:
        """The fact by its number in the story, or None."""
        ...

    async def of_id(self, fact_id: int) -> Fact | None:
        """The fact by its id, as a button knows it, or None."""
        ...

    async def facts(self, story_id: int, states: frozenset[FactState]) -> list[Fact]:
        """Facts in these states by number."""
        ...

    async def tally(self, story_id: int, states: frozenset[FactState]) -> dict[int | None, int]:
        """How many facts are in these states, by the branch that they came from."""
        ...

    async def set_state(
        self,
        fact_id: int,
        state: FactState,
        by: int | None,
        at: datetime,
        *,
        until_turn_id: int | None = None,
        why: str = "",
    ) -> None:
        """Move a fact to a state; for RETIRED, who and when and until which turn it held.

        For CANON, ``by`` is who accepted it; for DISPUTED, who doubts it, and why.
        """
        ...

    async def of_proposal(self, proposal_id: int) -> list[Fact]:
        """The facts that a proposal brought, whatever became of them, by number."""
        ...

    async def said_in(self, fact_id: int, branch_id: int) -> None:
        """Note in which branch a fact was said anew."""
        ...

    async def of_turns(self, turn_ids: Sequence[int]) -> list[Fact]:
        """Facts (canon or proposed) that came from these turns."""
        ...


class ProposalRepository(Protocol):
    """Requests to propose facts."""

    async def add(self, new: NewProposal) -> Proposal:
        """Note a request, in state READING.

        Raises:
            ConflictError: the branch is being read already. (The constraint decides races.)
        """
        ...

    async def get(self, proposal_id: int) -> Proposal | None:
        """The proposal, or None."""
        ...

    async def last(self, branch_id: int) -> Proposal | None:
        """The newest DONE one of a branch, or None."""
        ...

    async def save(self, proposal: Proposal) -> None:
        """Keep who asked when, state, call, failure and what was dropped.

        Raises:
            ConflictError: it shall be READING, and the branch is being read already.
        """
        ...
