from hypothesis import given
from hypothesis import strategies as st

from bot.story.cast import is_narrator, speaking
from tests.builders import ADA, BEN, CLEO, character, company

MIRA = character(1, "Mira", "The Captain", "Mi")
TOM = character(2, "Tom")
REN = character(3, "Ren")
CREW = company(MIRA, TOM, REN, ren=ADA, mira=ADA, tom=BEN)


def test_found_by_name_and_alias_whatever_the_case() -> None:
    assert CREW.find(" the  CAPTAIN") == MIRA
    assert CREW.find("tom") == TOM
    assert CREW.find("Tommy") is None
    assert CREW.find("") is None


def test_found_by_id() -> None:
    assert CREW.get(3) == REN
    assert CREW.get(9) is None
    assert CREW.get(None) is None


def test_held_in_the_order_of_claiming() -> None:
    assert CREW.held_by(ADA) == (REN, MIRA)
    assert CREW.held_by(CLEO) == ()


def test_a_claim_on_somebody_retired_holds_nobody() -> None:
    without = company(MIRA, TOM, tom=BEN)
    gone = type(without)((MIRA,), without.claims)
    assert gone.held_by(BEN) == ()


def test_who_is_claimed() -> None:
    some = company(MIRA, TOM, REN, tom=BEN)
    assert some.claimed() == (TOM,)
    assert some.unclaimed() == (MIRA, REN)
    assert some.writer_of(2) == BEN
    assert some.writer_of(1) is None


def test_the_narrator_is_known_by_name() -> None:
    assert is_narrator("NARRATOR ")
    assert not is_narrator("The narrator")


def test_one_speaks_as_the_chosen_or_the_last_claimed() -> None:
    assert speaking((REN, MIRA), 3) == REN
    assert speaking((REN, MIRA), None) == MIRA
    assert speaking((REN, MIRA), TOM.id) == MIRA
    assert speaking((), 3) is None


@given(st.permutations([MIRA, TOM, REN]))
def test_a_name_means_the_same_in_whatever_order(cast: list[object]) -> None:
    shuffled = company(*cast)  # type: ignore[arg-type]
    assert shuffled.find("Mi") == MIRA
    assert shuffled.find("ren") == REN
