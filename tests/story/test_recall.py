"""Which facts a prompt recalls where there are too many, and that it stays cached all the same."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.story.canon import MAX_FACT, Fact
from bot.story.cast import Company
from bot.story.prompt import Request, Scene, compose
from bot.story.proposal import compose_reading
from bot.story.recall import CANON_BUDGET, SETTLED_BUDGET, recalled
from bot.story.turn import Turn
from tests.builders import character, company, fact, story, turn
from tests.fakes import NOW

MIRA = character(1, "Mira", "The Captain")
TOM = character(2, "Old Tom")
CREW = company(MIRA, TOM)
LONG = "x" * (MAX_FACT - 50)
LATER = NOW + timedelta(days=1)


def many(count: int, first: int = 1, **changes: object) -> list[Fact]:
    return [fact(n, f"Fact {n}. {LONG}", **changes) for n in range(first, first + count)]


def scene(facts: list[Fact], turns: list[Turn], cast: Company = CREW) -> Scene:
    return Scene(story(), cast, tuple(facts), tuple(turns))


def told(count: int, **texts: str) -> list[Turn]:
    """Turns of which some, ``t7``, have other texts."""
    return [turn(n, texts.get(f"t{n}", "Waves.")) for n in range(1, count + 1)]


def blocks(facts: list[Fact], turns: list[Turn]) -> list[str]:
    return [block.text for block in compose(scene(facts, turns), Request(1)).scene]


def numbers(text: str) -> list[int]:
    return [int(part.split(".")[0]) for part in text.split("Fact ")[1:]]


def test_what_fits_is_told_whole() -> None:
    facts = many(40)
    assert recalled(facts, told(2), CREW) == tuple(facts)


def test_a_thousand_facts_stay_within_the_budget() -> None:
    settled, recent = many(600), many(400, 601, added_at=LATER)
    made = blocks([*settled, *recent], told(70))
    sizes = [len(numbers(text)) * (MAX_FACT - 50) for text in (made[0], made[-1])]
    assert SETTLED_BUDGET * 0.9 < sizes[0] <= SETTLED_BUDGET
    assert CANON_BUDGET * 0.9 < sum(sizes) <= CANON_BUDGET
    read = compose_reading(story(), CREW, settled, told(3)).scene[0].text
    assert CANON_BUDGET * 0.9 < len(numbers(read)) * (MAX_FACT - 50) <= CANON_BUDGET


def test_who_appears_comes_first_and_then_the_newest_and_all_in_order() -> None:
    facts = many(100)
    for n, about in ((3, "the captain"), (5, "Old Tom"), (7, "The lamp"), (9, "Ren")):
        facts[n - 1] = replace(facts[n - 1], about=about)
    turns = [turn(1, "It is dark.", speaker="Mira"), turn(2, "Where is TOM, the OLD man? lamp!")]
    kept = [one.number for one in recalled(facts, turns, CREW)]
    assert kept[:3] == [3, 5, 7]
    assert kept[3:] == list(range(104 - len(kept), 101))
    assert kept == sorted(kept)
    assert 9 not in kept


def test_names_in_scripts_without_spaces_are_found() -> None:
    facts = [replace(one, about="美良" if one.number == 2 else "") for one in many(100)]
    assert 2 in [one.number for one in recalled(facts, [turn(1, "そして美良は笑った。")], CREW)]


def test_a_subject_without_letters_is_nobody_who_appears() -> None:
    facts = [replace(one, about="…!" if one.number == 2 else "") for one in many(100)]
    assert 2 not in [one.number for one in recalled(facts, told(3), CREW)]


def test_who_appears_late_is_recalled_behind_what_is_cached() -> None:
    facts = many(100)
    facts[0] = replace(facts[0], about="Old Tom")
    before = blocks(facts, told(80))
    after = blocks(facts, told(81, t81="Old Tom comes in."))
    assert before[:-1] == after[: len(before) - 1]
    assert (1 in numbers(before[-1]), 1 in numbers(after[-1])) == (False, True)
    assert 1 in numbers(blocks(facts, told(80, t9="Old Tom comes in."))[0])


def test_what_is_not_cached_is_bounded_where_little_is_settled() -> None:
    made = blocks(many(200, added_at=LATER), told(5))
    assert numbers(made[0]) == []
    assert CANON_BUDGET * 0.9 < len(numbers(made[-1])) * (MAX_FACT - 50) <= CANON_BUDGET


@settings(max_examples=30, deadline=None)
@given(
    st.integers(60, 118),
    st.integers(0, 120),
    st.lists(st.sampled_from(["", "Mira", "Old Tom", "The lamp", "Ren"]), min_size=119),
    st.sampled_from(["Mira looks up.", "Ren, by the lamp.", "Old Tom."]),
)
def test_one_more_turn_or_fact_keeps_what_is_cached(
    count: int, recent: int, abouts: list[str], text: str
) -> None:
    facts = [replace(f, about=a) for f, a in zip(many(119), abouts, strict=False)]
    facts += many(recent, 200, added_at=LATER)
    turns = told(count, t3="Mira sings.")
    before = blocks(facts, turns)
    after = blocks(
        [*facts, fact(999, "One more.", added_at=LATER)], [*turns, turn(count + 1, text)]
    )
    assert after[: len(before) - 1] == before[:-1]
