"""How many statements the database is asked to do: a ceiling, so that it stays so."""

from collections.abc import Iterator

import pytest
from sqlalchemy import event

from tests.builders import ADA, CHANNEL
from tests.services.table import Table


class Counter:
    """Counts statements, and transactions that may write."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __call__(self, *args: object) -> None:
        self.statements.append(str(args[2]))

    def taken(self) -> tuple[int, int]:
        """Statements since the last question, and how many of them took the right to write."""
        asked, self.statements = self.statements, []
        writing = sum(one == "BEGIN IMMEDIATE" for one in asked)
        return len([one for one in asked if not one.startswith("BEGIN")]), writing


@pytest.fixture
def counter(table: Table) -> Iterator[Counter]:
    counting = Counter()
    engines = [table.store._writer.sync_engine, table.store._reader.sync_engine]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", counting)
    yield counting
    for engine in engines:
        event.remove(engine, "before_cursor_execute", counting)


async def test_a_vote(table: Table, counter: Counter) -> None:
    ballot = await table.ballot()
    counter.taken()
    await table.vote(ADA, ballot.variants[0])
    statements, writing = counter.taken()
    assert statements <= 13
    assert writing == 1


async def test_a_ballots_card(table: Table, counter: Counter) -> None:
    ballot = await table.ballot()
    counter.taken()
    await table.cards.card(ballot.id)
    assert counter.taken() == (8, 0)


async def test_a_typed_turn_and_its_post(table: Table, counter: Counter) -> None:
    await table.say(ADA, "First.")
    await table.post()
    counter.taken()
    await table.say(ADA, "Second.")
    statements, writing = counter.taken()
    assert statements <= 12
    assert writing == 1
    await table.post()
    statements, writing = counter.taken()
    assert statements <= 4
    assert writing == 3


async def test_story_show(table: Table, counter: Counter) -> None:
    await table.ballot()
    counter.taken()
    await table.stories.show(CHANNEL)
    statements, writing = counter.taken()
    assert statements <= 7
    assert writing == 0


async def test_a_list_of_the_cast(table: Table, counter: Counter) -> None:
    counter.taken()
    await table.casting.cast_list(CHANNEL)
    assert counter.taken() == (3, 0)


async def test_what_is_typed_where_no_story_is_played_costs_nothing(
    table: Table, counter: Counter
) -> None:
    elsewhere = CHANNEL + 1
    counter.taken()
    assert not await table.stories.plays(elsewhere)
    assert counter.taken() == (1, 0)
    assert not await table.stories.plays(elsewhere)
    assert await table.stories.find(elsewhere) is None
    assert counter.taken() == (0, 0)

    await table.open(elsewhere)
    assert await table.stories.plays(elsewhere)
    counter.taken()
    assert await table.stories.plays(elsewhere)
    assert counter.taken() == (0, 0)

    async with table.store.write() as work:
        await work.stories.forget_channel(elsewhere)
    assert not await table.stories.plays(elsewhere)
