import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.narrator.answer import read_facts, read_variants
from bot.story.proposal import ProposedFact
from bot.story.turn import Beat, BeatKind

BEAT = {"actor": "Ajax", "kind": "action", "text": "He waits."}


def answer(*beats, angle="dry", **extra):
    return json.dumps({"variants": [{"angle": angle, "beats": list(beats), **extra}]})


def beats_of(text):
    return [beat for variant in read_variants(text) for beat in variant.beats]


def test_the_agreed_json_is_read():
    (variant,) = read_variants(answer(BEAT))

    assert variant.angle == "dry"
    assert variant.beats == (Beat("Ajax", BeatKind.ACTION, "He waits."),)


@pytest.mark.parametrize(
    "text",
    [
        f"```json\n{answer(BEAT)}\n```",
        f"<think>{{a plan}} [1]</think>\n{answer(BEAT)}\nThat {{was}} it.",
        json.dumps([{"angle": "dry", "beats": [BEAT]}]),
        answer(
            BEAT, {"actor": "Ajax", "kind": "speech", "text": "  "}, {"actor": 3}, probability=1
        ),
    ],
)
def test_json_is_found_amid_other_things(text):
    assert beats_of(text) == [Beat("Ajax", BeatKind.ACTION, "He waits.")]


@pytest.mark.parametrize(
    "text",
    ["", "No.", "{", "[[[[" * 5000, "null", '{"variants": 3}', answer()[:-2], answer(BEAT)[:-6]],
)
def test_what_holds_no_variant_gives_none(text):
    assert read_variants(text) == ()


@pytest.mark.parametrize(
    ("actor", "kind", "expected"),
    [
        ("Ajax", "dialogue", BeatKind.SPEECH),
        ("Ajax", "", BeatKind.SPEECH),
        ("Ajax", "THOUGHT", BeatKind.THOUGHT),
        ("narrator", "scene", BeatKind.NARRATION),
        ("", "speech", BeatKind.SPEECH),
    ],
)
def test_kinds_are_read_kindly(actor, kind, expected):
    (beat,) = beats_of(answer({"actor": actor, "kind": kind, "text": "x"}))

    assert beat.kind is expected
    assert beat.actor == (actor or "Narrator")


def test_characters_that_no_database_takes_are_left_out():
    text = answer(
        {"actor": "A\njax", "kind": "speech", "text": "a\ud800b\x00c\r\nd\te"}, angle="\ud83d"
    )

    (variant,) = read_variants(text)

    assert variant.angle == ""
    assert variant.beats == (Beat("A jax", BeatKind.SPEECH, "abc\nd\te"),)


values = st.recursive(
    st.none() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["variants", "beats", "actor", "text", "angle"]), inner)
    ),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(values, st.text(max_size=20))
def test_no_answer_breaks_the_reading(value, around):
    for text in (around, json.dumps(value), around + json.dumps({"variants": value}) + around):
        for variant in read_variants(text):
            assert variant.beats
            assert all(beat.text and beat.actor for beat in variant.beats)
            variant.angle.encode()


FACT = {"turn": 3, "quote": "It rained.", "about": "weather", "fact": "It rained."}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"facts": [FACT]}),
        f"Gladly:\n```json\n{json.dumps({'facts': [FACT | {'turn': '3'}]})}\n```",
        json.dumps([FACT, {"quote": "no fact"}, 7]),
    ],
)
def test_facts_are_read(text):
    assert read_facts(text) == (ProposedFact(3, "It rained.", "weather", "It rained."),)


def test_no_facts_are_an_answer_and_no_json_is_none():
    assert read_facts('{"facts": []}') == ()
    assert read_facts("I found nothing.") is None
    assert read_facts(json.dumps({"variants": []})) is None
    (odd,) = read_facts(json.dumps({"facts": [{"turn": [1], "fact": "It\x00 rained."}]}))
    assert (odd.turn, odd.text) == (0, "It rained.")


@given(st.text())
def test_no_text_stops_the_reading_of_facts(text):
    assert isinstance(read_facts(text), tuple | None)
