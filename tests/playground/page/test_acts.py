"""What a page may ask for, over a real websocket but without a browser."""

import io
import json
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.page import Page
from playground.page.acts import ACTS
from playground.page.asked import NOT_UNDERSTOOD
from playground.page.files import MAX_WAITING
from playground.server import Channel, Guild, May, Person
from playground.server.portal import Command
from playground.server.rules_messages import MAX_FILE_BYTES
from tests.playground.page.kit import Asking

pytestmark = pytest.mark.asyncio(loop_scope="session")


def a_command(name: str, **more: Any) -> Any:
    return {"name": name, "type": 1, "description": name} | more


async def test_commands_are_those_that_somebody_is_offered(
    asking: Asking, guild: Guild, inn: Channel, anna: Person
) -> None:
    await asking.ask("hello", **{"as": str(anna.id)})
    manage = str(May.MANAGE_CHANNELS)
    world = guild.world
    for body in (
        a_command("open"),
        a_command("tidy", default_member_permissions=manage),
        a_command("whisper", contexts=[1]),
        a_command("Take back", type=3, description=""),
    ):
        id_ = world.ids.next()
        world.commands[id_] = Command(id_, None, body)
    assert await _names(asking, inn) == ["open", "Take back"]
    keeper = guild.add_role("Keeper", May.MANAGE_CHANNELS)
    guild.give(anna, keeper)
    assert await _names(asking, inn) == ["open", "tidy", "Take back"]
    inn.deny(guild.everyone, May.USE_APPLICATION_COMMANDS)
    assert await _names(asking, inn) == []


async def _names(asking: Asking, channel: Channel) -> list[str]:
    return [one["name"] for one in await asking.ask("commands", channel=str(channel.id))]


async def test_what_is_asked_wrongly_is_answered_in_a_sentence(
    asking: Asking, inn: Channel
) -> None:
    assert await asking.ask("open", channel=str(inn.id)) == "Say first who you are."
    await asking.ask("hello")
    here = {"channel": str(inn.id)}
    for act, asked in (
        ("no such act", {}),
        (["open"], {}),
        ("open", {}),
        ("open", {"channel": int(inn.id)}),
        ("open", {"channel": "²"}),
        ("say", {**here, "text": "half a \ud83c"}),
        ("say", {**here, "text": "hi", "files": "1"}),
        ("slash", {**here, "command": "open", "options": {"title": "Fog"}}),
        ("slash", {**here, "command": "open", "options": {"title": {"type": 3, "value": None}}}),
        ("react", {**here, "message": "1", "emoji": "❌", "on": "yes"}),
    ):
        assert await asking.ask(act, **asked) == NOT_UNDERSTOOD, (act, asked)
    assert "gone" in await asking.ask("open", channel="1")
    assert "There is no command" in await asking.ask("slash", **here, command="open")
    assert "Which command" in await asking.ask("slash", **here, command=" ")
    assert not inn.messages


_values = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["INN", "ANNA", "MESSAGE", "story open"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "value", "title"]) | st.text(), inner, max_size=3
        )
    ),
    max_leaves=6,
)
_fields = (
    *("as", "channel", "message", "text", "files", "reply", "before", "emoji", "on", "command"),
    *("options", "option", "typed", "name", "id", "values", "key", "person", "roles"),
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    act=st.sampled_from([one for one in ACTS if one != "add_person"]) | _values,
    asked=st.dictionaries(st.sampled_from(_fields), _values, max_size=6),
    frame=st.text(max_size=20) | _values.map(json.dumps),
)
async def test_no_frame_ends_the_seat(
    asking: Asking, inn: Channel, anna: Person, act: Any, asked: Any, frame: str
) -> None:
    known = {"INN": str(inn.id), "ANNA": str(anna.id)}
    known["MESSAGE"] = str(inn.last_message_id or 1)
    real = {k: known.get(v, v) if isinstance(v, str) else v for k, v in asked.items()}
    await asking.socket.send_str(frame)
    await asking.socket.send_str("[" * 5000)
    answer = await asking.ask(act, **real)
    assert not isinstance(answer, str) or " " in answer or answer.isdecimal(), answer
    assert (await asking.ask("hello"))["me"]


async def test_files_are_kept_until_they_are_used(
    client: aiohttp.ClientSession, asking: Asking, inn: Channel, site: Page
) -> None:
    await asking.ask("hello")
    here = {"channel": str(inn.id), "text": ""}
    large = aiohttp.FormData()
    large.add_field("file", io.BytesIO(bytes(MAX_FILE_BYTES + 1)), filename="large.bin")
    async with client.post("upload", data=large) as answer:
        assert (answer.status, await answer.json()) == (
            413,
            {"error": "large.bin is too large: a file may have 10 MiB."},
        )
    form = aiohttp.FormData()
    for number in range(MAX_WAITING + 1):
        form.add_field("file", b"waves", filename=f"{number}.txt")
    async with client.post("upload", data=form) as answer:
        kept = await answer.json()
    assert kept[1] == {"id": kept[1]["id"], "name": "1.txt", "size": 5}
    assert "no longer here" in await asking.ask("say", **here, files=[kept[0]["id"]])
    assert (await asking.ask("say", **here, files=[kept[1]["id"]])).isdecimal()
    assert [(one.filename, one.data) for one in inn.messages[0].attachments] == [
        ("1.txt", b"waves")
    ]
    assert site.files.taken(kept[1]["id"])
