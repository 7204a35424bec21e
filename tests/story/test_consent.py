import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.story.consent import ALIKE, likeness, locked_by, trespasses
from bot.story.turn import Beat
from tests.builders import ADA, BEN, action, character, company, speech, told

MIRA = character(1, "Mira", "The Captain")
MAID = character(2, "Mira's maid")
TOM = character(3, "Tom")
CREW = company(MIRA, MAID, TOM, mira=ADA)


def whose(*beats: Beat, **more: object) -> set[int | None]:
    return {t.character_id for t in trespasses(beats, CREW, **more)}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    ["Mira", "mira", "ＭＩＲＡ", " Mira ", "Mi\u200bra", "The captain", "Captain Mira", "Mira Voss",
     "Mira (thinking)", "the old captain"],
)  # fmt: skip
def test_an_actor_who_is_a_claimed_character(name: str) -> None:
    assert whose(action(name, "nods")) == {1}


@pytest.mark.parametrize("name", ["Tom", "Mira's maid", "Narrator", "Captain", "Miranda", "A gull"])
def test_an_actor_who_is_not(name: str) -> None:
    assert whose(action(name, "waits at the door")) == set()


@pytest.mark.parametrize(
    "text",
    [
        "The door opens.\nMira: Not tonight.",
        "**Mira:** Not tonight.",
        "> *The Captain*: Not tonight.",
        "“Not tonight,” said Mira.",
        '"Not tonight," Mira whispered.',
        "Then Mira said quietly: “Not tonight.”",
        "«Not tonight», the captain replied.",
    ],
)
def test_words_given_to_a_claimed_character(text: str) -> None:
    assert whose(told(text)) == {1}
    assert whose(speech("Tom", text)) == {1}


@pytest.mark.parametrize(
    "text",
    [
        "The rope that Mira tied still holds.",
        "Mira's coat hangs by the door.",
        "“Is Mira here?” asked Tom.",
        "Miranda: a play by nobody.",
    ],
)
def test_a_claimed_character_may_be_spoken_of(text: str) -> None:
    assert whose(told(text)) == set()


def test_an_owner_may_write_their_own() -> None:
    assert whose(speech("Mira", "Aye."), told("Mira: aye"), may_write=frozenset({1})) == set()


@pytest.mark.parametrize("name", ["", "\u200b", "Clyde", "x" * 81])
def test_an_actor_must_have_a_name_to_post_under(name: str) -> None:
    assert whose(speech(name, "Hello.")) == {None}


@pytest.mark.parametrize("beats", [(), (told(" "),), (told("\u200b"), speech("Tom", "\u2060"))])
def test_a_passage_must_say_something(beats: tuple[Beat, ...]) -> None:
    assert [t.reason for t in trespasses(beats, CREW)] == ["says nothing"]


def test_one_turn_has_its_limit_and_two_turns_have_two() -> None:
    half = "word " * 500
    assert whose(told(half), told(half)) == {None}
    assert whose(told(half), speech("Tom", half)) == set()


def test_a_reason_holds_nothing_of_the_story() -> None:
    found = trespasses([speech("Mira", "xyzzy"), told("Mira: xyzzy"), speech("", "xyzzy")], CREW)
    assert len(found) == 3
    assert not any("xyzzy" in t.reason or "Mira" in t.reason for t in found)


def test_a_variant_is_locked_until_the_owner_allows_it() -> None:
    beats = (speech("Mira", "Aye."),)
    assert locked_by(beats, CREW, frozenset(), None) == {1}
    assert locked_by(beats, CREW, frozenset({1}), None) == frozenset()
    assert locked_by(beats, CREW, frozenset(), ADA) == frozenset()
    assert locked_by(beats, CREW, frozenset(), BEN) == {1}
    assert locked_by((speech("", "Aye."),), CREW, frozenset(), None) == frozenset()


BEATS = st.lists(
    st.builds(speech, st.sampled_from(["Tom", "Narrator"]), st.text("ab c", max_size=40)),
    max_size=4,
)


@given(BEATS, BEATS)
def test_likeness_is_a_share_whichever_comes_first(one: list[Beat], other: list[Beat]) -> None:
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, other) == likeness(other, one)
    assert likeness(one, one) == 1


def test_the_same_in_other_words_is_another() -> None:
    door = [told("The door opens and a man with a wet coat steps in out of the rain.")]
    door_again = [told("the DOOR opens and a man with a wet coat steps in, out of the rain.")]
    ship = [told("Far out, a ship without lights turns its bow against the current.")]
    assert likeness(door, door_again) > ALIKE
    assert likeness(door, ship) < ALIKE
    assert likeness([told("Go.")], [told("go.")]) == 1
