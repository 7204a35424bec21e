"""Facts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update

from bot.story.canon import Fact, FactState, NewFact
from storage.repository import Repository
from storage.tables import facts


def _fact(row: Row[Any]) -> Fact:
    return Fact(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping


_LAST = select(func.coalesce(func.max(facts.c.number), 0)).where(
    facts.c.story_id == bindparam("story_id")
)
_ADD = insert(facts).returning(facts)
_GET = select(facts).where(
    facts.c.story_id == bindparam("story_id"), facts.c.number == bindparam("number")
)
_OF_ID = select(facts).where(facts.c.id == bindparam("id"))
_FACTS = (
    select(facts)
    .where(
        facts.c.story_id == bindparam("story_id"),
        facts.c.state.in_(bindparam("states", expanding=True)),
    )
    .order_by(facts.c.number)
)
_TALLY = (
    select(facts.c.branch_id, func.count().label("facts"))
    .where(
        facts.c.story_id == bindparam("story_id"),
        facts.c.state.in_(bindparam("states", expanding=True)),
    )
    .group_by(facts.c.branch_id)
)
_OF_PROPOSAL = (
    select(facts).where(facts.c.proposal_id == bindparam("proposal_id")).order_by(facts.c.number)
)
_SET = update(facts).where(facts.c.id == bindparam("b_id"))
_OF_TURNS = (
    select(facts)
    .where(
        facts.c.source_turn_id.in_(bindparam("turn_ids", expanding=True)),
        facts.c.state.in_([FactState.CANON, FactState.PROPOSED]),
    )
    .order_by(facts.c.id)
)


class Canon(Repository):
    """See ``bot.ports.CanonRepository``."""

    async def add(self, fact: NewFact, at: datetime) -> Fact:
        """Add a fact; its number is the story's next."""
        last = await self._scalar(_LAST, story_id=fact.story_id)
        row = await self._first(
            _ADD,
            story_id=fact.story_id,
            number=last + 1,
            text=fact.text,
            about=fact.about,
            state=fact.state,
            proposed_by=fact.proposed_by,
            accepted_by=fact.accepted_by,
            source_turn_id=fact.source_turn_id,
            quote=fact.quote,
            from_turn_id=fact.from_turn_id,
            branch_id=fact.branch_id,
            added_at=at,
            supersedes_id=fact.supersedes_id,
            proposal_id=fact.proposal_id,
            why="",
        )
        assert row is not None  # noqa: S101 - an INSERT without a conflict clause returns its row
        return _fact(row)

    async def get(self, story_id: int, number: int) -> Fact | None:
        """The fact by its number in the story, or None."""
        row = await self._first(_GET, story_id=story_id, number=number)
        return _fact(row) if row else None

    async def of_id(self, fact_id: int) -> Fact | None:
        """The fact by its id, as a button knows it, or None."""
        row = await self._first(_OF_ID, id=fact_id)
        return _fact(row) if row else None

    async def facts(self, story_id: int, states: frozenset[FactState]) -> list[Fact]:
        """Facts in these states by number."""
        found = await self._all(_FACTS, story_id=story_id, states=sorted(states))
        return [_fact(row) for row in found]

    async def tally(self, story_id: int, states: frozenset[FactState]) -> dict[int | None, int]:
        """How many facts are in these states, by the branch that they came from."""
        found = await self._all(_TALLY, story_id=story_id, states=sorted(states))
        return {row.branch_id: row.facts for row in found}

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

        For CANON, ``by`` is who accepted it; for DISPUTED, who doubts it, and why. A fact that
        returns from RETIRED forgets how it went; one that is canon again, that it was in doubt.
        """
        retired = state is FactState.RETIRED
        values: dict[str, Any] = {
            "state": state,
            "retired_by": by if retired else None,
            "retired_at": at if retired else None,
            "until_turn_id": until_turn_id if retired else None,
        }
        if state is FactState.CANON and by is not None:
            values["accepted_by"] = by
        if state in {FactState.CANON, FactState.DISPUTED}:
            disputed = state is FactState.DISPUTED
            values |= {"disputed_by": by if disputed else None, "why": why if disputed else ""}
        await self._change(_SET, b_id=fact_id, **values)

    async def of_proposal(self, proposal_id: int) -> list[Fact]:
        """The facts that a proposal brought, whatever became of them, by number."""
        found = await self._all(_OF_PROPOSAL, proposal_id=proposal_id)
        return [_fact(row) for row in found]

    async def said_in(self, fact_id: int, branch_id: int) -> None:
        """Note in which branch a fact was said anew."""
        await self._change(_SET, b_id=fact_id, branch_id=branch_id)

    async def of_turns(self, turn_ids: Sequence[int]) -> list[Fact]:
        """Facts (canon or proposed) that came from these turns."""
        return [_fact(row) for row in await self._all(_OF_TURNS, turn_ids=list(turn_ids))]
