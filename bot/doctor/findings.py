"""What the doctor finds: one line each."""

from dataclasses import asdict, dataclass
from enum import StrEnum


class Mark(StrEnum):
    """How bad it is."""

    FINE = "✓"
    ODD = "!"
    BAD = "✗"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line.

    Attributes:
        mark: how bad it is.
        about: what was looked at, in a word for machines, such as "token".
        text: what was found, and what to press to mend it.
    """

    mark: Mark
    about: str
    text: str

    @property
    def line(self) -> str:
        """For people."""
        return f"{self.mark} {self.text}"

    @property
    def record(self) -> dict[str, str]:
        """For machines."""
        return {**asdict(self), "mark": self.mark.name.lower()}


def fine(about: str, text: str) -> Finding:
    """Nothing to do."""
    return Finding(Mark.FINE, about, text)


def odd(about: str, text: str) -> Finding:
    """The bot runs all the same."""
    return Finding(Mark.ODD, about, text)


def bad(about: str, text: str) -> Finding:
    """Something does not work before it is mended."""
    return Finding(Mark.BAD, about, text)
