"""What the service's prompt cache probably still holds, so that an estimate can count on it."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence

from bot.story.prompt import Block

KEPT_SECONDS = 55 * 60.0
"""How long a prefix is taken to be cached: the hour it is marked for, less a margin for the time
between an estimate and the call. Reading renews it."""

LOOK_BACK = 20
"""Blocks before a mark at which the service looks for a cached prefix.

Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching
"""

MAX_PREFIXES = 1_000
"""Prefixes remembered, four for each of the last calls; by digest only, never by text."""


class Warmth:
    """Prefixes of prompts that were read from or written to the cache lately.

    It knows this process only. Elsewhere and after a restart a prefix seems cold, which errs
    upwards.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._until: OrderedDict[bytes, float] = OrderedDict()

    def note(self, blocks: Sequence[Block]) -> None:
        """A prompt of these blocks has just used the cache."""
        until = self._clock() + KEPT_SECONDS
        for block, digest in zip(blocks, _digests(blocks), strict=True):
            if block.cached:
                self._until[digest] = until
                self._until.move_to_end(digest)
        while len(self._until) > MAX_PREFIXES:
            self._until.popitem(last=False)

    def blocks_warm(self, blocks: Sequence[Block]) -> int:
        """How many blocks from the first one on will probably be read from the cache."""
        now = self._clock()
        marks = [number for number, block in enumerate(blocks) if block.cached]
        warm = 0
        for number, digest in enumerate(_digests(blocks)):
            in_sight = any(mark - LOOK_BACK <= number <= mark for mark in marks)
            if in_sight and self._until.get(digest, now) > now:
                warm = number + 1
        return warm


def _digests(blocks: Sequence[Block]) -> Iterator[bytes]:
    """A digest of each prefix, up to and including each block."""
    running = hashlib.sha256()
    for block in blocks:
        text = block.text.encode("utf-8", errors="replace")
        running.update(len(text).to_bytes(8, "big") + text)
        yield running.digest()
