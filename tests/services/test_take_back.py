import pytest

from bot.ports import StageBlindError
from bot.story.ballot import BallotState
from bot.story.errors import (
    ConflictError,
    InvalidError,
    NotAllowedError,
    NotFoundError,
    StaleError,
)
from bot.story.posts import PostKind, PostState
from bot.story.tale import Proxying
from bot.story.turn import TakingBackKind
from tests.builders import ADA, BEN, CHANNEL, OWNER
from tests.services.table import Table, by


async def test_authors_take_back_their_own(table: Table) -> None:
    with pytest.raises(NotFoundError, match="Nothing has been written"):
        await table.take_back.undo(by(OWNER))
    await table.say(ADA, "One.")
    await table.say(ADA, "Two.")
    with pytest.raises(NotAllowedError):
        await table.take_back.undo(by(BEN))
    taken = await table.take_back.undo(by(ADA))
    assert taken.kind is TakingBackKind.UNDO
    assert await table.texts() == ["One."]
    await table.take_back.undo(by(OWNER))
    assert await table.texts() == []
    with pytest.raises(NotFoundError, match="was taken back already"):
        await table.take_back.undo(by(OWNER))


async def test_an_undo_of_several_needs_the_right_to_each(table: Table) -> None:
    await table.say(BEN, "One.")
    await table.say(ADA, "Two.")
    with pytest.raises(NotAllowedError):
        await table.take_back.undo(by(ADA), 2)
    assert await table.texts() == ["One.", "Two."]
    await table.take_back.undo(by(OWNER), 2)
    assert await table.texts() == []


@pytest.mark.parametrize("deeds", [0, 21])
async def test_an_undo_counts_one_to_twenty_deeds(table: Table, deeds: int) -> None:
    with pytest.raises(InvalidError, match="Between 1 and 20"):
        await table.take_back.undo(by(OWNER), deeds)


async def test_a_ballots_passage_is_its_openers(table: Table) -> None:
    await table.settled(opener=ADA)
    with pytest.raises(NotAllowedError):
        await table.take_back.undo(by(BEN))
    await table.take_back.undo(by(ADA))
    assert await table.texts() == []
    assert len(await table.take_back.redo(by(ADA))) == 1


async def test_a_passage_stays_its_openers_whoever_revised_it(table: Table) -> None:
    _, (passage,) = await table.settled(opener=ADA)
    await table.revise.with_text(by(OWNER), await table.message_of(passage), "Dusk.")
    await table.take_back.undo(by(ADA))
    assert await table.texts() == []


async def test_messages_go_and_a_card_with_redo_remains(table: Table) -> None:
    await table.say(ADA, "One.")
    await table.post()
    taken = await table.take_back.undo(by(ADA))
    await table.post()
    assert table.stage.shown(CHANNEL) == ["<taken_back>"]
    card = await table.take_back.card(taken.id)
    assert card
    assert (card.by, card.speakers, card.redone) == ("Ada", ("Mira",), False)
    await table.take_back.redo(by(ADA), taken.id)
    await table.post()
    assert table.stage.shown(CHANNEL) == ["<taken_back>", "One."]
    card = await table.take_back.card(taken.id)
    assert card
    assert card.redone
    assert await table.take_back.card(99) is None


async def test_redo_is_for_whoever_took_it_back_or_wrote_it(table: Table) -> None:
    await table.say(ADA, "One.")
    await table.take_back.undo(by(OWNER))
    with pytest.raises(NotAllowedError):
        await table.take_back.redo(by(BEN))
    await table.take_back.redo(by(ADA))
    assert await table.texts() == ["One."]


async def test_redo_once_and_only_while_the_story_waits(table: Table) -> None:
    with pytest.raises(NotFoundError, match="Nothing was taken back"):
        await table.take_back.redo(by(ADA))
    await table.say(ADA, "One.")
    taken = await table.take_back.undo(by(ADA))
    await table.take_back.redo(by(ADA))
    with pytest.raises(ConflictError, match="already"):
        await table.take_back.redo(by(ADA), taken.id)
    again = await table.take_back.undo(by(ADA))
    await table.say(BEN, "Another way.")
    with pytest.raises(StaleError):
        await table.take_back.redo(by(ADA), again.id)
    assert await table.texts() == ["Another way."]


async def test_an_older_turn_is_withdrawn_alone(table: Table) -> None:
    one = await table.say(ADA, "One.")
    await table.say(BEN, "Two.")
    message_id = await table.message_of(one)
    with pytest.raises(NotAllowedError):
        await table.take_back.check(by(BEN), message_id)
    await table.take_back.check(by(ADA), message_id)
    taken = await table.take_back.message(by(ADA), message_id)
    assert taken.kind is TakingBackKind.WITHDRAWAL
    assert await table.texts() == ["Two."]
    with pytest.raises(ConflictError, match="taken back already"):
        await table.take_back.message(by(ADA), message_id)
    await table.take_back.redo(by(ADA), taken.id)
    assert await table.texts() == ["One.", "Two."]


async def test_the_newest_turn_by_its_message_is_an_undo(table: Table) -> None:
    one = await table.say(ADA, "One.")
    taken = await table.take_back.message(by(ADA), await table.message_of(one))
    assert taken.kind is TakingBackKind.UNDO


async def test_a_message_that_is_no_turn(table: Table) -> None:
    with pytest.raises(NotFoundError, match="not a passage"):
        await table.take_back.message(by(ADA), 4)


async def test_a_message_deleted_by_somebody_hides_its_turn_until_the_owner_restores_it(
    table: Table,
) -> None:
    turn = await table.say(ADA, "One.")
    await table.say(BEN, "Two.")
    message_id = await table.message_of(turn)
    await table.take_back.deleted(CHANNEL, [message_id, message_id, 4])
    assert await table.texts() == ["Two."]
    with pytest.raises(NotAllowedError):
        await table.take_back.redo(by(ADA))
    await table.take_back.redo(by(OWNER))
    assert await table.texts() == ["One.", "Two."]


async def test_deleting_what_one_typed_takes_it_back(table: Table) -> None:
    await table.settings(proxying=Proxying.OFF)
    await table.type(ADA, "One.", message_id=50)
    await table.take_back.deleted(CHANNEL, [50])
    assert await table.texts() == []
    await table.take_back.redo(by(ADA))
    assert await table.texts() == ["One."]


async def test_the_bots_own_deletions_are_no_take_back(table: Table) -> None:
    turn = (await table.type(ADA, "One.", message_id=50)).turn
    assert turn
    await table.post()
    assert 50 in table.stage.deeds("remove")
    await table.take_back.deleted(CHANNEL, [50])
    assert await table.texts() == ["One."]


async def test_in_a_closed_story_deleting_hides_nothing(table: Table) -> None:
    turn = await table.say(ADA, "One.")
    message_id = await table.message_of(turn)
    await table.stories.close(by(OWNER))
    await table.take_back.deleted(CHANNEL, [message_id])
    await table.take_back.deleted(999, [message_id])
    assert await table.texts() == ["One."]


async def test_what_was_not_posted_yet_is_not_posted_any_more(table: Table) -> None:
    turn = await table.take_turn.say(by(ADA), "One.")
    await table.take_back.undo(by(ADA))
    assert [p.state for p in await table.posts(turn)] == [PostState.DROPPED]
    await table.post()
    assert table.stage.shown(CHANNEL) == ["<taken_back>"]


async def test_what_was_typed_and_not_replaced_yet_goes_too(table: Table) -> None:
    """Else it would stand beside what a redo posts."""
    taken = await table.type(ADA, "One.\n\n" + "word " * 500, message_id=50)
    assert taken.turn
    await table.take_back.undo(by(ADA))
    await table.post()
    assert table.stage.deeds("remove") == [50]
    assert table.stage.deeds("send") == [PostKind.TAKEN_BACK]
    states = {p.state for p in await table.posts(taken.turn)}
    assert states == {PostState.DROPPED, PostState.REMOVED}


async def test_what_was_typed_goes_though_its_post_stands_already(table: Table) -> None:
    taken = await table.type(ADA, "One.", message_id=50)
    assert taken.turn
    (post,) = await table.posts(taken.turn)
    async with table.store.write() as work:
        await work.posts.posted(post.id, 70, 1)
    await table.take_back.undo(by(ADA))
    await table.post()
    assert table.stage.deeds("remove") == [70, 50]


async def test_what_was_being_asked_about_is_not_sent_again(table: Table) -> None:
    turn = await table.say(ADA, "One.")
    async with table.store.write() as work:
        (post,) = await work.posts.of_turn(turn.id)
        await work.posts.set_state(post.id, PostState.ASKED)
    await table.take_back.undo(by(ADA))
    await table.outbox.answer(post.id, CHANNEL, stands=False)
    await table.post()
    assert table.stage.shown(CHANNEL) == ["<taken_back>"]


async def test_history(table: Table) -> None:
    await table.settled()
    one = await table.say(ADA, "One.")
    await table.revise.with_text(by(ADA), await table.message_of(one), "Uno.")
    await table.say(BEN, "Two.")
    await table.take_back.undo(by(BEN))
    await table.ballot()
    history = await table.take_back.history(CHANNEL)
    assert [[t.text for t in turns] for _, turns in history.taken_back] == [["Two."]]
    assert [(lost.opener, lost.ballot.state) for lost in history.ballots] == [
        ("Ada", BallotState.SETTLED)
    ]
    assert [[r.text for r in texts] for _, texts in history.revised] == [["One.", "Uno."]]


async def test_undo_has_the_ballot_judged_again(table: Table) -> None:
    await table.say(ADA, "One.")
    ballot = await table.ballot()
    await table.take_back.undo(by(ADA))
    assert f"settle:{ballot.id}" in await table.due()
    await table.settling.run(ballot.id)
    ended = await table.look(ballot.id)
    assert ended.state is BallotState.DROPPED
    assert "taken back" in ended.closing_note


async def test_a_taking_back_of_another_story_is_not_redone_here(table: Table) -> None:
    await table.say(ADA, "One.")
    taken = await table.take_back.undo(by(ADA))
    await table.open(901)
    with pytest.raises(NotFoundError):
        await table.take_back.redo(by(OWNER, 901), taken.id)
    assert await table.about(PostKind.TAKEN_BACK, taken.id)


async def test_the_question_whether_it_stands_goes_with_the_turn(table: Table) -> None:
    await table.say(ADA, "One.")
    table.stage.lose_answer()
    await table.post()
    table.stage.blind = StageBlindError("no history")
    await table.post()
    assert table.stage.shown(CHANNEL) == ["One.", "<ask>"]
    await table.take_back.undo(by(ADA))
    await table.post()
    assert table.stage.shown(CHANNEL) == ["One.", "<taken_back>"]


async def test_a_turn_nobody_claims_any_more_can_still_be_taken_back(table: Table) -> None:
    await table.say(ADA, "One.")
    await table.casting.release(by(ADA), "Mira")
    await table.take_back.undo(by(ADA))
    assert await table.texts() == []


async def test_deleting_a_message_of_an_earlier_story_changes_nothing_in_the_next(
    table: Table,
) -> None:
    message_id = await table.message_of(await table.say(ADA, "One."))
    await table.stories.close(by(OWNER))
    await table.open()
    await table.take_back.deleted(CHANNEL, [message_id])
    assert (await table.take_back.history(CHANNEL)).taken_back == ()
    async with table.store.read() as work:
        turn = await work.turns.of_message(message_id)
    assert turn
    assert not turn.withdrawn
