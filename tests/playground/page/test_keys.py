"""The page by keys alone: where the focus goes, and what is typed while it is nowhere."""

import playwright.async_api as driver
import pytest
from playwright.async_api import expect

from playground.server import Channel, Guild, LocalDiscord, May, Person
from playground.server.posting import Draft, delete, post
from tests.playground.page.conftest import Open
from tests.playground.page.seats import Seat, door

_FOCUS = """() => {
  const at = document.activeElement;
  if (at === document.body || !at.matches(":focus-visible")) return "";
  return at.ariaLabel ?? at.closest(".messages-item")?.dataset.id ?? at.className;
}"""
"""What has the focus and shows it; nothing if nothing does."""
_ENOUGH = 150
"""Presses of Tab that lead through all that these tests put into a channel."""


def message(window: driver.Page, text: str) -> driver.Locator:
    return window.get_by_role("article").filter(has_text=text)


async def walked(window: driver.Page, key: str, end: driver.Locator) -> int:
    """Press a key until something has the focus; on the way it may never be lost."""
    for count in range(_ENOUGH):
        before = await window.evaluate(_FOCUS)
        if await end.evaluate("(one) => one === document.activeElement"):
            return count
        await window.keyboard.press(key)
        assert await window.evaluate(_FOCUS), f"{key} lost the focus behind {before}"
    raise AssertionError(f"{key} does not lead there")


@pytest.fixture
def seat(window: driver.Page, inn: Channel) -> Seat:
    return Seat(window, "Anna", inn)


# --- Tab ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("gallery")
async def test_tab_leads_up_through_messages_and_down_again(
    window: driver.Page, seat: Seat, inn: Channel, anna: Person, bo: Person
) -> None:
    await bo.say(inn, "the first")
    for what in ("show rows", "show card"):
        await anna.slash(inn, what)
    for text in ("his", "his as well"):
        await bo.say(inn, text)
    await anna.say(inn, "mine, the last")
    await seat.reads("mine, the last")
    await seat.box.focus()
    top = message(window, "the first").get_by_role("button", name="Bo", exact=True)
    assert await walked(window, "Shift+Tab", top) > 20
    assert await walked(window, "Tab", seat.box) > 20


async def test_tab_leads_from_a_message_into_its_bar(
    window: driver.Page, seat: Seat, inn: Channel, anna: Person, bo: Person
) -> None:
    for who, text in ((bo, "one"), (bo, "two"), (anna, "three"), (bo, "four")):
        await who.say(inn, text)
    await seat.reads("four")
    await seat.box.press("Shift+Tab")
    await message(window, "four").focus()
    for text in ("three", "two", "one"):
        row = message(window, text)
        await window.keyboard.press("ArrowUp")
        await expect(row).to_be_focused()
        first = row.get_by_role("group", name="Message actions").locator("button:visible").first
        await walked(window, "Tab", first)
        await walked(window, "Shift+Tab", row)
    await walked(window, "Tab", first)
    await window.keyboard.press("ArrowDown")
    await expect(message(window, "two")).to_be_focused()


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_where_one_types_has_the_ring_of_everything_else(
    opened: Open, inn: Channel, anna: Person, scheme: str
) -> None:
    window = await opened(color_scheme=scheme)
    await anna.say(inn, "mine")
    row, box = message(window, "mine"), window.get_by_label("Message", exact=True)
    look = "(one) => ['Style', 'Width', 'Color'].map((of) => getComputedStyle(one)[`outline${of}`])"
    await row.wait_for()
    await box.press("Shift+Tab")
    await row.focus()
    ring = await row.evaluate(look)
    assert ring[:2] == ["solid", "2px"]
    around = window.locator(".composer-stack")
    assert await around.evaluate(look) != ring
    await box.focus()
    assert await around.evaluate(look) == ring


async def test_the_pointer_draws_the_bar_elsewhere_and_leaves_the_focus(
    window: driver.Page, seat: Seat, inn: Channel, bo: Person
) -> None:
    for text in ("one", "two", "three"):
        await bo.say(inn, text)
    await seat.reads("three")
    row, other = message(window, "two"), message(window, "three")
    await row.focus()
    await window.keyboard.press("Tab")
    await expect(row.get_by_role("button", name="Add reaction")).to_be_focused()
    await other.hover()
    await expect(other.get_by_role("button", name="Add reaction")).to_be_visible()
    await expect(row).to_be_focused()


# --- what vanishes --------------------------------------------------------------------------------


async def test_what_is_dismissed_leaves_the_focus_to_its_neighbour(
    window: driver.Page, local: LocalDiscord, seat: Seat, inn: Channel, anna: Person, bo: Person
) -> None:
    def whisper(text: str) -> None:
        post(local.world, inn, Draft(local.world.bot, {"content": text}, seen_by=anna.id))

    async def dismissed(text: str) -> None:
        note = await seat.reads(text)
        button = note.get_by_role("button", name="Dismiss message")
        await seat.box.focus()
        await walked(window, "Shift+Tab", button)
        await window.keyboard.press("Enter")
        await expect(note).to_have_count(0)

    await seat.box.wait_for()
    whisper("for you alone")
    await dismissed("for you alone")
    await expect(seat.box).to_be_focused()  # nothing else is there
    await bo.say(inn, "before")
    whisper("another")
    await dismissed("another")
    await expect(message(window, "before")).to_be_focused()
    whisper("a third")
    note = await seat.reads("a third")
    await note.focus()
    await window.keyboard.press("Enter")
    await window.get_by_role("menu").wait_for()
    await window.keyboard.type("dis")
    await window.keyboard.press("Enter")
    await expect(message(window, "before")).to_be_focused()


@pytest.mark.usefixtures("gallery")
async def test_a_form_gives_the_focus_back(
    window: driver.Page, local: LocalDiscord, seat: Seat, inn: Channel, anna: Person
) -> None:
    await anna.slash(inn, "show rows")
    opener = window.get_by_role("button", name="Form", exact=True)
    await opener.press("Enter")
    form = window.get_by_role("dialog")
    await form.wait_for()
    await window.keyboard.press("Escape")
    await expect(opener).to_be_focused()
    await opener.press("Enter")
    await form.wait_for()
    delete(local.world, inn.messages[0])
    await window.keyboard.press("Escape")
    assert await window.evaluate(_FOCUS)
    await seat.types("/show form")
    await form.wait_for()
    await window.keyboard.press("Escape")
    await expect(seat.box).to_be_focused()


async def test_after_the_button_that_sends_one_writes_on(seat: Seat) -> None:
    await seat.box.fill("by the button")
    await seat.root.get_by_role("button", name="Send").press("Enter")
    await seat.reads("by the button")
    await expect(seat.box).to_be_focused()


async def test_the_view_that_is_left_goes_on_where_one_types(
    window: driver.Page, seat: Seat, inn: Channel
) -> None:
    await seat.box.wait_for()
    await window.keyboard.press("Alt+s")
    right = Seat(window, "Bo", inn)
    await expect(right.box).to_be_focused()
    await seat.box.focus()
    await window.keyboard.press("Alt+s")
    await expect(right.root).to_have_count(0)
    await window.keyboard.type("on")
    await expect(seat.box).to_have_value("on")


# --- what is typed --------------------------------------------------------------------------------


async def test_what_is_typed_nowhere_goes_into_the_message_box(
    window: driver.Page, seat: Seat, inn: Channel, anna: Person, bo: Person
) -> None:
    await bo.say(inn, "his")
    mine = await anna.say(inn, "mine")
    row = await seat.reads("his")
    typed = window.keyboard
    await row.focus()
    await typed.type("hello")
    await expect(seat.box).to_have_value("hello")
    await seat.box.fill("")
    await window.get_by_role("heading", name="the-inn", exact=True).click()
    await typed.type("Now / here")
    await expect(seat.box).to_have_value("Now / here")
    await seat.root.get_by_role("button", name="Members").press("x")
    await expect(seat.box).to_have_value("Now / herex")

    # What letters mean elsewhere they mean still.
    await seat.reads("mine")
    await window.locator(f'[data-id="{mine.id}"] article').focus()
    await typed.press("e")
    await expect(window.get_by_label("Edit message")).to_be_focused()
    await typed.press("Escape")
    await row.focus()
    for key in ("Control+b", "Space", "Shift+F10"):
        await typed.press(key)
    await window.get_by_role("menu").wait_for()
    await typed.type("copy")
    await expect(window.get_by_role("menuitem", name="Copy text")).to_be_focused()
    await typed.press("Escape")
    await typed.press("?")
    keys = window.get_by_role("dialog", name="How to play")
    for told in ("On a message: its menu", "the one above or below", "go to the newest message"):
        await expect(keys).to_contain_text(told)
    await typed.type("x")
    await expect(seat.box).to_have_value("Now / herex")


# --- places ---------------------------------------------------------------------------------------


async def test_the_switcher_begins_with_where_one_was(
    window: driver.Page, guild: Guild, seat: Seat, bo: Person
) -> None:
    attic, cellar = guild.add_channel("attic"), guild.add_channel("cellar")
    await seat.box.wait_for()
    await door(window, cellar).wait_for()
    options = window.get_by_role("option")
    for place in (attic, cellar, attic):
        await window.keyboard.press("Control+k")
        await window.keyboard.type(place.name)
        await window.keyboard.press("Enter")
        await Seat(window, "Anna", place).box.wait_for()
    await bo.say(guild.add_channel("shed"), "something unread")
    await window.get_by_role("button", name="shed , 1 unread").wait_for()
    await window.keyboard.press("Control+k")
    assert [one.split("\n")[0] for one in await options.all_inner_texts()] == [
        *("cellar", "shed", "the-inn", "Bo", "Keeper", "attic")
    ]
    await window.keyboard.press("Enter")
    await Seat(window, "Anna", cellar).box.wait_for()
    await window.keyboard.press("Control+k")
    await window.keyboard.press("Enter")
    await Seat(window, "Anna", attic).box.wait_for()


async def test_the_switcher_passes_over_what_one_no_longer_sees(
    window: driver.Page, guild: Guild, inn: Channel, seat: Seat, bo: Person
) -> None:
    attic, cellar = guild.add_channel("attic"), guild.add_channel("cellar")
    await seat.box.wait_for()
    for place in (attic, cellar, inn):
        await door(window, place).click()
        await Seat(window, "Anna", place).box.wait_for()
    cellar.deny(guild.everyone, May.VIEW_CHANNEL)
    await bo.say(guild.add_channel("shed"), "something unread")
    await expect(door(window, cellar)).to_have_count(0)
    await window.get_by_role("button", name="shed , 1 unread").wait_for()
    await window.keyboard.press("Control+k")
    options = window.get_by_role("option")
    await expect(options.first).to_contain_text("attic")
    await expect(options.first).to_have_attribute("aria-selected", "true")
    await expect(options.last).to_have_attribute("aria-selected", "false")
    await window.keyboard.press("Enter")
    await Seat(window, "Anna", attic).box.wait_for()
