import pytest

from bot.story.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from bot.story.posts import PostState
from bot.story.tale import Proxying
from bot.story.turn import Source
from bot.story.typed import MAX_POST, MAX_TURN_BYTES, length
from tests.builders import ADA, BEN, CHANNEL, CLEO, OWNER, STORM, drafted, told
from tests.services.table import Table, by


async def test_ones_own_turn_changes_with_its_message(table: Table) -> None:
    message_id = await table.message_of(await table.say(ADA, "One."))
    assert (await table.revise.text_of(by(ADA), message_id)).text == "One."
    turn = (await table.revise.with_text(by(ADA), message_id, "Uno. ")).turn
    assert (turn.text, turn.source, turn.revision) == ("Uno. ", Source.HUMAN, 1)
    await table.post()
    assert table.stage.shown(CHANNEL) == ["Uno. "]
    assert await table.message_of(turn) == message_id


async def test_the_same_text_is_no_revision(table: Table) -> None:
    message_id = await table.message_of(await table.say(ADA, "One."))
    assert (await table.revise.with_text(by(ADA), message_id, "One.")).turn.revision == 0


async def test_what_a_person_wrote_is_changed_by_them_alone(table: Table) -> None:
    message_id = await table.message_of(await table.say(ADA, "One."))
    for writer_id in (BEN, OWNER):
        with pytest.raises(NotAllowedError, match="another writer's own words"):
            await table.revise.text_of(by(writer_id), message_id)
        with pytest.raises(NotAllowedError, match="another writer's own words"):
            await table.revise.with_text(by(writer_id), message_id, "Uno.")
    again = (await table.revise.with_text(by(ADA), message_id, "Eins.")).turn
    assert again.author_id == ADA


async def test_the_models_passage_is_changed_by_whoever_opened_the_ballot(table: Table) -> None:
    _, (passage,) = await table.settled(opener=ADA)
    message_id = await table.message_of(passage)
    with pytest.raises(NotAllowedError):
        await table.revise.text_of(by(BEN), message_id)
    turn = (await table.revise.with_text(by(ADA), message_id, "A calm.")).turn
    assert (turn.source, turn.author_id) == (Source.MODEL_EDITED, ADA)


async def test_what_a_character_says_stays_once_somebody_else_holds_it(table: Table) -> None:
    ballot = await table.ballot(drafted(told("“Hush.”", "Ren")), STORM)
    for writer_id in (ADA, BEN, OWNER):
        await table.vote(writer_id, table.saying(ballot, drafted(told("“Hush.”", "Ren"))))
    await table.settle(ballot)
    message_id = await table.message_of((await table.turns())[-1])
    assert (await table.revise.with_text(by(ADA), message_id, "“Hush now.”")).turn.revision == 1
    await table.claim(CLEO, "Ren")
    for writer_id in (ADA, OWNER):
        with pytest.raises(InvalidError, match="Ren belongs to another writer"):
            await table.revise.with_text(by(writer_id), message_id, "“I give up.”")


async def test_no_ballots_passage_is_changed_so_that_it_writes_somebodys_character(
    table: Table,
) -> None:
    _, (passage,) = await table.settled(opener=ADA)
    message_id = await table.message_of(passage)
    for text in ("“No,” said Tom.", "Tom: No."):
        for writer_id in (ADA, OWNER):
            with pytest.raises(InvalidError, match="These words write Tom"):
                await table.revise.with_text(by(writer_id), message_id, text)
    assert (await table.revise.text_of(by(ADA), message_id)).revision == 0
    turn = (
        await table.revise.with_text(by(ADA), message_id, "“No,” said Mira. Tom was far away.")
    ).turn
    assert turn.revision == 1


async def test_a_persons_winning_draft_is_theirs_not_the_openers(table: Table) -> None:
    ballot = await table.ballot(opener=ADA)
    own = await table.voting.own_draft(by(BEN), ballot.id, "I row out to the buoy.")
    for writer_id in (ADA, BEN, OWNER):
        await table.vote(writer_id, own)
    await table.settle(ballot)
    (passage,) = await table.turns()
    message_id = await table.message_of(passage)
    with pytest.raises(NotAllowedError):
        await table.revise.text_of(by(ADA), message_id)
    turn = (await table.revise.with_text(by(BEN), message_id, "I swim to the buoy.")).turn
    assert turn.source is Source.HUMAN


@pytest.mark.parametrize(
    ("text", "what"), [(" \u200b", "Without words"), ("x" * (MAX_TURN_BYTES + 1), "64 KB")]
)
async def test_what_is_no_text(table: Table, text: str, what: str) -> None:
    message_id = await table.message_of(await table.say(ADA, "One."))
    with pytest.raises(InvalidError, match=what):
        await table.revise.with_text(by(ADA), message_id, text)


async def test_what_is_no_turn_or_taken_back(table: Table) -> None:
    with pytest.raises(NotFoundError):
        await table.revise.text_of(by(ADA), 4)
    one = await table.say(ADA, "One.")
    await table.say(ADA, "Two.")
    message_id = await table.message_of(one)
    await table.take_back.message(by(ADA), message_id)
    with pytest.raises(ConflictError, match="/scene redo"):
        await table.revise.with_text(by(ADA), message_id, "Uno.")


async def test_another_number_of_messages_is_posted_anew(table: Table) -> None:
    turn = await table.say(ADA, "One.")
    message_id = await table.message_of(turn)
    long = "One.\n\n" + "word " * 500
    await table.revise.with_text(by(ADA), message_id, long)
    await table.post()
    shown = table.stage.shown(CHANNEL)
    assert len(shown) == 2
    assert " ".join(shown).split() == long.split()
    assert message_id not in table.stage.ids(CHANNEL)
    await table.revise.with_text(by(ADA), await table.message_of(turn), "Short.")
    await table.post()
    assert table.stage.shown(CHANNEL) == ["Short."]


async def test_a_name_has_room_above_a_revised_text(table: Table) -> None:
    turn = await table.say(ADA, "One.")
    text = "x" * (MAX_POST - 3)
    await table.revise.with_text(by(ADA), await table.message_of(turn), text)
    await table.post()
    first = table.stage.shown(CHANNEL)[0]
    assert length(f"**{turn.speaker}**\n{first}") <= MAX_POST


async def test_a_reply_stays_a_reply(table: Table) -> None:
    line = "-# ↪ [Tom](<https://discord.com/x>)"
    turn = (await table.type(ADA, "One.\nTwo.", link_line=line)).turn
    assert turn
    message_id = await table.message_of(turn)
    await table.revise.with_text(by(ADA), message_id, "Uno.")
    await table.revise.with_text(by(ADA), message_id, "Eins.")
    await table.post()
    assert table.stage.shown(CHANNEL) == [f"{line}\nEins."]
    plain = await table.say(ADA, "Three.\nFour.")
    await table.revise.with_text(by(ADA), await table.message_of(plain), "Drei.")
    await table.post()
    assert table.stage.shown(CHANNEL)[-1] == "Drei."


async def test_what_is_not_posted_yet_is_posted_as_changed(table: Table) -> None:
    turn = (await table.type(ADA, "One.", message_id=50)).turn
    assert turn
    async with table.store.write() as work:
        (post,) = await work.posts.of_turn(turn.id)
        await work.posts.posted(post.id, 70, 1)
        await work.posts.set_state(post.id, PostState.SENDING)
    with pytest.raises(ConflictError, match="just being posted"):
        await table.revise.with_text(by(ADA), 70, "Uno.")
    assert await table.texts() == ["One."]


async def test_a_message_that_counts_where_it_stands_is_posted_when_revised(table: Table) -> None:
    await table.type(ADA, "One.", message_id=50, stays=True)
    await table.revise.with_text(by(ADA), 50, "Uno.")
    await table.post()
    assert table.stage.shown(CHANNEL) == ["Uno."]
    assert 50 in table.stage.deeds("remove")


async def test_editing_what_one_typed_revises_it(table: Table) -> None:
    await table.settings(proxying=Proxying.OFF)
    await table.claim(ADA, "Ren")
    await table.type(ADA, "Mira: One.", message_id=50)
    assert await table.revise.typed_edit(by(ADA), 50, "Mira: One.") is None
    turn = await table.revise.typed_edit(by(ADA), 50, "mira: Uno.")
    assert turn
    assert (turn.text, turn.revision, turn.source) == ("Uno.", 1, Source.HUMAN)
    plain = await table.revise.typed_edit(by(ADA), 50, "Tom: who?")
    assert plain
    assert plain.text == "Tom: who?"


async def test_edits_that_change_nothing(table: Table) -> None:
    turn = await table.say(ADA, "One.")
    message_id = await table.message_of(turn)
    assert await table.revise.typed_edit(by(ADA), message_id, "Uno.") is None
    assert await table.revise.typed_edit(by(ADA), 4, "Uno.") is None
    await table.type(ADA, "Two.", message_id=50, stays=True)
    assert await table.revise.typed_edit(by(BEN), 50, "Due.") is None
    assert await table.revise.typed_edit(by(ADA), 50, "\u200b") is None
    await table.stories.pause(by(OWNER))
    assert await table.revise.typed_edit(by(ADA), 50, "Due.") is None
    assert await table.texts() == ["One.", "Two."]
