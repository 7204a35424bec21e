"""The page in a real browser, beside the local Discord in the same loop."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import playwright.async_api as driver
import pytest
import pytest_asyncio

from playground.page import Page
from playground.server import Channel, Guild, LocalDiscord, Person
from tests.playground.page.chromium import ARGUMENTS, CHROMIUM, LEFT_OUT
from tests.playground.page.gallery import Gallery
from tests.playground.page.kit import Asking
from tests.playground.server.bots import pointed_at

SECONDS = 10
"""How long the browser may take until something shows."""

Open = Callable[..., Awaitable[driver.Page]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give all that meets the browser one loop, its own; leave it out where there is none."""
    for item in items:
        asks_for = (
            getattr(item, "fixturenames", ()) if Path(__file__).parent in item.path.parents else ()
        )
        if "local" in asks_for or "browser" in asks_for:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
        if "browser" in asks_for and CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason=LEFT_OUT))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[driver.Browser]:
    async with driver.async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def local() -> AsyncIterator[LocalDiscord]:
    async with LocalDiscord(rate_limits=False) as server:
        yield server


@pytest.fixture
def bo(local: LocalDiscord, guild: Guild) -> Person:
    return local.add_person("Bo", guild)


@pytest_asyncio.fixture(loop_scope="session")
async def site(local: LocalDiscord, inn: Channel, anna: Person, bo: Person) -> AsyncIterator[Page]:
    """The page, of a server with a channel and two people."""
    assert inn.guild
    assert anna.id < bo.id
    async with Page(local) as page:
        yield page


@pytest_asyncio.fixture(loop_scope="session")
async def client(site: Page) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(site.address) as session:
        yield session


@pytest_asyncio.fixture(loop_scope="session")
async def asking(client: aiohttp.ClientSession, site: Page) -> AsyncIterator[Asking]:
    origin = site.address.rsplit("/", 2)[0]
    async with client.ws_connect("live", origin=origin) as socket:
        yield Asking(socket)


@pytest_asyncio.fixture(loop_scope="session")
async def opened(browser: driver.Browser, site: Page) -> AsyncIterator[Open]:
    """Opens windows; nothing may go wrong in them, and nobody out there may be asked."""
    async with contextlib.AsyncExitStack() as stack:
        wrong: list[str] = []

        async def open_(*, width: int = 1280, height: int = 800, **options: object) -> driver.Page:
            context = await browser.new_context(
                viewport={"width": width, "height": height}, **options
            )
            stack.push_async_callback(context.close)
            window = await context.new_page()
            window.set_default_timeout(SECONDS * 1000)
            window.on("pageerror", lambda error: wrong.append(str(error)))
            window.on("console", lambda said: said.type == "error" and wrong.append(said.text))
            window.on(
                "request",
                lambda request: (
                    request.url.startswith((site.address, "blob:")) or wrong.append(request.url)
                ),
            )
            await window.goto(site.address)
            return window

        yield open_
    assert not wrong, wrong


@pytest_asyncio.fixture(loop_scope="session")
async def window(opened: Open) -> driver.Page:
    """A window of usual size."""
    return await opened()


@pytest_asyncio.fixture(loop_scope="session")
async def gallery(local: LocalDiscord, inn: Channel) -> AsyncIterator[Gallery]:
    """A bot with one of everything, ready in the server of the inn."""
    with pointed_at(local):
        bot = Gallery()
        running = asyncio.create_task(bot.start(local.token))
        await bot.hears("ready")
        assert bot.place(inn)
        await bot.tree.sync()
        yield bot
        await bot.close()
        await asyncio.gather(running, return_exceptions=True)
