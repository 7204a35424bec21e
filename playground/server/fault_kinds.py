"""The kinds of faults, and how one that strikes a request looks on the wire."""

import math
from enum import StrEnum
from typing import Any

from playground.server.hooks import Drop, Reply


class Fault(StrEnum):
    """What can go wrong between a bot and Discord."""

    RATE_LIMITED = "429"
    GLOBALLY_LIMITED = "429 global"
    CLOUDFLARE = "429 without JSON"
    """What a bot gets that is banned for a while: no JSON, no ``Via``."""
    BROKEN = "500"
    BAD_GATEWAY = "502"
    UNAVAILABLE = "503"
    SLOW = "slow"
    """The deed itself comes late."""
    LATE_ANSWER = "late answer"
    """The deed is done at once, its answer comes late."""
    DROPPED = "dropped"
    """The connection breaks before the deed."""
    LOST_ANSWER = "lost answer"
    """The deed is done, then the connection breaks."""
    DROPPED_CALLBACK = "dropped callback"
    """DROPPED, for the first answer to an interaction, which a bot cannot repeat in time."""
    LOST_CALLBACK_ANSWER = "lost callback answer"
    """LOST_ANSWER, for the first answer to an interaction."""
    WEBHOOK_DELETED = "webhook deleted"
    """Somebody deletes the webhook just before a bot posts through it."""
    REPLAYED = "replayed"
    """An event is sent twice."""
    DROPPED_SOCKET = "dropped socket"
    RECONNECT = "reconnect request"
    INVALID_SESSION = "invalid session"
    """The session is gone, and with it what happens until the bot has identified anew."""
    RESUMABLE_SESSION = "invalid but resumable session"


AFTER_THE_DEED = frozenset({Fault.LATE_ANSWER, Fault.LOST_ANSWER, Fault.LOST_CALLBACK_ANSWER})
CALLBACKS = frozenset({Fault.DROPPED_CALLBACK, Fault.LOST_CALLBACK_ANSWER})
"""What strikes the first answers to interactions; bots can do nothing against these two."""
SOCKETS = frozenset(
    {Fault.DROPPED_SOCKET, Fault.RECONNECT, Fault.INVALID_SESSION, Fault.RESUMABLE_SESSION}
)
"""What ends a gateway connection."""
EVENTS = SOCKETS | {Fault.REPLAYED}
TRANSIENT = frozenset(Fault) - {Fault.CLOUDFLARE}
"""What passes by itself: all of these together make the usual storm."""
CALLBACK_PATH = r"/callback$"
"""Where first answers to interactions go."""

_PAGE = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center></body></html>"
_BANNED = "error code: 1015"
_VIA = {"Via": "1.1 google"}


def replied(fault: Fault, seconds: float) -> Reply | None:
    """Return what a request is answered that meets a fault; None: its usual answer.

    Args:
        fault: the kind.
        seconds: after a 429, when to come again.

    Raises:
        Drop: the connection breaks.
    """
    if fault in (Fault.DROPPED, Fault.DROPPED_CALLBACK, Fault.LOST_ANSWER):
        raise Drop
    if fault is Fault.LOST_CALLBACK_ANSWER:
        raise Drop
    if fault in (Fault.RATE_LIMITED, Fault.GLOBALLY_LIMITED):
        return _limited(seconds, everywhere=fault is Fault.GLOBALLY_LIMITED)
    return _FIXED.get(fault) if fault is not Fault.CLOUDFLARE else _banned(seconds)


def _limited(seconds: float, *, everywhere: bool) -> Reply:
    body: dict[str, Any] = {
        "message": "You are being rate limited.",
        "retry_after": round(seconds, 3),
        "global": everywhere,
    }
    headers = _VIA | {
        "Retry-After": str(math.ceil(seconds)),
        "X-RateLimit-Scope": "global" if everywhere else "user",
    }
    if everywhere:
        headers["X-RateLimit-Global"] = "true"
    return 429, body, headers


def _banned(seconds: float) -> Reply:
    return 429, _BANNED, {"Retry-After": str(math.ceil(seconds))}


_FIXED: dict[Fault, Reply] = {
    Fault.BROKEN: (500, {"message": "500: Internal Server Error", "code": 0}, _VIA),
    Fault.BAD_GATEWAY: (502, _PAGE.format("502 Bad Gateway"), {}),
    Fault.UNAVAILABLE: (503, "upstream connect error or disconnect/reset before headers", _VIA),
}
