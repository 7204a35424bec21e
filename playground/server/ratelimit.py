"""Rate limits: how many requests fit into which window.

Discord publishes the over-all limits and the headers. The windows of posting and of webhooks have
the size that clients see in those headers; those of rarer routes are generous estimates.

Source: https://discord.com/developers/docs/topics/rate-limits
"""

import hashlib
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from playground.server.routes import Route
from playground.server.shapes import Json

OVER_ALL = (50, 1.0)
"""Requests by one bot, all routes together, and the seconds of the window.

Requests without a bot's token count for their address in the same way; answers to interactions
and what follows them up count for nobody.
"""
INVALID = frozenset({401, 403, 429})
"""Statuses of which Discord takes 10,000 in ten minutes before it bans an address."""
INVALID_SECONDS = 600.0
WEBHOOK_CHANNEL = (30, 60.0)
"""Posts by all webhooks of one channel, and the seconds of the window."""
_MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token")
_KEPT = 4096


@dataclass(slots=True)
class _Window:
    left: int
    ends: float


@dataclass(slots=True)
class Verdict:
    """What to put in the headers, and whether to refuse.

    Attributes:
        retry_after: seconds to wait; None if the request may go on.
        scope: ``user``, ``shared`` or ``global``.
    """

    headers: dict[str, str] = field(default_factory=dict)
    retry_after: float | None = None
    scope: str = "user"

    def body(self) -> Json:
        """Return the body of the 429."""
        return {
            "message": "You are being rate limited.",
            "retry_after": self.retry_after,
            "global": self.scope == "global",
        }

    def refusal(self) -> dict[str, str]:
        """Return the headers of the 429; ``Via`` tells a client that Discord itself says so."""
        headers = self.headers | {
            "Retry-After": str(math.ceil(self.retry_after or 0)),
            "X-RateLimit-Scope": self.scope,
            "Via": "1.1 google",
        }
        if self.scope == "global":
            headers["X-RateLimit-Global"] = "true"
        return headers


class RateLimits:
    """Counts requests.

    Args:
        clock: gives seconds that never go back.
        wall: gives the present as Unix seconds, for the header that names a time.
        on: False lifts every limit.
    """

    def __init__(self, clock: Callable[[], float], wall: Callable[[], float], *, on: bool) -> None:
        self.on = on
        self.refused = 0
        self._clock = clock
        self._wall = wall
        self._invalid: deque[float] = deque()
        self._windows: dict[str, _Window] = {}

    @property
    def invalid(self) -> int:
        """How many requests of the last ten minutes Discord would hold against the bot."""
        while self._invalid and self._invalid[0] < self._clock() - INVALID_SECONDS:
            self._invalid.popleft()
        return len(self._invalid)

    def answered(self, status: int, headers: dict[str, str]) -> None:
        """Count an answer; a 429 that is others' fault counts for nothing."""
        if status in INVALID and headers.get("X-RateLimit-Scope") != "shared":
            self._invalid.append(self._clock())

    def take(
        self,
        route: Route,
        params: dict[str, str],
        *,
        whose: str | None,
        webhook_channel: int | None,
    ) -> Verdict:
        """Count a request and say whether it may go on.

        Args:
            route: where it goes.
            params: what its path says: the channel, server or webhook has its own window.
            whose: whose over-all limit counts it, e.g. ``bot``; None: nobody's.
            webhook_channel: the channel that a webhook posts into.
        """
        if not self.on:
            return Verdict()
        verdict = Verdict()
        major = ":".join(params[name] for name in _MAJOR if name in params)
        if route.limit is not None:
            verdict = self._own(route, f"{route.bucket}|{major}")
        if verdict.retry_after is None and whose is not None:
            self._shared(f"global|{whose}", OVER_ALL, "global", verdict)
        if verdict.retry_after is None and webhook_channel is not None:
            self._shared(f"posts|{webhook_channel}", WEBHOOK_CHANNEL, "shared", verdict)
        if verdict.retry_after is not None:
            self.refused += 1
        return verdict

    def _own(self, route: Route, key: str) -> Verdict:
        size, seconds = route.limit or (1, 1.0)
        window, waits = self._count(key, size, seconds)
        after = max(0.0, window.ends - self._clock())
        name = hashlib.md5(route.bucket.encode(), usedforsecurity=False).hexdigest()
        headers = {
            "X-RateLimit-Limit": str(size),
            "X-RateLimit-Remaining": str(window.left),
            "X-RateLimit-Reset": f"{self._wall() + after:.3f}",
            "X-RateLimit-Reset-After": f"{after:.3f}",
            "X-RateLimit-Bucket": name,
        }
        return Verdict(headers, waits)

    def _shared(self, key: str, size: tuple[int, float], scope: str, verdict: Verdict) -> None:
        _, waits = self._count(key, *size)
        if waits is not None:
            verdict.retry_after, verdict.scope = waits, scope

    def _count(self, key: str, size: int, seconds: float) -> tuple[_Window, float | None]:
        now = self._clock()
        window = self._windows.get(key)
        if window is None or window.ends <= now:
            self._prune(now)
            window = self._windows[key] = _Window(size, now + seconds)
        if window.left == 0:
            return window, round(window.ends - now + 0.001, 3)
        window.left -= 1
        return window, None

    def _prune(self, now: float) -> None:
        if len(self._windows) > _KEPT:
            self._windows = {k: w for k, w in self._windows.items() if w.ends > now}
