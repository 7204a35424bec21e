"""Reads a text from its beginning to its end: blocks where lines begin, spans between."""

from playground.markdown import blocks
from playground.markdown.blocks import Found, Place
from playground.markdown.spans import RULES, SIGNS, Around
from playground.markdown.tree import Names, Node


def parse(text: str, names: Names, *, blocks: bool = True, links: bool = True) -> list[Node]:
    """Return a text as nodes.

    Args:
        text: as it was written.
        names: what mentions stand for.
        blocks: whether it may hold headings, quotes and lists, as a title may not.
        links: whether it may hold links, as a link itself may not.
    """
    return _Reader(names).read(text, Place(lines=blocks, quotes=blocks, lists=blocks, links=links))


class _Reader:
    def __init__(self, names: Names) -> None:
        self._names = names

    def read(self, text: str, place: Place) -> list[Node]:
        nodes: list[Node] = []
        if place.deep:
            _add(nodes, text)
            return nodes
        around = Around(text, place, self._names)
        at = 0
        while at < len(text):
            if at == 0 or text[at - 1] == "\n":
                after = self._block(around, at, nodes)
                if after > at:
                    at = after
                    continue
            at = self._spans(around, at, nodes)
        return nodes

    def _block(self, around: Around, at: int, nodes: list[Node]) -> int:
        """Read a block if one begins here; return where it ends."""
        place, text = around.place, around.text
        found = blocks.line(text, at, place) or blocks.quote(text, at, place)
        if found is not None:
            self._put(found, nodes)
            return found.end
        items, end = blocks.items(text, at) if place.lists else ([], at)
        if items:
            contents = [self.read("\n".join(one.lines), place.item) for one in items]
            nodes += blocks.nested(items, contents)
        return end

    def _spans(self, around: Around, at: int, nodes: list[Node]) -> int:
        """Read on until the next sign and what it means; return where that ends."""
        sign = SIGNS.search(around.text, at)
        if sign is None:
            _add(nodes, around.text[at:])
            return len(around.text)
        _add(nodes, around.text[at : sign.start()])
        rule = RULES.get(sign[0][0])
        found = rule(around, sign.start()) if rule else None
        if found is None:
            _add(nodes, sign[0][0])
            return sign.start() + 1
        self._put(found, nodes)
        return found.end

    def _put(self, found: Found, nodes: list[Node]) -> None:
        if found.node["t"] == "text":
            _add(nodes, found.inner)
        elif "c" in found.node:
            nodes.append(found.node)
        else:
            nodes.append(found.node | {"c": self.read(found.inner, found.place)})


def _add(nodes: list[Node], text: str) -> None:
    """Add text, to the text before it if there is some."""
    if nodes and isinstance(nodes[-1], str):
        nodes[-1] += text
    elif text:
        nodes.append(text)
