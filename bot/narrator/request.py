"""A prompt value as the Messages API wants it: blocks with marks for the cache, and one schema."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bot.story.prompt import Block, Prompt
from bot.story.turn import BeatKind

MAX_MARKS = 4
"""Cache marks in one request; the service refuses a fifth.

Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching
"""

CACHE_MARK = {"type": "ephemeral", "ttl": "1h"}
"""An hour, since people play slowly: it costs little more than five minutes when the cache stays
warm anyway, and saves the whole prefix when they do not."""

_BEAT = {
    "type": "object",
    "properties": {
        "actor": {"type": "string"},
        "kind": {"type": "string", "enum": [kind.value for kind in BeatKind]},
        "text": {"type": "string"},
    },
    "required": ["actor", "kind", "text"],
    "additionalProperties": False,
}

_VARIANT = {
    "type": "object",
    "properties": {
        # The angle comes first: it commits the model to a way before it writes the beats.
        "angle": {"type": "string"},
        "beats": {"type": "array", "items": _BEAT},
    },
    "required": ["angle", "beats"],
    "additionalProperties": False,
}

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"variants": {"type": "array", "items": _VARIANT}},
    "required": ["variants"],
    "additionalProperties": False,
}
"""The form of every draft. It is the same for all of them, because another one would miss the
cache; how many variants to write is a matter of the prompt. It holds no limits of length or
number, which the service does not enforce."""


_FACT = {
    "type": "object",
    "properties": {
        # Where it stands comes first: the sentence is made from the words, not the other way.
        "turn": {"type": "integer"},
        "quote": {"type": "string"},
        "about": {"type": "string"},
        "fact": {"type": "string"},
    },
    "required": ["turn", "quote", "about", "fact"],
    "additionalProperties": False,
}

FACTS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"facts": {"type": "array", "items": _FACT}},
    "required": ["facts"],
    "additionalProperties": False,
}
"""The form of proposed facts."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a request is to be answered.

    Attributes:
        effort: how much the model thinks; None leaves it unsaid.
        schema: the form of the answer.
    """

    model: str
    max_tokens: int
    effort: str | None
    schema: dict[str, Any]


def _speakable(text: str) -> str:
    """The text without lone surrogates, which no request can carry."""
    return text.encode("utf-8", errors="replace").decode("utf-8")


def cut_blocks(blocks: Iterable[Block]) -> list[Block]:
    """The blocks that a request can hold: none empty, and at most the last four of the marks.

    The service refuses blocks of white space only. An early mark can be spared, since the service
    also finds what was cached at blocks before a mark.
    """
    kept = [block for block in blocks if block.text.strip()]
    spare = sum(block.cached for block in kept) - MAX_MARKS
    too_many = set(islice((i for i, block in enumerate(kept) if block.cached), max(spare, 0)))
    return [
        Block(_speakable(block.text), cached=block.cached and index not in too_many)
        for index, block in enumerate(kept)
    ]


def _to_wire(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    return [
        {"type": "text", "text": block.text}
        | ({"cache_control": dict(CACHE_MARK)} if block.cached else {})
        for block in blocks
    ]


def blocks_of(prompt: Prompt) -> list[Block]:
    """All blocks of a prompt as they are sent, the rules first."""
    return cut_blocks((*prompt.system, *prompt.scene))


def to_body(prompt: Prompt, manner: Manner) -> dict[str, Any]:
    """The body of a request, but for ``stream``.

    No temperature, no opening words of the answer and no thinking parameter: the service of
    2026-10-21 refuses the first two, and its prose models refuse most values of the third.
    """
    blocks = blocks_of(prompt)
    rules = len(cut_blocks(prompt.system))
    body: dict[str, Any] = {
        "model": manner.model,
        "max_tokens": manner.max_tokens,
        "messages": [{"role": "user", "content": _to_wire(blocks[rules:])}],
        "output_config": {"format": {"type": "json_schema", "schema": manner.schema}},
    }
    if rules:
        body["system"] = _to_wire(blocks[:rules])
    if manner.effort is not None:
        body["output_config"]["effort"] = manner.effort
    return body
