"""Queries that walk a branch from its head towards its first turn.

Each walk knows before it starts at which depth to end, so its cost is the number of links walked
and does not grow with the story. Every step is one look-up by primary key. Whether a turn is in a
branch's past is asked however long ago it was: that way goes by jumps.
"""

from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    outerjoin,
    select,
    true,
)

from bot.story.turn import Deed, Turn
from storage.columns import ROW_ID
from storage.tables import branches, deeds, revisions, turns, withdrawals
from storage.values import unpack_attachments

_others = revisions.alias("others")
_newest = (
    select(func.max(_others.c.number)).where(_others.c.turn_id == turns.c.id).scalar_subquery()
)
_withdrawn = exists().where(withdrawals.c.turn_id == turns.c.id)
_with_text = outerjoin(
    turns,
    revisions,
    and_(revisions.c.turn_id == turns.c.id, revisions.c.number == _newest),
)

TURNS = select(
    turns.c.id,
    turns.c.story_id,
    turns.c.branch_id,
    turns.c.parent_id,
    turns.c.deed_id,
    turns.c.depth,
    turns.c.character_id,
    turns.c.speaker,
    turns.c.author_id,
    turns.c.source,
    turns.c.text,
    turns.c.created_at,
    turns.c.attachments,
    _withdrawn.label("withdrawn"),
    revisions.c.number.label("revision"),
    revisions.c.author_id.label("new_author_id"),
    revisions.c.source.label("new_source"),
    revisions.c.text.label("new_text"),
).select_from(_with_text)
"""Turns with their newest text."""

STANDING = ~_withdrawn
"""Of turns: not withdrawn."""


def _walk(floor: ColumnElement[int]) -> CTE:
    """The links of branch ``branch_id`` whose depth is above ``floor``, from the head on."""
    head = (
        select(turns.c.id, turns.c.parent_id, turns.c.depth, floor.label("floor"))
        .select_from(branches)
        .join(turns, turns.c.id == branches.c.head_id)
        .where(branches.c.id == bindparam("branch_id", type_=ROW_ID), turns.c.depth > floor)
        .cte("links", recursive=True)
    )
    return _on(head)


def _on(head: CTE) -> CTE:
    """A walk from where it begins, down to its floor."""
    earlier = (
        select(turns.c.id, turns.c.parent_id, turns.c.depth, head.c.floor)
        .select_from(head)
        .join(turns, turns.c.id == head.c.parent_id)
        .where(turns.c.depth > head.c.floor)
    )
    return head.union_all(earlier)


def _turns_of(links: CTE, *, withdrawn: bool) -> Select[tuple[object, ...]]:
    kept = true() if withdrawn else STANDING
    found = TURNS.join_from(_with_text, links, links.c.id == turns.c.id)
    return found.where(kept).order_by(turns.c.depth)


_turn_id = bindparam("turn_id", type_=ROW_ID)
# An alias, or the subquery would be taken for part of the walk around it.
_mark = turns.alias("mark")
_depth_of_turn = select(_mark.c.depth).where(_mark.c.id == _turn_id).scalar_subquery()

_whole = _walk(literal(0, Integer))
_last = _walk(branches.c.depth - bindparam("limit", type_=Integer))
_behind = _walk(func.coalesce(_depth_of_turn, 0))

CHAIN = {flag: _turns_of(_whole, withdrawn=flag) for flag in (False, True)}
"""All turns of ``branch_id``, oldest first; with the withdrawn or without."""

TAIL = {flag: _turns_of(_last, withdrawn=flag) for flag in (False, True)}
"""Turns among the last ``limit`` links of ``branch_id``, oldest first."""

NEWER = _turns_of(_behind, withdrawn=False)
"""Standing turns of ``branch_id`` deeper than ``turn_id``, oldest first; None: all."""

_start = (
    select(turns.c.id, turns.c.parent_id, turns.c.depth)
    .where(turns.c.id == _turn_id)
    .add_columns((turns.c.depth - bindparam("count", type_=Integer)).label("floor"))
    .cte("links", recursive=True)
)
UP_TO = _turns_of(_on(_start), withdrawn=True)
"""The last ``count`` links up to ``turn_id``, oldest first."""

_parent = turns.alias("parent")
_jump = turns.alias("jump")
_next_jump = turns.alias("next_jump")
JUMP = (
    select(
        case(
            (
                _parent.c.depth - func.coalesce(_jump.c.depth, 0)
                == func.coalesce(_jump.c.depth, 0) - func.coalesce(_next_jump.c.depth, 0),
                _next_jump.c.id,
            ),
            else_=_parent.c.id,
        )
    )
    .select_from(_parent)
    .outerjoin(_jump, _jump.c.id == _parent.c.jump_id)
    .outerjoin(_next_jump, _next_jump.c.id == _jump.c.jump_id)
    .where(_parent.c.id == bindparam("b_parent_id", type_=ROW_ID))
    .scalar_subquery()
)
"""Where a turn behind ``b_parent_id`` jumps to: behind where its parent's jump and the one before
that end, if both go equally far; else to its parent. From any turn any ancestor is then found in a
number of steps that grows as the depth's logarithm.
"""


_some_ids = bindparam("turn_ids", expanding=True, type_=ROW_ID)


def _leaps() -> CTE:
    """For each of ``turn_ids``, the way from a branch's head back to its depth, by jumps."""
    head = (
        select(
            turns.c.id,
            turns.c.parent_id,
            turns.c.jump_id,
            turns.c.depth,
            _mark.c.id.label("wanted"),
            _mark.c.depth.label("floor"),
        )
        .select_from(branches)
        .join(turns, turns.c.id == branches.c.head_id)
        .join(_mark, _mark.c.depth <= turns.c.depth)
        .where(branches.c.id == bindparam("branch_id", type_=ROW_ID), _mark.c.id.in_(_some_ids))
        .cte("leaps", recursive=True)
    )
    landing = select(_jump.c.depth).where(_jump.c.id == head.c.jump_id).scalar_subquery()
    further = case((landing >= head.c.floor, head.c.jump_id), else_=head.c.parent_id)
    return head.union_all(
        select(
            turns.c.id,
            turns.c.parent_id,
            turns.c.jump_id,
            turns.c.depth,
            head.c.wanted,
            head.c.floor,
        )
        .select_from(head)
        .join(turns, turns.c.id == further)
        .where(head.c.depth > head.c.floor)
    )


_way = _leaps()
AMONG_PAST = select(_way.c.id).where(_way.c.id == _way.c.wanted)
"""Those of ``turn_ids`` that are links of ``branch_id``."""

LAST_DEEDS = (
    select(deeds)
    .join(turns, turns.c.deed_id == deeds.c.id)
    .join(_last, _last.c.id == turns.c.id)
    .where(STANDING)
    .group_by(*deeds.c)
    .order_by(func.max(turns.c.depth).desc())
    .limit(bindparam("count", type_=Integer))
)
"""The newest ``count`` deeds with a standing turn in the last ``limit`` links, newest first."""


def turn_of(row: Row[Any]) -> Turn:
    """A row of ``TURNS`` as a turn."""
    # By position: looking up eighteen names per row takes longer than the query.
    values: tuple[Any, ...] = tuple(row)
    created_at, attachments, withdrawn, revision = values[11:15]
    # Author, source and text: the newest revision's, or else the first.
    newest = values[15:] if revision else values[8:11]
    files = unpack_attachments(attachments) if attachments else ()
    rest = (created_at, revision or 0, bool(withdrawn), files)
    return Turn(*(values[:8] + newest + rest))


def deed_of(row: Row[Any]) -> Deed:
    """A row of the table as a deed."""
    return Deed(
        id=row.id,
        story_id=row.story_id,
        branch_id=row.branch_id,
        kind=row.kind,
        writer_id=row.writer_id,
        ballot_id=row.ballot_id,
        at=row.at,
    )
