import asyncio
import json

import aiohttp
import pytest

from playground.claude import LocalClaude
from playground.claude.faults import Hang, Slow, Verbatim, rate_limited
from playground.claude.meter import Cache
from playground.claude.server import REMEMBERED


async def events(http, body):
    async with http.post("/v1/messages", json=body | {"stream": True}) as response:
        assert response.status == 200
        assert response.content_type == "text/event-stream"
        assert response.headers["request-id"].startswith("req_")
        text = await response.text()
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]


def asked_then(server, fault):
    """An event that is set when the next request has come; the fault is what happens to it."""
    asked = asyncio.Event()

    def choose(_body):
        asked.set()
        return fault

    server.choose_fault = choose
    return asked


async def test_a_stream_has_the_shape_of_the_real_one(http, body):
    told = await events(http, body)

    names = [event["type"] for event in told]
    assert names[:2] == ["message_start", "ping"]
    assert names[-3:] == ["content_block_stop", "message_delta", "message_stop"]
    starts = [e["content_block"]["type"] for e in told if e["type"] == "content_block_start"]
    assert starts == ["thinking", "text"]
    assert told[0]["message"]["usage"]["input_tokens"] > 0
    assert told[-2]["delta"]["stop_reason"] == "end_turn"
    assert told[-2]["usage"]["output_tokens_details"]["thinking_tokens"] > 0
    pieces = [e["delta"].get("text", "") for e in told if e["type"] == "content_block_delta"]
    assert len(json.loads("".join(pieces))["variants"]) == 2


async def test_a_message_without_stream_is_whole(http, body):
    async with http.post("/v1/messages", json=body | {"model": "claude-haiku-5-5"}) as response:
        message = await response.json()

    (block,) = message["content"]
    assert len(json.loads(block["text"])["variants"]) == 2
    assert message["stop_reason"] == "end_turn"
    assert message["usage"]["output_tokens"] > 10


async def test_an_answer_longer_than_allowed_is_cut_off(http, body):
    told = await events(http, body | {"max_tokens": 5})

    assert told[-2]["delta"]["stop_reason"] == "max_tokens"


async def test_tokens_are_counted_and_models_listed(http, body):
    del body["max_tokens"]
    async with http.post("/v1/messages/count_tokens", json=body) as response:
        assert (await response.json())["input_tokens"] > 10
    async with http.get("/v1/models") as response:
        ids = [model["id"] for model in (await response.json())["data"]]
    async with http.get(f"/v1/models/{ids[0]}") as response:
        assert (await response.json())["lifecycle"] == "active"


async def test_requests_are_remembered_up_to_a_number(http, claude, body):
    for number in range(REMEMBERED + 2):
        sent = body | {"metadata": {"user_id": str(number)}}
        async with http.post("/v1/messages", json=sent) as response:
            assert response.status == 200

    assert len(claude.requests) == REMEMBERED
    assert claude.requests[0]["metadata"] == {"user_id": "2"}


async def test_faults_come_in_order_and_by_choice(http, claude, body):
    claude.faults.extend([rate_limited(7), None])
    claude.choose_fault = lambda _body: Verbatim("chosen")

    async with http.post("/v1/messages", json=body) as first:
        assert (first.status, first.headers["retry-after"]) == (429, "7")
    async with http.post("/v1/messages", json=body) as second:
        assert "offline draft" in await second.text()
    async with http.post("/v1/messages", json=body) as third:
        assert (await third.json())["content"][-1]["text"] == "chosen"


async def test_what_hangs_goes_on_when_released(http, claude, body):
    asked = asked_then(claude, Hang())
    asking = asyncio.create_task(http.post("/v1/messages", json=body))
    await asked.wait()
    assert not asking.done()

    claude.release()

    async with await asking as response:
        assert response.status == 200


async def test_stopping_does_not_wait_for_what_hangs(body):
    server = LocalClaude(delay=0)
    url = await server.start()
    asked = asked_then(server, Slow(60))
    async with aiohttp.ClientSession(url) as session:
        headers = {"Authorization": "Bearer x", "anthropic-version": "2026-10-21"}
        asking = asyncio.create_task(session.post("/v1/messages", json=body, headers=headers))
        await asked.wait()

        async with asyncio.timeout(30):
            await server.stop()

        with pytest.raises(aiohttp.ClientError):
            await asking


# --- the cache ---------------------------------------------------------------------------------


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def scene(*texts, marked=(), ttl="1h", model="claude-opus-5-5", **extra):
    content = [{"type": "text", "text": text} for text in texts]
    for number in marked:
        content[number]["cache_control"] = {"type": "ephemeral", "ttl": ttl}
    return {"model": model, "messages": [{"role": "user", "content": content}], **extra}


A, B, C = "a" * 3000, "b" * 3000, "c" * 3000


def test_a_prefix_is_written_once_then_read_until_its_hour_is_over():
    time = Time()
    cache = Cache(500, time)
    body = scene(A, B, C, marked=[0, 1])

    first = cache.read(body)
    assert (first.plain, first.read, first.written_1h) == (1000, 0, 2000)
    time.now = 3599
    again = cache.read(body)
    assert (again.plain, again.read, again.written_1h) == (1000, 2000, 0)
    # Reading renewed it.
    time.now = 3600 + 3598
    assert cache.read(body).read == 2000
    time.now += 3600
    assert cache.read(body).read == 0


def test_short_writes_are_gone_after_five_minutes():
    time = Time()
    cache = Cache(500, time)
    body = scene(A, marked=[0], ttl="5m")

    assert cache.read(body).written_5m == 1000
    time.now = 300
    assert cache.read(body).read == 0


def test_what_grew_is_read_up_to_where_it_grew():
    cache = Cache(500, Time())
    cache.read(scene(A, B, marked=[1]))

    grown = cache.read(scene(A, B, C, marked=[2]))

    assert (grown.read, grown.written_1h, grown.plain) == (2000, 1000, 0)


@pytest.mark.parametrize("between", [19, 21])
def test_the_cache_looks_back_twenty_blocks(between):
    cache = Cache(500, Time())
    cache.read(scene(A, marked=[0]))

    later = cache.read(scene(A, *["x"] * between, marked=[between]))

    assert bool(later.read) is (between <= 20)


def test_short_prefixes_other_models_and_other_forms_miss():
    cache = Cache(500, Time())
    short = scene("a" * 300, B, marked=[0])
    assert cache.read(short).written_1h == 0
    cache.read(scene(A, marked=[0]))

    assert cache.read(scene(A, marked=[0], model="claude-opus-5")).read == 0
    form = {"format": {"type": "json_schema", "schema": {}}}
    assert cache.read(scene(A, marked=[0], output_config=form)).read == 0
    assert cache.read(scene(A, marked=[0], output_config={"effort": "low"})).read == 1000
