import asyncio
import gc
import io
import json
import time
import zipfile
from typing import cast

import pytest

from bot.services.books import BookFormat
from bot.services.common import Request
from bot.services.forking import Wish
from bot.services.linking import Target
from bot.services.reach import Reader
from bot.story.canon import MAX_FACT, FactState
from bot.story.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from bot.story.proposal import ProposedFact
from bot.story.turn import Source
from storage.database import Unit
from tests.builders import ADA, BEN, CHANNEL, CLEO, GUILD, OWNER
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

    # What is there by now is looked through no more, as in the process itself.
    gc.collect()
    gc.freeze()
    listening = asyncio.create_task(listen())
    book = await table.books.export(CHANNEL, book_format)
    listening.cancel()
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


CELLAR = 950


async def proposed(table: Table, request: Request, *texts: str, turn: int = 1) -> None:
    """Facts that the model proposes from a passage with these very words."""
    await table.take_turn.say(request, " ".join(texts))
    table.narrator.read(*(ProposedFact(turn, text, "", text) for text in texts))
    await table.proposing.run((await table.proposing.ask(request)).id)


async def told(table: Table, reader: Reader, channel_id: int = CHANNEL) -> list[str]:
    """The facts that somebody is told by the list and by each book alike."""
    listed = await table.canon.listed(channel_id, "", reader)
    texts = [fact.text for fact in listed.facts]
    book = await table.books.export(channel_id, BookFormat.JSON, reader)
    assert [fact["text"] for fact in json.loads(book.content)["facts"]] == texts
    return texts


async def test_what_nobody_accepted_is_told_to_those_who_may_read_its_passage(
    table: Table,
) -> None:
    await table.linking.link(by(OWNER), Target(GUILD, CELLAR, None, "the-cellar", 1))
    await proposed(table, by(ADA, CELLAR), "It is damp.", "It is dark.")
    assert await told(table, Reader(CLEO, {CHANNEL, CELLAR})) == ["It is damp.", "It is dark."]
    assert await told(table, Reader(CLEO, {CHANNEL})) == []
    assert [f.text for f in await table.canon.facts(CHANNEL)] == ["It is damp.", "It is dark."]
    with pytest.raises(NotFoundError, match="no fact 1"):
        await table.canon.show(CHANNEL, 1, Reader(CLEO, {CHANNEL}))
    with pytest.raises(NotFoundError, match="no fact 1"):
        await table.canon.retire(by(CLEO), 1, Reader(CLEO, {CHANNEL}))
    damp, _ = await table.canon.facts(CHANNEL)
    await table.reviewing.keep(by(ADA, CELLAR), damp.id)
    # Canon belongs to the story.
    assert await told(table, Reader(CLEO, {CHANNEL})) == ["It is damp."]
    assert (await table.canon.show(CHANNEL, 1, Reader(CLEO, {CHANNEL}))).fact.id == damp.id
    await table.linking.unlink(by(OWNER, CELLAR))
    for writer_id, count in ((CLEO, 1), (BEN, 1), (ADA, 2), (OWNER, 2)):
        assert len(await told(table, Reader(writer_id, {CHANNEL}))) == count


async def test_what_was_rejected_is_in_no_book_for_those_who_never_saw_it(table: Table) -> None:
    await table.linking.link(by(OWNER), Target(GUILD, CELLAR, None, "the-cellar", 1))
    await proposed(table, by(ADA, CELLAR), "It is damp.")
    (damp,) = await table.canon.facts(CHANNEL)
    await table.reviewing.drop(by(ADA, CELLAR), damp.id)

    async def facts(sees: set[int]) -> list[str]:
        book = await table.books.export(CHANNEL, BookFormat.JSON, Reader(CLEO, sees))
        return [fact["state"] for fact in json.loads(book.content)["facts"]]

    assert await facts({CHANNEL, CELLAR}) == ["retired"]
    assert await facts({CHANNEL}) == []


async def test_what_is_proposed_of_the_past_that_a_fork_shares_is_told_in_it(table: Table) -> None:
    await proposed(table, by(ADA), "It is March.")
    branch = await table.forking.fork(by(ADA), Wish("Other", 800, 3_000))
    await table.forking.run(branch.id)
    (thread_id,) = table.stage.threads
    await proposed(table, by(ADA, thread_id), "It is dark.", turn=2)
    assert await told(table, Reader(CLEO, {thread_id}), thread_id) == [
        "It is March.",
        "It is dark.",
    ]
    assert await told(table, Reader(CLEO, {CHANNEL})) == ["It is March."]
