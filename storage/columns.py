"""Column types that both engines share: times, prose, words of an enumeration, row ids."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    Dialect,
    Enum,
    ForeignKey,
    Index,
    Integer,
    Text,
    TextClause,
    TypeDecorator,
    bindparam,
)
from typing_extensions import override

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

ROW_ID = BigInteger().with_variant(Integer(), "sqlite")
"""Ids of our own rows. SQLite numbers rows by itself only if the type is spelt INTEGER."""

SNOWFLAKE = BigInteger()
"""Ids of Discord."""

MONEY = BigInteger()
"""Micro-dollars."""

LIST = JSON(none_as_null=True)
"""A list or a mapping; NULL where it is empty, which spares parsing it."""


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as microseconds since 1970 in UTC.

    A number sorts and compares alike on both engines, and loses nothing.
    """

    impl = BigInteger
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time without a zone cannot be stored.")
        return (value - _EPOCH) // _MICROSECOND

    @override
    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class Prose(TypeDecorator[str]):
    """Text by people or by the model.

    What no engine can hold is left out here, so that a strange message never stops a story:
    PostgreSQL refuses NUL, and neither engine takes half a surrogate pair.
    """

    impl = Text
    cache_ok = True

    @override
    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or value.isascii():
            return value.replace("\x00", "") if value else value
        kept = value.replace("\x00", "")
        try:
            kept.encode()
        except UnicodeEncodeError:
            kept = kept.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return kept


def words(kind: type[StrEnum], name: str) -> Enum:
    """A column that holds the values of an enumeration, with a check that nothing else enters.

    Args:
        kind: the enumeration.
        name: the column's name; the check is called ``ck_<table>_<name>``.
    """
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=16,
        values_callable=lambda members: [member.value for member in members],
    )


def row_id() -> Column[int]:
    """A number given once and never again (sqlite_autoincrement).

    Otherwise an old button could act on something new.
    """
    return Column("id", ROW_ID, primary_key=True)


def ref(name: str, target: str, *, nullable: bool = False, later: bool = False) -> Column[int]:
    """A reference; ``later`` where tables point at each other in a ring."""
    return Column(name, ROW_ID, ForeignKey(target, use_alter=later), nullable=nullable)


def at(name: str, *, nullable: bool = False) -> Column[datetime]:
    """A time."""
    return Column(name, Instant, nullable=nullable)


def who(name: str, *, nullable: bool = False) -> Column[int]:
    """An id of Discord."""
    return Column(name, SNOWFLAKE, nullable=nullable)


def prose(name: str) -> Column[str]:
    """Text of any length."""
    return Column(name, Prose, nullable=False)


def count(name: str) -> Column[int]:
    """A whole number."""
    return Column(name, Integer, nullable=False)


def only(name: str, column: str, where: TextClause, *, unique: bool = False) -> Index:
    """An index of the rows that fulfil a condition."""
    columns = [part.strip() for part in column.split(",")]
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


def served(guild_id: Column[int]) -> ColumnElement[bool]:
    """Whether a server belongs to the shard ``b_shard`` of ``b_shards`` (see ``Shard.serves``)."""
    # The bits above the 22nd; the engines shift by numbers of different types.
    return (guild_id // (1 << 22)) % bindparam("b_shards") == bindparam("b_shard")
