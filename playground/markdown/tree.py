"""The tree that a text becomes.

A node is text, or ``{"t": kind, "c": [nodes], …}``. Line breaks are in the text. Kinds, and what
they have beside ``t`` and ``c``:

==============================================  ================================================
bold, italic, underline, strike, spoiler, code
pre                                             lang (or None); a block
heading                                         level (1 to 3); a block
small, quote                                    blocks
list                                            start (the first number, or None); c: items; a block
item                                            within a list
link                                            url, title (or None)
jump                                            a link to a message or channel of Discord's: url,
                                                channel, message (or None), name, known; c is what
                                                a label says, or empty
user, role, channel                             a mention: id, name, known
everyone                                        name
command                                         a mention: id, name, without the slash
emoji                                           a server's own: id, name, animated
time                                            at (Unix seconds), style (a letter of Discord's)
jumbo                                           nothing but a few emoji, to be shown big
==============================================  ================================================

A block stands on lines of its own; the line break after it is left out.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Protocol

Node = str | dict[str, Any]
"""Plain text, or ``{"t": kind, "c": [nodes], …}``."""

BLOCKS = frozenset({"pre", "heading", "small", "quote", "list"})
"""Kinds that stand on lines of their own."""
DEEPEST = 40
"""Nodes within each other at most: of spans 14, of lists 10, each with its items."""

_SIGNS = {"user": "@", "role": "@", "channel": "#", "jump": "#", "command": "/", "everyone": ""}


class Names(Protocol):
    """Knows what mentions stand for; ids are Discord's, None is returned for unknown ones."""

    @property
    def everyone(self) -> bool:
        """Whether ``@everyone`` and ``@here`` are mentions here."""

    def user(self, key: int) -> str | None:
        """Return somebody's name."""

    def role(self, key: int) -> str | None:
        """Return a role's name."""

    def channel(self, key: int) -> str | None:
        """Return a channel's name."""


def plain(nodes: list[Node]) -> str:
    """Return what a reader sees of nodes; a spoiler's text is not among it."""
    return "".join(_plain(nodes))


def _plain(nodes: list[Node]) -> Iterator[str]:
    blocks = [isinstance(one, dict) and one["t"] in BLOCKS for one in nodes]
    for place, node in enumerate(nodes):
        if place and (blocks[place - 1] or (blocks[place] and not _ends_line(nodes[place - 1]))):
            yield "\n"
        yield from [node] if isinstance(node, str) else _seen(node)


def _ends_line(node: Node) -> bool:
    return isinstance(node, str) and node.endswith("\n")


def _utc(at: int) -> str:
    try:
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (ValueError, OverflowError, OSError):
        return f"<t:{at}>"


def _seen(node: dict[str, Any]) -> Iterator[str]:
    match node["t"]:
        case "spoiler":
            yield "▒▒▒"
        case "emoji":
            yield f":{node['name']}:"
        case "time":
            yield _utc(node["at"])
        case "list":
            yield "\n".join(f"• {plain(one['c'])}" for one in node["c"])
        case kind if kind in _SIGNS and not node["c"]:
            yield _SIGNS[kind] + node["name"]
        case _:
            yield from _plain(node["c"])
