"""Which database it is that cannot be reached, where there may be two; told without a password."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote

from sqlalchemy import URL

from bot.story.errors import StorageDamagedError, StorageError, StorageGoneError
from storage import engines

IN_SETTINGS = "The database that DATABASE_URL names"


def shown(url: URL) -> str:
    """An address for people: where a database is and what it is called; no user, no password."""
    if engines.is_sqlite(url):
        path = url.database or ""
        return unquote(path.removeprefix("file:")) if path.startswith("file:") else path
    host = url.host or url.query.get("host") or "this machine"
    port = f":{url.port}" if url.port else ""
    return f"{url.database} on {host if isinstance(host, str) else ', '.join(host)}{port}"


def for_operator(error: StorageError, url: str) -> str:
    """What to tell whoever runs the bot, who can do what others are told to ask of them.

    Args:
        error: about the database that the settings name.
        url: its address, which is told without a password.
    """
    if not isinstance(error, StorageDamagedError):
        return str(error)
    return (
        f"{shown(engines.parse(url))}, which DATABASE_URL names, is damaged or not a database. "
        "If it should be another, mend DATABASE_URL. Else stop the bot and put a backup in its "
        "place: troupe restore FILE --replace, with a FILE that troupe backup wrote (into "
        "backups/, unless you named another folder). What is there now is kept beside it."
    )


@contextmanager
def reaching(url: URL, which: str = "The database") -> Iterator[None]:
    """Have it said which database is meant, if it cannot be reached.

    Raises:
        StorageError: in place of one that names none.
    """
    try:
        yield
    except StorageGoneError as error:
        raise StorageError(
            f"{which} ({shown(url)}) cannot be reached, so nothing was done. Check its address, "
            "and that it is there and may be opened."
        ) from error.__cause__


@contextmanager
def between(source: URL, target: URL) -> Iterator[None]:
    """Have both databases named, if one goes away while rows are copied.

    Raises:
        StorageError: in place of one that names none.
    """
    try:
        yield
    except StorageGoneError as error:
        raise StorageError(
            f"One of the two databases went away meanwhile: {shown(source)}, which is as it was, "
            f"or {shown(target)}. See that both are there, then move again."
        ) from error.__cause__
