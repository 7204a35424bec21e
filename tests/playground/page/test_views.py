"""Two views side by side: what tells them apart, what fits into them, where one goes on after."""

import playwright.async_api as driver
import pytest
from playwright.async_api import expect

from playground.server import Channel, Guild, May, Person
from tests.playground.page.conftest import Open
from tests.playground.page.seats import Seat, door, entered, split

_SHOWN = 8
"""Letters of a channel's name that one knows it by."""


def pressed(window: driver.Page) -> driver.Locator:
    return window.get_by_role("button", name="Split view")


async def looks(one: driver.Locator) -> str:
    return str(await one.evaluate("(one) => getComputedStyle(one).backgroundColor"))


async def test_the_key_that_closes_a_view_is_told_at_that_view(
    window: driver.Page, inn: Channel
) -> None:
    left, right = await split(window, inn)
    closing = [one.root.get_by_role("button", name="Close this view") for one in (left, right)]
    for one, keys in zip(closing, ("", " (Alt+S)"), strict=True):
        await expect(one).to_have_attribute("title", f"Close this view{keys}")
    assert await closing[0].get_attribute("aria-keyshortcuts") is None
    await expect(closing[1]).to_have_attribute("aria-keyshortcuts", "Alt+S")
    await closing[0].click()
    await expect(left.root).to_have_count(0)
    await window.keyboard.press("Alt+s")
    left, right = right, Seat(window, "Anna", inn)
    await expect(right.root.get_by_title("Close this view (Alt+S)")).to_have_count(1)
    await expect(left.root.get_by_title("Close this view (Alt+S)")).to_have_count(0)


async def test_what_is_chosen_looks_so_under_the_mouse_too(
    window: driver.Page, guild: Guild, inn: Channel, bo: Person
) -> None:
    attic = guild.add_channel("attic")
    await split(window, inn)
    me = window.locator(".person-me")
    await expect(me).to_contain_text("Bo")
    await window.mouse.move(640, 400)
    for one in (pressed(window), me):
        before = await looks(one)
        await one.hover()
        assert await looks(one) == before
    await window.keyboard.press("Alt+s")
    await bo.say(attic, "something unread")
    entry = door(window, attic)
    await expect(entry).to_contain_text("unread")
    colour = "(one) => getComputedStyle(one).color"
    before = await entry.evaluate(colour)
    await entry.hover()
    assert await entry.evaluate(colour) == before


@pytest.mark.parametrize("width", [720, 820])
async def test_a_narrow_view_tells_its_channel(opened: Open, guild: Guild, width: int) -> None:
    place = guild.add_channel("a-harbour-at-night")
    window = await opened(width=width)
    await (
        window.get_by_role("button", name="Servers and channels")
        .or_(door(window, place))
        .first.wait_for()
    )
    await window.keyboard.press("Control+k")
    await window.keyboard.type(place.name)
    await window.keyboard.press("Enter")
    await Seat(window, "Anna", place).root.wait_for()
    await window.keyboard.press("Alt+s")
    await Seat(window, "Bo", place).root.wait_for()
    await expect(window.locator(".head-me:visible")).to_have_count(2)
    shares = await window.locator(".head-name").evaluate_all(
        "(all) => all.map((one) => one.clientWidth / one.scrollWidth)"
    )
    assert all(share * len(place.name) >= _SHOWN for share in shares), shares


@pytest.mark.parametrize("kind", ["forum", "read", "empty"])
async def test_the_view_that_stays_has_the_focus_in_sight(
    window: driver.Page, guild: Guild, anna: Person, kind: str
) -> None:
    place = guild.add_forum("ideas") if kind == "forum" else guild.add_channel("rules")
    if kind == "read":
        await anna.say(place, "Be kind.")
    if kind != "forum":
        place.deny(guild.everyone, May.SEND_MESSAGES)
    left = await entered(window, "Anna", place)
    await window.keyboard.press("Alt+s")
    await Seat(window, "Bo", place).root.wait_for()
    await window.keyboard.press("Tab")
    await window.keyboard.press("Alt+s")
    await expect(left.root).to_have_count(1)
    await expect(window.locator(".pane")).to_have_count(1)
    wanted = {
        "forum": window.get_by_role("button", name="New post"),
        "read": left.messages.filter(has_text="Be kind."),
        "empty": window.get_by_role("button", name="Members"),
    }
    await expect(wanted[kind]).to_be_focused()
    assert await wanted[kind].evaluate("(one) => one.matches(':focus-visible')")
