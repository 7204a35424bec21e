"""The words for JSON that every file of this room shares."""

from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
"""A JSON object, as it goes over the wire."""

Answer: TypeAlias = tuple[int, Json | list[Json] | None]
"""What a route answers: an HTTP status and a JSON body (None: no body, status 204)."""
