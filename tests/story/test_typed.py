import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.story.names import is_blank
from bot.story.typed import (
    MAX_POST,
    address,
    clean_text,
    excerpt,
    is_table_talk,
    length,
    split_posts,
)
from tests.builders import character

MIRA = character(1, "Mira", "The Captain")
TOM = character(2, "Tom")
MARKS = "!?$."


@pytest.mark.parametrize(
    "text",
    [
        *("((brb))", "  ((brb", "// later", "(OOC) wait", "(ooc)x", "!roll 2d6", "?help", "$buy"),
        *(".hi", "/frobnicate again"),
    ],
)
def test_table_talk(text: str) -> None:
    assert is_table_talk(text, MARKS)


@pytest.mark.parametrize(
    "text",
    [
        "(quietly) no",
        "...and then",
        "! no",
        "!",
        "",
        "?!",
        "/ slash",
        "/2",
        "/sighs/ Fine.",
        "/home/anna",
        "$5 is all I have",
        "He !x",
    ],
)
def test_what_only_looks_like_table_talk(text: str) -> None:
    assert not is_table_talk(text, MARKS)


def test_marks_are_a_setting() -> None:
    assert not is_table_talk("!roll", "")
    assert is_table_talk("-play", "-")


@pytest.mark.parametrize(
    ("text", "who", "said"),
    [
        ("Tom: hello", TOM, "hello"),
        ("tom:hello", TOM, "hello"),
        ("THE  CAPTAIN: aye\n\nTom: no", MIRA, "aye\n\nTom: no"),
        ("Ｔｏｍ: hi", TOM, "hi"),
        ("Ben: hello", None, "Ben: hello"),
        ("12:30 already", None, "12:30 already"),
        ("Tom:", None, "Tom:"),
        ("Tom: \u200b", None, "Tom: \u200b"),
        ("I said\nTom: hello", None, "I said\nTom: hello"),
        ("Tom:   two  spaces ", TOM, "two  spaces "),
    ],
)
def test_a_name_in_front(text: str, who: object, said: str) -> None:
    spoken = address(text, (MIRA, TOM))
    assert (spoken.character, spoken.text) == (who, said)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_text_is_kept_exactly_as_typed(text: str) -> None:
    assert clean_text(text) == text
    assert address(text, (MIRA,)).text in (text, text.partition(":")[2].lstrip(" \t"))


@given(st.text(st.characters(codec=None)))
@example("a\x00b")
@example("\ud83d")
def test_what_cannot_be_kept_goes(text: str) -> None:
    kept = clean_text(text)
    assert "\x00" not in kept
    assert kept.encode().decode() == kept
    assert len(kept) == len(text) - text.count("\x00")


def test_length_is_counted_as_discord_may_count() -> None:
    assert length("ab🦊") == 4


WORDS = st.text(st.sampled_from("ab. \n🦊`é\u200b"), max_size=60)
LONG = st.lists(
    st.one_of(
        WORDS,
        st.builds(lambda w, n: w * n, WORDS, st.integers(1, 120)),
        st.sampled_from(["\n\n", "```\n", "\n```py\ncode\n", "```", "word " * 300, "x" * 2500]),
    ),
    max_size=12,
).map("".join)


def seen(text: str) -> str:
    """What a reader sees of a text, without white space and fences."""
    return re.sub(r"[\s\u200b]|```(?:[\w+#.-]{1,20}(?=\n))?|`", "", text)


@given(LONG, st.integers(200, MAX_POST))
@example("🦊" * 1500, 200)
@example("```" + "a" * 60 + "\n" + "b\n" * 3000 + "```", 1999)
@example("`" * 5000, 2000)
@example("```.\n", 200)
def test_posts_fit_say_something_and_lose_nothing(text: str, first_room: int) -> None:
    posts = split_posts(text, first_room)
    for n, post in enumerate(posts):
        assert length(post) <= (MAX_POST if n else first_room)
        assert not is_blank(post)
    # An empty line at an end is laid out nowhere; behind a fence it would make a language of it.
    assert seen("\n".join(posts)) == seen(text.strip("\n"))


@given(LONG)
def test_short_text_is_one_post_as_typed(text: str) -> None:
    if length(text) <= MAX_POST - 40 and not is_blank(text):
        assert split_posts(text) == [text.strip("\n")]


@given(LONG)
def test_code_that_is_closed_is_closed_in_every_post(text: str) -> None:
    if text.count("```") % 2 == 0 and "````" not in text:
        for post in split_posts(text):
            assert post.count("```") % 2 == 0


def test_a_long_word_is_cut_only_where_it_must_be() -> None:
    assert [len(p) for p in split_posts("x" * 5_000)] == [2_000, 2_000, 1_000]


def test_paragraphs_stay_whole() -> None:
    first, second, third = "a" * 900 + ".", "b" * 900 + ".", "c" * 900 + "."
    text = f"{first}\n\n{second}\n\n  {third}"
    assert split_posts(text) == [f"{first}\n\n{second}", f"  {third}"]


def test_then_lines_then_sentences_then_words() -> None:
    line = "a" * 1_500
    assert split_posts(f"{line}\n{'b' * 900}") == [line, "b" * 900]
    assert split_posts(f"{line}. {'b' * 900}") == [f"{line}.", "b" * 900]
    assert split_posts(f"{line} {'b' * 900}") == [line, "b" * 900]


def test_a_break_far_in_front_is_not_taken() -> None:
    text = "Oh.\n\n" + "word " * 500
    assert len(split_posts(text)) == 2


def test_a_fence_is_closed_and_opened_again_with_its_language() -> None:
    first, second = split_posts("See:\n```py\n" + "line = 1\n" * 300 + "```\nSo.")
    assert first.startswith("See:\n```py\nline")
    assert first.endswith("line = 1\n```")
    assert second.startswith("```py\nline")
    assert second.endswith("```\nSo.")


def test_code_within_a_line_opens_nothing() -> None:
    first, second = split_posts("```hi``` there " + "and so on " * 300)
    assert first.count("```") == 2
    assert "```" not in second


def test_a_fence_that_is_never_closed_stays_as_typed() -> None:
    text = "```py\n" + "line = 1\n" * 300
    posts = split_posts(text)
    assert sum(post.count("```") for post in posts) == 1


def test_nothing_to_show_is_no_post() -> None:
    assert split_posts("\n \u200b\n") == []


def test_an_excerpt_is_one_line() -> None:
    assert excerpt("one\n two", 20) == "one two"
    assert excerpt("one two three", 8) == "one two…"
    assert excerpt("one two three", 10) == "one two…"
    assert excerpt("one " + "o" * 40, 40) == "one " + "o" * 35 + "…"
    assert excerpt("oooo ooo", 4) == "ooo…"
