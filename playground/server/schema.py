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
        if faults:
            faults.refuse_if_any()

    def _validator(self, method: str, template: str) -> Any:  # noqa: ANN401 - the library is untyped
        key = (method, template)
        if key not in self._validators:
            self._validators[key] = self._compile(method, template)
        return self._validators[key]

    def _compile(self, method: str, template: str) -> Any:  # noqa: ANN401 - the library is untyped
        import jsonschema_rs  # noqa: PLC0415 - needed only by those who check schemas

        path = self._places.get((method, _VARIES.sub("{}", template)))
        if path is None:
            return None
        content = (
            self._spec["paths"][path][method.lower()].get("requestBody", {}).get("content", {})
        )
        if "application/json" not in content:
            return None
        steps = ("paths", path, method.lower(), "requestBody", "content", "application/json")
        pointer = quote("/".join(one.replace("~", "~0").replace("/", "~1") for one in steps))
        return jsonschema_rs.Draft202012Validator(
            {"$ref": f"{_URN}#/{pointer}/schema"}, retriever=lambda _: self._spec
        )


def _tolerated(body: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    """Return a body with the one thing changed that the description is wrong about.

    Attachments are numbered by plain numbers, which Discord takes; the description wants text.
    """
    if isinstance(body, list):
        return [_tolerated(one) for one in body]
    if not isinstance(body, dict):
        return body
    copy = {
        key: _tolerated(value) if key in ("data", "message") else value
        for key, value in body.items()
    }
    attachments = copy.get("attachments")
    if isinstance(attachments, list):
        copy["attachments"] = [
            one | {"id": str(one["id"])} if isinstance(one, dict) and "id" in one else one
            for one in attachments
        ]
    return copy
