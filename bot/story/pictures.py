"""Pictures: what counts as one, and until when its address on Discord is good."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from bot.story.errors import InvalidError

MAX_PICTURE = 2 * 1024 * 1024
"""Bytes of a character's picture."""
MARGIN = timedelta(minutes=5)
"""How long before its end an address is read anew: a post may wait a moment in its queue."""

_MAGIC = {
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "gif": (b"GIF87a", b"GIF89a"),
}
_WEBP = (b"RIFF", b"WEBP")


def kind_of(content: bytes) -> str:
    """The ending of a picture's file name, judged by its bytes and not by what it is called.

    Raises:
        InvalidError: it is too large, or no picture that Discord shows.
    """
    if len(content) > MAX_PICTURE:
        raise InvalidError(f"A picture has at most {MAX_PICTURE // 1024 // 1024} MiB. Shrink it.")
    for ending, beginnings in _MAGIC.items():
        if content.startswith(beginnings):
            return ending
    if (content[:4], content[8:12]) == _WEBP:
        return "webp"
    raise InvalidError("That file is no PNG, JPEG, GIF or WebP picture. Choose another.")


def expires_at(url: str) -> datetime | None:
    """When the signed address of an attachment ends; None for one that does not.

    Source: https://discord.com/developers/docs/reference#signed-attachment-cdn-urls
    """
    parts = urlsplit(url)
    ends = parse_qs(parts.query).get("ex", [""])[0]
    if "/attachments/" not in parts.path or not ends:
        return None
    try:
        return datetime.fromtimestamp(int(ends, 16), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def is_stale(url: str, now: datetime) -> bool:
    """Whether an address is about to end, or has ended."""
    ends = expires_at(url)
    return ends is not None and ends <= now + MARGIN
