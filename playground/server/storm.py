"""A storm: faults of all kinds by chance, from one seed, with an end to each streak."""

import random
import re
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Self

from playground.server.fault_kinds import (
    AFTER_THE_DEED,
    CALLBACK_PATH,
    CALLBACKS,
    EVENTS,
    SOCKETS,
    Fault,
)
from playground.server.gateway import Gateway
from playground.server.happenings import Happening
from playground.server.hooks import Request
from playground.server.world import World

CALM = 20
"""Events that pass between two faults that end connections: a resume must have a chance."""
SLOWNESS = (0.01, 0.3)
"""The least and the most seconds of a slow answer, and of the wait that a 429 asks for."""
_TWICE = ("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "INTERACTION_CREATE")
_EXECUTE = re.compile(r"^/webhooks/(\d+)/:token$")
_CALLBACK = re.compile(CALLBACK_PATH)


class Storm:
    """Draws faults for requests and events. ``Faults.storm`` makes one.

    Args:
        world: where webhooks can be lost.
        gateway: whose connections suffer.
        seed: what chance is drawn from.
        rate: the probability that a request, and that an event, meets a fault.
        kinds: which kinds.
        streak: how many times in a row the same request may fail; then it passes.

    Attributes:
        counts: how many of each kind there were.
        log: each fault with what it struck, oldest first.
    """

    def __init__(
        self,
        world: World,
        gateway: Gateway,
        seed: int,
        rate: float,
        *,
        kinds: frozenset[Fault],
        streak: int,
    ) -> None:
        self.counts: Counter[Fault] = Counter()
        self.log: list[tuple[Fault, str]] = []
        self.rate = rate
        self._world = world
        self._gateway = gateway
        self._random = random.Random(seed)
        self._streak = streak
        on_requests = kinds - EVENTS - CALLBACKS
        self._for_requests = sorted(on_requests - {Fault.WEBHOOK_DELETED})
        self._for_posts = sorted(on_requests)
        self._for_callbacks = sorted(kinds & CALLBACKS)
        self._for_sockets = sorted(kinds & SOCKETS)
        self._replays = Fault.REPLAYED in kinds
        self._failures: dict[str, int] = {}
        self._due_after: dict[int, tuple[Fault, float]] = {}
        self._calm = 0
        self._stopped: list[Callable[[], None]] = []
        self.running = True

    def stop(self) -> None:
        """Let the weather clear; a second time does nothing."""
        if self.running:
            self.running = False
            for tell in self._stopped:
                tell()

    def when_stopped(self, tell: Callable[[], None]) -> None:
        """Call back at the end."""
        self._stopped.append(tell)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def before(self, request: Request) -> tuple[Fault, float] | None:
        """Draw for a request; return what strikes it before its deed, and for how long."""
        who = self._who(request)
        fault = self._drawn(request, who)
        if fault is None:
            self._failures.pop(who, None)
            return None
        self._note(fault, f"{request.method} {request.path}")
        due = fault, self._random.uniform(*SLOWNESS)
        if fault not in (Fault.SLOW, Fault.LATE_ANSWER):
            self._failures[who] = self._failures.get(who, 0) + 1
        if fault in AFTER_THE_DEED:
            self._due_after[id(request)] = due
            return None
        return due

    def after(self, request: Request) -> tuple[Fault, float] | None:
        """Return what strikes a request after its deed, as it was drawn before."""
        return self._due_after.pop(id(request), None)

    def copies(self, happening: Happening) -> int:
        """Draw for an event; return how often to send it, and maybe end the connections after."""
        self._calm += 1
        if happening.whispered or self._random.random() >= self.rate:
            return 1
        spared = happening.kind == "INTERACTION_CREATE" and not self._for_callbacks
        if self._for_sockets and self._calm > CALM and self._gateway.connected and not spared:
            self._calm = 0
            self._end_connections(self._dealt(self._for_sockets), happening)
        elif self._replays and happening.kind in _TWICE:
            self._note(Fault.REPLAYED, happening.kind)
            return 2
        return 1

    def _drawn(self, request: Request, who: str) -> Fault | None:
        kinds = self._kinds(request)
        if not kinds or self._random.random() >= self.rate:
            return None
        return None if self._failures.get(who, 0) >= self._streak else self._dealt(kinds)

    def _dealt(self, kinds: list[Fault]) -> Fault:
        """Draw one of the kinds that struck least so far, so that each has its turn."""
        least = min(self.counts[kind] for kind in kinds)
        return self._random.choice([kind for kind in kinds if self.counts[kind] == least])

    def _kinds(self, request: Request) -> list[Fault]:
        if _CALLBACK.search(request.path):
            return self._for_callbacks
        return self._for_posts if self._webhook(request) else self._for_requests

    def _webhook(self, request: Request) -> int:
        """Return the id of the webhook that a request posts through, 0 for all else."""
        found = _EXECUTE.search(request.path) if request.method == "POST" else None
        return int(found[1]) if found and int(found[1]) in self._world.webhooks else 0

    def _who(self, request: Request) -> str:
        """Return what makes a repetition the same request: a new webhook's path is another."""
        webhook = self._world.webhooks.get(self._webhook(request))
        place = request.path if webhook is None else f"webhook of {webhook.channel.id}"
        return f"{request.method} {place} {request.query} {request.json!r}"

    def _end_connections(self, fault: Fault, happening: Happening) -> None:
        self._note(fault, happening.kind)
        gateway = self._gateway
        if fault is Fault.DROPPED_SOCKET:
            gateway.drop_sockets()
        elif fault is Fault.RECONNECT:
            gateway.request_reconnect()
        else:
            gateway.invalidate_sessions(resumable=fault is Fault.RESUMABLE_SESSION)

    def _note(self, fault: Fault, what: str) -> None:
        self.counts[fault] += 1
        self.log.append((fault, what))
