"""The table of routes, and what a handler gets to work with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from playground.server import errors
from playground.server.channel import Channel
from playground.server.guild import Guild
from playground.server.nouns import Upload
from playground.server.permissions import require
from playground.server.shapes import Answer, Json
from playground.server.world import World

Handler: TypeAlias = "Callable[[Call], Answer]"


@dataclass(slots=True, frozen=True)
class Route:
    """One method on one path.

    Attributes:
        template: the path with ``{names}`` for what varies.
        limit: how many requests fit in a window, and the window's seconds; None: unlimited.
        bucket: routes with the same bucket share a limit.
        with_token: the path's own token is the key, no bot's token is needed.
    """

    method: str
    template: str
    steps: tuple[str, ...]
    handler: Handler
    limit: tuple[int, float] | None
    bucket: str
    with_token: bool


@dataclass(slots=True)
class Call:
    """A request on its way to a handler."""

    world: World
    route: Route
    params: dict[str, str]
    query: dict[str, str] = field(default_factory=dict)
    body: Json = field(default_factory=dict)
    items: list[Json] = field(default_factory=list)
    files: dict[int, Upload] = field(default_factory=dict)
    by_bot: bool = False

    def number(self, name: str) -> int:
        """Return an identifier from the path.

        Raises:
            ApiError: 50035 if it is no number.
        """
        value = self.params[name]
        if not value.isdecimal():
            raise errors.invalid(name, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
        return int(value)

    def channel(self, needed: int = 0) -> Channel:
        """Return the channel of the path, in which the bot has the needed permissions.

        Raises:
            ApiError: 10003, 50001 or 50013.
        """
        channel = self.world.channels.get(self.number("channel_id"))
        if channel is None:
            raise errors.unknown("Channel")
        require(self.world.bot, channel, needed)
        return channel

    def guild(self) -> Guild:
        """Return the server of the path.

        Raises:
            ApiError: 10004, or 50001 if the bot is no member.
        """
        guild = self.world.guilds.get(self.number("guild_id"))
        if guild is None:
            raise errors.unknown("Guild")
        if self.world.bot.id not in guild.members:
            raise errors.missing_access()
        return guild

    def count(self, name: str, default: int, most: int) -> int:
        """Return a number from the query, refused if it is not between 1 and ``most``."""
        text = self.query.get(name, str(default))
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise errors.invalid(
                name, "NUMBER_TYPE_MAX", f"int value should be between 1 and {most}."
            )
        return int(text)

    def yes(self, name: str) -> bool:
        """Tell whether a switch in the query is on."""
        return self.query.get(name, "").lower() in ("1", "true")


class Table:
    """All routes, found by method and number of steps rather than one after another."""

    def __init__(self) -> None:
        self._routes: dict[tuple[str, int], list[Route]] = {}

    def add(
        self,
        method: str,
        template: str,
        *,
        limit: tuple[int, float] | None = None,
        bucket: str = "",
        with_token: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Enter a handler; use as a decorator."""
        steps = tuple(template.strip("/").split("/"))

        def enter(handler: Handler) -> Handler:
            name = bucket or f"{method} {template}"
            route = Route(method, template, steps, handler, limit, name, with_token)
            shelf = self._routes.setdefault((method, len(steps)), [])
            shelf.append(route)
            shelf.sort(key=lambda one: [step.startswith("{") for step in one.steps])
            return handler

        return enter

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """Return the route of a request and what its path says, or None."""
        steps = path.strip("/").split("/")
        for route in self._routes.get((method, len(steps)), ()):
            params = _match(route.steps, steps)
            if params is not None:
                return route, params
        return None

    def knows(self, path: str) -> bool:
        """Tell whether a path exists under any method."""
        return any(self.find(method, path) for method in ("GET", "POST", "PUT", "PATCH", "DELETE"))


def _match(pattern: tuple[str, ...], steps: list[str]) -> dict[str, str] | None:
    params = {}
    for want, step in zip(pattern, steps, strict=True):
        if want[0] == "{":
            params[want[1:-1]] = step
        elif want != step:
            return None
    return params


table = Table()
