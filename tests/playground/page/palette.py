"""Makes a browser's PNG small: at most 256 colours, which is what a page of text has anyway."""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

COLOURS = 256
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_RGB, _RGBA = 2, 6
_Colour = tuple[int, int, int]


def smaller(png: bytes) -> bytes:
    """A picture in its most frequent colours; others become the nearest of these.

    Args:
        png: eight bits a channel, with or without opacity, which is dropped; not interlaced.
    """
    width, rows = _read(png)
    counted = Counter(pixel for row in rows for pixel in row)
    known = [colour for colour, _ in counted.most_common(COLOURS)]
    places = {colour: place for place, colour in enumerate(known)}
    for colour in counted:
        if colour not in places:
            places[colour] = min(range(len(known)), key=lambda one: _far(known[one], colour))
    lines = b"".join(b"\0" + bytes(places[pixel] for pixel in row) for row in rows)
    head = struct.pack(">IIBBBBB", width, len(rows), 8, 3, 0, 0, 0)
    return _SIGNATURE + b"".join(
        _chunk(name, data)
        for name, data in (
            (b"IHDR", head),
            (b"PLTE", bytes(channel for colour in known for channel in colour)),
            (b"IDAT", zlib.compress(lines, 9)),
            (b"IEND", b""),
        )
    )


def _far(one: _Colour, other: _Colour) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _read(png: bytes) -> tuple[int, list[list[_Colour]]]:
    """The width, and the rows of pixels."""
    chunks = list(_chunks(png))
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    if depth != 8 or kind not in {_RGB, _RGBA} or interlaced:
        raise ValueError("Only plain pictures of eight bits a channel are read.")
    step = 3 if kind == _RGB else 4
    data = zlib.decompress(b"".join(data for name, data in chunks if name == b"IDAT"))
    line, above = 1 + width * step, bytearray(width * step)
    rows = []
    for at in range(0, height * line, line):
        above = _unfiltered(data[at], bytearray(data[at + 1 : at + line]), above, step)
        rows.append(list(zip(above[0::step], above[1::step], above[2::step], strict=True)))
    return width, rows


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at < len(png):
        (size,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        at += size + 12


def _unfiltered(kind: int, row: bytearray, above: bytearray, step: int) -> bytearray:
    """A row as it was before it was written as differences to its neighbours."""
    if kind == 0:
        return row
    for at in range(len(row)):
        left = row[at - step] if at >= step else 0
        corner = above[at - step] if at >= step else 0
        guess = (left, above[at], (left + above[at]) // 2, _paeth(left, above[at], corner))
        row[at] = (row[at] + guess[kind - 1]) & 255
    return row


def _paeth(left: int, above: int, corner: int) -> int:
    first = left + above - corner
    return min((left, above, corner), key=lambda one: abs(first - one))
