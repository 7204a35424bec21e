import pytest

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
        ("story open rhyme:yes", "no 'rhyme'"),
        ('story open title:"Fog', "does not end"),
        ("story open variants:many", "takes a number"),
        ("story show me", "nothing further"),
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
