"""A scene composed into a prompt: stable blocks first, what changes with each call last.

The order is what makes the cache pay: rules and style, then cast and canon, then turns in blocks
that never change, then the request. Whatever changes between calls stands behind the last mark.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of text for the model. ``cached`` marks the end of a stretch worth caching."""

    text: str
    cached: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the model is given.

    Attributes:
        system: rules; nothing in it was written by writers.
        scene: cast, canon, turns and the request, as blocks of one user message.
        may_voice: names the model may give to an actor, the narrator's included.
    """

    system: tuple[Block, ...]
    scene: tuple[Block, ...]
    may_voice: tuple[str, ...]
