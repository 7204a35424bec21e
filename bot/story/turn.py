"""Turns, beats and deeds: what was said, by whom, and what one act added."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Source(StrEnum):
    """Who wrote a passage."""

    HUMAN = "human"
    MODEL = "model"
    MODEL_EDITED = "model_edited"


class BeatKind(StrEnum):
    """What a beat is."""

    SPEECH = "speech"
    ACTION = "action"
    THOUGHT = "thought"
    NARRATION = "narration"


@dataclass(frozen=True, slots=True)
class Beat:
    """Part of a turn: one actor, one kind. ``actor`` is a name as written by its author."""

    actor: str
    kind: BeatKind
    text: str


class DeedKind(StrEnum):
    """By what act turns came into a story."""

    TYPED = "typed"
    SAID = "said"
    BALLOT = "ballot"


@dataclass(frozen=True, slots=True)
class Deed:
    """What one act added: a typed turn, a turn said by command, or all turns of a ballot.

    Attributes:
        writer_id: who typed or said it; for a ballot, who opened it.
        ballot_id: the ballot, if it was one.
    """

    id: int
    story_id: int
    branch_id: int
    kind: DeedKind
    writer_id: int
    ballot_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to a turn; ``url`` is where Discord last kept it."""

    filename: str
    url: str
    size: int


@dataclass(frozen=True, slots=True)
class NewTurn:
    """A turn about to be appended.

    Attributes:
        character_id: who speaks; None for the narrator.
        speaker: the name under which it is spoken.
        author_id: Discord user id of whoever wrote it; None for the model.
    """

    character_id: int | None
    speaker: str
    author_id: int | None
    source: Source
    text: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One contribution by one speaker; immutable.

    Attributes:
        depth: place in its chain, the first turn being 1.
        text: the text of the newest revision.
        author_id: who wrote that text; None for the model.
        revision: number of revisions made; 0 for the first text.
        withdrawn: taken back, or hidden because its message was deleted by somebody else.
    """

    id: int
    story_id: int
    branch_id: int
    parent_id: int | None
    deed_id: int
    depth: int
    character_id: int | None
    speaker: str
    author_id: int | None
    source: Source
    text: str
    created_at: datetime
    revision: int = 0
    withdrawn: bool = False
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Revision:
    """An earlier or later text of a turn; number 0 is the first."""

    turn_id: int
    number: int
    text: str
    author_id: int | None
    source: Source
    at: datetime


class TakingBackKind(StrEnum):
    """How turns were taken back: the head moved, one was withdrawn, or a message vanished."""

    UNDO = "undo"
    WITHDRAWAL = "withdrawal"
    HIDING = "hiding"


@dataclass(frozen=True, slots=True)
class TakingBack:
    """That turns were taken back, and how to bring them again.

    Attributes:
        head_before: the head when they stood.
        head_after: the head without them (the same, unless the kind is an undo).
        turn_ids: the turns concerned, oldest first.
        redone_at: when they were brought again, if they were.
    """

    id: int
    story_id: int
    branch_id: int
    kind: TakingBackKind
    writer_id: int
    at: datetime
    head_before: int | None
    head_after: int | None
    turn_ids: tuple[int, ...]
    redone_at: datetime | None = None


def as_text(beats: Iterable[Beat]) -> str:
    """Consecutive beats of one actor as one text: speech and narration plain, the rest slanted.

    Role-players write deeds and thoughts between asterisks. Text that has asterisks or several
    paragraphs is left alone, since Discord would not show the slant.
    """
    lines = []
    for beat in beats:
        text = beat.text.strip()
        slanted = beat.kind in {BeatKind.ACTION, BeatKind.THOUGHT}
        if slanted and text and "*" not in text and "\n" not in text:
            text = f"*{text}*"
        if text:
            lines.append(text)
    return "\n".join(lines)


def by_actor(beats: Sequence[Beat]) -> list[list[Beat]]:
    """Beats grouped into turns: consecutive beats of one actor are one turn."""
    groups: list[list[Beat]] = []
    for beat in beats:
        if groups and groups[-1][0].actor == beat.actor:
            groups[-1].append(beat)
        else:
            groups.append([beat])
    return groups
