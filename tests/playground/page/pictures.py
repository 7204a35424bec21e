"""``make pictures``: how the page looks, for docs/pictures.

The pictures are taken of a play as anybody finds it. What changes from play to play is held still:
sizes, the time zone, the language. The order of drafts on a ballot is the bot's, and by chance.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import playwright.async_api as driver

from playground.backstage import HouseBackstage
from playground.globe import Globe
from playground.page import Page
from playground.prologue import Prologue
from playground.rehearsal.house import House
from playground.server import LocalDiscord
from tests.playground.page.chromium import ARGUMENTS, CHROMIUM, LEFT_OUT
from tests.playground.page.palette import smaller
from tests.playground.page.scrolling import Scrolling, fill, scroll_through
from tests.playground.page.seats import Seat, door, entered, split

FOLDER = Path("docs/pictures")
FIGURES = Path("out/pictures.json")
MOST_BYTES = 150_000
WIDE, PHONE = (1280, 800), (390, 844)
STILL_MILLISECONDS = 400
"""For so long after the last press things move on the page."""


@dataclass(slots=True)
class Studio:
    """Where pictures are taken.

    Attributes:
        browser: in which the page is looked at.
        page: the page.
        globe: the server that it shows.
    """

    browser: driver.Browser
    page: Page
    globe: Globe

    async def take(
        self,
        name: str,
        pose: Callable[[driver.Page, Globe], Awaitable[None]],
        size: tuple[int, int] = WIDE,
        **options: Any,
    ) -> int:
        """Open a window, have something shown in it, and keep a picture; its bytes."""
        context = await self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            **({"color_scheme": "dark", "locale": "en-GB", "timezone_id": "UTC"} | options),
        )
        window = await context.new_page()
        window.set_default_timeout(10_000)
        await window.goto(self.page.address)
        await pose(window, self.globe)
        await window.wait_for_timeout(STILL_MILLISECONDS)
        picture = smaller(await window.screenshot(animations="disabled", caret="hide"))
        await context.close()
        (FOLDER / f"{name}.png").write_bytes(picture)
        return len(picture)


async def _story(window: driver.Page, globe: Globe) -> None:
    seat = await entered(window, "Anna", globe.channels["the-lantern"])
    await seat.reads("How does it go on?")


async def _command(window: driver.Page, globe: Globe) -> None:
    seat = await entered(window, "Bo", globe.channels["the-lantern"])
    await seat.box.click()
    await window.keyboard.type("/cast claim ")
    await window.get_by_role("option", name="Dov").wait_for()


async def _form(window: driver.Page, globe: Globe) -> None:
    seat = await entered(window, "Anna", globe.channels["the-lantern"])
    await seat.button("Steer").click()
    await (
        window.get_by_role("dialog", name="Steer")
        .get_by_role("textbox")
        .fill("quieter, and from the one who listens")
    )


async def _two(window: driver.Page, globe: Globe) -> None:
    anna, bo = await split(window, globe.channels["the-lantern"])
    await anna.reads("How does it go on?")
    await bo.types("/cast list")
    await bo.reads("Only you can see this")


async def _forum(window: driver.Page, globe: Globe) -> None:
    await door(window, globe.forum).click()
    await window.get_by_text("One berth too many").first.wait_for()


async def _backstage(window: driver.Page, globe: Globe) -> None:
    await _story(window, globe)
    await window.get_by_role("button", name="Backstage").first.click()


async def _phone(window: driver.Page, globe: Globe) -> None:
    await window.get_by_role("button", name="Servers and channels").click()
    await door(window, globe.channels["the-lantern"]).click()
    await Seat(window, "Anna", globe.channels["the-lantern"]).reads("How does it go on?")


async def take_all(studio: Studio) -> dict[str, int]:
    """Take every picture; the bytes of each."""
    return {
        "story": await studio.take("story", _story),
        "story-light": await studio.take("story-light", _story, color_scheme="light"),
        "command": await studio.take("command", _command),
        "form": await studio.take("form", _form),
        "two": await studio.take("two", _two),
        "backstage": await studio.take("backstage", _backstage),
        "forum": await studio.take("forum", _forum),
        "phone": await studio.take("phone", _phone, PHONE),
    }


async def look() -> tuple[dict[str, int], Scrolling]:
    """Take the pictures; their bytes, and how a long channel scrolls."""
    async with driver.async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS])
        with tempfile.TemporaryDirectory() as folder:
            async with (
                House(Path(folder), fast=False) as house,
                HouseBackstage(house) as backstage,
            ):
                house.claude.delay = 0
                globe = Globe.build(house.local)
                await Prologue(house.local, globe, house.claude).perform()
                # What stood before the page began counts as read, as in a play.
                async with Page(house.local, backstage=backstage) as page:
                    sizes = await take_all(Studio(browser, page, globe))
        scrolled = await _scroll(browser)
        await browser.close()
    return sizes, scrolled


async def _scroll(browser: driver.Browser) -> Scrolling:
    async with LocalDiscord(rate_limits=False) as local:
        globe = Globe.build(local)
        fill(local.world, globe.channels["the-lantern"], [*globe.people.values()])
        async with Page(local) as page:
            window = await browser.new_page(viewport={"width": WIDE[0], "height": WIDE[1]})
            await window.goto(page.address)
            await entered(window, "Anna", globe.channels["the-lantern"])
            return await scroll_through(window)


def main() -> int:
    """Take the pictures and measure; the exit status."""
    if CHROMIUM is None:
        print(LEFT_OUT, file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    FIGURES.parent.mkdir(exist_ok=True)
    sizes, scrolled = asyncio.run(look())
    for name, size in sizes.items():
        print(f"{name:<12} {size / 1000:>4.0f} kB{', too large' if size > MOST_BYTES else ''}")
    print(f"Scrolling: {scrolled.told()}")
    figures = {"bytes": sizes, "scrolling": asdict(scrolled), "slow": scrolled.slow}
    FIGURES.write_text(json.dumps(figures, indent=2) + "\n")
    print(f"The pictures are in {FOLDER}, the figures in {FIGURES}.")
    return 1 if max(sizes.values()) > MOST_BYTES else 0


if __name__ == "__main__":
    sys.exit(main())
