"""A command that is being filled in, while one is elsewhere: all of it stands there again."""

import asyncio
from collections.abc import Awaitable, Callable

import playwright.async_api as driver
import pytest

from playground.server import Channel, Guild, LocalDiscord, Person
from tests.playground.page.gallery import Gallery
from tests.playground.page.scrolling import fill
from tests.playground.page.seats import box, drop

HALF = "half a sentence"
_DRAWN = "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
_TO_END = "(one) => one.scrollHeight - one.scrollTop - one.clientHeight"


@pytest.fixture
async def cellar(guild: Guild) -> Channel:
    return guild.add_channel("cellar")


def option(window: driver.Page, name: str) -> driver.Locator:
    return window.locator(f'.chip[data-option="{name}"] .chip-field')


def end(window: driver.Page) -> driver.Locator:
    return window.locator(".command-more")


async def begin(window: driver.Page) -> None:
    """Type a command with what it needs, as far as its end."""
    await box(window).click()
    await window.keyboard.type("/show pick ")
    await driver.expect(option(window, "flavour")).to_be_focused()
    await window.keyboard.type("Basil")
    await window.keyboard.press("Enter")
    await driver.expect(end(window)).to_be_focused()


async def go(window: driver.Page, key: str, channel: Channel) -> None:
    await window.keyboard.press(key)
    await window.get_by_role("region", name=f"Anna in #{channel.name}", exact=True).wait_for()


async def held(window: driver.Page) -> Callable[[str | None], Awaitable[None]]:
    """Hold files back; returns what lets them go, or answers in their server's place."""
    asked: asyncio.Queue[driver.Route] = asyncio.Queue()
    await window.route("**/upload", asked.put_nowait)

    async def release(answer: str | None = None) -> None:
        route = await asked.get()
        await (route.continue_() if answer is None else route.fulfill(body=answer))

    return release


@pytest.mark.parametrize(
    "words", ["", '"Stop!" he cried', "he said count: none", 'x" count:"2', "two words"]
)
async def test_a_command_stands_there_again_with_its_words(
    gallery: Gallery, window: driver.Page, inn: Channel, cellar: Channel, words: str
) -> None:
    expect = driver.expect
    assert gallery.is_ready()
    await begin(window)
    await window.keyboard.type(words)
    await go(window, "Alt+ArrowDown", cellar)
    await expect(box(window)).to_have_value("")
    await go(window, "Alt+ArrowUp", inn)
    for _ in range(2):
        await expect(end(window)).to_have_value(words)
        await expect(end(window)).to_be_focused()
        await expect(option(window, "flavour")).to_have_value("Basil")
        await expect(option(window, "count")).to_have_count(0)
        await window.reload()


async def test_what_is_no_command_any_more_stands_there_as_a_line(
    gallery: Gallery, window: driver.Page, inn: Channel, cellar: Channel
) -> None:
    await begin(window)
    await go(window, "Alt+ArrowDown", cellar)
    gallery.tree.clear_commands(guild=None)
    await gallery.tree.sync()
    await go(window, "Alt+ArrowUp", inn)
    await driver.expect(box(window)).to_have_value('/show pick flavour:"Basil"')
    await driver.expect(box(window)).to_be_focused()


async def test_words_that_wait_for_the_end_of_a_command_go_nowhere_without_it(
    gallery: Gallery,
    window: driver.Page,
    local: LocalDiscord,
    inn: Channel,
    cellar: Channel,
    anna: Person,
) -> None:
    expect, keys = driver.expect, window.keyboard
    assert gallery.is_ready()
    command = next(iter(local.world.commands))
    await anna.say(inn, f"Try </show pick:{command}>")
    await box(window).fill(HALF)
    await window.get_by_role("button", name="/show pick").click()
    await expect(option(window, "flavour")).to_be_focused()
    await go(window, "Alt+ArrowDown", cellar)
    await go(window, "Alt+ArrowUp", inn)
    await expect(option(window, "flavour")).to_be_focused()
    await keys.press("Escape")
    await keys.press("Escape")
    await expect(box(window)).to_have_value(HALF)

    # Nor do they with it.
    release = await held(window)
    await window.get_by_role("button", name="/show pick").click()
    await option(window, "flavour").fill("Basil")
    await drop(window, "sea.txt", 5)
    await keys.press("Enter")
    sending = window.get_by_text("Sending…")
    await expect(sending).to_be_visible()
    await go(window, "Alt+ArrowDown", cellar)
    await release(None)
    assert (await gallery.takes("pick"))["file"] == ("sea.txt", bytes(5))
    await expect(sending).to_be_hidden()
    await go(window, "Alt+ArrowUp", inn)
    await expect(box(window)).to_have_value(HALF)


async def test_what_could_not_be_said_waits_behind_a_command(
    gallery: Gallery, window: driver.Page, inn: Channel, cellar: Channel
) -> None:
    expect, keys = driver.expect, window.keyboard
    assert gallery.is_ready()
    release = await held(window)
    await expect(box(window)).to_be_focused()
    await drop(window, "sea.txt", 5)
    await expect(window.get_by_text("sea.txt")).to_be_visible()
    await box(window).fill("Look!")
    await keys.press("Enter")
    await begin(window)
    await go(window, "Alt+ArrowDown", cellar)
    await release("null")
    await expect(window.get_by_text("A message was not sent")).to_be_visible()
    await go(window, "Alt+ArrowUp", inn)
    await expect(option(window, "flavour")).to_have_value("Basil")
    await expect(end(window)).to_be_focused()
    await keys.press("Escape")
    await keys.press("Escape")
    await expect(box(window)).to_have_value("Look!")


async def test_a_command_on_its_way_leads_nobody_elsewhere_to_the_end(
    gallery: Gallery,
    window: driver.Page,
    local: LocalDiscord,
    cellar: Channel,
    anna: Person,
) -> None:
    fill(local.world, cellar, [anna], 60)
    release = await held(window)
    await begin(window)
    await drop(window, "sea.txt", 5)
    await window.keyboard.press("Enter")
    await go(window, "Alt+ArrowDown", cellar)
    await window.locator("article.message").last.wait_for()
    scroller = window.locator(".messages-scroll")
    await scroller.evaluate("(one) => one.scrollBy(0, -1500)")
    await window.evaluate(_DRAWN)
    assert await scroller.evaluate(_TO_END) > 1000
    await release(None)
    await gallery.takes("pick")
    await window.evaluate(_DRAWN)
    assert await scroller.evaluate(_TO_END) > 1000
