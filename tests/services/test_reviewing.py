import asyncio

import pytest

from bot.services.forking import Wish
from bot.story.canon import MAX_WHY, Fact, FactState
from bot.story.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from bot.story.posts import PostKind
from tests.builders import ADA, BEN, CHANNEL, CLEO, OWNER, STORM
from tests.services.table import Table, by


async def disputed(table: Table, text: str = "The lamp is out.", by_whom: int = BEN) -> Fact:
    """A fact that Ada added and Ben disputes."""
    made = await table.canon.add(by(ADA), text, "Mira")
    return await table.reviewing.dispute(by(by_whom), made.number, " it \n burns ")


async def fact(table: Table, number: int) -> Fact:
    return (await table.canon.show(CHANNEL, number)).fact


async def test_a_disputed_fact_is_not_told_to_the_model(table: Table) -> None:
    doubted = await disputed(table)
    await table.canon.add(by(ADA), "It is March.")
    assert (doubted.state, doubted.disputed_by, doubted.why) == (
        FactState.DISPUTED,
        BEN,
        "it burns",
    )
    await table.ballot(STORM)
    told = "".join(block.text for block in table.narrator.prompts[0].scene)
    assert "It is March." in told
    assert "The lamp is out." not in told
    listed = await table.canon.listed(CHANNEL)
    assert [f.state for f in listed.facts] == [FactState.DISPUTED, FactState.CANON]
    assert listed.names[BEN] == "Ben"
    assert [p.channel_id for p in await table.about(PostKind.DISPUTE, doubted.id)] == [CHANNEL]


async def test_keeping_ends_the_doubt(table: Table) -> None:
    doubted = await disputed(table)
    await table.reviewing.keep(by(ADA), doubted.id)
    kept = await fact(table, 1)
    assert (kept.state, kept.disputed_by, kept.why) == (FactState.CANON, None, "")
    with pytest.raises(ConflictError, match="decided already: fact 1 is canon"):
        await table.reviewing.drop(by(OWNER), doubted.id)
    card = await table.reviewing.card(doubted.id)
    assert card
    assert (card.settled_by, card.became) == ("Ada", None)


async def test_a_fact_in_other_words_takes_the_place_of_the_old(table: Table) -> None:
    turn = await table.say(ADA, "The lamp is out tonight.")
    message_id = await table.message_of(turn)
    made = await table.canon.from_message(by(ADA), message_id, "The lamp is out.")
    doubted = await table.reviewing.dispute(by(BEN), made.number, "")
    assert await table.reviewing.wording(by(OWNER), doubted.id) == "The lamp is out."
    with pytest.raises(ConflictError, match="same words"):
        await table.reviewing.reword(by(OWNER), doubted.id, "the lamp  is OUT.")
    new = await table.reviewing.reword(by(OWNER), doubted.id, "The lamp is out tonight only.")
    assert (new.state, new.supersedes_id, new.source_turn_id, new.about) == (
        FactState.CANON,
        doubted.id,
        turn.id,
        "Mira",
    )
    old = await fact(table, 1)
    assert (old.state, old.text, old.retired_by, old.until_turn_id) == (
        FactState.RETIRED,
        "The lamp is out.",
        OWNER,
        turn.id,
    )
    assert new.from_turn_id == turn.id
    assert (await table.canon.show(CHANNEL, new.number)).supersedes == 1
    card = await table.reviewing.card(doubted.id)
    assert card
    assert card.became == new
    # What was built on it returns to review with it.
    await table.take_back.undo(by(ADA))
    assert (await fact(table, new.number)).state is FactState.PROPOSED


async def test_whoever_doubts_a_fact_does_not_decide_alone(table: Table) -> None:
    doubted = await disputed(table)
    for refused in (
        table.reviewing.drop(by(BEN), doubted.id),
        table.reviewing.wording(by(BEN), doubted.id),
        table.reviewing.reword(by(BEN), doubted.id, "The lamp burns."),
    ):
        with pytest.raises(NotAllowedError, match="somebody else decides"):
            await refused
    await table.reviewing.keep(by(BEN), doubted.id)
    again = await table.reviewing.dispute(by(ADA), doubted.number, "")
    assert (await table.reviewing.drop(by(ADA), again.id)).state is FactState.RETIRED
    mine = await disputed(table, "It is March.", OWNER)
    await table.reviewing.drop(by(OWNER), mine.id)


async def test_what_cannot_be_disputed(table: Table) -> None:
    doubted = await disputed(table)
    with pytest.raises(ConflictError, match="disputed already"):
        await table.reviewing.dispute(by(ADA), 1, "")
    await table.canon.retire(by(ADA), 1)
    with pytest.raises(ConflictError, match="no longer holds"):
        await table.reviewing.dispute(by(ADA), 1, "")
    with pytest.raises(ConflictError, match="was let go"):
        await table.reviewing.keep(by(ADA), doubted.id)
    with pytest.raises(NotFoundError, match="no fact 9"):
        await table.reviewing.dispute(by(ADA), 9, "")
    with pytest.raises(NotFoundError, match="not of this story"):
        await table.reviewing.keep(by(ADA), 99)
    with pytest.raises(InvalidError, match=str(MAX_WHY)):
        await table.reviewing.dispute(by(ADA), 1, "x" * (MAX_WHY + 1))
    await table.canon.add(by(ADA), "It is March.")
    with pytest.raises(NotAllowedError, match="decide what is true"):
        await table.reviewing.dispute(by(CLEO), 2, "")
    assert await table.reviewing.card(99) is None


async def test_a_fact_under_review_is_kept_only_with_its_words(table: Table) -> None:
    turn = await table.say(ADA, "The lamp is out.")
    message_id = await table.message_of(turn)
    made = await table.canon.from_message(by(ADA), message_id, "No light at all.")
    await table.revise.with_text(by(ADA), message_id, "The lamp burns.")
    with pytest.raises(ConflictError, match="gone from the story"):
        await table.reviewing.keep(by(BEN), made.id)
    with pytest.raises(ConflictError, match="not settled yet"):
        await table.reviewing.dispute(by(BEN), 1, "")
    new = await table.reviewing.reword(by(BEN), made.id, "There was no light at first.")
    assert (new.source_turn_id, new.quote) == (None, "")


async def test_a_fact_whose_source_is_gone_can_stand_on_its_own_in_the_same_words(
    table: Table,
) -> None:
    turn = await table.say(ADA, "The lamp is out.")
    message_id = await table.message_of(turn)
    made = await table.canon.from_message(by(ADA), message_id, "No light at all.")
    await table.take_back.undo(by(ADA))
    new = await table.reviewing.reword(by(BEN), made.id, "No light at all.")
    assert (new.state, new.text, new.source_turn_id) == (
        FactState.CANON,
        "No light at all.",
        None,
    )
    assert (await fact(table, made.number)).state is FactState.RETIRED


async def test_a_doubted_fact_whose_source_is_gone_is_not_kept_as_if_it_stood(table: Table) -> None:
    turn = await table.say(ADA, "The lamp is out.")
    message_id = await table.message_of(turn)
    made = await table.canon.from_message(by(ADA), message_id, "No light at all.")
    await table.reviewing.dispute(by(BEN), made.number, "")
    await table.take_back.undo(by(ADA))
    with pytest.raises(ConflictError, match="Reword lets it stand"):
        await table.reviewing.keep(by(OWNER), made.id)
    assert (await table.reviewing.reword(by(OWNER), made.id, "No light at all.")).quote == ""


async def test_a_fact_is_decided_on_in_its_own_branch(table: Table) -> None:
    await table.say(ADA, "The lamp is lit.")
    branch = await table.forking.fork(by(ADA), Wish("Another way", 800, 3_000))
    await table.forking.run(branch.id)
    thread_id = max(table.stage.threads)
    await table.say(ADA, "The lamp goes out.")
    later = await table.canon.add(by(ADA), "The lamp is out.")
    with pytest.raises(ConflictError, match="Fact 1 is another branch's"):
        await table.reviewing.dispute(by(BEN, thread_id), later.number, "")
    doubted = await table.reviewing.dispute(by(BEN), later.number, "")
    for refused in (
        table.reviewing.keep(by(ADA, thread_id), doubted.id),
        table.reviewing.drop(by(ADA, thread_id), doubted.id),
        table.reviewing.reword(by(ADA, thread_id), doubted.id, "It is dark."),
    ):
        with pytest.raises(ConflictError, match="another branch's"):
            await refused
    assert (await table.reviewing.drop(by(ADA), doubted.id)).state is FactState.RETIRED


async def test_two_people_decide_at_once_and_one_is_too_late(table: Table) -> None:
    doubted = await disputed(table)
    done = await asyncio.gather(
        table.reviewing.keep(by(ADA), doubted.id),
        table.reviewing.drop(by(OWNER), doubted.id),
        return_exceptions=True,
    )
    assert sum(isinstance(one, ConflictError) for one in done) == 1


async def test_a_reworded_fact_says_what_no_other_says(table: Table) -> None:
    doubted = await disputed(table)
    await table.canon.add(by(ADA), "It is March.")
    with pytest.raises(ConflictError, match="Fact 2 says that"):
        await table.reviewing.reword(by(OWNER), doubted.id, "it is march.")
