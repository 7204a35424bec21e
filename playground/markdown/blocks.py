"""Blocks: what begins with its line, as headings, quotes and lists do."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from playground.markdown.tree import Node

DEEPEST_LIST = 10
_SPANS = 14

_LINE = re.compile(r"(?P<sign>#{1,3}|-#) +(?![\s#])(?P<text>[^\n]+)\n?")
_QUOTED_LINE = r" *> (?:[^\n]*)"
_QUOTE = re.compile(
    rf" *>>> (?P<rest>.*)|(?P<lines>{_QUOTED_LINE}(?:\n{_QUOTED_LINE})*)\n?", re.DOTALL
)
_QUOTE_SIGN = re.compile(r"^ *> ", re.MULTILINE)
_ITEM = re.compile(r"(?P<indent> *)(?P<sign>[-*]|(?P<number>[0-9]{1,9})\.) +(?=\S)")


@dataclass(frozen=True, slots=True)
class Place:
    """What may stand where a text is read.

    Attributes:
        depth: of spans around it.
        lines: whether headings and small text may begin here.
        quotes: whether a quote may.
        lists: whether a list may.
        links: whether a link may; it does not within another.
    """

    depth: int = 0
    lines: bool = True
    quotes: bool = True
    lists: bool = True
    links: bool = True

    @property
    def deep(self) -> bool:
        """Whether nothing more is read here."""
        return self.depth > _SPANS

    @property
    def inside(self) -> "Place":
        """The place inside of a span."""
        return replace(self, depth=self.depth + 1, lines=False, quotes=False, lists=False)

    @property
    def label(self) -> "Place":
        """The place inside of a link."""
        return replace(self.inside, links=False)

    @property
    def quote(self) -> "Place":
        """The place inside of a quote, in which there is no other."""
        return replace(self, depth=self.depth + 1, quotes=False)

    @property
    def item(self) -> "Place":
        """The place inside of a list's item."""
        return replace(self, depth=self.depth + 1, quotes=False, lists=False)


@dataclass(frozen=True, slots=True)
class Found:
    """A piece of markup.

    Attributes:
        node: what it is, without what is inside.
        inner: the text inside, yet to be read.
        place: what may stand there.
        end: where it ends.
    """

    node: dict[str, Any]
    inner: str
    place: Place
    end: int


def line(text: str, at: int, place: Place) -> Found | None:
    """Find a heading or small text."""
    found = _LINE.match(text, at) if place.lines else None
    if found is None:
        return None
    small = found["sign"] == "-#"
    node: dict[str, Any] = (
        {"t": "small"} if small else {"t": "heading", "level": len(found["sign"])}
    )
    return Found(node, found["text"], place.inside, found.end())


def quote(text: str, at: int, place: Place) -> Found | None:
    """Find a quote, of the lines that bear its sign or of all to come."""
    found = _QUOTE.match(text, at) if place.quotes else None
    if found is None:
        return None
    inner = _QUOTE_SIGN.sub("", found["lines"]) if found["rest"] is None else found["rest"]
    return Found({"t": "quote"}, inner, place.quote, found.end())


@dataclass(slots=True)
class Item:
    """An item of a list: how far it is indented, its number if it has one, its lines."""

    indent: int
    number: int | None
    lines: list[str] = field(default_factory=list)


def items(text: str, at: int) -> tuple[list[Item], int]:
    """Find the items of a list that begins here; return them and where they end."""
    found: list[Item] = []
    while at < len(text):
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop
        bullet = _ITEM.match(text, at, stop)
        if bullet:
            number = None if bullet["number"] is None else int(bullet["number"])
            found.append(Item(len(bullet["indent"]), number, [text[bullet.end() : stop]]))
        elif found and text[at] == " " and text[at:stop].strip():
            width = found[-1].indent + 2
            found[-1].lines.append(text[at : at + width].lstrip(" ") + text[at + width : stop])
        else:
            break
        at = stop + 1
    return found, min(at, len(text))


@dataclass(slots=True)
class _Level:
    indent: int
    ordered: bool
    lists: list[Node]
    """Where its lists stand: the content of the item above."""
    last: dict[str, Any] | None = None


def nested(found: list[Item], contents: list[list[Node]]) -> list[Node]:
    """Return items as lists within each other, by how far they are indented."""
    whole: list[Node] = []
    levels = [_Level(found[0].indent, ordered=False, lists=whole)]
    for item, content in zip(found, contents, strict=True):
        while len(levels) > 1 and item.indent <= levels[-2].indent:
            levels.pop()
        if item.indent > levels[-1].indent and len(levels) < DEEPEST_LIST:
            last = levels[-1].last
            above = whole if last is None else last["c"][-1]["c"]
            levels.append(_Level(item.indent, ordered=False, lists=above))
        _put(levels[-1], item, content)
    return whole


def _put(level: _Level, item: Item, content: list[Node]) -> None:
    """Put an item into the list of its level, or into a new one if it is of another kind."""
    ordered = item.number is not None
    if level.last is None or level.ordered != ordered:
        level.ordered = ordered
        level.last = {"t": "list", "start": item.number, "c": []}
        level.lists.append(level.last)
    level.last["c"].append({"t": "item", "c": content})
