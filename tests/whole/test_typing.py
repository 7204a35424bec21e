"""Typed turns: proxying, table talk, names in front, long texts, files, replies, stickers."""

import asyncio
import contextlib
from datetime import timedelta

import pytest

from playground.server.errors import ApiError
from tests.whole.kit import UNSAID, answered, ask, heard, known, read_up_to, spoken, texts_of, use


async def test_a_turn_stands_under_the_characters_name_and_nothing_else_is_touched(story, local):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    talk = [
        "((back in five))",
        "// brb",
        "(OOC) hm",
        "!roll 2d6",
        "?help",
        "$buy",
        ".me waves",
        "   ((spaced))",
    ]
    for text in talk:
        await anna.say(inn, text)
    await cy.say(inn, "I only watch.")
    await anna.say(inn, "... and then?")
    await bo.say(inn, "! What!")
    await heard(local, inn, "... and then?", "! What!")
    assert spoken(inn) == [("Mira", "... and then?"), ("Tom", "! What!")]
    assert [t for t in texts_of(inn) if t in talk or "watch" in t] == [*talk, "I only watch."]
    assert "2 turns" in await ask(anna, inn, "story show")


async def test_text_is_kept_exactly_as_typed(story, local):
    anna, inn = story.anna, story.inn
    texts = [
        f"  *{UNSAID}*  two  spaces\n\n\n  and lines\u202e\u200f",
        "```py\nprint('x')\n```",
        "> quoted\n-# small\n# big",
        "\ufeffé e\u0301 😀",
    ]
    for text in texts:
        await anna.say(inn, text)
    await local.until(lambda: len(spoken(inn)) == len(texts), what="all turns")
    # Discord itself trims a message at both ends.
    assert [text.strip() for _, text in spoken(inn)] == [text.strip() for text in texts]


async def test_a_name_in_front_speaks_as_another_of_ones_own(story, local):
    anna, inn = story.anna, story.inn
    await ask(anna, inn, "cast claim", name="Old Pike")
    offered = await anna.autocomplete(inn, "scene say", "as_character", "i")
    assert [choice.value for choice in offered] == ["Mira", "Old Pike"]
    for text in ("MIRA: Hush.", "old  pike:\tArr.", "Old Pike: Tom: yes?", "Dear me: a colon"):
        await anna.say(inn, text)
    await local.until(lambda: len(spoken(inn)) == 4, what="four turns")
    assert spoken(inn) == [
        ("Mira", "Hush."),
        ("Old Pike", "Arr."),
        ("Old Pike", "Tom: yes?"),
        ("Old Pike", "Dear me: a colon"),
    ]


async def test_the_name_of_anothers_character_in_front_is_no_turn(story, local):
    anna, bo, inn = story.anna, story.bo, story.inn
    for name, whose in (("TOM", "Tom, whom Bo plays"), ("Old Pike", "Old Pike, whom nobody plays")):
        count = len(anna.dms())
        typed = await anna.say(inn, f"{name}: I did it.")
        await local.until(lambda n=count: len(anna.dms()) > n, what="a word about it")
        told = anna.dms()[-1].text
        assert f"speaks as {whose}" in told
        assert "put your own in front: “Mira: " in told
        assert [r.emoji["name"] for r in typed.reactions.values()] == ["⚠️"]
        assert not typed.deleted
    assert "`/cast claim`" in told
    # Whoever retired is in the cast no more, and other words in front are none of it.
    await ask(anna, inn, "cast retire", name="Old Pike")
    turns = ["Old Pike: he is gone.", "One thing: I did it."]
    for text in turns:
        await anna.say(inn, text)
    await heard(local, inn, *turns)
    await bo.say(inn, "Tom: I did it.")
    await local.until(lambda: spoken(inn)[-1] == ("Tom", "I did it."), what="their own")


async def test_long_texts_become_several_posts_and_nothing_is_cut(story, local):
    anna, inn = story.anna, story.inn
    paragraphs = [f"{n} " + "word " * 150 for n in range(5)]
    text = "\n\n".join(p.strip() for p in paragraphs)
    assert 2_000 < len(text) <= 4_000
    await anna.say(inn, text)
    await local.until(
        lambda: "\n\n".join(t for _, t in spoken(inn)) == text, what="the text in posts"
    )
    assert all(len(t) <= 2_000 for _, t in spoken(inn))
    count = len(spoken(inn))
    long = "\n\n".join(f"{n} " + "long " * 300 for n in range(12)).strip()
    await anna.say(inn, long)
    await local.until(
        lambda: (
            [w for _, t in spoken(inn)[count:] for w in t.split()] == long.split()
            and not any(m.attachments for m in inn.messages)
        ),
        what="message.txt read, posted and taken away",
    )
    assert "2 turns" in await ask(anna, inn, "story show")
    # The first post of the text belongs to the same turn as the last.
    posts = [m for m in inn.messages if m.author.webhook]
    told = await (await anna.menu(await known(anna, posts[count]), "Take back")).answer()
    assert "Taken back" in told.text
    await local.until(lambda: len(spoken(inn)) == count, what="all its posts gone")


async def test_what_is_too_long_for_a_turn_is_said_and_stays(story, local, bot):
    anna, cy, inn = story.anna, story.cy, story.inn
    await anna.say(inn, "x " * 33_000)
    await local.until(anna.dms, what="a word about it")
    assert anna.dms()[-1].text == "A turn holds at most 64 KB of text."
    assert [r.emoji["name"] for r in inn.last_message.reactions.values()] == ["⚠️"]
    await cy.say(inn, "x " * 33_000)
    await anna.say(inn, "Short.")
    await heard(local, inn, "Short.")
    # Who plays nobody is told so, once.
    await cy.say(inn, "Anybody there?")
    await local.until(cy.dms, what="a word about talk beside the story")
    await read_up_to(bot, await cy.say(inn, "Hello?"))
    assert len(cy.dms()) == 1
    assert "talk beside it. `/cast claim`" in cy.dms()[0].text


async def test_files_replies_and_stickers(story, local):
    anna, bo, inn = story.anna, story.bo, story.inn
    await anna.say(inn, "Look at this map.", files=[("map.png", b"\x89PNG" * 9, "image/png")])
    await heard(local, inn, "Look at this map.")
    post = inn.last_message
    assert [(f.filename, f.data) for f in post.attachments] == [("map.png", b"\x89PNG" * 9)]
    await anna.say(inn, files=[("only.png", b"PNG", "image/png")])
    await local.until(
        lambda: (
            [f.filename for f in inn.last_message.attachments] == ["only.png"]
            and inn.last_message.author.webhook
        ),
        what="a file alone",
    )
    await bo.say(inn, "Upside down.", reply_to=post)
    await local.until(lambda: spoken(inn)[-1][0] == "Tom", what="the reply")
    assert spoken(inn)[-1][1] == f"-# ↪ [Mira](<{post.jump_url}>)\nUpside down."
    sticker = local.add_sticker("wave")
    typed = await bo.say(inn, "Bye!", stickers=[sticker])
    await bo.say(inn, "And gone.")
    await local.until(lambda: spoken(inn)[-1][1] == "And gone.", what="the next turn")
    assert not typed.deleted
    assert "5 turns" in await ask(anna, inn, "story show")


async def test_two_writers_at_once_keep_their_order(story, local):
    anna, bo, inn = story.anna, story.bo, story.inn
    wanted = []
    for number in range(8):
        await asyncio.gather(anna.say(inn, f"Mira {number}"), bo.say(inn, f"Tom {number}"))
        wanted += [f"Mira {number}", f"Tom {number}"]
    await local.until(lambda: len(spoken(inn)) == 16, what="all turns")
    assert [text for _, text in spoken(inn)] == wanted
    assert all(text.startswith(name) for name, text in spoken(inn))


async def test_with_proxying_off_an_edit_revises_and_a_deletion_takes_back(story, local):
    anna, inn = story.anna, story.inn
    await ask(anna, inn, "story settings", proxying="off")
    first = await anna.say(inn, "The door is open.")
    second = await anna.say(inn, "The lamp is out.")
    await anna.edit(first, "The door is shut.")
    await anna.delete(second)
    card = await local.until(lambda: next((m for m in inn.messages if m.buttons), None))
    assert card.text == "A message was deleted, so a passage of Mira left the story."
    await answered("The door is open.", anna, inn, "scene history")
    book = (await (await use(anna, inn, "story export")).answer()).attachments[0].text
    assert "The door is shut." in book
    assert "open" not in book
    assert "lamp" not in book
    await anna.click(card, "Redo")
    await local.until(lambda: spoken(inn) == [("Mira", "The lamp is out.")], what="it is back")
    await local.until(lambda: not card.buttons, what="the card without its button")
    assert card.text == "-# A passage of Mira came back."
    # Nobody was told of permissions that are not needed here.
    assert not any("Manage" in text for text in texts_of(inn))


async def test_nothing_is_read_where_another_bot_speaks_for_people(story, local, bot):
    anna, inn = story.anna, story.inn
    await ask(anna, inn, "story settings", proxying="theirs")
    await read_up_to(bot, await anna.say(inn, "Left alone."))
    await ask(anna, inn, "story settings", proxying="ours")
    await anna.say(inn, "Read again.")
    await heard(local, inn, "Read again.")
    assert "1 turn " in await ask(anna, inn, "story show")


@pytest.mark.usefixtures("bot")
async def test_a_thread_speaks_through_its_parents_webhook(town, local):
    thread = town.guild.add_thread(town.inn, "the cellar", by=town.anna)
    assert "The Cellar" in await ask(
        town.anna, thread, "story open", title="The Cellar", premise=f"A {UNSAID} in the dark."
    )
    await ask(town.anna, thread, "cast add", name="Mira")
    await ask(town.anna, thread, "cast claim", name="Mira")
    await town.anna.say(thread, "Hello?")
    await heard(local, thread, "Hello?")
    await ask(town.anna, thread, "scene undo")
    await local.until(lambda: not spoken(thread), what="it is gone")
    assert [hook.channel for hook in local.world.webhooks.values()] == [town.inn]
    assert not spoken(town.inn)


async def test_pings_and_control_characters_reach_nobody(story, local):
    anna, bo, inn = story.anna, story.bo, story.inn
    role = story.guild.add_role("crew", mentionable=True)
    story.guild.give(bo, role)
    storm = f"@everyone @here {bo.mention} <@&{role.id}> "
    await anna.say(inn, storm)
    local.pings.clear()  # What people type pings, as it should.
    await local.until(lambda: len(spoken(inn)) == 1, what="the turn")
    told = await ask(anna, inn, "scene say", text=storm + "again")
    assert "Said as" in told
    await local.until(lambda: len(spoken(inn)) == 2, what="the said turn")
    refused = await ask(anna, inn, "cast add", name="@everyone", description=storm)
    assert "Choose another" in refused
    await ask(anna, inn, "cast add", name="@anyone", description=storm)
    await ask(anna, inn, "canon add", fact=storm, about=f"{bo.mention}")
    await ask(anna, inn, "scene narrate", text=storm)
    await ask(anna, inn, "scene undo")
    await local.until(lambda: any("took back" in text for text in texts_of(inn)))
    await ask(anna, inn, "story close")
    await ask(bo, inn, "story open", title=storm, premise=storm, style=storm)
    nul = await ask(bo, inn, "cast add", name="A\x00n\u202ea", description="\x00x")
    assert nul.startswith("**Ana** joins the cast: x\n")
    with contextlib.suppress(ApiError):
        await anna.say(inn, "a\x00b")
    assert not local.pings


async def test_when_discord_cannot_keep_up_typed_turns_count_where_they_stand(
    story, local, monkeypatch
):
    monkeypatch.setattr("bot.services.take_turn.BEHIND", timedelta(0))
    anna, inn = story.anna, story.inn

    def busy(_request):
        return 429, {"message": "slow down", "retry_after": 0.3, "global": False}, {"Via": "x"}

    with local.before("POST", r"^/webhooks/", busy):
        await anna.say(inn, "Waits for its turn.")
        await local.until(lambda: any(r.status == 429 for r in local.requests), what="a refusal")
        typed = await anna.say(inn, "Stays as typed.")
        said = await local.until(
            lambda: [m for m in inn.messages if "faster than Discord" in m.text], what="a word"
        )
        assert "for now what you type counts where it stands" in said[0].text
    await local.until(lambda: spoken(inn) == [("Mira", "Waits for its turn.")], what="posted")
    assert not typed.deleted
    assert "2 turns" in await ask(anna, inn, "story show")
