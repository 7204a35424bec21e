import asyncio
import contextlib
import json

import aiohttp
import pytest

from playground.claude.answer import read_answer
from playground.claude.faults import (
    Drop,
    ErrorEvent,
    Failure,
    Fault,
    Hang,
    NoEnd,
    Refusal,
    rate_limited,
)
from playground.claude.ledger import BROKEN, KEPT, NO_END, Ledger
from playground.claude.meter import PromptUsage, count
from playground.claude.parts import Fate, mark
from playground.claude.prices import price

LONG, TURN = "The rules are long. " * 300, "The storm goes on. " * 40


def a_prompt(*turns: str, request: str = "Variants: 2") -> dict:
    cached = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
    text = {"type": "text"}
    last = [text | {"text": turns[-1]} | cached] if turns else []
    told = [*(text | {"text": one} for one in turns[:-1]), *last]
    return {
        "model": "claude-opus-5-5",
        "max_tokens": 4000,
        "output_config": {"format": {"type": "json_schema", "schema": {"type": "string"}}},
        "system": [text | {"text": LONG} | cached],
        "messages": [{"role": "user", "content": [*told, text | {"text": request}]}],
    }


async def ask(http, body):
    async with http.post("/v1/messages", json=body | {"stream": True}) as response:
        return await response.read()


def fates(parts):
    return [f"{part.where} {part.fate}" for part in parts]


# --- parts ---------------------------------------------------------------------------------------


async def test_a_prompt_is_parted_as_the_cache_had_it(http, claude):
    await ask(http, a_prompt("One. " + TURN))
    await ask(http, a_prompt("One. " + TURN, "Two. " + TURN))

    second, first = claude.ledger.newest
    assert fates(first.parts) == ["form written", "system written", "user written", "user fresh"]
    assert fates(second.parts) == [
        *("form cached", "system cached", "user cached"),
        *("user written", "user fresh"),
    ]
    for asked in (first, second):
        told = asked.answer.prompt
        sums = {fate: sum(p.tokens for p in asked.parts if p.fate is fate) for fate in Fate}
        assert sums == {
            Fate.CACHED: told.read,
            Fate.WRITTEN: told.written,
            Fate.FRESH: told.plain,
        }
        # Here the estimate is what the meter counts, so each part has its own tokens.
        assert [part.tokens for part in asked.parts] == [count(part.text) for part in asked.parts]
    assert [part.ttl for part in second.parts] == [None, "1h", None, "1h", None]


def test_another_tokenizer_scales_the_estimates():
    body = a_prompt("One. " + TURN, "Two. " + TURN)
    estimated = [part.tokens for part in mark(body, None)]
    # A third more tokens for the same text, unevenly spread.
    read = round(sum(estimated[:3]) * 1.36)
    written, plain = round(estimated[3] * 1.25), round(estimated[4] * 1.3)

    parts = mark(body, PromptUsage(plain, read, 0, written))

    assert fates(parts)[2:] == ["user cached", "user written", "user fresh"]
    assert sum(part.tokens for part in parts) == read + written + plain
    assert parts[3].tokens == written


def test_what_was_marked_but_not_cached_is_new():
    parts = mark(a_prompt(TURN), PromptUsage(2_500, 0, 0, 0))
    assert {part.fate for part in parts} == {Fate.FRESH}
    assert sum(part.tokens for part in parts) == 2_500


def test_a_mark_of_the_whole_request_stands_at_its_end():
    body = {"system": LONG, "messages": [{"role": "user", "content": "Go on."}]}
    parts = mark(body | {"cache_control": {"type": "ephemeral"}}, PromptUsage(0, 0, 2_003, 0))
    assert [(part.where, part.fate, part.ttl) for part in parts] == [
        ("system", Fate.WRITTEN, None),
        ("user", Fate.WRITTEN, "5m"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"system": 7, "messages": "no"},
        {"messages": 7},
        {"messages": [3, {"content": [None, {"type": "image"}, {"text": 4}]}]},
        {"output_config": 5, "tools": [{"name": "dice"}], "cache_control": True},
    ],
)
def test_bodies_of_any_shape_have_parts(body):
    for usage in (None, PromptUsage(5, 4, 3, 2)):
        assert all(part.text for part in mark(body, usage))


# --- answers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        {"usage": {"input_tokens": "few", "output_tokens": [9], "cache_creation": 3}},
        {"usage": {"cache_creation": {"ephemeral_1h_input_tokens": "z"}}},
        {"content": True, "usage": 5},
        {"content": ["text", 7, None, {"type": "text", "text": 7}]},
    ],
)
def test_answers_of_any_shape_are_kept(message):
    """A service of another make may tell anything; what it drafts arrives all the same."""
    ledger = Ledger()
    for told in (message, {"message": message, "type": "message_start"}):
        with ledger.asking({"model": "m"}, offline=False) as asked:
            asked.hear(json.dumps({"type": "message"} | told).encode())
        assert (asked.answer.text, asked.answer.output) == ("", 0)
    assert ledger.sums[False].requests == 2


async def test_an_answer_is_kept_with_its_price(http, claude):
    whole = await ask(http, a_prompt(TURN))

    (asked,) = claude.ledger.newest
    answer = asked.answer
    assert answer.text.startswith('{"variants"')
    assert answer.stop_reason == "end_turn"
    assert (asked.status, asked.trouble, asked.offline) == (200, "", True)
    assert asked.request_id.startswith("req_")
    assert asked.seconds is not None
    assert asked.usd == price("claude-opus-5-5", answer.prompt, answer.output)
    assert asked.usd > 0
    assert claude.ledger.sums[True].usd == asked.usd
    assert claude.ledger.sums[True].prompt == answer.prompt.total
    assert read_answer(whole).text == answer.text

    body = a_prompt(TURN) | {"model": "claude-haiku-5-5"}
    async with http.post("/v1/messages", json=body) as response:
        told = await response.json()
    newest = claude.ledger.newest[0]
    assert newest.answer.text == told["content"][-1]["text"]
    assert newest.answer.output == told["usage"]["output_tokens"]
    assert newest.answer.prompt == PromptUsage.from_json(told["usage"])


@pytest.mark.parametrize(
    ("fault", "trouble", "stop"),
    [
        (rate_limited(3), "told to fail", None),
        (ErrorEvent(), "told to fail", None),
        (Drop(), BROKEN, None),
        (Drop(before_answer=True), BROKEN, None),
        (NoEnd(), NO_END, None),
        (Refusal(), "", "refusal"),
    ],
)
async def test_what_went_wrong_is_kept_in_a_sentence(http, claude, fault: Fault, trouble, stop):
    claude.faults.append(fault)
    with contextlib.suppress(aiohttp.ClientError):
        await ask(http, a_prompt(TURN))

    (asked,) = claude.ledger.newest
    assert trouble in asked.trouble
    assert bool(asked.trouble) is bool(trouble)
    assert asked.answer.stop_reason == stop
    assert asked.status == (fault.status if isinstance(fault, Failure) else asked.status)


async def test_what_is_being_answered_is_seen_already(http, claude):
    told = []
    ignore = claude.ledger.listen(lambda: told.append(claude.ledger.newest[0].seconds is None))
    claude.faults.append(Hang(midway=True))
    body = a_prompt(TURN) | {"stream": True}
    async with asyncio.timeout(5), http.post("/v1/messages", json=body) as response:
        while b"text_delta" not in await response.content.readline():
            pass
        assert claude.ledger.newest[0].answer.text
        assert not claude.ledger.newest[0].trouble
        claude.release()
        await response.read()
    assert told == [True, False]
    ignore()
    await ask(http, a_prompt(TURN))
    assert len(told) == 2


async def test_the_newest_are_kept_and_all_are_summed(http, claude, body):
    for _ in range(KEPT + 2):
        await ask(http, body)
    assert [one.number for one in claude.ledger.newest] == list(range(KEPT + 2, 2, -1))
    assert claude.ledger.find(2) is None
    assert claude.ledger.find(3).number == 3
    assert claude.ledger.sums[True].requests == KEPT + 2
    assert claude.ledger.sums[False].requests == 0


def test_prices_that_are_not_known_are_not_guessed():
    assert price("somebody-elses", PromptUsage(1, 0, 0, 0), 1) is None
    assert price("claude-haiku-5-5", PromptUsage(200_000, 0, 0, 0), 0) == pytest.approx(0.1)
    assert price("claude-haiku-5-5", PromptUsage(100_000, 0, 0, 0), 0) == pytest.approx(0.01)
