"""What migrations are written with. Never change what an older step says: add a name instead."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

# SQLite numbers rows by itself only if the type is spelt INTEGER.
ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

Named = Callable[[str], sa.Constraint]
"""A constraint that waits for the name of its table."""


def is_sqlite() -> bool:
    """Whether the step runs on SQLite."""
    return op.get_context().dialect.name == "sqlite"


def table(
    name: str,
    *items: sa.Column[Any] | Named,
    key: tuple[str, ...] = ("id",),
    later: tuple[tuple[str, str], ...] = (),
) -> None:
    """Make a table; every constraint gets a name, so that a later step can change it."""
    columns = [item for item in items if isinstance(item, sa.Column)]
    parts: list[sa.schema.SchemaItem] = [*columns]
    parts += [item(name) for item in items if not isinstance(item, sa.Column)]
    for column in columns:
        if "target" in column.info:
            parts.append(reference(name, column.name, column.info["target"]))
        if "words" in column.info:
            condition = _one_of(column.name, column.info["words"])
            parts.append(sa.CheckConstraint(condition, name=op.f(f"ck_{name}_{column.name}")))
    parts += [reference(name, *one) for one in later]
    parts.append(sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}")))
    # An id that was given once is never given again, or an old button could act on something new.
    op.create_table(name, *parts, sqlite_autoincrement=key == ("id",))


def _one_of(column: str, words: list[str]) -> str:
    quoted = ", ".join(f"'{word}'" for word in words)
    return f"{column} IN ({quoted})"


@contextmanager
def changed(name: str, *, numbered: bool = True) -> Iterator[BatchOperations]:
    """A table to be changed; on SQLite it is made anew where it cannot be changed as it is.

    ``numbered`` tells whether the database itself numbers its rows.
    """
    connection = op.get_bind()
    last = None
    if numbered and is_sqlite():
        asked = sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        last = connection.scalar(asked, {"name": name})
    with op.batch_alter_table(name, table_kwargs={"sqlite_autoincrement": numbered}) as batch:
        yield batch
    if last is not None:
        # Made anew it would count from its highest row, though higher ones were given.
        connection.execute(
            sa.text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": name}
        )
        connection.execute(
            sa.text("INSERT INTO sqlite_sequence VALUES (:name, :last)"),
            {"name": name, "last": last},
        )


def refer(batch: BatchOperations, table: str, column: str, target: str) -> None:
    """Have a column that is there refer to the id of a table."""
    batch.create_foreign_key(op.f(f"fk_{table}_{column}"), target, [column], ["id"])


def reword(batch: BatchOperations, table: str, column: str, words: str) -> None:
    """Have a column take other words than before."""
    name = op.f(f"ck_{table}_{column}")
    batch.drop_constraint(name, type_="check")
    batch.create_check_constraint(name, _one_of(column, words.split()))


def reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """A reference to the id of another table."""
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def index(
    name: str, table: str, *columns: str, where: str | None = None, unique: bool = False
) -> None:
    """An index; with ``where``, of the rows that fulfil it."""
    condition = sa.text(where) if where else None
    op.create_index(
        name,
        table,
        list(columns),
        unique=unique,
        sqlite_where=condition,
        postgresql_where=condition,
    )


def unique(*columns: str) -> Named:
    """No two rows alike in these columns."""
    return lambda table: sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def check(name: str, condition: str) -> Named:
    """What must hold in each row."""
    return lambda table: sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def own_id() -> sa.Column[Any]:
    """The row's number."""
    return sa.Column("id", ROW, nullable=False, autoincrement=True)


def row(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """A number of a row, without a constraint."""
    return sa.Column(name, ROW, nullable=nullable)


def ref(name: str, target: str, *, nullable: bool = False) -> sa.Column[Any]:
    """A number of a row of another table."""
    return sa.Column(name, ROW, nullable=nullable, info={"target": target})


def big(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """Ids of Discord, and micro-dollars."""
    return sa.Column(name, sa.BigInteger(), nullable=nullable, autoincrement=False)


def at(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """Microseconds since 1970 in UTC."""
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def count(name: str) -> sa.Column[Any]:
    """A whole number."""
    return sa.Column(name, sa.Integer(), nullable=False)


def flag(name: str) -> sa.Column[Any]:
    """Yes or no."""
    return sa.Column(name, sa.Boolean(), nullable=False)


def prose(name: str) -> sa.Column[Any]:
    """Text of any length."""
    return sa.Column(name, sa.Text(), nullable=False)


def short(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """A short text of our own."""
    return sa.Column(name, sa.String(64), nullable=nullable)


def json(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """A list or a mapping."""
    return sa.Column(name, sa.JSON(), nullable=nullable)


def word(name: str, words: str, *, nullable: bool = False) -> sa.Column[Any]:
    """One of a few words, and nothing else."""
    return sa.Column(name, sa.String(16), nullable=nullable, info={"words": words.split()})
