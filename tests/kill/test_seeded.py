"""SIGKILL at sixteen seeded moments of one rehearsal, and at eight of one on PostgreSQL."""

import random
from pathlib import Path

import pytest

import playground
from playground.rehearsal.script import Script, read_script
from tests.kill.kit import cast, performed

SCENE = Path(playground.__file__).parent / "scenes" / "the-ferry.jsonl"


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("engine", "lines", "kills"),
    [("sqlite", slice(28, 64), 16), ("postgresql", slice(28, 50), 8)],
    ids=["sqlite", "postgresql"],
    indirect=["engine"],
    scope="module",
)
@pytest.mark.asyncio(loop_scope="module")
async def test_kills_at_any_moment(house, knife, lines, kills):
    scene = read_script(SCENE)
    ((title, whole),) = scene.stories.items()
    performance = cast(house, Script({title: whole[lines]}), 6)
    knife.now_and_then(kills, random.Random(30), most=34)
    await performed(house, performance)
    assert knife.cuts == kills
