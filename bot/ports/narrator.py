"""The model."""

from dataclasses import dataclass
from typing import Protocol

from bot.story.prompt import Prompt
from bot.story.proposal import ProposedFact
from bot.story.purse import Usage
from bot.story.turn import (
    Beat,
)


@dataclass(frozen=True, slots=True)
class DraftedVariant:
    """A variant as the model wrote it, unchecked."""

    angle: str
    beats: tuple[Beat, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What the model answered, and what it cost in micro-dollars."""

    variants: tuple[DraftedVariant, ...]
    model: str
    usage: Usage
    cost: int


@dataclass(frozen=True, slots=True)
class Extract:
    """The facts that the model proposed, unchecked, and what that cost in micro-dollars."""

    facts: tuple[ProposedFact, ...]
    model: str
    usage: Usage
    cost: int


class Scribe(Protocol):
    """The model at chores: it reads, and writes no prose."""

    @property
    def chores_model(self) -> str:
        """The id of the model for chores, as configured."""
        ...

    def estimate_reading(self, prompt: Prompt, most: int) -> int:
        """What a proposal of so many facts will cost at most likely, in micro-dollars."""
        ...

    async def propose_facts(self, prompt: Prompt) -> Extract:
        """Propose facts from the turns of a prompt, in one call.

        Raises:
            NarratorError: as for ``Narrator.draft``.
        """
        ...


class Narrator(Protocol):
    """The model as a drafter of variants."""

    @property
    def model(self) -> str:
        """The prose model's id, as configured."""
        ...

    def estimate(self, prompt: Prompt, variants: int) -> int:
        """What a draft will cost at most likely, in micro-dollars; asks nobody."""
        ...

    async def draft(self, prompt: Prompt, variants: int) -> Draft:
        """Write variants of the next beats in one call.

        Args:
            prompt: the scene.
            variants: how many to ask for; the answer may hold more or fewer.

        Raises:
            NarratorError: refused, busy, garbled, silent or misconfigured; its ``usage`` and
                ``cost`` tell what was spent all the same, as far as the service told.
        """
        ...
