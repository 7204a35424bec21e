"""Spans: markup that may begin anywhere in a line. Which of two wins is as on Discord.

Each rule looks at one place of a text and returns what begins there, or None.
"""

import re
from collections.abc import Callable
from typing import Any

from playground.markdown.blocks import Found, Place
from playground.markdown.tree import Names

SIGNS = re.compile(r"[\\*_~|`<\[@\n¯]|https?://")
"""Where a rule is worth a try, and the ends of lines."""

_BOLD = re.compile(r"\*\*(?P<in>(?:\\.|[^\\])+?)\*\*(?!\*)", re.DOTALL)
_UNDERLINE = re.compile(r"__(?P<in>(?:\\.|[^\\])+?)__(?!_)", re.DOTALL)
_STAR = re.compile(
    r"\*(?=\S)(?P<in>(?:\*\*|\\.|\s++(?:\\.|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)", re.DOTALL
)
_BAR = re.compile(r"_(?P<in>(?:__|\\.|[^\\_])+?)_(?![A-Za-z0-9_])", re.DOTALL)
_STRIKE = re.compile(r"~~(?P<in>.+?)~~(?!_)", re.DOTALL)
_SPOILER = re.compile(r"\|\|(?P<in>.+?)\|\|", re.DOTALL)
_CODE = {1: re.compile(r"(?<!`)`(?!`)"), 2: re.compile(r"(?<!`)``(?!`)")}
_TICKS = re.compile(r"`+")
_FENCE = re.compile("```")
_LANGUAGE = re.compile(r"(?P<lang>[A-Za-z0-9_+\-.#]+)\n")
_ANGLE = re.compile(
    r"""<(?:
    @!?(?P<user>[0-9]{1,20})
    |@&(?P<role>[0-9]{1,20})
    |\#(?P<channel>[0-9]{1,20})
    |/(?P<command>[-\w]{1,32}(?:[ ][-\w]{1,32}){0,2}):(?P<command_id>[0-9]{1,20})
    |(?P<animated>a?):(?P<emoji>\w{2,32}):(?P<emoji_id>[0-9]{1,20})
    |t:(?P<at>-?[0-9]{1,13})(?::(?P<style>[tTdDfFRsS]))?
    |(?P<url>https?://[^\s<>]+)
    )>""",
    re.VERBOSE,
)
_EVERYONE = re.compile(r"@(?:everyone|here)\b")
_LINK = re.compile(r"https?://[^\s<]+[^<.,:;\"'\]\s]")
_MASK = re.compile(
    r"""\(\s*+(?:<(?P<angled>https?://[^\s<>]++)>|(?P<bare>https?://(?:[^\s()<>]|\([^\s()]*+\))++))
    (?:\s++(?:"(?P<title>[^"\n]*+)"|'(?P<other>[^'\n]*+)'))?\s*+\)""",
    re.VERBOSE,
)
_JUMP = re.compile(
    r"https://(?:(?:ptb|canary)\.)?discord(?:app)?\.com"
    r"/channels/(?:@me|[0-9]+)/(?P<channel>[0-9]{1,20})(?:/(?P<message>[0-9]{1,20}))?/?"
)
_SHRUG = r"¯\_(ツ)_/¯"
_LATEST = 8_640_000_000_000
"""The last second that a browser can name."""
_Match = re.Match[str] | None
_Look = Callable[[str, int], _Match]
_UNKNOWN = {"user": "unknown-user", "role": "unknown-role", "channel": "unknown"}


class Around:
    """A text in which spans are looked for; remembers what it does not hold.

    Args:
        text: the text.
        place: what may stand in it.
        names: what mentions stand for.
    """

    def __init__(self, text: str, place: Place, names: Names) -> None:
        self.text = text
        self.place = place
        self.names = names
        self._barren: dict[str, int] = {}
        self._brackets: dict[int, int] | None = None

    def closes(self, pattern: re.Pattern[str], at: int) -> re.Match[str] | None:
        """Match a span of two ends, but not once more after one that nothing closes."""
        return self._unless_barren(pattern, pattern.match, at)

    def next(self, pattern: re.Pattern[str], at: int) -> re.Match[str] | None:
        """Search on from a place, but not once more where nothing was found before."""
        return self._unless_barren(pattern, pattern.search, at)

    def _unless_barren(self, pattern: re.Pattern[str], look: _Look, at: int) -> _Match:
        if self._barren.get(pattern.pattern, at) < at:
            return None
        found = look(self.text, at)
        if found is None:
            self._barren[pattern.pattern] = at
        return found

    def bracket(self, at: int) -> int | None:
        """Return where the bracket that opens here is closed."""
        if self._brackets is None:
            self._brackets, opened = {}, []
            for found in re.finditer(r"\\.|[\[\]]", self.text, re.DOTALL):
                if found[0] == "[":
                    opened.append(found.start())
                elif found[0] == "]" and opened:
                    self._brackets[opened.pop()] = found.start()
        return self._brackets.get(at)


def _escape(around: Around, at: int) -> Found | None:
    sign = around.text[at + 1 : at + 2]
    if not sign or sign.isspace() or (sign.isascii() and sign.isalnum()):
        return None
    return _text(sign, at + 2)


def _text(text: str, end: int) -> Found:
    """Text that stands for itself."""
    return Found({"t": "text"}, text, Place(), end)


def _emphasis(around: Around, at: int) -> Found | None:
    """Find bold, italic or underlined text: the longest; italic, if two are as long."""
    text, sign = around.text, around.text[at]
    double, single = (_BOLD, _STAR) if sign == "*" else (_UNDERLINE, _BAR)
    soft = single.match(text, at)
    strong = around.closes(double, at) if text.startswith(sign * 2, at) else None
    found = max(filter(None, (soft, strong)), key=lambda one: one.end(), default=None)
    if found is None:
        return None
    if not found["in"].strip(sign):
        return _text(found[0], found.end())
    kind = "italic" if found is soft else "bold" if sign == "*" else "underline"
    return Found({"t": kind}, found["in"], around.place.inside, found.end())


def _strike(around: Around, at: int) -> Found | None:
    return _pair(around, at, _STRIKE, "strike")


def _spoiler(around: Around, at: int) -> Found | None:
    return _pair(around, at, _SPOILER, "spoiler")


def _pair(around: Around, at: int, pattern: re.Pattern[str], kind: str) -> Found | None:
    if not around.text.startswith(around.text[at] * 2, at):
        return None
    found = around.closes(pattern, at)
    if found is None:
        return None
    if not found["in"].strip(around.text[at]):
        return _text(found[0], found.end())
    return Found({"t": kind}, found["in"], around.place.inside, found.end())


def _ticks(around: Around, at: int) -> Found | None:
    """Find code, in a block if three ticks begin it."""
    run = _TICKS.match(around.text, at)
    count = run.end() - at if run else 0
    if count >= 3:  # noqa: PLR2004 - a fence
        return _fence(around, at) or _text("`" * count, at + count)
    end = around.next(_CODE[count], at + count)
    if end is None:
        return _text("`" * count, at + count)
    # A space lets code begin or end with a tick.
    code = re.sub(r"^ (?= *`)|(?<=`) ((?= *$))", "", around.text[at + count : end.start()])
    return Found({"t": "code", "c": [code]}, "", around.place, end.end())


def _fence(around: Around, at: int) -> Found | None:
    end = around.next(_FENCE, at + 3)
    body = around.text[at + 3 : end.start()] if end else ""
    if end is None or not body.strip("\n"):
        return None
    told = _LANGUAGE.match(body)
    language = told["lang"] if told and body[told.end() :].strip("\n") else None
    code = body[told.end() :] if told and language else body
    after = end.end() + around.text.startswith("\n", end.end())
    node = {"t": "pre", "lang": language, "c": [code.strip("\n")]}
    return Found(node, "", around.place, after)


def _angle(around: Around, at: int) -> Found | None:
    """Find what stands in angle brackets: mentions, emoji, times and links."""
    found = _ANGLE.match(around.text, at)
    if found is None:
        return None
    if found["url"]:
        return _link(around, found["url"], found.end()) if around.place.links else None
    node = _mention(found, around.names)
    return None if node is None else Found(node | {"c": []}, "", around.place, found.end())


def _mention(found: re.Match[str], names: Names) -> dict[str, Any] | None:
    for kind, name in (("user", names.user), ("role", names.role), ("channel", names.channel)):
        if found[kind]:
            return {"t": kind, "id": found[kind]} | _called(kind, name(int(found[kind])))
    if found["command"]:
        return {"t": "command", "id": found["command_id"], "name": found["command"]}
    if found["emoji"]:
        moves = bool(found["animated"])
        return {"t": "emoji", "id": found["emoji_id"], "name": found["emoji"], "animated": moves}
    at = int(found["at"])
    return {"t": "time", "at": at, "style": found["style"] or "f"} if abs(at) <= _LATEST else None


def _called(kind: str, name: str | None) -> dict[str, Any]:
    return {"name": _UNKNOWN[kind] if name is None else name, "known": name is not None}


def _bare(around: Around, at: int) -> Found | None:
    found = _LINK.match(around.text, at) if around.place.links else None
    if found is None:
        return None
    url = found[0]
    # A bracket belongs to the address if it was opened in it.
    opened = url.count("(") - url.count(")")
    ends = len(url) - len(url.rstrip(")"))
    url = url[: len(url) - min(ends, max(0, -opened))]
    return _link(around, url, at + len(url))


def _link(around: Around, url: str, end: int) -> Found:
    node = _jump(around, url) or {"t": "link", "url": url, "title": None, "c": [url]}
    return Found({"c": []} | node, "", around.place, end)


def _jump(around: Around, url: str) -> dict[str, Any] | None:
    found = _JUMP.fullmatch(url)
    if found is None:
        return None
    called = _called("channel", around.names.channel(int(found["channel"])))
    return {"t": "jump", "url": url} | found.groupdict() | called


def _masked(around: Around, at: int) -> Found | None:
    """Find a link behind a label; a label that looks like another address masks nothing."""
    end = around.bracket(at) if around.place.links else None
    found = _MASK.match(around.text, end + 1) if end is not None else None
    label = around.text[at + 1 : end]
    if found is None or not label.strip():
        return None
    if re.search("https?://", label):
        return _text(around.text[at : found.end()], found.end())
    url = found["angled"] or found["bare"]
    title = found["title"] or found["other"] or None
    node = _jump(around, url) or {"t": "link", "url": url, "title": title}
    return Found(node, label, around.place.label, found.end())


def _everyone(around: Around, at: int) -> Found | None:
    found = _EVERYONE.match(around.text, at) if around.names.everyone else None
    if found is None:
        return None
    return Found({"t": "everyone", "name": found[0], "c": []}, "", around.place, found.end())


def _shrug(around: Around, at: int) -> Found | None:
    """Let a shrug keep its arm, which would be an escape."""
    return _text(_SHRUG, at + len(_SHRUG)) if around.text.startswith(_SHRUG, at) else None


RULES: dict[str, Callable[[Around, int], Found | None]] = {
    "\\": _escape,
    "*": _emphasis,
    "_": _emphasis,
    "~": _strike,
    "|": _spoiler,
    "`": _ticks,
    "<": _angle,
    "[": _masked,
    "@": _everyone,
    "h": _bare,
    "¯": _shrug,
}
"""The rule for what may begin with a sign."""
