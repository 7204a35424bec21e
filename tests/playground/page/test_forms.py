"""Forms that the bot shows, filled in by hand."""

import playwright.async_api as driver
from playwright.async_api import expect

from playground.server import Channel, LocalDiscord, Person
from tests.playground.page.conftest import Open
from tests.playground.page.gallery import HOSTILE, Gallery
from tests.playground.page.kit import serious
from tests.playground.page.seats import split


def form(window: driver.Page, title: str) -> driver.Locator:
    return window.get_by_role("dialog", name=title)


async def command(window: driver.Page, line: str) -> None:
    """Use a command that shows a form."""
    box = window.get_by_label("Message", exact=True)
    await box.fill(line)
    await box.press("Enter")


async def test_a_text_is_checked_beside_its_field(
    gallery: Gallery, window: driver.Page, inn: Channel, anna: Person
) -> None:
    keys, words = window.keyboard, form(window, "Words")
    await anna.slash(inn, "show rows")
    opener = window.get_by_role("button", name="Form", exact=True)
    await opener.press("Enter")
    name = words.get_by_label("Name")
    assert gallery.is_ready()
    await expect(name).to_be_focused()
    await expect(name).to_have_attribute("placeholder", "How you are called")
    await expect(words.get_by_label("Tale")).to_have_value("Once\nupon a time")
    await expect(words.get_by_label(HOSTILE)).to_be_empty()
    assert not await serious(window)

    # What is missing, too short or too long is told beside its field.
    await keys.press("Enter")
    await expect(words.get_by_text("This must be filled in.")).to_be_visible()
    await expect(name).to_have_attribute("aria-invalid", "true")
    await keys.type("M")
    await expect(words.get_by_text("This takes 2 characters at least.")).to_be_visible()
    await keys.type("aria of the Inn")
    await keys.press("Enter")
    await expect(words.get_by_text("at the most, 4 fewer.")).to_be_visible()
    await keys.press("Control+A")
    await keys.type("Nobody")
    await expect(name).to_have_attribute("aria-invalid", "false")
    await expect(words.get_by_text("at the most")).to_be_hidden()


async def test_what_was_typed_is_never_lost(
    gallery: Gallery, window: driver.Page, local: LocalDiscord, inn: Channel, anna: Person
) -> None:
    keys, words = window.keyboard, form(window, "Words")
    await anna.slash(inn, "show rows")
    opener = window.get_by_role("button", name="Form", exact=True)
    await opener.press("Enter")
    name, tale = words.get_by_label("Name"), words.get_by_label("Tale")
    await name.fill("Nobody")
    await tale.fill("Nobody steers.\nStill.")

    # The keys go round in it. When it opens again, after a reload too, what was typed is there.
    await words.get_by_role("button", name="Submit").focus()
    await keys.press("Tab")
    await expect(words.get_by_role("button", name="Close")).to_be_focused()
    await keys.press("Escape")
    await expect(words).to_be_hidden()
    await expect(opener).to_be_focused()
    await window.reload()
    await opener.press("Enter")
    await expect(tale).to_have_value("Nobody steers.\nStill.")

    # So it is when the bot does not answer.
    local.world.limits.answer_seconds = 0.2
    await tale.press("Control+Enter")
    await gallery.takes("words")
    await expect(words.get_by_role("alert")).not_to_be_empty()
    await expect(name).to_have_value("Nobody")
    local.world.limits.answer_seconds = 3
    await name.fill("Mira")
    await words.get_by_role("button", name="Submit").dblclick()
    await expect(words).to_be_hidden()
    told = await gallery.takes("words", 2)
    assert told == {"name": "Mira", "tale": "Nobody steers.\nStill.", "old": ""}
    assert [key for key, _ in gallery.got].count("words") == 2
    await opener.press("Enter")
    await expect(name).to_have_value("")


async def test_people_places_and_flavours_are_chosen_in_a_form(
    gallery: Gallery, window: driver.Page, inn: Channel
) -> None:
    keys, fields = window.keyboard, form(window, "Fields")
    await command(window, "/show fields")
    flavour = fields.get_by_role("button", name="Flavour required")
    await expect(flavour).to_be_focused()
    await fields.get_by_role("button", name="Submit").click()
    await expect(fields.get_by_text("Choose 1 to 2.")).to_be_visible()
    await expect(flavour).to_be_focused()
    await keys.press("ArrowDown")
    await expect(window.get_by_role("listbox")).to_be_visible()
    assert not await serious(window)
    for key in ("Enter", "ArrowDown", "Enter", "Escape"):  # Escape takes nothing
        await keys.press(key)
    await expect(fields.get_by_text("Choose 1 to 2.")).to_be_visible()
    for key in ("ArrowDown", "Enter", "ArrowDown", "Enter", "Tab"):
        await keys.press(key)
    await expect(flavour).to_have_text("🌿Amber🌿Basil")
    await expect(fields.get_by_text("Choose 1 to 2.")).to_be_hidden()
    for label, typed in (("Which", "bo"), ("Who", "an"), ("Where", "inn")):
        await fields.get_by_role("button", name=label).first.press("Enter")
        await keys.type(typed)
        await keys.press("Enter")
        if label == "Which":
            await keys.press("Tab")
    await keys.press("Escape")
    await expect(fields).to_be_hidden()
    await command(window, "/show fields")
    await expect(flavour).to_have_text("🌿Amber🌿Basil")
    await fields.get_by_role("button", name="Submit").click()
    assert await gallery.takes("fields") == {
        "flavour": ["amber", "basil"],
        "who": ["Anna"],
        "where": [inn.name],
        "which": ["Bo"],
    }
    await expect(window.get_by_label("Message", exact=True)).to_be_focused()


async def test_files_and_ticks_on_a_phone(gallery: Gallery, opened: Open) -> None:
    window = await opened(width=390, height=700)
    fields = form(window, "Fields")
    await command(window, "/show fields second:True")
    await expect(fields.get_by_role("button", name="Choose files")).to_be_focused()
    await fields.get_by_role("button", name="Submit").click()
    await expect(fields.get_by_text("Choose one.")).to_be_visible()
    await expect(fields.get_by_role("radio", name="Amber")).to_be_focused()
    files = [
        {"name": name, "mimeType": "text/plain", "buffer": name.encode()}
        for name in ("a.txt", "b.txt", "c.txt")
    ]
    async with window.expect_file_chooser() as chooser:
        await fields.get_by_role("button", name="Choose files").click()
    await (await chooser.value).set_files(files)
    await fields.get_by_role("button", name="Submit").click()
    await expect(fields.get_by_text("Choose 2 files at the most.")).to_be_visible()
    await fields.get_by_role("button", name="Remove b.txt").click()
    await expect(fields.get_by_text("Choose 2 files at the most.")).to_be_hidden()

    await fields.get_by_role("radio", name="Amber").check()
    await fields.get_by_role("radio", name="Dill").check()
    group = fields.get_by_role("group", name="All that fit")
    await expect(group.get_by_role("checkbox", name="Cedar")).to_be_checked()
    await group.get_by_role("checkbox", name="Amber").check()
    await group.get_by_role("checkbox", name="Elder").check()
    await expect(group.get_by_role("checkbox", name="Basil")).to_be_disabled()
    await group.get_by_role("checkbox", name="Cedar").uncheck()
    await fields.get_by_role("checkbox", name="Agreed").check()
    assert not await serious(window)
    assert not await window.evaluate(
        "[document.documentElement, document.querySelector('.form-parts')]"
        ".some((one) => one.scrollWidth > one.clientWidth)"
    )
    await fields.get_by_role("button", name="Submit").click()
    assert await gallery.takes("more") == {
        "files": [("a.txt", b"a.txt"), ("c.txt", b"c.txt")],
        "radio": "dill",
        "group": ["amber", "elder"],
        "agreed": True,
    }
    await expect(fields).to_be_hidden()


async def test_a_form_lies_over_its_own_view_alone(
    gallery: Gallery, window: driver.Page, local: LocalDiscord, inn: Channel
) -> None:
    assert gallery.is_ready()
    anna, bo = await split(window, inn)
    await anna.types("/show form")
    words = form(window, "Words")
    await words.get_by_label("Name").fill("Mira")
    await bo.types("Is anybody there?")
    await local.until(lambda: len(inn.messages) == 1, 5)
    await anna.root.get_by_role("log").get_by_text("Is anybody there?").wait_for(state="attached")
    await expect(words.get_by_label("Name")).to_have_value("Mira")

    # Whoever else sits down there did not open it.
    await words.get_by_label("Name").focus()
    await window.get_by_role("button", name="Bo", exact=True).first.click()
    await expect(words).to_be_hidden()
