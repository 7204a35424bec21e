import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.story.errors import NarratorGarbledError, NarratorSilentError
from bot.story.purse import Usage

ANSWER = {"variants": [{"angle": "a", "beats": [{"actor": "Ajax", "kind": "speech", "text": "b"}]}]}


def sse(*events: dict | str) -> bytes:
    lines = []
    for event in events:
        name = event["type"] if isinstance(event, dict) else "message_start"
        data = json.dumps(event) if isinstance(event, dict) else event
        lines.append(f"event: {name}\ndata: {data}\n\n")
    return "".join(lines).encode()


def said(text: str) -> dict:
    return {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "text_delta", "text": text},
    }


def ended(**usage: int) -> dict:
    return {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage}


@pytest.fixture
async def bare_server() -> AsyncIterator[dict]:
    """A server that answers each request with the same bytes, whatever they are."""
    answer = {"body": b""}

    async def respond(_request: web.Request) -> web.Response:
        return web.Response(body=answer["body"], content_type="text/event-stream")

    app = web.Application()
    app.router.add_post("/v1/messages", respond)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    answer["base_url"] = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield answer
    await runner.cleanup()


@pytest.fixture
async def local(bare_server, open_narrator):
    return await open_narrator(base_url=bare_server["base_url"], model="qwen-of-the-house")


async def test_usage_without_a_cache_is_enough(bare_server, local, prompt):
    bare_server["body"] = sse(
        {"type": "message_start", "message": {"usage": {"input_tokens": 7, "output_tokens": 0}}},
        said("<think>{hm}</think>"),
        said(json.dumps(ANSWER)),
        ended(output_tokens=5),
    )

    draft = await local.draft(prompt, 3)

    assert draft.usage == Usage(input_tokens=7, output_tokens=5)
    assert draft.model == "qwen-of-the-house"
    assert draft.cost == 0


async def test_usage_told_at_the_end_counts(bare_server, local, prompt):
    bare_server["body"] = sse(
        {"type": "message_start"},
        {"type": "surprise"},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text"}},
        said(json.dumps(ANSWER)),
        ended(input_tokens=9, output_tokens=4),
    )

    assert (await local.draft(prompt, 3)).usage == Usage(input_tokens=9, output_tokens=4)


async def test_a_prompt_for_a_server_of_ones_own_is_free(local, prompt):
    assert local.estimate(prompt, 4) == 0


@pytest.mark.parametrize("body", [sse("{no json"), b"event: message_start\ndata: \xff\xfe\n\n"])
async def test_events_that_are_no_json_are_garbled(bare_server, local, prompt, body):
    bare_server["body"] = body

    with pytest.raises(NarratorGarbledError, match="protocol"):
        await local.draft(prompt, 3)


async def test_an_empty_stream_is_silence(bare_server, local, prompt):
    bare_server["body"] = b""

    with pytest.raises(NarratorSilentError):
        await local.draft(prompt, 3)
