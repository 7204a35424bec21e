"""What the Messages API of 2026-10-21 refuses, and in which words.

Stricter than kind: whatever would fail at the real service fails here first. Sources:
https://platform.claude.com/docs/en/api/migration-2026-10-21 and
https://platform.claude.com/docs/en/build-with-claude/structured-outputs
"""

from collections.abc import Iterator, Mapping
from typing import Any

API_VERSION = "2026-10-21"

MODELS = {
    "claude-fable-5-1": "Claude Fable 5.1",
    "claude-opus-5-5": "Claude Opus 5.5",
    "claude-opus-5": "Claude Opus 5",
    "claude-sonnet-5-5": "Claude Sonnet 5.5",
    "claude-haiku-5-5": "Claude Haiku 5.5",
}
"""Ids that are alive, with the names people read."""

MAX_OUTPUT = 128_000
"""Tokens a model may be allowed to write."""

MAX_CACHE_MARKS = 4

ALWAYS_THINKING = {"claude-opus-5-5", "claude-fable-5-1"}
"""Models whose thinking can be neither switched off nor given a budget."""

_FIELDS = {
    *("cache_control", "container", "diagnostics", "inference_geo", "max_tokens", "messages"),
    *("metadata", "model", "output_config", "service_tier", "speed", "stop_sequences", "stream"),
    *("system", "thinking", "tool_choice", "tools", "user_profile_id", "workspace_id"),
}
_GONE = ("temperature", "top_p", "top_k")
_EFFORTS = {"low", "medium", "high", "xhigh", "max"}
_NOT_IN_SCHEMAS = {
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "maxItems", "uniqueItems", "oneOf"),
}

ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
}


class ApiError(Exception):
    """A refusal: its HTTP status, and the sentence of the error body."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.type = ERROR_TYPES.get(status, "api_error")
        self.headers = dict(headers or {})


def _bad(message: str) -> ApiError:
    return ApiError(400, message)


def check_headers(headers: Mapping[str, str], key: str | None) -> None:
    """Refuse requests without a bearer token (``key`` if one is set) or the API's version."""
    scheme, _, token = headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not token.strip() or (key is not None and token != key):
        raise ApiError(401, "invalid authorization header")
    version = headers.get("anthropic-version")
    if version is None:
        raise _bad("anthropic-version: header is required")
    if version != API_VERSION:
        raise _bad(f"anthropic-version: {version} is not {API_VERSION}, the one spoken here")


def check_model(model: object) -> None:
    """Refuse a model that does not exist."""
    if not isinstance(model, str):
        raise _bad("model: Field required")
    if model not in MODELS:
        raise ApiError(404, f"model: {model}")


def check_body(body: object, *, counting: bool = False) -> dict[str, Any]:
    """The body, if the service would take it.

    Args:
        body: the decoded JSON.
        counting: whether tokens are to be counted only, which needs no ``max_tokens``.

    Raises:
        ApiError: what the service would answer.
    """
    if not isinstance(body, dict):
        raise _bad("Input should be a valid dictionary")
    for field in _GONE:
        if field in body:
            raise _bad(f"{field}: this parameter was removed in {API_VERSION}")
    for field in body.keys() - _FIELDS:
        raise _bad(f"{field}: Extra inputs are not permitted")
    check_model(body.get("model"))
    if not counting:
        _check_length(body)
    _check_messages(body.get("messages"))
    if "system" in body and not isinstance(body["system"], str):
        _check_blocks(body["system"], "system")
    _check_thinking(body)
    _check_output(body.get("output_config"))
    _check_cache_marks(body)
    return body


def _check_length(body: Mapping[str, Any]) -> None:
    length = body.get("max_tokens")
    if length is None:
        raise _bad("max_tokens: Field required")
    if not isinstance(length, int) or isinstance(length, bool) or not 0 <= length <= MAX_OUTPUT:
        raise _bad(f"max_tokens: must be between 0 and {MAX_OUTPUT}")
    has_format = isinstance(body.get("output_config"), dict) and "format" in body["output_config"]
    if length == 0 and (body.get("stream") or has_format):
        raise _bad("max_tokens: 0 cannot be combined with stream or output_config.format")


def _check_messages(messages: object) -> None:
    if not isinstance(messages, list) or not messages:
        raise _bad("messages: at least one message is required")
    for number, message in enumerate(messages):
        where = f"messages.{number}"
        if not isinstance(message, dict) or message.get("role") not in {
            "user",
            "assistant",
            "system",
        }:
            raise _bad(f"{where}.role: Input should be 'user', 'assistant' or 'system'")
        _check_blocks(message.get("content"), f"{where}.content")
    if messages[0]["role"] != "user":
        raise _bad("messages: first message must use the user role")
    if messages[-1]["role"] == "assistant":
        raise _bad(
            "This model does not support assistant message prefill. The conversation must end "
            "with a user message."
        )


def _check_blocks(content: object, where: str) -> None:
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    if not isinstance(content, list) or not content:
        raise _bad(f"{where}: Field required")
    for number, block in enumerate(content):
        if not isinstance(block, dict) or block.get("type") != "text":
            raise _bad(f"{where}.{number}: only text blocks are taken here")
        if not isinstance(block.get("text"), str) or not block["text"].strip():
            raise _bad(f"{where}.{number}: text content blocks must contain non-whitespace text")


def _check_thinking(body: Mapping[str, Any]) -> None:
    thinking = body.get("thinking")
    if thinking is None:
        return
    kind = thinking.get("type") if isinstance(thinking, dict) else None
    if kind not in {"adaptive", "disabled", "enabled", "between_tools"}:
        raise _bad("thinking.type: Input should be 'adaptive' or 'disabled'")
    if kind in {"disabled", "enabled"} and body["model"] in ALWAYS_THINKING:
        raise _bad(f"thinking.type: {kind} is not supported by {body['model']}")


def _check_output(config: object) -> None:
    if config is None:
        return
    if not isinstance(config, dict) or config.keys() - {"effort", "format"}:
        raise _bad("output_config: Extra inputs are not permitted")
    if config.get("effort", "low") not in _EFFORTS:
        raise _bad("output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh', 'max'")
    form = config.get("format")
    if form is None:
        return
    if not isinstance(form, dict) or form.get("type") != "json_schema":
        raise _bad("output_config.format.type: Input should be 'json_schema'")
    _check_schema(form.get("schema"))


def _check_schema(schema: object) -> None:
    if not isinstance(schema, dict):
        raise _bad("output_config.format.schema: Field required")
    for part in _parts(schema):
        if part.get("type") == "object" and part.get("additionalProperties") is not False:
            raise _bad(
                "output_config.format.schema: For 'object' type, 'additionalProperties' must be "
                "explicitly set to false"
            )
        for word in part.keys() & _NOT_IN_SCHEMAS:
            raise _bad(f"output_config.format.schema: property '{word}' is not supported")
        if part.get("minItems", 0) not in {0, 1}:
            raise _bad("output_config.format.schema: 'minItems' other than 0 or 1 not supported")


def _parts(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The schema and all schemas in it."""
    yield schema
    properties = schema.get("properties")
    inner = list(properties.values()) if isinstance(properties, dict) else []
    for part in (*inner, schema.get("items"), *schema.get("anyOf", ())):
        if isinstance(part, dict):
            yield from _parts(part)


def blocks_of(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """All content blocks in the order in which the cache sees them; plain texts as blocks."""
    for content in (body.get("system", []), *(m["content"] for m in body["messages"])):
        if isinstance(content, str):
            yield {"type": "text", "text": content}
        else:
            yield from content


def _check_cache_marks(body: Mapping[str, Any]) -> None:
    marks = [block["cache_control"] for block in blocks_of(body) if block.get("cache_control")]
    marks += [body["cache_control"]] if body.get("cache_control") else []
    if len(marks) > MAX_CACHE_MARKS:
        raise _bad(
            f"A maximum of {MAX_CACHE_MARKS} blocks with cache_control may be provided. "
            f"Found {len(marks)}."
        )
    shorter_came = False
    for mark in marks:
        if not isinstance(mark, dict) or mark.get("type") != "ephemeral":
            raise _bad("cache_control.type: Input should be 'ephemeral'")
        ttl = mark.get("ttl", "5m")
        if ttl not in {"5m", "1h"}:
            raise _bad("cache_control.ttl: Input should be '5m' or '1h'")
        if ttl == "1h" and shorter_came:
            raise _bad("cache_control.ttl: a ttl='1h' block must not come after a ttl='5m' block")
        shorter_came = shorter_came or ttl == "5m"
