"""What every press on a ballot needs: that it is open, for this writer, with room on its card."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.ports import UnitOfWork
from bot.services.common import Request, standing_of
from bot.services.settling import electorate, started_from_what_stands
from bot.story.ballot import LIVE, MAX_VARIANTS_ON_CARD, Ballot, BallotState
from bot.story.cast import Company, Writer
from bot.story.errors import ConflictError, NotAllowedError, NotFoundError
from bot.story.policy import Action, owns, require
from bot.story.tale import Place
from bot.story.tasks import TaskKind

FULL = f"The card is full: {MAX_VARIANTS_ON_CARD} drafts. Vote, or press None of these."


@dataclass(frozen=True, slots=True)
class Booth:
    """What was read for a press: read once in a transaction, since every press waits for it."""

    place: Place
    ballot: Ballot
    company: Company
    writers: Mapping[int, Writer]


async def at_the_ballot(
    work: UnitOfWork,
    request: Request,
    ballot: Ballot | None,
    now: datetime,
    *,
    tied: bool = False,
    anybody: bool = False,
) -> Booth:
    """A ballot that is open for this actor's press, started from a turn that still stands.

    Args:
        work: the transaction.
        request: who presses.
        ballot: on which ballot, as this transaction sees it; None if there is no such.
        now: the time.
        tied: whether a tie is no obstacle.
        anybody: whether it does not matter if the actor has a vote.

    Raises:
        NotFoundError: the ballot, or its story in this channel, is gone.
        ConflictError: it is being drafted, tied, or decided.
        NotAllowedError: the actor has no vote, or the story is paused or closed.
    """
    if ballot is None:
        raise NotFoundError("That ballot does not exist any more.")
    place = await work.stories.place(ballot.channel_id)
    if place is None or place.branch.id != ballot.branch_id:
        raise NotFoundError("The story of that ballot is not played here any more.")
    _refuse_decided(ballot, tied=tied)
    company, writers = await work.cast.everybody(place.story.id)
    standing = standing_of(company, request.actor.writer_id)
    require(request.actor, Action.VOTE, place.story, standing)
    voters = electorate(place.story, company, writers)
    # Whoever opened it chooses in a tie, also if they gave back their character meanwhile; and
    # whoever acts for an owner who left.
    concerned = ballot.opener_id == request.actor.writer_id
    concerned = concerned or owns(request.actor, place.story, standing)
    chooses = ballot.state is BallotState.TIED and concerned
    if not anybody and not chooses and not voters.may_vote(request.actor.writer_id):
        raise NotAllowedError(
            "Writers with a character vote, and the owner. `/cast claim` takes one."
        )
    if not await started_from_what_stands(work, ballot, place.branch):
        await work.tasks.put(TaskKind.SETTLE, ballot.id, now)
    return Booth(place, ballot, company, writers)


def refuse_full(ballot: Ballot) -> None:
    """Refuse a further draft where the card has no room for one.

    Raises:
        ConflictError: the card is full.
    """
    if ballot.is_full:
        raise ConflictError(FULL)


def _refuse_decided(ballot: Ballot, *, tied: bool) -> None:
    if ballot.state is BallotState.DRAFTING:
        raise ConflictError("The drafts are still being written. They will appear here.")
    if ballot.state is BallotState.TIED and not tied:
        raise ConflictError("The vote ended in a tie; now one of the tied drafts is chosen.")
    if ballot.state not in LIVE:
        raise ConflictError("This ballot is decided. `/scene history` shows what was on it.")
