from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.ports import UnitOfWork
from bot.services.take_turn import BEHIND, Message
from bot.story.errors import (
    InvalidError,
    NotAllowedError,
    StorageGoneError,
    StorageUnsureError,
)
from bot.story.names import NARRATOR
from bot.story.posts import PostState
from bot.story.tale import Proxying
from bot.story.turn import Attachment, Source
from bot.story.typed import MAX_POST, MAX_TURN_BYTES, length
from tests.builders import ADA, BEN, CHANNEL, CLEO, OWNER
from tests.services.table import Table, by

MAP = Attachment("map.png", "https://cdn/map.png", 100)


async def test_what_a_writer_types_is_a_turn_as_typed(table: Table) -> None:
    text = "  “No,”  I say.\n\n\n*I sit.*  "
    turn = await table.say(ADA, text)
    assert (turn.speaker, turn.text, turn.author_id, turn.source) == (
        "Mira",
        text,
        ADA,
        Source.HUMAN,
    )
    assert await table.texts() == [text]


@pytest.mark.parametrize("text", ["((brb))", "// brb", "(ooc) brb", "!roll", "", "\u200b"])
async def test_table_talk_changes_nothing(table: Table, text: str) -> None:
    taken = await table.type(ADA, text)
    assert (taken.turn, taken.refusal) == (None, "")
    assert await table.texts() == []


async def test_what_others_type_is_table_talk(table: Table) -> None:
    hello = await table.type(CLEO, "Hello.")
    assert (hello.turn, hello.beside) == (None, True)
    assert not (await table.type(CLEO, "Hello?")).beside
    await table.stories.pause(by(OWNER))
    assert not (await table.type(OWNER, "Well.")).beside
    await table.stories.resume(by(OWNER))
    assert (await table.type(OWNER, "Well.")).beside
    assert (await table.type(OWNER, "Hello.")).turn is None
    assert (await table.take_turn.typed(by(ADA, 999), Message(4, "Hello."))).turn is None


async def test_a_picture_alone_is_a_turn(table: Table) -> None:
    taken = await table.type(ADA, "", attachments=(MAP,))
    assert taken.turn
    assert taken.turn.attachments == (MAP,)
    assert [p.attachments for p in await table.posts(taken.turn)] == [(MAP,)]


async def test_a_name_in_front_speaks_as_another_of_mine(table: Table) -> None:
    await table.claim(ADA, "Ren")
    assert (await table.say(ADA, "Mira: Here.")).speaker == "Mira"
    other = await table.say(ADA, "Ren: Tom: Here.")
    assert (other.speaker, other.text) == ("Ren", "Tom: Here.")
    assert (await table.say(ADA, "My dear: Here.")).text == "My dear: Here."


async def test_a_name_in_front_that_is_anothers_is_no_turn(table: Table) -> None:
    taken = await table.type(ADA, "tom: Here.")
    assert taken.turn is None
    assert taken.refusal == (
        "“Tom: …” speaks as Tom, whom Ben plays, so it became no turn. To speak as yourself, "
        "leave the name out, or put your own in front: “Mira: Tom: …”."
    )
    assert "whom nobody plays" in (await table.type(ADA, "Ren: Here.")).refusal
    await table.parting.retire(by(OWNER), "Ren")
    assert (await table.say(ADA, "Ren: Here.")).text == "Ren: Here."


async def test_a_pause_refuses_with_a_sentence(table: Table) -> None:
    await table.stories.pause(by(OWNER))
    taken = await table.type(ADA, "Hello.")
    assert taken.turn is None
    assert "paused" in taken.refusal


async def test_a_closed_storys_channel_is_left_in_peace_once_it_was_said(table: Table) -> None:
    for _ in range(2):
        await table.stories.close(by(OWNER))
        taken = await table.type(ADA, "What a story.")
        assert taken.turn is None
        assert "closed" in taken.refusal
        table.deal()
        taken = await table.type(ADA, "What a story.")
        assert (taken.turn, taken.refusal) == (None, "")
        table.clock.advance(seconds=60)
        await table.stories.resume(by(OWNER))


async def test_a_replayed_message_is_one_turn(table: Table) -> None:
    await table.type(ADA, "Hello.", message_id=50)
    again = await table.type(ADA, "Hello.", message_id=50)
    assert again.turn is None
    assert await table.texts() == ["Hello."]


async def test_a_message_is_replaced_by_posts_and_the_last_names_it(table: Table) -> None:
    turn = (await table.type(ADA, "word " * 900, message_id=50)).turn
    assert turn
    posts = await table.posts(turn)
    assert [(p.part, p.parts, p.original_id) for p in posts] == [
        (0, 3, None),
        (1, 3, None),
        (2, 3, 50),
    ]
    assert all(length(p.text) <= MAX_POST for p in posts)
    assert " ".join(p.text for p in posts).split() == ["word"] * 900
    assert (await table.stories.live_channels())[CHANNEL] == 50


async def test_more_than_64_kb_is_refused_and_64_is_not(table: Table) -> None:
    taken = await table.type(ADA, "x" * (MAX_TURN_BYTES + 1))
    assert "64 KB" in taken.refusal
    assert (await table.type(ADA, "x" * MAX_TURN_BYTES)).turn
    with pytest.raises(InvalidError, match="64 KB"):
        await table.take_turn.say(by(ADA), "x" * (MAX_TURN_BYTES + 1))


async def test_a_reply_becomes_a_line_in_front(table: Table) -> None:
    line = "-# ↪ [Tom](<https://discord.com/x>)"
    turn = (await table.type(ADA, "y" * 1990, link_line=line)).turn
    assert turn
    first, second = await table.posts(turn)
    assert first.text.startswith(f"{line}\nyyy")
    assert length(first.text) <= MAX_POST
    assert (first.text.count("y") + second.text.count("y"), second.parts) == (1990, 2)
    picture = (await table.type(ADA, "", attachments=(MAP,), link_line=line)).turn
    assert picture
    assert [p.text for p in await table.posts(picture)] == [line]


@pytest.mark.parametrize("why", ["sticker", "proxying off"])
async def test_what_stays_counts_where_it_stands(table: Table, why: str) -> None:
    if why == "proxying off":
        await table.settings(proxying=Proxying.OFF)
    taken = await table.type(ADA, "Hello.", message_id=50, stays=why == "sticker")
    assert taken.turn
    assert not taken.overtaken
    assert [(p.state, p.message_id) for p in await table.posts(taken.turn)] == [
        (PostState.LEFT, 50)
    ]


async def test_a_queue_that_is_behind_leaves_messages_in_place(table: Table) -> None:
    await table.say(BEN, "One.")
    table.clock.advance(seconds=BEHIND.total_seconds())
    in_time = await table.type(ADA, "Two.")
    assert not in_time.overtaken
    table.clock.advance(seconds=1)
    late = await table.type(ADA, "Three.", message_id=50)
    assert late.turn
    assert late.overtaken
    assert [p.state for p in await table.posts(late.turn)] == [PostState.LEFT]
    stays = await table.type(ADA, "Four.", stays=True)
    assert stays.turn
    assert not stays.overtaken
    await table.settings(proxying=Proxying.OFF)
    assert not (await table.type(ADA, "Five.")).overtaken


async def test_where_another_bot_proxies_nothing_is_read(table: Table) -> None:
    await table.settings(proxying=Proxying.THEIRS)
    assert (await table.type(ADA, "Hello.")).turn is None


async def test_say_by_command(table: Table) -> None:
    turn = await table.take_turn.say(by(ADA), " Hello.\n")
    assert (turn.speaker, turn.text) == ("Mira", " Hello.\n")
    await table.claim(ADA, "Ren")
    assert (await table.take_turn.say(by(ADA), "Hi.", "mira")).speaker == "Mira"


async def test_who_may_not_say(table: Table) -> None:
    with pytest.raises(NotAllowedError, match="Claim a character"):
        await table.take_turn.say(by(OWNER), "Hello.")
    with pytest.raises(NotAllowedError, match="do not hold Tom"):
        await table.take_turn.say(by(ADA), "Hello.", "Tom")
    with pytest.raises(InvalidError, match="/scene narrate"):
        await table.take_turn.say(by(ADA), "Hello.", "narrator")
    with pytest.raises(InvalidError, match="nothing to say"):
        await table.take_turn.say(by(ADA), "\u200b")


async def test_narrate(table: Table) -> None:
    assert (await table.take_turn.narrate(by(OWNER), "Rain.")).speaker == NARRATOR
    turn = await table.take_turn.narrate(by(ADA), "Wind.")
    assert (turn.character_id, turn.author_id) == (None, ADA)
    with pytest.raises(NotAllowedError, match="/cast claim"):
        await table.take_turn.narrate(by(CLEO), "Fog.")


async def test_speaking_counts_as_being_there(table: Table) -> None:
    ballot = await table.ballot()
    table.clock.advance(days=8)
    card = await table.cards.card(ballot.id)
    assert card
    assert card.awaited == ()
    await table.take_turn.say(by(ADA), "Hello.")
    await table.take_turn.narrate(by(OWNER), "Rain.")
    card = await table.cards.card(ballot.id)
    assert card
    assert sorted(card.awaited) == ["Ada", "Olga"]


async def test_who_typed_amid_a_lost_commit_is_not_told_that_nothing_was_saved(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = table.store.write
    away = iter([StorageUnsureError("perhaps"), StorageGoneError("nothing was saved")])

    @asynccontextmanager
    async def cut_off(*, lasting: bool = True) -> AsyncIterator[UnitOfWork]:
        error = next(away)
        if isinstance(error, StorageUnsureError):
            async with write(lasting=lasting) as work:
                yield work
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(table.store, "write", cut_off)
        with pytest.raises(StorageUnsureError, match="perhaps"):
            await table.type(ADA, "Is this kept?")
    assert await table.texts() == ["Is this kept?"]
