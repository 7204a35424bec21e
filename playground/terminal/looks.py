"""How Discord's texts look in a terminal. Nothing a message says can steer the terminal."""

import re
import time
import unicodedata
from collections.abc import Callable

from rich.text import Text

_JOINERS = "\u200d\ufe0e\ufe0f"
_HARMFUL = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of characters; Cn is not among them, since it holds emoji newer than this Python."""
_INLINE = re.compile(
    r"""\\(?P<plain>[^\w\s])
    |(?P<code>`[^`\n]+`)
    |\*\*(?P<bold>(?:[^*\\]|\\.)+?)\*\*
    |~~(?P<gone>[^~]+?)~~
    |(?<![\w*])\*(?P<italic>(?=\S)(?:[^*\\\n]|\\.)+?(?<=\S))\*(?!\w)
    |<t:(?P<at>\d{1,12})(?::[a-zA-Z])?>
    |\[(?P<label>[^\]\n]+)\]\(<?(?P<url>https?://[^\s>)]+)>?\)""",
    re.VERBOSE,
)
_STYLES = {"bold": "bold", "italic": "italic", "gone": "strike"}
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
    whole = Text()
    fenced = False
    for number, line in enumerate(clean(text).split("\n")):
        if number:
            whole.append("\n")
        if line.lstrip().startswith("```"):
            fenced = not fenced
            whole.append(line, "dim")
        elif fenced:
            whole.append(line, "cyan")
        else:
            whole.append(_line(line, clock))
    return whole


def _line(line: str, clock: Callable[[], float]) -> Text:
    if heading := re.match(r"#{1,3} +", line):
        return _spans(line[heading.end() :], "bold underline", clock)
    if line.startswith("-# "):
        return _spans(line[3:], "dim", clock)
    if line == ">" or line.startswith("> "):
        return Text("▎ ", "dim").append(_line(line[2:], clock))
    return _spans(line, "", clock)


def _spans(line: str, base: str, clock: Callable[[], float]) -> Text:
    text = Text(style=base)
    at = 0
    for found in _INLINE.finditer(line):
        text.append(line[at : found.start()])
        text.append(_span(found, clock))
        at = found.end()
    return text.append(line[at:])


def _span(found: re.Match[str], clock: Callable[[], float]) -> Text:
    kind = found.lastgroup or ""
    match kind:
        case "plain":
            return Text(found["plain"])
        case "code":
            return Text(found["code"][1:-1], "cyan")
        case "at":
            return Text(_relative(int(found["at"]) - clock()))
        case "url":
            return Text(found["label"], "underline")
        case _:
            return _spans(found[kind], _STYLES[kind], clock)


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
