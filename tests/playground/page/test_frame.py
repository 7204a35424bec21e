"""The frame in a browser: people, panes, places, widths and themes."""

import asyncio
import re

import playwright.async_api as driver
import pytest

from playground.page import Page
from playground.page.acts import ACTS
from playground.server import Channel, Guild, LocalDiscord, May, Person
from playground.server.posting import Draft, post
from tests.playground.page.conftest import Open
from tests.playground.page.gallery import Gallery
from tests.playground.page.kit import PHONE, serious, small_targets


def pane_of(window: driver.Page, person: str, place: str = "#the-inn") -> driver.Locator:
    return window.get_by_role("region", name=f"{person} in {place}", exact=True)


def said(pane: driver.Locator | driver.Page, text: str) -> driver.Locator:
    return pane.get_by_role("article").filter(has_text=text)


async def fits(window: driver.Page) -> bool:
    """Tell whether nothing is wider than what shows it."""
    wide = "[...document.querySelectorAll('html, body, .bar, .middle, .side, .messages, .forum')]"
    return bool(await window.evaluate(f"{wide}.every((one) => one.scrollWidth <= one.clientWidth)"))


async def test_one_is_each_of_several_people(window: driver.Page, inn: Channel) -> None:
    bar = window.get_by_role("group", name="Who you are")
    box = window.get_by_label("Message", exact=True)
    await pane_of(window, "Anna").wait_for()
    await box.fill("not yet sent")
    await window.keyboard.press("Alt+2")
    await pane_of(window, "Bo").wait_for()
    assert await bar.get_by_role("button", name="Bo", exact=True).get_attribute("aria-pressed")
    assert await box.input_value() == ""
    await box.fill("I am Bo")
    await box.press("Enter")
    await said(window, "I am Bo").wait_for()
    assert [one.author.display_name for one in inn.messages] == ["Bo"]
    for key in ("Alt+1", "Alt+2", "Alt+3", "Alt+1"):  # faster than answers come
        await window.keyboard.press(key)
    await pane_of(window, "Anna").wait_for()
    assert await box.input_value() == "not yet sent"

    await bar.get_by_role("button", name="Add a person").click()
    new = window.get_by_role("dialog", name="Add a person")
    await new.get_by_label("Name").fill("anna")
    await new.get_by_role("button", name="Add").click()
    await new.get_by_text("There is already somebody called anna.").wait_for()
    await new.get_by_label("Name").fill("Dee")
    await new.get_by_label("Name").press("Enter")
    await pane_of(window, "Dee").wait_for()


async def test_people_are_given_roles_leave_and_come_back(
    window: driver.Page, guild: Guild, bo: Person
) -> None:
    role = guild.add_role("Director")
    bar = window.get_by_role("group", name="Who you are")
    await bar.get_by_role("button", name="Roles and settings of Bo").click()
    card = window.get_by_role("dialog", name="Bo")
    await card.get_by_label("Director").check()
    await window.get_by_role("heading", name="Director — 1").wait_for()
    assert guild.members[bo.id].roles == [role.id]
    await card.get_by_label("The bot may write to them").uncheck()
    await card.get_by_role("button", name="Leave the server").click()
    await bar.get_by_role("button", name="Bo, not in this server").wait_for()
    assert not bo.dms_open
    await card.get_by_role("button", name="Be Bo").click()
    await window.get_by_role("heading", name="Bo is in no server here").wait_for()
    assert not await serious(window)
    await window.get_by_role("button", name="Join again").click()
    await pane_of(window, "Bo").wait_for()
    assert bo.id in guild.members


async def test_two_panes_are_two_people(
    window: driver.Page, local: LocalDiscord, inn: Channel, anna: Person, bo: Person
) -> None:
    left, right = pane_of(window, "Anna"), pane_of(window, "Bo")
    await left.wait_for()
    await window.keyboard.press("Alt+s")
    await right.wait_for()
    post(local.world, inn, Draft(local.world.bot, {"content": "for Bo alone"}, seen_by=bo.id))
    await anna.say(inn, "for both")
    for pane in (left, right):
        await said(pane, "for both").wait_for()
    assert await said(right, "for Bo alone").count() == 1
    assert await left.get_by_text("for Bo alone").count() == 0
    assert not await serious(window)
    assert await fits(window)
    await right.get_by_role("button", name="Close this view").click()
    await left.wait_for()
    assert await window.locator(".pane").count() == 1


async def test_panes_outlast_a_reload_and_keys_are_for_the_active_one(
    window: driver.Page, guild: Guild
) -> None:
    guild.add_channel("attic")
    left, right = pane_of(window, "Anna"), pane_of(window, "Bo")
    await left.wait_for()
    await window.keyboard.press("Alt+s")
    await right.wait_for()
    await left.get_by_label("Message", exact=True).fill("a draft")
    await window.keyboard.press("Alt+ArrowDown")
    attic = pane_of(window, "Anna", "#attic")
    await attic.wait_for()
    await attic.get_by_label("Message", exact=True).fill("another")
    await window.reload()
    await attic.wait_for()
    assert await attic.get_by_label("Message", exact=True).input_value() == "another"
    await right.wait_for()
    await attic.focus()
    await window.keyboard.press("Alt+ArrowUp")
    await left.wait_for()
    assert await left.get_by_label("Message", exact=True).input_value() == "a draft"

    # Another tab begins with one.
    other = await window.context.new_page()
    await other.goto(window.url)
    await pane_of(other, "Anna").wait_for()
    assert await other.locator(".pane").count() == 1
    await other.close()


async def test_a_broken_connection_comes_back_and_nothing_is_lost(
    window: driver.Page, site: Page, inn: Channel, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = window.get_by_label("Message", exact=True)
    await anna.say(inn, "before")
    await said(window, "before").wait_for()
    await box.fill("half a sent")
    go_on, hello = asyncio.Event(), ACTS["hello"]

    async def late(*asked: object) -> object:
        await go_on.wait()
        return await hello(*asked)

    monkeypatch.setitem(ACTS, "hello", late)
    for seat in site._seats:
        assert seat._transport
        seat._transport.abort()
    away = window.get_by_text("Connecting again")
    await away.wait_for()
    await anna.say(inn, "meanwhile")
    go_on.set()
    await away.wait_for(state="detached")
    await said(window, "meanwhile").wait_for()
    assert await window.get_by_role("article").count() == 2
    assert await box.input_value() == "half a sent"


async def test_a_play_that_ended_says_so(window: driver.Page, site: Page) -> None:
    box = window.get_by_label("Message", exact=True)
    await box.fill("half a sent")
    await site.stop()
    await window.get_by_text("The play has ended. make play begins another").wait_for()
    await box.press("Enter")
    await window.get_by_role("alert").get_by_text("The play has ended").wait_for()
    assert await box.input_value() == "half a sent"


async def test_places_tell_what_is_new(
    window: driver.Page, guild: Guild, anna: Person, bo: Person
) -> None:
    attic = guild.add_channel("attic", category=guild.add_category("Behind the scenes"))
    cellar = guild.add_channel("cellar")
    cellar.deny(guild.everyone, May.VIEW_CHANNEL)
    places = window.get_by_role("navigation", name="Channels")
    await places.get_by_role("button", name="attic").wait_for()
    assert not await places.get_by_text("cellar").count()
    cellar.allow(anna, May.VIEW_CHANNEL)
    await places.get_by_role("button", name="cellar private").wait_for()

    await bo.say(attic, "hello")
    await bo.say(attic, f"{anna.mention}, look")
    await places.get_by_role("button", name="attic , 2 unread").wait_for()
    await driver.expect(window).to_have_title("(2) #the-inn · Troupe")
    await window.reload()
    await places.get_by_role("button", name="attic , 2 unread").wait_for()
    await window.keyboard.press("Alt+Shift+ArrowDown")
    await pane_of(window, "Anna", "#attic").wait_for()
    await driver.expect(window).to_have_title("#attic · Troupe")
    await window.keyboard.press("Control+k")
    await window.get_by_role("combobox", name="Go to").fill("inn")
    await window.keyboard.press("Enter")
    await pane_of(window, "Anna").wait_for()
    await places.get_by_role("button", name="Behind the scenes").click()
    await places.get_by_role("button", name="attic").wait_for(state="detached")
    await bo.say(attic, "again")
    await places.get_by_role("button", name="attic , 1 unread").wait_for()


async def test_one_types_on_where_one_was_led(window: driver.Page, guild: Guild) -> None:
    guild.add_channel("attic")
    await window.get_by_role("button", name="attic", exact=True).wait_for()
    for place in ("attic", "the-inn") * 3:
        await window.keyboard.press("Control+k")
        await window.keyboard.type(place)
        await window.keyboard.press("Enter")
        await pane_of(window, "Anna", f"#{place}").wait_for()
        await driver.expect(window.get_by_role("dialog", name="Go to")).to_have_count(0)
        await window.keyboard.type("hi")
        composer = window.get_by_role("textbox", name="Message")
        await driver.expect(composer).to_have_value("hi")
        await composer.fill("")


async def test_threads_and_posts_are_opened_and_listed(
    window: driver.Page, guild: Guild, bo: Person
) -> None:
    forum = guild.add_forum("ideas", tags=("Sea",))
    await window.get_by_role("button", name="Threads", exact=True).click()
    await window.get_by_role("button", name="Create", exact=True).click()
    await window.get_by_label("Thread name").fill("An aside")
    await window.keyboard.press("Enter")
    await pane_of(window, "Anna", "#An aside").wait_for()
    await window.get_by_role("button", name="Archive this thread").click()
    await window.get_by_text("Writing in it opens it again").wait_for()

    await window.get_by_role("button", name="ideas").click()
    await window.get_by_role("button", name="New post").click()
    await window.get_by_label("Title").fill("A ship")
    await window.get_by_role("button", name="Post", exact=True).click()
    await window.get_by_text("It needs a first message.").wait_for()
    await window.get_by_label("First message").fill("Who steers it?")
    await window.get_by_label("Sea").check()
    await window.get_by_role("button", name="Post", exact=True).click()
    made = pane_of(window, "Anna", "#A ship")
    await said(made, "Who steers it?").wait_for()
    box = made.get_by_label("Message", exact=True)
    assert await box.evaluate("one => one.clientHeight >= one.scrollHeight"), "it is seen"
    (ship,) = forum.threads
    await bo.say(ship, "Nobody")
    await made.locator(".head-parent").click()
    entry = window.get_by_role("button").filter(has_text="A ship").filter(has_text="Sea")
    await entry.wait_for()
    assert re.search(r"Who steers it\?\s*2\s*just now", await entry.inner_text())
    assert not await serious(window)


async def good_on_a_phone(window: driver.Page) -> None:
    assert await fits(window)
    assert not await small_targets(window, ".bar, .head, .side, .forum")
    assert not await serious(window)


async def test_on_a_phone_sides_are_drawers(opened: Open, guild: Guild, bo: Person) -> None:
    long = guild.add_channel("a-channel-with-a-long-name-that-goes-on-and-on", topic="T" * 200)
    window = await opened(width=390, height=700, color_scheme="dark", **PHONE)
    await pane_of(window, "Anna").wait_for()
    assert await window.evaluate("document.documentElement.dataset.theme") == "dark"
    await bo.say(long, "W" * 300)
    await good_on_a_phone(window)
    far = window.get_by_role("button", name="a-channel-with")
    assert not await far.is_visible()
    await window.get_by_role("button", name="Servers and channels").click()
    await far.wait_for()
    await good_on_a_phone(window)
    await far.click()
    await far.wait_for(state="hidden")
    await said(window, "W" * 300).wait_for()
    box = await window.get_by_label("Message", exact=True).bounding_box()
    assert box
    assert box["y"] + box["height"] <= 700
    await good_on_a_phone(window)
    await window.get_by_role("button", name="Members").click()
    await window.get_by_role("button", name="Troupe APP").click()
    await window.get_by_role("dialog", name="Troupe").wait_for()
    await good_on_a_phone(window)


async def test_on_a_phone_two_panes_are_tabs_and_the_theme_is_kept(
    opened: Open, guild: Guild
) -> None:
    guild.add_forum("ideas", tags=("Sea",))
    window = await opened(width=390, height=700, color_scheme="light", **PHONE)
    await window.get_by_role("button", name="Servers and channels").click()
    await window.get_by_role("button", name="ideas").click()
    await window.get_by_role("button", name="New post").click()
    await good_on_a_phone(window)
    await window.get_by_role("button", name="More").click()
    await window.get_by_role("button", name="Split view").click()
    await pane_of(window, "Bo", "#ideas").wait_for()
    assert not await pane_of(window, "Anna", "#ideas").is_visible()
    await good_on_a_phone(window)
    await window.get_by_role("button", name="Anna in #ideas").click()
    await pane_of(window, "Anna", "#ideas").wait_for()

    await window.get_by_role("button", name="More").click()
    await window.get_by_label("Dark").check()
    assert await window.evaluate("document.documentElement.dataset.theme") == "dark"
    await window.get_by_role("button", name="How to play").click()
    assert not await serious(window)
    await window.reload()
    assert await window.evaluate("document.documentElement.dataset.theme") == "dark"


async def test_a_members_card_offers_what_the_bot_does_with_people(
    gallery: Gallery, window: driver.Page
) -> None:
    assert gallery
    await window.get_by_role("complementary").get_by_role("button", name="Bo").click()
    card = window.get_by_role("dialog", name="Bo")
    await card.get_by_role("button", name="Wave at").click()
    await said(window, "Waved.").get_by_text("Only you can see this").wait_for()
    await window.get_by_role("button", name="Troupe APP").click()
    await window.get_by_role("dialog", name="Troupe").get_by_role("button", name="Message").click()
    await pane_of(window, "Anna", "Troupe").wait_for()
    await window.get_by_role("button", name="Direct messages").wait_for()
