"""What tests and pictures of the page share: sitting down in it, typing, reading, pressing."""

import re

import playwright.async_api as driver

from playground.server import Channel, LocalDiscord


def box(window: driver.Page) -> driver.Locator:
    return window.get_by_label("Message", exact=True)


def rows(window: driver.Page) -> driver.Locator:
    return window.get_by_role("option")


async def drop(window: driver.Page, name: str, size: int) -> None:
    """Drop a file of so many bytes in the midst of the messages."""
    await window.evaluate(
        """([name, size]) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([new Uint8Array(size)], name));
            for (const kind of ["dragenter", "dragover", "drop"]) {
                const event = new DragEvent(kind, {dataTransfer, bubbles: true, cancelable: true});
                document.querySelector(".messages").dispatchEvent(event);
            }
        }""",
        [name, size],
    )


async def said(local: LocalDiscord, channel: Channel, count: int) -> list[str]:
    """Wait for so many messages, and return what they say."""
    await local.until(lambda: len(channel.messages) >= count, 5)
    return [one.content for one in channel.messages]


class Seat:
    """One of the panes: who sits there, in which channel.

    Args:
        window: the page.
        name: who.
        channel: where.
    """

    def __init__(self, window: driver.Page, name: str, channel: Channel) -> None:
        self.root = window.get_by_role("region", name=f"{name} in #{channel.name}", exact=True)
        self.box = self.root.get_by_label("Message", exact=True)
        self.messages = self.root.get_by_role("article")

    async def types(self, line: str) -> None:
        """Type a line, be it words or a command, and send it."""
        await self.box.fill(line)
        await self.box.press("Enter")

    async def reads(self, *words: str | re.Pattern[str]) -> driver.Locator:
        """Wait for a message that holds all of this; the newest of such."""
        found = self.messages
        for one in words:
            found = found.filter(has_text=one)
        await found.last.wait_for()
        return found.last

    def button(self, name: str) -> driver.Locator:
        """The newest button of that name, with an emoji before it or without."""
        named = re.compile(rf"^(\W+)?{re.escape(name)}$")
        return self.messages.get_by_role("button", name=named).last


def door(window: driver.Page, channel: Channel) -> driver.Locator:
    """What leads into a channel, be there something unread in it or not."""
    return window.get_by_role("button", name=re.compile(rf"^{re.escape(channel.name)}\b")).first


async def entered(window: driver.Page, name: str, channel: Channel) -> Seat:
    """Sit down in a channel as somebody, by what a newcomer would press."""
    await window.get_by_role("button", name=name, exact=True).first.click()
    await door(window, channel).click()
    seat = Seat(window, name, channel)
    await seat.root.wait_for()
    return seat


async def split(window: driver.Page, channel: Channel) -> tuple[Seat, Seat]:
    """Anna and Bo side by side."""
    anna = await entered(window, "Anna", channel)
    await window.keyboard.press("Alt+s")
    bo = Seat(window, "Bo", channel)
    await bo.root.wait_for()
    return anna, bo
