"""Wrong places, wrong times, wrong names, two at once: one clear sentence, nothing half done."""

import asyncio
from dataclasses import replace

import pytest

from tests.whole.kit import (
    UNSAID,
    ask,
    ballot,
    heard,
    pikes,
    press,
    spoken,
    texts_of,
    use,
    voting,
    won,
)

NOWHERE = "There is no story in this channel. `/story open` begins one."
EVERYWHERE = [
    ("story show", {}),
    ("story settings", {}),
    ("story settings", {"quorum": 1}),
    ("story pause", {}),
    ("story resume", {}),
    ("story close", {}),
    ("story export", {}),
    ("cast add", {"name": "A"}),
    ("cast edit", {"name": "A"}),
    ("cast list", {}),
    ("cast show", {"name": "A"}),
    ("cast claim", {"name": "A"}),
    ("cast release", {"name": "A"}),
    ("cast play", {"name": "A"}),
    ("scene continue", {"direction": UNSAID}),
    ("scene say", {"text": UNSAID}),
    ("scene narrate", {"text": UNSAID}),
    ("scene undo", {}),
    ("scene redo", {}),
    ("scene history", {}),
    ("canon add", {"fact": UNSAID}),
    ("canon list", {}),
    ("canon show", {"fact": 1}),
    ("canon retire", {"fact": 1}),
]
CHANGING = [
    ("cast add", {"name": "A"}),
    ("cast edit", {"name": "Mira"}),
    ("cast claim", {"name": "Old Pike"}),
    ("scene continue", {}),
    ("scene say", {"text": UNSAID}),
    ("scene narrate", {"text": UNSAID}),
    ("scene undo", {}),
    ("canon add", {"fact": UNSAID}),
]


@pytest.mark.usefixtures("bot")
async def test_where_no_story_is_each_command_says_so(town, journal):
    for command, given in EVERYWHERE:
        exchange = await use(town.anna, town.inn, command, **given)
        answer = await exchange.answer()
        assert answer.text == NOWHERE, command
        assert answer.seen_by == town.anna.id
    assert not town.inn.messages
    written = journal.getvalue()
    assert written.count('"event": "refused"') == len(EVERYWHERE)
    assert written.count(f'"channel_id": {town.inn.id}') == len(EVERYWHERE)
    for option in ("variants", "as_character"):
        found = await town.anna.autocomplete(town.inn, "scene continue", option, "")
        assert len(found) <= 1
    assert await town.anna.autocomplete(town.inn, "cast claim", "name", "") == []
    assert await town.anna.autocomplete(town.inn, "canon show", "fact", "") == []
    form = await use(town.anna, town.inn, "scene say")
    answer = await (await town.anna.submit(form, {"text": UNSAID})).answer()
    assert answer.text.startswith(NOWHERE)
    assert answer.attachments[0].text == UNSAID


async def test_while_it_is_paused(story, local, claude):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    await anna.say(inn, "Before.")
    await heard(local, inn, "Before.")
    post = inn.last_message
    claude.faults.append(pikes("One.", "Two three four five."))
    card = await ballot(local, anna, inn, variants=2)
    await ask(anna, inn, "story pause")
    paused = "This story is paused. Its owner resumes it with `/story resume`."
    for command, given in CHANGING:
        assert await ask(anna, inn, command, **given) == paused, command
    assert await press(anna, card, voting(card)[0]) == paused
    assert await (await anna.menu(post, "Take back")).answer()
    await bo.say(inn, UNSAID)
    await local.until(bo.dms, what="the sentence by DM")
    assert [m.text for m in bo.dms()] == [paused]
    again = await bo.say(inn, f"{UNSAID} again")
    await local.until(lambda: again.reactions, what="a sign alone")
    assert len(bo.dms()) == 1
    await cy.say(inn, "I only watch.")
    await ask(anna, inn, "story resume")
    await press(anna, card, voting(card)[0])
    await press(bo, card, voting(card)[0])
    await won(local, card)
    assert [text for _, text in spoken(inn)] == ["Before.", "One."]


async def test_once_it_is_closed(story, local, claude):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    await anna.say(inn, "Before.")
    await heard(local, inn, "Before.")
    claude.faults.append(pikes("Six.", "Seven eight nine."))
    card = await ballot(local, anna, inn, variants=2)
    await ask(anna, inn, "story close")
    await local.until(lambda: "The story was closed before this was decided." in card.text)
    closed = (
        "This story is closed. `/story export` still gives you the book, and its owner opens it "
        "again with `/story resume`."
    )
    for command, given in CHANGING:
        assert await ask(anna, inn, command, **given) == closed, command
    typed = await bo.say(inn, "Later.")
    await local.until(bo.dms, what="the sentence by DM")
    assert [m.text for m in bo.dms()] == [closed]
    assert [r.emoji["name"] for r in typed.reactions.values()] == ["⚠️"]
    # Where the story is over people just talk, and are told so once.
    again = await bo.say(inn, "Much later.")
    await cy.say(inn, "I only watched.")
    await anna.say(inn, "And I?")
    await local.until(anna.dms, what="a sentence for each who plays")
    assert "dropped" in await ask(cy, inn, "scene history")
    assert not again.reactions
    assert not again.deleted
    assert len(bo.dms()) == 1
    assert not cy.dms()
    await heard(local, inn, "Before.")
    # The owner may think better of it; what was typed meanwhile is no part of the story.
    assert "goes on" in await ask(anna, inn, "story resume")
    await bo.say(inn, "Once more.")
    await heard(local, inn, "Before.", "Once more.")


async def test_names(story):
    anna, inn = story.anna, story.inn
    for name, sentence in {
        "  ": "needs a name that people can see",
        "\u200b\u2060": "needs a name that people can see",
        "n" * 81: "81 characters; Discord shows at most 80",
        "Clyde": "Discord refuses names with “clyde”",
        "mr dIscord": "Discord refuses names with “discord”",
        "narrator": "storyteller's own name",
        "Tom: the Elder": "cannot have a colon",
        "@here": "call to everybody",
        "Mira": "means Mira already",
        "  mIRA ": "means Mira already",
        "Ｍｉｒａ": "means Mira already",
        "Mi\u200bra": "means Mira already",
    }.items():
        told = await ask(anna, inn, "cast add", name=name)
        assert sentence in told, (name, told)
        assert "joins the cast" not in told
    assert await ask(anna, inn, "cast list") == "**Mira** · Anna\n**Tom** · Bo\n**Old Pike** · free"
    told = await ask(anna, inn, "cast add", name="*Straße*")
    assert told == ("**\\*Straße\\*** joins the cast\n-# Nobody plays them yet: `/cast claim`")
    assert "joins" not in await ask(anna, inn, "cast add", name="*STRASSE*")


async def test_claims(story):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    answers = await asyncio.gather(
        *(ask(who, inn, "cast claim", name="Old Pike") for who in (bo, cy))
    )
    won = [text for text in answers if "plays **Old Pike**" in text]
    lost = [text for text in answers if "holds Old Pike." in text]
    assert len(won) == len(lost) == 1
    assert won[0].split()[0] == lost[0].split()[0]
    holder, other = (bo, cy) if won[0].startswith("Bo") else (cy, bo)
    assert "You hold Old Pike already" in await ask(holder, inn, "cast claim", name="old pike")
    assert "is not yours" in await ask(other, inn, "cast release", name="Old Pike")
    # The owner may free any character.
    assert "is free again" in await ask(anna, inn, "cast release", name="Old Pike")
    assert "Nobody holds Old Pike" in await ask(holder, inn, "cast release", name="Old Pike")
    assert "Nobody in this story is called that" in await ask(cy, inn, "cast claim", name="Zed")


async def test_a_retired_character_cannot_be_claimed(story, bot):
    async with bot.troupe.store.write() as work:
        place = await work.stories.place(story.inn.id)
        company = await work.cast.company(place.story.id)
        pike = company.find("Old Pike")
        await work.cast.save(replace(pike, retired_at=place.story.opened_at))
    told = await ask(story.cy, story.inn, "cast claim", name="Old Pike")
    assert told == "Old Pike was retired and cannot be claimed. `/cast list` shows who can."
    told = await ask(story.anna, story.inn, "scene continue", as_character="Old Pike")
    assert "Old Pike was retired" in told


async def test_a_continuation_for_somebodys_character(story, local):
    anna, inn = story.anna, story.inn
    told = await ask(anna, inn, "scene continue", as_character="Tom")
    assert "Tom" in told
    assert "Drafting" not in told
    assert "Nobody in this story" in await ask(anna, inn, "scene continue", as_character="Zed")
    card = await ballot(local, anna, inn, as_character="narrator")
    assert "**Old Pike**" not in card.text
    assert "**Narrator**" in card.text
    assert not any("went wrong" in text for text in texts_of(inn))
