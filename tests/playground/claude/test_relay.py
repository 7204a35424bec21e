import asyncio
import logging
from collections.abc import AsyncIterator

import aiohttp
import anthropic
import pytest

from playground.claude import LocalClaude, Relay
from playground.claude.faults import Drop, Hang, rate_limited
from playground.claude.ledger import BROKEN
from playground.claude.rules import API_VERSION

KEY = "sk-secret-of-the-operator"
QUESTION = {
    "model": "claude-opus-5-5",
    "max_tokens": 4000,
    "messages": [{"role": "user", "content": "Variants: 2\nVoices you may write: Ajax"}],
}


@pytest.fixture
async def service() -> AsyncIterator[LocalClaude]:
    """The service that the relay stands for; it takes one key alone."""
    server = LocalClaude(delay=0, key=KEY)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def relay(service: LocalClaude) -> AsyncIterator[Relay]:
    relay = Relay(service.base_url)
    await relay.start()
    yield relay
    await relay.stop()


@pytest.fixture
async def client(relay: Relay) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(
        api_key=KEY, base_url=relay.base_url, max_retries=0, timeout=10
    ) as client:
        yield client


async def told(client, **changes):
    async with client.messages.stream(**(QUESTION | changes)) as stream:
        return await stream.get_final_message()


async def test_a_stream_passes_and_is_recorded(client, relay, service, caplog):
    caplog.set_level(logging.DEBUG)
    message = await told(client)

    (asked,) = relay.ledger.newest
    assert asked.answer.text == message.content[-1].text
    assert asked.answer.prompt.total == message.usage.input_tokens
    assert asked.answer.output == message.usage.output_tokens
    assert asked.answer.stop_reason == message.stop_reason == "end_turn"
    assert asked.body == service.requests[0]
    assert not asked.offline
    assert relay.ledger.sums[False].usd == asked.usd > 0
    assert (await client.messages.create(**QUESTION)).content[-1].text == message.content[-1].text
    assert (await client.models.retrieve("claude-opus-5-5")).display_name == "Claude Opus 5.5"
    assert len(relay.ledger.newest) == 2
    assert KEY not in repr(vars(asked)) + repr(vars(relay)) + caplog.text


async def test_pieces_come_as_they_are_written(client, service, relay):
    service.faults.append(Hang(midway=True))
    changed = asyncio.Event()
    relay.ledger.listen(changed.set)
    async with asyncio.timeout(5), await client.messages.create(**QUESTION, stream=True) as stream:
        async for event in stream:
            if event.type == "content_block_delta" and event.delta.type == "text_delta":
                break
        assert relay.ledger.newest[0].seconds is None
        assert relay.ledger.newest[0].answer.text.startswith(event.delta.text)
        changed.clear()
    # Whoever reads no further is not read for.
    async with asyncio.timeout(5):
        await changed.wait()
    assert relay.ledger.newest[0].trouble == BROKEN


async def test_a_refusal_passes_with_its_headers(client, service, relay):
    service.faults.append(rate_limited(7))
    with pytest.raises(anthropic.RateLimitError) as refused:
        await told(client)
    assert refused.value.response.headers["retry-after"] == "7"
    assert refused.value.request_id
    (asked,) = relay.ledger.newest
    assert (asked.status, asked.request_id) == (429, refused.value.request_id)
    assert "told to fail" in asked.trouble
    assert asked.usd == 0


async def test_a_connection_that_breaks_is_broken_for_whoever_asked(service, relay):
    headers = {"Authorization": f"Bearer {KEY}", "anthropic-version": API_VERSION}
    async with aiohttp.ClientSession(relay.base_url + "/", headers=headers) as http:
        for fault in (Drop(), Drop(before_answer=True)):
            service.faults.append(fault)
            with pytest.raises(aiohttp.ClientError):
                async with http.post("v1/messages", json=QUESTION | {"stream": True}) as response:
                    await response.read()
            assert relay.ledger.newest[0].trouble == BROKEN
    assert relay.ledger.find(1).answer.prompt.total > 0


async def test_a_service_that_cannot_be_reached(client, service, relay):
    await service.stop()
    with pytest.raises(anthropic.APIConnectionError):
        await told(client)
    assert "cannot be reached" in relay.ledger.newest[0].trouble


async def test_another_service_is_asked_for_a_while_and_gets_no_key(client, relay, service):
    narrator = LocalClaude(delay=0, key="local")
    relay.upstream = await narrator.start()
    message = await told(client)
    assert relay.ledger.newest[0].offline
    assert relay.ledger.sums[False].requests == len(service.requests) == 0
    assert relay.ledger.newest[0].answer.text == message.content[-1].text

    relay.upstream = service.base_url
    await told(client)
    assert not relay.ledger.newest[0].offline
    await narrator.stop()


async def test_it_tells_by_its_address_for_whom_it_stands():
    relay = Relay("https://api.anthropic.com")
    assert (await relay.start()).endswith("/api.anthropic.com")
    async with (
        aiohttp.ClientSession() as http,
        http.get(relay.base_url.removesuffix("/api.anthropic.com") + "/v1/models") as response,
    ):
        assert response.status == 404
    await relay.stop()
