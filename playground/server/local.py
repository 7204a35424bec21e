"""The local Discord as one object: start it, act in it, watch it."""

import os
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import web

from playground.server.cdn import Cdn
from playground.server.cdn_door import CdnDoor
from playground.server.door import PREFIX, Door
from playground.server.faults import Faults
from playground.server.gateway import Gateway
from playground.server.guild import Guild
from playground.server.happenings import Watch
from playground.server.hooks import Hook, HookHandle, Request
from playground.server.message import Message
from playground.server.nouns import Role, Sticker
from playground.server.people import Person
from playground.server.portal import Limits, Portal
from playground.server.ratelimit import RateLimits
from playground.server.schema import Schema, Violation
from playground.server.world import World

T = TypeVar("T")
HOST = "127.0.0.1"
OPENAPI_VARIABLE = "DISCORD_OPENAPI"


class LocalDiscord:
    """A Discord on this machine, for one bot and simulated people.

    Use it as an async context manager, or call ``start`` and ``stop``.

    Args:
        seed: for what is left to chance, e.g. tokens.
        rate_limits: False lifts every rate limit.
        openapi: Discord's OpenAPI file to check request bodies against; by default the one that
            the environment variable ``DISCORD_OPENAPI`` names, or none.
        clock: gives the present as Unix seconds.
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        rate_limits: bool = True,
        openapi: str | Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.world = World(seed, clock)
        self.token = f"local.{self.world.token()}"
        file = openapi or os.environ.get(OPENAPI_VARIABLE)
        self._schema = Schema(Path(file)) if file else None
        self._rate_limits = RateLimits(time.monotonic, clock, on=rate_limits)
        self.gateway = Gateway(self.world, self.token)
        self.faults = Faults(self.world, self.gateway, self._unplug, self._plug_in)
        self._door = Door(self.world, self.token, self._rate_limits, self._schema, self.faults)
        self._cdn = CdnDoor(self.world)
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        self.base = ""

    # Life

    async def start(self, port: int = 0) -> None:
        """Listen on a port of this machine (0: a free one)."""
        app = web.Application(client_max_size=128 * 1024 * 1024)
        app.router.add_route("GET", "/gateway/", self.gateway.serve)
        app.router.add_route("*", PREFIX + "/{path:.*}", self._door.serve)
        app.router.add_route("GET", "/cdn/{path:.*}", self._cdn.serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        self._site = web.TCPSite(self._runner, HOST, port)
        await self._site.start()
        port = self._runner.addresses[0][1]
        self.base = f"http://{HOST}:{port}"
        self.world.cdn.base = self.cdn_base
        self.world.gateway_url = self.gateway.url = self.gateway_url

    async def stop(self) -> None:
        """End every connection and stop listening; the world stays."""
        if self._runner is not None:
            await self.gateway.close()
            await self._runner.cleanup()
            self._runner = None

    async def _unplug(self) -> None:
        """Stop listening and break every connection."""
        if self._runner is None or self._site is None or self._runner.server is None:
            return
        await self._site.stop()
        self._site = None
        self.gateway.drop_sockets()
        for connection in self._runner.server.connections:
            if connection.transport is not None:
                connection.transport.abort()

    async def _plug_in(self) -> None:
        """Listen again at the same address."""
        if self._runner is not None and self._site is None:
            self._site = web.TCPSite(self._runner, HOST, int(self.base.rpartition(":")[2]))
            await self._site.start()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def api_base(self) -> str:
        """The address of the API, for ``discord.http.Route.BASE``."""
        return self.base + PREFIX

    @property
    def gateway_url(self) -> str:
        """The address of the gateway, for ``DiscordWebSocket.DEFAULT_GATEWAY``."""
        return self.base.replace("http", "ws", 1) + "/gateway/"

    @property
    def cdn_base(self) -> str:
        """The address of files, for ``discord.Asset.BASE``."""
        return f"{self.base}/cdn"

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that point a bot's process here."""
        return {
            "DISCORD_TOKEN": self.token,
            "DISCORD_API_BASE": self.api_base,
            "DISCORD_GATEWAY_URL": self.gateway_url,
        }

    # The world

    @property
    def limits(self) -> Limits:
        """Limits in time; tests may shorten them."""
        return self.world.limits

    @property
    def portal(self) -> Portal:
        """The application's settings and shards; change them before the bot logs in."""
        return self.world.portal

    def add_guild(self, name: str, *, shard: int = 0, of: int = 1) -> Guild:
        """Add a server in which the bot is a member with the permissions it asks for.

        Args:
            name: what it is called.
            shard: which shard shall hear of it; its id decides that, as on Discord.
            of: how many shards there are.

        Raises:
            ValueError: there is no such shard.
        """
        if not 0 <= shard < of:
            raise ValueError(f"There is no shard {shard} of {of}")
        return self.world.add_guild(name, shard, of)

    def add_person(
        self, name: str, guild: Guild | None = None, *, roles: tuple[Role, ...] = ()
    ) -> Person:
        """Add a person, as a member of a server if one is given."""
        person = Person(self.world, self.world.add_user(name))
        if guild is not None:
            guild.join(person, *roles)
        return person

    def owner(self) -> Person:
        """Return the person who owns every server and may do everything there."""
        return Person(self.world, self.world.owner)

    def add_sticker(self, name: str) -> Sticker:
        """Add a sticker that people can send."""
        sticker = Sticker(self.world.ids.next(), name)
        self.world.stickers[sticker.id] = sticker
        return sticker

    # Waiting and watching

    @property
    def ready(self) -> bool:
        """Whether a bot is identified and connected."""
        return self.gateway.connected

    @property
    def shards(self) -> frozenset[int]:
        """The shards for which a bot is identified and connected."""
        return self.gateway.shards

    async def bot_ready(self, timeout: float = 10, *, commands: bool = False) -> None:  # noqa: ASYNC109 - said in the error
        """Wait until a bot has identified.

        Args:
            timeout: seconds to wait.
            commands: wait as well until it registered its commands.

        Raises:
            TimeoutError: it did not.
        """
        await self.until(
            lambda: self.ready and (self.world.commands_synced or not commands),
            timeout,
            "the bot to be ready",
        )

    async def until(
        self,
        predicate: Callable[[], T | None],
        timeout: float = 10,  # noqa: ASYNC109 - said in the error
        what: str = "a change of the world",
    ) -> T:
        """Wait until a predicate is true, asking at each change of the world.

        Returns:
            The predicate's true value.

        Raises:
            TimeoutError: naming ``what``.
        """
        return await self.world.bus.until(predicate, timeout, what)

    def watch(self) -> Watch:
        """Return a stream of everything that happens from now on; ``aclose`` ends it."""
        return self.world.bus.watch()

    # Doors for tests

    @property
    def requests(self) -> deque[Request]:
        """The newest requests with their answers, oldest first, without tokens."""
        return self._door.requests

    @property
    def errors(self) -> list[Exception]:
        """What went wrong inside on a request of unexpected shape; answered with code 50035."""
        return self._door.errors

    @property
    def pings(self) -> list[Message]:
        """Every message by the bot or a webhook that ever pinged somebody, deleted ones too."""
        return self.world.pings

    @property
    def schema_violations(self) -> list[Violation]:
        """Bodies that did not fit Discord's description."""
        return [] if self._schema is None else self._schema.violations

    @property
    def rate_limits(self) -> bool:
        """Whether rate limits hold; they may be lifted for a while."""
        return self._rate_limits.on

    @rate_limits.setter
    def rate_limits(self, on: bool) -> None:
        self._rate_limits.on = on

    @property
    def rate_limited(self) -> int:
        """How many requests were refused with 429."""
        return self._rate_limits.refused

    @property
    def invalid_requests(self) -> int:
        """How many answers of the last ten minutes had status 401, 403 or 429.

        At 10,000 Discord bans an address for a while.
        """
        return self._rate_limits.invalid

    @property
    def cdn(self) -> Cdn:
        """The store of files; its ``expire`` lets every address given so far expire."""
        return self.world.cdn

    def before(self, method: str, path: str, hook: Hook) -> HookHandle:
        """Call a hook before a matching request is carried out.

        Args:
            method: the HTTP method, or ``*``.
            path: a regular expression searched in the path below ``/api/v10``, in which tokens
                are written ``:token``.
            hook: gets the ``Request``; it may raise ``Drop``, or return
                ``(status, json, headers)`` to answer instead.
        """
        return self._door.hooks.before(method, path, hook)

    def after(self, method: str, path: str, hook: Hook) -> HookHandle:
        """Call a hook when a matching deed is done, before the answer is sent.

        The ``Request`` carries ``status`` and ``answer``. For the rest see ``before``.
        """
        return self._door.hooks.after(method, path, hook)

    def drop_sockets(self) -> None:
        """Break every gateway connection; sessions can be resumed."""
        self.gateway.drop_sockets()

    def invalidate_sessions(self) -> None:
        """Forget every gateway session: bots must identify anew."""
        self.gateway.invalidate_sessions()

    def request_reconnect(self) -> None:
        """Ask bots to reconnect and resume."""
        self.gateway.request_reconnect()
