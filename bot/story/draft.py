"""A writer's own draft taken apart into beats, and a variant's beats made into turns."""

import re
from collections.abc import Sequence

from bot.story.cast import Character, Company, is_narrator
from bot.story.names import NARRATOR, clean_name, is_blank
from bot.story.turn import Beat, BeatKind, NewTurn, Source, as_text, by_actor

_SPOKEN = re.compile(r"\s*([^\n:]{1,80}):[ \t]*(.*)", re.DOTALL)


def beats_of_text(text: str, company: Company, speaker: Character | None) -> tuple[Beat, ...]:
    """A writer's draft as beats.

    A line that begins with a name of the cast (or the narrator's) and a colon starts a beat of
    that actor; what stands before the first such line belongs to ``speaker``, or to the narrator.

    Args:
        text: the draft.
        company: whose names are looked for.
        speaker: the character as whom the writer speaks.
    """
    beats: list[tuple[str, list[str]]] = [(speaker.name if speaker else NARRATOR, [])]
    # Not splitlines: what else counts as a line's end there is kept as typed.
    for line in text.strip().split("\n"):
        match = _SPOKEN.fullmatch(line)
        actor = _actor(match[1], company) if match else None
        if match and actor:
            beats.append((actor, [match[2]]))
        else:
            beats[-1][1].append(line)
    return tuple(
        Beat(actor, _kind(actor), said)
        for actor, lines in beats
        if not is_blank(said := "\n".join(lines).strip())
    )


def _actor(name: str, company: Company) -> str | None:
    bare = name.strip().strip("*_ ")
    if is_narrator(bare):
        return NARRATOR
    found = company.find(bare)
    return found.name if found else None


def _kind(actor: str) -> BeatKind:
    return BeatKind.NARRATION if is_narrator(actor) else BeatKind.SPEECH


def turns_of_beats(
    beats: Sequence[Beat], company: Company, author_id: int | None
) -> tuple[NewTurn, ...]:
    """The turns that a winning variant adds: consecutive beats of one actor are one turn.

    Args:
        beats: the variant.
        company: to whom names resolve; an actor outside the cast keeps the name as written.
        author_id: who wrote the variant by hand; None for the model.
    """
    named = [Beat(_name(beat.actor, company), beat.kind, beat.text) for beat in beats]
    turns = []
    for group in by_actor(named):
        character = company.find(group[0].actor)
        turns.append(
            NewTurn(
                character_id=character.id if character else None,
                speaker=group[0].actor,
                author_id=author_id,
                source=Source.HUMAN if author_id else Source.MODEL,
                text=as_text(group),
            )
        )
    return tuple(turn for turn in turns if not is_blank(turn.text))


def _name(actor: str, company: Company) -> str:
    # The checks let nobody pass whose name could not be posted under.
    return _actor(actor, company) or clean_name(actor)


def script(beats: Sequence[Beat], company: Company) -> list[tuple[str, str]]:
    """A variant as readers see it: speaker and text, one pair a turn."""
    return [(turn.speaker, turn.text) for turn in turns_of_beats(beats, company, None)]
