"""Reading a request for a draft: who may be voiced, what was said last, what is asked for.

Tolerant: whatever is missing is left empty, and a prompt of any shape can be read.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

NARRATOR = "Narrator"
MAX_VARIANTS = 12

_TURN = re.compile(r"<turn\b([^>]*)>(.*?)</turn>", re.DOTALL)
_DRAFTED = re.compile(r"<already_drafted>(.*?)</already_drafted>", re.DOTALL)
_ELEMENT = re.compile(r"<(\w+)\b[^>]*>.*?</\1>", re.DOTALL)
_CHARACTER = re.compile(r"<character\b([^>]*)>")
_ATTRIBUTE = re.compile(r"""(\w+)=("[^"]*"|'[^']*')""")
_LINE = re.compile(
    r"^(Variants|Voices you may write|Speak as|Direction|At most):[ \t]*(.*)$", re.MULTILINE
)
_AGAIN = re.compile(r"^An earlier draft was thrown away\b", re.MULTILINE)
_FACTS_ASKED = re.compile(r"^Propose facts\b", re.MULTILINE)
MAX_FACTS = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One turn of the story; ``number`` is 0 if it bears none."""

    speaker: str
    text: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Script:
    """What the offline narrator goes by.

    Attributes:
        variants: how many to write, 1 to 12.
        voices: names that may be voiced; never empty.
        speaker: the only one to voice, or None.
        lines: the turns, oldest first.
        drafted: passages that the new ones must differ from.
        whole: all text of the request, from which chance is drawn.
        facts: how many facts to propose; 0 if drafts are asked for.
    """

    variants: int
    voices: tuple[str, ...]
    speaker: str | None
    direction: str
    lines: tuple[Line, ...]
    drafted: tuple[str, ...]
    whole: str
    facts: int = 0


@dataclass(frozen=True, slots=True)
class Wish:
    """By what a request for drafts differs from others.

    Attributes:
        further: whether there are drafts already, beside which the new ones come.
        again: whether some are to come in the place of those that broke a rule.
    """

    direction: str
    further: bool
    again: bool


def _texts(content: object) -> list[str]:
    if isinstance(content, str):
        return [content]
    blocks = content if isinstance(content, list) else []
    return [str(b.get("text", "")) for b in blocks if isinstance(b, dict)]


def _attributes(tag: str) -> dict[str, str]:
    return {name: unescape(value[1:-1]) for name, value in _ATTRIBUTE.findall(tag)}


def _names(listed: str, known: Sequence[str]) -> tuple[str, ...]:
    """The names in a list with commas, some of which may have a comma of their own."""
    names = []
    rest = listed.strip()
    longest_first = sorted(known, key=len, reverse=True)
    while rest:
        name = next(
            (n for n in longest_first if rest == n or rest.startswith(n + ",")),
            rest.partition(",")[0],
        )
        rest = rest[len(name) :].removeprefix(",").strip()
        names.append(name.strip())
    return tuple(dict.fromkeys(name for name in names if name))


def read_script(body: Mapping[str, Any]) -> Script:
    """Read a request of the Messages API; its last text is where the request stands."""
    texts = _all_texts(body)
    whole = "\n".join(texts)
    request = texts[-1] if texts else ""
    lines = _for_us(request)
    said = _said(lines)
    known = [_attributes(tag).get("name", "") for tag in _CHARACTER.findall(whole)]
    voices = _names(unescape(said.get("Voices you may write", "")), [n for n in known if n])
    voices = voices or (NARRATOR,)
    speaker = unescape(said.get("Speak as", "")).strip()
    count = re.match(r"\d+", said.get("Variants", ""))
    return Script(
        variants=min(max(int(count[0][:4]) if count else 1, 1), MAX_VARIANTS),
        voices=voices,
        speaker=speaker if speaker in voices else None,
        direction=_direction(said),
        lines=tuple(
            Line(
                _attributes(tag).get("speaker", ""),
                unescape(text).strip(),
                _whole(_attributes(tag)),
            )
            for tag, text in _TURN.findall(whole)
        ),
        drafted=tuple(unescape(text) for text in _DRAFTED.findall(request)),
        whole=whole,
        facts=_facts_asked(said, lines),
    )


def read_wish(body: Mapping[str, Any]) -> Wish:
    """Read of a request only what it differs by from others."""
    request = "".join(_all_texts(body)[-1:])
    lines = _for_us(request)
    return Wish(
        direction=_direction(_said(lines)),
        further=_DRAFTED.search(request) is not None,
        again=_AGAIN.search(lines) is not None,
    )


def _all_texts(body: Mapping[str, Any]) -> list[str]:
    told = [_texts(m.get("content")) for m in body.get("messages") or [] if isinstance(m, dict)]
    return [text for group in told for text in group]


def _for_us(request: str) -> str:
    """What is left without what people wrote, which stands in tags."""
    return _ELEMENT.sub("", request)


def _said(lines: str) -> dict[str, str]:
    return dict(reversed(_LINE.findall(lines)))


def _direction(said: Mapping[str, str]) -> str:
    return " ".join(unescape(said.get("Direction", "")).split())


def _whole(attributes: Mapping[str, str]) -> int:
    number = attributes.get("n", "")
    return int(number) if number.isdecimal() and len(number) < 10 else 0  # noqa: PLR2004


def _facts_asked(said: Mapping[str, str], request: str) -> int:
    """How many facts to propose; 0 if the request is for something else."""
    if not _FACTS_ASKED.search(request):
        return 0
    most = re.match(r"\d+", said.get("At most", ""))
    return min(max(int(most[0][:4]) if most else 1, 1), MAX_FACTS)
