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


def _is_answer(value: object) -> bool:
    """Whether a JSON value could be the answer: variants, or a bare list of them."""
    if isinstance(value, dict):
        return isinstance(value.get("variants"), list)
    return isinstance(value, list) and any("beats" in item for item in _records(value))


def _find(text: str) -> Any:  # noqa: ANN401 - JSON is any
    """The first JSON value in a text that could be the answer, or None.

    The whole text first, then whatever starts at an opening brace or bracket: fences, a preface,
    and thoughts spoken aloud by a local model are so passed over.
    """
    decoder = json.JSONDecoder(strict=False)
    openings = (i for i, c in enumerate(text) if c in "{[")
    for _, start in zip(range(MAX_OPENINGS), openings, strict=False):
        try:
            value, _end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if _is_answer(value):
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
    value = _find(text)
    answer = _Answer.model_validate({"variants": value} if isinstance(value, list) else value or {})
    drafted = (
        DraftedVariant(
            angle=" ".join(variant.angle.split()),
            beats=tuple(_beat(beat) for beat in variant.beats if beat.text),
        )
        for variant in answer.variants
    )
    return tuple(variant for variant in drafted if variant.beats)
