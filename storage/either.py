"""INSERT … ON CONFLICT, which each dialect spells with a class of its own."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

Inserting = Any
"""``Insert`` of either dialect: alike in what is used here, but without a common base."""


class Either:
    """A statement in both dialects, built once and compiled once per engine.

    ON CONFLICT DO NOTHING is how conflicts are found everywhere: an error instead would end the
    whole transaction on PostgreSQL, and the caller may want to go on.
    """

    def __init__(self, table: Table, build: Callable[[Inserting], Any]) -> None:
        self._statements: dict[str, Executable] = {
            "sqlite": build(sqlite.insert(table)),
            "postgresql": build(postgresql.insert(table)),
        }

    def on(self, connection: AsyncConnection) -> Executable:
        """The statement in the dialect of a connection."""
        return self._statements[connection.dialect.name]
