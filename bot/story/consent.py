"""Whose character a passage moves, and whether its owner allowed that. Code checks, not prose."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.story.cast import Character, Company, is_narrator, keys_of
from bot.story.errors import InvalidError
from bot.story.names import clean_name, is_blank, name_key
from bot.story.turn import Beat, as_text, by_actor

MAX_SPOKEN = 4_000
"""Characters of one turn of a variant."""
ALIKE = 0.6
"""Share of common trigrams from which on two variants count as the same."""

_SPEECH_VERBS = (
    "says|said|asks|asked|replies|replied|answers|answered|whispers|whispered|shouts|shouted|"
    "cries|cried|mutters|muttered|thinks|thought|snaps|snapped|adds|added|murmurs|murmured"
)


@dataclass(frozen=True, slots=True)
class Trespass:
    """A rule that a variant breaks.

    Attributes:
        character_id: the claimed character that it writes, or None for another rule.
        reason: what it does, in words that follow "it"; without story text.
    """

    character_id: int | None
    reason: str


def trespasses(
    beats: Sequence[Beat], company: Company, may_write: frozenset[int] = frozenset()
) -> list[Trespass]:
    """What is wrong with a passage, given who holds which character now.

    An actor is a claimed character if the name or an alias resolves to one (NFKC and case
    ignored), or if all words of such a name are among the words of the actor ("Captain Mira").
    A beat of somebody else that holds a claimed character's line in script form ("Mira: no") or
    speech given to them ("no," said Mira) counts as writing them too.

    Args:
        beats: the passage.
        company: cast and live claims; if the retired are among them, nobody may speak as one.
        may_write: ids of claimed characters that may be written (their owner's own draft, or a
            variant which the owner allowed).

    Returns:
        All violations; empty if the passage is clean.
    """
    found: list[Trespass] = []
    protected = [c for c in company.claimed() if c.id not in may_write]
    for beat in beats:
        # "Mira's maid" is herself, if she is in the cast: an exact name is looked for first.
        known = company.find(beat.actor)
        suspects = [c for c in protected if c == known] if known else protected
        owner = next((c for c in suspects if _is_actor(beat.actor, c)), None)
        if owner:
            found.append(Trespass(owner.id, "writes a claimed character"))
            continue
        text = _Read(beat.text)
        spoken = next((c for c in protected if text.gives_words_to(c)), None)
        if spoken:
            found.append(Trespass(spoken.id, "gives words to a claimed character"))
        if known and known.retired_at:
            found.append(Trespass(None, "voices a character who retired"))
        elif not known and not is_narrator(beat.actor):
            found.extend(_bad_extra(beat.actor))
    if any(len(as_text(group)) > MAX_SPOKEN for group in by_actor(beats)):
        found.append(Trespass(None, f"has a turn of more than {MAX_SPOKEN} characters"))
    if is_blank(as_text(beats)):
        found.append(Trespass(None, "says nothing"))
    return found


def _is_actor(actor: str, character: Character) -> bool:
    key = name_key(actor)
    words = set(re.findall(r"\w+", key))
    for known in keys_of(character):
        known_words = set(re.findall(r"\w+", known))
        if key == known or (known_words and known_words <= words):
            return True
    return False


class _Read:
    """A text as it is searched for the names of a cast: read once for all of them."""

    def __init__(self, text: str) -> None:
        self._folded = name_key(text)
        # name_key collapses white space, line breaks with it: script form is looked for line by
        # line.
        self._lines = [name_key(line) for line in text.splitlines()]

    def gives_words_to(self, character: Character) -> bool:
        """Whether somebody speaks in it who is called as a character is."""
        # Nearly every text names none of the claimed characters: then no pattern is tried.
        return any(
            self._speaks(*_patterns(known)) for known in keys_of(character) if known in self._folded
        )

    def _speaks(
        self, script: re.Pattern[str], said: re.Pattern[str], said_first: re.Pattern[str]
    ) -> bool:
        if any(script.match(line) for line in self._lines):
            return True
        return bool(said.search(self._folded) or said_first.search(self._folded))


@lru_cache(maxsize=1_024)
def _patterns(known: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """A name's line in a script; speech followed by who said it; and the other way round."""
    name = re.escape(known)
    said = rf"[\"”»’'][,.!?]?\s+(?:(?:{_SPEECH_VERBS})\s+{name}\b|{name}\s+(?:{_SPEECH_VERBS})\b)"
    said_first = rf"\b{name}\s+(?:{_SPEECH_VERBS})\b[^.\"“«]{{0,40}}[:,]\s*[\"“«]"
    return re.compile(rf"^[\W_]*{name}[\s*_]*:"), re.compile(said), re.compile(said_first)


def _bad_extra(actor: str) -> Iterable[Trespass]:
    """An actor outside the cast may appear if the name could be posted under."""
    try:
        clean_name(actor)
    except InvalidError:
        yield Trespass(None, "has an actor without a usable name")


def locked_by(
    beats: Sequence[Beat], company: Company, allowed: frozenset[int], author_id: int | None
) -> frozenset[int]:
    """Ids of claimed characters whose owners must allow a variant before it may win.

    Args:
        beats: the variant.
        company: cast and live claims.
        allowed: characters whose owners allowed this variant already.
        author_id: who wrote it by hand; their own characters need no word from them.
    """
    own = {c.id for c in company.held_by(author_id)} if author_id else set()
    found = trespasses(beats, company, frozenset(allowed | own))
    return frozenset(t.character_id for t in found if t.character_id is not None)


def _trigrams(beats: Sequence[Beat]) -> frozenset[str]:
    words = name_key(" ".join(beat.text for beat in beats)).split()
    if len(words) < 3:  # noqa: PLR2004 - a trigram has three words
        return frozenset(words)
    return frozenset(" ".join(words[i : i + 3]) for i in range(len(words) - 2))


def likeness(one: Sequence[Beat], other: Sequence[Beat]) -> float:
    """Share of common word trigrams of two passages (Jaccard index, 0 to 1)."""
    a, b = _trigrams(one), _trigrams(other)
    return len(a & b) / len(a | b) if a or b else 1.0
