"""Copying all rows of one database into another, whatever their engines."""

from collections.abc import Callable, Iterable, Iterator

from bot.story.errors import StorageError
from storage.fingerprint import Fingerprint, fingerprint
from storage.sides import BATCH, TABLES, Plain, Side, has_ids, told

Progress = Callable[[str, int], None]
"""Told a table's name and how many more of its rows are copied."""


def silent(_table: str, _rows: int) -> None:
    """Progress that nobody looks at."""


def copy(source: Side, target: Side, progress: Progress = silent) -> Fingerprint:
    """Copy everything into tables that are empty, compare, and keep it only if it is the same.

    Raises:
        StorageError: the copy differs, or a database failed; the target is as it was.
    """
    with told(), target.filling():
        for table in TABLES:
            target.fill(table, _counted(source.rows(table), table.name, progress))
            if has_ids(table):
                target.set_last_id(table, source.last_id(table))
        prints = fingerprint(source)
        require_same(prints, fingerprint(target))
    return prints


def require_same(meant: Fingerprint, found: Fingerprint) -> None:
    """Refuse a copy that is not what it should be.

    Raises:
        StorageError: at least one table differs.
    """
    differing = differences(meant, found)
    if differing:
        raise StorageError(
            f"The copy is not what it should be (tables: {', '.join(differing)}), so it is not "
            "used. Try again; if it lasts, check the disk."
        )


def differences(meant: Fingerprint, found: Fingerprint) -> list[str]:
    """Names of the tables that differ."""
    return sorted(name for name in meant | found if meant.get(name) != found.get(name))


def _counted(rows: Iterable[Plain], table: str, progress: Progress) -> Iterator[Plain]:
    count = 0
    for row in rows:
        yield row
        count += 1
        if count == BATCH:
            progress(table, count)
            count = 0
    progress(table, count)
