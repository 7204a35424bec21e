"""Slash commands in the composer, with all kinds of options."""

import asyncio
from typing import Any

import playwright.async_api as driver

from playground.server import Channel, Guild, LocalDiscord, Person
from playground.server.rules_messages import MAX_FILE_BYTES
from tests.playground.page.gallery import HOSTILE, Gallery, picture
from tests.playground.page.seats import box, drop, rows, said


def chip(window: driver.Page, name: str) -> driver.Locator:
    return window.get_by_role("group", name="Command /show pick").get_by_label(name, exact=True)


async def test_a_command_is_found_and_filled_in_by_keys_alone(
    gallery: Gallery, window: driver.Page
) -> None:
    expect, keys = driver.expect, window.keyboard
    await box(window).click()
    await keys.type("/sh")
    await expect(rows(window)).to_have_count(len(gallery.tree.get_commands()[0].commands))
    first = await rows(window).first.get_attribute("id")
    await expect(box(window)).to_have_attribute("aria-activedescendant", str(first))
    await keys.type("ow pi")
    await expect(rows(window)).to_have_text(["/show pickOne option of each type."])
    await keys.press("Tab")
    await expect(chip(window, "flavour")).to_be_focused()
    await expect(window.get_by_text("flavour What it smells of")).to_be_visible()
    await expect(rows(window)).to_have_text(["Amber", "Basil", "Cedar"])

    # A required option must be there, and be one of those that are offered.
    await keys.press("Escape")
    await keys.press("Enter")
    await expect(window.get_by_text("This option is required.")).to_be_visible()
    await keys.type("pear")
    await expect(window.get_by_text("No options match.")).to_be_visible()
    await keys.press("Enter")
    await expect(window.get_by_text("Choose one from the list.")).to_be_visible()
    await expect(chip(window, "flavour")).to_have_attribute("aria-invalid", "true")
    await chip(window, "flavour").fill("")
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await expect(chip(window, "flavour")).to_have_value("Basil")
    await expect(window.get_by_label("Add an option")).to_be_focused()


async def test_options_are_added_checked_and_completed(
    gallery: Gallery, window: driver.Page
) -> None:
    expect, keys = driver.expect, window.keyboard
    await box(window).click()
    await keys.type("/show pick ")
    await expect(chip(window, "flavour")).to_be_focused()
    await keys.type("ba")
    await keys.press("Tab")
    await keys.type("sure")
    await keys.press("Enter")
    await expect(rows(window)).to_have_text(["True", "False"])
    await keys.press("Enter")

    # Further ones are added at the end, by name; numbers have limits.
    await expect(window.get_by_label("Add an option")).to_be_focused()
    await keys.type("cou")
    await keys.press("Tab")
    await keys.type("99")
    await keys.press("Enter")
    await expect(window.get_by_text("From 1 to 10.")).to_be_visible()
    await chip(window, "count").fill("7")
    await keys.press("Tab")

    # The bot completes words, knows what is filled in already, and is asked once for quick typing.
    await keys.type("word")
    await keys.press("Tab")
    await expect(rows(window)).to_have_count(4)
    await expect(rows(window).last).to_have_text(HOSTILE.capitalize())
    await keys.type("li")
    await expect(rows(window)).to_have_text(["Lighthouse"])
    assert [told for key, told in gallery.got if key == "complete"] == [
        ["", "Basil"],
        ["li", "Basil"],
    ]
    await keys.press("Enter")
    await keys.press("Enter")
    assert await gallery.takes("pick") == {
        "flavour": "Basil",
        "count": 7,
        "sure": True,
        "word": "lighthouse",
    }
    await expect(box(window)).to_be_focused()
    await expect(box(window)).to_have_value("")


async def test_a_typed_name_leads_to_its_option_and_backspace_back(
    gallery: Gallery, window: driver.Page, inn: Channel
) -> None:
    expect, keys = driver.expect, window.keyboard
    assert gallery.is_ready()
    await box(window).click()
    await keys.type("/show pick flavour:Amber count:")
    await expect(chip(window, "count")).to_be_focused()
    await keys.press("Backspace")
    await expect(chip(window, "count")).to_have_count(0)
    await expect(chip(window, "flavour")).to_have_value("Amber")
    await chip(window, "flavour").fill("")
    await keys.press("Backspace")
    await expect(box(window)).to_be_focused()
    assert not inn.messages


async def test_options_take_people_roles_channels_and_files(
    gallery: Gallery, window: driver.Page, guild: Guild, inn: Channel
) -> None:
    expect, keys = driver.expect, window.keyboard
    choosers: asyncio.Queue[driver.FileChooser] = asyncio.Queue()
    window.on("filechooser", choosers.put_nowait)
    guild.add_role("Crew")
    guild.add_channel("cellar")
    guild.add_thread(inn, "The chimney")
    await box(window).fill("/show pick")
    await keys.press("Enter")
    await expect(chip(window, "flavour")).to_be_focused()
    await keys.press("Enter")
    for name, typed, offered in (
        ("who", "an", ["@Anna"]),
        ("role", "crew", ["@CrewRole"]),
        ("which", "b", ["@Bo"]),
        ("where", "", ["#the-inn", "#cellar"]),
    ):
        await keys.type(name)
        await keys.press("Tab")
        await expect(chip(window, name)).to_be_focused()
        await keys.type(typed)
        await expect(rows(window)).to_have_text(offered)
        await rows(window).last.click()
    await keys.type("file")
    await keys.press("Tab")
    await keys.press("Enter")
    little = {"name": "fog.png", "mimeType": "image/png", "buffer": picture()}
    await (await choosers.get()).set_files(little)
    await expect(chip(window, "file")).to_contain_text("fog.png")
    await drop(window, "much.bin", MAX_FILE_BYTES + 1)
    await expect(window.get_by_text("much.bin is too large")).to_be_visible()
    await expect(chip(window, "file")).to_have_text("Choose a file")
    await drop(window, "sea.txt", 5)
    await expect(chip(window, "file")).to_contain_text("sea.txt (5 bytes)")
    await window.get_by_role("button", name="Send").click()
    assert await gallery.takes("pick") == {
        "flavour": "Amber",
        "who": "Anna",
        "role": "Crew",
        "which": "Bo",
        "where": "cellar",
        "file": ("sea.txt", bytes(5)),
    }


async def test_a_whole_line_is_a_command(
    gallery: Gallery, window: driver.Page, local: LocalDiscord, inn: Channel, anna: Person
) -> None:
    expect, keys = driver.expect, window.keyboard
    line = f"/show pick flavour:Cedar count:3 who:{anna.mention} word:la la"
    await window.evaluate("text => navigator.clipboard.writeText(text)", line)
    await box(window).click()
    await keys.press("Control+V")
    await expect(chip(window, "who")).to_have_value("@Anna")
    await expect(chip(window, "word")).to_have_value("la la")
    await window.reload()  # a command that was begun is a draft, too
    await expect(chip(window, "count")).to_have_value("3")
    await chip(window, "count").press("Enter")
    told = {"flavour": "Cedar", "count": 3, "who": "Anna", "word": "la la"}
    assert await gallery.takes("pick") == told

    # So does a command that is named in a message.
    command = next(iter(local.world.commands))
    await box(window).fill("half a sentence")
    await anna.say(inn, f"Try </show pick:{command}>")
    await window.get_by_role("button", name="/show pick").click()
    await expect(chip(window, "flavour")).to_be_focused()
    await keys.press("Escape")
    await keys.press("Escape")
    await expect(box(window)).to_have_value("half a sentence")

    await box(window).fill('/show pick flavour:"Amber" size:"a lot"')
    await keys.press("Enter")
    await expect(window.get_by_text("This is a number.")).to_be_visible()
    await keys.press("Escape")
    for typed, sentence in (
        ("/show pick taste:“sweet”", "There is no option taste; /show pick takes flavour,"),
        ("/show everything", "There is no /show everything. There is: /show rows,"),
    ):
        await box(window).fill(typed)
        await keys.press("Enter")
        await expect(window.get_by_text(sentence)).to_be_visible()


async def test_a_silent_bot_loses_nothing(
    gallery: Gallery, window: driver.Page, local: LocalDiscord, inn: Channel
) -> None:
    expect, keys = driver.expect, window.keyboard
    local.world.limits.answer_seconds = 0.2
    await box(window).fill("/show slow")
    await keys.press("Enter")
    await expect(window.get_by_text("The application did not respond")).to_be_visible()
    await expect(window.get_by_role("group", name="Command /show slow")).to_be_visible()
    before = len(gallery.got)
    await keys.press("Enter")
    await keys.press("Enter")
    await gallery.takes("slow", 2)
    await expect(window.get_by_text("The application did not respond")).to_be_visible()
    assert len(gallery.got) == before + 1
    await keys.press("Escape")

    # A form takes the focus and gives it back.
    await box(window).fill("/show form")
    await keys.press("Enter")
    form = window.get_by_role("dialog").filter(has_text="Words")
    await expect(form).to_be_visible()
    await keys.press("Escape")
    await expect(form).to_be_hidden()
    await expect(box(window)).to_be_focused()
    await box(window).fill("/shrug at nobody")
    await keys.press("Enter")
    assert (await said(local, inn, 1))[-1] == "/shrug at nobody"


def cases() -> list[tuple[str, Any]]:
    """Lines, and how they are read."""
    inn = {"title": "The Inn", "premise": "A storm"}
    return [
        ('/story open title:"The Inn" premise:"A storm"', inn),
        ("/story open title:The Inn premise:A storm", inn),
        ("/story  open  premise:“A storm” title:„The Inn“", inn),
        ("/Story Open title: The Inn premise: A storm", inn),
        ("/story open", {}),
        ("/story open The Inn", {"title": "The Inn"}),
        ("/story open The Inn premise:A storm", inn),
        ("/story open title:The Inn title:A storm", "title stands there twice."),
        (
            '/story open title:"He said "no" twice" premise:x',
            {"title": 'He said "no" twice', "premise": "x"},
        ),
        ("/story open title:Note: it rains", {"title": "Note: it rains"}),
        ('/story open title:"unended', {"title": '"unended'}),
        ("/story show", {}),
        ("/story show now", "/story show takes no options."),
        ("/tale undo 2", {"deeds": "2"}),
        ("/tale export json", {"as": "json"}),
        ("/tale export json as:text", ({"as": "text"}, "json")),
        ("/tale seek a storm", ({}, "a storm")),
        ('/tale seek "Stop!" he cried', ({}, '"Stop!" he cried')),
        ('/tale seek "Stop!" he cried deeds:2', ({"deeds": "2"}, '"Stop!" he cried')),
        ('/tale seek "title: a storm" deeds:2', ({"deeds": "2"}, "title: a storm")),
        ('/story open titel:"x"', "There is no option titel; /story open takes title, premise."),
        (
            '/story open title:x titel:"y"',
            "There is no option titel; /story open takes title, premise.",
        ),
        ("/story", "Choose one of: /story open, /story show."),
        ("/story opens", "There is no /story opens. There is: /story open, /story show."),
        ("/stories", None),
        ("// table talk", None),
    ]


async def test_how_lines_are_read(window: driver.Page) -> None:
    told = await window.evaluate(
        """async (lines) => {
            const {readLine, writeLine} = await import("./js/commands-read.js");
            const {flatten, fitting} = await import("./js/commands.js");
            const {encode} = await import("./js/composer-mentions.js");
            const option = (name) => ({name, type: 3, description: name});
            const leaf = (name, ...options) => ({name, type: 1, description: `To ${name}`,
                options});
            const open = leaf("open", {...option("title"), required: true}, option("premise"));
            const deeds = {...option("deeds"), type: 4};
            const file = {...option("file"), type: 11, required: true};
            const undo = leaf("undo", deeds, file);
            const as = {...option("as"), choices: [{name: "JSON", value: "json"}]};
            const form = leaf("export", as);
            const seek = leaf("seek", option("title"), option("premise"), deeds);
            const commands = flatten([
                {name: "story", description: "Stories", options: [open, leaf("show")]},
                {name: "tale", description: "Tales", options: [undo, form, seek]},
                {name: "Take back", type: 3},
                {name: "cast", description: "Cast", options: [
                    {name: "group", type: 2, options: [leaf("open")]}]},
            ]);
            const read = lines.map((line) => {
                const found = readLine(line, commands);
                if (!found?.command) return [found && found.wrong, null];
                const again = readLine(writeLine({...found, ...found.command}), commands);
                return [found, again].map(({given, words}) => (words ? [given, words] : given));
            });
            const typed = ["story o", "open", "s o", "so", "to show", "xyz"];
            const names = new Map([["@Anna", "<@1>"], ["@Anna Maria", "<@2>"]]);
            return {
                read,
                found: typed.map((one) => fitting(commands, one).map(({path}) => path)),
                sent: encode("@Annabel, @Anna, @Anna Maria!", names),
            };
        }""",
        [line for line, _ in cases()],
    )
    for (line, wanted), (first, again) in zip(cases(), told["read"], strict=True):
        told_apart = list(wanted) if isinstance(wanted, tuple) else wanted
        assert first == told_apart, line
        assert again == (told_apart if isinstance(wanted, dict | tuple) else None), line
    assert told["found"] == [
        ["story open"],
        ["story open", "cast group open"],
        ["story open"],
        ["story open", "story show", "cast group open"],
        ["story show"],
        [],
    ]
    assert told["sent"] == "@Annabel, <@1>, <@2>!"
