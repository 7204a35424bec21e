"""What Discord says: token, intents, servers, permissions, clock."""

import asyncio
import re
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from bot.doctor import rights
from bot.doctor.findings import Finding, bad, fine, odd
from bot.settings import Settings

API = "https://discord.com/api/v10"
PORTAL = "https://discord.com/developers/applications"
CONTENT_FLAGS = (1 << 18) | (1 << 19)
"""The application's flags that let it read what people type.

Source: https://discord.com/developers/docs/resources/application#application-object-application-flags
"""
SKEW_SECONDS = 5.0
"""How far this machine's clock may be off; ballots' windows and what is looked for after a lost
answer go by it."""
LISTED = 20
"""Servers or channels that are told one by one; the rest is counted."""
PAGE = 200
AT_ONCE = 5
"""Channels that are looked at at the same time."""
OK, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, TOO_MANY = 200, 401, 403, 404, 429
TIMEOUT = aiohttp.ClientTimeout(total=15)
TRIES = 4
_TOKEN = re.compile(r"[\w-]+(?:\.[\w-]+){2}", re.ASCII)
_THREADS = frozenset({10, 11, 12})

Channels = Sequence[tuple[int, int]]
"""Ids of channels that play a story, each with its server's."""


class _Unreachable(Exception):  # noqa: N818 - an outcome
    """Discord gives no answer that tells anything."""


class _Api:
    """Discord's HTTP API, read only."""

    def __init__(self, session: aiohttp.ClientSession, base: str, token: str) -> None:
        self._session = session
        self._base = base.rstrip("/")
        self._headers = {"Authorization": f"Bot {token.strip()}"}
        self._known: dict[str, tuple[int, Any]] = {}
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.skew: float | None = None

    async def get(self, path: str) -> tuple[int, Any]:
        """Status and answer; asked once per path."""
        async with self._asking[path]:
            if path not in self._known:
                self._known[path] = await self._get(path)
            return self._known[path]

    async def _get(self, path: str) -> tuple[int, Any]:
        status, body = 0, None
        for _ in range(TRIES):
            try:
                url = f"{self._base}{path}"
                async with self._session.get(url, headers=self._headers) as response:
                    status, body = response.status, await response.json(content_type=None)
                    self._compare(response.headers.get("Date"))
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
                raise _Unreachable(type(error).__name__) from error
            if status != TOO_MANY:
                break
            await asyncio.sleep(min(float((body or {}).get("retry_after", 1)), 10))
        if status >= 500 or status == TOO_MANY:  # noqa: PLR2004 - a server's error
            raise _Unreachable(f"status {status}")
        return status, body

    def _compare(self, date: str | None) -> None:
        if date and self.skew is None:
            self.skew = time.time() - parsedate_to_datetime(date).timestamp()


async def examine_discord(settings: Settings, channels: Channels) -> AsyncIterator[Finding]:
    """Everything about Discord that can be told without a session of the gateway."""
    token = settings.discord_token.get_secret_value()
    if not token:
        yield bad(
            "token",
            f"DISCORD_TOKEN is not set: {PORTAL} → your application → Bot → Reset Token, and put "
            "it into .env.",
        )
        return
    if not (settings.discord_api_base or _TOKEN.fullmatch(token.strip())):
        yield bad(
            "token",
            "DISCORD_TOKEN holds no token of a bot's: one has three parts with a dot between them. "
            f"Copy it anew ({PORTAL} → your application → Bot → Reset Token; the application's id, "
            "public key and client secret are something else).",
        )
        return
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        api = _Api(session, settings.discord_api_base or API, token)
        try:
            async for finding in _examine(api, channels):
                yield finding
        except _Unreachable as error:
            where = (
                "look at DISCORD_API_BASE, which names another address than Discord's"
                if settings.discord_api_base
                else "look at the network of this machine, and at https://discordstatus.com"
            )
            yield bad("discord", f"Discord cannot be reached ({error}): {where}.")


async def _examine(api: _Api, channels: Channels) -> AsyncIterator[Finding]:
    status, application = await api.get("/applications/@me")
    if status != OK:
        yield bad(
            "token",
            "Discord refuses the token: copy it anew into DISCORD_TOKEN "
            f"({PORTAL} → your application → Bot → Reset Token).",
        )
        return
    yield fine("token", f"Discord knows the token, as {application['name']}.")
    yield _clock(api.skew)
    yield _intent(application)
    async for finding in _servers(api, application["id"]):
        yield finding
    async for finding in _channels(api, channels):
        yield finding


def _clock(skew: float | None) -> Finding:
    if skew is None or abs(skew) <= SKEW_SECONDS:
        return fine("clock", "This machine's clock agrees with Discord's.")
    which = "ahead of" if skew > 0 else "behind"
    return odd(
        "clock",
        f"This machine's clock is {abs(skew):.0f} s {which} Discord's: switch on the "
        "synchronisation of time (timedatectl set-ntp true).",
    )


def _intent(application: Mapping[str, Any]) -> Finding:
    if int(application.get("flags") or 0) & CONTENT_FLAGS:
        return fine("intent", "The bot may read what people type.")
    return bad(
        "intent",
        "The bot may not read what people type: switch on Message Content Intent "
        f"({PORTAL} → your application → Bot → Privileged Gateway Intents) and start it anew. "
        "Until then turns need /scene say.",
    )


def invitation(application_id: str) -> str:
    """The link with which a server invites the bot, with the permissions it needs."""
    return (
        f"https://discord.com/oauth2/authorize?client_id={application_id}"
        f"&scope=bot+applications.commands&permissions={rights.INVITED}"
    )


async def _servers(api: _Api, application_id: str) -> AsyncIterator[Finding]:
    """What the bot's roles allow it on each server, channels aside."""
    servers: list[Mapping[str, Any]] = []
    while not servers or len(servers) % PAGE == 0:
        after = servers[-1]["id"] if servers else "0"
        status, page = await api.get(f"/users/@me/guilds?limit={PAGE}&after={after}")
        if status != OK:
            yield bad("servers", _untold("on which servers the bot is", status))
            return
        servers += page
        if len(page) < PAGE:
            break
    if not servers:
        yield bad("servers", f"The bot is on no server. Invite it: {invitation(application_id)}")
        return
    short = [(one, rights.lacking(int(one["permissions"]))) for one in servers]
    short = [(one, names) for one, names in short if names]
    for one, names in short[:LISTED]:
        yield odd(
            "permissions",
            f"On {one['name']} the bot's role lacks {', '.join(names)}: Server Settings → Roles → "
            f"the bot's role, or open {invitation(application_id)} and choose this server again.",
        )
    if len(short) > LISTED:
        yield odd("permissions", f"{len(short) - LISTED} more servers lack some, too.")
    if not short:
        count = "1 server" if len(servers) == 1 else f"{len(servers)} servers"
        yield fine("permissions", f"On {count} the bot's role has every permission it needs.")


async def _channels(api: _Api, channels: Channels) -> AsyncIterator[Finding]:
    """What the bot lacks in the channels that play stories."""
    if not channels:
        return
    status, me = await api.get("/users/@me")
    if status != OK:
        yield bad("channel", _untold("who the bot is, so its channels were not looked at", status))
        return
    found = await _looked_at(api, channels, str(me["id"]))
    for finding in found[:LISTED]:
        yield finding
    if len(found) > LISTED:
        yield bad("channel", f"{len(found) - LISTED} more channels of stories lack something.")
    if not found:
        yield fine("channel", f"In all {len(channels)} channels of stories nothing is missing.")


def _untold(what: str, status: int) -> str:
    return (
        f"Discord does not tell {what} (status {status}): run this again in a moment. If it stays "
        f"so, copy the token anew into DISCORD_TOKEN ({PORTAL} → your application → Bot → Reset "
        "Token), and look at https://discordstatus.com."
    )


async def _looked_at(api: _Api, channels: Channels, me: str) -> list[Finding]:
    """What is to be told of each channel, in their order; a few are looked at at a time."""
    room = asyncio.Semaphore(AT_ONCE)

    async def look(channel_id: int, guild_id: int) -> Finding | None:
        async with room:
            return await _channel(api, channel_id, guild_id, me)

    try:
        async with asyncio.TaskGroup() as group:
            looks = [group.create_task(look(*one)) for one in channels]
    except ExceptionGroup as errors:
        # One is enough to tell of.
        raise errors.exceptions[0] from None
    return [found for one in looks if (found := one.result())]


async def _channel(api: _Api, channel_id: int, guild_id: int, me: str) -> Finding | None:
    status, channel = await api.get(f"/channels/{channel_id}")
    if status == NOT_FOUND:
        return odd("channel", f"Channel {channel_id} was deleted; its story is kept.")
    if status == OK and channel["type"] in _THREADS:
        status, parent = await api.get(f"/channels/{channel['parent_id']}")
        channel = {**channel, "permission_overwrites": parent.get("permission_overwrites", ())}
    member_status, member = await api.get(f"/guilds/{guild_id}/members/{me}")
    roles_status, roles = await api.get(f"/guilds/{guild_id}/roles")
    if not status == member_status == roles_status == OK:
        return bad(
            "channel",
            f"The bot cannot see channel {channel_id}, which plays a story: in its settings → "
            "Permissions give the bot's role View Channel.",
        )
    names = rights.lacking(rights.in_channel(member, roles, channel, str(guild_id)))
    if not names:
        return None
    return bad(
        "channel",
        f"In #{channel['name']} the bot lacks {', '.join(names)}: Channel settings → Permissions → "
        "the bot's role.",
    )
