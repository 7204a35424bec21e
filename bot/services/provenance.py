"""Who wrote a passage."""

from dataclasses import dataclass
from datetime import datetime

from bot.ports import Store
from bot.services.common import NO_PASSAGE, names_of, the_place
from bot.story.errors import NotFoundError
from bot.story.export import SOMEBODY
from bot.story.turn import DeedKind, Source


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a passage came from.

    Attributes:
        author: display name of whoever wrote the text; None for the model alone.
        opened_by: for a ballot's passage, who asked for the continuation.
        angle: for a ballot's passage, what the winning variant was about.
        by_hand: whether the winning variant was a writer's own draft.
        revisions: number of times it was changed.
    """

    speaker: str
    author: str | None
    author_id: int | None
    source: Source
    at: datetime
    opened_by: str | None
    angle: str
    by_hand: bool
    revisions: int


class WhoWrote:
    """Answers who wrote what."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def is_passage(self, message_id: int) -> bool:
        """Whether a message shows a turn."""
        async with self._store.read() as work:
            return await work.turns.of_message(message_id) is not None

    async def message(self, channel_id: int, message_id: int) -> Provenance:
        """Where the turn of a message came from.

        Raises:
            NotFoundError: the message is no turn of this story.
        """
        async with self._store.read() as work:
            place = await the_place(work, channel_id)
            turn = await work.turns.of_message(message_id)
            if turn is None or turn.story_id != place.story.id:
                raise NotFoundError(NO_PASSAGE)
            names = await names_of(work, place.story.id)
            deed = await work.turns.deed(turn.deed_id)
            ballot = await work.ballots.get(deed.ballot_id) if deed and deed.ballot_id else None
        winner = ballot.variant(ballot.winner_id) if ballot and ballot.winner_id else None
        voted_in = deed is not None and deed.kind is DeedKind.BALLOT
        return Provenance(
            speaker=turn.speaker,
            author=names.get(turn.author_id, SOMEBODY) if turn.author_id else None,
            author_id=turn.author_id,
            source=turn.source,
            at=turn.created_at,
            opened_by=names.get(deed.writer_id, SOMEBODY) if voted_in and deed else None,
            angle=winner.angle if winner else "",
            by_hand=bool(winner and winner.author_id),
            revisions=turn.revision,
        )
