"""Buttons, selects and cards on messages, by mouse and by keys."""

import playwright.async_api as driver
from playwright.async_api import expect

from playground.server import Channel, Guild, LocalDiscord, Person
from tests.playground.page.conftest import Open
from tests.playground.page.gallery import HOSTILE, Gallery
from tests.playground.page.kit import serious

FAILURE = "This interaction failed."


def message(window: driver.Page, text: str) -> driver.Locator:
    return window.get_by_role("article").filter(has_text=text)


def button(window: driver.Page, name: str) -> driver.Locator:
    return window.get_by_role("button", name=name, exact=True)


def offered(window: driver.Page) -> driver.Locator:
    return window.get_by_role("option")


async def is_too_wide(window: driver.Page) -> bool:
    """Whether one can scroll sideways, in the page or among its messages."""
    return bool(
        await window.evaluate(
            """() => [document.documentElement, document.querySelector(".messages-scroll")]
                .some((one) => one.scrollWidth > one.clientWidth)"""
        )
    )


async def test_the_gallery_shows_one_of_everything(
    gallery: Gallery, inn: Channel, anna: Person
) -> None:
    shown = await anna.slash(inn, "show rows")
    await anna.click(await shown.answer(), "primary")
    assert await gallery.takes("primary") is None
    selects = inn.messages[1]
    await anna.choose(selects, "one", ["Amber"])
    assert await gallery.takes("one") == ["amber"]
    card = await (await anna.slash(inn, "show card")).answer()
    await anna.click(card, "veiled")
    await gallery.takes("veiled")
    form = await anna.slash(inn, "show form")
    await anna.submit(form, {"name": "Mira"})
    told = await gallery.takes("words")
    assert told == {"name": "Mira", "tale": "Once\nupon a time", "old": ""}
    fields = await anna.slash(inn, "show fields")
    given = {"flavour": ["amber"], "who": [anna], "where": [inn]}
    await anna.submit(fields, given)
    told = await gallery.takes("fields")
    assert told == {"flavour": ["amber"], "who": ["Anna"], "where": ["the-inn"], "which": []}
    more = await anna.slash(inn, "show fields", second=True)
    file = ("a.txt", b"A", "text/plain")
    await anna.submit(more, {"files": [file], "radio": "dill", "group": ["amber"], "agreed": True})
    told = await gallery.takes("more")
    assert told == {
        "files": [("a.txt", b"A")],
        "radio": "dill",
        "group": ["amber"],
        "agreed": True,
    }
    await anna.slash(inn, "show pick", flavour="Amber", who=anna, where=inn, file=file, sure=True)
    assert await gallery.takes("pick") == {
        "flavour": "Amber",
        "who": "Anna",
        "where": "the-inn",
        "file": ("a.txt", b"A"),
        "sure": True,
    }
    await anna.menu(card, "Inspect")
    await anna.menu_on(inn, anna, "Wave at")
    assert await gallery.takes("Wave at") == "Anna"


async def test_buttons_reach_the_bot_and_tell_how_it_goes(
    gallery: Gallery, window: driver.Page, inn: Channel, anna: Person
) -> None:
    await anna.slash(inn, "show rows")
    for name in ("Primary", "Secondary", "Success", "Danger", "🎭", "🌊 Both", HOSTILE):
        await button(window, name).first.click()
    for key in ("primary", "secondary", "success", "danger", "emoji", "both", "hostile"):
        await gallery.takes(key)
    await expect(button(window, "Disabled")).to_be_disabled()
    link = window.get_by_role("link", name="Link")
    await expect(link).to_have_attribute("href", "https://example.org/")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")

    # While the bot thinks, its button is busy and further presses are not sent; others go on.
    later = button(window, "Later")
    await later.click()
    await expect(later).to_have_attribute("aria-busy", "true")
    await later.press("Enter")
    await button(window, "Whisper").click()
    await message(window, "Only for you.").wait_for()
    gallery.gate.set()
    await expect(later).not_to_have_attribute("aria-busy", "true")
    assert [key for key, _ in gallery.got].count("later") == 1


async def test_what_fails_is_told_and_what_is_drawn_anew_keeps_the_focus(
    gallery: Gallery, window: driver.Page, local: LocalDiscord, inn: Channel, anna: Person
) -> None:
    await anna.slash(inn, "show rows")
    rows = message(window, "Buttons")
    gallery.silent, local.limits.answer_seconds = True, 0.2
    await button(window, "Later").click()
    await expect(rows.get_by_role("alert")).to_contain_text(FAILURE)
    gallery.silent, local.limits.answer_seconds = False, 3
    await button(window, "Primary").click()
    await gallery.takes("primary")
    await expect(rows.get_by_role("alert")).to_be_hidden()

    # Drawn anew by the bot, a button keeps the focus of whoever pressed it.
    await button(window, "Again").press("Enter")
    await button(window, "Primary 1").wait_for()
    await expect(button(window, "Again")).to_be_focused()
    await window.keyboard.press("Enter")
    await button(window, "Primary 2").wait_for()
    await expect(button(window, "Again")).to_be_focused()
    assert not await serious(window)


async def test_selects_are_used_by_keys_alone(
    gallery: Gallery, window: driver.Page, local: LocalDiscord, inn: Channel, anna: Person
) -> None:
    keys = window.keyboard
    await anna.slash(inn, "show rows")
    one = window.locator("[data-part=one]").get_by_role("button")
    await expect(one).to_have_text("One flavour")
    await one.press("Enter")
    await expect(window.get_by_role("listbox", name="One flavour")).to_be_focused()
    assert not await serious(window)
    await keys.press("ArrowDown")
    await keys.press("Escape")
    await expect(one).to_be_focused()
    await one.press("ArrowDown")
    await keys.type("ce")
    await keys.press("Enter")
    assert await gallery.takes("one") == ["cedar"]
    await expect(one).to_be_focused()
    await expect(one).to_have_text("🌿Cedar")

    # What the bot does not take is not chosen.
    gallery.silent, local.limits.answer_seconds = True, 0.2
    await one.press("ArrowDown")
    await keys.press("Home")
    await keys.press("Enter")
    failure = message(window, "Selects").get_by_role("alert")
    await expect(failure).to_contain_text(FAILURE)
    await expect(one).to_have_text("🌿Cedar")
    gallery.silent, local.limits.answer_seconds = False, 3


async def test_several_are_sent_when_their_list_closes(
    gallery: Gallery, window: driver.Page, inn: Channel, anna: Person
) -> None:
    keys = window.keyboard
    await anna.slash(inn, "show rows")
    several = button(window, "🌿 Basil").first
    await several.press("ArrowDown")
    foot = window.locator(".select-foot")
    await expect(foot).to_contain_text("Choose 1 more")
    for key in ("Home", "Enter", "End", "Space"):
        await keys.press(key)
    await expect(offered(window).filter(has_text="Dill")).to_have_attribute("aria-disabled", "true")
    await expect(foot).to_contain_text("3 of 3 chosen")
    await keys.press("ArrowUp")
    await keys.press("Enter")
    await keys.press("Tab")
    assert sorted(await gallery.takes("several")) == ["amber", "basil", "elder"]
    await button(window, "🌿 Dill").press("ArrowDown")
    await keys.press("Enter")
    assert await gallery.takes("none") == []
    await expect(button(window, "Closed")).to_be_disabled()
    await button(window, HOSTILE).last.click()
    await expect(offered(window).first).to_contain_text(HOSTILE)
    await keys.press("Enter")
    assert await gallery.takes("hostiles") == ["h"]


async def test_people_roles_and_channels_are_sought(
    gallery: Gallery, window: driver.Page, guild: Guild, inn: Channel, anna: Person
) -> None:
    keys = window.keyboard
    guild.add_role("Crew")
    guild.add_channel("cellar")
    guild.add_forum("ideas")
    await anna.slash(inn, "show rows")

    async def choose(name: str, *typed: str) -> None:
        await button(window, name).press("Enter")
        await expect(window.get_by_role("combobox", name="Search")).to_be_focused()
        for word in typed:
            await keys.press("Control+A")
            await keys.type(word)
            await expect(offered(window)).to_have_count(1)
            await keys.press("Enter")

    await choose("Who?", "bo")
    assert await gallery.takes("user") == ["Bo"]
    await choose("Which role?", "cr")
    assert await gallery.takes("role") == ["Crew"]
    await choose("Who or which?", "an", "crew")
    await window.get_by_role("button", name="Done").click()
    assert await gallery.takes("mentionable") == ["Anna", "Crew"]
    await expect(button(window, "Anna @Crew")).to_be_focused()
    await choose("Where?")
    await expect(offered(window)).to_have_text(["#the-inn", "#cellar"])
    await keys.type("idea")
    await expect(window.get_by_text("Nothing found")).to_be_visible()
    await keys.press("Control+A")
    await keys.type("cel")
    await keys.press("Enter")
    assert await gallery.takes("channel") == ["cellar"]


async def test_a_card_hides_what_is_a_spoiler(
    gallery: Gallery, opened: Open, inn: Channel, anna: Person
) -> None:
    await anna.slash(inn, "show card")
    window = await opened(width=390, height=800)
    card = message(window, "Before the card")
    await expect(card).to_contain_text(HOSTILE.replace("**", ""))
    await expect(card.get_by_role("img", name="Fog", exact=True)).to_be_visible()
    await expect(card.get_by_text("not fetched from example.org")).to_be_visible()
    await expect(card.get_by_role("link", name="notes.txt", exact=True)).to_be_visible()
    assert not await serious(window)
    veils = card.get_by_role("button", name="Spoiler, press to show")
    await expect(veils).to_have_count(2)
    await expect(card.get_by_role("img", name="The sea")).to_be_hidden()
    await veils.first.press("Enter")
    await expect(card.get_by_role("img", name="The sea")).to_be_visible()
    await expect(button(window, "Veiled")).to_be_hidden()
    await veils.last.press("Enter")
    await window.keyboard.press("Tab")
    await expect(button(window, "Veiled")).to_be_focused()
    await window.keyboard.press("Enter")
    await gallery.takes("veiled")
    await button(window, "Make a selection").click()
    await offered(window).last.click()
    assert await gallery.takes("inside") == ["elder"]
    assert not await serious(window)
    assert not await is_too_wide(window)
