"""A record of what the model was asked, what it answered, and what that costs."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playground.claude.answer import Answer, read_answer
from playground.claude.parts import Part, mark
from playground.claude.prices import price

KEPT = 20
"""Requests that are kept whole."""
BROKEN = "The connection broke before the answer was complete."
NO_END = "The answer ended without a word why it did."


@dataclass(eq=False)
class Asked:
    """One request to the model, and what came of it.

    Attributes:
        number: 1 for the first of a ledger.
        body: as it was sent, without headers: no key is in it.
        at: when, in Unix seconds.
        offline: whether the offline narrator answers, who is free.
        seconds: how long it took; None as long as it is being answered.
        status: of the answer; None before one began.
        request_id: the service's name for it, or empty.
    """

    number: int
    body: dict[str, Any]
    at: float
    offline: bool
    seconds: float | None = None
    status: int | None = None
    request_id: str = ""
    _trouble: str = field(default="", init=False)
    _heard: bytearray = field(default_factory=bytearray, init=False, repr=False)
    _answer: Answer | None = field(default=None, init=False, repr=False)

    def began(self, status: int, request_id: str) -> None:
        """Note that an answer began."""
        self.status, self.request_id = status, request_id

    def hear(self, piece: bytes) -> None:
        """Note a piece of the answer, as it goes to whoever asked."""
        self._heard += piece

    def failed(self, trouble: str) -> None:
        """Note in a sentence what went wrong on the way."""
        self._trouble = trouble

    def ended(self, seconds: float) -> None:
        """Note that nothing more will come."""
        self._answer = read_answer(bytes(self._heard))
        self._heard.clear()
        self.seconds = seconds

    @property
    def answer(self) -> Answer:
        """What is known of the answer by now."""
        return self._answer or read_answer(bytes(self._heard))

    @property
    def model(self) -> str:
        """Who answers, or is asked to."""
        return self.answer.model or str(self.body.get("model"))

    @property
    def trouble(self) -> str:
        """What went wrong, in a sentence, or empty."""
        answer = self.answer
        cut = self.seconds is not None and answer.stop_reason is None
        return self._trouble or answer.trouble or (NO_END if cut else "")

    @property
    def usd(self) -> float | None:
        """Dollars at list price for what is known by now; None if that model's is not known."""
        answer = self.answer
        return price(self.model, answer.prompt, answer.output) if answer.prompt else 0.0

    @property
    def parts(self) -> tuple[Part, ...]:
        """The prompt, and what became of each part of it."""
        return mark(self.body, self.answer.prompt)


@dataclass(slots=True)
class Sum:
    """What was asked so far. ``unpriced`` counts answers of models whose price is not known."""

    requests: int = 0
    prompt: int = 0
    read: int = 0
    output: int = 0
    usd: float = 0.0
    unpriced: int = 0


class Ledger:
    """Keeps the newest requests whole, and sums of all.

    Attributes:
        sums: of all that ended, by whether the offline narrator answered.
    """

    def __init__(self) -> None:
        self.sums = {False: Sum(), True: Sum()}
        self._kept: deque[Asked] = deque(maxlen=KEPT)
        self._begun = 0
        self._listeners: list[Callable[[], None]] = []

    @property
    def newest(self) -> list[Asked]:
        """The newest requests, the newest first."""
        return list(reversed(self._kept))

    def find(self, number: int) -> Asked | None:
        """The request of a number, if it is still kept."""
        return next((one for one in self._kept if one.number == number), None)

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call a function whenever a request begins or ends; what is returned ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @contextmanager
    def asking(self, body: dict[str, Any], *, offline: bool) -> Iterator[Asked]:
        """Keep a request while it is being answered."""
        self._begun += 1
        asked = Asked(self._begun, body, time.time(), offline)
        self._kept.append(asked)
        self._tell()
        began = time.monotonic()
        try:
            yield asked
        except (asyncio.CancelledError, ConnectionError):
            asked.failed(BROKEN)
            raise
        finally:
            asked.ended(time.monotonic() - began)
            self._add(asked)
            self._tell()

    def _add(self, asked: Asked) -> None:
        total, answer, usd = self.sums[asked.offline], asked.answer, asked.usd
        total.requests += 1
        total.prompt += answer.prompt.total if answer.prompt else 0
        total.read += answer.prompt.read if answer.prompt else 0
        total.output += answer.output
        total.usd += usd or 0.0
        total.unpriced += usd is None

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()
