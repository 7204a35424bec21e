from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.story.draft import beats_of_text, script, turns_of_beats
from bot.story.names import NARRATOR
from bot.story.turn import Beat, BeatKind, Source, as_text, by_actor
from tests.builders import ADA, action, character, company, speech, told

MIRA = character(1, "Mira", "The Captain")
TOM = character(2, "Tom")
CREW = company(MIRA, TOM, mira=ADA)


def test_speech_is_plain_and_deeds_are_slanted() -> None:
    beats = [speech("Tom", "No. "), action("Tom", "sits"), told(" Rain.")]
    assert as_text(beats) == "No.\n*sits*\nRain."


@pytest.mark.parametrize("text", ["he *really* sits", "sits\nand stands"])
def test_what_cannot_be_slanted_is_left_alone(text: str) -> None:
    assert as_text([action("Tom", text)]) == text


def test_empty_beats_leave_no_line() -> None:
    assert as_text([action("Tom", " "), speech("Tom", "Yes.")]) == "Yes."


KINDS = st.sampled_from(BeatKind)
BEATS = st.lists(st.builds(Beat, st.sampled_from(["Tom", "Mira", "Gull"]), KINDS, st.text()))


@given(BEATS)
def test_groups_keep_every_beat_in_order_and_never_meet_themselves(beats: list[Beat]) -> None:
    groups = by_actor(beats)
    assert [beat for group in groups for beat in group] == beats
    actors = [group[0].actor for group in groups]
    assert all(one != other for one, other in pairwise(actors))


def test_a_draft_is_taken_apart_at_names() -> None:
    text = "I wait.\n\nTom: Who is there?\nNobody answers.\nnarrator: Rain.\n*The captain*: Me."
    assert beats_of_text(text, CREW, MIRA) == (
        speech("Mira", "I wait."),
        speech("Tom", "Who is there?\nNobody answers."),
        told("Rain."),
        speech("Mira", "Me."),
    )


def test_a_draft_without_names_is_the_speakers_or_the_narrators() -> None:
    assert beats_of_text("He: looks.", CREW, TOM) == (speech("Tom", "He: looks."),)
    assert beats_of_text("Rain.", CREW, None) == (told("Rain."),)
    assert beats_of_text("Tom:\n\u200b\nMira: yes", CREW, None) == (speech("Mira", "yes"),)


def test_a_draft_keeps_what_was_typed() -> None:
    said = "one\u2028two\x0bthree  four\n\n\tfive"
    assert beats_of_text(said, CREW, TOM) == (speech("Tom", said),)


def test_turns_of_a_variant() -> None:
    beats = (
        speech("the CAPTAIN", "Aye."),
        action("Mira", "turns"),
        told("Rain.", "narrator"),
        told("\u200b", "Wind"),
        speech(" An  old\u200b gull ", "Kra."),
    )
    turns = turns_of_beats(beats, CREW, None)
    assert [(t.speaker, t.character_id, t.text) for t in turns] == [
        ("Mira", 1, "Aye.\n*turns*"),
        (NARRATOR, None, "Rain."),
        ("An old gull", None, "Kra."),
    ]
    assert {(t.author_id, t.source) for t in turns} == {(None, Source.MODEL)}


def test_a_persons_draft_is_a_persons() -> None:
    (made,) = turns_of_beats((told("Rain."),), CREW, ADA)
    assert (made.author_id, made.source) == (ADA, Source.HUMAN)


def test_what_readers_see_is_what_wins() -> None:
    beats = (speech("tom", "No."), told("Rain."))
    assert script(beats, CREW) == [("Tom", "No."), (NARRATOR, "Rain.")]
