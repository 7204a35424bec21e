"""The gateway: websocket connections, sessions that outlive them, and replay.

Source: https://discord.com/developers/docs/events/gateway
"""

import asyncio
import contextlib
import json
import zlib
from collections import deque
from collections.abc import Iterator
from typing import Any

from aiohttp import WSMsgType, web

from playground.server import payloads
from playground.server.guild import Guild
from playground.server.happenings import Happening
from playground.server.intents import Intent, heard, hears
from playground.server.permissions import May, can
from playground.server.shapes import Json
from playground.server.snowflakes import iso
from playground.server.world import World

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME = 0, 1, 2, 3, 4, 6
RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HELLO, ACK = 7, 8, 9, 10, 11

HEARTBEAT_MS = 41_250
"""Milliseconds between heartbeats, as Discord asks for."""
REPLAYED = 5_000
"""How many events a session keeps for a resume."""
_CLOSE_UNKNOWN_OP, _CLOSE_NOT_AUTHENTICATED, _CLOSE_AUTHENTICATION = 4001, 4003, 4004
_CLOSE_ALREADY, _CLOSE_SHARD, _CLOSE_INTENTS = 4005, 4010, 4014


class Session:
    """What the gateway remembers of a bot between connections."""

    def __init__(self, id_: str, intents: int, shard: tuple[int, int]) -> None:
        self.id = id_
        self.intents = intents
        self.shard = shard
        self.seq = 0
        self.sent: deque[tuple[int, str]] = deque(maxlen=REPLAYED)
        self.socket: Socket | None = None

    def send(self, kind: str, data: Json) -> None:
        """Number an event, keep it for a resume, and send it if somebody is connected."""
        self.seq += 1
        frame = json.dumps({"t": kind, "s": self.seq, "op": DISPATCH, "d": data})
        self.sent.append((self.seq, frame))
        if self.socket is not None:
            self.socket.push(frame)

    def can_resume(self, seq: int) -> bool:
        """Tell whether everything after ``seq`` is still kept."""
        oldest = self.sent[0][0] if self.sent else self.seq + 1
        return oldest - 1 <= seq <= self.seq

    def has(self, guild: Guild | None) -> bool:
        """Tell whether a server (or, with None, direct messages) belongs to this shard."""
        number, count = self.shard
        return number == (0 if guild is None else (guild.id >> 22) % count)


class Socket:
    """One websocket connection: an ordered way out, compressed if asked for."""

    def __init__(self, ws: web.WebSocketResponse, request: web.Request) -> None:
        self.ws = ws
        self.session: Session | None = None
        self._request = request
        self._out: asyncio.Queue[str] = asyncio.Queue()
        compressed = request.query.get("compress") == "zlib-stream"
        self._zlib = zlib.compressobj(1) if compressed else None
        self._writer = asyncio.create_task(self._write())

    def push(self, frame: str) -> None:
        """Send a frame, after those pushed before."""
        self._out.put_nowait(frame)

    def op(self, op: int, data: object = None) -> None:
        """Send a frame that is no event."""
        self.push(json.dumps({"op": op, "d": data, "s": None, "t": None}))

    def cut(self) -> None:
        """Break the connection without a close frame, as a lost network does."""
        self.leave()
        if self._request.transport is not None:
            self._request.transport.abort()

    def leave(self) -> None:
        """Stop sending; the session stays for a resume."""
        self._writer.cancel()
        if self.session is not None and self.session.socket is self:
            self.session.socket = None

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                frame = await self._out.get()
                if self._zlib is None:
                    await self.ws.send_str(frame)
                else:
                    packed = self._zlib.compress(frame.encode())
                    packed += self._zlib.flush(zlib.Z_SYNC_FLUSH)
                    await self.ws.send_bytes(packed)


class Gateway:
    """Accepts bots and tells them what happens.

    Args:
        world: what to tell about.
        token: the bot's token.
    """

    def __init__(self, world: World, token: str) -> None:
        self.url = ""
        self.heartbeat_ms = HEARTBEAT_MS
        self.identified = 0
        self.resumed = 0
        self._world = world
        self._token = token
        self._sessions: dict[str, Session] = {}
        self._sockets: set[Socket] = set()
        world.bus.listen(self._tell)

    @property
    def connected(self) -> bool:
        """Whether a bot is identified and connected."""
        return any(session.socket is not None for session in self._sessions.values())

    @property
    def intents(self) -> int:
        """The intents of the newest session (0 without one)."""
        return next((s.intents for s in reversed(self._sessions.values())), 0)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Handle one connection until it ends."""
        ws = web.WebSocketResponse(timeout=1.0, max_msg_size=0, compress=False)
        await ws.prepare(request)
        socket = Socket(ws, request)
        self._sockets.add(socket)
        socket.op(HELLO, {"heartbeat_interval": self.heartbeat_ms, "_trace": ["local"]})
        try:
            async for message in ws:
                if message.type != WSMsgType.TEXT:
                    break
                close = self._receive(socket, json.loads(message.data))
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

    def invalidate_sessions(self) -> None:
        """Forget every session and say so: bots must identify anew."""
        self._sessions.clear()
        for socket in tuple(self._sockets):
            socket.session = None
            socket.op(INVALID_SESSION, data=False)

    def request_reconnect(self) -> None:
        """Ask every connected bot to reconnect and resume."""
        for socket in tuple(self._sockets):
            socket.op(RECONNECT)

    async def close(self) -> None:
        """End every connection, as a server going away does."""
        for socket in tuple(self._sockets):
            await socket.ws.close(code=1001)

    def _receive(self, socket: Socket, frame: Json) -> int | None:
        op, data = frame.get("op"), frame.get("d")
        if op == HEARTBEAT:
            socket.op(ACK)
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
