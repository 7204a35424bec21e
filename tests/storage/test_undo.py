import pytest

from bot.story.errors import ConflictError, NotFoundError, StaleError
from bot.story.tale import Branch
from bot.story.turn import TakingBack, TakingBackKind, Turn
from tests.storage.kit import NOW, OWNER, Stand, later, say, the_branch


async def undo(stand: Stand, count: int = 1) -> TakingBack:
    async with stand.write() as unit:
        branch = await the_branch(unit)
        deeds = await unit.turns.last_deeds(branch.id, count)
        return await unit.turns.undo(branch, deeds, OWNER, NOW)


async def withdraw(
    stand: Stand, *turns: Turn, kind: TakingBackKind = TakingBackKind.WITHDRAWAL
) -> TakingBack:
    async with stand.write() as unit:
        return await unit.turns.withdraw(turns, kind, OWNER, NOW)


async def redo(stand: Stand, taken: TakingBack) -> list[str]:
    async with stand.write() as unit:
        return [turn.text for turn in await unit.turns.redo(taken, later(hours=1))]


async def test_undo_moves_the_head_and_redo_moves_it_back(stand: Stand) -> None:
    _, (first,) = await stand.say("first")
    _, both = await stand.say("second", "third")
    taken = await undo(stand)
    assert taken.kind is TakingBackKind.UNDO
    assert (taken.head_before, taken.head_after) == (both[1].id, first.id)
    assert taken.turn_ids == (both[0].id, both[1].id)
    assert await stand.branch() == Branch(first.branch_id, first.story_id, "main", first.id, 1)
    async with stand.read() as unit:
        assert await unit.turns.get(both[0].id) == both[0]
        assert await unit.turns.taking_back(taken.id) == taken
        assert await unit.turns.last_taking_back(first.branch_id) == taken
    assert await redo(stand, taken) == ["second", "third"]
    assert await stand.texts() == ["first", "second", "third"]
    async with stand.read() as unit:
        redone = await unit.turns.taking_back(taken.id)
        assert redone
        assert redone.redone_at == later(hours=1)
        assert await unit.turns.last_taking_back(first.branch_id) is None


async def test_everything_can_be_undone_and_redone(stand: Stand) -> None:
    await stand.say("first")
    await stand.say("second")
    taken = await undo(stand, 5)
    assert (await stand.branch()).head_id is None
    assert await stand.texts() == []
    assert await redo(stand, taken) == ["first", "second"]


async def test_redo_goes_backwards_through_the_undos(stand: Stand) -> None:
    for text in ("first", "second", "third"):
        await stand.say(text)
    older, newer = await undo(stand), await undo(stand)
    with pytest.raises(StaleError, match="another way"):
        await redo(stand, older)
    assert await redo(stand, newer) == ["second"]
    with pytest.raises(ConflictError, match="already"):
        await redo(stand, newer)
    assert await redo(stand, older) == ["third"]


async def test_once_the_story_went_on_an_undo_stays(stand: Stand) -> None:
    await stand.say("first")
    await stand.say("lost")
    taken = await undo(stand)
    await stand.say("new")
    with pytest.raises(StaleError, match="history"):
        await redo(stand, taken)
    assert await stand.texts() == ["first", "new"]
    async with stand.read() as unit:
        (kept,) = await unit.turns.taken_back(taken.branch_id, 5)
        assert kept == taken
        turn = await unit.turns.get(kept.turn_ids[0])
        assert turn
        assert turn.text == "lost"


async def test_a_stale_undo_takes_nobody_elses_turn(stand: Stand) -> None:
    mine, _ = await stand.say("mine")
    before = await stand.branch()
    await stand.say("theirs")
    async with stand.write() as unit:
        for branch in (before, await the_branch(unit)):
            with pytest.raises(StaleError):
                await unit.turns.undo(branch, [mine], OWNER, NOW)
        with pytest.raises(ValueError, match="no deed"):
            await unit.turns.undo(before, [], OWNER, NOW)
    assert await stand.texts() == ["mine", "theirs"]


async def test_a_stale_branch_is_refused(stand: Stand) -> None:
    before = await stand.branch()
    deed, _ = await stand.say("first")
    async with stand.write() as unit:
        with pytest.raises(StaleError):
            await unit.turns.undo(before, [deed], OWNER, NOW)


async def test_withdrawing_leaves_what_follows(stand: Stand) -> None:
    turns = [(await stand.say(text))[1][0] for text in ("a", "b", "c")]
    taken = await withdraw(stand, turns[1])
    assert taken.head_before == taken.head_after == turns[2].id
    assert await stand.texts() == ["a", "c"]
    async with stand.read() as unit:
        gone = await unit.turns.get(turns[1].id)
        assert gone
        assert gone.withdrawn
    assert await redo(stand, taken) == ["b"]
    assert await stand.texts() == ["a", "b", "c"]
    with pytest.raises(ConflictError):
        await redo(stand, taken)


async def test_hidden_and_withdrawn_needs_both_back(stand: Stand) -> None:
    _, (turn,) = await stand.say("a")
    hidden = await withdraw(stand, turn, kind=TakingBackKind.HIDING)
    withdrawn = await withdraw(stand, turn)
    assert await redo(stand, hidden) == []
    assert await stand.texts() == []
    assert await redo(stand, withdrawn) == ["a"]


async def test_undo_skips_what_was_withdrawn_and_leaves_it_so(stand: Stand) -> None:
    turns = [(await stand.say(text))[1][0] for text in ("a", "b", "c")]
    withdrawn = await withdraw(stand, turns[2])
    taken = await undo(stand)
    assert taken.turn_ids == (turns[1].id,)
    assert (await stand.branch()).head_id == turns[0].id
    with pytest.raises(StaleError, match="Redo those first"):
        await redo(stand, withdrawn)
    assert await redo(stand, taken) == ["b"]
    assert await redo(stand, withdrawn) == ["c"]
    assert await stand.texts() == ["a", "b", "c"]


async def test_what_was_taken_back_is_listed_newest_first(stand: Stand) -> None:
    turns = [(await stand.say(text))[1][0] for text in ("a", "b", "c")]
    first = await withdraw(stand, turns[1], turns[0])
    second = await undo(stand)
    assert first.turn_ids == (turns[0].id, turns[1].id)
    async with stand.read() as unit:
        assert await unit.turns.taken_back(first.branch_id, 5) == [second, first]
        assert await unit.turns.taken_back(first.branch_id, 1) == [second]


async def test_nonsense_is_refused(stand: Stand) -> None:
    deed, (turn,) = await stand.say("a")
    with pytest.raises(ValueError, match="needs turns"):
        await withdraw(stand)
    with pytest.raises(ValueError, match="leaves the head alone"):
        await withdraw(stand, turn, kind=TakingBackKind.UNDO)
    unknown = TakingBack(
        99, deed.story_id, deed.branch_id, TakingBackKind.UNDO, 1, NOW, None, None, ()
    )
    with pytest.raises(NotFoundError):
        await redo(stand, unknown)


async def test_redo_in_the_transaction_that_failed_changes_nothing(stand: Stand) -> None:
    await stand.say("a")
    taken = await undo(stand)
    async with stand.write() as unit:
        await say(unit, await the_branch(unit), "b")
        with pytest.raises(StaleError):
            await unit.turns.redo(taken, NOW)
    async with stand.read() as unit:
        assert await unit.turns.taking_back(taken.id) == taken
    assert await stand.texts() == ["b"]
