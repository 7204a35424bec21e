"""What is registered, and each command of a story, its cast and its canon, over the wire."""

import io
import json
import zipfile

import pytest

from tests.whole.kit import UNSAID, ask, heard, known, sent, use

COMMANDS = {
    "story open": "title premise style variants rating",
    "story show": "",
    "story settings": (
        "style point_of_view variants window_hours quorum tie counts voters proxying ai"
    ),
    "story pause": "",
    "story resume": "story",
    "story close": "",
    "story handover": "member",
    "story link": "channel",
    "story unlink": "",
    "story export": "format",
    "cast add": "name description avatar",
    "cast edit": "name avatar",
    "cast list": "",
    "cast show": "name",
    "cast claim": "name",
    "cast release": "name",
    "cast play": "name",
    "cast handover": "name member",
    "cast retire": "name",
    "scene continue": "direction as_character variants",
    "scene say": "text as_character",
    "scene narrate": "text",
    "scene undo": "deeds",
    "scene redo": "",
    "scene history": "",
    "scene revise": "turn",
    "scene fork": "title turn",
    "canon add": "fact about",
    "canon list": "about",
    "canon dispute": "fact why",
    "canon propose": "",
    "canon show": "fact",
    "canon retire": "fact",
}
COMPLETED = {
    "scene revise turn",
    "scene fork turn",
    "story resume story",
    "cast edit name",
    "cast show name",
    "cast claim name",
    "cast release name",
    "cast play name",
    "cast handover name",
    "cast retire name",
    "scene continue as_character",
    "scene continue variants",
    "scene say as_character",
    "canon add about",
    "canon show fact",
    "canon list about",
    "canon dispute fact",
    "canon retire fact",
}


@pytest.mark.usefixtures("bot")
async def test_exactly_these_commands_are_registered(local):
    found, completed, menus = {}, set(), set()
    for command in local.world.commands.values():
        body = command.body
        if body.get("type", 1) != 1:
            menus.add(body["name"])
            continue
        for step in body["options"]:
            name = f"{body['name']} {step['name']}"
            assert len(step["description"]) > 10
            options = step.get("options", [])
            found[name] = " ".join(option["name"] for option in options)
            completed |= {f"{name} {o['name']}" for o in options if o.get("autocomplete")}
            assert all(o["description"][0].isupper() for o in options)
    assert found == COMMANDS
    assert completed == COMPLETED
    assert menus == {"Revise", "Fork from here", "Take back", "Make canon", "Who wrote this?"}


async def test_the_life_of_a_story(story):
    anna, bo, inn = story.anna, story.bo, story.inn
    shown = await ask(anna, inn, "story show")
    assert "Owned by Anna · 0 turns · 0 facts" in shown
    assert "**Mira** (Anna), **Tom** (Bo)" in shown
    assert "until claimed: **Old Pike**" in shown
    assert "`variants` 3 drafts in a ballot" in await ask(bo, inn, "story settings")
    changed = await ask(
        anna, inn, "story settings", variants=1, quorum=1, window_hours=0.5, ai="voices_only"
    )
    assert changed.startswith(
        "**Settings**, with a new `variants`, `window_hours`, `quorum` and `ai`\n"
    )
    assert "`variants` 1 draft in a ballot" in changed
    assert "`quorum` 1 writer must have voted" in changed
    assert "`window_hours` 0.5 h" in changed
    assert "voices only" in changed
    assert "Only the owner" in await ask(bo, inn, "story settings", variants=2)
    assert "Only the owner" in await ask(bo, inn, "story pause")
    assert "`/story show` says who" in await ask(bo, inn, "story pause")
    assert "until `/story resume`" in await ask(anna, inn, "story pause")
    assert "paused already" in await ask(anna, inn, "story pause")
    assert "goes on" in await ask(anna, inn, "story resume")
    assert "plays a story already" in await ask(bo, inn, "story open", title="B", premise="C")
    assert "is closed" in await ask(anna, inn, "story close")
    assert "This story is closed." in await ask(anna, inn, "story pause")
    assert "Only the owner" in await ask(bo, inn, "story resume")
    assert "goes on" in await ask(anna, inn, "story resume")
    assert "is closed" in await ask(anna, inn, "story close")
    thin = await ask(
        bo, inn, "story open", title="B", premise="A thin one.", variants=4, rating="*teen*"
    )
    assert r"Owned by Bo · \*teen\* · 0 turns" in thin
    assert [f"{n}. " in thin for n in (1, 2, 3, 4)] == [True, True, True, False]


async def test_the_book_in_both_formats(story, local):
    anna, bo, inn = story.anna, story.bo, story.inn
    await anna.say(inn, f"A {UNSAID}!")
    await heard(local, inn, f"A {UNSAID}!")
    await ask(bo, inn, "canon add", fact="The lamp is lit")
    exchange = await use(bo, inn, "story export")
    markdown = (await exchange.answer()).attachments[0]
    assert markdown.filename == "the-inn.md"
    for words in ("# The Inn", "**Mira**", f"A {UNSAID}!", "The lamp is lit", "Anna: 100%"):
        assert words in markdown.text
    exchange = await use(bo, inn, "story export", format="json")
    book = json.loads((await exchange.answer()).attachments[0].text)
    assert [(t["speaker"], t["author"], t["source"]) for t in book["turns"]] == [
        ("Mira", "Anna", "human")
    ]
    assert exchange.message.seen_by == bo.id


async def test_a_book_over_the_servers_limit_comes_compressed(story, local):
    anna, inn = story.anna, story.inn
    text = "\n".join(["The lamp is lit."] * 100)
    await anna.say(inn, text)
    await heard(local, inn, text)
    story.guild.max_file_bytes = 1500
    answer = await (await use(anna, inn, "story export")).answer()
    (book,) = answer.attachments
    assert book.filename == "the-inn.md.zip"
    assert "unpack it to read it" in answer.text
    with zipfile.ZipFile(io.BytesIO(book.data)) as archive:
        assert b"The lamp is lit" in archive.read("the-inn.md")
    story.guild.max_file_bytes = 100
    told = await ask(anna, inn, "story export", format="json")
    assert "too large to be sent" in told
    assert "Markdown is smaller" in told


async def test_sheets_are_cards_with_a_form_per_group(story, local):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    card = await (await use(anna, inn, "cast edit", name="mira")).answer()
    assert [b.label for b in card.buttons] == ["Sheet", "Name and picture"]
    form = await anna.click(card, "Sheet")
    assert len(form.modal.fields) == 5
    told = await sent(
        anna,
        form,
        {"Who it is": "An innkeeper.", "How it speaks": "Low.", "Secrets": f"The {UNSAID}."},
    )
    assert all(words in told for words in ("An innkeeper.", "Voice: Low.", UNSAID))
    assert UNSAID not in await ask(bo, inn, "cast show", name="Mira")
    form = await anna.click(card, "Name and picture")
    values = {
        "Name": "Mira Vale",
        "Also called": "M, the host",
        "Picture": "https://a.example/m.png",
    }
    told = await sent(anna, form, values)
    assert "## Mira Vale" in told
    assert "Also called M and the host" in told
    await anna.say(inn, "Here I am.")
    await heard(local, inn, "Here I am.")
    post = inn.last_message
    assert (post.author_name, post.avatar) == ("Mira Vale", "https://a.example/m.png")
    assert "may edit it" in await ask(cy, inn, "cast edit", name="the host")
    # The card's buttons know whom they are about whatever the name is by now.
    form = await anna.click(card, "Sheet")
    assert form.modal.title == "Mira Vale"
    assert "Low." in await sent(anna, form, {})


async def test_a_form_that_is_refused_gives_the_text_back(story):
    anna, inn = story.anna, story.inn
    card = await (await use(anna, inn, "cast edit", name="Mira")).answer()
    form = await anna.click(card, "Name and picture")
    answer = await (await anna.submit(form, {"Name": "clyde", "Also called": "C"})).answer()
    assert "Discord refuses names with “clyde”" in answer.text
    assert "name:\nclyde" in answer.attachments[0].text
    form = await anna.click(card, "Name and picture")
    assert "begins with https://" in await sent(anna, form, {"Picture": "https://"})
    form = await use(anna, inn, "scene say")
    answer = await (await anna.submit(form, {"text": " \u200b "})).answer()
    assert "nothing to say yet" in answer.text


async def test_who_claims_a_second_character_is_told_as_whom_they_speak_now(story):
    anna, cy, inn = story.anna, story.cy, story.inn
    first = await ask(cy, inn, "cast claim", name="Old Pike")
    assert first == "Cy plays **Old Pike** from now on. Just type to speak."
    await ask(cy, inn, "cast release", name="Old Pike")
    second = await ask(anna, inn, "cast claim", name="Old Pike")
    assert second == (
        "Anna plays **Old Pike** from now on. Just type to speak. You speak as **Old Pike** now; "
        "`/cast play` changes that."
    )


async def test_claim_release_and_play(story, local):
    anna, bo, inn = story.anna, story.bo, story.inn

    async def offered(who, command, typed=""):
        return [c.value for c in await who.autocomplete(inn, command, "name", typed)]

    assert await offered(anna, "cast claim") == ["Old Pike"]
    assert await offered(anna, "cast release") == ["Mira"]
    assert await offered(anna, "cast show", "O") == ["Tom", "Old Pike"]
    assert "Anna plays **Old Pike**" in await ask(anna, inn, "cast claim", name="old pike")
    assert await offered(anna, "cast play") == ["Mira", "Old Pike"]
    await anna.say(inn, "Arr.")
    await heard(local, inn, "Arr.")
    assert inn.last_message.author_name == "Old Pike"
    assert "You speak as **Mira** now" in await ask(anna, inn, "cast play", name="Mira")
    await anna.say(inn, "Hush.")
    await heard(local, inn, "Arr.", "Hush.")
    assert inn.last_message.author_name == "Mira"
    assert "You do not hold Tom" in await ask(anna, inn, "cast play", name="Tom")
    assert "is free again" in await ask(anna, inn, "cast release", name="Old Pike")
    listed = await ask(bo, inn, "cast list")
    assert listed == "**Mira** · Anna\n**Tom** · Bo\n**Old Pike** · free"
    for number in range(60):
        await anna.slash(inn, "cast add", name=f"Villager {number} {'x' * 60}")
    pages = await (await use(bo, inn, "cast list")).answer()
    assert [b.label for b in pages.buttons] == ["Back", "1 of 3", "Next"]
    assert "Villager 59" not in pages.text
    await bo.click(pages, "Next")
    await bo.click(pages, "Next")
    assert "Villager 59" in pages.text
    assert [b.disabled for b in pages.buttons] == [False, True, True]
    await bo.click(pages, "Back")
    assert len(await offered(bo, "cast claim")) == 25
    assert len(await ask(bo, inn, "story show")) <= 2_000


async def test_canon(story, local):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    assert "Nothing is settled yet" in await ask(cy, inn, "canon list")
    assert "decide what is true" in await ask(cy, inn, "canon add", fact="No")
    told = await ask(bo, inn, "canon add", fact="He limps", about="old pike")
    assert told == "📜 `1` **Old Pike** · He limps"
    assert "as fact 1" in await ask(anna, inn, "canon add", fact="he  LIMPS")
    await anna.say(inn, "The well is deep.\nAnd dry.")
    await heard(local, inn, "The well is deep.\nAnd dry.")
    form = await anna.menu(await known(anna, inn.last_message), "Make canon")
    assert form.modal.fields[0].value == "The well is deep. And dry."
    told = await sent(anna, form, {"What is true?": "The well is dry"})
    assert told == "📜 `2` **Mira** · The well is dry"
    shown = await ask(cy, inn, "canon show", fact=2)
    assert "From a passage of Mira" in shown
    assert "> The well is deep.\n> And dry." in shown
    found = await bo.autocomplete(inn, "canon show", "fact", "limps")
    assert [(c.name, c.value) for c in found] == [("1 · He limps", 1)]
    assert "may retire it" in await ask(cy, inn, "canon retire", fact=2)
    assert "no longer holds" in await ask(anna, inn, "canon retire", fact=1)
    assert "retired already" in await ask(anna, inn, "canon retire", fact=1)
    assert await ask(cy, inn, "canon list") == "`2` **Mira** · The well is dry"
    assert "There is no fact 9" in await ask(cy, inn, "canon show", fact=9)
    foreign = await (await bo.menu(inn.messages[0], "Make canon")).answer()
    assert "not a passage of this story" in foreign.text
