"""Reading the model's answer: JSON, if need be from amid other text, into drafted variants.

Lenient on purpose. The service enforces the schema, local servers often do not; what matters
(who may be voiced, lengths, likeness) is checked later on whatever could be read.
"""

import json
import unicodedata
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from bot.ports import DraftedVariant
from bot.story.names import NARRATOR, NARRATOR_KEY, name_key
from bot.story.proposal import ProposedFact
from bot.story.turn import Beat, BeatKind

MAX_OPENINGS = 200
"""Braces at which reading is tried before an answer counts as garbled."""


def _clean(value: object) -> str:
    """A text without what neither Discord nor a database takes; anything else becomes empty.

    Lone surrogates (JSON can spell them) cannot be encoded, and PostgreSQL refuses NUL.
    """
    if not isinstance(value, str):
        return ""
    kept = (c for c in value if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
    return "".join(kept).strip()


def _records(value: object) -> list[dict[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


_Text = Annotated[str, BeforeValidator(_clean)]


class _Lenient(BaseModel):
    # Hidden input: a validation error must not carry story text into a log.
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class _Beat(_Lenient):
    actor: _Text = ""
    kind: _Text = ""
    text: _Text = ""


class _Variant(_Lenient):
    angle: _Text = ""
    beats: Annotated[list[_Beat], BeforeValidator(_records)] = []


def _whole(value: object) -> int:
    """A whole number, also one spelt as text; 0 for anything else."""
    try:
        return int(str(value)) if isinstance(value, int | str) else 0
    except ValueError:
        return 0


class _Fact(_Lenient):
    turn: Annotated[int, BeforeValidator(_whole)] = 0
    quote: _Text = ""
    about: _Text = ""
    fact: _Text = ""


class _Facts(_Lenient):
    facts: Annotated[list[_Fact], BeforeValidator(_records)] = []


class _Answer(_Lenient):
    variants: Annotated[list[_Variant], BeforeValidator(_records)] = []


def _kind(word: str, actor: str) -> BeatKind:
    """The kind that a word names; an unknown one counts as what is guarded most, speech."""
    try:
        return BeatKind(word.casefold())
    except ValueError:
        return BeatKind.NARRATION if name_key(actor) == NARRATOR_KEY else BeatKind.SPEECH


def _beat(beat: _Beat) -> Beat:
    actor = " ".join(beat.actor.split()) or NARRATOR
    return Beat(actor, _kind(beat.kind, actor), beat.text)


def _is_answer(value: object, what: str, sign: str) -> bool:
    """Whether a JSON value could be the answer: an object with a list, or the bare list."""
    if isinstance(value, dict):
        return isinstance(value.get(what), list)
    return isinstance(value, list) and any(sign in item for item in _records(value))


def _find(text: str, what: str, sign: str) -> Any:  # noqa: ANN401 - JSON is any
    """The first JSON value in a text that could be the answer, or None.

    The whole text first, then whatever starts at an opening brace or bracket: fences, a preface,
    and thoughts spoken aloud by a local model are so passed over.

    Args:
        text: the answer.
        what: the key of the list in it.
        sign: a key that an item of a bare list has.
    """
    decoder = json.JSONDecoder(strict=False)
    openings = (i for i, c in enumerate(text) if c in "{[")
    for _, start in zip(range(MAX_OPENINGS), openings, strict=False):
        try:
            value, _end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if _is_answer(value, what, sign):
            return value
    return None


def read_variants(text: str) -> tuple[DraftedVariant, ...]:
    """The variants in an answer, those without a beat left out.

    Args:
        text: all text of the answer; only a whole JSON value in it is read.

    Returns:
        As many variants as are there: more or fewer than asked for, or none at all if the text
        is not the agreed JSON.
    """
    value = _find(text, "variants", "beats")
    answer = _Answer.model_validate({"variants": value} if isinstance(value, list) else value or {})
    drafted = (
        DraftedVariant(
            angle=" ".join(variant.angle.split()),
            beats=tuple(_beat(beat) for beat in variant.beats if beat.text),
        )
        for variant in answer.variants
    )
    return tuple(variant for variant in drafted if variant.beats)


def read_facts(text: str) -> tuple[ProposedFact, ...] | None:
    """The facts in an answer, those without words left out; None if it is not the agreed JSON.

    An empty list is an answer: nothing new was established.
    """
    value = _find(text, "facts", "fact")
    if value is None:
        return None
    answer = _Facts.model_validate({"facts": value} if isinstance(value, list) else value)
    return tuple(
        ProposedFact(fact.turn, fact.quote, fact.about, fact.fact)
        for fact in answer.facts
        if fact.fact
    )
