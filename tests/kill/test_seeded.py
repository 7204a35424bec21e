"""SIGKILL at thirty seeded moments of one rehearsal."""

import random
from pathlib import Path

import pytest

import playground
from playground.rehearsal.script import Script, read_script
from tests.kill.kit import cast, performed

SCENE = Path(playground.__file__).parent / "scenes" / "the-ferry.jsonl"
LINES = slice(28, 70)
KILLS = 30


@pytest.mark.timeout(240)
@pytest.mark.asyncio(loop_scope="module")
async def test_thirty_kills(house, knife):
    scene = read_script(SCENE)
    ((title, lines),) = scene.stories.items()
    performance = cast(house, Script({title: lines[LINES]}), 6)
    knife.now_and_then(KILLS, random.Random(30), most=34)
    await performed(house, performance)
    assert knife.cuts == KILLS
