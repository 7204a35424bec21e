"""The offline narrator: writes variants without a model, so that one can play without a key.

Pure and seeded: the same request and seed give the same variants, another request gives others.
It understands nothing of the story. It varies who acts, the mood and the plot, and quotes what was
said last. It takes up a direction that tells an event, such as "the door opens"; one that tells
how to write it cannot follow. Each angle says that it is an offline draft.
"""

import hashlib
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, TypeVar

from playground.claude.phrases import MOODS, MOVES, WISHES_SPOKEN, Mood, Move
from playground.claude.script import NARRATOR, Script, read_script

LABEL = "offline draft"
"""How each angle begins, so that nobody takes this for a model's work."""

FACT_LABEL = "offline"
"""How each proposed fact ends, for the same reason."""
MAX_SENTENCE = 160

TOO_LIKE = 0.5
"""Share of common trigrams at which two variants count as the same."""

MAX_WISH = 80
_STRIDE = 5
"""How far a turn goes on in the stock of moods and moves: past what a ballot shows."""
MAX_ECHO_WORDS = 6
_MAX_SHORT_NAME = 24

_EVENT = re.compile(
    r"(?:an?|the|they|he|she|it|we|there|somebody|someone|nobody|everybody|everyone|[A-Z]\w+)"
    r"\s+\S+\s*\S"
)
"""How a direction begins that says what happens."""
_MANNER = re.compile(
    r"\b(?:more|less|shorter|longer|tone|style|drafts?|sentences?|should|please)\b", re.IGNORECASE
)
"""Words of directions that say how to write."""
_SENTENCE = re.compile(r"[^.!?\n]{6,}[.!?]?")
_NUMBER = re.compile(r"<turn\b[^>]*\bn=[\"'](\d{1,9})")

T = TypeVar("T")
Beat = dict[str, str]

_SHAPES = (
    ("world", "word"),
    ("deed", "word", "thought"),
    ("word", "deed"),
    ("thought", "deed"),
    ("world", "deed", "word"),
    ("deed", "word"),
    ("thought", "word", "deed"),
    ("word", "world"),
)
"""Which sides of a move are told, and in which order."""

_KINDS = {"deed": "action", "word": "speech", "thought": "thought"}


def trigrams(text: str) -> frozenset[str]:
    """All runs of three characters in a text, in lower case, white space collapsed."""
    flat = " ".join(text.lower().split())
    return frozenset(flat[i : i + 3] for i in range(len(flat) - 2))


def likeness(one: str, other: str) -> float:
    """Jaccard index of the trigrams of two texts: 0 for nothing in common, 1 for the same."""
    a, b = trigrams(one), trigrams(other)
    return len(a & b) / len(a | b) if a | b else 1.0


def _clip(text: str, longest: int) -> str:
    """The text up to a word's end near ``longest`` characters, with dots if it was longer."""
    if len(text) <= longest:
        return text
    return text[:longest].rsplit(" ", 1)[0].rstrip(" ,;:.") + " …"


def _echo(script: Script, chance: random.Random) -> str:
    """A few words of one of the last turns, or a phrase that fits anywhere."""
    found = []
    for line in script.lines[-3:]:
        # What stands between asterisks was done or thought, and not said.
        said = re.sub(r"\*[^*]+\*", "\n", line.text)
        for piece in re.split(r"[.,;:!?*_\"“”()\n—–]+", said):
            words = piece.split()
            if len(words) > 1:
                found.append(_clip(" ".join(words[:MAX_ECHO_WORDS]), 48))
    return chance.choice(found) if found else "let it be"


def _wish(direction: str) -> str:
    """A direction as it can stand inside a sentence; nothing if it tells how and not what.

    Without colons and quotation marks: "Mira: no" would give words to somebody's character.
    """
    if not _EVENT.match(direction) or _MANNER.search(direction):
        return ""
    plain = " ".join(re.sub(r"[:\"“”„«»]", " ", direction).split())
    return _clip(plain, MAX_WISH).rstrip(" .!")


@dataclass(frozen=True, slots=True)
class _Plan:
    """What one variant is about to be."""

    move: Move
    mood: Mood
    shape: tuple[str, ...]
    actor: str
    wish_spoken: str


def _turned(things: Sequence[T], script: Script, seed: int) -> list[T]:
    """Things in an order of this seed, turned on with each turn, so that they come back late."""
    shuffled = random.Random(f"{seed}:{len(things)}").sample(things, len(things))
    turns = int(max(_NUMBER.findall(script.whole), key=int, default="0"))
    first = (_STRIDE * turns + len(script.drafted)) % len(shuffled)
    return shuffled[first:] + shuffled[:first]


def _plans(script: Script, seed: int, chance: random.Random) -> Iterable[_Plan]:
    """Plans without end, neighbours differing in everything."""
    voiced = [script.speaker] if script.speaker else [v for v in script.voices if v != NARRATOR]
    actors = voiced or list(script.voices)
    chance.shuffle(actors)
    moves = _turned(MOVES, script, seed)
    moods = _turned(MOODS, script, seed)
    shapes = chance.sample(_SHAPES, len(_SHAPES))
    wishes = chance.sample(WISHES_SPOKEN, len(WISHES_SPOKEN))
    for number in count():
        # After the moves were all used once, they meet other moods and shapes.
        turn = number + number // len(moves)
        yield _Plan(
            move=moves[number % len(moves)],
            mood=moods[turn % len(moods)],
            shape=shapes[turn % len(shapes)],
            actor=actors[number % len(actors)],
            wish_spoken=wishes[turn % len(wishes)],
        )


def _beats(plan: _Plan, script: Script, chance: random.Random) -> list[Beat]:
    """The one to four beats of a variant: a mood, sides of its move, and the direction."""
    words = {
        "me": _clip(plan.actor, _MAX_SHORT_NAME),
        "echo": _echo(script, chance),
        "wish": _wish(script.direction),
    }
    # ``script.speaker`` alone may be voiced, whoever else is named.
    narrates = NARRATOR in script.voices and script.speaker in {None, NARRATOR}
    if plan.actor == NARRATOR:
        texts = [plan.mood.opening, plan.move.world]
        texts += [plan.move.lead.format(**words)] if words["wish"] else []
        return [{"actor": NARRATOR, "kind": "narration", "text": " ".join(texts)}]
    opener = (NARRATOR, "narration") if narrates else (plan.actor, "action")
    told = [(*opener, plan.mood.opening)]
    for side in plan.shape[: 2 if words["wish"] else 3]:
        if side != "world":
            told.append((plan.actor, _KINDS[side], getattr(plan.move, side).format(**words)))
        elif narrates:
            told.append((NARRATOR, "narration", plan.move.world))
    if words["wish"]:
        told.append((plan.actor, "speech", plan.wish_spoken.format(**words)))
    return _joined(told)


def _joined(told: Sequence[tuple[str, str, str]]) -> list[Beat]:
    """Beats, of which neighbours of one actor and kind become one."""
    beats: list[Beat] = []
    for actor, kind, text in told:
        if beats and (beats[-1]["actor"], beats[-1]["kind"]) == (actor, kind):
            beats[-1]["text"] += f" {text}"
        else:
            beats.append({"actor": actor, "kind": kind, "text": text})
    return beats


def _text(beats: Sequence[Beat]) -> str:
    return " ".join(beat["text"] for beat in beats)


def write(script: Script, seed: int) -> list[dict[str, Any]]:
    """As many variants as the script asks for, unlike each other and what was drafted before."""
    digest = hashlib.sha256(f"{seed}\0{script.whole}".encode("utf-8", errors="replace"))
    chance = random.Random(int.from_bytes(digest.digest()[:8], "big"))
    known = list(script.drafted)
    variants: list[dict[str, Any]] = []
    # Two rounds through the moves look for the unlike; what then is missing is taken as it comes.
    patience = 2 * len(MOVES)
    for tried, plan in enumerate(_plans(script, seed, chance)):
        beats = _beats(plan, script, chance)
        text = _text(beats)
        if tried < patience and any(likeness(text, other) >= TOO_LIKE for other in known):
            continue
        known.append(text)
        angle = f"{LABEL} · {plan.mood.name} and {plan.move.angle}"
        variants.append({"angle": angle, "beats": beats})
        if len(variants) == script.variants:
            break
    return variants


def propose(script: Script) -> list[dict[str, Any]]:
    """Facts from the newest turns: each says that its first sentence was said or told.

    Each cites its turn word for word, since whoever asks looks the words up.
    """
    facts = []
    for line in reversed(script.lines):
        quote = next((m[0].strip() for m in _SENTENCE.finditer(line.text)), "")
        if not quote or not line.number:
            continue
        plain = _clip(" ".join(quote.replace("*", "").split()), MAX_SENTENCE)
        verb = "It was told" if line.speaker == NARRATOR else f"{line.speaker} let everybody know"
        facts.append(
            {
                "turn": line.number,
                "quote": quote,
                "about": line.speaker,
                "fact": f"{verb}: {plain} ({FACT_LABEL})",
            }
        )
        if len(facts) == script.facts:
            break
    return facts


@dataclass(frozen=True, slots=True)
class OfflineNarrator:
    """Answers requests of the Messages API with JSON as a model would write it."""

    seed: int = 0

    def answer(self, body: Mapping[str, Any], *, variants: int | None = None) -> dict[str, Any]:
        """The agreed JSON for a request.

        Args:
            body: the request.
            variants: how many to write instead of what is asked for.
        """
        script = read_script(body)
        if script.facts:
            return {"facts": propose(script)}
        if variants == 0:
            return {"variants": []}
        if variants is not None:
            script = replace(script, variants=variants)
        return {"variants": write(script, self.seed)}
