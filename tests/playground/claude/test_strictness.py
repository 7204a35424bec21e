import aiohttp
import pytest

SCHEMA = {"type": "object", "properties": {}, "additionalProperties": False}
TEXT = {"type": "text", "text": "hello"}


def user(*content):
    return {"role": "user", "content": list(content)}


def marked(ttl=None):
    return {**TEXT, "cache_control": {"type": "ephemeral", **({"ttl": ttl} if ttl else {})}}


def formed(schema):
    return {"output_config": {"format": {"type": "json_schema", "schema": schema}}}


REFUSED = {
    "temperature": {"temperature": 1},
    "top_p": {"top_p": 1},
    "top_k": {"top_k": 1},
    "Extra inputs": {"politeness": 3},
    "max_tokens: Field required": {"max_tokens": None},
    "max_tokens: must be": {"max_tokens": 200_000},
    "max_tokens: 0": {"max_tokens": 0, "stream": True},
    "model: Field required": {"model": None},
    "at least one message": {"messages": []},
    "must use the user role": {"messages": [{"role": "assistant", "content": "x"}, user(TEXT)]},
    "prefill": {"messages": [user(TEXT), {"role": "assistant", "content": "{"}]},
    "messages.0.role": {"messages": [{"role": "narrator", "content": "x"}]},
    "messages.0.content: Field": {"messages": [user()]},
    "non-whitespace": {"messages": [user({"type": "text", "text": " \n"})]},
    "only text blocks": {"messages": [user({"type": "image"})]},
    "system: Field required": {"system": []},
    "disabled is not supported": {"thinking": {"type": "disabled"}},
    "enabled is not supported": {"thinking": {"type": "enabled", "budget_tokens": 1024}},
    "thinking.type: Input": {"thinking": {"type": "hard"}},
    "A maximum of 4": {"messages": [user(*[marked()] * 5)]},
    "must not come after": {"messages": [user(marked("5m"), marked("1h"))]},
    "cache_control.ttl: Input": {"messages": [user(marked("2h"))]},
    "cache_control.type": {"messages": [user({**TEXT, "cache_control": {"type": "x"}})]},
    "output_config.effort": {"output_config": {"effort": "enormous"}},
    "output_config: Extra": {"output_config": {"style": "dry"}},
    "output_config.format.type": {"output_config": {"format": {"type": "xml"}}},
    "schema: Field required": formed(None),
    "'additionalProperties'": formed({"type": "object", "properties": {}}),
    "property 'maxItems'": formed(
        {**SCHEMA, "properties": {"a": {"type": "array", "items": SCHEMA, "maxItems": 3}}}
    ),
    "'minItems'": formed({**SCHEMA, "anyOf": [{"type": "array", "minItems": 3}]}),
}


@pytest.mark.parametrize(("words", "change"), REFUSED.items(), ids=REFUSED.keys())
async def test_what_the_service_refuses_is_refused_here(http, body, words, change):
    merged = {k: v for k, v in (body | change).items() if v is not None}

    async with http.post("/v1/messages", json=merged) as response:
        answer = await response.json()

    assert response.status == 400
    assert answer["type"] == "error"
    assert answer["error"]["type"] == "invalid_request_error"
    assert words in answer["error"]["message"]
    assert answer["request_id"] == response.headers["request-id"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"Authorization": "", "x-api-key": "sk"}, 401),
        ({"anthropic-version": "2023-06-01"}, 400),
    ],
)
async def test_headers_are_required(http, body, headers, status):
    async with http.post("/v1/messages", json=body, headers=headers) as response:
        assert response.status == status
        assert (await response.json())["type"] == "error"


async def test_the_version_header_is_required(claude, body):
    headers = {"Authorization": "Bearer anything"}
    async with (
        aiohttp.ClientSession(claude.base_url, headers=headers) as http,
        http.post("/v1/messages", json=body) as response,
    ):
        assert response.status == 400
        assert "anthropic-version" in await response.text()


@pytest.mark.parametrize("data", [b"{", b"[]", b"\xff"])
async def test_a_body_must_be_a_json_object(http, data):
    async with http.post("/v1/messages", data=data) as response:
        assert response.status == 400


async def test_unknown_models_and_paths_are_not_found(http, body):
    async with http.post("/v1/messages", json=body | {"model": "claude-1"}) as response:
        assert response.status == 404
        assert (await response.json())["error"]["type"] == "not_found_error"
    async with http.get("/v1/models/claude-1") as response:
        assert response.status == 404
    async with http.get("/v1/complete") as response:
        assert response.status == 404
        assert (await response.json())["type"] == "error"


async def test_only_thinking_that_can_be_switched_off_can(http, body):
    change = {"model": "claude-opus-5", "thinking": {"type": "disabled"}}
    async with http.post("/v1/messages", json=body | change) as response:
        assert response.status == 200
