"""What a database's error means to the people who read it.

The texts hold neither SQL nor values, since both could hold story text.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.story.errors import (
    StorageDamagedError,
    StorageError,
    StorageGoneError,
    StorageUnsureError,
)

_FULL = (
    "The disk that holds the stories is full, so nothing was saved. "
    "Whoever runs this bot must make room; then try again."
)
_READ_ONLY = (
    "The stories' database is read-only, so nothing was saved. "
    "Whoever runs this bot must let it write to the file and its folder."
)
BUSY = (
    "The stories' database is held by somebody else for too long, so nothing was saved. "
    "Try again in a moment; if it lasts, whoever runs this bot must find who holds it."
)
_DAMAGED = (
    "The stories' database is damaged or not a database. "
    "Whoever runs this bot must restore a backup."
)
_GONE = (
    "The stories' database cannot be reached, so nothing was saved. "
    "Whoever runs this bot must check that it is there and may be opened."
)
_UNSURE = (
    "The stories' database went away just while this was being saved, so it may be saved or not. "
    "Look before you do it again. If this lasts, whoever runs this bot must check that the "
    "database is there."
)
_REFUSED = (
    "The stories' database refused this, and nothing was saved. "
    "That is a mistake in the bot; please tell whoever runs it."
)

# SQLite: names of result codes (https://www.sqlite.org/rescode.html), by what they begin with.
_SQLITE: tuple[tuple[str, str], ...] = (
    ("SQLITE_FULL", _FULL),
    ("SQLITE_READONLY", _READ_ONLY),
    ("SQLITE_BUSY", BUSY),
    ("SQLITE_LOCKED", BUSY),
    ("SQLITE_CORRUPT", _DAMAGED),
    ("SQLITE_NOTADB", _DAMAGED),
    ("SQLITE_IOERR", _GONE),
    ("SQLITE_CANTOPEN", _GONE),
)
# PostgreSQL: SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html).
_POSTGRESQL: tuple[tuple[str, str], ...] = (
    ("53100", _FULL),
    ("25006", _READ_ONLY),
    ("55P03", BUSY),
    ("40", BUSY),
    ("XX001", _DAMAGED),
    ("08", _GONE),
    ("57P", _GONE),
    ("3D", _GONE),
    ("28", _GONE),
)


def sentence(error: DBAPIError) -> str:
    """What to tell about an error, and what to do."""
    known = _POSTGRESQL
    code = getattr(error.orig, "sqlstate", None)
    if code is None:
        known, code = _SQLITE, getattr(error.orig, "sqlite_errorname", None)
    if code is None:
        # A driver that has no answer from the database names no code.
        return _DAMAGED if _is_unreadable(error) else _GONE
    return next((said for start, said in known if code.startswith(start)), _REFUSED)


def _is_unreadable(error: DBAPIError) -> bool:
    """Whether a text in an SQLite file is none: nobody wrote it so.

    Python's module says so itself, without a code.
    """
    return str(error.orig).startswith("Could not decode to UTF-8")


def is_away(error: DBAPIError) -> bool:
    """Whether a server of PostgreSQL's is not there, perhaps since it is being restarted."""
    return hasattr(error.orig, "sqlstate") and sentence(error) == _GONE


def as_storage_error(error: DBAPIError, *, committing: bool = False) -> StorageError:
    """The error to raise in place of a database's.

    Args:
        error: what the driver raised.
        committing: whether a commit was asked for. A database that refuses one has not done it;
            of one that went away nobody knows.
    """
    fault = _fault(sentence(error), committing=committing)
    if isinstance(error, IntegrityError) and getattr(error.orig, "diag", None):
        # PostgreSQL quotes the refused row, which may hold story text; its constraint tells enough.
        constraint = error.orig.diag.constraint_name  # type: ignore[union-attr]
        fault.add_note(f"constraint: {constraint}")
    elif not _is_unreadable(error):  # which quotes the text
        fault.__cause__ = error.orig
    return fault


def _fault(said: str, *, committing: bool) -> StorageError:
    if said == _DAMAGED:
        return StorageDamagedError(said)
    if said != _GONE:
        return StorageError(said)
    return StorageUnsureError(_UNSURE) if committing else StorageGoneError(said)


@contextmanager
def told(committing: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Errors of the database as sentences.

    Args:
        committing: asked after an error, whether it came amid a commit.

    Raises:
        StorageError: in place of the database's error.
    """
    try:
        yield
    except DBAPIError as error:
        fault = as_storage_error(error, committing=committing())
        raise fault from fault.__cause__


@contextmanager
def told_of_all() -> Iterator[None]:
    """As ``told``, where nothing is done but with the database.

    What SQLite says of a damaged file quotes it, and then may be no text.

    Raises:
        StorageError: in place of the database's error.
    """
    with told():
        try:
            yield
        except UnicodeDecodeError as error:
            raise StorageDamagedError(_DAMAGED) from error
