"""A relay on this machine in front of Claude's service: it records and changes nothing.

The key passes through in its header and is neither kept nor told.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from aiohttp import web

from playground.claude.ledger import BROKEN, Asked, Ledger

HOST = "127.0.0.1"
MAX_BODY = 32 * 1024**2
"""Bytes of a request, as at the real service."""
CONNECT_SECONDS = 10.0

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_SHUTDOWN_SECONDS = 0.2
_BAD_GATEWAY = 502
_ONE_LEG = {
    *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"),
    *("te", "trailer", "transfer-encoding", "upgrade"),
}
"""Headers that are about one connection, and so are not passed on."""
_OURS = _ONE_LEG | {"host", "content-length", "accept-encoding"}
_RECORDED = "/v1/messages"


class Relay:
    """Passes requests of the Messages API on, and streams what comes back.

    Its address ends with the name of the service it stands for, so that a client can tell.

    Args:
        service: base address of the service, without the path ``/v1``.

    Attributes:
        ledger: the newest requests with their answers, and what they cost.
        upstream: where requests go at the moment. While it is another service on this machine than
            the one the relay stands for, that one is asked instead, and no key is sent to it.
    """

    def __init__(self, service: str) -> None:
        self.ledger = Ledger()
        self.upstream = service
        self._service = service
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None
        self._port = 0

    async def start(self, port: int = 0) -> str:
        """Listen on this machine, on a free port unless one is given; the base address."""
        self._session = aiohttp.ClientSession(
            # What is passed on is what came, byte for byte; whoever asks decides how long to wait.
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
            skip_auto_headers=("User-Agent", "Accept", "Content-Type"),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_route("*", f"/{self._name}/{{path:.*}}", self._pass)
        # A request whose caller has left is given up, so that nobody pays for what nobody reads.
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=_SHUTDOWN_SECONDS
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, port).start()
        self._port = self._runner.addresses[0][1]
        return self.base_url

    async def stop(self) -> None:
        """Stop listening; what is under way is broken off."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        if self._session is not None:
            await self._session.close()
            self._session = None

    @property
    def _name(self) -> str:
        return urlsplit(self._service).hostname or "service"

    @property
    def base_url(self) -> str:
        """Where it listens, as clients of the API want it: without the path ``/v1``."""
        return f"http://{HOST}:{self._port}/{self._name}"

    @property
    def diverted(self) -> bool:
        """Whether another service is asked than the one that the relay stands for."""
        return self.upstream != self._service

    async def _pass(self, request: web.Request) -> web.StreamResponse:
        path = request.rel_url.raw_path.removeprefix(f"/{self._name}")
        data = await request.read()
        body = _body(data) if request.method == "POST" and path == _RECORDED else None
        if body is None:
            # The list of models and the like: nobody needs to see that.
            return await self._exchange(request, path, data, Asked(0, {}, 0.0, offline=False))
        with self.ledger.asking(body, offline=self.diverted) as asked:
            return await self._exchange(request, path, data, asked)

    async def _exchange(
        self, request: web.Request, path: str, data: bytes, asked: Asked
    ) -> web.StreamResponse:
        """Ask, and pass on what comes as it comes.

        Where the connection to the service breaks, so does the one to whoever asked, who would
        otherwise take half an answer for a whole one.
        """
        query = f"?{request.rel_url.raw_query_string}" if request.rel_url.raw_query_string else ""
        target = f"{self.upstream.rstrip('/')}{path}{query}"
        try:
            async with self._open().request(
                request.method,
                target,
                headers=self._headers(request),
                data=data or None,
                allow_redirects=False,
                proxy=_proxy(target),
            ) as told:
                return await _stream(request, told, asked)
        except (aiohttp.ClientError, TimeoutError) as error:
            asked.failed(_sentence(error))
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=_BAD_GATEWAY)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("The relay does not listen.")
        return self._session

    def _headers(self, request: web.Request) -> list[tuple[str, str]]:
        # Whatever is compressed could not be read by us on its way.
        ours = [("Accept-Encoding", "identity")]
        if self.diverted:
            ours.append(("Authorization", "Bearer local"))
            return ours + _without(request.headers, _OURS | {"authorization", "x-api-key"})
        return ours + _without(request.headers, _OURS)


async def _stream(
    request: web.Request, told: aiohttp.ClientResponse, asked: Asked
) -> web.StreamResponse:
    response = web.StreamResponse(
        status=told.status, reason=told.reason, headers=_without(told.headers, _ONE_LEG)
    )
    asked.began(told.status, told.headers.get("request-id", ""))
    await response.prepare(request)
    async for piece in told.content.iter_any():
        asked.hear(piece)
        await response.write(piece)
    await response.write_eof()
    return response


def _without(headers: Mapping[str, str], names: set[str]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers.items() if name.lower() not in names]


def _body(data: bytes) -> dict[str, Any] | None:
    try:
        body = json.loads(data)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _proxy(target: str) -> str | None:
    """The proxy that the environment names for an address; none leads to this machine."""
    parts = urlsplit(target)
    host = parts.hostname or ""
    if host in _LOOPBACK or proxy_bypass(host):
        return None
    return getproxies().get(parts.scheme)


def _sentence(error: BaseException) -> str:
    """What went wrong, in words that hold nothing of the request."""
    match error:
        case aiohttp.ClientConnectorError():
            return "The service cannot be reached from here."
        case TimeoutError():
            return "The service did not take the connection in time."
        case _:
            return BROKEN
