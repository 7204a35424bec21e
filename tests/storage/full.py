"""A database with something in each table, and with texts that try what an engine can hold."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Table, func, insert, select, update

from storage.columns import Instant, Prose
from storage.database import Database
from storage.tables import ballots, branches, deeds, metadata, turns
from tests.storage.kit import NOW

HOSTILE = (
    "plain",
    "nul \x00 inside",
    "half a pair \ud83c and the other \udf0a",
    "𝔘𝔫𝔦 👩‍👩‍👧 🌊 é e\u0301 \u202e right to left",
    "tab\tnew\nline\r\nback\\slash \\N \\. 'quote' \"double\"; DROP TABLE turns; -- %s %(x)s :x ?",
    "",
)


def _value(column: Column[Any], n: int) -> object:  # noqa: PLR0911 - one per kind
    kind = column.type
    if any(reference.use_alter for reference in column.foreign_keys):
        return None  # they point ahead, and are set at the end
    if column.foreign_keys:
        return 1 if column.nullable else n
    if isinstance(kind, Prose):
        return HOSTILE[n % len(HOSTILE)] if column.name != "key" else f"key {n}"
    if isinstance(kind, Instant):
        return NOW
    words = getattr(kind, "enum_class", None)
    if words is not None:
        members: list[StrEnum] = list(words)
        return members[n % len(members)]
    if kind.python_type is bool:
        return n % 2 == 0
    if isinstance(kind, JSON):
        return {"words": [HOSTILE[n % len(HOSTILE)], n, None, 1.5]} if n % 3 else None
    return f"word {n}" if kind.python_type is str else 2**62 + n if _is_far(column) else n


def _is_far(column: Column[Any]) -> bool:
    """Whether a column holds Discord's ids, which need 64 bits."""
    return column.name in {"channel_id", "guild_id", "writer_id", "message_id", "owner_id"}


def _row(table: Table, n: int) -> dict[str, object]:
    row = {column.name: _value(column, n) for column in table.columns}
    if table is branches:
        row |= {"depth": 0, "fork_depth": 0}
    elif table is turns:
        row |= {"depth": n, "parent_id": n - 1 or None}
    elif table.name in {"stories", "ballots"}:
        row["settings"] = {"n": n, "table_talk": HOSTILE[n % len(HOSTILE)]}
    elif table.name == "tasks" and n % 2:
        row |= {"holder": None, "leased_until": None}
    return row


async def fill(database: Database, rows: int = 12) -> None:
    """Put rows into each table; the last row of each is deleted again where nothing needs it."""
    async with database.write() as unit:
        connection = unit.connection  # type: ignore[attr-defined]
        for table in metadata.sorted_tables:
            await connection.execute(insert(table), [_row(table, n) for n in range(1, rows + 1)])
        await connection.execute(
            update(branches).where(branches.c.id == 1).values(head_id=rows, depth=rows)
        )
        await connection.execute(update(deeds).where(deeds.c.id == 2).values(ballot_id=3))
        await connection.execute(update(ballots).where(ballots.c.id == 3).values(winner_id=4))
        if connection.dialect.name == "postgresql":
            # Ids that were given by hand are not counted there.
            for table in metadata.tables.values():
                if "id" in table.c:
                    name = f"{table.name}_id_seq"
                    await connection.execute(select(func.setval(name, rows)))
        tasks = metadata.tables["tasks"]
        await connection.execute(tasks.delete().where(tasks.c.id == rows))
    async with database.read() as unit:
        connection = unit.connection  # type: ignore[attr-defined]
        for table in metadata.tables.values():
            count = (await connection.execute(select(func.count()).select_from(table))).scalar()
            assert count, f"{table.name} is empty"
