"""The HTTP door to files: attachments, avatars and stickers."""

import base64

from aiohttp import web

from playground.server.world import World

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
"""A PNG of one point, for pictures that nobody gave."""
_GONE = "This content is no longer available."
_ATTACHMENT_STEPS = 4


class CdnDoor:
    """Serves files.

    Args:
        world: whose files.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    async def serve(self, request: web.Request) -> web.Response:
        """Answer with a file, or 404 if the address is wrong or expired."""
        steps = request.match_info["path"].split("/")
        if steps[0] != "attachments":
            picture = self._world.cdn.picture(steps[-1].partition(".")[0])
            return web.Response(body=picture or PIXEL, content_type="image/png")
        known = len(steps) == _ATTACHMENT_STEPS and steps[2].isdecimal()
        found = self._world.cdn.fetch(int(steps[2]), dict(request.query)) if known else None
        if found is None:
            return web.Response(status=404, text=_GONE)
        return web.Response(body=found.data, headers={"Content-Type": found.content_type})
