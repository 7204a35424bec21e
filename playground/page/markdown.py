"""Discord's Markdown as a tree that a page or a terminal can draw."""

from typing import Any

from playground.server import Channel, World

Node = str | dict[str, Any]
"""Plain text, or ``{"t": kind, "c": [nodes], …}``."""


class Names:
    """Knows what mentions stand for.

    Args:
        world: where people, channels and roles are.
        channel: where the text stands.
    """

    def __init__(self, world: World, channel: Channel) -> None:
        self.world = world
        self.channel = channel


def parse(text: str, names: Names) -> list[Node]:
    """Return a text as nodes."""
    del names
    return [text] if text else []
