"""What a seat tells, over a real websocket: everything its person sees, and nothing else."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from playground.page import Page, deleted, reading, seat
from playground.page.messages import MessageView
from playground.server import Channel, Guild, May, Message, Person, World, posting
from playground.server.posting import Draft
from tests.playground.server.bots import Bot

Sit = Callable[[Person], Awaitable["Pane"]]


class Pane:
    """A browser's end, by hand: it keeps all that it is told."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.heard: list[Any] = []
        self._number = 0

    async def ask(self, act: str, **asked: Any) -> Any:
        """Return the answer, or the sentence that there is instead."""
        self._number += 1
        await self.socket.send_json({**asked, "re": self._number, "do": act})
        told = await self.until(lambda one: one.get("re") == self._number)
        return told.get("error", told.get("ok"))

    async def until(self, fits: Callable[[Any], bool]) -> Any:
        """Listen until something is told that fits."""
        while True:
            self.heard.append(await self.socket.receive_json(timeout=5))
            if fits(self.heard[-1]):
                return self.heard[-1]

    async def hears(self, event: str, **what: Any) -> Any:
        """Listen until an event comes that has these values."""
        return await self.until(lambda one: one.get("on") == event and what.items() <= one.items())

    async def catch_up(self, channel: Channel) -> None:
        """Listen to all that was told by now."""
        await self.ask("open", channel=str(channel.id))

    def knows(self, words: str) -> bool:
        """Tell whether words stand anywhere in what was told."""
        return words in json.dumps(self.heard, ensure_ascii=False)


@pytest_asyncio.fixture(loop_scope="session")
async def sit(site: Page) -> AsyncIterator[Sit]:
    """Sits down as somebody, in a pane of their own."""
    origin = site.address.rsplit("/", 2)[0]
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(site.address))

        async def sit_down(person: Person) -> Pane:
            socket = await session.ws_connect("live", origin=origin, max_msg_size=0)
            stack.push_async_callback(socket.close)
            pane = Pane(socket)
            await pane.ask("hello", **{"as": str(person.id)})
            return pane

        yield sit_down


def whisper(channel: Channel, reader: Person, text: str) -> Message:
    assert channel.guild
    world = channel.guild.world
    return posting.post(world, channel, Draft(world.bot, {"content": text}, seen_by=reader.id))


def write_to(reader: Person, world: World, text: str) -> Message:
    """Let the bot write a direct message."""
    return posting.post(world, reader.dm_channel, Draft(world.bot, {"content": text}))


def hide(channel: Channel, reader: Person) -> None:
    """Let one person alone see a channel."""
    assert channel.guild
    channel.deny(channel.guild.everyone, May.VIEW_CHANNEL)
    channel.allow(reader, May.VIEW_CHANNEL)


def ids(page: Any, part: str = "messages") -> list[str]:
    return [one["id"] for one in page[part]]


# --- what is kept from others ---------------------------------------------------------------------


async def secrets_of(anna: Person, guild: Guild, inn: Channel) -> list[Message]:
    """Let somebody have all the secrets there are; return the messages that hold them."""
    world, cellar = guild.world, guild.add_channel("SECRET-cellar")
    hide(cellar, anna)
    in_cellar = await anna.say(cellar, "SECRET words in the cellar")
    reply = await anna.say(cellar, "SECRET answer", reply_to=in_cellar)
    hung = guild.add_thread(in_cellar, "SECRET hanging thread", by=anna)
    in_hung = await anna.say(hung, "SECRET line of a thread")
    nook = guild.add_thread(inn, "SECRET nook", by=anna, private=True)
    in_nook = await anna.say(nook, "SECRET words in the nook")
    letter = write_to(anna, world, "SECRET letter")
    whispered = whisper(inn, anna, "SECRET whisper")
    posting.edit(world, whispered, {"content": "SECRET whisper, changed"}, {})
    posting.delete(world, whisper(inn, anna, "SECRET and dismissed"))
    posting.delete(world, reply)
    await anna.react(in_cellar, "🗝️")
    await anna.typing(cellar)
    return [in_cellar, in_hung, in_nook, letter, whispered]


async def test_secrets_of_one_reach_no_other_seat(
    sit: Sit, guild: Guild, inn: Channel, anna: Person, bo: Person
) -> None:
    early = whisper(inn, anna, "SECRET whisper of before")
    for_anna, for_bo = await sit(anna), await sit(bo)
    secrets = [early, *await secrets_of(anna, guild, inn)]
    places = {one.channel for one in secrets} - {inn}
    mentions = " ".join(f"<#{one.id}>" for one in places)
    opener = await anna.say(inn, f"Come to {mentions}, {bo.mention}")

    for place in places:
        for act, more in (("open", {}), ("older", {"before": "9" * 19}), ("newer", {"after": "1"})):
            told = await for_bo.ask(act, channel=str(place.id), **more)
            assert told == "That channel is gone, or you may not see it."
    for message in secrets:
        for channel in {message.channel, inn}:
            for act in ("around", "delete", "edit", "press"):
                asked = {"channel": str(channel.id), "message": str(message.id)}
                assert "gone" in await for_bo.ask(act, **asked, text="x", id="x")
    page = await for_bo.ask("open", channel=str(inn.id))
    assert ids(page) == [str(opener.id)]
    around = await for_bo.ask("around", channel=str(inn.id), message=str(opener.id))
    assert ids(around) == [str(opener.id)]
    assert page["deleted"] == around["deleted"] == []
    assert not for_bo.knows("SECRET")
    # A thread has the id of the message it hangs on, and is mentioned.
    unmentioned = {one.id for one in secrets} - {one.id for one in places}
    assert not any(for_bo.knows(str(id_)) for id_ in unmentioned)

    await for_anna.catch_up(inn)
    for words in ("-cellar", " answer", " line of a thread", " nook", " letter", " whisper, ch"):
        assert for_anna.knows(f"SECRET{words}"), words


async def test_what_is_hidden_later_is_told_no_more(
    sit: Sit, guild: Guild, inn: Channel, anna: Person, bo: Person
) -> None:
    pane, other = await sit(bo), guild.add_channel("the-yard")
    first = await anna.say(inn, "for all")
    thread = guild.add_thread(first, "at the bar", by=anna)
    await pane.catch_up(other)
    inn.deny(guild.everyone, May.VIEW_CHANNEL)
    inn.allow(anna, May.VIEW_CHANNEL)
    before = len(pane.heard)
    await anna.edit(first, "changed")
    await anna.say(thread, "more")
    await anna.delete(first)
    await pane.catch_up(other)
    told = [one.get("on") for one in pane.heard[before:]]
    assert set(told) <= {"places", None}
    places = next(one for one in reversed(pane.heard) if one.get("on") == "places")
    seen = [one["name"] for one in places["places"]["guilds"][0]["channels"]]
    assert seen == ["the-yard"]


async def test_without_the_right_to_read_history_only_what_comes_is_told(
    sit: Sit, guild: Guild, inn: Channel, anna: Person, bo: Person
) -> None:
    await anna.say(inn, "long ago")
    inn.deny(guild.everyone, May.READ_MESSAGE_HISTORY)
    pane = await sit(bo)
    assert (await pane.ask("open", channel=str(inn.id)))["messages"] == []
    await anna.say(inn, "just now")
    assert (await pane.hears("message"))["message"]["raw"] == "just now"


# --- what is told ---------------------------------------------------------------------------------


async def test_a_message_says_what_one_may_do_with_it(
    sit: Sit, guild: Guild, inn: Channel, anna: Person, bo: Person
) -> None:
    first = await anna.say(inn, "mine")
    await bo.say(inn, "an answer", reply_to=first)
    await bo.react(first, "👍")
    whisper(inn, anna, "for Anna")
    pane = await sit(anna)
    mine, his, hers = (await pane.ask("open", channel=str(inn.id)))["messages"]
    assert mine["can"] == {
        "edit": True,
        "delete": True,
        "react": True,
        "reply": True,
        "thread": True,
    }
    assert (his["can"]["edit"], his["can"]["delete"]) == (False, False)
    assert {name for name, can in hers["can"].items() if can} == {"delete"}
    assert mine["jump"] == f"https://discord.com/channels/{guild.id}/{inn.id}/{first.id}"
    assert mine["reactions"] == [
        {"emoji": "👍", "key": "👍", "count": 1, "me": False, "names": ["Bo"]}
    ]
    assert (his["reply"]["author"]["name"], his["reply"]["text"]) == ("Anna", "mine")
    assert his["pinged"]
    await anna.edit(first, "mine, ||and a secret||")
    assert "secret" not in (await pane.hears("message"))["message"]["excerpt"]
    guild.give(anna, guild.add_role("Keeper", May.MANAGE_MESSAGES))
    assert (await pane.ask("open", channel=str(inn.id)))["messages"][1]["can"]["delete"]
    await anna.delete(first)
    his = (await pane.ask("open", channel=str(inn.id)))["messages"][0]
    assert his["reply"] == {"id": str(first.id), "gone": True}


async def test_a_thread_is_told_under_its_message(
    sit: Sit, guild: Guild, inn: Channel, anna: Person
) -> None:
    first = await anna.say(inn, "the lamp went out")
    pane = await sit(anna)
    thread = guild.add_thread(first, "what it saw", by=anna)
    said = [await anna.say(thread, str(number)) for number in range(2)]

    async def chip(count: int) -> Any:
        told = await pane.until(
            lambda one: (
                (one.get("message") or {}).get("id") == str(first.id)
                and (one["message"]["thread"] or {}).get("count") == count
            )
        )
        assert not told["new"]
        return told["message"]["thread"]

    told = await chip(2)
    assert (told["name"], told["archived"], told["last"]["name"]) == ("what it saw", False, "Anna")
    await anna.delete(said[1])
    await chip(1)
    start = (await pane.ask("open", channel=str(thread.id)))["messages"][0]["system"]
    assert (start["kind"], start["first"]["raw"]) == ("start", "the lamp went out")
    thread.delete()
    gone = await pane.until(lambda one: one.get("on") == "message" and not one["message"]["thread"])
    assert gone["message"]["id"] == str(first.id)
    guild.add_thread(inn, "a side story", by=anna)
    note = (await pane.hears("message", new=True))["message"]["system"]
    assert (note["kind"], note["name"]) == ("thread", "a side story")


async def test_letters_of_the_bot_come_with_their_channel(
    sit: Sit, guild: Guild, anna: Person, bo: Person
) -> None:
    pane = await sit(anna)
    write_to(anna, guild.world, "psst")
    assert (await pane.hears("message"))["message"]["raw"] == "psst"
    dms = (await pane.hears("places"))["places"]["dms"]
    assert [one["id"] for one in dms] == [str(anna.dm_channel.id)]
    other = await sit(bo)
    assert not other.knows(str(anna.dm_channel.id))


async def test_one_message_is_written_once_for_each_viewer(
    sit: Sit, inn: Channel, anna: Person, bo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    panes = [await sit(anna), await sit(anna), await sit(bo)]
    written, write = [], MessageView.write
    monkeypatch.setattr(
        MessageView, "write", lambda view, one: (written.append(view), write(view, one))[1]
    )
    said = await anna.say(inn, "heard by all")
    heard = [await pane.hears("message") for pane in panes]
    assert [one["message"]["can"]["edit"] for one in heard] == [True, True, False]
    assert len(written) == 2
    await anna.react(said, "👍")
    assert [(await pane.hears("message"))["message"]["reactions"][0]["me"] for pane in panes] == [
        True,
        True,
        False,
    ]


# --- deleted --------------------------------------------------------------------------------------


async def test_deleted_messages_are_remembered_for_those_who_saw_them(
    sit: Sit, guild: Guild, inn: Channel, anna: Person, gallery: Bot
) -> None:
    pane, owner = await sit(anna), Person(guild.world, guild.world.owner)
    said = [await anna.say(inn, str(number)) for number in range(6)]
    await anna.delete(said[1])
    cellar = guild.add_channel("cellar")
    cellar.deny(guild.everyone, May.VIEW_CHANNEL)
    cellar.allow(guild.bot_role, May.VIEW_CHANNEL)
    deep = [await owner.say(cellar, "deep") for _ in range(2)]
    for some in (said[3:5], deep):
        place = gallery.place(some[0].channel)
        await place.delete_messages([place.get_partial_message(one.id) for one in some])
    gone = [(await pane.hears("gone"))["id"] for _ in range(3)]
    assert gone == [str(said[at].id) for at in (1, 3, 4)]
    page = await pane.ask("open", channel=str(inn.id))
    assert ids(page) == [str(said[at].id) for at in (0, 2, 5)]
    assert ids(page, "deleted") == gone
    assert all(one["deleted"] and not any(one["can"].values()) for one in page["deleted"])
    assert not pane.knows("deep")
    older = await pane.ask("older", channel=str(inn.id), before=str(said[2].id))
    assert (ids(older), ids(older, "deleted")) == ([str(said[0].id)], gone[:1])


async def test_only_the_newest_deleted_messages_are_remembered(
    sit: Sit, inn: Channel, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deleted, "KEPT", 2)
    said = [await anna.say(inn, str(number)) for number in range(3)]
    for one in reversed(said):
        await anna.delete(one)
    page = await (await sit(anna)).ask("open", channel=str(inn.id))
    assert ids(page, "deleted") == [str(one.id) for one in said[1:]]


# --- a stretch of a channel -----------------------------------------------------------------------


async def test_a_channel_is_told_in_stretches_without_gaps(
    sit: Sit, inn: Channel, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE", 4)
    monkeypatch.setattr(reading, "MOST", 8)
    said = [str((await anna.say(inn, str(number))).id) for number in range(12)]
    said.append(str(whisper(inn, anna, "psst").id))
    pane, place = await sit(anna), str(inn.id)

    async def told(act: str, **asked: str) -> tuple[list[str], bool, bool]:
        page = await pane.ask(act, channel=place, **asked)
        return ids(page), page["more"], page["newer"]

    assert await told("open") == (said[9:], True, False)
    assert await told("older", before=said[9]) == (said[5:9], True, False)
    assert await told("older", before=said[3]) == (said[:3], False, False)
    assert await told("newer", after=said[3]) == (said[4:8], False, True)
    assert await told("newer", after=said[10]) == (said[11:], False, False)
    assert await told("around", message=said[6]) == (said[4:9], True, True)
    assert await told("around", message=said[12]) == (said[10:], True, False)
    assert await told("around", message=said[1]) == (said[:4], False, True)
    # After a break: from what was there on, if that is not too much.
    assert await told("open", since=said[6]) == (said[6:], True, False)
    assert await told("open", since=said[2]) == (said[9:], True, False)
    assert await told("open", since=said[11]) == (said[9:], True, False)


async def test_nothing_is_lost_or_doubled_between_a_snapshot_and_events(
    sit: Sit, inn: Channel, anna: Person, bo: Person
) -> None:
    pane = await sit(bo)

    async def talk() -> None:
        for number in range(60):
            await anna.say(inn, str(number))
            await asyncio.sleep(0)

    talking = asyncio.create_task(talk())
    for _ in range(8):
        await pane.socket.send_json({"re": -1, "do": "open", "channel": str(inn.id)})
        await asyncio.sleep(0)
    await talking
    await pane.hears("message", new=True)
    await pane.ask("commands", channel=str(inn.id))
    snapshots = [at for at, one in enumerate(pane.heard) if one.get("re") == -1]
    assert len(snapshots) == 8
    for at in snapshots:
        seen = [one["raw"] for one in pane.heard[at]["ok"]["messages"]]
        later = [one for one in pane.heard[at:] if one.get("on") == "message"]
        seen += [one["message"]["raw"] for one in later]
        assert seen == [str(number) for number in range(60)][-len(seen) :]
        assert len(seen) >= 50 or seen[0] == "0"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seat, "MAX_WAITING", 200_000)


@pytest.mark.usefixtures("impatient")
async def test_a_browser_that_does_not_read_is_let_go_and_comes_again(
    sit: Sit, site: Page, inn: Channel, anna: Person, bo: Person
) -> None:
    slow, quick = await sit(bo), await sit(anna)
    slow_end = slow.socket._response.connection.transport
    slow_end.pause_reading()
    said = 0
    while len(site._seats) > 1:
        said += 1
        assert said < 5_000, "it is still there"
        await anna.say(inn, "x" * 3_900)
        await quick.hears("message")
    assert [one.me and one.me.id for one in site._seats] == [anna.id]
    again = await sit(bo)
    assert len((await again.ask("open", channel=str(inn.id)))["messages"]) == min(said, 50)
    slow_end.abort()
