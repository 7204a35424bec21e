"""A story as a book: Markdown for readers, JSON for machines. Ids of Discord never enter either."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel

from bot.story.canon import Fact
from bot.story.cast import Company
from bot.story.tale import MAIN, Story
from bot.story.turn import Attachment, Source, Turn
from bot.story.typed import excerpt

FORMAT = "troupe-story/1"
MODEL = "model"
"""How the model is called where a writer's name would stand."""
SOMEBODY = "a writer"
_TAG = re.compile(r"\\.|<(?!https?://|mailto:)(?=[A-Za-z/!?])", re.DOTALL | re.IGNORECASE)
"""What Markdown takes for HTML and Discord does not; what is escaped already is passed over.

So is no code: where it ends differs between the two, and a visible backslash in it does no harm.
"""


@dataclass(frozen=True, slots=True)
class Part:
    """A branch in a book.

    Attributes:
        turns: those written in it; the past that a fork shares stands in another part.
        came_from: for a fork, the name of the part that tells what it shares; else empty.
        fork_turn: for a fork, the last standing turn of what it shares.
    """

    name: str
    turns: tuple[Turn, ...]
    came_from: str = ""
    fork_turn: Turn | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """Everything an export is made of. ``names`` are display names by Discord user id.

    Attributes:
        turns: the turns of all parts, one part after another.
        parts: the branches, the main scene first; may be empty where there is only that.
    """

    story: Story
    company: Company
    turns: tuple[Turn, ...]
    facts: tuple[Fact, ...]
    names: Mapping[int, str]
    parts: tuple[Part, ...] = ()


class BranchRecord(BaseModel):
    """A branch in a JSON export: the main scene, a linked scene, or a fork.

    ``forked_from`` is the place in the list of the branch that tells what a fork shares,
    ``after_seq`` the last turn of that.
    """

    name: str
    forked_from: int | None = None
    after_seq: int | None = None


class TurnRecord(BaseModel):
    """A turn in a JSON export. ``author`` is a display name, or "model".

    ``branch`` is the place in the list of the branch in which it was written.
    """

    seq: int
    branch: int
    speaker: str
    author: str
    source: Source
    text: str
    at: datetime
    revised: bool
    attachments: list[str]


class CharacterRecord(BaseModel):
    """A character in a JSON export; secrets stay behind."""

    name: str
    aliases: list[str]
    description: str
    voice: str
    wants: str
    fears: str
    played_by: str


class FactRecord(BaseModel):
    """A fact in a JSON export; ``from_seq`` is the turn it came from.

    What stands in no part of the book is not quoted.
    """

    number: int
    text: str
    about: str
    state: str
    quote: str
    from_seq: int | None
    accepted_by: str | None


class StoryRecord(BaseModel):
    """A whole story in a JSON export. ``shares`` are parts of all characters written, 0 to 1."""

    format: str = FORMAT
    title: str
    premise: str
    style: str
    rating: str
    opened_at: datetime
    characters: list[CharacterRecord]
    facts: list[FactRecord]
    branches: list[BranchRecord]
    turns: list[TurnRecord]
    shares: dict[str, float]


def author_of(turn: Turn, names: Mapping[int, str]) -> str:
    """Who wrote a turn's text, by display name; "model" for the model."""
    if turn.author_id is None:
        return MODEL
    return names.get(turn.author_id, SOMEBODY)


def shares(book: Book) -> dict[str, float]:
    """Which part of the text (by characters) each author wrote, largest first; sums to 1.

    Text of the model that a person edited counts for "model, edited by …".
    """
    written: Counter[str] = Counter()
    for turn in book.turns:
        author = author_of(turn, book.names)
        if turn.source is Source.MODEL_EDITED:
            author = f"{MODEL}, edited by {author}"
        written[author] += len(turn.text)
    total = sum(written.values())
    return {author: count / total for author, count in written.most_common()} if total else {}


def as_json(book: Book) -> Iterator[str]:
    """The story as JSON (a ``StoryRecord``), in pieces that are each written in no time."""
    # No text holds this: within one a line's end and quotation marks are escaped.
    hole = '\n  "turns": [],\n'
    before, after = _around(book).model_dump_json(indent=2).split(hole)
    yield before
    yield '\n  "turns": ['
    between = "\n    "
    for record in _turn_records(book):
        yield between + record.model_dump_json(indent=2).replace("\n", "\n    ")
        between = ",\n    "
    yield "\n  ],\n" if book.turns else "],\n"
    yield after


def _around(book: Book) -> StoryRecord:
    """The record without its turns."""
    seqs = {turn.id: n for n, turn in enumerate(book.turns)}
    parts = book.parts or (Part(MAIN, book.turns),)
    branch_of = {turn.id: n for n, part in enumerate(parts) for turn in part.turns}
    return StoryRecord(
        title=book.story.title,
        premise=book.story.premise,
        style=book.story.settings.style,
        rating=book.story.rating,
        opened_at=book.story.opened_at,
        characters=[_character_record(book, n) for n in range(len(book.company.characters))],
        facts=[
            FactRecord(
                number=fact.number,
                text=fact.text,
                about=fact.about,
                state=fact.state,
                quote=fact.quote if fact.source_turn_id in seqs else "",
                from_seq=seqs.get(fact.source_turn_id) if fact.source_turn_id else None,
                accepted_by=book.names.get(fact.accepted_by, SOMEBODY)
                if fact.accepted_by
                else None,
            )
            for fact in book.facts
        ],
        branches=[_branch_record(part, branch_of, seqs) for part in parts],
        turns=[],
        # Rounded: nobody needs seventeen digits, which look like one of Discord's ids.
        shares={author: round(part, 4) for author, part in shares(book).items()},
    )


def _turn_records(book: Book) -> Iterator[TurnRecord]:
    parts = book.parts or (Part(MAIN, book.turns),)
    branch_of = {turn.id: n for n, part in enumerate(parts) for turn in part.turns}
    for n, turn in enumerate(book.turns):
        yield TurnRecord(
            seq=n,
            branch=branch_of[turn.id],
            speaker=turn.speaker,
            author=author_of(turn, book.names),
            source=turn.source,
            text=turn.text,
            at=turn.created_at,
            revised=turn.revision > 0,
            attachments=[a.filename for a in turn.attachments],
        )


def _branch_record(
    part: Part, branch_of: Mapping[int, int], seqs: Mapping[int, int]
) -> BranchRecord:
    if part.fork_turn is None:
        return BranchRecord(name=part.name)
    shared = part.fork_turn.id
    # Branches may be called alike, so the part is known by the turn.
    return BranchRecord(
        name=part.name, forked_from=branch_of.get(shared), after_seq=seqs.get(shared)
    )


def _character_record(book: Book, n: int) -> CharacterRecord:
    character = book.company.characters[n]
    writer = book.company.writer_of(character.id)
    return CharacterRecord(
        name=character.name,
        aliases=list(character.aliases),
        description=character.sheet.description,
        voice=character.sheet.voice,
        wants=character.sheet.wants,
        fears=character.sheet.fears,
        played_by=book.names.get(writer, SOMEBODY) if writer else MODEL,
    )


def as_markdown(book: Book) -> Iterator[str]:
    """The story as Markdown: each turn under its speaker, text as written, credits at the end.

    Tags stand for themselves, as they do in Discord; that is all that is changed in a text.
    In pieces that are each written in no time, however long the story is.
    """
    story = book.story
    lines = [f"# {plain(story.title)}", ""]
    if story.premise:
        lines += [*(f"> {line}".rstrip() for line in tame(story.premise).splitlines()), ""]
    yield _lines(lines)
    for part in book.parts or (Part(MAIN, book.turns),):
        if len(book.parts) > 1:
            yield _lines(_heading(part))
        for turn in part.turns:
            yield _lines([f"**{plain(turn.speaker)}**", "", tame(turn.text), ""])
            yield _lines(_mention(attachment) for attachment in turn.attachments)
    yield _lines(_end(book)).rstrip() + "\n"


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _end(book: Book) -> list[str]:
    """What is true, and who wrote this."""
    lines: list[str] = []
    canon = [fact for fact in book.facts if fact.state == "canon"]
    if canon:
        lines += ["---", "", "## What is true", ""]
        lines += [f"- {f'{plain(f.about)}: ' if f.about else ''}{tame(f.text)}" for f in canon]
        lines.append("")
    lines += ["---", "", "## Who wrote this", ""]
    lines += [f"- {plain(author)}: {part:.0%}" for author, part in shares(book).items()]
    return [*lines, "", *_voices(book)]


def _heading(part: Part) -> list[str]:
    """A part's title; under a fork's, from which passage it goes another way."""
    lines = [f"## {plain(part.name)}", ""]
    turn = part.fork_turn
    if turn is not None:
        said = plain(excerpt(turn.text, 120))
        lines += [
            f"*Another way on after {plain(turn.speaker)} in {plain(part.came_from)}: “{said}”*",
            "",
        ]
    return lines


def _mention(attachment: Attachment) -> str:
    return f"*(with it: {plain(attachment.filename)})*\n"


def _voices(book: Book) -> list[str]:
    """Per speaker, who wrote how many of the turns."""
    by_speaker: dict[str, Counter[str]] = {}
    for turn in book.turns:
        counts = by_speaker.setdefault(turn.speaker, Counter())
        edited = " (edited)" if turn.source is Source.MODEL_EDITED else ""
        counts[f"{author_of(turn, book.names)}{edited}"] += 1
    lines = []
    for speaker, counts in by_speaker.items():
        told = ", ".join(f"{plain(who)} {n}" for who, n in counts.most_common())
        lines.append(f"- {plain(speaker)}: {told}")
    return ["Turns by speaker and author:", "", *lines] if lines else []


def tame(text: str) -> str:
    """Text whose Markdown holds and whose HTML tags stand for themselves."""
    return _TAG.sub(lambda found: "\\<" if found[0] == "<" else found[0], text)


def plain(text: str) -> str:
    """Text in which Markdown signs stand for themselves, on one line."""
    line = " ".join(text.split())
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|~" else c for c in line)


def file_name(title: str) -> str:
    """A title as a file's name: letters, digits and dashes."""
    kept = "".join(c if c.isalnum() else "-" for c in title.lower())
    return "-".join(part for part in kept.split("-") if part)[:60] or "story"
