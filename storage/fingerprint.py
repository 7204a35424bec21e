"""What a database holds, in one line per table: to tell whether a copy is whole.

A table's digest does not depend on the order of its rows, since no order is the same on every
engine: PostgreSQL sorts text as its language does. It is the sum of the rows' SHA-256, made in one
pass and in constant memory. It finds loss, doubling and change; it is no proof against somebody who
forges rows.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import itemgetter

from sqlalchemy import Table

from storage.sides import TABLES, Side

_MODULUS = 1 << 256
_AS_ONE_LINE = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Print:
    """What a table holds.

    Attributes:
        count: its rows.
        digest: of all its values, in hexadecimal.
    """

    count: int
    digest: str


Fingerprint = dict[str, Print]
"""What each table holds, by name."""


def fingerprint(
    side: Side,
    progress: Callable[[int], None] = lambda _rows: None,
    tables: Iterable[Table] = TABLES,
) -> Fingerprint:
    """What a database holds.

    Args:
        side: the database.
        progress: told after each table how many rows it had.
        tables: its tables, if they are not those of this version.
    """
    prints: Fingerprint = {}
    for table in tables:
        count = total = 0
        # A column that a later version adds is the last where it was added, and not where not.
        names = [column.name for column in table.columns]
        in_order = itemgetter(*sorted(range(len(names)), key=names.__getitem__))
        for row in side.rows(table):
            digest = hashlib.sha256(_AS_ONE_LINE(in_order(row)).encode()).digest()
            total += int.from_bytes(digest, "big")
            count += 1
        prints[table.name] = Print(count, f"{total % _MODULUS:064x}")
        progress(count)
    return prints


def pack(prints: Fingerprint) -> str:
    """As it is kept in a backup."""
    return json.dumps({name: [one.count, one.digest] for name, one in prints.items()})


def unpack(packed: str) -> Fingerprint:
    """As it was kept in a backup.

    Raises:
        TypeError, ValueError: it was kept otherwise.
    """
    return {name: Print(*one) for name, one in json.loads(packed).items()}
