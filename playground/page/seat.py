"""A seat before the local Discord: one pane of the page, in which one is one person.

Answers and events go out through one queue, in the order in which they came true: an act that looks
at the world does so without awaiting anything, so what happens later is told after its answer, and
what is told before its answer is in it.
"""

import asyncio
import contextlib
import json
import logging
from typing import TYPE_CHECKING, Any

from aiohttp import WSCloseCode, WSMsgType, web

from playground.page import acts, view
from playground.page.sight import visible
from playground.server import ApiError, Channel, Happening, InteractionFailed, Message, Person
from playground.server.shapes import Json
from playground.terminal.guide import plainly

if TYPE_CHECKING:
    from playground.page.door import Page

_log = logging.getLogger(__name__)

_PLACES = ("CHANNEL_", "THREAD_", "GUILD_")
_IN_THREADS = ("MESSAGE_CREATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK")
MAX_WAITING = 8_000_000
"""Characters that may wait for a browser that does not read; with more it has to come again."""
_BROKEN = "Something went wrong inside the playground; its log tells what."


class Seat:
    """Shows what one person sees, and does what is asked in their name.

    Args:
        page: whose seat.
        socket: the browser's end.
        transport: the connection below, to be broken if the browser does not keep up.

    Attributes:
        me: who sits here; None before the first ``hello``.
    """

    def __init__(
        self,
        page: "Page",
        socket: web.WebSocketResponse,
        transport: asyncio.Transport | None = None,
    ) -> None:
        self.page = page
        self.local = page.local
        self.me: Person | None = None
        self._socket = socket
        self._transport = transport
        self._out: asyncio.Queue[str] = asyncio.Queue()
        self._waiting = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._places_due = False

    # Life

    async def serve(self) -> None:
        """Answer until the browser leaves."""
        bus = self.local.world.bus
        bus.listen(self._hear)
        sending = asyncio.create_task(self._send(), name="seat")
        try:
            async for message in self._socket:
                if message.type is WSMsgType.TEXT:
                    self._begin(message.data)
        finally:
            bus.ignore(self._hear)
            await asyncio.sleep(0)  # what was asked in the same breath as the goodbye is begun
            for task in (sending, *self._tasks):
                task.cancel()
            await asyncio.gather(sending, *self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Tell the browser that the play has ended."""
        await self._socket.close(code=WSCloseCode.GOING_AWAY)

    async def _send(self) -> None:
        while True:
            text = await self._out.get()
            with contextlib.suppress(ConnectionResetError):
                await self._socket.send_str(text)
            self._waiting -= len(text)

    def _put(self, text: str) -> None:
        """Send a text after all that waits already."""
        if not self._waiting or self._waiting + len(text) <= MAX_WAITING:
            self._waiting += len(text)
            self._out.put_nowait(text)
        elif self._transport is not None:
            self._transport.abort()

    def tell(self, event: str, **data: Any) -> None:  # noqa: ANN401 - JSON of any shape
        """Send an event to the browser."""
        self._put(json.dumps({"on": event} | data))

    # What is asked

    def _begin(self, text: str) -> None:
        """Answer a request beside the others: some wait for the bot."""
        task = asyncio.create_task(self._answer(text))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, text: str) -> None:
        try:
            asked = json.loads(text)
            number, act = asked.pop("re"), asked.pop("do")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return
        try:
            answer = {"re": number, "ok": await acts.carry_out(self, act, asked)}
        except ApiError as error:
            answer = {"re": number, "error": plainly(error)}
        except (InteractionFailed, LookupError, ValueError) as error:
            answer = {"re": number, "error": acts.sentence(error)}
        except Exception:  # noqa: BLE001 - whatever it is, somebody waits for an answer
            _log.exception("The page asked for %r in vain", act)
            answer = {"re": number, "error": _BROKEN}
        self._put(json.dumps(answer))

    def person(self) -> Person:
        """Return who sits here.

        Raises:
            LookupError: nobody does yet.
        """
        if self.me is None:
            raise LookupError("Say first who you are.")
        return self.me

    def sit(self, person: Person) -> None:
        """Be somebody from now on."""
        self.me = person

    def write(self, messages: list[Message]) -> list[Json]:
        """Write messages as the one who sits here sees them."""
        return self.page.desk.write(messages, self.person())

    # What happens

    def _hear(self, happening: Happening) -> None:
        """Tell the browser; what cannot be told is logged, and the world goes on."""
        try:
            self._hear_of(happening)
        except Exception:  # noqa: BLE001 - whatever it is, it is no fault of whoever spoke
            _log.exception("The page could not tell of %s", happening.kind)

    def _hear_of(self, happening: Happening) -> None:
        channel = happening.channel
        if self.me is None:
            return
        if happening.kind.startswith(_PLACES):
            self.places_changed()
        elif happening.kind == "TYPING_START":
            self._typing(happening)
        elif channel is not None and visible(self.me, channel):
            self._message(happening, channel)
        self._thread(happening)

    def _message(self, happening: Happening, channel: Channel) -> None:
        """Tell what happened to messages of a channel that is seen here."""
        message, kind = happening.message, happening.kind
        for one in happening.messages:
            self._gone(one)
        if message is None or message.seen_by not in (None, self.person().id):
            return
        if kind == "MESSAGE_DELETE":
            self._gone(message)
            return
        if channel.guild is None and kind == "MESSAGE_CREATE":
            self.places_changed()
        self._put(self.page.desk.event(happening, message, self.person()))

    def _gone(self, message: Message) -> None:
        self.tell("gone", channel=str(message.channel.id), id=str(message.id))

    def _thread(self, happening: Happening) -> None:
        """Show a thread's news under the message on which it hangs."""
        thread = happening.channel
        if thread is None or thread.thread is None or thread.parent is None:
            return
        start = thread.parent.shelf.get(thread.id)
        moved = happening.kind in _IN_THREADS or happening.kind.startswith("THREAD_")
        if start is not None and moved and visible(self.person(), thread.parent):
            self._put(self.page.desk.event(happening, start, self.person()))

    def _typing(self, happening: Happening) -> None:
        channel, user, me = happening.channel, happening.user, self.person()
        if channel is None or not visible(me, channel):
            return
        who = user or self.local.world.bot
        if who.id != me.id:
            self.tell("typing", channel=str(channel.id), name=who.display_name, id=str(who.id))

    def places_changed(self) -> None:
        """Tell of places and people, once for all that changed in this turn of the loop."""
        if self.me is not None and not self._places_due:
            self._places_due = True
            asyncio.get_running_loop().call_soon(self._tell_places)

    def _tell_places(self) -> None:
        self._places_due = False
        world = self.local.world
        seen = view.places(world, self.person(), self.page.reads)
        self.tell("places", places=seen, people=view.people(world))
