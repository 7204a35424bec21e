"""Short ways to make what tests need."""

from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta

from bot.ports import DraftedVariant
from bot.story.ballot import (
    Ballot,
    BallotState,
    Electorate,
    Round,
    Variant,
    VariantState,
    Voter,
)
from bot.story.canon import Fact, FactState
from bot.story.cast import Character, Claim, Company, Sheet
from bot.story.names import NARRATOR
from bot.story.tale import Actor, Settings, Story
from bot.story.turn import Beat, BeatKind, Source, Turn
from tests.fakes import NOW

OWNER, ADA, BEN, CLEO = 7, 11, 12, 13
"""Writers: the owner of the story, and others."""
GUILD, CHANNEL = 77, 900
NAMES = {OWNER: "Olga", ADA: "Ada", BEN: "Ben", CLEO: "Cleo"}
PREMISE = "Three people on a rock wait for a ship that is now a week late."


def actor(writer_id: int, *, manages: bool = False) -> Actor:
    return Actor(writer_id, NAMES.get(writer_id, f"Writer {writer_id}"), manages=manages)


def story(**changes: object) -> Story:
    plain = Story(1, GUILD, "Salt", PREMISE, "teen", OWNER, OWNER, NOW, settings=Settings())
    return replace(plain, **changes)  # type: ignore[arg-type]


def character(number: int, name: str, *aliases: str, **sheet: str) -> Character:
    return Character(number, 1, name, OWNER, NOW, Sheet(**sheet), aliases)


def company(*characters: Character, **claims: int) -> Company:
    """A company; ``claims`` are writers by the lower-case name of the character."""
    by_name = {c.name.lower(): c.id for c in characters}
    held = {
        by_name[name]: Claim(n + 1, 1, by_name[name], writer_id, NOW)
        for n, (name, writer_id) in enumerate(claims.items())
    }
    return Company(characters, held)


def speech(who: str, text: str) -> Beat:
    return Beat(who, BeatKind.SPEECH, text)


def action(who: str, text: str) -> Beat:
    return Beat(who, BeatKind.ACTION, text)


def told(text: str, who: str = NARRATOR) -> Beat:
    return Beat(who, BeatKind.NARRATION, text)


def drafted(*beats: Beat, angle: str = "an angle") -> DraftedVariant:
    return DraftedVariant(angle, beats)


STORM = drafted(told("A gust tears the shutter off its hinge and throws it into the sea."))
GULLS = drafted(told("Gulls settle along the gallery rail, one by one, and none of them cries."))
LAMP = drafted(told("Below, the lamp room door stands open although nobody has the key."))
BELL = drafted(told("Once, then twice, somebody rings the fog bell on a clear night."))
"""Variants that differ from one another."""


def turn(number: int, text: str = "Waves.", **changes: object) -> Turn:
    plain = Turn(
        id=number,
        story_id=1,
        branch_id=1,
        parent_id=number - 1 or None,
        deed_id=number,
        depth=number,
        character_id=None,
        speaker=NARRATOR,
        author_id=ADA,
        source=Source.HUMAN,
        text=text,
        created_at=NOW + timedelta(minutes=number),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def fact(number: int, text: str, **changes: object) -> Fact:
    plain = Fact(
        id=number,
        story_id=1,
        number=number,
        text=text,
        about="",
        state=FactState.CANON,
        proposed_by=ADA,
        accepted_by=ADA,
        source_turn_id=None,
        quote="",
        from_turn_id=None,
        until_turn_id=None,
        added_at=NOW,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def variant(number: int, *beats: Beat, **changes: object) -> Variant:
    plain = Variant(
        id=number,
        ballot_id=1,
        round=1,
        place=number - 1,
        angle="an angle",
        beats=beats or (told(f"Way {number}."),),
        author_id=None,
        state=VariantState.STANDING,
        added_at=NOW,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def asked(number: int = 1, **changes: object) -> Round:
    plain = Round(
        number=number,
        direction="",
        as_character_id=None,
        as_narrator=False,
        variants=3,
        asked_by=ADA,
        asked_at=NOW,
        done_at=NOW,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def ballot(**changes: object) -> Ballot:
    """An open ballot with the variants 1, 2 and 3, its window 12 hours from NOW."""
    plain = Ballot(
        id=1,
        story_id=1,
        branch_id=1,
        channel_id=CHANNEL,
        opener_id=ADA,
        state=BallotState.OPEN,
        from_turn_id=None,
        opened_at=NOW,
        window_ends=NOW + timedelta(hours=12),
        settings=Settings(),
        variants=(variant(1), variant(2), variant(3)),
        rounds=(asked(),),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def voted(
    approvals: dict[int, set[int]], nones: AbstractSet[int] = frozenset(), **changes: object
) -> Ballot:
    """A ballot with votes, all given a minute after it opened."""
    writers = set(nones).union(*approvals.values()) if approvals else set(nones)
    return ballot(
        approvals={number: frozenset(who) for number, who in approvals.items()},
        nones=frozenset(nones),
        pressed=dict.fromkeys(writers, NOW + timedelta(minutes=1)),
        **changes,
    )


def electorate(*writers: int, everyone: bool = False, active: datetime = NOW) -> Electorate:
    return Electorate(tuple(Voter(w, active) for w in writers), everyone=everyone)
