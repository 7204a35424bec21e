"""The list of messages in a browser: where one is in it, and how one gets elsewhere."""

import asyncio
import re

import playwright.async_api as driver
import pytest
from playwright.async_api import expect

from playground.page import Page, acts
from playground.server import Channel, Guild, LocalDiscord, Person
from tests.playground.page.conftest import Open
from tests.playground.page.gallery import Gallery
from tests.playground.page.kit import PHONE
from tests.playground.page.scrolling import fill, scroll_through


def message(window: driver.Page, text: str) -> driver.Locator:
    return window.locator("article.message", has_text=text)


async def is_at_end(window: driver.Page) -> bool:
    return bool(await window.evaluate(_IS_AT_END))


_DRAWN = "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
"""Whatever comes into view has its true height only then."""
_TOP = "(one) => Math.round(one.getBoundingClientRect().top)"
_IS_AT_END = """() => {
  const one = document.querySelector(".messages-scroll");
  return one.scrollHeight - one.scrollTop - one.clientHeight < 2;
}"""
_FRAMES_ASKED_FOR = """async () => {
  const draw = window.requestAnimationFrame;
  let asked = 0;
  window.requestAnimationFrame = (then) => { asked += 1; return draw(then); };
  for (let frame = 0; frame < 20; frame += 1) await new Promise((go) => draw(go));
  window.requestAnimationFrame = draw;
  return asked;
}"""
_READ = """() => [...document.querySelectorAll("article.message")]
  .find((one) => one.getBoundingClientRect().top > 200) ?? null"""


@pytest.fixture
async def long(local: LocalDiscord, inn: Channel, anna: Person, bo: Person) -> Channel:
    """The inn, after much was said in it."""
    fill(local.world, inn, [anna, bo], 130)
    return inn


async def test_one_stays_where_one_reads(long: Channel, window: driver.Page, bo: Person) -> None:
    scroller = window.locator(".messages-scroll")
    await window.locator("article.message").last.wait_for()
    await bo.say(long, "more of it " + "\n and more" * 30)
    await message(window, "more of it").wait_for()
    assert await is_at_end(window)
    # Further up what comes is counted, and nothing moves.
    await scroller.evaluate("(one) => one.scrollBy(0, -1500)")
    reading = await window.wait_for_function(_READ)
    before = await reading.evaluate(_TOP)
    for number in range(3):
        await bo.say(long, f"later {number}")
    bar = window.get_by_role("button", name="3 new messages")
    await bar.wait_for()
    assert abs(await reading.evaluate(_TOP) - before) <= 1
    # Nor does it when older ones are put above.
    height = await scroller.evaluate("(one) => one.scrollHeight")
    await scroller.evaluate("(one) => { one.scrollTop = 1700; }")
    await window.evaluate(_DRAWN)
    reading = await window.wait_for_function(_READ)
    before = await reading.evaluate(
        f"""(one) => {{
          document.querySelector(".messages-scroll").scrollTop = 1500;
          return ({_TOP})(one);
        }}"""
    )
    await window.wait_for_function(
        "(height) => document.querySelector('.messages-scroll').scrollHeight > height + 500",
        arg=height,
    )
    await window.evaluate(_DRAWN)
    assert abs(await reading.evaluate(_TOP) - before) <= 1
    await bar.click()
    await expect(message(window, "later 2")).to_be_focused()
    assert await is_at_end(window)


@pytest.mark.parametrize("line", ["here I am", "/show rows"])
async def test_what_one_sends_leads_to_the_newest_message(
    gallery: Gallery, long: Channel, window: driver.Page, line: str
) -> None:
    assert gallery
    assert long.messages
    await window.locator("article.message").last.wait_for()
    newest = window.locator("article.message").last
    before = await newest.get_attribute("data-id")
    await window.locator(".messages-scroll").evaluate("(one) => one.scrollTo(0, 0)")
    assert not await is_at_end(window)
    box = window.get_by_label("Message", exact=True)
    await box.fill(line)
    await box.press("Enter")
    await expect(newest).not_to_have_attribute("data-id", str(before))
    await window.evaluate(_DRAWN)
    assert await is_at_end(window)


async def test_a_jump_far_back_and_to_the_present_again(
    long: Channel, window: driver.Page, anna: Person, bo: Person
) -> None:
    early = long.messages[7]
    await anna.say(long, "as I said", reply_to=early)
    await message(window, "as I said").get_by_role("button", name="Answers").click()
    target = window.locator(f'[data-id="{early.id}"] article')
    await expect(target).to_be_focused()
    await expect(target).to_be_in_viewport()
    await bo.say(long, "not yet seen")
    await window.get_by_role("button", name="Jump to present").click()
    await expect(message(window, "not yet seen")).to_be_in_viewport()
    told = await scroll_through(window, 132)
    assert told.frames
    assert "132 messages" in told.told()
    await expect(target).to_be_attached()
    drawn = await window.locator("article.message").count()
    assert drawn < 132 + 1
    await target.focus()
    await window.keyboard.press("Home")
    top = window.locator("article.message").first
    await expect(top).to_be_focused()
    await window.keyboard.press("PageDown")
    await expect(top).not_to_be_focused()


async def test_the_way_back_to_the_newest_is_offered_far_up(
    long: Channel, window: driver.Page, bo: Person
) -> None:
    scroller = window.locator(".messages-scroll")
    bar = window.locator(".messages-bar")
    last = window.locator("article.message").last
    await last.wait_for()
    up = "(one, screens) => one.scrollBy(0, -screens * one.clientHeight)"
    await scroller.evaluate(up, 1.5)
    await window.evaluate(_DRAWN)
    await expect(bar).to_have_count(0)
    await scroller.evaluate(up, 1)
    await expect(bar).to_have_text("You’re viewing older messagesJump to present ↓")
    # It is one bar: what comes meanwhile is told there, and takes the focus off nobody.
    await bar.focus()
    for count in ("1 new message", "2 new messages"):
        await bo.say(long, count)
        await expect(bar).to_have_text(f"{count}Jump to present ↓")
    await expect(bar).to_be_focused()
    await bar.press("Enter")
    await expect(last).to_be_focused()
    await expect(bar).to_have_count(0)
    assert await is_at_end(window)


async def test_escape_leads_to_the_newest_if_it_means_nothing_else(
    window: driver.Page, guild: Guild, long: Channel, bo: Person
) -> None:
    guild.add_channel("the-yard")
    await window.locator("article.message").last.wait_for()
    await window.get_by_role("button", name="the-yard").click()
    await window.get_by_role("heading", name="Welcome to #the-yard").wait_for()
    for text in ("not seen", *(f"and more {number}" for number in range(30))):
        await bo.say(long, text)
    await window.get_by_role("button", name=re.compile("the-inn")).click()
    line = window.get_by_role("separator", name=re.compile("New messages"))
    await expect(line).to_be_in_viewport()
    box = window.get_by_label("Message", exact=True)
    await message(window, "not seen").click(button="right")
    await window.get_by_role("menu").wait_for()
    await window.keyboard.press("Escape")
    await expect(message(window, "not seen")).to_be_focused()
    await window.keyboard.press("r")
    await window.keyboard.press("Escape")
    await expect(window.get_by_text("Replying to")).to_be_hidden()
    await expect(line).to_have_count(1)
    await expect(box).to_be_focused()
    await window.keyboard.press("Escape")
    await expect(line).to_have_count(0)
    await window.wait_for_function(_IS_AT_END)
    await expect(box).to_be_focused()


@pytest.mark.usefixtures("long")
async def test_escape_on_a_message_leads_to_the_newest_at_once(window: driver.Page) -> None:
    await window.locator("article.message").last.wait_for()
    await window.locator("article.message").first.focus()
    await window.evaluate(_DRAWN)
    assert not await is_at_end(window)
    await window.keyboard.press("Escape")
    await expect(window.get_by_label("Message", exact=True)).to_be_focused()
    await window.wait_for_function(_IS_AT_END)


async def test_a_page_at_rest_draws_nothing(
    window: driver.Page, inn: Channel, anna: Person
) -> None:
    await anna.say(inn, "and silence")
    await message(window, "and silence").wait_for()
    await window.evaluate(_DRAWN)
    assert await window.evaluate(_FRAMES_ASKED_FOR) == 0


async def test_while_the_connection_is_down_one_stays_in_the_past(
    opened: Open,
    site: Page,
    long: Channel,
    anna: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = await opened()
    early = long.messages[7]
    await anna.say(long, "as I said", reply_to=early)
    await message(window, "as I said").get_by_role("button", name="Answers").click()
    target = window.locator(f'[data-id="{early.id}"] article')
    await expect(target).to_be_focused()
    await expect(window.get_by_text("Loading newer messages…")).to_have_count(1)
    go_on, hello = asyncio.Event(), acts.ACTS["hello"]

    async def late(*asked: object) -> object:
        await go_on.wait()
        return await hello(*asked)

    monkeypatch.setitem(acts.ACTS, "hello", late)
    for seat in site._seats:
        assert seat._transport
        seat._transport.abort()
    away = window.get_by_text("Connecting again")
    await away.wait_for()
    await window.keyboard.press("Escape")
    await expect(window.get_by_label("Message", exact=True)).to_be_focused()
    await window.evaluate(_DRAWN)
    await expect(target).to_be_in_viewport()
    await expect(window.locator(".messages-failed")).to_have_count(0)
    go_on.set()
    await away.wait_for(state="detached")
    await expect(message(window, "as I said")).to_be_attached()


@pytest.mark.usefixtures("long")
async def test_the_way_back_to_the_newest_stands_in_one_line_on_a_phone(opened: Open) -> None:
    window = await opened(width=390, height=844, **PHONE)
    await window.locator("article.message").last.wait_for()
    await window.locator(".messages-scroll").evaluate("(one) => one.scrollBy(0, -3000)")
    way = window.get_by_role("button", name="Older messages Jump to present")
    box = await way.bounding_box()
    assert box
    assert box["height"] == 40


async def test_what_is_new_has_a_line_above_it(
    window: driver.Page, guild: Guild, inn: Channel, anna: Person, bo: Person
) -> None:
    guild.add_channel("the-yard")
    await bo.say(inn, "seen")
    await message(window, "seen").wait_for()
    await window.get_by_role("button", name="the-yard").click()
    await window.get_by_role("heading", name="Welcome to #the-yard").wait_for()
    await bo.say(inn, "not seen")
    await bo.say(inn, "neither")
    await window.get_by_role("button", name=re.compile("the-inn")).click()
    line = window.get_by_role("separator", name=re.compile("New messages"))
    await expect(line).to_have_count(1)
    await expect(window.locator("li", has=line)).to_contain_text("not seen")
    await anna.say(inn, "I have seen it")
    await message(window, "I have seen it").wait_for()
    await expect(line).to_have_count(0)


async def test_what_cannot_be_loaded_can_be_tried_again(
    window: driver.Page, guild: Guild, bo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bo.say(guild.add_channel("the-yard"), "here it is")

    async def refuse(*_: object) -> None:
        raise LookupError("The shelf fell over.")

    with monkeypatch.context() as broken:
        broken.setitem(acts.ACTS, "open", refuse)
        await window.get_by_role("button", name="the-yard").click()
        await expect(window.get_by_text("The shelf fell over.")).to_be_visible()
    await window.get_by_role("button", name="Try again").click()
    await message(window, "here it is").wait_for()


async def test_two_windows_of_one_person_and_a_break(
    opened: Open, site: Page, inn: Channel, anna: Person, bo: Person
) -> None:
    windows = [await opened(), await opened()]
    said = await anna.say(inn, "before the break")
    for window in windows:
        await message(window, "before the break").wait_for()
    for seat in site._seats:
        assert seat._transport
        seat._transport.abort()
    await anna.edit(said, "before the break, changed")
    await bo.say(inn, "while nobody was there")
    for window in windows:
        await message(window, "while nobody was there").wait_for()
        await expect(message(window, "before the break, changed")).to_have_count(1)
        await expect(window.locator("article.message")).to_have_count(2)
