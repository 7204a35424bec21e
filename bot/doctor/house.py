"""What stands on this machine: the database, the room on the disk, another process."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

from bot.doctor.findings import Finding, bad, fine, odd
from bot.settings import Settings
from bot.story.errors import StorageError
from storage.database import Database
from storage.health import Health, look
from storage.naming import for_operator
from storage.sole import Sole

LITTLE, NONE = 1 << 30, 64 << 20
"""Bytes that had better be free, and without which nothing works soon."""


async def examine_house(settings: Settings) -> AsyncIterator[Finding]:
    """Whether stories can be kept."""
    try:
        health = await look(settings.database_url)
    except StorageError as error:
        told = for_operator(error, settings.database_url)
        yield bad("database", told if "DATABASE_URL" in told else f"{told} (DATABASE_URL)")
        return
    yield _database(health)
    if health.folder:
        yield _room(health.folder)
    if health.exists:
        yield await _others(settings)


def _database(health: Health) -> Finding:
    if not health.exists:
        return fine("database", "There is no database yet; the first start makes it.")
    if not health.current:
        return odd(
            "database",
            "The database has the tables of an older version; the next start changes them. Make a "
            "backup before.",
        )
    return fine("database", f"The database can be written (schema {health.revision}).")


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    size = f"{free / (1 << 30):.1f} GiB" if free >= LITTLE else f"{free >> 20} MiB"
    if free < NONE:
        return bad("disk", f"The disk of the database is full ({size} free): make room.")
    if free < LITTLE:
        return odd("disk", f"The disk of the database has little room left ({size}): make some.")
    return fine("disk", f"The disk of the database has room ({size} free).")


async def _others(settings: Settings) -> Finding:
    right = Sole(settings.database_url, settings.shard)
    try:
        if await right.take():
            return fine("process", "No other Troupe serves this database now.")
    except StorageError as error:
        return bad("process", str(error))
    finally:
        await right.release()
    return odd(
        "process",
        "Another Troupe serves this database now; a second one waits until it ends.",
    )


async def story_channels(settings: Settings) -> list[tuple[int, int]]:
    """Channels that play a story, each with its server; none if that cannot be read."""
    try:
        health = await look(settings.database_url)
        if not (health.exists and health.current):
            return []
        store = await Database.open(settings.database_url)
        try:
            async with store.read() as work:
                return [(c.channel_id, c.guild_id) for c in await work.stories.live_channels()]
        finally:
            await store.close()
    except StorageError:
        return []
