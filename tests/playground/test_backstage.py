"""Backstage of a whole house: what the bot asked, its ballots' logs, and its process."""

import asyncio
import contextlib

import aiohttp
import pytest

from bot.cli import _onlooker
from playground.backstage import HouseBackstage
from playground.page import Page
from playground.rehearsal.house import House
from tests.whole.kit import ask, ballot, press, won


class Pane:
    """One end of the page's websocket, which remembers what was told meanwhile."""

    def __init__(self, socket):
        self._socket = socket
        self._number = 0
        self.told = []

    async def ask(self, act, **asked):
        self._number += 1
        await self._socket.send_json({**asked, "re": self._number, "do": act})
        async with asyncio.timeout(60):
            while (body := await self._socket.receive_json()).get("re") != self._number:
                self.told.append(body)
        return body.get("error", body.get("ok"))

    async def leave_with(self, act, **asked):
        """Ask for something, and leave without an answer."""
        await self._socket.send_json({**asked, "re": 0, "do": act})
        await self._socket.close()

    async def hears(self, event, **data):
        """Wait until it is told of something, after what it heard before."""
        async with asyncio.timeout(30):
            while True:
                one = self.told.pop(0) if self.told else await self._socket.receive_json()
                if one.items() >= {"on": event, **data}.items():
                    return


@contextlib.asynccontextmanager
async def watched(folder, *people):
    """A house with a server and people, and two panes of its page."""
    async with (
        House(folder, environment={"TROUPE_COUNTDOWN_SECONDS": "2"}) as house,
        HouseBackstage(house, _onlooker()) as backstage,
        Page(house.local, backstage=backstage) as page,
        aiohttp.ClientSession(page.address) as session,
    ):
        guild = house.local.add_guild("The Globe")
        inn = guild.add_channel("the-inn")
        there = [house.local.add_person(name, guild) for name in people]
        origin = page.address.rsplit("/", 2)[0]
        async with session.ws_connect("live", origin=origin) as socket:
            leaver = Pane(await session.ws_connect("live", origin=origin))
            yield house, Pane(socket), leaver, inn, there


async def test_what_goes_on_is_seen_from_behind_through_a_restart(tmp_path):
    async with watched(tmp_path, "Anna", "Bo") as (house, pane, leaver, inn, (anna, bo)):
        where = {"channel": str(inn.id)}
        hello = await pane.ask("hello")
        assert hello["bot"].items() >= {"ready": True, "running": True, "backstage": True}.items()
        assert await pane.ask("backstage_ballot", **where) is None

        await ask(anna, inn, "story open", title="Salt", premise="A ship is a week late, and late.")
        await ask(bo, inn, "cast add", name="Tom")
        await ask(bo, inn, "cast claim", name="Tom")
        card = await ballot(house.local, anna, inn, direction="the fog lifts")
        await pane.hears("backstage", news="prompt")
        await press(bo, card, "A")
        await pane.hears("backstage", news="ballot")
        await look_at_the_ballot(pane, where)
        await look_at_the_prompt(pane)
        await restart(pane, house)

        # The ballot goes on where it was.
        await press(anna, card, "A")
        (log,) = (await pane.ask("backstage_ballot", **where))["ballots"]
        assert log["state"] == "Open. Nobody is waited for, and the countdown runs."
        assert log["ahead"][0]["text"] == "The countdown ends."
        await won(house.local, card)

        await pane.ask("backstage_steer", deed="stop")
        assert (await pane.ask("backstage_bot")).items() >= {
            "ready": False,
            "wanted": False,
        }.items()
        assert await pane.ask("backstage_ballot", **where), "the database is there still"
        pane.told.clear()
        # A start goes on when whoever asked for it leaves.
        await leaver.leave_with("backstage_steer", deed="start")
        await pane.hears("bot", running=True, ready=True)
        assert (await pane.ask("backstage_bot"))["wanted"]

        house.bot._environment["DISCORD_TOKEN"] = ""
        assert "ended at its start" in await pane.ask("backstage_steer", deed="restart")


async def look_at_the_ballot(pane, where):
    told = await pane.ask("backstage_ballot", **where)
    assert told["title"] == "Salt"
    (log,) = told["ballots"]
    assert log["live"]
    happened = [one["text"] for one in log["past"]]
    assert happened[0] == "Anna asked for 3 drafts at the beginning. Direction: “the fog lifts”"
    assert "Bo approves of A." in happened
    assert log["variants"][0]["approved_by"] == ["Bo"]
    assert any(one["text"].startswith("settle:") for one in told["tasks"])


async def look_at_the_prompt(pane):
    prompts = await pane.ask("backstage_prompts")
    (asked,) = prompts["requests"]
    assert (asked["form"], asked["offline"], asked["stop"]) == ("variants", True, "end_turn")
    assert prompts["offline"]["usd"] == pytest.approx(asked["usd"])
    assert prompts["paid"]["requests"] == 0
    whole = await pane.ask("backstage_prompt", number=asked["number"])
    assert whole["parts"][-1]["where"] == "user"
    assert "the fog lifts" in whole["parts"][-1]["text"]
    assert whole["answer"].startswith('{"variants"')
    told = sum(whole["tokens"][fate] for fate in ("cached", "written", "fresh"))
    assert sum(one["tokens"] for one in whole["parts"]) == told


async def restart(pane, house):
    before = await pane.ask("backstage_bot")
    assert (before["servers"], before["pid"]) == (1, house.bot.pid)
    assert before["lines"]
    pane.told.clear()
    assert await pane.ask("backstage_steer", deed="restart") is None
    assert {"on": "bot", "ready": False, "running": True} in pane.told
    after = await pane.ask("backstage_bot")
    assert after["ready"]
    assert after["pid"] != before["pid"]
    assert after["since"] > before["since"]


async def test_a_database_that_nobody_can_read_is_not_looked_into(tmp_path):
    with pytest.raises(LookupError, match="cannot be looked into"):
        await HouseBackstage(House(tmp_path)).overview(1)
