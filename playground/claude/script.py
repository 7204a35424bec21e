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
    messages = body.get("messages")
    told = [_texts(m.get("content")) for m in messages or [] if isinstance(m, dict)]
    texts = [text for group in told for text in group]
    whole = "\n".join(texts)
    request = texts[-1] if texts else ""
    # What people wrote stands in tags; only what is left can be meant for us.
    said = dict(reversed(_LINE.findall(_ELEMENT.sub("", request))))
    known = [_attributes(tag).get("name", "") for tag in _CHARACTER.findall(whole)]
    voices = _names(unescape(said.get("Voices you may write", "")), [n for n in known if n])
    voices = voices or (NARRATOR,)
    speaker = unescape(said.get("Speak as", "")).strip()
    count = re.match(r"\d+", said.get("Variants", ""))
    return Script(
        variants=min(max(int(count[0][:4]) if count else 1, 1), MAX_VARIANTS),
        voices=voices,
        speaker=speaker if speaker in voices else None,
        direction=" ".join(unescape(said.get("Direction", "")).split()),
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
        facts=_facts_asked(said, _ELEMENT.sub("", request)),
    )


def _whole(attributes: Mapping[str, str]) -> int:
    number = attributes.get("n", "")
    return int(number) if number.isdecimal() and len(number) < 10 else 0  # noqa: PLR2004


def _facts_asked(said: Mapping[str, str], request: str) -> int:
    """How many facts to propose; 0 if the request is for something else."""
    if not _FACTS_ASKED.search(request):
        return 0
    most = re.match(r"\d+", said.get("At most", ""))
    return min(max(int(most[0][:4]) if most else 1, 1), MAX_FACTS)
