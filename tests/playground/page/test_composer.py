"""The composer: words, files and replies."""

import playwright.async_api as driver

from playground.server import Channel, Guild, Happening, LocalDiscord, Person
from playground.server.rules_messages import MAX_FILE_BYTES
from tests.playground.page.conftest import Open
from tests.playground.page.gallery import Gallery, picture
from tests.playground.page.seats import box, drop, rows, said


async def test_words_hold_lines_and_names_and_are_said_once(
    window: driver.Page, local: LocalDiscord, inn: Channel, anna: Person
) -> None:
    expect, keys = driver.expect, window.keyboard
    await expect(box(window)).to_have_attribute("placeholder", "Message #the-inn")
    await expect(box(window)).to_be_focused()

    await keys.type("It is I, @an")
    await expect(rows(window)).to_have_text(["@Anna"])
    await keys.press("Escape")
    await expect(window.locator(".choices")).to_be_hidden()
    await keys.type("n")
    await expect(rows(window)).to_have_text(["@Anna"])
    await keys.press("Enter")
    await keys.press("Shift+Enter")
    await keys.type("of #the")
    await keys.press("Tab")
    await expect(box(window)).to_have_value("It is I, @Anna \nof #the-inn ")
    await window.reload()
    await expect(box(window)).to_have_value("It is I, @Anna \nof #the-inn ")
    await box(window).click()
    await keys.press("Enter")
    await keys.press("Enter")
    mine = f"It is I, {anna.mention} \nof <#{inn.id}>"
    assert await said(local, inn, 1) == [mine]
    await expect(window.get_by_role("list", name="Messages")).to_contain_text("It is I, @Anna")
    await keys.press("ArrowUp")
    edited = window.get_by_label("Edit message")
    await expect(edited).to_be_focused()
    await expect(edited).to_have_value(mine)
    await edited.press("Escape")
    await expect(box(window)).to_be_focused()


async def test_whoever_is_answered_is_named(
    window: driver.Page, local: LocalDiscord, inn: Channel, anna: Person, bo: Person
) -> None:
    expect, keys = driver.expect, window.keyboard
    heard: list[Happening] = []
    local.world.bus.listen(heard.append)
    first = await bo.say(inn, "Who is there?")
    bar = window.get_by_text("Replying to Bo")
    await window.get_by_role("list", name="Messages").get_by_text("Who is there?").hover()
    await window.get_by_role("button", name="Reply").click()
    await expect(bar).to_be_visible()
    await keys.press("Escape")
    await expect(bar).to_be_hidden()
    await window.get_by_role("button", name="Reply").click()
    await bo.typing(inn)
    await expect(window.get_by_text("Bo is typing…")).to_be_visible()
    await keys.type("Anna!")
    await keys.press("Enter")
    assert (await said(local, inn, 2))[1:] == ["Anna!"]
    typing = [one.user for one in heard if one.kind == "TYPING_START"]
    assert typing == [bo.user, anna.user]
    assert inn.messages[1].referenced is first
    await expect(bar).to_be_hidden()


async def test_a_draft_belongs_to_a_person_and_a_channel(
    opened: Open, guild: Guild, inn: Channel, anna: Person
) -> None:
    expect = driver.expect
    guild.add_channel("cellar")
    window = await opened()
    await box(window).fill("half a sentence")
    await (
        window.get_by_role("button", name="cellar")
        .or_(window.get_by_role("link", name="cellar"))
        .first.click()
    )
    await expect(box(window)).to_have_attribute("placeholder", "Message #cellar")
    await expect(box(window)).to_have_value("")
    await window.reload()
    await expect(box(window)).to_have_attribute("placeholder", "Message #cellar")
    await (
        window.get_by_role("button", name="the-inn")
        .or_(window.get_by_role("link", name="the-inn"))
        .first.click()
    )
    await expect(box(window)).to_have_value("half a sentence")

    # Who may write no more, cannot; nothing that was typed is lost by it.
    guild.time_out(anna, 60)
    await expect(box(window)).to_be_disabled()
    await expect(box(window)).to_have_attribute("placeholder", "You may not write in #the-inn.")
    guild.time_out(anna, 0)
    await expect(box(window)).to_be_enabled()
    await expect(box(window)).to_have_value("half a sentence")
    await window.get_by_role("button", name="Bo", exact=True).first.click()
    await expect(box(window)).to_have_value("")
    assert not inn.messages


async def test_files_are_shown_and_sent(
    window: driver.Page, local: LocalDiscord, inn: Channel
) -> None:
    expect, keys = driver.expect, window.keyboard
    small = {"name": "fog.png", "mimeType": "image/png", "buffer": picture()}
    notes = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Nobody steers."}
    async with window.expect_file_chooser() as choosing:
        await window.get_by_label("Attach files").click()
    await (await choosing.value).set_files([small, notes, small])
    await drop(window, "much.bin", MAX_FILE_BYTES + 1)
    await expect(window.get_by_text("much.bin is too large: it has 10 MB")).to_be_visible()
    shown = window.get_by_role("list", name="Files to send").get_by_role("listitem")
    await expect(shown).to_contain_text(["fog.png", "notes.txt14 bytes", "fog.png"])
    loaded = "one => one.complete && one.naturalWidth === 160"
    assert await shown.first.locator("img").evaluate(loaded)
    await window.get_by_label("Remove fog.png").last.click()
    await keys.press("Enter")
    await said(local, inn, 1)
    sent = inn.messages[0].attachments
    assert [(one.filename, one.data) for one in sent] == [
        ("fog.png", picture()),
        ("notes.txt", b"Nobody steers."),
    ]
    await expect(shown).to_have_count(0)

    # Dropped ones too; and a long text goes out as a file.
    await drop(window, "sea.txt", 5)
    await expect(shown).to_contain_text(["sea.txt"])
    await box(window).fill("x" * 2001)
    await expect(window.get_by_text("2,001 of 4,000 characters")).to_be_visible()
    await box(window).fill("x" * 4001)
    await expect(window.get_by_text("sent as the file message.txt")).to_be_visible()
    await keys.press("Enter")
    await said(local, inn, 2)
    assert [one.filename for one in inn.messages[1].attachments] == ["sea.txt", "message.txt"]


async def test_arrow_up_edits_what_one_said_last(
    gallery: Gallery, window: driver.Page, inn: Channel, anna: Person, bo: Person
) -> None:
    expect, keys = driver.expect, window.keyboard
    messages = window.get_by_role("list", name="Messages")
    edited = window.get_by_label("Edit message")
    await anna.say(inn, "// an old note")
    spoken = await anna.say(inn, "Who is there?")
    # The bot posts what a character says, and takes the writer's words away.
    place = gallery.place(inn)
    hook = await place.create_webhook(name="Troupe")
    await hook.send("Who is there?", username="Mira")
    await place.get_partial_message(spoken.id).delete()
    await expect(messages.get_by_text("Mira")).to_be_visible()
    await expect(messages.get_by_text("Who is there?")).to_have_count(1)
    await box(window).focus()
    await keys.press("ArrowUp")
    await expect(box(window)).to_be_focused()
    await expect(edited).to_have_count(0)

    await anna.say(inn, "// a new note")
    await expect(messages.get_by_text("// a new note")).to_be_visible()
    await keys.press("ArrowUp")
    await expect(edited).to_have_value("// a new note")
    await keys.press("Escape")

    # What was said long ago is not opened out of sight.
    for number in range(10):
        await bo.say(inn, f"Line {number}")
    await expect(messages.get_by_text("Line 9")).to_be_visible()
    await keys.press("ArrowUp")
    await expect(box(window)).to_be_focused()
    await expect(edited).to_have_count(0)
