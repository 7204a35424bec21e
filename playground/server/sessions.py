"""What the gateway keeps of a bot: sessions, and the sockets that come and go under them.

Source: https://discord.com/developers/docs/events/gateway
"""

import asyncio
import contextlib
import json
import time
import zlib
from collections import deque

from aiohttp import web

from playground.server.guild import Guild

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME = 0, 1, 2, 3, 4, 6
RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HELLO, ACK = 7, 8, 9, 10, 11

REPLAYED = 5_000
"""How many events a session keeps for a resume."""
FRAMES = (120, 60.0)
"""Frames that a bot may send, and the seconds of the window."""
_CLOSE_TIMEOUT = 4009


class Session:
    """What the gateway remembers of a bot between connections."""

    def __init__(self, id_: str, intents: int, shard: tuple[int, int]) -> None:
        self.id = id_
        self.intents = intents
        self.shard = shard
        self.seq = 0
        self.sent: deque[tuple[int, str]] = deque(maxlen=REPLAYED)
        self.socket: Socket | None = None

    def send(self, kind: str, data: object) -> None:
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
        self._received: deque[float] = deque(maxlen=FRAMES[0] + 1)
        self._watchdog: asyncio.TimerHandle | None = None
        self.frozen = False

    def beat(self, patience: float) -> None:
        """Note a sign of life; without another within ``patience`` seconds the socket is closed."""
        if self._watchdog is not None:
            self._watchdog.cancel()
        self._watchdog = asyncio.get_running_loop().call_later(patience, self._give_up)

    def hasty(self) -> bool:
        """Count a frame from the bot and tell whether there were too many."""
        now = time.monotonic()
        self._received.append(now)
        return len(self._received) > FRAMES[0] and now - self._received[0] < FRAMES[1]

    def freeze(self) -> None:
        """Say nothing more, as a dead peer does; the session goes on collecting for a resume."""
        self.frozen = True
        self.leave()

    def _give_up(self) -> None:
        """Close with 4009: the bot's heart does not beat."""
        self.close(_CLOSE_TIMEOUT)

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

    def close(self, code: int) -> None:
        """Close with a code; the session stays for a resume."""
        self.leave()
        self._closing = asyncio.ensure_future(self.ws.close(code=code))

    def leave(self) -> None:
        """Stop sending; the session stays for a resume."""
        if self._watchdog is not None:
            self._watchdog.cancel()
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
