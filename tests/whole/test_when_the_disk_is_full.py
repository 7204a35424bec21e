"""No room for the database: people are told, nothing acknowledged is lost, and it goes on."""

import pytest

from tests.whole.kit import UNSAID, ask, ballot, heard, spoken, use

# A limit on a file, and a pragma: SQLite's own. What PostgreSQL says is told in tests/storage.
pytestmark = pytest.mark.parametrize("engine", ["sqlite"])

FULL = "The disk that holds the stories is full"


@pytest.fixture
async def pragma(bot):
    async def run(text):
        async with bot.troupe.store.write() as work:
            result = await work.connection.exec_driver_sql(f"PRAGMA {text}")
            return result.scalar() if result.returns_rows else None

    return run


async def test_a_full_disk(story, local, pragma):
    anna, bo, inn = story.anna, story.bo, story.inn
    await anna.say(inn, "Before.")
    await heard(local, inn, "Before.")
    await ballot(local, anna, inn)
    pages = await pragma("page_count")
    await pragma(f"max_page_count = {pages}")

    # What does not fit is refused with a sentence, on whatever way it came.
    heavy = f"{UNSAID} " * 4_000
    typed = await anna.say(inn, heavy)
    await local.until(anna.dms, what="the sentence by DM")
    assert FULL in anna.dms()[0].text
    assert not typed.deleted
    form = await use(bo, inn, "scene say")
    refusals = []
    # Free pages of the file take a few texts before it is full.
    for number in range(200):
        answer = await (await bo.submit(form, {"text": f"{number} " + "word " * 780})).answer()
        if FULL in answer.text:
            refusals.append(answer)
            break
    assert refusals[0].attachments[0].text.startswith(f"{number} word")
    said = number
    assert len(await ask(anna, inn, "story show")) > 20
    assert "**Mira** · Anna" in await ask(anna, inn, "cast list")
    book = (await (await use(anna, inn, "story export")).answer()).attachments[0]
    assert "Before." in book.text

    await pragma("max_page_count = 1000000")
    await anna.say(inn, "There is room again.")
    await local.until(
        lambda: ("Mira", "There is room again.") in spoken(inn), timeout=20, what="it goes on"
    )
    texts = [text for _, text in spoken(inn)]
    # All that was acknowledged stands exactly once, and what was refused nowhere.
    for number in range(said):
        assert sum(text.startswith(f"{number} word") for text in texts) == 1
    assert not any(text.startswith(f"{said} word") or UNSAID in text for text in texts)


async def test_a_read_only_database(story, local, bot, pragma):
    anna, inn = story.anna, story.inn
    await anna.say(inn, "Before.")
    await heard(local, inn, "Before.")
    await pragma("query_only = 1")
    for command, given in (
        ("cast add", {"name": "A"}),
        ("canon add", {"fact": UNSAID}),
        ("scene say", {"text": UNSAID}),
        ("scene undo", {}),
        ("story pause", {}),
    ):
        told = await ask(anna, inn, command, **given)
        assert "read-only" in told, (command, told)
    assert "1 turn " in await ask(anna, inn, "story show")
    typed = await anna.say(inn, "Not kept.")
    await local.until(anna.dms, what="the sentence by DM")
    assert "read-only" in anna.dms()[0].text
    assert not typed.deleted
    await local.until(lambda: typed.reactions, what="the sign")
    await bot.stop()
    await anna.say(inn, "Typed meanwhile.")
    await bot.start()
    await anna.say(inn, "Kept.")
    # Whoever was told that nothing was saved may have typed it again: it stays refused.
    await heard(local, inn, "Before.", "Typed meanwhile.", "Kept.")
    assert not typed.deleted
