"""Facts: what is true in a story, from when to when, and where it was said."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.story.errors import InvalidError
from bot.story.tale import Branch
from bot.story.typed import clean_text

MAX_FACT = 500
"""Characters of a fact. It says one thing; longer ones are several facts."""
MAX_WHY = 300
"""Characters of the reason for which a fact is disputed."""


class FactState(StrEnum):
    """Where a fact stands."""

    PROPOSED = "proposed"
    CANON = "canon"
    DISPUTED = "disputed"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class NewFact:
    """A fact about to be added.

    Attributes:
        about: whom or what it concerns; may be empty.
        source_turn_id: the turn it came from, if one is known.
        quote: the words of that turn that it came from.
        from_turn_id: the turn from which on it holds; None for "from the beginning".
        supersedes_id: the fact in whose place it comes, if there is one.
        proposal_id: the proposal of the model that it is part of, if it is.
        branch_id: the branch in which it was said; None for a fact of all of them.
    """

    story_id: int
    text: str
    about: str
    state: FactState
    proposed_by: int
    accepted_by: int | None
    source_turn_id: int | None = None
    quote: str = ""
    from_turn_id: int | None = None
    supersedes_id: int | None = None
    proposal_id: int | None = None
    branch_id: int | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is true about somebody or something. Changed only by being superseded.

    Attributes:
        number: under which people cite it; each story counts its own.
        disputed_by: who doubts it, or did when it was retired.
        why: their reason; may be empty.
        supersedes_id: the fact whose place it took.
        proposal_id: the proposal of the model that it was part of; then ``proposed_by`` is who
            asked for that.
    """

    id: int
    story_id: int
    number: int
    text: str
    about: str
    state: FactState
    proposed_by: int
    accepted_by: int | None
    source_turn_id: int | None
    quote: str
    from_turn_id: int | None
    until_turn_id: int | None
    added_at: datetime
    retired_by: int | None = None
    retired_at: datetime | None = None
    supersedes_id: int | None = None
    disputed_by: int | None = None
    why: str = ""
    proposal_id: int | None = None
    branch_id: int | None = None


def anchor(fact: Fact) -> int | None:
    """The turn with which a fact stands: where it came from, or else where the story was then."""
    return fact.source_turn_id or fact.from_turn_id


def doubtful(fact: Fact, branch: Branch, branches: Mapping[int, Branch]) -> bool:
    """Whether it depends on a branch's past if a fact holds in it.

    Args:
        fact: which fact.
        branch: where it may hold.
        branches: all branches of the story by id.
    """
    said_in = branches.get(fact.branch_id or branch.id)
    if said_in is None or said_in.id == branch.id:
        return False
    return said_in.tree == branch.tree


def holds(
    fact: Fact, branch: Branch, branches: Mapping[int, Branch], past: AbstractSet[int]
) -> bool:
    """Whether a fact holds in a branch, as far as the branch is concerned.

    Canon belongs to the story, so scenes that began empty share it, whichever of them it was said
    in. A fork goes another way. In it hold the facts that were said in it, those that came from a
    turn which it shares, and those without such a turn that were said in a branch it came from
    while that branch stood at a turn which it shares. What came from a turn that the fork left
    behind is in none of its prompts, and its list of facts marks it as another branch's; it can be
    said anew there. And the other way round: what is said in a fork is not so in the branch that
    it left.

    Args:
        fact: which fact.
        branch: where.
        branches: all branches of the story by id.
        past: of the anchors of doubtful facts, those that are in the branch's past.
    """
    if not doubtful(fact, branch, branches):
        return True
    if fact.source_turn_id is not None:
        return fact.source_turn_id in past
    left = set()
    while branch.forked_from_id is not None:
        left.add(branch.forked_from_id)
        branch = branches[branch.forked_from_id]
    return fact.branch_id in left and (fact.from_turn_id is None or fact.from_turn_id in past)


def clean_fact(text: str) -> str:
    """A fact's text as it will be kept, on one line.

    Raises:
        InvalidError: it is empty or longer than 500 characters.
    """
    kept = " ".join(clean_text(text).split())
    if not kept:
        raise InvalidError("A fact needs some words. Say one thing that is true in this story.")
    if len(kept) > MAX_FACT:
        raise InvalidError(
            f"That fact has {len(kept)} characters; {MAX_FACT} is the most. "
            "Say one thing, or make it several facts."
        )
    return kept


def clean_why(text: str) -> str:
    """A reason as it will be kept, on one line; it may be empty.

    Raises:
        InvalidError: it is longer than 300 characters.
    """
    kept = " ".join(clean_text(text).split())
    if len(kept) > MAX_WHY:
        raise InvalidError(f"That reason has {len(kept)} characters; {MAX_WHY} is the most.")
    return kept
