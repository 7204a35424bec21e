"""Backstage in a browser: prompts in marked parts, a ballot's log, the bot's process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import playwright.async_api as driver
import pytest
import pytest_asyncio
from playwright.async_api import expect

from bot.services.onlooking import Overview
from bot.story.chronicle import Candidate, Log, Moment
from playground.claude import Ledger
from playground.claude.meter import PromptUsage, count
from playground.claude.stream import Message
from playground.page import Page
from playground.page.acts import ACTS
from playground.page.backstage import BotState, News
from playground.server import Channel, LocalDiscord, Person
from tests.playground.page.kit import PHONE, Asking, serious, small_targets

HOSTILE = "<img src=x onerror=alert(1)>\nsecond <b>line</b>"
NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
RULES, SCENE, LAST = "The rules. " * 300, f"<turn>{HOSTILE}</turn>", "Variants: 1"
BALLOT = Log(
    id=3,
    live=True,
    state="Open. It waits for Anna.",
    past=(Moment(NOON, "Anna asked for 1 draft at the beginning."),),
    ahead=(Moment(NOON + timedelta(hours=12), "Nobody is awaited any more (the window's end)."),),
    variants=(Candidate("A", "the lamp goes out", "Bo", "may win", ("Anna",), HOSTILE),),
)
PLAYED = Overview("Salt", "main", (BALLOT,), (Moment(NOON, "settle:3: look (waits)."),), (), 0)


class Behind:
    """A backstage of a test's own."""

    def __init__(self, local: LocalDiscord) -> None:
        self.ledger = Ledger()
        self.running = True
        self.played: Overview | None = PLAYED
        self._local = local
        self._hearers: list[Callable[[News], None]] = []
        self.ledger.listen(lambda: self.tell("prompt"))

    @property
    def state(self) -> BotState:
        now = self.running
        lines = ("ready guilds=1", "vote taken")
        return BotState(now, now, busy=False, pid=77, since=1.0, memory=None, log="x", lines=lines)

    async def overview(self, channel_id: int) -> object:
        assert channel_id in self._local.world.channels
        return self.played

    async def restart(self) -> None:
        raise LookupError("It does not come back.")

    async def stop(self) -> None:
        self.running = False
        self._local.world.bus.stir()

    async def start(self) -> None:
        self.running = True
        self._local.world.bus.stir()

    def listen(self, hear: Callable[[News], None]) -> Callable[[], None]:
        self._hearers.append(hear)
        return lambda: self._hearers.remove(hear)

    def tell(self, news: News) -> None:
        for hear in self._hearers:
            hear(news)

    @contextmanager
    def asked(self, *, offline: bool = True, answer: str = '{"variants": []}', request: str = LAST):
        """A request under way, which is answered at the end."""
        cached = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
        body = {
            "model": "claude-opus-5-5",
            "system": [{"type": "text", "text": RULES} | cached],
            "messages": [
                {"role": "user", "content": [{"text": SCENE} | cached, {"text": request}]}
            ],
            "output_config": {"format": {"schema": {"properties": {"variants": {}}}}},
        }
        usage = PromptUsage(count(LAST), 1_123, 0, count(SCENE))
        message = Message("m", "claude-opus-5-5", answer, "end_turn", usage)
        with self.ledger.asking(body, offline=offline) as asked:
            yield
            asked.began(200, "req_1")
            for piece in (*message.opening(), *message.pieces(), *message.ending()):
                asked.hear(piece)


@pytest_asyncio.fixture(loop_scope="session")
async def behind(local: LocalDiscord) -> Behind:
    return Behind(local)


@pytest_asyncio.fixture(loop_scope="session")
async def site(
    local: LocalDiscord, inn: Channel, anna: Person, behind: Behind
) -> AsyncIterator[Page]:
    """A page with a backstage, in which the model was asked twice."""
    assert inn.guild
    assert anna
    for offline in (True, False):
        with behind.asked(offline=offline):
            pass
    async with Page(local, backstage=behind) as page:
        yield page


async def test_prompts_ballots_and_the_bot_are_one_key_away(
    window: driver.Page, behind: Behind
) -> None:
    box = window.get_by_label("Message", exact=True)
    await box.focus()
    await window.get_by_role("button", name="Backstage").wait_for()
    await window.keyboard.press("Alt+b")
    stage = window.get_by_role("complementary", name="Backstage")
    await prompts(stage, behind)
    await window.get_by_role("tab", name="Prompt").focus()
    await window.keyboard.press("ArrowRight")
    await ballots(stage, behind)
    await window.get_by_role("tab", name="Ballots").focus()
    await window.keyboard.press("ArrowRight")
    await the_bot(window, stage, behind)
    assert await serious(window) == []
    assert not await stage.locator("img, .part-text b").count(), "text stays text"
    await window.get_by_role("tab", name="Bot").focus()
    await window.keyboard.press("Escape")
    await stage.wait_for(state="hidden")
    assert await box.evaluate("box => box === document.activeElement")
    await window.get_by_role("button", name="Backstage").click()
    await window.keyboard.press("Escape")
    assert await window.evaluate("document.activeElement.textContent") == "Backstage"


async def prompts(stage: driver.Locator, behind: Behind) -> None:
    await stage.get_by_text("Request 2", exact=True).wait_for()
    assert await stage.get_by_role("tab", name="Prompt").evaluate(
        "tab => tab === document.activeElement"
    )
    told = await stage.inner_text()
    for words in (
        *("FROM CACHE: 2 PARTS, 1,123 TOKENS", "from cache · about ", "written to cache · about "),
        *("new · about 4", "are about right", "Claude was asked 1 time", "free;"),
    ):
        assert words in told, told
    # What is marked differs by words, and by proportions that add up.
    widths = await stage.locator(".bar-of-parts-large .bar-part").evaluate_all(
        "all => all.map((one) => Number(one.style.flexGrow))"
    )
    assert widths == [1_123, count(SCENE), count(LAST)]
    await stage.locator("summary", has_text="Scene").click()
    scene = stage.get_by_role("group", name="Text of Scene")
    assert await scene.inner_text() == SCENE

    with behind.asked(answer="Now!"):
        await stage.get_by_text("being answered…").wait_for()
        await stage.get_by_text("Request 3", exact=True).wait_for()
    await stage.get_by_text("Now!").wait_for()
    assert await scene.is_visible(), "what was unfolded stays so"
    await stage.get_by_text("free (Claude: ").wait_for()
    # Whoever chose one is not taken away from it.
    rows = stage.get_by_role("list", name="Requests, the newest first").get_by_role("button")
    await rows.nth(2).click()
    await stage.get_by_text("Request 1", exact=True).wait_for()
    with behind.asked():
        pass
    await rows.nth(3).wait_for()
    assert await stage.get_by_text("Request 1", exact=True).is_visible()


async def ballots(stage: driver.Locator, behind: Behind) -> None:
    await stage.get_by_text("Open. It waits for Anna.").wait_for()
    told = await stage.inner_text()
    for words in ("by Bo, unsigned on the card · may win · approved by Anna", "settle:3", "Salt"):
        assert words in told, told
    assert "Writers never see" in told
    await stage.locator("summary", has_text="the lamp goes out").click()
    assert await stage.get_by_role("group", name="Text of draft A").inner_text() == HOSTILE

    won = replace(BALLOT, live=False, state="A won and was posted.", ahead=())
    behind.played = replace(PLAYED, ballots=(replace(BALLOT, id=4, state="Live again."), won))
    behind.tell("ballot")
    await stage.get_by_text("Live again.").wait_for()
    await stage.locator("summary", has_text="Ballot 3").click()
    behind.played = None
    behind.tell("ballot")
    await stage.get_by_text("No story is played in the-inn.").wait_for()


async def the_bot(window: driver.Page, stage: driver.Locator, behind: Behind) -> None:
    await stage.get_by_text("vote taken").wait_for()
    await window.get_by_text("The bot is starting…").wait_for()
    await stage.get_by_role("button", name="Stop").click()
    await stage.get_by_text("The bot was stopped.").wait_for()
    await window.get_by_text("The bot is not running.").wait_for()
    await stage.get_by_role("button", name="Start", exact=True).click()
    await stage.get_by_text("77").wait_for()
    assert behind.running
    await stage.get_by_role("button", name="Restart").click()
    await stage.get_by_text("It does not come back.").wait_for()


async def test_on_a_phone_it_stands_alone(opened: Callable) -> None:
    window = await opened(width=390, height=844, color_scheme="light")
    await window.get_by_label("Message", exact=True).wait_for()
    await window.get_by_role("button", name="More").click()
    await window.get_by_role("button", name="Backstage").click()
    stage = window.get_by_role("complementary", name="Backstage")
    await stage.get_by_text("Request 2", exact=True).wait_for()
    assert await stage.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    assert await window.locator("main").evaluate("main => main.inert")
    assert await window.evaluate("document.documentElement.scrollWidth") == 390
    assert await serious(window) == []
    await stage.get_by_role("button", name="Close backstage").click()
    assert await window.evaluate("document.activeElement.ariaLabel") == "More"
    assert not await window.locator("main").evaluate("main => main.inert")


async def test_on_its_side_it_stands_alone_and_its_list_shows_that_it_goes_on(
    opened: Callable, behind: Behind
) -> None:
    for _ in range(3):
        with behind.asked():
            pass
    window = await opened(width=844, height=390, **PHONE)
    await window.get_by_label("Message", exact=True).wait_for()
    await window.get_by_role("button", name="More").tap()
    await window.get_by_role("button", name="Backstage").tap()
    stage = window.get_by_role("complementary", name="Backstage")
    await stage.get_by_text("Request 5", exact=True).wait_for()
    assert await stage.bounding_box() == {"x": 0, "y": 0, "width": 844, "height": 390}
    assert await window.locator("main").evaluate("main => main.inert")
    assert not await small_targets(window, ".backstage")
    rows = stage.get_by_role("list", name="Requests, the newest first")
    end = await rows.bounding_box()
    last = await rows.get_by_role("button").last.bounding_box()
    assert end
    assert last
    assert 0.4 < (end["y"] + end["height"] - last["y"]) / last["height"] < 0.6
    # Turned upright, or in a wide window, it is what it is there.
    await window.set_viewport_size({"width": 1280, "height": 800})
    await expect(window.locator("main")).to_have_js_property("inert", value=False)


async def test_requests_are_told_apart_by_what_was_asked_for(
    window: driver.Page, behind: Behind
) -> None:
    drafted = "<already_drafted>Direction: mine &lt;b&gt;</already_drafted>"
    mend = "An earlier draft was thrown away because it spoke for Ada."
    for request in (
        "Variants: 1\nDirection: they find the letter",
        f"Variants: 1\nDirection: darker\n{drafted}",
        f"Variants: 1\nDirection: darker\n{drafted}\n{mend}",
        f"Variants: 1\n{drafted}\n{mend}",
    ):
        with behind.asked(request=request):
            pass
    await window.get_by_role("button", name="Backstage").click()
    stage = window.get_by_role("complementary", name="Backstage")
    await stage.get_by_text("Request 6", exact=True).wait_for()
    assert await stage.locator(".asked-what").all_text_contents() == [
        "Drafts, once more",
        "Drafts, once more: darker",
        "Drafts, steered: darker",
        "Drafts: they find the letter",
        "Drafts",
        "Drafts",
    ]
    await stage.get_by_role("button", name="Drafts, steered: darker").click()
    await expect(stage.locator(".fact").first).to_have_text("Asked forDrafts, steered: darker")


async def test_ballots_on_their_way_say_so(
    window: driver.Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, tell = asyncio.Event(), ACTS["backstage_ballot"]

    async def late(*asked: object) -> object:
        await go_on.wait()
        return await tell(*asked)

    monkeypatch.setitem(ACTS, "backstage_ballot", late)
    await window.get_by_role("button", name="Backstage").click()
    await window.get_by_role("tab", name="Ballots").click()
    panel = window.get_by_role("tabpanel", name="Ballots")
    await expect(panel).to_have_text("Loading…")
    go_on.set()
    await panel.get_by_text("Open. It waits for Anna.").wait_for()
    await expect(panel).not_to_contain_text("Loading…")


async def test_without_one_nothing_is_told(asking: Asking, site: Page) -> None:
    hello = await asking.ask("hello")
    assert hello["bot"]["backstage"] is True
    site.backstage = None
    assert "no backstage" in await asking.ask("backstage_prompts")
    assert "no backstage" in await asking.ask("backstage_steer", deed="stop")
    assert (await asking.ask("hello"))["bot"].items() >= {
        "backstage": False,
        "running": None,
    }.items()
