"""The anthropic SDK: the one module that imports it, and itself imported only off the event loop.

Importing the SDK takes about 1.5 s and 80 MB.
"""

import json
import logging
import time
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import anthropic
import httpx2
from anthropic import AsyncAnthropic

from bot.narrator.tally import Tally, Trouble, TroubleKind
from bot.story.purse import Usage

CONNECT_SECONDS = 5.0
"""How long to wait for a connection, a fraction of what a whole answer may take."""

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_HTTP_OK = 200
_HTTP_SERVER_ERROR = 500
_TRANSIENT = {408, 409, 429}
_RATE_LIMITED = 429


def connect(*, api_key: str, base_url: str, timeout: float) -> AsyncAnthropic:
    """A client for a service; makes no request, but takes a second or two.

    Retries are switched off: the SDK obeys a ``retry-after`` of any length, so one answer could
    park a draft for an hour.
    """
    limits = httpx2.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS))
    # A server on this machine is not to be looked for behind a proxy of the environment.
    on_this_machine = urlsplit(base_url).hostname in _LOOPBACK
    client = AsyncAnthropic(
        api_key=api_key,
        base_url=base_url,
        timeout=limits,
        max_retries=0,
        # Given, even empty, it keeps story text out of traces whatever the environment says.
        open_telemetry={},
        http_client=httpx2.AsyncClient(trust_env=False, timeout=limits)
        if on_this_machine
        else None,
    )
    # At DEBUG, which ANTHROPIC_LOG may ask for, the SDK logs whole requests: story text.
    logging.getLogger("anthropic").setLevel(logging.INFO)
    # The SDK imports its resources on first use, which would stall the event loop then.
    _ = client.messages, client.models
    return client


async def exchange(client: AsyncAnthropic, body: dict[str, Any], tally: Tally) -> Trouble | None:
    """Send one request and read the stream into ``tally``; what went wrong on the way, if anything.

    Errors are turned into values here, since the SDK's exceptions hold the request and with it
    the key and the prompt.
    """
    try:
        async with await client.messages.create(stream=True, **body) as stream:
            tally.started = True
            async for event in stream:
                _take(event, tally)
    except anthropic.APIStatusError as error:
        return _of_status(error)
    except anthropic.APIConnectionError as error:
        return _of_connection(error)
    except (httpx2.HTTPError, httpx2.StreamError):
        return Trouble(
            TroubleKind.SILENT,
            "The connection to Claude died in the middle of the answer. Ask again.",
            word="connection_died",
        )
    except (anthropic.APIError, ValueError):
        # Events that are no JSON, or bytes that are no text.
        return _GARBLED_STREAM
    return None


_GARBLED_STREAM = Trouble(
    TroubleKind.GARBLED,
    "Claude's service answered with something that is not its protocol. Ask again; if it goes on, "
    "whoever runs this bot should check ANTHROPIC_BASE_URL.",
    word="not_the_protocol",
)


def _take(event: object, tally: Tally) -> None:
    """Note one event. Servers leave fields out and the SDK checks none: nothing is relied on."""
    match getattr(event, "type", None):
        case "message_start":
            message = getattr(event, "message", None)
            tally.model = getattr(message, "model", None) or ""
            _count(getattr(message, "usage", None), tally)
        case "content_block_start":
            block = getattr(event, "content_block", None)
            if getattr(block, "type", None) == "text":
                tally.pieces.append(getattr(block, "text", None) or "")
        case "content_block_delta":
            delta = getattr(event, "delta", None)
            if getattr(delta, "type", None) == "text_delta":
                tally.pieces.append(getattr(delta, "text", None) or "")
        case "message_delta":
            tally.stop_reason = getattr(getattr(event, "delta", None), "stop_reason", None)
            _count(getattr(event, "usage", None), tally)
        case _:
            pass


def _count(usage: object, tally: Tally) -> None:
    """Note the tokens told. Counts are cumulative, and some servers tell all of them at the end."""

    def told(name: str, source: object = usage) -> int:
        value = getattr(source, name, None)
        return value if isinstance(value, int) else 0

    known = tally.usage
    tally.usage = Usage(
        max(known.input_tokens, told("input_tokens")),
        max(known.cache_write_tokens, told("cache_creation_input_tokens")),
        max(known.cache_read_tokens, told("cache_read_input_tokens")),
        max(known.output_tokens, told("output_tokens")),
    )
    by_duration = getattr(usage, "cache_creation", None)
    short = told("ephemeral_5m_input_tokens", by_duration)
    tally.write_5m_tokens = max(tally.write_5m_tokens, short)


def _of_connection(error: anthropic.APIConnectionError) -> Trouble:
    """No response began. A request that timed out while it was being answered is not repeated."""
    waited = isinstance(error.__cause__, httpx2.ReadTimeout | httpx2.WriteTimeout)
    return Trouble(
        TroubleKind.SILENT,
        "Claude's service cannot be reached. Ask again in a moment.",
        again=not waited,
        unsure=waited,
        word="no_response",
    )


def _of_status(error: anthropic.APIStatusError) -> Trouble:
    kind, sentence = _verdict(error)
    status = error.status_code
    transient = status in _TRANSIENT or status >= _HTTP_SERVER_ERROR
    return Trouble(
        kind,
        sentence,
        again=transient and error.response.headers.get("x-should-retry") != "false",
        status=status,
        word=str(error.type or ""),
        request_id=error.request_id,
        retry_after=_retry_after(error.response.headers),
    )


def _verdict(error: anthropic.APIStatusError) -> tuple[TroubleKind, str]:
    """Which error it is and what the writer reads. Status 200 is an error amid the stream."""
    status = error.status_code
    if status == _RATE_LIMITED or error.type == "rate_limit_error":
        return TroubleKind.BUSY, "Claude's service limits how much we may ask. Wait a little."
    if status in _TRANSIENT or status >= _HTTP_SERVER_ERROR or status == _HTTP_OK:
        return (
            TroubleKind.BUSY,
            "Claude's service is overloaded or out of order. Ask again in a minute.",
        )
    return TroubleKind.MISCONFIGURED, _REJECTIONS.get(status, _REJECTED)


_REJECTED = (
    "Claude's service rejected the request itself, so asking again is no use. Whoever runs this "
    "bot finds the reason's name in the log."
)

_REJECTIONS = {
    401: "Claude's service rejected the key. Whoever runs this bot should check ANTHROPIC_API_KEY.",
    402: "The account at Claude's service has no credit. Whoever runs this bot should top it up.",
    403: "The key may not use this model. Whoever runs this bot should check its permissions.",
    404: "Claude's service does not know the model that is set. Whoever runs this bot should "
    "check its name.",
    413: "This scene is larger than Claude's service takes.",
}


def _retry_after(headers: httpx2.Headers) -> float | None:
    """Seconds to wait as the headers tell: milliseconds, seconds or a date."""
    try:
        if "retry-after-ms" in headers:
            return max(float(headers["retry-after-ms"]) / 1000, 0.0)
        value = headers.get("retry-after", "")
        if value.replace(".", "", 1).isdigit():
            return float(value)
        return max(parsedate_to_datetime(value).timestamp() - time.time(), 0.0) if value else None
    except ValueError:
        return None


async def look_up(client: AsyncAnthropic, model: str, timeout: float) -> dict[str, Any] | Trouble:  # noqa: ASYNC109 - handed on to the SDK
    """What the service knows of a model, or why it cannot be told."""
    try:
        info = await client.models.retrieve(model, timeout=timeout)
    except anthropic.APIStatusError as error:
        return _of_status(error)
    except anthropic.APIConnectionError as error:
        return _of_connection(error)
    except (anthropic.APIError, httpx2.HTTPError, ValueError):
        return _GARBLED_STREAM
    found: dict[str, Any] = json.loads(info.to_json())
    return found
