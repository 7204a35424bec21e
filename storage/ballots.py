"""Ballots with their rounds, variants and votes."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    Row,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    false,
    insert,
    literal_column,
    select,
    union_all,
    update,
)

from bot.ports import NewBallot
from bot.story.ballot import (
    Ballot,
    BallotState,
    Hold,
    NewVariant,
    Pending,
    Round,
    Variant,
    VariantState,
)
from bot.story.errors import ConflictError
from bot.story.tasks import ALONE, Shard
from storage.columns import Instant, served
from storage.either import Either
from storage.repository import Repository
from storage.tables import (
    IS_LIVE_BALLOT,
    approvals,
    ballots,
    holds,
    presses,
    rounds,
    stories,
    variants,
)
from storage.values import pack_beats, pack_settings, unpack_beats, unpack_settings


def _variant(row: Row[Any]) -> Variant:
    return Variant(
        id=row.id,
        ballot_id=row.ballot_id,
        round=row.round,
        place=row.place,
        angle=row.angle,
        beats=unpack_beats(row.beats),
        author_id=row.author_id,
        state=row.state,
        added_at=row.added_at,
        allowed=frozenset(row.allowed or ()),
    )


def _round(row: Row[Any]) -> Round:
    return Round(
        number=row.number,
        direction=row.direction,
        as_character_id=row.as_character_id,
        as_narrator=row.as_narrator,
        variants=row.variants,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        done_at=row.done_at,
        failure=row.failure,
        dropped=row.dropped,
    )


def _round_values(ballot_id: int, asked: Round) -> dict[str, Any]:
    return {
        "ballot_id": ballot_id,
        "number": asked.number,
        "direction": asked.direction,
        "as_character_id": asked.as_character_id,
        "as_narrator": asked.as_narrator,
        "variants": asked.variants,
        "asked_by": asked.asked_by,
        "asked_at": asked.asked_at,
        "done_at": asked.done_at,
        "failure": asked.failure,
        "dropped": asked.dropped,
    }


_OPEN = Either(ballots, lambda into: into.on_conflict_do_nothing().returning(ballots))
_GET = select(ballots).where(ballots.c.id == bindparam("id"))
_LIVE = select(ballots).where(ballots.c.branch_id == bindparam("branch_id"), IS_LIVE_BALLOT)
_IS_LIVE = select(ballots.c.id).where(ballots.c.branch_id == bindparam("branch_id"), IS_LIVE_BALLOT)
_LIVE_IDS = (
    select(ballots.c.id)
    .where(
        IS_LIVE_BALLOT,
        ballots.c.story_id.in_(select(stories.c.id).where(served(stories.c.guild_id))),
    )
    .order_by(ballots.c.id)
)
_LIVE_IN_STORY = (
    select(ballots)
    .where(ballots.c.story_id == bindparam("story_id"), IS_LIVE_BALLOT)
    .order_by(ballots.c.id)
)
_RECENT = (
    select(ballots)
    .where(ballots.c.branch_id == bindparam("branch_id"))
    .order_by(ballots.c.id.desc())
    .limit(bindparam("limit"))
)
_OF_VARIANT = (
    select(ballots)
    .join(variants, variants.c.ballot_id == ballots.c.id)
    .where(variants.c.id == bindparam("variant_id"))
)
_NO_ID = literal_column("0", BigInteger)
_NO_KIND = literal_column("''", Text)
_Which = Callable[[Table], ColumnElement[bool]]


def _parts(which: _Which) -> tuple[Executable, Executable, Executable]:
    """Queries for variants, for rounds, and for what people did.

    The last in one breath, as every press waits for it; variants have an id above 0.
    """

    def people(table: Table, *columns: ColumnElement[Any]) -> Select[Any]:
        return select(table.c.ballot_id, table.c.writer_id, *columns).where(which(table))

    pressing = people(
        presses,
        presses.c.at,
        presses.c.none,
        _NO_ID.label("variant_id"),
        _NO_KIND.label("kind"),
    )
    approving = people(approvals, _NO_ID, false(), approvals.c.variant_id, _NO_KIND)
    holding = people(holds, holds.c.until, false(), _NO_ID, cast(holds.c.kind, Text))
    return (
        select(variants).where(which(variants)).order_by(variants.c.id),
        select(rounds).where(which(rounds)).order_by(rounds.c.number),
        union_all(pressing, approving, holding),
    )


# For one alone it is quicker to say so: a list is written into the statement each time.
_PARTS_OF_ONE = _parts(lambda table: table.c.ballot_id == bindparam("ballot_id"))
_PARTS_OF_MANY = _parts(lambda table: table.c.ballot_id.in_(bindparam("ballot_id", expanding=True)))
_SAVE = update(ballots).where(ballots.c.id == bindparam("b_id"))
_ADD_ROUND = Either(rounds, lambda into: into.on_conflict_do_nothing().returning(rounds.c.number))
_END_ROUND = update(rounds).where(
    rounds.c.ballot_id == bindparam("b_ballot_id"),
    rounds.c.number == bindparam("b_number"),
    rounds.c.done_at.is_(None),
)
_ADD_VARIANTS = insert(variants)
_SET_VARIANT = update(variants).where(variants.c.id == bindparam("b_id"))
_APPROVE = Either(
    approvals, lambda into: into.on_conflict_do_nothing().returning(approvals.c.writer_id)
)
_DISAPPROVE = delete(approvals).where(
    approvals.c.variant_id == bindparam("variant_id"),
    approvals.c.writer_id == bindparam("writer_id"),
)
_END_APPROVALS = delete(approvals).where(
    approvals.c.ballot_id == bindparam("ballot_id"),
    approvals.c.writer_id == bindparam("writer_id"),
)
_PRESS = Either(
    presses,
    lambda into: into.on_conflict_do_update(
        index_elements=["ballot_id", "writer_id"],
        set_={"at": into.excluded["at"], "none": into.excluded["none"]},
    ),
)
_THEIRS = and_(
    presses.c.ballot_id == bindparam("b_ballot_id"),
    presses.c.writer_id == bindparam("b_writer_id"),
)
_END_NONE = (
    update(presses)
    .where(_THEIRS, presses.c.none)
    .values(none=False, at=bindparam("b_at", type_=Instant))
)
_IS_NONE = select(presses.c.none).where(_THEIRS)
_HOLD = Either(
    holds,
    lambda into: into.on_conflict_do_update(
        index_elements=["ballot_id", "writer_id", "kind"], set_={"until": into.excluded.until}
    ),
)
_END_HOLD = delete(holds).where(
    holds.c.ballot_id == bindparam("ballot_id"),
    holds.c.writer_id == bindparam("writer_id"),
    holds.c.kind == bindparam("kind"),
)


@dataclass
class _Parts:
    """Rows that belong to a ballot."""

    variants: list[Row[Any]] = field(default_factory=list)
    rounds: list[Row[Any]] = field(default_factory=list)
    people: list[Row[Any]] = field(default_factory=list)


def _ballot(row: Row[Any], parts: _Parts) -> Ballot:
    approving: dict[int, set[int]] = defaultdict(set)
    holding: list[Hold] = []
    pressing: list[Row[Any]] = []
    for one in parts.people:
        if one.variant_id:
            approving[one.variant_id].add(one.writer_id)
        elif one.kind:
            holding.append(Hold(one.writer_id, Pending(one.kind), one.at))
        else:
            pressing.append(one)
    return Ballot(
        id=row.id,
        story_id=row.story_id,
        branch_id=row.branch_id,
        channel_id=row.channel_id,
        opener_id=row.opener_id,
        state=row.state,
        from_turn_id=row.from_turn_id,
        opened_at=row.opened_at,
        window_ends=row.window_ends,
        settings=unpack_settings(row.settings),
        variants=tuple(_variant(one) for one in parts.variants),
        rounds=tuple(_round(one) for one in parts.rounds),
        approvals={variant_id: frozenset(who) for variant_id, who in approving.items()},
        nones=frozenset(one.writer_id for one in pressing if one.none),
        pressed={one.writer_id: one.at for one in pressing},
        holds=tuple(sorted(holding, key=lambda hold: hold.until)),
        countdown_ends=row.countdown_ends,
        tied_since=row.tied_since,
        runoff=row.runoff,
        winner_id=row.winner_id,
        closed_by=row.closed_by,
        closing_note=row.closing_note,
        settled_at=row.settled_at,
    )


class Ballots(Repository):
    """See ``bot.ports.BallotRepository``."""

    async def open(self, ballot: NewBallot) -> Ballot:
        """Open a ballot; the constraint decides races."""
        row = await self._first(
            _OPEN.on(self._connection),
            story_id=ballot.story_id,
            branch_id=ballot.branch_id,
            channel_id=ballot.channel_id,
            opener_id=ballot.opener_id,
            state=BallotState.DRAFTING,
            from_turn_id=ballot.from_turn_id,
            opened_at=ballot.at,
            window_ends=ballot.window_ends,
            settings=pack_settings(ballot.settings),
            runoff=False,
            closing_note="",
        )
        if row is None:
            raise ConflictError(
                "A ballot is open here already. Vote in it, or use Steer to ask for more drafts."
            )
        await self.add_round(row.id, ballot.first_round)
        return (await self._whole([row]))[0]

    async def get(self, ballot_id: int) -> Ballot | None:
        """The ballot with everything in it, or None."""
        return await self._one(_GET, id=ballot_id)

    async def live(self, branch_id: int) -> Ballot | None:
        """The live ballot of a branch, or None."""
        return await self._one(_LIVE, branch_id=branch_id)

    async def is_live(self, branch_id: int) -> bool:
        """Whether a branch has a live ballot."""
        return bool(await self._all(_IS_LIVE, branch_id=branch_id))

    async def live_ids(self, shard: Shard = ALONE) -> list[int]:
        """Ids of the live ballots of all stories of a shard."""
        found = await self._all(_LIVE_IDS, b_shard=shard.id, b_shards=shard.count)
        return [row.id for row in found]

    async def live_in_story(self, story_id: int) -> list[Ballot]:
        """The live ballots of all branches of a story."""
        return await self._whole(await self._all(_LIVE_IN_STORY, story_id=story_id))

    async def of_variant(self, variant_id: int) -> Ballot | None:
        """The ballot that a variant belongs to, or None."""
        return await self._one(_OF_VARIANT, variant_id=variant_id)

    async def recent(self, branch_id: int, limit: int) -> list[Ballot]:
        """The newest ballots of a branch, newest first, with variants."""
        return await self._whole(await self._all(_RECENT, branch_id=branch_id, limit=limit))

    async def _one(self, statement: Select[Any], **values: object) -> Ballot | None:
        found = await self._whole(await self._all(statement, **values))
        return found[0] if found else None

    async def _whole(self, rows: Sequence[Row[Any]]) -> list[Ballot]:
        """Ballots with what is in them: as many queries for one as for many."""
        if not rows:
            return []
        parts = {row.id: _Parts() for row in rows}
        one = len(rows) == 1
        variants, rounds, people = _PARTS_OF_ONE if one else _PARTS_OF_MANY
        which = rows[0].id if one else list(parts)
        for part in await self._all(variants, ballot_id=which):
            parts[part.ballot_id].variants.append(part)
        for part in await self._all(rounds, ballot_id=which):
            parts[part.ballot_id].rounds.append(part)
        for part in await self._all(people, ballot_id=which):
            parts[part.ballot_id].people.append(part)
        return [_ballot(row, parts[row.id]) for row in rows]

    async def save(self, ballot: Ballot) -> None:
        """Keep the ballot's own fields (state, times, winner, runoff, closer) alone."""
        await self._change(
            _SAVE,
            b_id=ballot.id,
            state=ballot.state,
            from_turn_id=ballot.from_turn_id,
            window_ends=ballot.window_ends,
            countdown_ends=ballot.countdown_ends,
            tied_since=ballot.tied_since,
            runoff=ballot.runoff,
            winner_id=ballot.winner_id,
            closed_by=ballot.closed_by,
            closing_note=ballot.closing_note,
            settled_at=ballot.settled_at,
        )

    async def add_round(self, ballot_id: int, asked: Round) -> None:
        """Note a request to the model. Its number must be new."""
        statement = _ADD_ROUND.on(self._connection)
        if not await self._did(statement, **_round_values(ballot_id, asked)):
            raise ConflictError("Somebody asked for more drafts at the same moment. Try again.")

    async def end_round(
        self, ballot_id: int, number: int, at: datetime, failure: str, dropped: int
    ) -> bool:
        """Note that a round is over; False if it was over already."""
        ended = await self._change(
            _END_ROUND,
            b_ballot_id=ballot_id,
            b_number=number,
            done_at=at,
            failure=failure,
            dropped=dropped,
        )
        return ended == 1

    async def add_variants(
        self, ballot_id: int, variants: Sequence[NewVariant], places: Sequence[int], at: datetime
    ) -> None:
        """Put variants on the card, each at its place."""
        rows = [
            {
                "ballot_id": ballot_id,
                "round": variant.round,
                "place": place,
                "angle": variant.angle,
                "beats": pack_beats(variant.beats),
                "author_id": variant.author_id,
                "state": VariantState.STANDING,
                "added_at": at,
            }
            for variant, place in zip(variants, places, strict=True)
        ]
        await self._many(_ADD_VARIANTS, rows)

    async def set_variant(
        self, variant_id: int, state: VariantState, allowed: frozenset[int]
    ) -> None:
        """Change where a variant stands, and whose owners allowed it."""
        kept = sorted(allowed) or None
        await self._change(_SET_VARIANT, b_id=variant_id, state=state, allowed=kept)

    async def approve(
        self, ballot_id: int, variant_id: int, writer_id: int, at: datetime, *, on: bool
    ) -> None:
        """Give or withdraw an approval (given twice it counts once), and end a None.

        A press that changes nothing does not count as a later vote.
        """
        this = {"variant_id": variant_id, "writer_id": writer_id}
        if on:
            given = _APPROVE.on(self._connection)
            changed = await self._did(given, ballot_id=ballot_id, **this)
        else:
            changed = await self._change(_DISAPPROVE, **this) > 0
        if changed:
            await self._press(ballot_id, writer_id, at, none=False)
        else:
            await self._end_none(ballot_id, writer_id, at)

    async def press_none(self, ballot_id: int, writer_id: int, at: datetime, *, on: bool) -> None:
        """Press or withdraw None of these; pressing it ends the writer's approvals."""
        if not on:
            await self._end_none(ballot_id, writer_id, at)
            return
        if await self._scalar(_IS_NONE, b_ballot_id=ballot_id, b_writer_id=writer_id):
            return
        await self._change(_END_APPROVALS, ballot_id=ballot_id, writer_id=writer_id)
        await self._press(ballot_id, writer_id, at, none=True)

    async def _press(self, ballot_id: int, writer_id: int, at: datetime, *, none: bool) -> None:
        statement = _PRESS.on(self._connection)
        await self._change(statement, ballot_id=ballot_id, writer_id=writer_id, at=at, none=none)

    async def _end_none(self, ballot_id: int, writer_id: int, at: datetime) -> None:
        await self._change(_END_NONE, b_ballot_id=ballot_id, b_writer_id=writer_id, b_at=at)

    async def hold(self, ballot_id: int, writer_id: int, kind: str, until: datetime) -> None:
        """Note that a writer is about to add something."""
        await self._change(
            _HOLD.on(self._connection),
            ballot_id=ballot_id,
            writer_id=writer_id,
            kind=Pending(kind),
            until=until,
        )

    async def end_hold(self, ballot_id: int, writer_id: int, kind: str) -> None:
        """Note that they did, or gave up."""
        await self._change(_END_HOLD, ballot_id=ballot_id, writer_id=writer_id, kind=Pending(kind))
