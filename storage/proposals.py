"""Requests to propose facts."""

from typing import Any

from sqlalchemy import Row, bindparam, select, update

from bot.story.errors import ConflictError
from bot.story.proposal import NewProposal, Proposal, ProposalState
from storage.either import Either
from storage.repository import Repository
from storage.tables import proposals


def _proposal(row: Row[Any]) -> Proposal:
    return Proposal(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping


_ADD = Either(proposals, lambda into: into.on_conflict_do_nothing().returning(proposals))
_GET = select(proposals).where(proposals.c.id == bindparam("id"))
_LAST = (
    select(proposals)
    .where(proposals.c.branch_id == bindparam("branch_id"), proposals.c.state == ProposalState.DONE)
    .order_by(proposals.c.id.desc())
    .limit(1)
)
_SAVE = update(proposals).where(proposals.c.id == bindparam("b_id"))


class Proposals(Repository):
    """See ``bot.ports.ProposalRepository``."""

    async def add(self, new: NewProposal) -> Proposal:
        """Note a request, in state READING; the constraint decides races."""
        row = await self._first(
            _ADD.on(self._connection),
            story_id=new.story_id,
            branch_id=new.branch_id,
            channel_id=new.channel_id,
            asked_by=new.asked_by,
            asked_at=new.asked_at,
            after_depth=new.after_depth,
            until_turn_id=new.until_turn_id,
            turns=new.turns,
            estimate=new.estimate,
            state=ProposalState.READING,
            failure="",
            uncited=0,
            known=0,
        )
        if row is None:
            raise ConflictError("This is being read just now. Its card shows what comes of it.")
        return _proposal(row)

    async def get(self, proposal_id: int) -> Proposal | None:
        """The proposal, or None."""
        row = await self._first(_GET, id=proposal_id)
        return _proposal(row) if row else None

    async def last(self, branch_id: int) -> Proposal | None:
        """The newest DONE one of a branch, or None."""
        row = await self._first(_LAST, branch_id=branch_id)
        return _proposal(row) if row else None

    async def save(self, proposal: Proposal) -> None:
        """Keep state, call, failure and what was dropped."""
        await self._change(
            _SAVE,
            b_id=proposal.id,
            state=proposal.state,
            call_id=proposal.call_id,
            failure=proposal.failure,
            uncited=proposal.uncited,
            known=proposal.known,
        )
