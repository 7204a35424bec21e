"""Who is let in, and what the page's server gives: without a browser."""

import asyncio
import io
import time
from urllib.parse import urlsplit

import aiohttp
import pytest
from yarl import URL

from playground.page import Page
from playground.server import Channel, Guild, May, Person
from tests.playground.page.kit import Asking

pytestmark = pytest.mark.asyncio(loop_scope="session")


def origin_of(site: Page) -> str:
    return site.address.rsplit("/", 2)[0]


async def test_only_who_knows_the_whole_address_is_let_in(
    client: aiohttp.ClientSession, site: Page
) -> None:
    assert site._runner
    assert [host for host, _ in site._runner.addresses] == ["127.0.0.1"]
    origin, port = origin_of(site), urlsplit(site.address).port
    for path in (
        "/",
        "/wrong/",
        "/wrong/js/main.js",
        "/wrong/live",
        f"/{site.token}x/",
        "/%FF%00/",
    ):
        async with client.get(URL(origin + path, encoded=True)) as answer:
            assert (answer.status, "whole address" in await answer.text()) == (404, True), path
    for host in (f"localhost:{port}", f"evil.example:{port}", "127.0.0.1", ""):
        async with client.get(site.address, headers={"Host": host}) as answer:
            assert answer.status == 404, host
    async with client.get(site.address) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
    async with client.get(site.address.rstrip("/")) as answer:
        assert (answer.status, str(answer.url)) == (200, site.address)


async def test_pages_from_elsewhere_may_not_ask(client: aiohttp.ClientSession, site: Page) -> None:
    foreign = ("http://evil.example", "null", origin_of(site).replace("http", "https"))
    for origin in (*foreign, None):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.ws_connect("live", origin=origin)
        assert refused.value.status == 403, origin
    for origin in foreign:
        form = aiohttp.FormData({"file": io.BytesIO(b"x")})
        async with client.post("upload", data=form, headers={"Origin": origin}) as answer:
            assert (answer.status, "own page" in await answer.text()) == (403, True), origin
    assert not site._seats


async def test_nothing_but_the_pages_own_files_is_given(
    client: aiohttp.ClientSession, site: Page
) -> None:
    async with client.get("js/main.js") as answer:
        assert (answer.status, answer.content_type) == (200, "text/javascript")
    outside = (
        "js/..%2F..%2Fdoor.py",
        "js/..%2Findex.html",
        "js/%2Fetc%2Fpasswd",
        "js/..",
        "js/.",
        "js/main.js%00",
        "static/index.html",
        "files/1/../../js/main.js",
        "files/x/y",
        f"files/{'9' * 5_000}/y",
    )
    for path in outside:
        async with client.get(URL(site.address + path, encoded=True)) as answer:
            assert answer.status == 404, path
            assert answer.headers["Cache-Control"] == "no-store", path


async def test_seats_are_let_go_and_nobody_holds_up_the_end(
    client: aiohttp.ClientSession, site: Page
) -> None:
    listening = len(site.local.world.bus._listeners)
    for _ in range(2):
        async with client.ws_connect("live", origin=origin_of(site)) as socket:
            assert await Asking(socket).ask("hello")
            assert len(site._seats) == 1
        for _ in range(1000):  # turns of the loop until the server has noticed
            if not site._seats:
                break
            await asyncio.sleep(0)
        assert not site._seats
    assert len(site.local.world.bus._listeners) == listening
    # This one never reads that it is to close.
    async with client.ws_connect("live", origin=origin_of(site)) as deaf:
        assert await Asking(deaf).ask("hello")
        before = time.monotonic()
        await site.stop()
        assert time.monotonic() - before < 2
    assert not site._seats


async def test_what_is_said_before_leaving_is_said(
    client: aiohttp.ClientSession, site: Page, inn: Channel
) -> None:
    async with client.ws_connect("live", origin=origin_of(site)) as socket:
        assert await Asking(socket).ask("hello")
        await socket.send_json({"re": 0, "do": "say", "channel": str(inn.id), "text": "Bye!"})
    await site.local.until(lambda: inn.messages, what="the last word")


async def test_people_come_and_go_and_may_what_they_are_given(
    asking: Asking, guild: Guild, inn: Channel, anna: Person, bo: Person
) -> None:
    told = await asking.ask("hello")
    assert [one["name"] for one in told["people"]] == ["Anna", "Bo", "Keeper"]
    assert told["me"]["id"] == str(anna.id)

    dee = await asking.ask("add_person", name="  Dee  Light ")
    assert guild.members[int(dee)].display_name == "Dee Light"
    assert "already somebody" in await asking.ask("add_person", name="dee light")
    assert "1 to 32" in await asking.ask("add_person", name=" ")
    for unseen in ("\u200d", "\u202eeeD", "Dee\x1b[2J"):
        assert "that one sees" in await asking.ask("add_person", name=unseen)

    role = guild.add_role("Director")
    for wanted in ([role], []):
        ids = [str(one.id) for one in wanted]
        await asking.ask("set_roles", person=str(bo.id), roles=[*ids, str(guild.bot_role.id)])
        assert guild.members[bo.id].roles == [one.id for one in wanted]

    await asking.ask("set_dms", person=str(bo.id), open=False)
    assert not bo.dms_open
    await asking.ask("leave", person=str(bo.id))
    assert bo.id not in guild.members
    assert "is not in" in await asking.ask("leave", person=str(bo.id))
    assert "cannot leave" in await asking.ask("leave", person=str(guild.owner_id))
    told = await asking.ask("hello", **{"as": str(bo.id)})
    assert (told["me"]["there"], told["me"]["dms_open"]) == (False, False)
    assert told["places"] == {"guilds": [], "dms": []}
    assert "may not see" in await asking.ask("open", channel=str(inn.id))
    await asking.ask("join", person=str(bo.id))
    assert "already" in await asking.ask("join", person=str(bo.id))
    assert (await asking.ask("open", channel=str(inn.id)))["messages"] == []
    talk = await asking.ask("dm", person=str(guild.world.bot.id))
    assert [one["id"] for one in (await asking.ask("hello"))["places"]["dms"]] == []
    told = await asking.ask("hello", **{"as": str(bo.id)})
    assert [(one["id"], one["name"]) for one in told["places"]["dms"]] == [(talk, "Troupe")]


async def test_unread_is_what_others_wrote_since(
    asking: Asking, inn: Channel, anna: Person, bo: Person
) -> None:
    async def news() -> tuple[int, int]:
        told = await asking.ask("hello", **{"as": str(anna.id)})
        (channel,) = told["places"]["guilds"][0]["channels"]
        return channel["unread"], channel["pings"]

    assert await news() == (0, 0)
    await anna.say(inn, "mine")
    await bo.say(inn, "yours")
    last = await bo.say(inn, f"{anna.mention}, look")
    assert await news() == (2, 1)
    await asking.ask("read", channel=str(inn.id), message=str(last.id))
    assert await news() == (0, 0)
    await asking.ask("read", channel=str(inn.id), message="1")
    assert await news() == (0, 0)


async def test_threads_and_posts_are_opened_from_the_page(
    asking: Asking, guild: Guild, inn: Channel, anna: Person
) -> None:
    await asking.ask("hello")
    said = await anna.say(inn, "start here")
    here = {"channel": str(inn.id)}
    thread = await asking.ask("thread", **here, message=str(said.id), name=" An  aside ")
    assert guild.threads[int(thread)].name == "An aside"
    await anna.say(guild.threads[int(thread)], "aside")
    assert "already been created" in await asking.ask(
        "thread", **here, message=str(said.id), name="x"
    )
    assert await asking.ask("thread", **here, name=" ") == "It needs a name."
    await asking.ask("archive", channel=thread, on=True)
    assert guild.threads[int(thread)].archived

    forum = guild.add_forum("ideas", tags=("Sea",))
    forum.deny(guild.everyone, May.ATTACH_FILES)
    new = {"channel": str(forum.id), "name": "A ship", "tags": [forum.tags[0]["id"]]}
    assert await asking.ask("post", **new, text=" ") == "It needs a first message."
    post = await asking.ask("post", **new, text="Who steers it?")
    channels = (await asking.ask("hello"))["places"]["guilds"][0]["channels"]
    shown = {one["id"]: one for one in channels}
    assert shown[post]["excerpt"] == "Who steers it?"
    assert (shown[post]["tags"], shown[post]["count"]) == (new["tags"], 1)
    assert (shown[thread]["archived"], shown[thread]["count"]) == (True, 1)
    assert (shown[str(inn.id)]["threads"], shown[thread]["threads"]) == (True, False)
