"""Files made new, or kept beside another: whole or not at all, and never over one that is there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from bot.story.errors import StorageError
from storage.sides import told

_STAMP = "%Y-%m-%dT%H-%M-%S"
_ENDINGS = ("-journal", "-wal", "-shm")
"""Of the files that SQLite may keep beside a database."""


def free(folder: Path, before: str, now: datetime, after: str = "") -> Path:
    """A file that is not there, named after a time; with a number if that is taken."""
    stamp = now.strftime(_STAMP)
    names = chain([stamp], (f"{stamp}-{number}" for number in count(2)))
    files = (folder / f"{before}{name}{after}" for name in names)
    return next(file for file in files if not file.exists())


def keep(path: Path, kept: Path) -> None:
    """Give a database a second name, under which it stays when another takes its place."""
    os.link(path, kept)
    # Only one that is damaged still has others, which must not be taken for the new one's.
    for left, beside in ((path.name + end, kept.name + end) for end in _ENDINGS):
        with suppress(FileNotFoundError):
            path.with_name(left).rename(kept.with_name(beside))


@contextmanager
def made_new(path: Path, *, over: bool = False) -> Iterator[Path]:
    """A new file that appears under its name only once it is whole and on the disk.

    Readable by its owner alone: it holds what people wrote.
    """
    made = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with _full_told():
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            yield made
            _synced(made)
            if over:
                made.replace(path)
            else:
                os.link(made, path)  # refuses what appeared meanwhile
            _synced(path.parent)
    finally:
        for left in (made, *(made.with_name(made.name + end) for end in _ENDINGS)):
            left.unlink(missing_ok=True)


@contextmanager
def _full_told() -> Iterator[None]:
    try:
        with told():
            yield
    except FileExistsError as error:
        raise StorageError(f"{error.filename2 or error.filename} exists already.") from error
    except OSError as error:
        said = os.strerror(error.errno) if error.errno else type(error).__name__
        raise StorageError(f"The file could not be written ({said}). Nothing is left.") from error


def as_owned(made: Path, model: Path) -> None:
    """Give a file to whom a file or folder belongs: an administrator may restore for the bot."""
    if os.geteuid() == 0:
        owner = model.stat()
        os.chown(made, owner.st_uid, owner.st_gid)


def _synced(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
