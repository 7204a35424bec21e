from datetime import timedelta

import pytest

from bot.ports import (
    StageBlindError,
    StageForbiddenError,
    StageForeignError,
    StageGoneError,
    StageRefusedError,
    StageUnsureError,
    Wait,
)
from bot.services.outbox import CHANGED, FORBIDDEN_PATIENCE, REFUSED, UNSURE_PATIENCE
from bot.story.posts import Manner, NewPost, PostKind, PostState
from bot.story.turn import Turn
from tests.builders import ADA, BEN, CHANNEL, OWNER, drafted, speech
from tests.fakes import later
from tests.services.table import Table, by


async def states(table: Table, turn: Turn) -> list[PostState]:
    return [post.state for post in await table.posts(turn)]


async def typed(table: Table, text: str, message_id: int) -> Turn:
    turn = (await table.type(ADA, text, message_id=message_id)).turn
    assert turn
    return turn


async def test_posts_appear_in_the_order_they_were_said(table: Table) -> None:
    await table.say(ADA, "One.")
    await table.say(BEN, "Two.\n\n" + "word " * 500)
    await table.say(ADA, "Three.")
    assert await table.post() is None
    shown = table.stage.shown(CHANNEL)
    assert (shown[0], shown[1][:4], shown[3]) == ("One.", "Two.", "Three.")
    posts = list(table.stage.messages[CHANNEL].values())
    assert [p.name for p in posts] == ["Mira", "Tom", "Tom", "Mira"]
    assert {p.manner for p in posts} == {Manner.WEBHOOK}
    await table.post()
    assert len(table.stage.shown(CHANNEL)) == 4


async def test_the_original_goes_after_the_last_part_stands(table: Table) -> None:
    await typed(table, "word " * 900, 50)
    table.stage.fault("send", later(0))
    await table.post()
    assert table.stage.done == []
    await table.post()
    assert [kind for kind, _ in table.stage.done] == ["send", "send", "send", "remove"]
    assert table.stage.deeds("remove") == [50]
    await table.post()
    assert table.stage.deeds("remove") == [50]


async def test_discord_asks_to_wait(table: Table) -> None:
    turn = await table.say(ADA, "One.")
    table.stage.fault("send", later(7))
    wait = await table.post()
    assert wait
    assert wait.after == timedelta(seconds=7)
    assert await states(table, turn) == [PostState.DUE]
    assert await table.post() is None
    assert table.stage.shown(CHANNEL) == ["One."]


async def test_a_lost_answer_is_looked_for_and_not_sent_again(table: Table) -> None:
    turn = await table.say(ADA, "One.")
    table.stage.lose_answer()
    wait = await table.post()
    assert wait
    assert wait.after == UNSURE_PATIENCE
    assert await states(table, turn) == [PostState.SENDING]
    assert await table.post() is None
    assert table.stage.deeds("send") == ["One."]
    assert await states(table, turn) == [PostState.POSTED]
    assert await table.message_of(turn) in table.stage.ids(CHANNEL)


async def test_a_card_found_after_a_lost_answer_is_drawn_anew(table: Table) -> None:
    table.narrator.enqueue(drafted(speech("Ren", "The tide has turned.")))
    opened = await table.ask(variants=1)
    table.stage.lose_answer()
    await table.post()
    # While it was unsure whether the card stands, the drafts came: it has no buttons yet.
    await table.drafting.run(opened.ballot.id)
    await table.post()
    assert table.stage.done == [("send", PostKind.BALLOT), ("redraw", PostKind.BALLOT)]


async def test_a_post_that_never_came_is_sent_again(table: Table) -> None:
    await table.say(ADA, "One.")
    table.stage.fault("send", StageUnsureError("lost"))
    await table.post()
    assert table.stage.shown(CHANNEL) == []
    await table.post()
    assert table.stage.shown(CHANNEL) == ["One."]


async def test_the_same_words_said_before_are_not_taken_for_the_lost_post(table: Table) -> None:
    await table.say(ADA, "Aye.")
    await table.post()
    await table.say(ADA, "Aye.")
    table.stage.fault("send", StageUnsureError("lost"))
    await table.post()
    await table.post()
    assert table.stage.shown(CHANNEL) == ["Aye.", "Aye."]


async def test_a_message_that_is_another_post_is_not_taken(table: Table) -> None:
    first = await table.say(ADA, "Aye.")
    second = await table.say(ADA, "Aye.")
    await table.post()
    async with table.store.write() as work:
        (post,) = await work.posts.of_turn(first.id)
        await work.posts.set_state(post.id, PostState.REMOVED)
        (unsure,) = await work.posts.of_turn(second.id)
        await work.posts.set_state(unsure.id, PostState.SENDING)
    await table.post()
    assert table.stage.deeds("send") == ["Aye."] * 3


@pytest.mark.parametrize("stands", [True, False])
async def test_where_nobody_can_look_the_owner_is_asked(table: Table, stands: bool) -> None:  # noqa: FBT001
    turn = await table.say(ADA, "One.")
    table.stage.lose_answer()
    await table.post()
    table.stage.blind = StageBlindError("no history")
    assert await table.post() is None
    assert await states(table, turn) == [PostState.ASKED]
    assert table.stage.shown(CHANNEL) == ["One.", "<ask>"]
    (post,) = await table.posts(turn)
    await table.outbox.answer(post.id, CHANNEL + 1, stands=not stands)
    await table.outbox.answer(post.id, CHANNEL, stands=stands)
    await table.outbox.answer(post.id, CHANNEL, stands=not stands)
    await table.post()
    assert table.stage.shown(CHANNEL) == (["One."] if stands else ["One.", "One."])
    assert await states(table, turn) == [PostState.LOST if stands else PostState.POSTED]
    await table.outbox.answer(999, CHANNEL, stands=True)


async def test_without_webhooks_what_was_typed_stays(table: Table) -> None:
    table.stage.proxies = False
    turn = await typed(table, "word " * 900, 50)
    said = await table.take_turn.say(by(BEN), "Two.")
    assert await table.post() is None
    assert table.stage.shown(CHANNEL) == ["Two."]
    assert table.stage.deeds("remove") == []
    found = await table.posts(turn)
    assert [p.state for p in found] == [PostState.DROPPED] * 3 + [PostState.LEFT]
    assert found[-1].message_id == 50
    (post,) = await table.posts(said)
    assert post.manner is Manner.PLAIN


async def test_without_permission_what_was_typed_stays_and_the_rest_waits(table: Table) -> None:
    turn = await typed(table, "One.", 50)
    table.stage.fault("send", StageForbiddenError("I may not manage webhooks."))
    assert await table.post() is None
    assert await states(table, turn) == [PostState.DROPPED, PostState.LEFT]
    said = await table.take_turn.say(by(BEN), "Two.")
    table.stage.fault("send", StageForbiddenError("I may not send."))
    wait = await table.post()
    assert wait
    assert wait.after == FORBIDDEN_PATIENCE
    assert await states(table, said) == [PostState.DUE]
    await table.post()
    assert table.stage.shown(CHANNEL) == ["Two."]


async def test_what_discord_never_takes_holds_nothing_up(table: Table) -> None:
    said = await table.take_turn.say(by(ADA), "One.")
    await table.take_turn.say(by(BEN), "Two.")
    table.stage.fault("send", StageRefusedError("status 400"))
    assert await table.post() is None
    assert await states(table, said) == [PostState.DROPPED]
    assert table.stage.shown(CHANNEL) == ["Two.", REFUSED]


async def test_what_was_typed_stays_when_discord_takes_nothing_in_its_place(table: Table) -> None:
    turn = await typed(table, "One.", 50)
    table.stage.fault("send", StageRefusedError("status 413"))
    assert await table.post() is None
    assert await states(table, turn) == [PostState.DROPPED, PostState.LEFT]
    assert table.stage.done == []


async def test_what_is_taken_back_while_discord_refuses_it(table: Table) -> None:
    turn = await table.take_turn.say(by(ADA), "One.")
    table.stage.meanwhile = lambda: table.take_back.undo(by(ADA))
    table.stage.fault("send", StageRefusedError("status 400"))
    assert await table.post() is None
    assert await states(table, turn) == [PostState.REMOVED]
    assert table.stage.shown(CHANNEL) == ["<taken_back>"]


async def test_a_card_that_discord_never_takes_holds_nothing_up(table: Table) -> None:
    ballot = await table.ballot()
    await table.say(BEN, "One.")
    table.stage.fault("send", StageRefusedError("status 400"))
    assert await table.post() is None
    assert table.stage.shown(CHANNEL) == ["One."]
    (card,) = await table.about(PostKind.BALLOT, ballot.id)
    assert card.state is PostState.DROPPED


async def test_a_drawing_that_discord_never_takes_is_let_be(table: Table) -> None:
    ballot = await table.ballot()
    await table.post()
    await table.vote(ADA, ballot.variants[0])
    table.stage.fault("redraw", StageRefusedError("status 400"))
    assert await table.post() is None
    assert table.stage.deeds("redraw") == []


async def test_half_posted_is_never_left_in_place(table: Table) -> None:
    turn = await typed(table, "word " * 900, 50)
    async with table.store.write() as work:
        first, *_ = await work.posts.of_turn(turn.id)
        await work.posts.posted(first.id, 70, 1)
    table.stage.fault("send", StageForbiddenError("no"))
    assert await table.post()
    assert await states(table, turn) == [PostState.POSTED, PostState.DUE, PostState.DUE]


@pytest.mark.parametrize("removable", [True, False])
async def test_a_changed_passage_whose_webhook_is_gone(
    table: Table,
    removable: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    text = "\n\n".join(f"{n}. {'word ' * 300}".strip() for n in range(2))
    turn = await table.say(ADA, text)
    message_id = await table.message_of(turn)
    await table.revise.with_text(by(ADA), message_id, text.replace("word", "verb"))
    for _ in range(2):
        error = StageForeignError("its webhook is gone", removable=removable)
        table.stage.fault("redraw", error)
    await table.post()
    first, second, *more = table.stage.shown(CHANNEL)
    if removable:
        assert not more
        assert first.startswith("0. verb")
        assert second.startswith("1. verb")
    else:
        assert first.startswith("0. word")
        assert more == [CHANGED]
    table.stage.done.clear()
    await table.post()
    assert table.stage.done == []


async def test_a_channel_that_is_gone_takes_no_more(table: Table) -> None:
    turn = await table.say(ADA, "One.")
    other = await table.say(BEN, "Two.")
    await table.post()
    await table.take_back.message(by(BEN), await table.message_of(other))
    third = await table.say(ADA, "Three.")
    table.stage.fault("remove", StageGoneError("gone"))
    table.stage.fault("send", StageGoneError("gone"))
    assert await table.post() is None
    assert await states(table, third) == [PostState.LOST]
    assert await states(table, other) == [PostState.REMOVED]
    assert await states(table, turn) == [PostState.POSTED]
    assert await table.post() is None


async def test_taken_back_while_it_is_sent(table: Table) -> None:
    turn = await table.say(ADA, "One.")
    table.stage.meanwhile = lambda: table.take_back.undo(by(ADA))
    await table.post()
    assert table.stage.shown(CHANNEL) == ["<taken_back>"]
    assert await states(table, turn) == [PostState.REMOVED]


@pytest.mark.parametrize("fault", [later(0), StageForbiddenError("no")])
async def test_taken_back_while_it_was_refused(table: Table, fault: Exception) -> None:
    turn = await table.take_turn.say(by(ADA), "One.")
    table.stage.meanwhile = lambda: table.take_back.undo(by(ADA))
    table.stage.fault("send", fault)
    await table.post()
    await table.post()
    assert await states(table, turn) == [PostState.DROPPED]
    assert table.stage.shown(CHANNEL) == ["<taken_back>"]


@pytest.mark.parametrize("fault", [later(0), StageForbiddenError("no")])
async def test_what_was_typed_goes_when_taken_back_while_refused(
    table: Table, fault: Exception
) -> None:
    turn = await typed(table, "One.", 50)
    table.stage.meanwhile = lambda: table.take_back.undo(by(ADA))
    table.stage.fault("send", fault)
    await table.post()
    await table.post()
    assert await states(table, turn) == [PostState.REMOVED]
    assert table.stage.deeds("remove") == [50]


@pytest.mark.parametrize("blind", [False, True])
async def test_taken_back_after_a_lost_answer(table: Table, blind: bool) -> None:  # noqa: FBT001
    turn = await table.say(ADA, "One.")
    table.stage.lose_answer()
    await table.post()
    await table.take_back.undo(by(ADA))
    table.stage.blind = StageBlindError("no history") if blind else None
    await table.post()
    assert table.stage.shown(CHANNEL) == (["One."] if blind else []) + ["<taken_back>"]
    assert await states(table, turn) == [PostState.REMOVED]


async def test_taken_back_and_never_sent_removes_nothing(table: Table) -> None:
    await table.take_turn.say(by(ADA), "One.")
    table.stage.fault("send", StageUnsureError("lost"))
    await table.post()
    await table.take_back.undo(by(ADA))
    await table.post()
    assert table.stage.shown(CHANNEL) == ["<taken_back>"]
    assert table.stage.deeds("remove") == []


async def test_what_may_not_be_deleted_stays(table: Table) -> None:
    turn = await typed(table, "One.", 50)
    table.stage.fault("remove", StageForbiddenError("I may not manage messages."))
    assert await table.post() is None
    await table.take_back.undo(by(ADA))
    table.stage.fault("remove", StageForbiddenError("I may not manage messages."))
    assert await table.post() is None
    assert await states(table, turn) == [PostState.REMOVED]


async def test_cards_are_redrawn_once_nothing_waits_to_be_sent(table: Table) -> None:
    ballot = await table.ballot()
    await table.post()
    await table.vote(ADA, ballot.variants[0])
    await table.say(BEN, "One.")
    await table.post()
    assert table.stage.done[-2:] == [("remove", 1_001), ("redraw", PostKind.BALLOT)]
    table.stage.done.clear()
    await table.post()
    assert table.stage.done == []


async def test_a_card_that_changes_while_it_is_drawn_is_drawn_again(table: Table) -> None:
    ballot = await table.ballot()
    await table.post()
    await table.vote(ADA, ballot.variants[0])
    table.stage.meanwhile = lambda: table.vote(BEN, ballot.variants[0])
    await table.post()
    assert len(table.stage.deeds("redraw")) == 2


async def test_a_card_that_may_not_be_redrawn_is_let_be(table: Table) -> None:
    ballot = await table.ballot()
    await table.post()
    await table.vote(ADA, ballot.variants[0])
    table.stage.fault("redraw", StageForbiddenError("no"))
    assert await table.post() is None
    assert table.stage.deeds("redraw") == []
    await table.outbox.repair_cards()
    assert f"post:{CHANNEL}" in await table.due()
    await table.post()
    assert table.stage.deeds("redraw") == [PostKind.BALLOT]


async def test_a_deleted_card_of_a_live_ballot_is_posted_anew(table: Table) -> None:
    ballot = await table.ballot()
    await table.post()
    await table.vote(ADA, ballot.variants[0])
    table.stage.messages[CHANNEL].clear()
    table.stage.fault("redraw", StageGoneError("gone"))
    await table.post()
    assert table.stage.shown(CHANNEL) == ["<ballot>"]
    posts = await table.about(PostKind.BALLOT, ballot.id)
    assert [p.state for p in posts] == [PostState.REMOVED, PostState.POSTED]


async def test_a_deleted_card_of_a_decided_ballot_is_let_go(table: Table) -> None:
    ballot, _ = await table.settled()
    await table.post()
    async with table.store.write() as work:
        await work.posts.touch(PostKind.BALLOT, ballot.id)
    table.stage.messages[CHANNEL].clear()
    table.stage.fault("redraw", StageGoneError("gone"))
    await table.post()
    assert table.stage.shown(CHANNEL) == []


async def test_a_note_is_posted_by_the_bot(table: Table) -> None:
    async with table.store.write() as work:
        await work.posts.add([NewPost(CHANNEL, PostKind.NOTE, 1, text="Hello.")])
    await table.post()
    (post,) = table.stage.messages[CHANNEL].values()
    assert (post.text, post.manner) == ("Hello.", Manner.PLAIN)


async def test_what_has_to_wait_says_so(table: Table) -> None:
    await table.say(ADA, "One.")
    table.stage.fault("send", later(3))
    with pytest.raises(Wait):
        await table.outbox.run(CHANNEL)


async def test_a_hidden_channel_is_tried_again_later(table: Table) -> None:
    await table.say(ADA, "One.")
    table.stage.lose_answer()
    await table.post()
    table.stage.fault("find", StageForbiddenError("I may not see the channel."))
    wait = await table.post()
    assert wait
    assert wait.after == FORBIDDEN_PATIENCE
    assert await table.post() is None
    assert table.stage.deeds("send") == ["One."]


async def test_a_card_that_somebody_found_stale_is_redrawn(table: Table) -> None:
    await table.ballot()
    turn = await table.say(ADA, "One.")
    await table.post()
    card_id, turn_id = table.stage.ids(CHANNEL)
    assert turn_id == await table.message_of(turn)
    table.stage.done.clear()
    await table.outbox.repair(turn_id)
    await table.outbox.repair(4)
    await table.post()
    assert table.stage.done == []
    await table.outbox.repair(card_id)
    await table.post()
    assert table.stage.done == [("redraw", PostKind.BALLOT)]


async def test_a_long_winner_shows_how_far_it_is_posted(table: Table) -> None:
    actors = ("Narrator", "Ren", "Narrator", "Ren", "Narrator", "Ren", "Narrator", "Ren")
    long = drafted(*(speech(who, f"Line {n} of many.") for n, who in enumerate(actors)))
    ballot = await table.ballot(long)
    await table.post()
    for writer_id in (ADA, BEN, OWNER):
        await table.vote(writer_id, ballot.variants[0])
    await table.settle(ballot)
    table.stage.done.clear()
    await table.post()
    kinds = [kind for kind, _ in table.stage.done]
    assert kinds.count("send") == len(actors)
    assert "redraw" in kinds[:-2], "the card tells how far it is before all stands"
    assert kinds[-1] == "redraw"
    card = await table.cards.card(ballot.id)
    assert card
    assert card.posted == (8, 8)


async def test_while_answers_are_lost_the_pause_grows_and_then_is_short_again(
    table: Table,
) -> None:
    await table.say(ADA, "One.")
    pauses = []
    for _ in range(9):
        table.stage.fault("send", StageUnsureError("lost"))
        wait = await table.post()
        assert wait
        pauses.append(wait.after.total_seconds())
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert await table.post() is None
    await table.say(ADA, "Two.")
    table.stage.lose_answer()
    wait = await table.post()
    assert wait
    assert wait.after == UNSURE_PATIENCE
