"""A local server that speaks the Messages API, with the offline narrator as its model."""

import asyncio
import json
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

from aiohttp import web
from typing_extensions import override

from playground.claude.faults import (
    Count,
    CutOff,
    Drop,
    ErrorEvent,
    Extra,
    Failure,
    Fault,
    Hang,
    NoEnd,
    NotJson,
    Refusal,
    Slow,
    Verbatim,
)
from playground.claude.ledger import BROKEN, Asked, Ledger
from playground.claude.meter import Cache, count
from playground.claude.offline import OfflineNarrator
from playground.claude.rules import (
    ALWAYS_THINKING,
    MAX_OUTPUT,
    MODELS,
    ApiError,
    blocks_of,
    check_body,
    check_headers,
    check_model,
)
from playground.claude.stream import Message, event

HOST = "127.0.0.1"
MAX_BODY = 32 * 1024**2
"""Bytes of a request, as at the real service."""

REMEMBERED = 64
"""Bodies of requests kept for whoever wants to look."""

_SHUTDOWN_SECONDS = 0.2
_OK = 200

_request_id: ContextVar[str] = ContextVar("request_id")
"""Under which the answer to the request at hand goes out."""


class LocalClaude:
    """The local service. It listens on this machine only and knows no accounts.

    Attributes:
        requests: the newest bodies sent to ``/v1/messages``, refused ones included.
        ledger: the newest requests with their answers, and what they would cost.
        faults: what happens to the requests to come, one each; None for nothing special.
        choose_fault: asked for each body when ``faults`` is empty.
        delay: seconds an answer takes.
        usage: tokens of all answers so far, by model: ``input``, ``cache_read``,
            ``cache_write_5m``, ``cache_write_1h``, ``output``, and the number of ``answers``.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        delay: float = 1.5,
        key: str | None = None,
        cache_minimum: int = 1024,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make a server that does not listen yet.

        Args:
            seed: for the offline narrator.
            delay: seconds an answer takes, so that drafting feels like drafting. 0 in tests.
            key: the only bearer token to take; any one, if None.
            cache_minimum: tokens below which a prefix is not cached.
            clock: seconds, rising; for the life of what is cached.
        """
        self.requests: deque[dict[str, Any]] = deque(maxlen=REMEMBERED)
        self.ledger = Ledger()
        self.faults: deque[Fault | None] = deque()
        self.choose_fault: Callable[[dict[str, Any]], Fault | None] = lambda _body: None
        self.usage: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._narrator = OfflineNarrator(seed)
        self.delay = delay
        self._key = key
        self._cache = Cache(cache_minimum, clock)
        self._released = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._port = 0
        self._served = 0

    async def start(self, port: int = 0) -> str:
        """Listen, on a free port unless one is given.

        Returns:
            The base address, without a slash at its end.
        """
        app = web.Application(client_max_size=MAX_BODY, middlewares=[self._answer_errors])
        app.router.add_post("/v1/messages", self._messages)
        app.router.add_post("/v1/messages/count_tokens", self._count_tokens)
        app.router.add_get("/v1/models", self._models)
        app.router.add_get("/v1/models/{id}", self._model)
        # A request whose caller has left is given up, so that nothing hangs on after a time-out.
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=_SHUTDOWN_SECONDS
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, port).start()
        self._port = self._runner.addresses[0][1]
        return self.base_url

    async def stop(self) -> None:
        """Release what hangs and stop listening."""
        self.release()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def release(self) -> None:
        """Let requests go on that hang, now and from now on."""
        self._released.set()

    @property
    def base_url(self) -> str:
        """Where it listens, as clients of the API want it: without the path ``/v1``."""
        return f"http://{HOST}:{self._port}"

    @web.middleware
    async def _answer_errors(
        self, request: web.Request, handler: Callable[[web.Request], Any]
    ) -> web.StreamResponse:
        self._served += 1
        _request_id.set(f"req_offline_{self._served:06}")
        try:
            check_headers(request.headers, self._key)
            response: web.StreamResponse = await handler(request)
        except ApiError as error:
            return _refusal(error)
        except web.HTTPRequestEntityTooLarge:
            return _refusal(ApiError(413, "Request exceeds the maximum size"))
        except web.HTTPNotFound:
            return _refusal(ApiError(404, "Not found"))
        if not response.prepared:
            response.headers["request-id"] = _request_id.get()
        return response

    async def _body(self, request: web.Request) -> Any:  # noqa: ANN401 - JSON is any
        try:
            return json.loads(await request.read())
        except ValueError as error:
            raise ApiError(400, "The request body is not valid JSON") from error

    async def _count_tokens(self, request: web.Request) -> web.Response:
        body = check_body(await self._body(request), counting=True)
        return web.json_response({"input_tokens": sum(count(b["text"]) for b in blocks_of(body))})

    async def _models(self, _request: web.Request) -> web.Response:
        data = [_model_info(model) for model in MODELS]
        ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"], "has_more": False}
        return web.json_response({"data": data, **ends})

    async def _model(self, request: web.Request) -> web.Response:
        check_model(request.match_info["id"])
        return web.json_response(_model_info(request.match_info["id"]))

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        body = await self._body(request)
        if not isinstance(body, dict):
            check_body(body)
        self.requests.append(body)
        with self.ledger.asking(body, offline=True) as asked:
            try:
                return await self._answer(request, body, asked)
            except ApiError as error:
                asked.began(error.status, _request_id.get())
                asked.failed(str(error))
                raise

    async def _answer(
        self, request: web.Request, body: dict[str, Any], asked: Asked
    ) -> web.StreamResponse:
        body = check_body(body)
        fault = (self.faults.popleft() if self.faults else self.choose_fault(body)) or Fault()
        if isinstance(fault, Drop):
            asked.failed(BROKEN)
        await self._before_answer(request, fault)
        message = self._compose(body, fault)
        if body.get("stream"):
            return await self._stream(request, message, fault, asked)
        await asyncio.sleep(_seconds(fault, self.delay))
        told = json.dumps(message.whole())
        asked.began(_OK, _request_id.get())
        asked.hear(told.encode())
        return web.Response(text=told, content_type="application/json")

    async def _before_answer(self, request: web.Request, fault: Fault) -> None:
        match fault:
            case Failure(status, wait):
                headers = {} if wait is None else {"retry-after": f"{wait:g}"}
                raise ApiError(status, "The offline service was told to fail", headers)
            case Hang(midway=False):
                await self._released.wait()
            case Drop(before_answer=True):
                _hang_up(request)
            case _:
                pass

    def _compose(self, body: dict[str, Any], fault: Fault) -> Message:
        text, stop_reason = self._write(body, fault)
        longest = int(body["max_tokens"] * 3)
        if len(text) > longest:
            text, stop_reason = text[:longest], "max_tokens"
        message = Message(
            id=f"msg_offline_{self._served:06}",
            model=body["model"],
            text=text,
            stop_reason=stop_reason,
            prompt=self._cache.read(body),
            thinks=body["model"] in ALWAYS_THINKING,
        )
        self._book(message)
        return message

    def _book(self, message: Message) -> None:
        """Add an answer's tokens to what was used."""
        prompt = message.prompt
        self.usage[message.model] += Counter(
            answers=1,
            input=prompt.plain,
            cache_read=prompt.read,
            cache_write_5m=prompt.written_5m,
            cache_write_1h=prompt.written_1h,
            output=message.output["output_tokens"],
        )

    def _write(self, body: dict[str, Any], fault: Fault) -> tuple[str, str]:
        """What the model writes, and why it stops."""
        wanted = fault.variants if isinstance(fault, Count) else None
        answer = self._narrator.answer(body, variants=wanted)
        if isinstance(fault, Extra):
            beat = {"actor": fault.actor, "kind": fault.kind, "text": fault.text}
            drafted = answer.get("variants", [])
            for variant in drafted if fault.all_variants else drafted[:1]:
                variant["beats"].append(beat)
        text = json.dumps(answer, ensure_ascii=False)
        half = len(text) // 2
        match fault:
            case Refusal(after_some_text):
                return text[:half] if after_some_text else "", "refusal"
            case CutOff():
                return text[:half], "max_tokens"
            case NotJson():
                return "Certainly! " + text[:half].replace('"', "'"), "end_turn"
            case Verbatim(text=words):
                return words, "end_turn"
            case _:
                return text, "end_turn"

    async def _stream(
        self, request: web.Request, message: Message, fault: Fault, asked: Asked
    ) -> web.StreamResponse:
        headers = {"content-type": "text/event-stream", "request-id": _request_id.get()}
        response = _Heard(asked, headers)
        # A caller who leaves in the middle is no error of ours.
        with suppress(ConnectionResetError):
            await response.prepare(request)
            asked.began(response.status, _request_id.get())
            await response.write(b"".join(message.opening()))
            pieces = message.pieces()
            pause = _seconds(fault, self.delay) / max(len(pieces), 1)
            for number, piece in enumerate(pieces):
                if number == len(pieces) // 2 and await self._midway(request, response, fault):
                    return response
                await response.write(piece)
                if pause:
                    await asyncio.sleep(pause)
            await response.write(b"".join(message.ending()))
        return response

    async def _midway(
        self, request: web.Request, response: web.StreamResponse, fault: Fault
    ) -> bool:
        """Whether the stream ends here, in the middle of the text."""
        match fault:
            case ErrorEvent(kind):
                error = {"type": kind, "message": "The offline service was told to fail"}
                await response.write(event("error", error=error, request_id=_request_id.get()))
                return True
            case NoEnd():
                return True
            case Drop():
                _hang_up(request)
                return True
            case Hang(midway=True):
                await self._released.wait()
                return True
            case _:
                return False


class _Heard(web.StreamResponse):
    """A stream of which the ledger hears each piece."""

    def __init__(self, asked: Asked, headers: dict[str, str]) -> None:
        super().__init__(headers=headers)
        self._asked = asked

    @override
    async def write(self, data: bytes | bytearray | memoryview) -> None:
        await super().write(data)
        self._asked.hear(bytes(data))


def _refusal(error: ApiError) -> web.Response:
    body = {
        "type": "error",
        "error": {"type": error.type, "message": str(error)},
        "request_id": _request_id.get(),
    }
    headers = {"request-id": _request_id.get(), **error.headers}
    return web.json_response(body, status=error.status, headers=headers)


def _hang_up(request: web.Request) -> None:
    """Break the connection without another word."""
    if request.transport is not None:
        request.transport.abort()


def _seconds(fault: Fault, usual: float) -> float:
    return fault.seconds if isinstance(fault, Slow) else usual


def _model_info(model: str) -> dict[str, Any]:
    return {
        "type": "model",
        "id": model,
        "display_name": MODELS[model],
        "created_at": "2026-09-01T00:00:00Z",
        "lifecycle": "active",
        "deprecated_at": None,
        "retires_at": None,
        "max_input_tokens": 1_000_000,
        "max_tokens": MAX_OUTPUT,
    }
