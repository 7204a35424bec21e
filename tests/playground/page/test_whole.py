"""The page with the whole bot behind it: what people do in it, from the first evening on."""

import asyncio
import re
from collections.abc import AsyncIterator

import playwright.async_api as driver
import pytest
import pytest_asyncio

from playground.globe import Globe
from playground.page import Page
from playground.rehearsal.house import House
from playground.server import Channel, Person
from tests.playground.page.conftest import Open
from tests.playground.page.seats import Seat, door, entered, split
from tests.whole.kit import ask, ballot, pikes, written

expect = driver.expect


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A bot in a process of its own, without pauses and countdowns."""
    async with House(tmp_path_factory.mktemp("house")) as house:
        yield house
        assert not house.local.pings
        assert not house.local.errors


@pytest.fixture(scope="module")
def globe(house: House) -> Globe:
    return Globe.build(house.local)


@pytest_asyncio.fixture(loop_scope="session")
async def site(house: House, globe: Globe) -> AsyncIterator[Page]:
    assert globe.people
    async with Page(house.local) as page:
        yield page


async def a_story(house: House, globe: Globe, name: str) -> tuple[Channel, Person]:
    """A story in a channel of its own: Anna plays Mira, and nobody plays Old Pike."""
    assert house.local.ready
    inn, anna = globe.guild.add_channel(name), globe.people["Anna"]
    premise = "A storm keeps four strangers in a lonely inn, and one of them lies about it."
    await ask(anna, inn, "story open", title="The Inn", premise=premise)
    for character in ("Mira", "Old Pike"):
        await ask(anna, inn, "cast add", name=character)
    await ask(anna, inn, "cast claim", name="Mira")
    return inn, anna


async def test_the_first_five_minutes(opened: Open, house: House, globe: Globe) -> None:
    stage = globe.channels["empty-stage"]
    window = await opened()
    anna, bo = await split(window, stage)
    await _open_by_keys(window, anna)
    await bo.reads("Fog", "Owned by Anna")
    for name in ("Mira", "Tom", "Old Pike"):
        await anna.types(f"/cast add name:{name}")
        await anna.reads(name, "joins the cast")
    for seat, name in ((anna, "Anna"), (bo, "Bo")):
        await seat.types(f"/cast claim name:{'Mira' if seat is anna else 'Tom'}")
        await anna.reads(f"{name} plays", "from now on")

    await anna.types("Who goes *there*?")
    said = await bo.reads("Mira", "APP", "Who goes there?")
    await expect(said.get_by_role("emphasis")).to_have_text("there")
    await expect(anna.messages.filter(has_text="Who goes *there*?")).to_have_count(0)

    house.claude.faults.append(
        written([("Old Pike", "Only me and the fog.")], [("Narrator", "A bell.")])
    )
    await anna.types("/scene continue direction:somebody answers variants:2")
    await _vote_for("Only me", anna, bo)
    await bo.types("/canon add fact:The ship has no bell.")
    await anna.reads("The ship has no bell.")

    book = await _book(window, anna)
    assert "Who goes *there*?" in book
    assert "Only me and the fog." in book
    await expect(bo.messages.filter(has_text=".md")).to_have_count(0)


async def _open_by_keys(window: driver.Page, seat: Seat) -> None:
    """Open a story: the command is found by its first letters, and asks for its options."""
    keys = window.keyboard
    await seat.box.click()
    await keys.type("/story op")
    await expect(seat.root.get_by_role("option").first).to_contain_text("/story open")
    await keys.press("Tab")
    await expect(seat.root.get_by_label("title", exact=True)).to_be_focused()
    await keys.type("Fog")
    await keys.press("Tab")
    await keys.type("A ship in the fog, and nobody steers it: who will?")
    await keys.press("Enter")


async def _vote_for(words: str, *voters: Seat) -> None:
    """Have everybody vote for the draft with certain words, and see it win."""
    first, last = voters[0], voters[-1]
    card = await first.reads("How does it go on?", "0 voted", words)
    drafts = re.split(r"\b([A-H]) · ", await card.inner_text())
    letter = next(drafts[at] for at in range(1, len(drafts), 2) if words in drafts[at + 1])
    for count, voter in enumerate(voters, 1):
        await voter.button(letter).click()
        if voter is not last:
            await last.reads(f"{count} voted")
    await first.reads("How it went on", f"{letter} · ", "won.")
    passage = await last.reads("Old Pike", "APP", words)
    await expect(passage).not_to_contain_text("How it went on")


async def _book(window: driver.Page, seat: Seat) -> str:
    """Export the story and download its file; the file's text."""
    await seat.types("/story export format:markdown")
    told = await seat.reads("Only you can see this", ".md")
    async with window.expect_download() as loading:
        await told.get_by_role("link", name=re.compile(r"\.md")).first.click()
    path = await (await loading.value).path()
    return await asyncio.to_thread(path.read_text)


async def test_two_want_the_same_character_at_once(
    opened: Open, house: House, globe: Globe
) -> None:
    inn, _ = await a_story(house, globe, "the-race")
    window = await opened()
    anna, bo = await split(window, inn)
    for seat in (anna, bo):
        await seat.box.fill("/cast claim name:Old Pike")
    # Both in one breath.
    await window.evaluate(
        "for (const one of document.querySelectorAll('.composer-send')) one.click()"
    )
    first, second = (anna, bo), (bo, anna)
    plays = await anna.reads(re.compile("(Anna|Bo) plays Old Pike from now on"))
    winner, loser = first if "Anna plays" in await plays.inner_text() else second
    told = await loser.reads("Only you can see this", "Old Pike")
    await expect(winner.messages.filter(has_text="Only you can see this")).to_have_count(0)
    await expect(winner.messages.filter(has_text="plays Old Pike from now on")).to_have_count(1)
    await told.get_by_role("button", name="Dismiss message").click()
    await expect(told).to_have_count(0)


async def test_a_ballot_outlives_the_bot(opened: Open, house: House, globe: Globe) -> None:
    inn, anna = await a_story(house, globe, "the-restart")
    house.claude.faults.append(pikes("Never. " * 220, "Perhaps. " * 180))
    await ballot(house.local, anna, inn, variants=2)
    window = await opened()
    seat = await entered(window, "Anna", inn)
    await expect(seat.button("Close")).to_be_in_viewport()
    # Whoever is at the end stays there when there is less room.
    await window.set_viewport_size({"width": 1060, "height": 800})
    await expect(seat.button("Close")).to_be_in_viewport()
    await house.restart_bot()
    await seat.button("A").click()
    await seat.reads("How it went on", "A · ", "won.")
    await seat.reads("Old Pike", re.compile(r"Never\.|Perhaps\."))
    assert len([m for m in inn.messages if m.author_name == "Old Pike"]) == 1


async def test_on_a_phone_one_finds_the_story_votes_and_reads(
    opened: Open, house: House, globe: Globe
) -> None:
    inn, anna = await a_story(house, globe, "the-phone")
    house.claude.faults.append(pikes("Never. " * 60, "Perhaps. " * 60))
    await ballot(house.local, anna, inn, variants=2)
    window = await opened(width=390, height=844, has_touch=True, is_mobile=True)
    await window.get_by_role("button", name="Servers and channels").tap()
    await door(window, inn).tap()
    seat = Seat(window, "Anna", inn)
    await seat.reads("How does it go on?")
    await window.get_by_role("button", name="Servers and channels").tap()
    await door(window, inn).tap()
    await seat.button("B").tap()
    await seat.reads("How it went on", "won.")
    await seat.reads("Old Pike", re.compile(r"Never\.|Perhaps\."))
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await window.evaluate(wide) <= 0
