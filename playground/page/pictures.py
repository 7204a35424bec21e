"""How large a picture is, from its first bytes, so that the page keeps its place while it loads."""

import struct

_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Marks of a JPEG after which its size stands."""
_FURTHEST = 1 << 20
"""Bytes of a JPEG in which its size is looked for: what stands before it is rarely more."""


def size(data: bytes) -> tuple[int, int] | None:
    """Return the width and height of a PNG, GIF, JPEG or WebP in pixels; None for all else."""
    try:
        found = _size(data)
    except (struct.error, IndexError):
        return None
    return found if found and all(found) else None


def _size(data: bytes) -> tuple[int, int] | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _pair(">II", data, 16)
    if data.startswith((b"GIF87a", b"GIF89a")):
        return _pair("<HH", data, 6)
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _webp(data)
    return None


def _pair(form: str, data: bytes, at: int) -> tuple[int, int]:
    one, other = struct.unpack_from(form, data, at)
    return int(one), int(other)


def _jpeg(data: bytes) -> tuple[int, int] | None:
    """Walk from mark to mark until the one that tells the size."""
    at = 2
    while at < _FURTHEST and data[at] == 0xFF:  # noqa: PLR2004 - a mark
        mark = data[at + 1]
        if mark in _SIZES:
            height, width = _pair(">HH", data, at + 5)
            return width, height
        at += 2 if mark in _WITHOUT_LENGTH else 2 + struct.unpack_from(">H", data, at + 2)[0]
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    kind = data[12:16]
    if kind == b"VP8 ":
        width, height = _pair("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        bits = struct.unpack_from("<I", data, 21)[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
        return width, height
    return None
