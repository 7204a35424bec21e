"""What the model costs: prices, records of calls, and the daily cap."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MICRO = 1_000_000
"""Micro-dollars in a US dollar. Money is kept in whole micro-dollars."""


class CallState(StrEnum):
    """PENDING: asked, its estimate is reserved. DONE and FAILED: its true price is known."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one model call, as the service counts them.

    Attributes:
        input_tokens: prompt tokens neither read from nor written to the cache.
        cache_write_tokens: prompt tokens written to the cache.
        cache_read_tokens: prompt tokens read from the cache.
        output_tokens: tokens written by the model, thinking included.
    """

    input_tokens: int = 0
    cache_write_tokens: int = 0
    cache_read_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the model, recorded before it is sent. ``cost`` is in micro-dollars."""

    id: int
    guild_id: int
    story_id: int
    writer_id: int
    purpose: str
    ballot_id: int | None
    model: str
    state: CallState
    usage: Usage
    cost: int
    asked_at: datetime
    answered_at: datetime | None = None
    outcome: str = ""


def in_cents(micro: int) -> str:
    """A price as people read it: “about 3 ¢”, “less than 1 ¢”, “about 1.20 $”."""
    cents = micro / (MICRO / 100)
    if micro <= 0:
        return "free"
    if cents < 1:
        return "less than 1 ¢"
    if cents < 100:  # noqa: PLR2004 - cents in a dollar
        return f"about {cents:.0f} ¢"
    return f"about {cents / 100:.2f} $"
