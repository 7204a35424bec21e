"""The page under a finger: a phone on its side, what is tapped, and what must fit in a line."""

import re

import discord
import playwright.async_api as driver
from discord import ui
from playwright.async_api import expect

from playground.server import Channel, LocalDiscord, Person
from tests.playground.page.conftest import Open
from tests.playground.page.gallery import Gallery, picture
from tests.playground.page.kit import PHONE, serious, small_targets
from tests.playground.page.test_rich import show

FRAME = ".bar, .head, .side, .composer, .menu-pop, .popover"


async def lines(buttons: driver.Locator) -> list[int]:
    """How many of some buttons stand in each line."""
    tops = await buttons.evaluate_all("all => all.map((one) => one.getBoundingClientRect().top)")
    return [tops.count(top) for top in dict.fromkeys(tops)]


async def looks(one: driver.Locator) -> str:
    return str(await one.evaluate("one => getComputedStyle(one).backgroundColor"))


async def test_on_its_side_a_phone_shows_one_thing_at_a_time(opened: Open, inn: Channel) -> None:
    window = await opened(width=844, height=390, **PHONE)
    await window.get_by_label("Message", exact=True).wait_for()
    talk = window.get_by_role("region", name="Anna in #the-inn")
    assert (await talk.locator(".middle").bounding_box() or {})["width"] == 844
    door = window.get_by_role("button", name=inn.name, exact=True)
    await expect(door).to_be_hidden()
    await window.get_by_role("button", name="Servers and channels").tap()
    await expect(door).to_be_visible()
    assert not await small_targets(window, FRAME)
    await door.tap()
    await expect(door).to_be_hidden()
    await window.get_by_role("button", name="More", exact=True).tap()
    await expect(window.get_by_role("button", name="Split view")).to_be_visible()
    assert not await small_targets(window, FRAME)
    assert not await serious(window)


async def test_what_a_finger_taps_is_large_in_a_wide_window_too(opened: Open) -> None:
    window = await opened(width=1280, height=800, **PHONE)
    await window.get_by_role("button", name="Roles and settings of Bo").tap()
    await window.get_by_role("dialog", name="Bo").wait_for()
    assert not await small_targets(window, FRAME)


async def test_a_forms_boxes_are_tapped_beside_them(
    opened: Open, gallery: Gallery, inn: Channel, anna: Person
) -> None:
    assert gallery.is_ready()
    window = await opened(width=844, height=390, **PHONE)
    await anna.slash(inn, "show rows")
    box = window.get_by_label("Message", exact=True)
    await box.fill("/show fields second:True")
    await box.press("Enter")
    form = window.get_by_role("dialog")
    agreed = form.locator(".form-tick input")
    await agreed.wait_for()
    assert not await small_targets(window, ".form-head, .form-options, .form-foot, .is-row")
    await form.locator(".form-tick").tap(position={"x": 4, "y": 4})
    await expect(agreed).to_be_checked()
    assert not await serious(window)


async def test_what_was_tapped_does_not_stay_lit(opened: Open, inn: Channel, anna: Person) -> None:
    said = await anna.say(inn, "Hello")
    window = await opened(width=390, height=844, **PHONE)
    row = window.locator(f'[data-id="{said.id}"] article')
    clip = window.locator(".composer-attach")
    await row.wait_for()
    before = [await looks(one) for one in (row, clip)]
    await row.tap()
    async with window.expect_file_chooser():
        await clip.tap()
    assert [await looks(one) for one in (row, clip)] == before


async def test_five_letters_stand_in_one_line_and_words_fill_theirs(
    opened: Open, gallery: Gallery, inn: Channel
) -> None:
    letters = [ui.Button[ui.LayoutView](label=one, custom_id=one) for one in "ABCDEF"]
    words = [
        ui.Button[ui.LayoutView](label=one, custom_id=one)
        for one in ("None of these", "Steer", "Mine", "Close")
    ]
    view = ui.LayoutView(timeout=None)
    rows = (ui.ActionRow(*letters[:5]), ui.ActionRow(*letters[5:]), ui.ActionRow(*words))
    view.add_item(ui.Container(*rows, accent_colour=0xE67E22))
    place = gallery.get_channel(inn.id)
    assert isinstance(place, discord.TextChannel)
    window = await opened(width=390, height=844, **PHONE)
    await place.send(view=view)
    buttons = window.locator(".component-card .component-button")
    await expect(buttons).to_have_count(10)
    assert await lines(buttons) == [5, 1, 2, 2]
    assert not await small_targets(window, ".component-card")
    right = "all => all.map((one) => Math.round(one.getBoundingClientRect().right))"
    ends = await window.locator(".is-words > .component-button").evaluate_all(right)
    assert ends[1] == ends[3]


async def test_a_tap_that_closes_a_menu_does_nothing_else(
    opened: Open, inn: Channel, anna: Person
) -> None:
    window = await opened(width=390, height=844, **PHONE)
    await anna.say(inn, "Hold this")
    held = window.get_by_role("article").filter(has_text="Hold this")
    tapped = "document.querySelector('.messages').addEventListener('click', () => { taps += 1; })"
    await window.evaluate(f"() => {{ window.taps = 0; {tapped}; }}")
    await held.dispatch_event("contextmenu", {"clientX": 200, "clientY": 700})
    menu, card = window.get_by_role("menu"), window.locator(".popover")
    await expect(menu).to_be_visible()
    await window.touchscreen.tap(200, 300)
    await expect(menu).to_have_count(0)
    await held.get_by_role("button", name="Anna").first.tap()
    await expect(card).to_be_visible()
    before = await window.evaluate("window.taps")
    await window.touchscreen.tap(200, 150)
    await expect(card).to_have_count(0)
    assert [before, await window.evaluate("window.taps")] == [1, 1], "the one that opened the card"
    await window.touchscreen.tap(200, 150)
    assert await window.evaluate("window.taps") == 2, "and the next does what it should"


async def test_a_picture_is_seen_large_without_leaving(
    opened: Open, inn: Channel, anna: Person
) -> None:
    await anna.say(inn, files=[("map.png", picture(1600, 900), "image/png")])
    window = await opened(width=390, height=844, **PHONE)
    link = window.get_by_role("link", name="map.png")
    large = window.get_by_role("dialog", name="map.png")
    await link.tap()
    shown = await large.get_by_alt_text("map.png").bounding_box()
    assert shown
    assert 300 < shown["width"] <= 390
    out = large.get_by_role("link", name="Open in browser")
    await expect(out).to_have_attribute("href", re.compile(r"/map\.png$"))
    assert not await serious(window)
    # What lies below a press beside it is not tapped: here it is the picture itself.
    below = await link.bounding_box()
    assert below
    await window.touchscreen.tap(below["x"] + 20, below["y"] + below["height"] - 6)
    await expect(large).to_be_hidden()
    await expect(link).to_be_focused()

    wide = await opened(width=1280, height=500)
    link, large = wide.get_by_role("link", name="map.png"), wide.get_by_role("dialog")
    await link.press("Enter")
    shown = await large.bounding_box()
    assert shown
    assert shown["height"] <= 500
    await wide.keyboard.press("Escape")
    await expect(link).to_be_focused()
    async with wide.context.expect_page() as tab:
        await link.click(modifiers=["Control"])
    assert (await tab.value).url.endswith("/map.png")
    await expect(large).to_be_hidden()


async def test_the_pictures_of_a_card_are_seen_large(
    opened: Open, gallery: Gallery, local: LocalDiscord, inn: Channel, anna: Person
) -> None:
    assert gallery.is_ready()
    await anna.slash(inn, "show card")
    show(local, inn, {"image": {"url": "attachment://map.png"}}, map=picture())
    window = await opened()
    for name in ("Fog over the bay", "Fog", "Picture of the embed"):
        await window.get_by_role("link", name=name, exact=True).click()
        await window.get_by_role("dialog", name=name).get_by_text(name).wait_for()
        await window.get_by_role("button", name="Close", exact=True).click()


async def test_short_code_stays_in_one_line(opened: Open, inn: Channel, anna: Person) -> None:
    await anna.say(inn, " ".join(f"{'a' * n} `/cast play`" for n in range(1, 13)))
    await anna.say(inn, f"`{'long ' * 20}`")
    window = await opened(width=390, height=844, **PHONE)
    codes = window.locator(".rich-code")
    await expect(codes).to_have_count(13)
    boxes = await codes.evaluate_all("all => all.map((one) => one.getClientRects().length)")
    assert boxes[:-1] == [1] * 12
    assert boxes[-1] > 1, "what is long may break"
