"""How Discord's texts look in a terminal. Nothing a message says can steer the terminal."""

import time
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

from rich.text import Text

from playground.markdown import BLOCKS, Node, parse

_JOINERS = "\u200d\ufe0e\ufe0f"
_HARMFUL = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of characters; Cn is not among them, since it holds emoji newer than this Python."""
_STYLES = {
    "bold": "bold",
    "italic": "italic",
    "underline": "underline",
    "strike": "strike",
    "code": "cyan",
    "heading": "bold underline",
    "small": "dim",
    "link": "underline",
}
_QUOTED = "▎ "
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def clean(text: str) -> str:
    """Text without control characters and invisible marks; line breaks stay.

    A message could otherwise move the cursor, change colours, or turn the reading direction.
    """
    return "".join(_harmless(c) for c in text.replace("\r\n", "\n").replace("\t", "    "))


def _harmless(character: str) -> str:
    if character == "\n" or character in _JOINERS:
        return character
    return "" if unicodedata.category(character) in _HARMFUL else character


def one_line(text: str) -> str:
    """A name or label: harmless, and on one line."""
    return " ".join(clean(text).split())


def styled(text: str, clock: Callable[[], float] = time.time) -> Text:
    """Discord's Markdown as styled text.

    Args:
        text: as it was sent.
        clock: the present as Unix seconds, for times such as "in 12 s".
    """
    return _drawn(parse(clean(text), _Nobody()), clock)


class _Nobody:
    """Knows nobody's name: mentions stay as they were written."""

    everyone = True

    def user(self, key: int) -> None:
        """Know nobody."""

    def role(self, key: int) -> None:
        """Know no role."""

    def channel(self, key: int) -> None:
        """Know no channel."""


def _drawn(nodes: list[Node], clock: Callable[[], float]) -> Text:
    """Draw nodes; blocks on lines of their own."""
    whole = Text()
    after_block = False
    for node in nodes:
        block = isinstance(node, dict) and node["t"] in BLOCKS
        if after_block or (block and whole and not whole.plain.endswith("\n")):
            whole.append("\n")
        whole.append(node if isinstance(node, str) else _node(node, clock))
        after_block = block
    return whole


def _node(node: dict[str, Any], clock: Callable[[], float]) -> Text:
    inner = _drawn(node["c"], clock)
    match node["t"]:
        case "pre":
            opened = Text(f"```{node['lang'] or ''}\n", "dim")
            return opened.append(inner.plain, "cyan").append("\n```")
        case "quote":
            return _hung(inner, _QUOTED, _QUOTED)
        case "list":
            return Text("\n").join(_items(node, clock))
        case "spoiler":
            return Text("||", "dim").append(inner).append("||")
        case kind if inner:
            inner.style = _STYLES.get(kind, "")
            return inner
        case _:
            return Text(_name(node, clock))


def _name(node: dict[str, Any], clock: Callable[[], float]) -> str:
    if node["t"] == "time":
        return _relative(node["at"] - clock())
    return _MENTIONS[node["t"]].format(**node)


_MENTIONS = {
    "user": "<@{id}>",
    "role": "<@&{id}>",
    "channel": "<#{id}>",
    "everyone": "{name}",
    "command": "/{name}",
    "emoji": ":{name}:",
    "jump": "{url}",
}


def _items(node: dict[str, Any], clock: Callable[[], float]) -> Iterator[Text]:
    for place, item in enumerate(node["c"]):
        sign = "- " if node["start"] is None else f"{node['start'] + place}. "
        yield _hung(_drawn(item["c"], clock), sign, " " * len(sign))


def _hung(inner: Text, first: str, others: str) -> Text:
    """Put a sign before the first line, and another before those that follow."""
    lines = inner.split("\n", allow_blank=True)
    return Text("\n").join(
        Text(others if number else first, "dim").append(line) for number, line in enumerate(lines)
    )


def _relative(seconds: float) -> str:
    """A time as Discord words it: "in 12 s", "5 min ago"."""
    size = abs(seconds)
    if size < _MINUTE:
        span = f"{size:.0f} s"
    elif size < _HOUR:
        span = f"{size / _MINUTE:.0f} min"
    elif size < _DAY:
        span = f"{size / _HOUR:.0f} h"
    else:
        span = f"{size / _DAY:.0f} days"
    return f"in {span}" if seconds > 0 else f"{span} ago"
