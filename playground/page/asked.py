"""Reads what the page sent, piece by piece, and refuses what has another shape."""

from typing import Any

from playground.server.shapes import Json

NOT_UNDERSTOOD = "The page and its server do not understand each other. Load the page again."


class MalformedError(ValueError):
    """What was sent has another shape than its act takes; its message is for people."""

    def __init__(self) -> None:
        super().__init__(NOT_UNDERSTOOD)


def text(asked: Json, name: str) -> str:
    """Return a text.

    Raises:
        MalformedError: it is none, or holds half a character.
    """
    found = asked.get(name)
    if not isinstance(found, str) or _broken(found):
        raise MalformedError
    return found


def _broken(found: str) -> bool:
    """Tell whether a text cannot be sent on: half a character (a lone surrogate) is in it."""
    try:
        found.encode()
    except UnicodeEncodeError:
        return True
    return False


def key(asked: Json, name: str) -> int:
    """Return the number of a thing: a snowflake, which is sent as text.

    Raises:
        MalformedError: it is none.
    """
    return number(asked.get(name))


def number(found: object) -> int:
    """Read a snowflake.

    Raises:
        MalformedError: it is none.
    """
    if not isinstance(found, str) or not found.isdecimal() or len(found) > 20:  # noqa: PLR2004 - 64 bits
        raise MalformedError
    return int(found)


def flag(asked: Json, name: str) -> bool:
    """Return a yes or a no.

    Raises:
        MalformedError: it is neither.
    """
    found = asked.get(name)
    if not isinstance(found, bool):
        raise MalformedError
    return found


def texts(asked: Json, name: str) -> list[str]:
    """Return a list of texts; nothing stands for an empty one.

    Raises:
        MalformedError: it is none.
    """
    found = asked.get(name) or []
    if not isinstance(found, list):
        raise MalformedError
    return [text({name: one}, name) for one in found]


def record(asked: Json, name: str) -> dict[str, Any]:
    """Return things by name; nothing stands for none.

    Raises:
        MalformedError: it is something else.
    """
    found = asked.get(name) or {}
    if not isinstance(found, dict):
        raise MalformedError
    return found
