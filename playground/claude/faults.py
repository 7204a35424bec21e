"""Ways in which an answer can go wrong, one at a time, for tests and for trying things out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one request. The base class means: nothing, answer as usual."""


@dataclass(frozen=True, slots=True)
class Failure(Fault):
    """An error status before anything is streamed.

    Attributes:
        retry_after: value of the header of that name, in seconds.
    """

    status: int
    retry_after: float | None = None


OVERLOADED = Failure(529)
BROKEN = Failure(500)


def rate_limited(retry_after: float | None = None) -> Failure:
    """A 429, with or without a word of when to come back."""
    return Failure(429, retry_after)


@dataclass(frozen=True, slots=True)
class Refusal(Fault):
    """The model declines, by default before it wrote anything."""

    after_some_text: bool = False


@dataclass(frozen=True, slots=True)
class ErrorEvent(Fault):
    """An ``error`` event in the middle of the stream."""

    type: str = "overloaded_error"


@dataclass(frozen=True, slots=True)
class Drop(Fault):
    """The connection breaks: before any answer, or in the middle of the stream."""

    before_answer: bool = False


@dataclass(frozen=True, slots=True)
class NoEnd(Fault):
    """The stream ends politely in the middle, without saying why the model stopped."""


@dataclass(frozen=True, slots=True)
class CutOff(Fault):
    """The model reaches ``max_tokens`` in the middle of its answer."""


@dataclass(frozen=True, slots=True)
class NotJson(Fault):
    """The answer is finished but broken in the middle."""


@dataclass(frozen=True, slots=True)
class Verbatim(Fault):
    """The model writes exactly this."""

    text: str


@dataclass(frozen=True, slots=True)
class Count(Fault):
    """The model writes this many variants, whatever was asked for."""

    variants: int


@dataclass(frozen=True, slots=True)
class Hang(Fault):
    """No answer until ``LocalClaude.release``, or none after the first half of it."""

    midway: bool = False


@dataclass(frozen=True, slots=True)
class Slow(Fault):
    """The answer takes this many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Extra(Fault):
    """A beat more in variants: by somebody who must not be voiced, or with words that ping.

    Attributes:
        all_variants: whether in all of them, or in the first only.
    """

    actor: str
    text: str
    kind: str = "speech"
    all_variants: bool = False


def intruder(actor: str, *, all_variants: bool = False) -> Extra:
    """The model writes a character it may not write."""
    return Extra(actor, "I would never have said this myself.", all_variants=all_variants)


def pinging(actor: str = "Narrator") -> Extra:
    """The model writes what Discord would take for a call to everybody."""
    return Extra(actor, "Somebody shouts: @everyone, and @here, come and look!", kind="narration")
