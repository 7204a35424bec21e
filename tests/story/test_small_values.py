import pytest

from bot.story.canon import MAX_FACT, clean_fact
from bot.story.errors import InvalidError
from bot.story.purse import MICRO, in_cents
from bot.story.tasks import Task, TaskKind
from tests.builders import variant
from tests.fakes import NOW


@pytest.mark.parametrize(
    ("micro", "words"),
    [
        (0, "free"),
        (-5, "free"),
        (1, "less than 1 ¢"),
        (9_999, "less than 1 ¢"),
        (10_000, "about 1 ¢"),
        (34_000, "about 3 ¢"),
        (994_000, "about 99 ¢"),
        (MICRO, "about 1.00 $"),
        (1_204_000, "about 1.20 $"),
    ],
)
def test_prices_in_words(micro: int, words: str) -> None:
    assert in_cents(micro) == words


def test_a_fact_is_one_line() -> None:
    assert clean_fact(" The lamp\x00 is\n\n out. \ud800") == "The lamp is out. ?"
    assert clean_fact("x" * MAX_FACT) == "x" * MAX_FACT


@pytest.mark.parametrize("text", ["", " \n\x00", "x" * (MAX_FACT + 1)])
def test_a_fact_has_words_and_not_too_many(text: str) -> None:
    with pytest.raises(InvalidError):
        clean_fact(text)


def test_a_deed_has_a_name() -> None:
    assert Task(TaskKind.SETTLE, 12, NOW, 0, 1).name == "settle:12"


def test_variants_are_lettered_by_place() -> None:
    assert [variant(n, place=n - 1).label for n in (1, 2, 8)] == ["A", "B", "H"]
