"""The gateway: websocket connections, sessions that outlive them, and replay.

Source: https://discord.com/developers/docs/events/gateway
"""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

from aiohttp import WSMsgType, web

from playground.server import payloads
from playground.server.delivery import Delivery
from playground.server.guild import Guild
from playground.server.happenings import Happening
from playground.server.intents import EVERY_INTENT, Intent, heard, hears
from playground.server.permissions import May, can
from playground.server.sessions import (
    ACK,
    HEARTBEAT,
    HELLO,
    IDENTIFY,
    INVALID_SESSION,
    PRESENCE,
    RECONNECT,
    REQUEST_MEMBERS,
    RESUME,
    VOICE,
    Session,
    Socket,
)
from playground.server.shapes import Json
from playground.server.snowflakes import iso
from playground.server.world import World

WAY_SECONDS = 0.02
"""How long an acknowledgement takes: as long as over a short wire. discord.py notes the time of a
heartbeat after it was sent, so that one acknowledged at once seems to be a whole interval late.
"""
HEARTBEAT_MS = 41_250
"""Milliseconds between heartbeats, as Discord asks for."""
PATIENCE = 1.5
"""How many intervals without a heartbeat a bot is given before it is taken for dead."""
_CLOSE_UNKNOWN_OP, _CLOSE_NOT_AUTHENTICATED, _CLOSE_AUTHENTICATION = 4001, 4003, 4004
_CLOSE_ALREADY, _CLOSE_HASTY, _CLOSE_SHARD = 4005, 4008, 4010
_CLOSE_NO_INTENTS, _CLOSE_INTENTS = 4013, 4014
_CLOSE_UNREADABLE = 4002


class Gateway:
    """Accepts bots and tells them what happens.

    Args:
        world: what to tell about.
        token: the bot's token.

    Attributes:
        heartbeat_ms: what bots are asked for; a test may shorten it before they connect.
        acks: whether heartbeats are acknowledged.
        refusing: how many connections will be refused; None: all.
        refused: how many were.
    """

    def __init__(self, world: World, token: str) -> None:
        self.url = ""
        self.heartbeat_ms = HEARTBEAT_MS
        self.identified = 0
        self.resumed = 0
        self.acks = True
        self.refusing: int | None = 0
        self.refused = 0
        self._world = world
        self._token = token
        self._sessions: dict[str, Session] = {}
        self._sockets: set[Socket] = set()
        self.delivery = Delivery(world.bus, self._tell)

    @property
    def connected(self) -> bool:
        """Whether a bot is identified and connected."""
        return any(session.socket is not None for session in self._sessions.values())

    @property
    def shards(self) -> frozenset[int]:
        """The shards that are identified and connected."""
        live = (s for s in self._sessions.values() if s.socket is not None)
        return frozenset(session.shard[0] for session in live)

    @property
    def intents(self) -> int:
        """The intents of the newest session (0 without one)."""
        return next((s.intents for s in reversed(self._sessions.values())), 0)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Handle one connection until it ends."""
        if self._refuses():
            raise web.HTTPServiceUnavailable
        ws = web.WebSocketResponse(timeout=1.0, max_msg_size=0, compress=False)
        await ws.prepare(request)
        socket = Socket(ws, request)
        self._sockets.add(socket)
        socket.op(HELLO, {"heartbeat_interval": self.heartbeat_ms, "_trace": ["local"]})
        socket.beat(self._patience)
        try:
            async for message in ws:
                if message.type != WSMsgType.TEXT:
                    break
                close = self._hear(socket, message.data)
                if close:
                    await ws.close(code=close)
        finally:
            socket.leave()
            self._sockets.discard(socket)
            self._world.bus.stir()
        return ws

    def drop_sockets(self) -> None:
        """Break every connection; sessions can be resumed."""
        for socket in tuple(self._sockets):
            socket.cut()

    def close_sockets(self, code: int) -> None:
        """Close every connection with a code; sessions can be resumed."""
        for socket in tuple(self._sockets):
            socket.close(code)

    def freeze_sockets(self) -> None:
        """Fall silent on every connection without closing it, as a dead peer does."""
        for socket in tuple(self._sockets):
            socket.freeze()

    def send_raw(self, text: str) -> None:
        """Send a text as it is over every connection."""
        for socket in tuple(self._sockets):
            socket.push(text)

    def dispatch(self, kind: str, data: object) -> None:
        """Send an event that never happened to every session."""
        for session in self._sessions.values():
            session.send(kind, data)

    def invalidate_sessions(self, *, resumable: bool = False) -> None:
        """Tell bots that their sessions are invalid: to resume them, or to identify anew."""
        if not resumable:
            self._sessions.clear()
        for socket in tuple(self._sockets):
            if not resumable:
                socket.session = None
            socket.op(INVALID_SESSION, data=resumable)

    def request_reconnect(self) -> None:
        """Ask every connected bot to reconnect and resume."""
        for socket in tuple(self._sockets):
            socket.op(RECONNECT)

    async def close(self) -> None:
        """End every connection, as a server going away does."""
        for socket in tuple(self._sockets):
            await socket.ws.close(code=1001)

    @property
    def _patience(self) -> float:
        return self.heartbeat_ms / 1000 * PATIENCE

    def _refuses(self) -> bool:
        if self.refusing == 0:
            return False
        if self.refusing is not None:
            self.refusing -= 1
        self.refused += 1
        self._world.bus.stir()
        return True

    def _hear(self, socket: Socket, text: str) -> int | None:
        """Take a frame; return the code to close with, if it is unacceptable."""
        if socket.frozen:
            return None
        if socket.hasty():
            return _CLOSE_HASTY
        try:
            frame = json.loads(text)
        except ValueError:
            return _CLOSE_UNREADABLE
        return self._receive(socket, frame) if isinstance(frame, dict) else _CLOSE_UNREADABLE

    def _receive(self, socket: Socket, frame: Json) -> int | None:
        op, data = frame.get("op"), frame.get("d")
        if op == HEARTBEAT:
            socket.beat(self._patience)
            if self.acks:
                asyncio.get_running_loop().call_later(WAY_SECONDS, socket.op, ACK)
        elif op == IDENTIFY:
            return self._identify(socket, data or {})
        elif op == RESUME:
            return self._resume(socket, data or {})
        elif op == REQUEST_MEMBERS:
            return self._members(socket, data or {})
        elif op not in (PRESENCE, VOICE):
            return _CLOSE_UNKNOWN_OP
        return None

    def _identify(self, socket: Socket, data: Json) -> int | None:
        if data.get("token") != self._token:
            return _CLOSE_AUTHENTICATION
        if socket.session is not None:
            return _CLOSE_ALREADY
        intents = int(data.get("intents") or 0)
        if intents & ~EVERY_INTENT:
            return _CLOSE_NO_INTENTS
        if intents & self._forbidden():
            return _CLOSE_INTENTS
        number, count = data.get("shard") or (0, 1)
        if not 0 <= number < count:
            return _CLOSE_SHARD
        self._forget((number, count))
        session = Session(self._world.token()[:32], intents, (number, count))
        self._sessions[session.id] = session
        session.socket, socket.session = socket, session
        session.send("READY", self._ready(session))
        for guild in self._guilds(session):
            session.send("GUILD_CREATE", self.guild_create(guild, intents))
        self.identified += 1
        self._world.portal.sessions_left -= 1
        self._world.bus.stir()
        return None

    def _forget(self, shard: tuple[int, int]) -> None:
        """Drop a shard's lost sessions: who identifies anew will not resume them."""
        kept = (s for s in self._sessions.values() if s.socket is not None or s.shard != shard)
        self._sessions = {session.id: session for session in kept}

    def _forbidden(self) -> int:
        portal = self._world.portal
        bits = 0 if portal.message_content else Intent.MESSAGE_CONTENT
        bits |= 0 if portal.members else Intent.GUILD_MEMBERS
        bits |= 0 if portal.presences else Intent.GUILD_PRESENCES
        return bits

    def _resume(self, socket: Socket, data: Json) -> int | None:
        if data.get("token") != self._token:
            return _CLOSE_AUTHENTICATION
        session = self._sessions.get(str(data.get("session_id")))
        seq = int(data.get("seq") or 0)
        if session is None or not session.can_resume(seq):
            socket.op(INVALID_SESSION, data=False)
            return None
        if session.socket is not None:
            session.socket.leave()
        session.socket, socket.session = socket, session
        for number, frame in session.sent:
            if number > seq:
                socket.push(frame)
        session.send("RESUMED", {"_trace": ["local"]})
        self.resumed += 1
        self._world.bus.stir()
        return None

    def _members(self, socket: Socket, data: Json) -> int | None:
        if socket.session is None:
            return _CLOSE_NOT_AUTHENTICATED
        guild = self._world.guilds.get(int(data.get("guild_id") or 0))
        if guild is None:
            return None
        found = _asked_for(guild, data)
        chunks = [found[at : at + 1000] for at in range(0, len(found), 1000)] or [[]]
        for index, chunk in enumerate(chunks):
            answer: Json = {
                "guild_id": str(guild.id),
                "members": chunk,
                "chunk_index": index,
                "chunk_count": len(chunks),
                "not_found": [],
            }
            if data.get("nonce"):
                answer["nonce"] = data["nonce"]
            socket.session.send("GUILD_MEMBERS_CHUNK", answer)
        return None

    def _ready(self, session: Session) -> Json:
        world = self._world
        return {
            "v": 10,
            "user": payloads.user_json(world.bot)
            | {"verified": True, "mfa_enabled": False, "email": None, "flags": 0},
            "guilds": [
                {"id": str(guild.id), "unavailable": True} for guild in self._guilds(session)
            ],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "shard": list(session.shard),
            "application": {"id": str(world.bot.id), "flags": world.portal.flags},
            "private_channels": [],
            "presences": [],
            "relationships": [],
            "user_settings": {},
        }

    def _guilds(self, session: Session) -> Iterator[Guild]:
        for guild in self._world.guilds.values():
            if session.has(guild) and self._world.bot.id in guild.members:
                yield guild

    def guild_create(self, guild: Guild, intents: int) -> Json:
        """Write a server as GUILD_CREATE does, with channels, open threads and members."""
        bot = self._world.bot
        everybody = bool(intents & Intent.GUILD_PRESENCES)
        return payloads.guild_json(guild) | {
            "joined_at": iso(guild.members[bot.id].joined_at),
            "large": False,
            "unavailable": False,
            "member_count": len(guild.members),
            "voice_states": [],
            "members": [
                payloads.member_json(member)
                for member in guild.members.values()
                if everybody or member.user is bot
            ],
            "channels": [payloads.channel_json(one) for one in guild.channels.values()],
            "threads": [
                payloads.channel_json(thread, bot)
                for thread in guild.threads.values()
                if not thread.archived and can(bot, thread, May.VIEW_CHANNEL)
            ],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }

    def _tell(self, happening: Happening) -> None:
        for session in self._sessions.values():
            mine = session.has(happening.guild)
            if not mine or not hears(session.intents, happening, self._world.bot):
                continue
            if happening.kind == "GUILD_CREATE" and happening.guild is not None:
                joined = self.guild_create(happening.guild, session.intents)
                if "unavailable" not in happening.data:
                    del joined["unavailable"]  # told of known servers only: this one is new
                session.send("GUILD_CREATE", joined)
            else:
                data = heard(session.intents, happening, self._world.bot)
                session.send(happening.kind, data)


def _asked_for(guild: Guild, data: Json) -> list[Json]:
    ids: Any = data.get("user_ids")
    members = list(guild.members.values())
    if ids is not None:
        wanted = {int(id_) for id_ in (ids if isinstance(ids, list) else [ids])}
        members = [m for m in members if m.user.id in wanted]
    else:
        start = (data.get("query") or "").lower()
        members = [m for m in members if m.user.name.startswith(start)]
        members = members[: data.get("limit") or None]
    return [payloads.member_json(member) for member in members]
