import asyncio
import time
from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, inspect, text

from bot.story.errors import StorageError
from storage import migrating
from storage.database import Database
from storage.migrations import HEAD, KNOWN
from storage.tables import metadata
from tests.patience import allowed
from tests.storage.kit import Stand


async def test_the_migrated_tables_are_those_that_the_queries_use(stand: Stand) -> None:
    def differences(connection: Connection) -> list[object]:
        options = {"compare_type": True, "target_metadata": metadata}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, metadata))

    async with stand.write() as unit:
        assert await unit.connection.run_sync(differences) == []


async def test_checks_and_partial_indexes_are_those_that_are_meant(stand: Stand) -> None:
    # Alembic does not compare these.
    def migrated(connection: Connection) -> dict[str, str]:
        found = inspect(connection)
        tables = found.get_table_names()
        checks = [check for table in tables for check in found.get_check_constraints(table)]
        indexes = [index for table in tables for index in found.get_indexes(table)]
        options = [(index["name"], index.get("dialect_options", {})) for index in indexes]
        wheres = {
            str(name): str(where)
            for name, option in options
            for key, where in option.items()
            if key.endswith("_where")
        }
        return {str(check["name"]): check["sqltext"] for check in checks} | wheres

    async with stand.read() as unit:
        found = await unit.connection.run_sync(migrated)
        dialect = unit.connection.dialect
    meant: dict[str, str] = {}
    for table in metadata.tables.values():
        for check in table.constraints:
            if isinstance(check, CheckConstraint):
                compiled = check.sqltext.compile(
                    dialect=dialect, compile_kwargs={"literal_binds": True}
                )
                meant[dialect.identifier_preparer.format_constraint(check)] = str(compiled).replace(
                    f"{table.name}.", ""
                )
        for index in table.indexes:
            where = index.dialect_options[dialect.name]["where"]
            if where is not None:
                meant[str(index.name)] = str(where)
    assert found.keys() == meant.keys()
    if dialect.name == "sqlite":  # PostgreSQL gives them back in words of its own.
        assert found == meant


def test_the_list_of_revisions_is_alembics() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrating._FOLDER))
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [HEAD]
    assert [one.revision for one in script.walk_revisions()][::-1] == list(KNOWN)


async def test_a_newer_database_is_left_alone(stand: Stand) -> None:
    async with stand.write() as unit:
        await unit.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match="newer version"):
        await Database.open(stand.url)


async def test_two_processes_may_start_at_once(new_url: Callable[..., str]) -> None:
    url = new_url(bare=True)
    databases = await asyncio.gather(*(Database.open(url) for _ in range(3)))
    for database in databases:
        async with database.read() as unit:
            assert await unit.stories.live_channels() == []
        await database.close()


async def test_an_up_to_date_database_opens_at_once(stand: Stand) -> None:
    async def seconds() -> float:
        began = time.perf_counter()
        await (await Database.open(stand.url)).close()
        return time.perf_counter() - began

    assert min([await seconds() for _ in range(3)]) < allowed(0.3)
