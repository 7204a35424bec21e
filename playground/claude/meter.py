"""Counting tokens, and a prompt cache that hits and misses as the real one does."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from playground.claude.rules import blocks_of

CHARACTERS_PER_TOKEN = 3.0
LOOK_BACK = 20
"""Blocks before a mark at which the cache looks for what it knows.

Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching
"""
_SECONDS = {"5m": 300.0, "1h": 3600.0}


def count(text: str) -> int:
    """About how many tokens a text has."""
    return ceil(len(text) / CHARACTERS_PER_TOKEN)


@dataclass(frozen=True, slots=True)
class PromptUsage:
    """Tokens of a prompt: neither cached nor to be; read; written for 5 minutes and for an hour."""

    plain: int
    read: int
    written_5m: int
    written_1h: int

    def as_json(self) -> dict[str, Any]:
        """In the words of the API, with nothing written by the model yet."""
        return {
            "input_tokens": self.plain,
            "cache_read_input_tokens": self.read,
            "cache_creation_input_tokens": self.written_5m + self.written_1h,
            "cache_creation": {
                "ephemeral_5m_input_tokens": self.written_5m,
                "ephemeral_1h_input_tokens": self.written_1h,
            },
            "output_tokens": 1,
            "service_tier": "standard",
        }


@dataclass(frozen=True, slots=True)
class _Prefix:
    """A prompt up to the end of a block: what it is, its tokens, and the mark there, if any."""

    digest: str
    tokens: int
    ttl: str | None


class Cache:
    """Prefixes of prompts, known for a while after they were marked.

    Args:
        minimum: tokens below which a prefix is silently not cached. The real figure depends on
            the model, from 512 to 4,096.
        clock: seconds, rising.
    """

    def __init__(self, minimum: int, clock: Callable[[], float]) -> None:
        self._minimum = minimum
        self._clock = clock
        self._until: dict[str, float] = {}

    def read(self, body: Mapping[str, Any]) -> PromptUsage:
        """Usage of a prompt; its marked prefixes are known from now on."""
        prefixes = _prefixes(body)
        total = prefixes[-1].tokens if prefixes else 0
        marks = [
            n for n, p in enumerate(prefixes) if p.ttl is not None and p.tokens >= self._minimum
        ]
        if not marks:
            return PromptUsage(total, 0, 0, 0)
        read = max((self._known(prefixes, mark) for mark in marks), default=0)
        written = {"5m": 0, "1h": 0}
        reached = read
        for mark in marks:
            prefix = prefixes[mark]
            ttl = prefix.ttl or "5m"
            written[ttl] += max(prefix.tokens - reached, 0)
            reached = max(reached, prefix.tokens)
            self._until[prefix.digest] = self._clock() + _SECONDS[ttl]
        return PromptUsage(total - reached, read, written["5m"], written["1h"])

    def _known(self, prefixes: list[_Prefix], mark: int) -> int:
        """Tokens of the longest prefix in the cache that can be seen from a mark."""
        now = self._clock()
        for prefix in reversed(prefixes[max(0, mark - LOOK_BACK) : mark + 1]):
            if self._until.get(prefix.digest, now) > now:
                return prefix.tokens
        return 0


def _prefixes(body: Mapping[str, Any]) -> list[_Prefix]:
    """Each block's prefix. Another model or another form of the answer is another prompt."""
    digest = hashlib.sha256(str(body["model"]).encode())
    form = json.dumps(body.get("output_config", {}).get("format"), sort_keys=True)
    digest.update(form.encode())
    tokens = count(form) if form != "null" else 0
    blocks = list(blocks_of(body))
    prefixes = []
    for number, block in enumerate(blocks, start=1):
        text = block["text"]
        digest.update(b"\0" + text.encode("utf-8", errors="replace"))
        tokens += count(text)
        mark = block.get("cache_control")
        if number == len(blocks):
            # A mark of the whole request stands at its last block.
            mark = mark or body.get("cache_control")
        ttl = mark.get("ttl", "5m") if mark else None
        prefixes.append(_Prefix(digest.copy().hexdigest(), tokens, ttl))
    return prefixes
