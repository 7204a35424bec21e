"""Scripts: what is to be performed, and who of the cast is played by people."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from bot.story.names import NARRATOR_KEY, is_blank, name_key
from bot.story.typed import MAX_TURN_BYTES


class RehearsalError(Exception):
    """Why a rehearsal cannot go on, in a sentence for whoever asked for it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One turn of a script.

    Attributes:
        number: where it stands in the file, from 1.
    """

    number: int
    story: str
    speaker: str
    text: str

    @property
    def narrated(self) -> bool:
        """Whether the narrator speaks it."""
        return name_key(self.speaker) == NARRATOR_KEY


@dataclass(frozen=True, slots=True)
class Heading:
    """What a script may say of a story beside its lines."""

    title: str = ""
    premise: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """What is performed.

    Attributes:
        stories: lines by the story's name, in the order in which stories begin.
        headings: what the script says of stories, by name.
    """

    stories: dict[str, tuple[Line, ...]]
    headings: dict[str, Heading] = field(default_factory=dict)

    @property
    def lines(self) -> list[Line]:
        """All lines of all stories, in the order of the file."""
        return sorted((one for lines in self.stories.values() for one in lines), key=_number)


def _number(line: Line) -> int:
    return line.number


def read_script(path: Path) -> Script:
    """Read a script: a JSON object a line, with ``story``, ``speaker`` and ``text``.

    A story's turn, best its first, may hold ``title`` and ``premise`` too; they tell of the whole.

    Raises:
        RehearsalError: it cannot be read, or a line is not as it should be.
    """
    try:
        written = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RehearsalError(f"The script {path} cannot be read: {error}.") from error
    stories: dict[str, list[Line]] = {}
    headings: dict[str, Heading] = {}
    # JSON Lines end with a newline alone; text may hold other separators, such as U+2028.
    for number, row in enumerate(written.split("\n"), 1):
        if row.strip():
            line, heading = _row(path, number, row)
            stories.setdefault(line.story, []).append(line)
            if heading:
                headings[line.story] = heading
    if not stories:
        raise RehearsalError(f"The script {path} is empty.")
    return Script({name: tuple(lines) for name, lines in stories.items()}, headings)


def _row(path: Path, number: int, row: str) -> tuple[Line, Heading | None]:
    """A turn, and what is said of its story beside it."""
    where = f"Line {number} of {path}"
    try:
        found = json.loads(row)
        story, speaker, text = (found[name] for name in ("story", "speaker", "text"))
        heading = Heading(str(found.get("title", "")), str(found.get("premise", "")))
    except (ValueError, TypeError, KeyError) as error:
        raise RehearsalError(
            f"{where} is no JSON object with story, speaker and text ({error})."
        ) from error
    if not all(isinstance(one, str) and one for one in (story, speaker, text)):
        raise RehearsalError(f"{where} needs texts for story, speaker and text.")
    line = Line(number, story, speaker, text)
    if is_blank(line.text):
        raise RehearsalError(f"{where} holds nothing that a reader would see.")
    if len(line.text.encode("utf-8", "replace")) > MAX_TURN_BYTES:
        raise RehearsalError(f"{where} is longer than a turn may be, {MAX_TURN_BYTES} bytes.")
    return line, heading if heading != Heading() else None


def speakers(lines: Iterable[Line]) -> dict[str, str]:
    """Everybody but the narrator in order of appearance: how names are compared, to the name."""
    found: dict[str, str] = {}
    for line in lines:
        if not line.narrated:
            found.setdefault(name_key(line.speaker), line.speaker)
    return found


def leads(script: Script, count: int) -> list[str]:
    """Those with most lines over the whole script, as names are compared; first to appear first.

    Args:
        script: what is performed.
        count: how many at most.
    """
    spoken = Counter(name_key(line.speaker) for line in script.lines if not line.narrated)
    # Equal counts stay in order of appearance, since sorting is stable.
    return sorted(spoken, key=spoken.__getitem__, reverse=True)[:count]
