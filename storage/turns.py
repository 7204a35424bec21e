"""Turns, deeds and revisions."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, insert, literal, select, union_all

from bot.ports import NewDeed
from bot.story.errors import ConflictError, StaleError
from bot.story.posts import PostKind
from bot.story.tale import Branch
from bot.story.turn import Deed, NewTurn, Revision, Source, Turn
from storage import chains
from storage.chains import deed_of, turn_of
from storage.either import Either
from storage.tables import branches, deeds, posts, revisions, turns
from storage.undoing import MOVED_ON, Undoing
from storage.values import pack_attachments

_DEED_VALUES = ("story_id", "branch_id", "kind", "writer_id", "ballot_id", "at", "message_id")
# Nothing is written unless the head is still where it was, nor if the deed was done already: so a
# caller may catch the refusal and go on.
_DO = Either(
    deeds,
    lambda into: (
        into.from_select(
            list(_DEED_VALUES),
            select(*[bindparam(f"p_{name}", type_=deeds.c[name].type) for name in _DEED_VALUES])
            .select_from(branches)
            .where(
                branches.c.id == bindparam("p_branch_id"),
                branches.c.head_id.is_not_distinct_from(
                    bindparam("p_expected", type_=branches.c.head_id.type)
                ),
            ),
        )
        .on_conflict_do_nothing()
        .returning(deeds.c.id)
    ),
)
_IS_AT = select(branches.c.id).where(
    branches.c.id == bindparam("branch_id"),
    branches.c.head_id.is_not_distinct_from(bindparam("expected", type_=branches.c.head_id.type)),
)
_ADD = insert(turns).values(jump_id=chains.JUMP)
_DEPTH = select(branches.c.depth).where(branches.c.id == bindparam("branch_id"))
_GET = chains.TURNS.where(turns.c.id == bindparam("id"))
_OF_DEED = chains.TURNS.where(turns.c.deed_id == bindparam("deed_id")).order_by(turns.c.depth)
_DEED = select(deeds).where(deeds.c.id == bindparam("id"))
_SHOWN_OR_READ = (
    union_all(
        select(posts.c.subject_id).where(
            posts.c.message_id == bindparam("message_id"), posts.c.kind == PostKind.TURN
        ),
        select(turns.c.id)
        .join(deeds, deeds.c.id == turns.c.deed_id)
        .where(deeds.c.message_id == bindparam("message_id")),
    )
).subquery()
_OF_MESSAGE = (
    chains.TURNS.where(turns.c.id.in_(select(_SHOWN_OR_READ.c[0]))).order_by(turns.c.id).limit(1)
)
_KNOWN = union_all(
    select(literal(1)).where(
        select(posts.c.id).where(posts.c.message_id == bindparam("message_id")).exists()
    ),
    select(literal(1)).where(
        select(deeds.c.id).where(deeds.c.message_id == bindparam("message_id")).exists()
    ),
)
_REVISE = Either(
    revisions, lambda into: into.on_conflict_do_nothing().returning(revisions.c.number)
)
_LAST_REVISION = select(func.coalesce(func.max(revisions.c.number), 0)).where(
    revisions.c.turn_id == bindparam("turn_id")
)
_REVISIONS = union_all(
    select(
        turns.c.id.label("turn_id"),
        literal(0).label("number"),
        turns.c.text,
        turns.c.author_id,
        turns.c.source,
        turns.c.created_at.label("at"),
    ).where(turns.c.id == bindparam("turn_id")),
    select(
        revisions.c.turn_id,
        revisions.c.number,
        revisions.c.text,
        revisions.c.author_id,
        revisions.c.source,
        revisions.c.at,
    ).where(revisions.c.turn_id == bindparam("turn_id")),
).order_by("number")


class Turns(Undoing):
    """See ``bot.ports.TurnRepository``."""

    async def append(self, branch: Branch, deed: NewDeed) -> tuple[Deed, list[Turn]]:
        """Add a deed's turns behind the head of ``branch`` and move the head."""
        if not deed.turns:
            raise ValueError("A deed adds at least one turn.")
        done = await self._do(branch, deed)
        added: list[Turn] = []
        parent_id, depth = branch.head_id, branch.depth
        for turn in deed.turns:
            depth += 1
            added.append(await self._add(turn, done, parent_id, depth))
            parent_id = added[-1].id
        if not await self._move(branch.id, branch.head_id, parent_id, depth):
            raise StaleError(MOVED_ON)
        return done, added

    async def _do(self, branch: Branch, deed: NewDeed) -> Deed:
        """Write the deed's row, or say why it cannot be done."""
        done_id = await self._scalar(
            _DO.on(self._connection),
            p_story_id=branch.story_id,
            p_branch_id=branch.id,
            p_kind=deed.kind,
            p_writer_id=deed.writer_id,
            p_ballot_id=deed.ballot_id,
            p_at=deed.at,
            p_message_id=deed.message_id,
            p_expected=branch.head_id,
        )
        if done_id is None:
            at = await self._scalar(_IS_AT, branch_id=branch.id, expected=branch.head_id)
            if at is None:
                raise StaleError(MOVED_ON)
            raise ConflictError("This is part of the story already.")
        return Deed(
            id=done_id,
            story_id=branch.story_id,
            branch_id=branch.id,
            kind=deed.kind,
            writer_id=deed.writer_id,
            ballot_id=deed.ballot_id,
            at=deed.at,
        )

    async def _add(self, turn: NewTurn, deed: Deed, parent_id: int | None, depth: int) -> Turn:
        turn_id = await self._insert(
            _ADD,
            {
                "story_id": deed.story_id,
                "branch_id": deed.branch_id,
                "parent_id": parent_id,
                "b_parent_id": parent_id,
                "deed_id": deed.id,
                "depth": depth,
                "character_id": turn.character_id,
                "speaker": turn.speaker,
                "author_id": turn.author_id,
                "source": turn.source,
                "text": turn.text,
                "attachments": pack_attachments(turn.attachments),
                "created_at": deed.at,
            },
        )
        return Turn(
            id=turn_id,
            story_id=deed.story_id,
            branch_id=deed.branch_id,
            parent_id=parent_id,
            deed_id=deed.id,
            depth=depth,
            character_id=turn.character_id,
            speaker=turn.speaker,
            author_id=turn.author_id,
            source=turn.source,
            text=turn.text,
            created_at=deed.at,
            attachments=turn.attachments,
        )

    async def get(self, turn_id: int) -> Turn | None:
        """The turn with its newest text, or None."""
        row = await self._first(_GET, id=turn_id)
        return turn_of(row) if row else None

    async def deed(self, deed_id: int) -> Deed | None:
        """The deed, or None."""
        row = await self._first(_DEED, id=deed_id)
        return deed_of(row) if row else None

    async def of_deed(self, deed_id: int) -> list[Turn]:
        """The turns of a deed, oldest first."""
        return [turn_of(row) for row in await self._all(_OF_DEED, deed_id=deed_id)]

    async def of_message(self, message_id: int) -> Turn | None:
        """The turn that a Discord message shows or came from, or None."""
        row = await self._first(_OF_MESSAGE, message_id=message_id)
        return turn_of(row) if row else None

    async def is_known(self, message_id: int) -> bool:
        """Whether a message is ours or was read as a turn already."""
        return await self._scalar(_KNOWN, message_id=message_id) is not None

    async def tail(self, branch_id: int, limit: int, *, withdrawn: bool = False) -> list[Turn]:
        """The last turns of a branch, oldest first; cost does not grow with the story."""
        found = await self._all(chains.TAIL[withdrawn], branch_id=branch_id, limit=limit)
        return [turn_of(row) for row in found]

    async def chain(self, branch_id: int, *, withdrawn: bool = False) -> list[Turn]:
        """All turns of a branch, oldest first."""
        found = await self._all(chains.CHAIN[withdrawn], branch_id=branch_id)
        return [turn_of(row) for row in found]

    async def up_to(self, turn_id: int, count: int) -> list[Turn]:
        """So many links of a chain up to a turn, withdrawn ones too, oldest first."""
        found = await self._all(chains.UP_TO, turn_id=turn_id, count=count)
        return [turn_of(row) for row in found]

    async def in_past(self, turn_id: int | None, branch_id: int) -> bool:
        """Whether a turn is the branch's head or an ancestor of it (None always is)."""
        return turn_id is None or turn_id in await self.among_past(branch_id, [turn_id])

    async def among_past(self, branch_id: int, turn_ids: Sequence[int]) -> frozenset[int]:
        """Which of these turns are the branch's head or ancestors of it."""
        if not turn_ids:
            return frozenset()
        ids = sorted(set(turn_ids))
        found = await self._all(chains.AMONG_PAST, branch_id=branch_id, turn_ids=ids)
        return frozenset(row.id for row in found)

    async def newer(self, turn_id: int | None, branch_id: int) -> list[Turn]:
        """The standing turns of the branch that follow a turn (None: all), oldest first.

        A turn that is not in the branch's past is taken for the link at its depth.
        """
        found = await self._all(chains.NEWER, turn_id=turn_id, branch_id=branch_id)
        return [turn_of(row) for row in found]

    async def last_deeds(self, branch_id: int, count: int) -> list[Deed]:
        """The newest deeds of a branch with a turn that stands, newest first."""
        # Most deeds are one turn. Where they are not, or much was withdrawn, look further back.
        limit = 4 * count + 16
        while True:
            found = await self._all(
                chains.LAST_DEEDS, branch_id=branch_id, count=count, limit=limit
            )
            if len(found) >= count or await self._reaches_start(branch_id, limit):
                return [deed_of(row) for row in found]
            limit *= 8

    async def _reaches_start(self, branch_id: int, limit: int) -> bool:
        depth = await self._scalar(_DEPTH, branch_id=branch_id)
        return depth is None or depth <= limit

    async def revise(
        self, turn_id: int, text: str, author_id: int, source: Source, at: datetime
    ) -> Turn:
        """Add a revision and return the turn with its new text."""
        last = await self._scalar(_LAST_REVISION, turn_id=turn_id)
        added = await self._did(
            _REVISE.on(self._connection),
            turn_id=turn_id,
            number=last + 1,
            text=text,
            author_id=author_id,
            source=source,
            at=at,
        )
        turn = await self.get(turn_id)
        if not added or turn is None:
            raise ConflictError("Somebody revised this at the same moment. Look and try again.")
        return turn

    async def revisions(self, turn_id: int) -> list[Revision]:
        """All texts of a turn, the first one (number 0) first."""
        found = await self._all(_REVISIONS, turn_id=turn_id)
        return [
            Revision(row.turn_id, row.number, row.text, row.author_id, row.source, row.at)
            for row in found
        ]
