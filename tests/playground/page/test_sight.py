"""What is kept from a seat beside whole channels: the past, spoilers, and what is another's."""

import aiohttp
import pytest

from playground.page import Page
from playground.page.messages import MessageView
from playground.server import Channel, Guild, May, Person
from tests.playground.page.gallery import Gallery
from tests.playground.page.kit import Asking

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_who_may_not_read_the_past_learns_nothing_of_what_was_deleted(
    asking: Asking, inn: Channel, anna: Person, bo: Person
) -> None:
    gone, kept = await anna.say(inn, "Gone."), await anna.say(inn, "Kept.")
    await anna.delete(gone)
    where = {"channel": str(inn.id)}
    await asking.ask("hello", **{"as": str(bo.id)})
    assert len((await asking.ask("open", **where))["deleted"]) == 1
    inn.deny(bo, May.READ_MESSAGE_HISTORY)
    asked = {
        "open": {},
        "older": {"before": "9" * 19},
        "newer": {"after": "1"},
        "around": {"message": str(kept.id)},
    }
    for act, more in asked.items():
        told = await asking.ask(act, **where, **more)
        assert (told["messages"], told["deleted"]) == ([], []), act


async def test_a_forums_list_covers_spoilers(asking: Asking, guild: Guild, anna: Person) -> None:
    forum = guild.add_forum("ideas")
    await anna.post(forum, "The end", "**Who** did it? ||The cook||")
    channels = (await asking.ask("hello"))["places"]["guilds"][0]["channels"]
    (post,) = (one for one in channels if one["name"] == "The end")
    assert post["excerpt"] == "Who did it? ▒▒▒"


async def test_a_form_is_sent_by_whom_it_was_shown_to_after_a_break_too(
    gallery: Gallery, site: Page, asking: Asking, inn: Channel, bo: Person
) -> None:
    await asking.ask("hello")
    shown = await asking.ask("slash", channel=str(inn.id), command="show form")
    await asking.socket.close()
    origin = site.address.rsplit("/", 2)[0]
    async with (
        aiohttp.ClientSession(site.address) as session,
        session.ws_connect("live", origin=origin) as socket,
    ):
        back = Asking(socket)
        filled = {"key": shown["modal"]["key"], "values": {"name": "Mira"}}
        await back.ask("hello", **{"as": str(bo.id)})
        assert "no longer open" in await back.ask("submit", **filled)
        await back.ask("hello")
        await back.ask("submit", **filled)
        assert (await gallery.takes("words"))["name"] == "Mira"


async def test_what_the_page_cannot_tell_holds_up_nobody(
    asking: Asking,
    inn: Channel,
    anna: Person,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await asking.ask("hello")
    with monkeypatch.context() as broken:
        broken.setattr(MessageView, "write", None)
        said = await anna.say(inn, "Hello?")
    assert "could not tell of MESSAGE_CREATE" in caplog.text
    told = await asking.ask("open", channel=str(inn.id))
    assert [one["id"] for one in told["messages"]] == [str(said.id)]
