"""What every repository has: a connection inside somebody else's transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Executable, Row
from sqlalchemy.ext.asyncio import AsyncConnection

Values = Mapping[str, object]


class Repository:
    """Base of the repositories; it neither begins nor ends transactions."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def _all(self, statement: Executable, **values: object) -> Sequence[Row[Any]]:
        return (await self._connection.execute(statement, values)).all()

    async def _first(self, statement: Executable, **values: object) -> Row[Any] | None:
        return (await self._connection.execute(statement, values)).first()

    async def _scalar(self, statement: Executable, **values: object) -> Any:  # noqa: ANN401 - of any column
        return (await self._connection.execute(statement, values)).scalar()

    async def _change(self, statement: Executable, **values: object) -> int:
        """Execute and count the rows that were changed."""
        return (await self._connection.execute(statement, values)).rowcount

    async def _did(self, statement: Executable, **values: object) -> bool:
        """Execute an INSERT … ON CONFLICT DO NOTHING RETURNING, and tell whether it wrote.

        The count of rows does not tell on PostgreSQL.
        """
        return (await self._connection.execute(statement, values)).first() is not None

    async def _insert(self, statement: Executable, values: Values) -> int:
        """Insert one row; its id."""
        key = (await self._connection.execute(statement, values)).inserted_primary_key
        if key is None:
            raise TypeError("Only an INSERT without RETURNING gives an id in this way.")
        return int(key[0])

    async def _many(self, statement: Executable, rows: Sequence[Values]) -> None:
        """Execute once per row, in one trip; nothing at all without rows."""
        if rows:
            await self._connection.execute(statement, rows)
