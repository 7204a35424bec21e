"""What happens in the world, told to the gateway, to waiting tests and to the page."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self, TypeVar

from playground.server.channel import Channel
from playground.server.guild import Guild
from playground.server.message import Message
from playground.server.nouns import User
from playground.server.shapes import Json

T = TypeVar("T")


@dataclass(slots=True, frozen=True)
class Happening:
    """One event of the world.

    Attributes:
        kind: the gateway's name of the event, e.g. ``MESSAGE_CREATE``.
        data: the gateway's payload, as a reader with every intent gets it.
        whispered: nobody but one user sees it, and the gateway does not send it.
        messages: those that were deleted at once.
    """

    kind: str
    data: Json
    guild: Guild | None = None
    channel: Channel | None = None
    message: Message | None = None
    user: User | None = None
    whispered: bool = False
    messages: tuple[Message, ...] = ()


class Bus:
    """Hands each happening to every listener, in order and at once."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Happening], None]] = []
        self._waiting: dict[asyncio.Future[None], Callable[[], object]] = {}
        self._looking = False

    def listen(self, listener: Callable[[Happening], None]) -> None:
        """Call ``listener`` with each happening from now on."""
        self._listeners.append(listener)

    def tell(self, happening: Happening) -> None:
        """Tell every listener, and wake who waits for a change."""
        for listener in tuple(self._listeners):
            listener(happening)
        self.stir()

    def stir(self) -> None:
        """Wake who waits for a change, without an event to tell."""
        if self._waiting and not self._looking:
            self._looking = True
            asyncio.get_running_loop().call_soon(self._look)

    def _look(self) -> None:
        """Wake those for whom it has come true: many may wait, each for something else."""
        self._looking = False
        for woken, predicate in tuple(self._waiting.items()):
            try:
                wake = bool(predicate())
            except Exception:  # noqa: BLE001 - it fails once more where it is waited for
                wake = True
            if wake and not woken.done():
                woken.set_result(None)

    async def until(self, predicate: Callable[[], T | None], timeout: float, what: str) -> T:  # noqa: ASYNC109 - the caller's words in the error are the point
        """Wait until a predicate is true, asking again at each change of the world.

        Args:
            predicate: asked once at first and then after changes; keep it cheap.
            timeout: seconds to wait.
            what: said in the error when it did not come true.

        Returns:
            The true value of the predicate.

        Raises:
            TimeoutError: naming ``what``.
        """
        try:
            async with asyncio.timeout(timeout):
                while not (value := predicate()):
                    await self._change(predicate)
                return value
        except TimeoutError:
            if late := predicate():
                return late
            raise TimeoutError(f"waited {timeout} s in vain for {what}") from None

    async def _change(self, predicate: Callable[[], object]) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[woken] = predicate
        try:
            await woken
        finally:
            del self._waiting[woken]

    def watch(self) -> "Watch":
        """Return a stream of what happens from this moment on."""
        return Watch(self)

    def ignore(self, listener: Callable[[Happening], None]) -> None:
        """Call a listener no longer."""
        self._listeners.remove(listener)


class Watch:
    """A stream of happenings; it begins when it is made and ends with ``aclose``.

    Args:
        bus: whose happenings.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._queue: asyncio.Queue[Happening | None] = asyncio.Queue()
        bus.listen(self._queue.put_nowait)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Happening:
        happening = await self._queue.get()
        if happening is None:
            raise StopAsyncIteration
        return happening

    async def aclose(self) -> None:
        """End the stream, also for who waits in it."""
        self._bus.ignore(self._queue.put_nowait)
        self._queue.put_nowait(None)
