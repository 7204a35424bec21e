"""The page's own HTTP server: files of the page, files of messages, and websockets."""

import asyncio
import hmac
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from playground.page.backstage import Backstage
from playground.page.deleted import Deleted
from playground.page.files import Files
from playground.page.forms import Forms
from playground.page.messages import Desk
from playground.page.reads import Reads
from playground.page.seat import Seat
from playground.server import LocalDiscord, Person
from playground.server.shapes import Json

HOST = "127.0.0.1"
MAX_MESSAGE_BYTES = 1024 * 1024
"""Bytes of one request over the websocket; files come another way."""
HEARTBEAT_SECONDS = 20.0
"""How often a browser is asked whether it is still there; half as long it may think."""
GOODBYE_SECONDS = 0.5
"""How long a browser may take to answer when its websocket is closed."""

_FOR_EVER = 1e9
"""Seconds in which the bot comes or goes, or does not."""

_STATIC = Path(__file__).parent / "static"
_STRANGER = (
    "This is not the whole address. Open the one that was printed when the play began: it holds a "
    "secret word that keeps others on this machine out."
)
_FOREIGN = "Only the playground's own page may ask for this."
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
"""What the page's files are, whatever the machine believes: a wrong kind is not carried out."""
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Page:
    """Serves the page on this machine.

    Args:
        local: the Discord that is shown.
        token: the secret word of the address; a fresh one by default.
        backstage: what may be seen and done behind the bot's back; None: nothing.
    """

    def __init__(
        self,
        local: LocalDiscord,
        *,
        token: str | None = None,
        backstage: Backstage | None = None,
    ) -> None:
        self.local = local
        self.backstage = backstage
        self.token = token or secrets.token_urlsafe(16)
        self.files = Files(local.world, f"/{self.token}")
        self.deleted = Deleted(local.world)
        self.desk = Desk(local.world, self.files)
        self.forms = Forms()
        self.reads = Reads(local.world.ids)
        self._seats: set[Seat] = set()
        self._watching: asyncio.Task[None] | None = None
        self._ignore: Callable[[], None] = lambda: None
        self._runner: web.AppRunner | None = None
        self._origin = ""

    @property
    def address(self) -> str:
        """What one opens in a browser."""
        return f"{self._origin}/{self.token}/"

    async def start(self, port: int = 0) -> None:
        """Listen on a port of this machine (0: a free one).

        Raises:
            OSError: the port is taken.
        """
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/{token}", self._index)
        app.router.add_get("/{token}/", self._index)
        app.router.add_get("/{token}/{folder:js|css}/{name}", self._static)
        app.router.add_get("/{token}/live", self._live)
        app.router.add_post("/{token}/upload", self.files.take)
        app.router.add_get("/{token}/files/{id}/{name}", self.files.give)
        app.router.add_get("/{token}/pictures/{name}", self.files.give_picture)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, port).start()
        self._origin = f"http://{HOST}:{self._runner.addresses[0][1]}"
        self._watching = asyncio.create_task(self._watch_bot(), name="page")
        if self.backstage is not None:
            self._ignore = self.backstage.listen(self._backstage_news)

    async def stop(self) -> None:
        """Close every websocket and stop listening."""
        self._ignore()
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        await asyncio.gather(*(seat.close() for seat in self._seats))
        if self._runner is not None:
            self.deleted.close()
            await self._runner.cleanup()
            self._runner = None

    @property
    def bot_state(self) -> Json:
        """Whether the bot is there; ``running``: its process lives (None: nobody knows)."""
        running = None if self.backstage is None else self.backstage.running
        return {"ready": self.local.ready, "running": running}

    async def _watch_bot(self) -> None:
        """Tell every pane whenever the bot comes or goes."""
        while True:
            told = self.bot_state
            for seat in self._seats:
                seat.tell("bot", **told)
            await self.local.until(lambda: self.bot_state != told, _FOR_EVER)  # noqa: B023 - awaited here

    def _backstage_news(self, news: str) -> None:
        for seat in self._seats:
            seat.tell("backstage", news=news)

    def places_changed(self) -> None:
        """Tell every pane of places and people, after a change that the world does not tell of."""
        for seat in self._seats:
            seat.places_changed()

    def tell_person(self, person: Person, event: str, **data: Any) -> None:  # noqa: ANN401 - JSON of any shape
        """Send an event to every pane in which somebody sits."""
        for seat in self._seats:
            if seat.me is not None and seat.me.id == person.id:
                seat.tell(event, **data)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Let in who knows the address, and whose browser is at our page and at no other."""
        told = request.match_info.get("token", "")
        known = hmac.compare_digest(told.encode(), self.token.encode())
        # A foreign page can point a name of its own at this machine; the name gives it away.
        if not known or f"http://{request.host}" != self._origin:
            return web.Response(status=404, text=_STRANGER, headers=_SAFE)
        origin = request.headers.get("Origin")
        if origin != self._origin and (origin is not None or request.path.endswith("/live")):
            return web.Response(status=403, text=_FOREIGN, headers=_SAFE)
        try:
            response = await handler(request)
        except web.HTTPException as refusal:
            refusal.headers.update(_SAFE)
            raise
        if not response.prepared:
            for name, value in _SAFE.items():
                response.headers.setdefault(name, value)
        return response

    async def _index(self, request: web.Request) -> web.StreamResponse:
        if not request.path.endswith("/"):
            raise web.HTTPFound(f"/{self.token}/")
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
            "media-src 'self' blob:; "
            f"connect-src 'self' {self._origin.replace('http', 'ws', 1)}; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        return web.FileResponse(_STATIC / "index.html", headers={"Content-Security-Policy": policy})

    async def _static(self, request: web.Request) -> web.StreamResponse:
        folder = _STATIC / request.match_info["folder"]
        file = folder / request.match_info["name"]
        kind = _KINDS.get(file.suffix)
        if file.parent != folder or kind is None or not file.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(file, headers={"Content-Type": kind})

    async def _live(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(
            timeout=GOODBYE_SECONDS,
            heartbeat=HEARTBEAT_SECONDS,
            max_msg_size=MAX_MESSAGE_BYTES,
            compress=False,
        )
        await socket.prepare(request)
        seat = Seat(self, socket, request.transport)
        self._seats.add(seat)
        try:
            await seat.serve()
        finally:
            self._seats.discard(seat)
        return socket
