"""A seat before the local Discord: one pane of the page, in which one is one person."""

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from playground.page import acts, view
from playground.page.messages import MessageView
from playground.server import ApiError, Happening, InteractionFailed, Message, Person
from playground.server.exchange import Exchange
from playground.server.shapes import Json
from playground.terminal.guide import plainly

if TYPE_CHECKING:
    from playground.page.door import Page

_PLACES = ("CHANNEL_", "THREAD_", "GUILD_")
_FORMS = 20
"""Forms that are remembered for each seat, should several be open."""


class Seat:
    """Shows what one person sees, and does what is asked in their name.

    Args:
        page: whose seat.
        socket: the browser's end.

    Attributes:
        me: who sits here; None before the first ``hello``.
    """

    def __init__(self, page: "Page", socket: web.WebSocketResponse) -> None:
        self.page = page
        self.local = page.local
        self.me: Person | None = None
        self._socket = socket
        self._forms: dict[str, Exchange] = {}
        self._out: asyncio.Queue[Json] = asyncio.Queue()
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
            for task in (sending, *self._tasks):
                task.cancel()
            await asyncio.gather(sending, *self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Say goodbye to the browser."""
        await self._socket.close()

    async def _send(self) -> None:
        while True:
            body = await self._out.get()
            with contextlib.suppress(ConnectionResetError):
                await self._socket.send_json(body)

    def tell(self, event: str, **data: Any) -> None:  # noqa: ANN401 - JSON of any shape
        """Send an event to the browser."""
        self._out.put_nowait({"on": event} | data)

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
        self._out.put_nowait(answer)

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

    def write(self, message: Message) -> Json:
        """Write a message as the one who sits here sees it."""
        return MessageView(self.local.world, self.page.files, self.person()).write(message)

    def keep_form(self, exchange: Exchange) -> str:
        """Remember a form that the bot showed; return the key by which it is sent."""
        key = str(exchange.interaction.id)
        self._forms[key] = exchange
        while len(self._forms) > _FORMS:
            del self._forms[next(iter(self._forms))]
        return key

    def form(self, key: str) -> Exchange:
        """Return a form that stands open.

        Raises:
            LookupError: there is none (any more).
        """
        if key not in self._forms:
            raise LookupError("This form is no longer open. Open it again.")
        return self._forms[key]

    # What happens

    def _hear(self, happening: Happening) -> None:
        if self.me is None:
            return
        if happening.kind.startswith(_PLACES):
            self._places_changed()
        elif happening.kind == "TYPING_START":
            self._typing(happening)
        elif happening.kind == "MESSAGE_DELETE_BULK" and happening.channel is not None:
            for one in happening.data["ids"]:
                self.tell("gone", channel=str(happening.channel.id), id=one)
        elif happening.message is not None and self._sees(happening.message):
            self._message(happening.kind, happening.message)

    def _sees(self, message: Message) -> bool:
        me = self.person()
        return message.seen_by in (None, me.id) and view.visible(me, message.channel)

    def _message(self, kind: str, message: Message) -> None:
        if kind == "MESSAGE_DELETE":
            self.tell("gone", channel=str(message.channel.id), id=str(message.id))
            return
        if message.channel.guild is None and kind == "MESSAGE_CREATE":
            self._places_changed()
        new = kind == "MESSAGE_CREATE"
        self.tell("message", channel=str(message.channel.id), message=self.write(message), new=new)

    def _typing(self, happening: Happening) -> None:
        channel, user, me = happening.channel, happening.user, self.person()
        if channel is None or not view.visible(me, channel):
            return
        who = user or self.local.world.bot
        if who.id != me.id:
            self.tell("typing", channel=str(channel.id), name=who.display_name, id=str(who.id))

    def _places_changed(self) -> None:
        """Tell once for all that changed in this turn of the loop."""
        if not self._places_due:
            self._places_due = True
            asyncio.get_running_loop().call_soon(self._tell_places)

    def _tell_places(self) -> None:
        self._places_due = False
        world = self.local.world
        self.tell("places", places=view.places(world, self.person()), people=view.people(world))
