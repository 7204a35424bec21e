"""Facts: what is true in a story, from when to when, and where it was said."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.story.errors import InvalidError
from bot.story.typed import clean_text

MAX_FACT = 500
"""Characters of a fact. It says one thing; longer ones are several facts."""


class FactState(StrEnum):
    """Where a fact stands."""

    PROPOSED = "proposed"
    CANON = "canon"
    DISPUTED = "disputed"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class NewFact:
    """A fact about to be added.

    Attributes:
        about: whom or what it concerns; may be empty.
        source_turn_id: the turn it came from, if one is known.
        quote: the words of that turn that it came from.
        from_turn_id: the turn from which on it holds; None for "from the beginning".
    """

    story_id: int
    text: str
    about: str
    state: FactState
    proposed_by: int
    accepted_by: int | None
    source_turn_id: int | None = None
    quote: str = ""
    from_turn_id: int | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is true about somebody or something. Changed only by being superseded."""

    id: int
    story_id: int
    number: int
    text: str
    about: str
    state: FactState
    proposed_by: int
    accepted_by: int | None
    source_turn_id: int | None
    quote: str
    from_turn_id: int | None
    until_turn_id: int | None
    added_at: datetime
    retired_by: int | None = None
    retired_at: datetime | None = None


def clean_fact(text: str) -> str:
    """A fact's text as it will be kept, on one line.

    Raises:
        InvalidError: it is empty or longer than 500 characters.
    """
    kept = " ".join(clean_text(text).split())
    if not kept:
        raise InvalidError("A fact needs some words. Say one thing that is true in this story.")
    if len(kept) > MAX_FACT:
        raise InvalidError(
            f"That fact has {len(kept)} characters; {MAX_FACT} is the most. "
            "Say one thing, or make it several facts."
        )
    return kept
