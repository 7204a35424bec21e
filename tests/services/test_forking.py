"""Forks: opened once, whatever happens in between; what they share, and what not."""

import json
from dataclasses import replace

import pytest

from bot.ports import (
    StageForbiddenError,
    StageFullError,
    StageGoneError,
    StageLaterError,
    StageRefusedError,
    Wait,
)
from bot.services.books import BookFormat
from bot.services.forking import Wish
from bot.services.linking import Target
from bot.story.canon import FactState
from bot.story.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from bot.story.posts import PostKind
from bot.story.tale import Branch
from tests.builders import ADA, BEN, CHANNEL, CLEO, GUILD, OWNER
from tests.services.table import Table, by

UNDER, ASKED = 800, 3_000
"""The thread's parent, and the command's id; the fake stage's threads are newer."""


def wish(title: str = "Another way", asked_id: int = ASKED, **more: int) -> Wish:
    return Wish(title, UNDER, asked_id, **more)


async def fork(table: Table, **more: int) -> tuple[Branch, int]:
    """A fork, and the thread that plays it."""
    branch = await table.forking.fork(by(ADA), wish(**more))
    await table.forking.run(branch.id)
    return branch, max(table.stage.threads)


async def notes(table: Table) -> list[str]:
    await table.post()
    return [text for text in table.stage.shown(CHANNEL) if "fork" in text]


async def texts(table: Table, channel_id: int) -> list[str]:
    async with table.store.read() as work:
        place = await work.stories.place(channel_id)
        assert place
        return [turn.text for turn in await work.turns.chain(place.branch.id)]


async def test_who_forks_and_from_what(table: Table) -> None:
    with pytest.raises(InvalidError, match="Nothing has been written"):
        await table.forking.fork(by(ADA), wish())
    turn = await table.say(ADA, "Once.")
    with pytest.raises(NotAllowedError, match="fork a story"):
        await table.forking.fork(by(CLEO), wish())
    with pytest.raises(InvalidError, match="needs a title"):
        await table.forking.fork(by(ADA), wish(" "))
    with pytest.raises(InvalidError, match="101 characters"):
        await table.forking.fork(by(ADA), wish("x" * 101))
    with pytest.raises(NotFoundError):
        await table.forking.fork(by(ADA), wish(turn_id=99))
    with pytest.raises(NotFoundError):
        await table.forking.fork(by(ADA), wish(message_id=99))
    message_id = await table.message_of(turn)
    assert await table.forking.check(by(OWNER), message_id) == turn
    await table.take_back.undo(by(ADA))
    with pytest.raises(ConflictError, match="taken back"):
        await table.forking.fork(by(ADA), wish(turn_id=turn.id))


async def test_where_everything_was_undone_there_is_nothing_to_fork_from(table: Table) -> None:
    await table.say(ADA, "Once.")
    await table.take_back.undo(by(ADA))
    with pytest.raises(InvalidError, match="was taken back, so there is nothing to fork") as told:
        await table.forking.fork(by(ADA), wish())
    assert "`/scene redo`" in str(told.value)
    await table.take_back.redo(by(ADA))
    await table.forking.fork(by(ADA), wish())


async def test_a_command_forks_once(table: Table) -> None:
    await table.say(ADA, "Once.")
    branch, thread_id = await fork(table)
    with pytest.raises(ConflictError, match="already"):
        await table.forking.fork(by(ADA), wish())
    await table.forking.run(branch.id)
    assert list(table.stage.threads) == [thread_id]
    told = await notes(table)
    assert told == [f"🍴 **Ada** forked the story after a passage of **Mira**: <#{thread_id}>"]
    await table.post(thread_id)
    assert table.stage.shown(thread_id) == ["<branch>"]
    # Without its row there is nothing to do any more.
    await table.forking.run(99)


async def test_a_lost_answer_is_looked_for(table: Table) -> None:
    await table.say(ADA, "Once.")
    branch = await table.forking.fork(by(ADA), wish())
    table.stage.lose_answer()
    with pytest.raises(Wait):
        await table.forking.run(branch.id)
    assert await table.linking.strays(by(OWNER).actor, GUILD) == []
    table.deal()
    await table.forking.run(branch.id)
    assert len(table.stage.threads) == 1
    assert await texts(table, *table.stage.threads) == ["Once."]


async def test_a_thread_that_may_stand_is_not_given_up_while_nobody_may_look_for_it(
    table: Table,
) -> None:
    await table.say(ADA, "Once.")
    branch = await table.forking.fork(by(ADA), wish())
    table.stage.lose_answer()
    with pytest.raises(Wait):
        await table.forking.run(branch.id)
    table.stage.fault("find_thread", StageForbiddenError("no"))
    with pytest.raises(Wait):
        await table.forking.run(branch.id)
    assert await notes(table) == []
    await table.forking.run(branch.id)
    (thread_id,) = table.stage.threads
    assert await texts(table, thread_id) == ["Once."]


async def test_a_thread_that_was_renamed_since_is_its_own_unless_another_forks(
    table: Table,
) -> None:
    await table.say(ADA, "Once.")
    first = await table.forking.fork(by(ADA), wish("One way"))
    second = await table.forking.fork(by(BEN), wish("Other way", ASKED + 1))
    table.stage.fault("open_thread", RuntimeError("killed before the request"))
    with pytest.raises(RuntimeError):
        await table.forking.run(first.id)
    table.stage.lose_answer()
    with pytest.raises(Wait):
        await table.forking.run(second.id)
    # The thread that stands bears the second's name, so the first opens one of its own.
    await table.forking.run(first.id)
    theirs, own = table.stage.threads
    table.stage.threads[theirs] = replace(table.stage.threads[theirs], name="Renamed")
    await table.forking.run(second.id)
    assert list(table.stage.threads) == [theirs, own]
    async with table.store.read() as work:
        places = [await work.stories.place(one) for one in (theirs, own)]
    assert [place.branch.id for place in places if place] == [second.id, first.id]


async def test_a_thread_whose_parent_is_gone_is_looked_for_no_more(table: Table) -> None:
    await table.say(ADA, "Once.")
    branch = await table.forking.fork(by(ADA), wish())
    table.stage.lose_answer()
    with pytest.raises(Wait):
        await table.forking.run(branch.id)
    table.stage.fault("find_thread", StageGoneError("404"))
    await table.forking.run(branch.id)
    (told,) = await notes(table)
    assert "its channel is gone" in told


async def test_a_process_that_dies_before_the_thread_is_bound(table: Table) -> None:
    await table.say(ADA, "Once.")
    first = await table.forking.fork(by(ADA), wish())
    second = await table.forking.fork(by(BEN), wish(asked_id=ASKED + 1))
    # Both have the same name: neither takes the other's thread.
    await table.forking.run(second.id)
    table.stage.fault("open_thread", RuntimeError("killed before the request"))
    with pytest.raises(RuntimeError):
        await table.forking.run(first.id)
    assert len(table.stage.threads) == 1
    await table.forking.run(first.id)
    assert len(table.stage.threads) == 2
    async with table.store.read() as work:
        places = [await work.stories.place(thread_id) for thread_id in table.stage.threads]
    assert [place.branch.id for place in places if place] == [second.id, first.id]


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (StageForbiddenError("no"), "I may not open threads here"),
        (StageFullError("160006"), "this server has as many open threads as Discord allows"),
        (StageRefusedError("400"), "Discord does not open another thread"),
        (StageGoneError("404"), "its channel is gone"),
    ],
)
async def test_a_fork_that_cannot_be_opened_leaves_nothing(
    table: Table, error: Exception, why: str
) -> None:
    await table.say(ADA, "Once.")
    branch = await table.forking.fork(by(ADA), wish())
    table.stage.fault("open_thread", error)
    await table.forking.run(branch.id)
    assert not table.stage.threads
    (told,) = await notes(table)
    assert told.startswith(f"The fork **Another way** was not opened: {why}")
    async with table.store.read() as work:
        assert await work.stories.branch(branch.id) is None
        assert await work.forks.get(branch.id) is None
    assert await table.linking.card(branch.id) is None
    assert await table.linking.past(branch.id) == []


async def test_discord_asks_to_wait(table: Table) -> None:
    await table.say(ADA, "Once.")
    branch = await table.forking.fork(by(ADA), wish())
    table.stage.fault("open_thread", StageLaterError("later", 7))
    with pytest.raises(Wait) as wait:
        await table.forking.run(branch.id)
    assert wait.value.after.total_seconds() == 7
    await table.forking.run(branch.id)
    assert len(table.stage.threads) == 1


async def test_the_main_scene_goes_on_without_the_fork(table: Table) -> None:
    await table.say(ADA, "One.")
    two = await table.say(BEN, "Two.")
    _, thread_id = await fork(table)
    await table.take_turn.say(by(ADA, thread_id), "Three, there.")
    await table.take_back.undo(by(BEN))
    await table.say(BEN, "Another two.")
    assert await table.texts() == ["One.", "Another two."]
    assert await texts(table, thread_id) == ["One.", "Two.", "Three, there."]
    with pytest.raises(InvalidError, match="since the fork"):
        await table.take_back.undo(by(OWNER, thread_id), 2)
    history = await table.take_back.history(thread_id)
    assert history.origin == ("main", CHANNEL)
    assert (await table.take_back.history(CHANNEL)).forks == (("Another way", thread_id),)
    # The undone turn lives on in the fork alone, where it can be withdrawn; what stays, stays.
    async with table.store.read() as work:
        assert await work.turns.among_past(1, [two.id]) == frozenset()


async def test_a_shared_turn_withdrawn_in_the_fork(table: Table) -> None:
    one = await table.say(ADA, "One.")
    await table.say(BEN, "Two.")
    message_id = await table.message_of(one)
    _, thread_id = await fork(table)
    taken = await table.take_back.message(by(ADA, thread_id), message_id)
    assert await table.texts() == ["Two."]
    assert await texts(table, thread_id) == ["Two."]
    await table.post()
    await table.post(thread_id)
    assert "<taken_back>" in table.stage.shown(CHANNEL)
    assert "<taken_back>" not in table.stage.shown(thread_id)
    # Its card stands in the main scene, and Redo works there.
    (turn,) = await table.take_back.redo(by(ADA), taken.id)
    assert turn.text == "One."
    await table.post()
    assert table.stage.shown(CHANNEL)[-1] == "One."
    taken = await table.take_back.message(by(ADA), await table.message_of(one))
    assert (await table.take_back.redo(by(ADA, thread_id), taken.id))[0].text == "One."


async def test_an_undo_is_redone_in_its_own_branch_alone(table: Table) -> None:
    await table.say(ADA, "One.")
    _, thread_id = await fork(table)
    await table.take_turn.say(by(ADA, thread_id), "There.")
    taken = await table.take_back.undo(by(ADA, thread_id))
    with pytest.raises(NotFoundError):
        await table.take_back.redo(by(ADA), taken.id)


async def test_facts_of_forks_of_forks(table: Table) -> None:
    await table.say(ADA, "One.")
    await table.canon.add(by(ADA), "From the beginning of all.")
    _, first = await fork(table)
    await table.take_turn.say(by(ADA, first), "There.")
    await table.canon.add(by(ADA, first), "Said in the first fork.")
    branch = await table.forking.fork(by(ADA, first), wish("Third", ASKED + 1))
    await table.forking.run(branch.id)
    second = max(table.stage.threads)
    await table.canon.add(by(ADA, second), "Said in the second fork.")
    await table.canon.add(by(ADA), "Said in the main scene.")
    await table.linking.link(by(OWNER), Target(GUILD, 950, None, "beside", 1))

    async def here(channel_id: int) -> list[int]:
        listed = await table.canon.listed(channel_id)
        return [fact.number for fact in listed.facts if fact.id in listed.here]

    assert await here(CHANNEL) == [1, 4]
    assert await here(first) == [1, 2, 4]
    assert await here(second) == [1, 2, 3, 4]
    assert await here(950) == [1, 2, 3, 4]
    assert not (await table.canon.show(CHANNEL, 3)).here
    assert (await table.canon.show(second, 3)).fact.state is FactState.CANON
    assert (await table.about(PostKind.BRANCH, branch.id))[0].channel_id == second


async def test_the_book_tells_what_only_a_fork_still_holds(table: Table) -> None:
    await table.say(ADA, "Once.")
    await table.say(ADA, "Twice.")
    branch, thread_id = await fork(table)
    await table.take_back.undo(by(ADA))
    markdown = (await table.books.export(CHANNEL, BookFormat.MARKDOWN)).content.decode()
    after = markdown.split("## Another way")[1]
    assert "after Mira in main: “Once.”" in after
    assert "\nTwice.\n" in after
    book = json.loads((await table.books.export(CHANNEL, BookFormat.JSON)).content)
    assert [turn["text"] for turn in book["turns"]] == ["Once.", "Twice."]
    assert book["branches"][1] == {"name": branch.name, "forked_from": 0, "after_seq": 0}
    # What was taken out of all branches is quoted in no heading.
    message_id = await table.message_of((await table.turns())[-1])
    await table.take_back.message(by(ADA, thread_id), message_id)
    assert "Once." not in (await table.books.export(CHANNEL, BookFormat.MARKDOWN)).content.decode()


async def test_forks_of_one_name_are_told_apart(table: Table) -> None:
    await table.say(ADA, "Once.")
    _, first = await fork(table)
    again = await table.forking.fork(by(ADA), wish(asked_id=ASKED + 1))
    await table.forking.run(again.id)
    second = max(table.stage.threads)
    for thread_id, text in ((first, "One way."), (second, "Other way.")):
        await table.take_turn.say(by(ADA, thread_id), text, "")
    deeper = await table.forking.fork(by(ADA, second), wish("Deeper", asked_id=ASKED + 2))
    await table.forking.run(deeper.id)
    await table.take_turn.say(by(ADA, max(table.stage.threads)), "Deeper.", "")
    book = json.loads((await table.books.export(CHANNEL, BookFormat.JSON)).content)
    assert [one["forked_from"] for one in book["branches"]] == [None, 0, 0, 2]
