"""Files on the page: what people send on its way in, and what messages show."""

import mimetypes
import re
from typing import Any

from aiohttp import BodyPartReader, web

from playground.server import World
from playground.server.cdn_door import PIXEL
from playground.server.options import FileSpec
from playground.server.snowflakes import Snowflakes

MAX_WAITING = 64
"""Files that were handed in and not used yet; the oldest are forgotten."""

_SHOWN = re.compile(r"(image/(png|jpeg|gif|webp)|(audio|video)/[\w.+-]+)$")
_ATTACHMENT = re.compile(r"/attachments/\d+/(?P<id>\d+)/(?P<name>[^?]+)")
_PICTURE = re.compile(r"/(?P<name>[0-9a-f]{32})(\.\w+)?(\?|$)")


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
        """Keep the files of a form until they are used; answer with an id for each."""
        kept: list[dict[str, Any]] = []
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader) or not part.filename:
                continue
            data = bytes(await part.read(decode=True))
            told = mimetypes.guess_type(part.filename)[0] or "application/octet-stream"
            key = str(self._ids.next())
            self._waiting[key] = (part.filename, data, told)
            kept.append({"id": key, "name": part.filename, "size": len(data)})
        while len(self._waiting) > MAX_WAITING:
            del self._waiting[next(iter(self._waiting))]
        return web.json_response(kept)

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
        found = self._world.cdn.file(int(key)) if key.isdecimal() else None
        if found is None:
            raise web.HTTPNotFound
        shown = _SHOWN.match(found.content_type)
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
