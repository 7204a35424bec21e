"""A rehearsal in which everything goes wrong ends with the same story as one in calm weather."""

from pathlib import Path

import pytest
import pytest_asyncio

import playground
from playground.rehearsal.house import House
from playground.rehearsal.script import Script, read_script
from playground.server.fault_kinds import TRANSIENT
from tests.kill.kit import cast, nothing_lost_nothing_doubled

SCENE = Path(playground.__file__).parent / "scenes" / "the-ferry.jsonl"
LINES = slice(0, 40)
RATE = 0.12
SEED = 20


async def performed(folder, url, *, storm):
    """The story's turns, and how often each fault struck."""
    ((title, lines),) = read_script(SCENE).stories.items()
    async with House(folder, seed=1, environment={"DATABASE_URL": url}) as house:
        performance = cast(house, Script({title: lines[LINES]}), 3)
        weather = house.local.faults.storm(SEED, RATE)
        if not storm:
            weather.stop()
        with weather:
            await performance.perform()
        await nothing_lost_nothing_doubled(performance)
        told = (await performance.export()).turns
        assert not house.local.pings
        assert not house.local.errors
        return [(turn["speaker"], turn["source"], turn["text"]) for turn in told], weather.counts


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def calm(tmp_path_factory, files):
    """The story of calm weather; it is the same on both engines."""
    folder = tmp_path_factory.mktemp("calm")
    story, _ = await performed(folder, files.new(folder), storm=False)
    return story


@pytest.mark.timeout(240)
@pytest.mark.asyncio(loop_scope="module")
async def test_a_storm_of_all_faults_changes_nothing(tmp_path, new_url, calm):
    story, struck = await performed(tmp_path, new_url(), storm=True)
    assert story == calm
    assert {fault for fault in TRANSIENT if not struck[fault]} == set(), struck
