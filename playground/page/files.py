"""Files on the page: what people send on its way in, and what messages show."""

import mimetypes
import re
from typing import Any

from aiohttp import BodyPartReader, web

from playground.page.asked import MalformedError, number
from playground.server import World
from playground.server.cdn_door import PIXEL
from playground.server.options import FileSpec
from playground.server.rules_messages import MAX_FILE_BYTES
from playground.server.snowflakes import Snowflakes

MAX_WAITING = 64
"""Files that are kept for the acts to which they are handed in; the oldest are forgotten."""
MAX_WAITING_BYTES = 256 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024

_SHOWN = re.compile(r"(image/(png|jpeg|gif|webp)|(audio|video)/[\w.+-]+)")
_ATTACHMENT = re.compile(r"/attachments/\d+/(?P<id>\d+)/(?P<name>[^?]+)")
_PICTURE = re.compile(r"/(?P<name>[0-9a-f]{32})(\.\w+)?(\?|$)")


class _TooLargeError(Exception):
    """A file is larger than any server here takes; its message is for people."""

    def __init__(self, name: str, most: int) -> None:
        super().__init__(f"{name} is too large: a file may have {most // 1024**2} MiB.")


class Files:
    """Takes files in, and gives them out at addresses of the page's own.

    Args:
        world: whose files.
        base: the beginning of the page's addresses.
    """

    def __init__(self, world: World, base: str) -> None:
        self._world = world
        self._base = base
        self._ids: Snowflakes = world.ids
        self._waiting: dict[str, FileSpec] = {}

    async def take(self, request: web.Request) -> web.Response:
        """Keep the files of a form until they are used; answer with an id for each.

        A file that is too large is answered with a sentence and the status 413.
        """
        try:
            kept = [
                self._keep(part.filename, await self._read(part))
                async for part in await request.multipart()
                if isinstance(part, BodyPartReader) and part.filename
            ]
        except _TooLargeError as error:
            return web.json_response({"error": str(error)}, status=413)
        return web.json_response(kept)

    async def _read(self, part: BodyPartReader) -> bytes:
        """Read a file, but no more of it than a server takes."""
        servers = self._world.guilds.values()
        most = max((one.max_file_bytes for one in servers), default=MAX_FILE_BYTES)
        data = bytearray()
        while chunk := await part.read_chunk(_CHUNK_BYTES):
            data += chunk
            if len(data) > most:
                raise _TooLargeError(str(part.filename), most)
        return bytes(data)

    def _keep(self, name: str, data: bytes) -> dict[str, Any]:
        """Remember a file, and forget the oldest."""
        told = mimetypes.guess_type(name)[0] or "application/octet-stream"
        key = str(self._ids.next())
        self._waiting[key] = (name, data, told)
        while len(self._waiting) > MAX_WAITING or self._weight() > MAX_WAITING_BYTES:
            del self._waiting[next(iter(self._waiting))]
        return {"id": key, "name": name, "size": len(data)}

    def _weight(self) -> int:
        return sum(len(data) for _, data, _ in self._waiting.values())

    def taken(self, key: str) -> FileSpec:
        """Return a file that was handed in.

        Raises:
            LookupError: it is not here, or no longer.
        """
        if key not in self._waiting:
            raise LookupError("That file is no longer here; choose it again.")
        return self._waiting[key]

    def address(self, url: str | None) -> str | None:
        """Return the page's own address for one of the local Discord's; None for a foreign one.

        The page asks nobody but this machine, so foreign pictures are not shown.
        """
        if not url or not url.startswith(self._world.cdn.base):
            return None
        if found := _ATTACHMENT.search(url):
            return f"{self._base}/files/{found['id']}/{found['name']}"
        if found := _PICTURE.search(url):
            return f"{self._base}/pictures/{found['name']}"
        return None

    async def give(self, request: web.Request) -> web.Response:
        """Answer with a file: pictures and sound to be shown, everything else to be saved."""
        key = request.match_info["id"]
        try:
            found = self._world.cdn.file(number(key))
        except MalformedError:
            found = None
        if found is None:
            raise web.HTTPNotFound
        shown = _SHOWN.fullmatch(found.content_type)
        return web.Response(
            body=found.data,
            headers={
                "Content-Type": found.content_type if shown else "application/octet-stream",
                "Content-Disposition": "inline" if shown else "attachment",
                "Content-Security-Policy": "default-src 'none'; sandbox",
            },
        )

    async def give_picture(self, request: web.Request) -> web.Response:
        """Answer with somebody's picture."""
        found = self._world.cdn.picture(request.match_info["name"])
        return web.Response(body=found or PIXEL, content_type="image/png")
