import asyncio
import gc
import io
import json
import time
import zipfile
from typing import cast

import pytest

from bot.services.books import BookFormat
from bot.story.canon import MAX_FACT, FactState
from bot.story.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from bot.story.turn import Source
from storage.database import Unit
from tests.builders import ADA, BEN, CHANNEL, CLEO, OWNER
from tests.services.table import Table, by
from tests.storage.test_growth import grow

LONG = 20_000


async def test_a_person_says_what_is_true(table: Table) -> None:
    made = await table.canon.add(by(ADA), " The lamp\nis out. ", "mira")
    assert (made.text, made.about, made.state, made.number) == (
        "The lamp is out.",
        "Mira",
        FactState.CANON,
        1,
    )
    await table.canon.add(by(OWNER), "It is March.", "the time of year")
    assert [f.number for f in await table.canon.facts(CHANNEL)] == [1, 2]
    assert [f.number for f in await table.canon.facts(CHANNEL, "MIRA")] == [1]
    assert [f.about for f in await table.canon.facts(CHANNEL, "year")] == ["the time of year"]


async def test_who_may_not(table: Table) -> None:
    with pytest.raises(NotAllowedError):
        await table.canon.add(by(CLEO), "The lamp is out.")


async def test_the_same_fact_stands_once(table: Table) -> None:
    await table.canon.add(by(ADA), "The lamp is out.")
    with pytest.raises(ConflictError, match="fact 1"):
        await table.canon.add(by(BEN), "the LAMP  is out.")
    with pytest.raises(InvalidError):
        await table.canon.add(by(ADA), "x" * (MAX_FACT + 1))
    await table.canon.retire(by(ADA), 1)
    assert (await table.canon.add(by(BEN), "The lamp is out.")).number == 2


async def test_a_fact_of_a_passage_cites_it(table: Table) -> None:
    turn = await table.say(ADA, "The lamp is  out. " + "Dark. " * 200)
    message_id = await table.message_of(turn)
    draft = await table.canon.draft_from(by(BEN), message_id)
    assert draft.startswith("The lamp is out.")
    assert len(draft) <= MAX_FACT
    made = await table.canon.from_message(by(BEN), message_id, "It is dark.")
    assert made.quote in turn.text
    assert (made.about, made.source_turn_id, made.from_turn_id) == ("Mira", turn.id, turn.id)
    shown = await table.canon.show(CHANNEL, 1)
    assert (shown.proposed_by, shown.accepted_by, shown.retired_by) == ("Ben", "Ben", None)
    assert shown.source == turn
    assert (shown.message_id, shown.channel_id) == (message_id, CHANNEL)


async def test_a_passage_taken_back_says_nothing(table: Table) -> None:
    message_id = await table.message_of(await table.say(ADA, "One."))
    with pytest.raises(NotAllowedError):
        await table.canon.draft_from(by(CLEO), message_id)
    await table.take_back.deleted(CHANNEL, [message_id])
    with pytest.raises(NotFoundError):
        await table.canon.draft_from(by(ADA), message_id)


async def test_retiring(table: Table) -> None:
    await table.canon.add(by(ADA), "The lamp is out.")
    with pytest.raises(NotAllowedError):
        await table.canon.retire(by(BEN), 1)
    with pytest.raises(NotFoundError, match="no fact 9"):
        await table.canon.retire(by(ADA), 9)
    await table.canon.retire(by(ADA), 1)
    assert await table.canon.facts(CHANNEL) == []
    shown = await table.canon.show(CHANNEL, 1)
    assert (shown.fact.state, shown.retired_by) == (FactState.RETIRED, "Ada")
    assert (shown.source, shown.message_id) == (None, None)
    with pytest.raises(ConflictError, match="already"):
        await table.canon.retire(by(OWNER), 1)


async def test_a_book(table: Table) -> None:
    await table.say(ADA, "One.\n\nTwo.")
    await table.settled()
    await table.say(BEN, "Three.")
    await table.take_back.undo(by(BEN))
    await table.canon.add(by(ADA), "It is March.")
    await table.canon.retire(by(ADA), 1)
    book = await table.books.export(CHANNEL, BookFormat.MARKDOWN)
    assert book.filename == "salt.md"
    text = book.content.decode()
    assert "**Mira**\n\nOne.\n\nTwo.\n" in text
    assert "Three." not in text
    assert "It is March" not in text
    book = await table.books.export(CHANNEL, BookFormat.JSON)
    assert book.filename == "salt.json"
    record = json.loads(book.content)
    assert [turn["source"] for turn in record["turns"]] == ["human", "model"]
    assert [fact["state"] for fact in record["facts"]] == ["retired"]
    with pytest.raises(NotFoundError):
        await table.books.export(999, BookFormat.JSON)


async def test_a_book_quotes_nothing_that_it_does_not_tell(table: Table) -> None:
    message_id = await table.message_of(await table.say(ADA, "The lamp is out."))
    await table.canon.from_message(by(ADA), message_id, "It is dark.")
    await table.take_back.undo(by(ADA))
    book = await table.books.export(CHANNEL, BookFormat.JSON)
    (told,) = json.loads(book.content)["facts"]
    assert (told["text"], told["quote"], told["from_seq"]) == ("It is dark.", "", None)


async def test_a_closed_story_still_gives_its_book(table: Table) -> None:
    await table.say(ADA, "One.")
    await table.stories.close(by(OWNER))
    assert b"One." in (await table.books.export(CHANNEL, BookFormat.MARKDOWN)).content


async def test_who_wrote_a_typed_turn(table: Table) -> None:
    message_id = await table.message_of(await table.say(ADA, "One."))
    found = await table.who_wrote.message(CHANNEL, message_id)
    assert (found.speaker, found.author, found.source, found.opened_by, found.angle) == (
        "Mira",
        "Ada",
        Source.HUMAN,
        None,
        "",
    )
    assert await table.who_wrote.is_passage(message_id)
    assert not await table.who_wrote.is_passage(4)
    with pytest.raises(NotFoundError):
        await table.who_wrote.message(CHANNEL, 4)


async def test_who_wrote_a_ballots_passage(table: Table) -> None:
    _, (passage,) = await table.settled(opener=BEN)
    message_id = await table.message_of(passage)
    found = await table.who_wrote.message(CHANNEL, message_id)
    assert (found.author, found.source, found.opened_by, found.angle, found.by_hand) == (
        None,
        Source.MODEL,
        "Ben",
        "an angle",
        False,
    )
    await table.revise.with_text(by(BEN), message_id, "A calm.")
    found = await table.who_wrote.message(CHANNEL, message_id)
    assert (found.author, found.source, found.revisions) == ("Ben", Source.MODEL_EDITED, 1)


async def test_who_wrote_a_draft_of_ones_own(table: Table) -> None:
    ballot = await table.ballot(opener=ADA)
    own = await table.voting.own_draft(by(BEN), ballot.id, "I row out to the buoy.")
    for writer_id in (ADA, BEN, OWNER):
        await table.vote(writer_id, own)
    await table.settle(ballot)
    (passage,) = await table.turns()
    found = await table.who_wrote.message(CHANNEL, await table.message_of(passage))
    assert (found.author, found.by_hand, found.source) == ("Ben", True, Source.HUMAN)


@pytest.mark.parametrize("how", ["undo", "revise"])
async def test_a_fact_whose_words_are_gone_returns_to_review(table: Table, how: str) -> None:
    turn = await table.say(ADA, "The lamp is out.")
    message_id = await table.message_of(turn)
    made = await table.canon.from_message(by(BEN), message_id, "The lamp is out.")
    assert made.state is FactState.CANON
    if how == "undo":
        await table.take_back.undo(by(ADA))
    else:
        await table.revise.with_text(by(ADA), message_id, "The lamp burns.")
    assert [f.state for f in await table.canon.facts(CHANNEL)] == [FactState.PROPOSED]
    kept = await table.canon.add(by(BEN), "the lamp is out.")
    assert (kept.number, kept.state) == (1, FactState.CANON)
    assert [f.state for f in await table.canon.facts(CHANNEL)] == [FactState.CANON]


@pytest.mark.parametrize("book_format", BookFormat)
async def test_while_a_long_story_is_written_out_others_are_served(
    table: Table, book_format: BookFormat
) -> None:
    await table.say(ADA, "One.")
    async with table.store.write() as work:
        place = await work.stories.place(CHANNEL)
        assert place
        await grow(cast("Unit", work), place.branch, 2, LONG)
    late = [0.0]

    async def listen() -> None:
        while True:
            began = time.thread_time()
            await asyncio.sleep(0)
            late.append(time.thread_time() - began)

    # What was loaded at the start is looked through no more, as in the process itself.
    gc.freeze()
    listening = asyncio.create_task(listen())
    book = await table.books.export(CHANNEL, book_format)
    listening.cancel()
    gc.unfreeze()
    assert book.content.count(b"Turn ") == 8 * (LONG - 1)
    # A single step for all of it would take many times as long.
    assert max(late) < 0.1


@pytest.mark.parametrize("book_format", BookFormat)
async def test_a_book_that_is_too_large_is_compressed(
    table: Table, book_format: BookFormat
) -> None:
    await table.say(ADA, "The lamp is out. " * 500)
    plain = await table.books.export(CHANNEL, book_format)
    size = len(plain.content)
    assert await table.books.export(CHANNEL, book_format, limit=size) == plain
    packed = await table.books.export(CHANNEL, book_format, limit=size - 1)
    assert (packed.filename, packed.packed) == (f"{plain.filename}.zip", True)
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert archive.read(plain.filename) == plain.content


async def test_of_a_book_that_is_too_large_even_compressed_one_learns_what_to_do(
    table: Table,
) -> None:
    await table.say(ADA, "The lamp is out.")
    with pytest.raises(InvalidError, match=r"may have 0.0 MiB. The format Markdown is smaller"):
        await table.books.export(CHANNEL, BookFormat.JSON, limit=100)
    with pytest.raises(InvalidError, match=r"may have 0.0 MiB. Whoever runs this bot"):
        await table.books.export(CHANNEL, BookFormat.MARKDOWN, limit=100)
