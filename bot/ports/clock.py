"""The time, and what the operator may set."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """The time now, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """Times and caps that the operator may set.

    Attributes:
        countdown: seconds a ballot counts down once everybody has voted.
        draft_timeout: seconds after which a draft that did not come is given up.
        daily_cap: micro-dollars a server may spend in 24 hours.
    """

    countdown: float = 15.0
    draft_timeout: float = 180.0
    daily_cap: int = 2_000_000
