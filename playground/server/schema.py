"""Checks request bodies against Discord's own description of its API.

The description is the OpenAPI file that Discord publishes; it is read from where the caller says.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playground.server.errors import Faults
from playground.server.shapes import Json

_VARIES = re.compile(r"\{[^}]*\}")
_URN = "urn:discord"
_SNOWFLAKES = {
    "applied_tags",
    "channel_id",
    "guild_id",
    "message_id",
    "messages",
    "recipient_id",
    "roles",
    "sticker_ids",
    "users",
}
_BITS = {"allow", "deny"}
_HARMLESS = {"flags", "id", "nsfw", "tts"}
"""Fields that discord.py sends along everywhere and Discord takes without a word."""


@dataclass(slots=True, frozen=True)
class Violation:
    """A body that does not fit the description."""

    method: str
    path: str
    where: str
    message: str


class Schema:
    """Discord's description, its parts compiled when first needed.

    Args:
        file: the OpenAPI file.
    """

    def __init__(self, file: Path) -> None:
        self.violations: list[Violation] = []
        self._spec: Json = json.loads(file.read_text())
        self._places = {
            (method.upper(), _VARIES.sub("{}", path)): path
            for path, item in self._spec["paths"].items()
            for method in item
        }
        self._validators: dict[tuple[str, str], Any] = {}
        self._names: dict[tuple[str, str], set[str]] = {}

    def check(self, method: str, template: str, body: object) -> None:
        """Record and refuse a body that does not fit.

        Raises:
            ApiError: 50035, with what does not fit where.
        """
        validator = self._validator(method, template)
        if validator is None:
            return
        faults = Faults()
        for error in validator.iter_errors(_tolerated(body)):
            where = ".".join(str(step) for step in error.instance_path)
            faults.add(where, "SCHEMA", error.message[:500])
            self.violations.append(Violation(method, template, where, error.message[:500]))
        for name in self._unknown(method, template, body):
            message = f"Unknown field {name!r}"
            faults.add(name, "SCHEMA", message)
            self.violations.append(Violation(method, template, name, message))
        faults.refuse_if_any()

    def _unknown(self, method: str, template: str, body: object) -> set[str]:
        """Return top-level fields that Discord would silently ignore: most likely misspelt."""
        key = (method, template)
        if not isinstance(body, dict):
            return set()
        if key not in self._names:
            self._names[key] = self._named(self._body_schema(method, template) or {})
        known = self._names[key]
        return set(body) - known - _HARMLESS if known else set()

    def _named(self, schema: Json) -> set[str]:
        """Return every field that a schema or one of its parts names."""
        while "$ref" in schema:
            node: Any = self._spec
            for step in schema["$ref"].removeprefix("#/").split("/"):
                node = node[step]
            schema = node
        names = set(schema.get("properties", {}))
        for part in ("allOf", "anyOf", "oneOf"):
            for one in schema.get(part, []):
                names |= self._named(one)
        return names

    def _body_schema(self, method: str, template: str) -> Json | None:
        path = self._places.get((method, _VARIES.sub("{}", template)))
        if path is None:
            return None
        request: Json = self._spec["paths"][path][method.lower()].get("requestBody", {})
        schema: Json | None = request.get("content", {}).get("application/json", {}).get("schema")
        return schema

    def _validator(self, method: str, template: str) -> Any:  # noqa: ANN401 - the library is untyped
        key = (method, template)
        if key not in self._validators:
            self._validators[key] = self._compile(method, template)
        return self._validators[key]

    def _compile(self, method: str, template: str) -> Any:  # noqa: ANN401 - the library is untyped
        import jsonschema_rs  # noqa: PLC0415 - needed only by those who check schemas

        if self._body_schema(method, template) is None:
            return None
        path = self._places[method, _VARIES.sub("{}", template)]
        steps = ("paths", path, method.lower(), "requestBody", "content", "application/json")
        pointer = quote("/".join(one.replace("~", "~0").replace("/", "~1") for one in steps))
        return jsonschema_rs.Draft202012Validator(
            {"$ref": f"{_URN}#/{pointer}/schema"}, retriever=lambda _: self._spec
        )


def _tolerated(body: Any, *, snowflake: bool = False) -> Any:  # noqa: ANN401 - JSON of any shape
    """Return a body with the things changed that the description is wrong about.

    Discord takes identifiers as numbers as well as text, and discord.py sends some as numbers; the
    description wants text. With the permissions of an overwrite it is the other way round.
    """
    if isinstance(body, list):
        return [_tolerated(one, snowflake=snowflake) for one in body]
    if isinstance(body, dict):
        numbered = "filename" in body or "type" not in body
        body = {key: _number(value) if key in _BITS else value for key, value in body.items()}
        return {
            key: _tolerated(value, snowflake=key in _SNOWFLAKES or (key == "id" and numbered))
            for key, value in body.items()
        }
    return str(body) if snowflake and type(body) is int else body


def _number(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isdecimal() else value
