"""What tokens cost, or would have cost, at list price.

Source, read in October 2026: https://platform.claude.com/docs/en/about-claude/pricing
"""

from collections.abc import Mapping
from dataclasses import dataclass

from playground.claude.meter import PromptUsage

_PER_MILLION_USD = {
    "claude-fable-5-1": (10.0, 50.0, 0.25),
    "claude-opus-5-5": (4.0, 20.0, 0.20),
    "claude-opus-5": (5.0, 25.0, 0.50),
    "claude-sonnet-5-5": (2.0, 10.0, 0.10),
    "claude-haiku-5-5": (0.10, 0.50, 0.01),
}
"""Dollars for a million tokens: input, output, input read from the cache."""
_WRITE_5M = 1.25
_WRITE_1H = 2.0
_LONG_PROMPT = 100_000
_LONGER = {"claude-haiku-5-5": 5.0}
"""How many times as much a request costs whose prompt is longer than that."""


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
        usd=sum(_of_all(model, used) for model, used in usage.items()) if known else None,
        models=tuple(sorted(usage)),
    )


def _of_all(model: str, used: Mapping[str, int]) -> float:
    kinds = ("input", "cache_read", "cache_write_5m", "cache_write_1h")
    return _cost(model, PromptUsage(*(used[kind] for kind in kinds)), used["output"])


def price(model: str, prompt: PromptUsage, output: int) -> float | None:
    """Dollars for one request; None if the model's price is not known here.

    Args:
        model: its id.
        prompt: tokens of the prompt.
        output: tokens of the answer, thinking included.
    """
    if model not in _PER_MILLION_USD:
        return None
    longer = _LONGER.get(model, 1.0) if prompt.total > _LONG_PROMPT else 1.0
    return _cost(model, prompt, output) * longer


def _cost(model: str, prompt: PromptUsage, output: int) -> float:
    fresh, written, cached = _PER_MILLION_USD[model]
    whole = prompt.plain + _WRITE_5M * prompt.written_5m + _WRITE_1H * prompt.written_1h
    return (fresh * whole + cached * prompt.read + written * output) / 1e6
