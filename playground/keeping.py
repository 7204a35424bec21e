"""The folder in which a play keeps its stories: one play at a time, and the last one kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playground.rehearsal.house import DATABASE
from playground.rehearsal.script import RehearsalError

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has none, and nothing keeps two plays apart there
    HAS_LOCKS = False
else:
    HAS_LOCKS = True

KEPT = "previous.db"
LOCK = "play.lock"


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Keep other plays out of the folder for as long as this one lasts, however it ends.

    Raises:
        RehearsalError: there is one already.
    """
    data.mkdir(parents=True, exist_ok=True)
    with (data / LOCK).open("w") as lock:
        if HAS_LOCKS:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RehearsalError(
                    f"Another play uses {data}. End it, or name another folder: "
                    "troupe play --data FOLDER."
                ) from None
        yield


def keep_last(data: Path) -> None:
    """Put the last play's database aside, whole: with what was not yet written back to it."""
    for ending in ("", "-wal", "-shm"):
        last, kept = data / f"{DATABASE}{ending}", data / f"{KEPT}{ending}"
        kept.unlink(missing_ok=True)
        if last.exists() and last.stat().st_size and ending != "-shm":
            last.replace(kept)
        else:
            last.unlink(missing_ok=True)
