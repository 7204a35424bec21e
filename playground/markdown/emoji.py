"""Texts of nothing but emoji, which Discord shows big."""

import re

from playground.markdown.tree import Node

MOST = 27
"""Emoji that are shown big; one more, and all are small."""

# Wider than Unicode's list of emoji by some dingbats: those, too, look well when they are big.
_BASE = (
    r"(?:[\u231a-\u23ff\u25aa-\u25fe\u2600-\u27bf\u2b05-\u2b55\u3030\u303d\u3297\u3299]"
    r"|[\U0001f000-\U0001f1e5\U0001f200-\U0001faff]|[\xa9\xae\u203c-\u2199]\ufe0f)"
    r"\ufe0f?[\U0001f3fb-\U0001f3ff]?"
)
_EMOJI = re.compile(
    rf"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3"
    rf"|{_BASE}(?:\u200d{_BASE})*[\U000e0020-\U000e007f]*"
)


def jumbo(nodes: list[Node]) -> list[Node]:
    """Return a message's nodes, told to be shown big if they are but a few emoji."""
    counts = [_count(one) for one in nodes]
    if None in counts or not 1 <= sum(filter(None, counts)) <= MOST:
        return nodes
    return [{"t": "jumbo", "c": nodes}]


def _count(node: Node) -> int | None:
    """Count the emoji of a node; None if it holds anything else."""
    if isinstance(node, dict):
        return 1 if node["t"] == "emoji" else None
    rest, count = _EMOJI.subn("", node)
    return None if rest.strip() else count
