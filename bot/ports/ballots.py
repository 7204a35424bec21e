"""Where ballots are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.story.ballot import Ballot, NewVariant, Round, VariantState
from bot.story.tale import Settings
from bot.story.tasks import ALONE, Shard


@dataclass(frozen=True, slots=True)
class NewBallot:
    """A ballot about to be opened, in state DRAFTING."""

    story_id: int
    branch_id: int
    channel_id: int
    opener_id: int
    from_turn_id: int | None
    at: datetime
    window_ends: datetime
    settings: Settings
    first_round: Round


class BallotRepository(Protocol):
    """Ballots with their rounds, variants and votes."""

    async def open(self, ballot: NewBallot) -> Ballot:
        """Open a ballot.

        Raises:
            ConflictError: the branch has a live one. (The constraint decides races.)
        """
        ...

    async def get(self, ballot_id: int) -> Ballot | None:
        """The ballot with everything in it, or None."""
        ...

    async def live(self, branch_id: int) -> Ballot | None:
        """The live ballot of a branch, or None."""
        ...

    async def live_ids(self, shard: Shard = ALONE) -> list[int]:
        """Ids of the live ballots of all stories of a shard."""
        ...

    async def is_live(self, branch_id: int) -> bool:
        """Whether a branch has a live ballot."""
        ...

    async def live_in_story(self, story_id: int) -> list[Ballot]:
        """The live ballots of all branches of a story."""
        ...

    async def save(self, ballot: Ballot) -> None:
        """Keep the ballot's own fields (state, times, winner, runoff, closer) alone."""
        ...

    async def of_variant(self, variant_id: int) -> Ballot | None:
        """The ballot that a variant belongs to, or None."""
        ...

    async def recent(self, branch_id: int, limit: int) -> list[Ballot]:
        """The newest ballots of a branch, newest first, with variants."""
        ...

    async def add_round(self, ballot_id: int, asked: Round) -> None:
        """Note a request to the model. Its number must be new.

        Raises:
            ConflictError: there is a round with that number.
        """
        ...

    async def end_round(
        self, ballot_id: int, number: int, at: datetime, failure: str, dropped: int
    ) -> bool:
        """Note that a round is over; False if it was over already."""
        ...

    async def add_variants(
        self, ballot_id: int, variants: Sequence[NewVariant], places: Sequence[int], at: datetime
    ) -> None:
        """Put variants on the card, each at its place."""
        ...

    async def set_variant(
        self, variant_id: int, state: VariantState, allowed: frozenset[int]
    ) -> None:
        """Change where a variant stands, and whose owners allowed it."""
        ...

    async def approve(
        self, ballot_id: int, variant_id: int, writer_id: int, at: datetime, *, on: bool
    ) -> None:
        """Give or withdraw an approval (given twice it counts once), and end a None."""
        ...

    async def press_none(self, ballot_id: int, writer_id: int, at: datetime, *, on: bool) -> None:
        """Press or withdraw None of these; pressing it ends the writer's approvals."""
        ...

    async def hold(self, ballot_id: int, writer_id: int, kind: str, until: datetime) -> None:
        """Note that a writer is about to add something."""
        ...

    async def end_hold(self, ballot_id: int, writer_id: int, kind: str) -> None:
        """Note that they did, or gave up."""
        ...
