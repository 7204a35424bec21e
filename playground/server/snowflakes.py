"""Identifiers that sort by time, as Discord makes them."""

from collections.abc import Callable
from datetime import UTC, datetime

EPOCH_MS = 1_420_070_400_000
"""The first millisecond of 2015, from which identifiers count.

Source: https://discord.com/developers/docs/reference#snowflakes
"""


class Snowflakes:
    """Makes identifiers, each greater than the one before.

    Args:
        clock: gives the present as Unix seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = 0

    def next(self, shard: int = 0, of: int = 1) -> int:
        """Return a new identifier, greater than all before even if the clock stands still.

        Args:
            shard: for a server, the shard that it shall belong to.
            of: how many shards there are.
        """
        fresh = (int(self._clock() * 1000) - EPOCH_MS) << 22
        self._last = max(fresh, self._last + 1)
        while (self._last >> 22) % of != shard:
            self._last = ((self._last >> 22) + 1) << 22
        return self._last


def made_at(snowflake: int) -> float:
    """Return the Unix seconds at which an identifier was made."""
    return ((snowflake >> 22) + EPOCH_MS) / 1000


def iso(seconds: float) -> str:
    """Write Unix seconds as Discord writes times: ISO 8601 with an offset."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
