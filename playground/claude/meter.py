"""Counting tokens, and a prompt cache that hits and misses as the real one does."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import ceil
from typing import Any, Self

CHARACTERS_PER_TOKEN = 3.0
LOOK_BACK = 20
"""Blocks before a mark at which the cache looks for what it knows.

Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching
"""
_SHORT = "ephemeral_5m_input_tokens"
_SECONDS = {"5m": 300.0, "1h": 3600.0}


def count(text: str) -> int:
    """About how many tokens a text has."""
    return ceil(len(text) / CHARACTERS_PER_TOKEN)


def tokens_of(usage: Mapping[str, Any], kind: str) -> int:
    """Read one of the numbers that a service told; nothing if it is none."""
    told = usage.get(kind)
    return told if isinstance(told, int) else 0


@dataclass(frozen=True, slots=True)
class PromptUsage:
    """Tokens of a prompt: neither cached nor to be; read; written for 5 minutes and for an hour."""

    plain: int
    read: int
    written_5m: int
    written_1h: int

    @classmethod
    def from_json(cls, usage: Mapping[str, Any]) -> Self:
        """Read what a service told; what it left out, or is no number, counts as nothing."""
        told = usage.get("cache_creation")
        by_duration = told if isinstance(told, Mapping) else {}
        written = tokens_of(usage, "cache_creation_input_tokens")
        short = tokens_of(by_duration, _SHORT)
        # Whoever does not tell for how long means five minutes, which was once all there was.
        for_an_hour = tokens_of(by_duration, "ephemeral_1h_input_tokens")
        return cls(
            tokens_of(usage, "input_tokens"),
            tokens_of(usage, "cache_read_input_tokens"),
            written - for_an_hour if by_duration.get(_SHORT) is None else short,
            for_an_hour,
        )

    @property
    def written(self) -> int:
        """All tokens written to the cache."""
        return self.written_5m + self.written_1h

    @property
    def total(self) -> int:
        """All tokens of the prompt."""
        return self.plain + self.read + self.written

    def as_json(self) -> dict[str, Any]:
        """In the words of the API, with nothing written by the model yet."""
        return {
            "input_tokens": self.plain,
            "cache_read_input_tokens": self.read,
            "cache_creation_input_tokens": self.written,
            "cache_creation": {
                "ephemeral_5m_input_tokens": self.written_5m,
                "ephemeral_1h_input_tokens": self.written_1h,
            },
            "output_tokens": 1,
            "service_tier": "standard",
        }


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a prompt, in the order in which the cache sees it.

    Attributes:
        where: ``form`` (the agreed form of the answer), ``tools``, ``system``, or a message's role.
        ttl: for how long its end is marked to be cached (``5m``, ``1h``); None if it is not.
    """

    where: str
    text: str
    ttl: str | None

    @property
    def tokens(self) -> int:
        """About how many tokens it has."""
        return count(self.text)


def segments(body: Mapping[str, Any]) -> list[Segment]:
    """The segments of a prompt, of whatever shape: one that is refused has some as well."""
    found = list(_segments(body))
    if found and found[-1].ttl is None:
        # A mark of the whole request stands at its last block.
        found[-1] = replace(found[-1], ttl=_ttl(body))
    return found


def _segments(body: Mapping[str, Any]) -> Iterator[Segment]:
    config = body.get("output_config")
    form = config.get("format") if isinstance(config, Mapping) else None
    if form is not None:
        yield Segment("form", json.dumps(form, sort_keys=True), None)
    yield from _blocks("tools", body.get("tools"))
    yield from _blocks("system", body.get("system"))
    messages = body.get("messages")
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, Mapping):
            yield from _blocks(str(message.get("role")), message.get("content"))


def _blocks(where: str, content: object) -> Iterator[Segment]:
    if isinstance(content, str):
        yield Segment(where, content, None)
    for block in content if isinstance(content, list) else ():
        text = block.get("text") if isinstance(block, Mapping) else None
        yield Segment(where, text if isinstance(text, str) else json.dumps(block), _ttl(block))


def _ttl(marked: object) -> str | None:
    mark = marked.get("cache_control") if isinstance(marked, Mapping) else None
    return str(mark.get("ttl", "5m")) if isinstance(mark, Mapping) else None


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
    """Each segment's prefix. Another model or another form of the answer is another prompt."""
    digest = hashlib.sha256(str(body["model"]).encode())
    tokens = 0
    prefixes = []
    for segment in segments(body):
        digest.update(f"\0{segment.where == 'form'}\0".encode())
        digest.update(segment.text.encode("utf-8", errors="replace"))
        tokens += segment.tokens
        prefixes.append(_Prefix(digest.copy().hexdigest(), tokens, segment.ttl))
    return prefixes
