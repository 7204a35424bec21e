"""What the tokens of a rehearsal would have cost at list price.

Source, read in October 2026: https://platform.claude.com/docs/en/about-claude/pricing
"""

from collections.abc import Mapping
from dataclasses import dataclass

_PER_MILLION_USD = {
    "claude-opus-5-5": (4.0, 20.0, 0.20),
    "claude-sonnet-5-5": (2.0, 10.0, 0.10),
    "claude-haiku-5-5": (0.10, 0.50, 0.01),
}
"""Dollars for a million tokens: input, output, input read from the cache."""
_WRITE_5M = 1.25
_WRITE_1H = 2.0


@dataclass(frozen=True, slots=True)
class Bill:
    """Tokens of all answers, and their list price.

    Attributes:
        read: tokens of prompts, cached or not.
        written: tokens of answers.
        usd: dollars; None if a model was asked whose price is not known here.
        models: who was asked.
    """

    read: int
    written: int
    usd: float | None
    models: tuple[str, ...]


def bill(usage: Mapping[str, Mapping[str, int]]) -> Bill:
    """The bill for what ``LocalClaude.usage`` counted, by model."""
    prompt = ("input", "cache_read", "cache_write_5m", "cache_write_1h")
    known = all(model in _PER_MILLION_USD for model in usage)
    return Bill(
        read=sum(used[kind] for used in usage.values() for kind in prompt),
        written=sum(used["output"] for used in usage.values()),
        usd=sum(_cost(model, used) for model, used in usage.items()) if known else None,
        models=tuple(sorted(usage)),
    )


def _cost(model: str, used: Mapping[str, int]) -> float:
    fresh, written, cached = _PER_MILLION_USD[model]
    prompt = used["input"] + _WRITE_5M * used["cache_write_5m"] + _WRITE_1H * used["cache_write_1h"]
    return (fresh * prompt + cached * used["cache_read"] + written * used["output"]) / 1e6
