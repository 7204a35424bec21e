"""Whatever people do in whatever order: heads, chains and claims stay what they must be."""

import asyncio
from collections.abc import Awaitable, Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.ports import UnitOfWork
from bot.story.ballot import NewVariant, with_approval, with_none
from bot.story.cast import Sheet
from bot.story.errors import ConflictError
from bot.story.tale import Place
from bot.story.turn import TakingBackKind, Turn
from storage.database import Database
from tests.storage.kit import NOW, OWNER, later, new_ballot, new_deed, opening, the_branch

SOME = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

acts = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(1, 3)),
        st.tuples(st.just("undo"), st.integers(1, 3)),
        st.tuples(st.just("redo"), st.integers(0, 3)),
        st.tuples(st.just("withdraw"), st.integers(0, 5)),
    ),
    max_size=12,
)


class Model:
    """What a branch should hold, told the simple way."""

    def __init__(self) -> None:
        self.chain: list[Turn] = []
        self.gone: dict[int, int] = {}

    def standing(self) -> list[int]:
        return [turn.id for turn in self.chain if not self.gone.get(turn.id)]


async def act(unit: UnitOfWork, place: Place, model: Model, what: str, number: int) -> None:
    branch = await unit.stories.branch(place.branch.id)
    assert branch
    turns = unit.turns
    if what == "append":
        _, added = await turns.append(branch, new_deed(*["x"] * number))
        model.chain += added
    elif what == "undo":
        deeds = await turns.last_deeds(branch.id, number)
        if deeds:
            taken = await turns.undo(branch, deeds, OWNER, NOW)
            assert taken.turn_ids == tuple(model.standing()[-len(taken.turn_ids) :])
            first = next(n for n, turn in enumerate(model.chain) if turn.deed_id == deeds[-1].id)
            model.chain = model.chain[:first]
    elif what == "withdraw":
        standing = await turns.chain(branch.id)
        if standing:
            turn = standing[number % len(standing)]
            await turns.withdraw([turn], TakingBackKind.WITHDRAWAL, OWNER, NOW)
            model.gone[turn.id] = 1
    else:
        await redo(unit, place, model, number)


async def redo(unit: UnitOfWork, place: Place, model: Model, number: int) -> None:
    open_ones = await unit.turns.taken_back(place.branch.id, 10)
    if not open_ones:
        return
    taken = open_ones[number % len(open_ones)]
    try:
        await unit.turns.redo(taken, NOW)
    except ConflictError:
        return
    if taken.kind is TakingBackKind.UNDO:
        model.chain = await unit.turns.chain(place.branch.id, withdrawn=True)
        assert model.chain[-1].id == taken.head_before
    else:
        model.gone.pop(taken.turn_ids[0])


async def check(unit: UnitOfWork, place: Place, model: Model) -> None:
    branch = await unit.stories.branch(place.branch.id)
    assert branch
    chain = await unit.turns.chain(branch.id, withdrawn=True)
    ids = [turn.id for turn in chain]
    assert ids == [turn.id for turn in model.chain]
    assert len(set(ids)) == len(ids)
    assert [turn.parent_id for turn in chain] == [None, *ids][: len(ids)]
    assert [turn.depth for turn in chain] == list(range(1, len(ids) + 1))
    assert branch.depth == len(ids)
    assert branch.head_id == (ids[-1] if ids else None)
    standing = [turn.id for turn in await unit.turns.chain(branch.id)]
    assert standing == model.standing()
    assert standing == [turn.id for turn in await unit.turns.newer(None, branch.id)]


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        await work()

    asyncio.run(whole())


@SOME
@given(acts=acts)
def test_heads(new_url: Callable[[], str], acts: list[tuple[str, int]]) -> None:
    async def play() -> None:
        database = await Database.open(new_url(), synchronous="NORMAL")
        model = Model()
        try:
            async with database.write() as unit:
                place = await unit.stories.open(opening())
            for what, number in acts:
                async with database.write() as unit:
                    await act(unit, place, model, what, number)
                async with database.read() as unit:
                    await check(unit, place, model)
        finally:
            await database.close()

    run(play)


claims = st.lists(
    st.tuples(st.sampled_from(["claim", "release"]), st.integers(0, 1), st.integers(1, 3)),
    max_size=20,
)


@SOME
@given(acts=claims)
def test_claims(new_url: Callable[[], str], acts: list[tuple[str, int, int]]) -> None:
    async def play() -> None:
        database = await Database.open(new_url(), synchronous="NORMAL")
        holds: dict[int, int] = {}
        try:
            async with database.write() as unit:
                story_id = (await unit.stories.open(opening())).story.id
                cast = [
                    await unit.cast.add(story_id, name, Sheet(), aliases=(), by=1, at=NOW)
                    for name in ("Mira", "Tom")
                ]
            for what, who, writer_id in acts:
                character = cast[who]
                async with database.write() as unit:
                    live = (await unit.cast.company(story_id)).claims
                    if what == "release" and character.id in live:
                        assert await unit.cast.release(live[character.id].id, NOW)
                        del holds[character.id]
                    elif what == "claim":
                        try:
                            await unit.cast.claim(character, writer_id, NOW)
                        except ConflictError:
                            assert character.id in holds
                        else:
                            assert character.id not in holds
                            holds[character.id] = writer_id
                async with database.read() as unit:
                    live = (await unit.cast.company(story_id)).claims
                assert {one: claim.writer_id for one, claim in live.items()} == holds
        finally:
            await database.close()

    run(play)


presses = st.lists(
    # Who presses, what (the third is None of these), and whether to give or to withdraw it.
    st.tuples(st.integers(1, 2), st.integers(0, 2), st.booleans()),
    max_size=12,
)


@SOME
@given(presses=presses)
def test_a_press_changes_a_ballot_as_it_changes_what_is_kept_of_it(
    new_url: Callable[[], str], presses: list[tuple[int, int, bool]]
) -> None:
    async def play() -> None:
        database = await Database.open(new_url(), synchronous="NORMAL")
        drafts = [NewVariant(1, "", (), None)] * 2
        try:
            async with database.write() as unit:
                await unit.stories.open(opening())
                opened = await unit.ballots.open(new_ballot(await the_branch(unit)))
                await unit.ballots.add_variants(opened.id, drafts, [0, 1], NOW)
                ballot = await unit.ballots.get(opened.id)
            for minute, (writer, what, on) in enumerate(presses):
                assert ballot
                now = later(minutes=minute)
                async with database.write() as unit:
                    if what == len(drafts):
                        await unit.ballots.press_none(ballot.id, writer, now, on=on)
                        pressed = with_none(ballot, writer, now, on=on)
                    else:
                        chosen = ballot.variants[what].id
                        await unit.ballots.approve(ballot.id, chosen, writer, now, on=on)
                        pressed = with_approval(ballot, chosen, writer, now, on=on)
                async with database.read() as unit:
                    ballot = await unit.ballots.get(ballot.id)
                assert pressed == ballot
        finally:
            await database.close()

    run(play)
