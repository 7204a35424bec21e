import asyncio

import aiohttp
import pytest

from tests.playground.server.talker import Talker


def field(**more):
    return {"type": 4, "custom_id": "t", "style": 1, "label": "Text"} | more


def modal(*parts, **more):
    rows = [
        part if part["type"] in (1, 10, 18) else {"type": 1, "components": [part]} for part in parts
    ]
    return {"type": 9, "data": {"title": "Form", "custom_id": "form", "components": rows} | more}


def label(part, **more):
    return {"type": 18, "label": "Label", "component": part} | more


REFUSED = {
    "title": modal(field(), title="x" * 46),
    "no title": modal(field(), title=""),
    "custom id": modal(field(), custom_id="x" * 101),
    "six fields": modal(*(field(custom_id=str(n)) for n in range(6))),
    "no fields": modal(),
    "same custom id": modal(field(), field()),
    "field's label": modal(field(label="x" * 46)),
    "label's label": modal(label(field(), label="")),
    "label's description": modal(label(field(), description="x" * 101)),
    "style": modal(field(style=3)),
    "lengths": modal(field(min_length=5, max_length=4)),
    "over 4000": modal(field(max_length=4001)),
    "placeholder": modal(field(placeholder="x" * 101)),
    "value too short": modal(field(value="x", min_length=3)),
    "button": modal(label({"type": 2, "style": 1, "label": "x", "custom_id": "x"})),
    "container": {
        "type": 9,
        "data": {"title": "x", "custom_id": "x", "components": [{"type": 17}]},
    },
    "one radio": modal(
        label({"type": 21, "custom_id": "r", "options": [{"label": "a", "value": "a"}]})
    ),
    "empty select": modal(label({"type": 3, "custom_id": "s", "options": []})),
    "update of nothing": {"type": 7, "data": {"content": "x"}},
    "acknowledging nothing": {"type": 6},
    "choices for a command": {"type": 8, "data": {"choices": []}},
    "launching": {"type": 12},
    "type": {"type": "four"},
    "content": {"type": 4, "data": {"content": "x" * 2001}},
}


@pytest.fixture
async def interaction(inn, anna, connect, local):
    """A command that the bot leaves unanswered."""
    bot = await connect(Talker())
    asking = asyncio.ensure_future(anna.slash(inn, "story mute"))
    await local.until(lambda: local.world.interactions, what="the command")
    yield next(iter(local.world.interactions.values()))
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert bot.user


async def answer(local, interaction, body, token=None):
    address = (
        f"{local.api_base}/interactions/{interaction.id}/{token or interaction.token}/callback"
    )
    async with aiohttp.ClientSession() as session, session.post(address, json=body) as reply:
        return reply.status, await reply.json() if reply.status != 204 else None


@pytest.mark.parametrize("name", REFUSED)
async def test_a_first_answer_is_refused(local, interaction, inn, name):
    status, body = await answer(local, interaction, REFUSED[name])
    assert (status, body["code"]) == (400, 50035)
    assert interaction.answered_with is None
    assert inn.messages == []


async def test_a_refused_answer_can_be_mended(local, interaction, inn):
    await answer(local, interaction, {"type": 4, "data": {"content": ""}})
    assert await answer(local, interaction, {"type": 4, "data": {"content": "x"}}) == (204, None)
    assert [m.content for m in inn.messages] == ["x"]
    status, body = await answer(local, interaction, modal(field()))
    assert (status, body["code"]) == (400, 40060)


async def test_unknown_interactions(local, interaction):
    status, body = await answer(local, interaction, {"type": 5}, token="wrong")  # noqa: S106 - it is no token
    assert (status, body["code"]) == (404, 10062)
    base = f"{local.api_base}/webhooks/{local.world.bot.id}"
    async with aiohttp.ClientSession() as session:
        for token, path, code in (
            (interaction.token, "/messages/@original", 10015),
            ("wrong", "/messages/@original", 50027),
        ):
            async with session.get(f"{base}/{token}{path}") as reply:
                assert (await reply.json())["code"] == code
        async with session.post(f"{base}/{interaction.token}", json={"content": "x"}) as reply:
            assert (await reply.json())["code"] == 10015


async def test_suggestions_that_are_refused(local, inn, anna, connect):
    await connect(Talker())
    local.limits.answer_seconds = 5

    async def spoil(request):
        if request.json["type"] == 8 and request.count == 1:
            many = [{"name": str(n), "value": "x"} for n in range(26)]
            for choices in (
                many,
                [{"name": "", "value": "x"}],
                [{"name": "x" * 101, "value": "x"}],
            ):
                status, body = await answer(
                    local, asked(), {"type": 8, "data": {"choices": choices}}
                )
                assert (status, body["code"]) == (400, 50035)

    def asked():
        return list(local.world.interactions.values())[-1]

    with local.before("POST", "/callback$", spoil):
        assert len(await anna.autocomplete(inn, "story name", "who", "Mi")) == 25
