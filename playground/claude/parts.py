"""What became of each part of a prompt: read from the cache, written to it, or neither."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, pairwise
from typing import Any

from playground.claude.meter import PromptUsage, Segment, segments


class Fate(StrEnum):
    """CACHED: read from the cache. WRITTEN: put there. FRESH: read anew, and not kept."""

    CACHED = "cached"
    WRITTEN = "written"
    FRESH = "fresh"


@dataclass(frozen=True, slots=True)
class Part:
    """A segment of a prompt, and what became of it.

    Attributes:
        where: see ``Segment``.
        tokens: an estimate; those of one fate add up to what the service told.
        fate: None where the service told nothing.
        ttl: for how long its end is marked to be cached; None if it is not.
    """

    where: str
    text: str
    tokens: int
    fate: Fate | None
    ttl: str | None


def mark(body: Mapping[str, Any], usage: PromptUsage | None) -> tuple[Part, ...]:
    """Part a prompt as its usage says.

    The service tells sums only. What was read from the cache comes first, then what was written to
    it, up to a mark; so the ends are where the estimates of what stands before come nearest to the
    sums, once they are scaled to the whole.
    """
    found = segments(body)
    if usage is None:
        return tuple(Part(s.where, s.text, s.tokens, None, s.ttl) for s in found)
    read, written = _ends(found, usage)
    groups = (
        (Fate.CACHED, usage.read, found[:read]),
        (Fate.WRITTEN, usage.written, found[read:written]),
        (Fate.FRESH, usage.plain, found[written:]),
    )
    return tuple(
        Part(segment.where, segment.text, tokens, fate, segment.ttl)
        for fate, told, group in groups
        for segment, tokens in zip(group, _shares(told, [one.tokens for one in group]), strict=True)
    )


def _ends(found: Sequence[Segment], usage: PromptUsage) -> tuple[int, int]:
    """How many segments were read from the cache, and how many were read or written."""
    sums = [0, *accumulate(segment.tokens for segment in found)]
    scale = usage.total / sums[-1] if sums[-1] else 1.0

    def nearest(tokens: int, ends: Sequence[int]) -> int:
        return min(ends, key=lambda end: abs(sums[end] * scale - tokens))

    # What is in the cache may end where a mark stood earlier; what is written ends at one.
    read = nearest(usage.read, range(1, len(sums))) if usage.read and found else 0
    marks = [n for n, segment in enumerate(found, start=1) if segment.ttl and n > read]
    written = nearest(usage.read + usage.written, marks) if usage.written and marks else read
    return read, written


def _shares(total: int, weights: Sequence[int]) -> list[int]:
    """A whole number parted by weights, into whole numbers that add up to it."""
    whole = sum(weights) or 1
    reached = [round(total * part / whole) for part in accumulate(weights, initial=0)]
    return [after - before for before, after in pairwise(reached)]
