"""Doors for tests: to look at a request, and to spoil it."""

import inspect
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeAlias

from playground.server.shapes import Json

Reply: TypeAlias = tuple[int, Any, dict[str, str]]
"""An answer given by a hook: status, JSON body, extra headers."""


class Drop(Exception):  # noqa: N818 - it is an order, not an error
    """Raised by a hook: close the connection without an answer."""


@dataclass(slots=True)
class Request:
    """A request as hooks and the log see it, without tokens.

    Attributes:
        method: the HTTP method.
        path: the path below ``/api/v10``; tokens in it are replaced by ``:token``.
        json: the JSON body, if any.
        query: the query parameters.
        count: how often the hook's pattern was met, this time included.
        status: the HTTP status answered (0 as long as there is none).
        answer: the JSON body answered.
        host: under which name we were called: "127.0.0.1", or "localhost". Processes that were
            given different ones can be told apart.
    """

    method: str
    path: str
    json: Any = None
    query: dict[str, str] = field(default_factory=dict)
    count: int = 0
    status: int = 0
    answer: Any = None
    host: str = ""


Hook: TypeAlias = Callable[[Request], Awaitable[Reply | None] | Reply | None]


class HookHandle:
    """A hook in place; ``remove`` it, or use it as a context manager."""

    def __init__(self, shelf: "list[HookHandle]", method: str, pattern: str, hook: Hook) -> None:
        self.count = 0
        self._shelf = shelf
        self._method = method.upper()
        self._pattern = re.compile(pattern)
        self._hook = hook
        shelf.append(self)

    def remove(self) -> None:
        """Take the hook out; a second time does nothing."""
        if self in self._shelf:
            self._shelf.remove(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.remove()

    def matches(self, request: Request) -> bool:
        """Tell whether this hook is for this request."""
        return self._method in ("*", request.method) and bool(self._pattern.search(request.path))

    async def call(self, request: Request) -> Reply | None:
        """Count and call the hook."""
        self.count += 1
        request.count = self.count
        result = self._hook(request)
        return await result if inspect.isawaitable(result) else result


class Hooks:
    """The hooks of one server."""

    def __init__(self) -> None:
        self._before: list[HookHandle] = []
        self._after: list[HookHandle] = []

    def before(self, method: str, pattern: str, hook: Hook) -> HookHandle:
        """Call ``hook`` before a matching request is carried out."""
        return HookHandle(self._before, method, pattern, hook)

    def after(self, method: str, pattern: str, hook: Hook) -> HookHandle:
        """Call ``hook`` after a matching deed is done, before its answer is sent."""
        return HookHandle(self._after, method, pattern, hook)

    async def run_before(self, request: Request) -> Reply | None:
        """Run the matching hooks until one answers.

        Raises:
            Drop: if a hook says so.
        """
        return await self._run(self._before, request)

    async def run_after(self, request: Request) -> Reply | None:
        """Run the matching hooks until one answers otherwise.

        Raises:
            Drop: if a hook says so.
        """
        return await self._run(self._after, request)

    @staticmethod
    async def _run(shelf: list[HookHandle], request: Request) -> Reply | None:
        for handle in tuple(shelf):
            if handle.matches(request):
                reply = await handle.call(request)
                if reply is not None:
                    return reply
        return None


def without_tokens(body: Json | list[Json] | None) -> Any:  # noqa: ANN401 - JSON of any shape
    """Return a copy of a top level without secrets, for the log."""
    if isinstance(body, dict) and ("token" in body or "url" in body):
        return {key: value for key, value in body.items() if key not in ("token", "url")}
    return body
