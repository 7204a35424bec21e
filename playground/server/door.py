"""The HTTP door: from a request on the wire to a handler and back."""

import json
from collections import deque
from typing import Any

from aiohttp import BodyPartReader, web

from playground.server import (  # noqa: F401 - importing them fills the table of routes
    rest_channels,
    rest_commands,
    rest_files,
    rest_guilds,
    rest_identity,
    rest_interactions,
    rest_messages,
    rest_reactions,
    rest_threads,
    rest_webhooks,
)
from playground.server.errors import ApiError
from playground.server.faults import Faults
from playground.server.hooks import Drop, Hooks, Request, without_tokens
from playground.server.nouns import Upload
from playground.server.ratelimit import RateLimits
from playground.server.routes import Call, table
from playground.server.schema import Schema
from playground.server.shapes import Json
from playground.server.world import World

PREFIX = "/api/v10"
LOGGED = 20_000
"""How many requests the log keeps."""
_JSON = "application/json"
_TOO_MANY = 429
_UNREADABLE = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What a body of a quite unexpected shape leads to: refused like Discord does, and kept."""


class Door:
    """Takes API requests.

    Args:
        world: what they are about.
        token: the bot's token.
        limits: the rate limits.
        schema: Discord's own description of bodies, if there is one to check against.
        faults: what is to go wrong.
    """

    def __init__(
        self,
        world: World,
        token: str,
        limits: RateLimits,
        schema: Schema | None,
        faults: Faults,
    ) -> None:
        self.hooks = Hooks()
        self.requests: deque[Request] = deque(maxlen=LOGGED)
        self.errors: list[Exception] = []
        self._world = world
        self._authorization = f"Bot {token}"
        self._limits = limits
        self._schema = schema
        self._faults = faults

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        path = request.path.removeprefix(PREFIX)
        found = table.find(request.method, path)
        if found is None:
            status = 405 if table.knows(path) else 404
            text = "Method Not Allowed" if table.knows(path) else "Not Found"
            return _response(status, {"message": f"{status}: {text}", "code": 0})
        route, params = found
        call = Call(self._world, route, params, dict(request.query))
        call.by_bot = request.headers.get("Authorization") == self._authorization
        if not call.by_bot and not route.with_token:
            self._limits.answered(401, {})
            return _response(401, {"message": "401: Unauthorized", "code": 0})
        verdict = self._limits.take(
            route, params, whose=_whose(call), webhook_channel=_webhook_channel(call)
        )
        host = request.url.host or ""
        record = Request(request.method, _public(path, params), None, call.query, host=host)
        if verdict.retry_after is not None:
            self._log(record, _TOO_MANY, verdict.body())
            self._limits.answered(_TOO_MANY, verdict.refusal())
            return _response(_TOO_MANY, verdict.body(), verdict.refusal())
        try:
            status, body, headers = await self._act(request, call, record)
        except Drop:
            if not record.status:
                self.requests.append(record)
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        self._limits.answered(status, headers)
        return _response(status, body, verdict.headers | headers)

    async def _act(
        self, request: web.Request, call: Call, record: Request
    ) -> tuple[int, Any, dict[str, str]]:
        try:
            await _read(request, call)
            record.json = call.items or call.body or None
            reply = await self.hooks.run_before(record) or await self._faults.before(record)
            if reply is not None:
                self._log(record, reply[0], reply[1])
                return reply
            status, body = self._handle(call, record.json)
        except ApiError as refusal:
            status, body = refusal.status, refusal.body()
        except _UNREADABLE as error:
            self.errors.append(error)
            status, body = 400, {"message": f"Unreadable: {error!r}", "code": 50035, "errors": {}}
        self._log(record, status, body)
        reply = await self.hooks.run_after(record) or await self._faults.after(record)
        return reply or (status, body, {})

    def _handle(self, call: Call, body: Any) -> tuple[int, Any]:  # noqa: ANN401 - JSON of any shape
        if self._schema is not None and body is not None:
            self._schema.check(call.route.method, call.route.template, body)
        return call.route.handler(call)

    def _log(self, record: Request, status: int, body: Any) -> None:  # noqa: ANN401 - JSON of any shape
        record.status, record.answer = status, without_tokens(body)
        self.requests.append(record)
        self._world.bus.stir()


def _public(path: str, params: dict[str, str]) -> str:
    """Return a path without its token."""
    token = params.get("webhook_token") or params.get("interaction_token")
    return path.replace(token, ":token") if token else path


def _whose(call: Call) -> str | None:
    """Return whose over-all limit a request counts for: answers to interactions are free."""
    free = str(call.world.bot.id)
    if "interaction_token" in call.params or call.params.get("webhook_id") == free:
        return None
    return "bot" if call.by_bot else "address"


def _webhook_channel(call: Call) -> int | None:
    if call.route.method != "POST" or call.route.template != rest_webhooks.EXECUTE:
        return None
    webhook = call.world.webhooks.get(int(call.params["webhook_id"]))
    return None if webhook is None else webhook.channel.id


async def _read(request: web.Request, call: Call) -> None:
    """Read a body of JSON or of parts into a call.

    Raises:
        ApiError: 50109 if it is not JSON.
    """
    if not request.body_exists:
        return
    if request.content_type.startswith("multipart/"):
        await _read_parts(request, call)
        return
    raw = await request.read()
    if raw:
        _take(call, raw)


def _take(call: Call, raw: bytes | str) -> None:
    try:
        parsed = json.loads(raw)
    except ValueError:
        raise ApiError(400, 50109, "The request body contains invalid JSON.") from None
    if isinstance(parsed, list):
        call.items = parsed
    else:
        call.body = parsed


async def _read_parts(request: web.Request, call: Call) -> None:
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        name = part.name or ""
        data = bytes(await part.read(decode=True))
        if name == "payload_json":
            _take(call, data)
        elif name.startswith("files["):
            kind = _sniff(part.filename or "", part.headers.get("Content-Type", ""))
            call.files[int(name[6:-1])] = Upload(part.filename or "unknown", data, kind)


_KINDS = {
    "txt": "text/plain; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "zip": "application/zip",
    "epub": "application/epub+zip",
    "html": "text/html; charset=utf-8",
}


def _sniff(filename: str, told: str) -> str:
    """Return a file's type by its name, as Discord does, since clients send octet-stream."""
    ending = filename.rpartition(".")[2].lower()
    return _KINDS.get(ending, told or "application/octet-stream")


def _response(
    status: int, body: Json | list[Json] | str | None, headers: dict[str, str] | None = None
) -> web.Response:
    """Make a response whose Content-Type is bare: with a charset discord.py reads no JSON."""
    if body is None:
        return web.Response(status=status, headers=headers)
    if isinstance(body, str):
        return web.Response(status=status, text=body, headers=headers, content_type="text/html")
    return web.Response(
        status=status, body=json.dumps(body).encode(), headers=headers, content_type=_JSON
    )
