import asyncio
from contextlib import closing
from socket import create_server

import httpx2
import pytest

from bot.narrator import wire
from bot.narrator.tally import Tally, TroubleKind, judge
from bot.story.errors import (
    NarratorBusyError,
    NarratorError,
    NarratorGarbledError,
    NarratorMisconfiguredError,
    NarratorRefusedError,
    NarratorSilentError,
)
from playground.claude.faults import (
    BROKEN,
    OVERLOADED,
    Count,
    CutOff,
    Drop,
    ErrorEvent,
    Failure,
    Hang,
    NoEnd,
    NotJson,
    Refusal,
    rate_limited,
)

AFTER_THE_START = [
    (Refusal(), NarratorRefusedError),
    (Refusal(after_some_text=True), NarratorRefusedError),
    (ErrorEvent("overloaded_error"), NarratorBusyError),
    (ErrorEvent("api_error"), NarratorBusyError),
    (ErrorEvent("rate_limit_error"), NarratorBusyError),
    (Drop(), NarratorSilentError),
    (NoEnd(), NarratorSilentError),
    (CutOff(), NarratorGarbledError),
    (NotJson(), NarratorGarbledError),
    (Count(0), NarratorGarbledError),
]

TURNED_AWAY = [
    (Failure(400), NarratorMisconfiguredError),
    (Failure(401), NarratorMisconfiguredError),
    (Failure(402), NarratorMisconfiguredError),
    (Failure(403), NarratorMisconfiguredError),
    (Failure(404), NarratorMisconfiguredError),
    (Failure(413), NarratorMisconfiguredError),
    (rate_limited(3600), NarratorBusyError),
]


@pytest.mark.parametrize(("fault", "expected"), AFTER_THE_START, ids=str)
async def test_an_answer_that_fails_is_priced_and_not_asked_for_again(
    claude, narrator, prompt, fault, expected
):
    claude.faults.append(fault)

    with pytest.raises(NarratorError) as caught:
        await narrator.draft(prompt, 3)

    error = caught.value
    assert type(error) is expected
    assert error.usage.cache_write_tokens > 1024
    assert error.cost > 8 * error.usage.cache_write_tokens
    assert len(claude.requests) == 1


async def test_output_of_a_broken_stream_is_estimated(claude, narrator, prompt):
    whole = await narrator.draft(prompt, 3)
    claude.faults.append(Drop())

    with pytest.raises(NarratorSilentError) as caught:
        await narrator.draft(prompt, 3)

    half = whole.usage.output_tokens / 2
    assert 0.8 * half < caught.value.usage.output_tokens < 1.3 * half


@pytest.mark.parametrize(("fault", "expected"), TURNED_AWAY, ids=str)
async def test_a_request_turned_away_for_good_costs_nothing(
    claude, narrator, prompt, fault, expected
):
    claude.faults.append(fault)

    with pytest.raises(NarratorError) as caught:
        await narrator.draft(prompt, 3)

    assert type(caught.value) is expected
    assert caught.value.cost == 0
    assert len(claude.requests) == 1


@pytest.mark.parametrize("fault", [OVERLOADED, BROKEN, rate_limited(0.01), Failure(503)], ids=str)
async def test_a_request_turned_away_for_now_is_repeated_twice(claude, narrator, prompt, fault):
    claude.faults.extend([fault, fault])
    assert (await narrator.draft(prompt, 3)).variants
    assert len(claude.requests) == 3

    claude.faults.extend([fault, fault, fault])
    with pytest.raises(NarratorBusyError):
        await narrator.draft(prompt, 3)
    assert len(claude.requests) == 6


async def test_a_connection_lost_before_the_answer_is_tried_again(claude, narrator, prompt):
    claude.faults.append(Drop(before_answer=True))

    assert (await narrator.draft(prompt, 3)).variants
    assert len(claude.requests) == 2


async def test_a_long_wait_is_told_and_not_waited(claude, narrator, prompt):
    claude.faults.append(rate_limited(3600))

    async with asyncio.timeout(5):
        with pytest.raises(NarratorBusyError) as caught:
            await narrator.draft(prompt, 3)

    assert caught.value.retry_after == 3600


async def test_a_wait_past_the_deadline_is_not_begun(claude, open_narrator, prompt):
    narrator = await open_narrator(timeout=10)
    claude.faults.append(rate_limited(15))

    async with asyncio.timeout(5):
        with pytest.raises(NarratorBusyError) as caught:
            await narrator.draft(prompt, 3)

    assert caught.value.retry_after == 15


@pytest.mark.parametrize("midway", [False, True])
async def test_silence_ends_with_the_time(claude, open_narrator, prompt, midway):
    narrator = await open_narrator()
    # The first call of a process compiles the SDK's models, which is no part of what is timed.
    await narrator.draft(prompt, 3)
    impatient = await open_narrator(timeout=0.6)
    claude.faults.append(Hang(midway=midway))

    with pytest.raises(NarratorSilentError, match="within 1 s") as caught:
        await impatient.draft(prompt, 3)

    # Nobody told what it cost, so it counts with the estimate.
    assert caught.value.cost > 0
    assert bool(caught.value.usage.output_tokens) is midway


async def test_a_draft_can_be_cancelled(claude, narrator, prompt):
    asked = asyncio.Event()

    def hang(_body):
        asked.set()
        return Hang()

    claude.choose_fault = hang
    drafting = asyncio.create_task(narrator.draft(prompt, 3))
    await asked.wait()
    drafting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await drafting


async def test_nobody_listening_is_silence(open_narrator, prompt):
    with closing(create_server(("127.0.0.1", 0))) as closed:
        port = closed.getsockname()[1]
    narrator = await open_narrator(base_url=f"http://127.0.0.1:{port}")

    with pytest.raises(NarratorSilentError, match="cannot be reached"):
        await narrator.draft(prompt, 3)
    with pytest.raises(NarratorSilentError, match="cannot be reached"):
        await narrator.check()


@pytest.mark.parametrize(
    ("change", "words"),
    [({"api_key": "another"}, "the key"), ({"model": "claude-opus-3"}, "the model")],
)
async def test_a_wrong_key_or_model_is_named(open_narrator, prompt, change, words):
    narrator = await open_narrator(**change)

    with pytest.raises(NarratorMisconfiguredError, match=words):
        await narrator.draft(prompt, 3)
    with pytest.raises(NarratorMisconfiguredError, match=words):
        await narrator.check()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        ({"retry-after": "soon"}, None),
    ],
)
def test_when_to_come_back_is_read_in_all_its_forms(headers, seconds):
    assert wire._retry_after(httpx2.Headers(headers)) == seconds


def test_a_stop_that_was_not_asked_for_is_garbled():
    trouble = judge(Tally(stop_reason="pause_turn"))

    assert trouble is not None
    assert trouble.kind is TroubleKind.GARBLED
    assert judge(Tally(stop_reason="stop_sequence")) is None
