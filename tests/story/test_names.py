import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.story.errors import InvalidError
from bot.story.names import MAX_NAME, character_name, clean_name, is_blank, name_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mira", "mira"),
        ("Mira", "ＭＩＲＡ"),
        ("Mira", "  Mi\u200bra "),
        ("Mira", "\u202eMira\u202c"),
        ("Straße", "STRASSE"),
        ("ﬁnn", "Finn"),
        ("Old\tTom", "old  tom"),
        ("Ame\u0301lie", "Am\u00e9lie"),
    ],
)
def test_names_that_read_alike_are_the_same(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize("other", ["Mirа (Cyrillic a)", "Mir", "Mira's maid", "M ira"])
def test_other_names_are_not(other: str) -> None:
    assert name_key(other) != name_key("Mira")


@given(st.text())
def test_a_key_is_its_own_key(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Mira   of  Salt\n", "Mira of Salt"),
        ("Mi\x00ra", "Mira"),
        ("Old\tTom", "Old Tom"),
        ("\u200fרות\u200f", "רות"),
        ("O'Brien", "O'Brien"),
        ("🦊", "🦊"),
    ],
)
def test_a_name_is_kept_without_what_nobody_sees(typed: str, kept: str) -> None:
    assert clean_name(typed) == kept


@pytest.mark.parametrize("typed", ["", " \n", "\u200b\u2060", "\x00", "\u3164", "\ufe0f", "\ud800"])
def test_a_name_nobody_sees_is_none(typed: str) -> None:
    with pytest.raises(InvalidError, match="people can see"):
        clean_name(typed)


def test_eighty_characters_are_a_name_and_one_more_is_not() -> None:
    assert clean_name("x" * MAX_NAME) == "x" * 80
    with pytest.raises(InvalidError, match="81 characters"):
        clean_name("x" * 81)


@pytest.mark.parametrize("typed", ["Clyde", "my discord", "DISCORD", "ｃｌｙｄｅ", "Cly\u200bde"])
def test_names_that_discord_refuses(typed: str) -> None:
    with pytest.raises(InvalidError, match="Discord refuses"):
        clean_name(typed)


@pytest.mark.parametrize("typed", ["Narrator", "narrator ", "Narr\u200bator", "ＮＡＲＲＡＴＯＲ"])
def test_nobody_is_called_narrator(typed: str) -> None:
    with pytest.raises(InvalidError, match="storyteller"):
        clean_name(typed)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("Tom: the Elder", "cannot have a colon"),
        ("@everyone", "call to everybody"),
        ("The @He\u200bre", "call to everybody"),
        ("Narrator", "storyteller"),
    ],
)
def test_no_character_is_called_so(typed: str, why: str) -> None:
    with pytest.raises(InvalidError, match=why):
        character_name(typed)


def test_other_names_are_a_characters() -> None:
    assert character_name(" Everyone  here @ sea ") == "Everyone here @ sea"


@given(st.text())
def test_a_kept_name_can_be_posted_under_and_means_the_same(typed: str) -> None:
    try:
        kept = clean_name(typed)
    except InvalidError:
        return
    assert 1 <= len(kept) <= MAX_NAME
    assert not is_blank(kept)
    assert clean_name(kept) == kept
    assert name_key(kept) == name_key(typed)
