import pytest

from playground.terminal.checks import check_slash
from playground.terminal.words import (
    NotUnderstoodError,
    Slash,
    last_number,
    paths,
    read_form,
    read_named,
    read_slash,
)

COMMANDS = [
    {
        "name": "story",
        "type": 1,
        "options": [
            {
                "name": "open",
                "type": 1,
                "options": [
                    {"name": "title", "type": 3},
                    {"name": "premise", "type": 3},
                    {"name": "variants", "type": 4},
                    {"name": "tie", "type": 3, "choices": [{"name": "Opener", "value": "opener"}]},
                    {"name": "loud", "type": 5},
                ],
            },
            {"name": "show", "type": 1},
        ],
    },
    {"name": "ping", "type": 1},
    {"name": "Take back", "type": 3},
]


def test_every_command_that_can_be_typed():
    assert paths(COMMANDS) == ["ping", "story open", "story show"]


@pytest.mark.parametrize(
    ("typed", "options"),
    [
        ('story open title:"Fog" premise:"A: B"', {"title": "Fog", "premise": "A: B"}),
        ("story open title:The Fog premise:It rains", {"title": "The Fog", "premise": "It rains"}),
        ("story  open   The Fog", {"title": "The Fog"}),
        ("story open title:“Fog” variants:3", {"title": "Fog", "variants": 3}),
        ("story open tie:Opener loud:yes", {"tie": "opener", "loud": True}),
        (r'story open premise:"one\ntwo"', {"premise": "one\ntwo"}),
    ],
)
def test_options_are_read_in_the_type_they_want(typed, options):
    assert read_slash(typed, COMMANDS) == Slash("story open", options)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("story sing", "There is: /story open, /story show."),
        ("sing", "There is: /ping, /story."),
        ("story", "/story needs one of: open, show."),
        (
            "story open rhyme:yes",
            "There is no option rhyme; /story open has title, premise, variants, tie and loud.",
        ),
        ('story open title:Fog rhyme:"yes"', "There is no option rhyme;"),
        ('story open title:"Fog" rhyme:yes', "There is no option rhyme;"),
        ("story open variants:3 rhyme:yes", "There is no option rhyme;"),
        ('story open title:"Fog" and more', "‘and more’ stands behind a quotation"),
        ("story open loud:perhaps", "loud takes yes or no, not ‘perhaps’."),
        ('story open title:"Fog', "does not end"),
        ("story open variants:many", "variants takes a number, not ‘many’."),
        ("story show me", "/story show takes nothing further."),
    ],
)
def test_what_is_not_understood_is_said(typed, told):
    with pytest.raises(NotUnderstoodError) as failure:
        read_slash(typed, COMMANDS)
    assert told in str(failure.value)


def test_a_form_with_one_field_takes_everything():
    assert read_form("Narrator: it rains", ["draft"]) == {"draft": "Narrator: it rains"}
    assert read_form("draft:it rains", ["draft"]) == {"draft": "it rains"}
    assert read_form("See https://example.org", ["draft"]) == {"draft": "See https://example.org"}
    assert read_named('a:"1" b:2', ["a", "b"]) == {"a": "1", "b": "2"}


def test_a_field_that_a_form_has_not_is_not_its_text():
    with pytest.raises(NotUnderstoodError, match="This form has no ‘text’, only draft"):
        read_form('text:"it rains"', ["draft"])


SPECS = [
    {"name": "fact", "type": 4, "required": True, "min_value": 1, "max_value": 9},
    {"name": "why", "type": 3, "required": True, "min_length": 2, "max_length": 5},
    {
        "name": "tie",
        "type": 3,
        "choices": [
            {"name": "The opener decides", "value": "opener"},
            {"name": "second_round", "value": "second_round"},
        ],
    },
]
RIGHT = {"fact": 1, "why": "so"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "/canon dispute needs fact and why: /canon dispute fact:… why:…"),
        ({"why": "so"}, "/canon dispute needs fact: /canon dispute fact:…"),
        (RIGHT | {"fact": 0}, "fact is 1 at least, and you gave 0."),
        (RIGHT | {"fact": 10}, "fact is 9 at most, and you gave 10."),
        (RIGHT | {"why": ""}, "why is empty. Write something into it."),
        (RIGHT | {"why": "a"}, "why needs 2 characters at least; yours has 1."),
        (RIGHT | {"why": "because"}, "why takes 5 characters at most; yours has 7. Shorten it."),
        (RIGHT | {"why": "a\nb"}, "why takes no line breaks: write it on one line."),
        (RIGHT | {"tie": "dice"}, "tie can be opener (The opener decides) or second_round."),
    ],
)
def test_what_a_command_does_not_take_is_said_in_a_sentence(options, told):
    with pytest.raises(NotUnderstoodError) as failure:
        check_slash(Slash("canon dispute", options), SPECS)
    assert str(failure.value) == told


def test_what_a_command_takes_is_let_through():
    check_slash(Slash("canon dispute", RIGHT | {"tie": "opener"}), SPECS)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ('"Take back" 7', ("Take back", 7)),
        ("❌ #12", ("❌", 12)),
        ("A", ("A", None)),
        ("2", ("", 2)),
        ("2 7", ("2", 7)),
    ],
)
def test_a_message_is_named_by_the_number_at_the_end(typed, read):
    assert last_number(typed) == read
