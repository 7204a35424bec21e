"""A large database in a moment, and what reading and writing cost in it."""

import asyncio
import contextlib
import math
import time
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import cast

from sqlalchemy import insert, update

from benchmarks.figures import Figure
from bot.ports import NewDeed, UnitOfWork
from bot.story.tale import Settings, StoryState
from bot.story.turn import DeedKind, NewTurn, Source
from playground.rehearsal.process import BotProcess
from playground.server import LocalDiscord
from storage.database import Database, Unit
from storage.tables import branches, channels, characters, claims, deeds, names, stories, turns
from storage.values import pack_settings

NOW = datetime(2026, 5, 1, tzinfo=UTC)
WRITER = 77
GUILDS, STORIES_EACH = 50, 20
MEBI = 1024.0


async def fill(work: UnitOfWork, places: list[tuple[int, int]], depth: int) -> None:
    """Give each channel a story with so many turns, in a few large statements.

    Args:
        work: a transaction on an empty database.
        places: guild and channel ids.
        depth: turns of each story.
    """
    unit = cast("Unit", work)
    add = unit.connection.execute
    numbered = list(enumerate(places, 1))
    common = {"title": "Long", "premise": "It goes on and on. " * 5, "rating": ""}
    owned = {"owner_id": WRITER, "opener_id": WRITER, "opened_at": NOW, "state": StoryState.OPEN}
    rows = [
        {"id": n, "guild_id": guild, **common, **owned, "settings": pack_settings(Settings())}
        for n, (guild, _) in numbered
    ]
    await add(insert(stories), rows)
    await add(
        insert(branches),
        [
            {"id": n, "story_id": n, "name": "main", "depth": 0, "fork_depth": 0}
            for n, _ in numbered
        ],
    )
    await add(
        insert(channels),
        [
            {"channel_id": channel, "guild_id": guild, "story_id": n, "branch_id": n}
            | {"seen_id": channel, "bound_at": NOW}
            for n, (guild, channel) in numbered
        ],
    )
    mira = {"name": "Mira", "added_by": WRITER, "added_at": NOW}
    blank = {"description": "", "voice": "", "wants": "", "fears": "", "secrets": ""}
    await add(
        insert(characters),
        [{"id": n, "story_id": n, **mira, **blank, "avatar_url": ""} for n, _ in numbered],
    )
    await add(
        insert(names), [{"story_id": n, "key": "mira", "character_id": n} for n, _ in numbered]
    )
    await add(
        insert(claims),
        [
            {"story_id": n, "character_id": n, "writer_id": WRITER, "since": NOW}
            for n, _ in numbered
        ],
    )
    for n, _ in numbered:
        await _turns(unit, n, depth)


async def _turns(unit: Unit, story: int, depth: int) -> None:
    first = (story - 1) * depth
    ours = {"story_id": story, "branch_id": story}
    done = {"kind": DeedKind.TYPED, "writer_id": WRITER, "at": NOW}
    said = {"speaker": "Mira", "author_id": WRITER, "source": Source.HUMAN, "created_at": NOW}
    numbers = range(1, depth + 1)
    await unit.connection.execute(
        insert(deeds), [{"id": first + n, **ours, **done} for n in numbers]
    )
    await unit.connection.execute(
        insert(turns),
        [
            {"id": first + n, "parent_id": first + n - 1 if n > 1 else None, "deed_id": first + n}
            | {"depth": n, "character_id": story, "text": f"Turn {n}. " * 12, **ours, **said}
            for n in numbers
        ],
    )
    move = update(branches).where(branches.c.id == story)
    await unit.connection.execute(move.values(head_id=first + depth, depth=depth))


async def start(folder: Path) -> list[Figure]:
    """Seconds from a process's start until it is ready with 200,000 turns, and its memory."""
    url = f"sqlite:///{folder}/stock.db"
    async with LocalDiscord(rate_limits=False) as local:
        places = []
        for number in range(GUILDS):
            guild = local.add_guild(f"Server {number}")
            made = [guild.add_channel(f"story-{n}") for n in range(STORIES_EACH)]
            places += [(guild.id, channel.id) for channel in made]
        database = await Database.open(url, synchronous="NORMAL")
        async with database.write() as unit:
            await fill(unit, places, 200)
        await database.close()
        bot = BotProcess(
            folder, local.environment | {"DATABASE_URL": url, "ANTHROPIC_API_KEY": "none"}
        )
        began = time.perf_counter()
        await bot.start()
        try:
            await _ready(bot.log)
            seconds = time.perf_counter() - began
            resident = _resident(bot)
        finally:
            await bot.stop()
    return [
        Figure("ready with 1,000 stories, 200,000 turns", seconds, "s", at_most=4),
        Figure("memory then", resident, "MiB", at_most=250),
    ]


async def _ready(log: Path) -> None:
    """Wait until the bot says in its log that it is ready, as an operator reads it."""
    async with asyncio.timeout(60):
        while not _says_ready(log):  # noqa: ASYNC110 - it is another process that writes
            await asyncio.sleep(0.01)


def _says_ready(log: Path) -> bool:
    said = log.read_bytes()
    return b"ready  " in said or b'"ready"' in said


def _resident(bot: BotProcess) -> float:
    lines = Path(f"/proc/{bot.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / MEBI


async def storing(folder: Path) -> list[Figure]:
    """Appends a second, and whether the end of a long story costs more than that of a short."""
    async with contextlib.AsyncExitStack() as opened:
        stories = {}
        for depth in (1_000, 50_000):
            stories[depth] = await Database.open(f"sqlite:///{folder}/depth-{depth}.db")
            opened.push_async_callback(stories[depth].close)
            async with stories[depth].write() as unit:
                await fill(unit, [(1, 2)], depth)
        took = dict.fromkeys(stories, math.inf)
        # By turns, so that a moment in which this machine is slow is one for both.
        for _, depth in product(range(15), stories):
            took[depth] = min(took[depth], await _tail(stories[depth]))
        appends = await _appends(stories[1_000])
    return [
        Figure("turns appended, each safe on disk", appends, "/s"),
        Figure(
            "the last 200 turns, of 50,000 / of 1,000", took[50_000] / took[1_000], "x", at_most=1.5
        ),
    ]


async def _tail(database: Database) -> float:
    async with database.read() as unit:
        began = time.perf_counter()
        found = await unit.turns.tail(1, 200)
        took = time.perf_counter() - began
    assert len(found) == 200  # noqa: PLR2004
    return took


async def _appends(database: Database, count: int = 300) -> float:
    began = time.perf_counter()
    for n in range(count):
        async with database.write() as unit:
            branch = await unit.stories.branch(1)
            assert branch
            turn = NewTurn(1, "Mira", WRITER, Source.HUMAN, f"Appended {n}.")
            await unit.turns.append(branch, NewDeed(DeedKind.TYPED, WRITER, (turn,), NOW))
    return count / (time.perf_counter() - began)
