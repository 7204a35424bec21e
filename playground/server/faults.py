"""Faults that can be switched on and off: of requests, of the gateway, of the network.

``LocalDiscord.faults`` holds them::

    local.faults.arm(Fault.LOST_ANSWER, "POST", "/webhooks/")  # the next such request
    with local.faults.on(Fault.SLOW, path="/messages", seconds=2):  # every one, for a while
        ...
    with local.faults.storm(seed=1, rate=0.05) as storm:  # all sorts of them
        ...
    print(storm.counts)
"""

import asyncio
import contextlib
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from types import TracebackType
from typing import Self

from playground.server.channel import Channel
from playground.server.fault_kinds import AFTER_THE_DEED, TRANSIENT, Fault, replied
from playground.server.gateway import Gateway
from playground.server.guild import Guild
from playground.server.happenings import Happening
from playground.server.hooks import Reply, Request
from playground.server.payloads import guild_json
from playground.server.storm import Storm
from playground.server.world import World

RETRY_AFTER = 0.1
"""Seconds that a 429 asks to wait, and that a slow answer takes, unless told otherwise."""
EVENT = "EVENT"
"""Stands for the method where a fault strikes gateway events instead of requests."""


class Armed:
    """A fault that waits for its requests; use ``off``, or it as a context manager.

    Attributes:
        fault: the kind.
        left: how many times it will still strike; None: until switched off.
        struck: how many times it struck.
    """

    def __init__(
        self, fault: Fault, method: str, path: str, times: int | None, seconds: float
    ) -> None:
        self.fault = fault
        self.left = times
        self.struck = 0
        self.seconds = seconds
        self._method = method.upper()
        self._path = re.compile(path)

    def off(self) -> None:
        """Let it strike no more."""
        self.left = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.off()

    def takes(self, method: str, path: str) -> bool:
        """Tell whether it strikes here, and count if so."""
        if self.left == 0 or self._method not in ("*", method) or not self._path.search(path):
            return False
        if self.left is not None:
            self.left -= 1
        self.struck += 1
        return True


class Faults:
    """Everything that can be made to go wrong on purpose.

    Args:
        world: what happens in.
        gateway: whose connections suffer.
        unplug: stops listening and breaks every connection.
        plug_in: listens again.
    """

    def __init__(
        self,
        world: World,
        gateway: Gateway,
        unplug: Callable[[], Awaitable[None]],
        plug_in: Callable[[], Awaitable[None]],
    ) -> None:
        self.counts: Counter[Fault] = Counter()
        self._world = world
        self._gateway = gateway
        self._unplug = unplug
        self._plug_in = plug_in
        self._armed: list[Armed] = []
        self._storms: list[Storm] = []
        gateway.delivery.copies.append(self._copies)

    # Requests and events

    def on(
        self,
        fault: Fault,
        method: str = "*",
        path: str = "",
        *,
        times: int | None = None,
        seconds: float = RETRY_AFTER,
    ) -> Armed:
        """Let a fault strike every matching request, until it is switched off.

        Args:
            fault: the kind; those that end gateway connections have their own methods.
            method: the HTTP method, or ``*``.
            path: a regular expression searched in the path below ``/api/v10``, in which tokens
                are written ``:token``.
            times: strike that often only.
            seconds: how slow, or how long a 429 asks to wait.
        """
        if fault is Fault.REPLAYED:
            method = EVENT
        self._armed = [one for one in self._armed if one.left != 0]
        armed = Armed(fault, method, path, times, seconds)
        self._armed.append(armed)
        return armed

    def arm(
        self,
        fault: Fault,
        method: str = "*",
        path: str = "",
        *,
        times: int = 1,
        seconds: float = RETRY_AFTER,
    ) -> Armed:
        """Let a fault strike the next matching request, or the next ``times``."""
        return self.on(fault, method, path, times=times, seconds=seconds)

    def replay(self, event: str, times: int = 1) -> Armed:
        """Send the next events of a name, e.g. ``MESSAGE_CREATE``, twice each."""
        return self.on(Fault.REPLAYED, path=f"^{event}$", times=times)

    def off(self) -> None:
        """Switch off all faults of requests and events, storms too."""
        for armed in self._armed:
            armed.off()
        for storm in tuple(self._storms):
            storm.stop()

    def storm(
        self,
        seed: int,
        rate: float = 0.05,
        *,
        kinds: frozenset[Fault] = TRANSIENT,
        streak: int = 2,
    ) -> Storm:
        """Let faults of all kinds strike by chance; ``stop`` it, or use it as a context manager.

        Start it when the bot is ready: some faults of the login end a bot, by discord.py's design.

        Args:
            seed: what chance is drawn from.
            rate: the probability that a request, and that an event, meets a fault.
            kinds: which kinds; ``TRANSIENT - CALLBACKS`` spares first answers to interactions.
            streak: how many times in a row the same request may fail; then it passes.
        """
        storm = Storm(self._world, self._gateway, seed, rate, kinds=kinds, streak=streak)
        self._storms.append(storm)
        storm.when_stopped(lambda: self._storms.remove(storm))
        return storm

    async def before(self, request: Request) -> Reply | None:
        """Strike a request before its deed; the HTTP door asks here.

        Raises:
            Drop: the connection breaks.
        """
        for armed in tuple(self._armed):
            late = armed.fault in AFTER_THE_DEED
            if not late and armed.takes(request.method, request.path):
                reply = await self._strike(armed.fault, armed.seconds, request)
                if reply is not None:
                    return reply
        for storm in tuple(self._storms):
            due = storm.before(request)
            if due is not None:
                return await self._strike(*due, request)
        return None

    async def after(self, request: Request) -> Reply | None:
        """Strike a request whose deed is done; the HTTP door asks here.

        Raises:
            Drop: the connection breaks.
        """
        for armed in tuple(self._armed):
            late = armed.fault in AFTER_THE_DEED
            if late and armed.takes(request.method, request.path):
                await self._strike(armed.fault, armed.seconds, request)
        for storm in tuple(self._storms):
            due = storm.after(request)
            if due is not None:
                await self._strike(*due, request)
        return None

    async def _strike(self, fault: Fault, seconds: float, request: Request) -> Reply | None:
        self.counts[fault] += 1
        self._world.bus.stir()
        if fault in (Fault.SLOW, Fault.LATE_ANSWER):
            await asyncio.sleep(seconds)
        elif fault is Fault.WEBHOOK_DELETED:
            self._delete_webhook(request)
        return replied(fault, seconds)

    def _delete_webhook(self, request: Request) -> None:
        found = re.search(r"/webhooks/(\d+)", request.path)
        webhook = self._world.webhooks.get(int(found[1])) if found else None
        if webhook is not None:
            self._world.remove_webhook(webhook)

    def _copies(self, happening: Happening) -> int:
        replayed = [one for one in self._armed if one.takes(EVENT, happening.kind)]
        self.counts[Fault.REPLAYED] += len(replayed)
        return max([1 + len(replayed), *(storm.copies(happening) for storm in self._storms)])

    # The gateway

    def drop_sockets(self) -> None:
        """Break every gateway connection; sessions can be resumed."""
        self._gateway.drop_sockets()

    def close_sockets(self, code: int) -> None:
        """Close every gateway connection with a code, e.g. 4000."""
        self._gateway.close_sockets(code)

    def freeze_sockets(self) -> None:
        """Fall silent on every gateway connection: no event, no acknowledged heartbeat."""
        self._gateway.freeze_sockets()

    def invalidate_sessions(self, *, resumable: bool = False) -> None:
        """Tell bots that their sessions are invalid: to resume them, or to identify anew."""
        self._gateway.invalidate_sessions(resumable=resumable)

    def request_reconnect(self) -> None:
        """Ask bots to reconnect and resume."""
        self._gateway.request_reconnect()

    def send_raw(self, text: str = "{this is no JSON") -> None:
        """Send a text as it is over every gateway connection."""
        self._gateway.send_raw(text)

    def dispatch(self, event: str = "MESSAGE_CREATE", data: object = None) -> None:
        """Send an event that never happened, by default one that discord.py cannot read."""
        self._gateway.dispatch(event, {} if data is None else data)

    @contextlib.contextmanager
    def unacknowledged_heartbeats(self) -> Iterator[None]:
        """Answer no heartbeat for a while; events go on."""
        self._gateway.acks = False
        try:
            yield
        finally:
            self._gateway.acks = True

    @contextlib.contextmanager
    def refused_gateway(self, times: int | None = None) -> Iterator[None]:
        """Refuse gateway connections with a 503 for a while, or that many times.

        Connections that stand are left alone; ``drop_sockets`` breaks them.
        """
        self._gateway.refusing = times
        try:
            yield
        finally:
            self._gateway.refusing = 0

    @contextlib.contextmanager
    def late_events(self, channel: Channel) -> Iterator[None]:
        """Hold a channel's events back for a while: they come after later ones of elsewhere."""
        self._gateway.delivery.hold(channel)
        try:
            yield
        finally:
            self._gateway.delivery.release(channel)

    @contextlib.contextmanager
    def outage(self, guild: Guild) -> Iterator[None]:
        """Let a server be unavailable for a while: the bot is still its member, but hears so."""
        self._world.tell("GUILD_DELETE", {"id": str(guild.id), "unavailable": True}, guild=guild)
        try:
            yield
        finally:
            data = guild_json(guild) | {"unavailable": False}
            self._world.tell("GUILD_CREATE", data, guild=guild)

    @contextlib.asynccontextmanager
    async def no_network(self) -> AsyncIterator[None]:
        """Break every connection and refuse new ones for a while, HTTP and gateway alike."""
        await self._unplug()
        try:
            yield
        finally:
            await self._plug_in()
