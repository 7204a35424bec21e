"""Which facts a prompt recalls, where a story has more of them than a prompt should hold.

First those about somebody or something that appears in the turns given word for word, then the
newest. Facts that are cached with the beginning of a prompt are chosen by the turns that stay in it
as long as it is cached, so that the choice stays, too, from turn to turn (once a branch has so many
turns); who appears only later is recalled behind what is cached.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from bot.story.canon import Fact
from bot.story.cast import Company
from bot.story.names import name_key
from bot.story.turn import Turn

CANON_BUDGET = 24_000
"""Characters of all facts in a prompt: about 6,000 tokens, or 200 facts of usual length."""
SETTLED_BUDGET = 18_000
"""Of these, for the facts that are cached; what they leave is for those told anew each time."""

_WORD = re.compile(r"\w+")
_UNSPACED = "\u0e00"
"""From here on, scripts put no spaces between words (Thai, Chinese, Japanese and others)."""


def recalled(
    facts: Sequence[Fact], turns: Iterable[Turn], company: Company, budget: int = CANON_BUDGET
) -> tuple[Fact, ...]:
    """Those of the facts that fit a budget of characters, in the order in which they came."""
    if sum(map(_size, facts)) <= budget:
        # So it is in nearly every story: nothing to look up.
        return tuple(facts)
    appears = appearing(turns, company)
    kept: set[int] = set()
    for fact in sorted(facts, key=lambda one: (not appears(one), -one.number)):
        budget -= _size(fact)
        if budget < 0:
            break
        kept.add(fact.id)
    return tuple(fact for fact in facts if fact.id in kept)


def split_recalled(
    settled: Sequence[Fact],
    recent: Sequence[Fact],
    turns: Sequence[Turn],
    company: Company,
    lasting: int,
) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    """The facts for a prompt's cached beginning, and those for its end, each in order.

    Args:
        settled: facts that have a place in the beginning.
        recent: facts that have one at the end.
        turns: what is given word for word.
        company: to whom names resolve.
        lasting: of the turns, how deep the first ones go by which the beginning is chosen.
    """
    fixed = [turn for turn in turns if turn.depth < turns[0].depth + lasting]
    head = recalled(settled, fixed, company, SETTLED_BUDGET)
    end = list(recent)
    if len(head) < len(settled):
        cached = {fact.id for fact in head}
        appears = appearing(turns, company)
        end += [fact for fact in settled if fact.id not in cached and appears(fact)]
        end.sort(key=lambda fact: fact.number)
    return head, recalled(end, turns, company, CANON_BUDGET - sum(map(_size, head)))


def appearing(turns: Iterable[Turn], company: Company) -> Callable[[Fact], bool]:
    """A test of whether a fact is about somebody or something that speaks or is named in turns.

    All words of a name have to be there, in whatever order: good enough to prefer by, and each
    turn is read once, however many facts there are.
    """
    told = name_key("\n".join(f"{turn.speaker}: {turn.text}" for turn in turns))
    words = set(_WORD.findall(told))
    known: dict[str, bool] = {}

    def named(name: str) -> bool:
        key = name_key(name)
        parts = _WORD.findall(key)
        if parts and words.issuperset(parts):
            return True
        return max(key, default="") >= _UNSPACED and key in told

    def appears(fact: Fact) -> bool:
        if not fact.about:
            return False
        if fact.about not in known:
            character = company.find(fact.about)
            names = (character.name, *character.aliases) if character else ()
            known[fact.about] = any(map(named, (fact.about, *names)))
        return known[fact.about]

    return appears


def _size(fact: Fact) -> int:
    return len(fact.text) + len(fact.about)
