"""Scripts: what is to be performed, and who of the cast is played by people."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
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
class Script:
    """Stories by title, in the order in which they begin; each a list of lines."""

    stories: dict[str, tuple[Line, ...]]

    @property
    def lines(self) -> list[Line]:
        """All lines of all stories, in the order of the file."""
        return sorted((one for lines in self.stories.values() for one in lines), key=_number)


def _number(line: Line) -> int:
    return line.number


def read_script(path: Path) -> Script:
    """Read a script: a JSON object a line, with ``story``, ``speaker`` and ``text``.

    Raises:
        RehearsalError: it cannot be read, or a line is not as it should be.
    """
    try:
        written = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RehearsalError(f"The script {path} cannot be read: {error}.") from error
    stories: dict[str, list[Line]] = {}
    # JSON Lines end with a newline alone; text may hold other separators, such as U+2028.
    for number, row in enumerate(written.split("\n"), 1):
        if row.strip():
            line = _line(path, number, row)
            stories.setdefault(line.story, []).append(line)
    if not stories:
        raise RehearsalError(f"The script {path} is empty.")
    return Script({title: tuple(lines) for title, lines in stories.items()})


def _line(path: Path, number: int, row: str) -> Line:
    where = f"Line {number} of {path}"
    try:
        found = json.loads(row)
        story, speaker, text = (found[name] for name in ("story", "speaker", "text"))
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
    return line


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
