"""The story that greets whoever opens the page, told through the real bot."""

import json

import pytest
import pytest_asyncio

from playground import prologue
from playground.globe import Globe
from playground.prologue import Prologue, PrologueError
from playground.rehearsal.house import House
from playground.rehearsal.voting import choices
from tests.whole.kit import ask

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory):
    """One bot for both: each plays in a server of its own."""
    async with House(tmp_path_factory.mktemp("play")) as house:
        yield house


async def test_a_story_is_under_way_with_a_ballot_that_waits(house):
    globe = Globe.build(house.local)
    await Prologue(house.local, globe, house.claude).perform()
    anna, lantern = globe.people["Anna"], globe.channels["the-lantern"]
    *_, card = anna.sees(lantern)
    assert choices(card) == ["A", "B", "C"]
    assert "0 voted" in card.text
    # One vote of the only awaited writer is enough to see how it ends.
    assert "1 more must vote" in card.text
    cast = await ask(anna, lantern, "cast list")
    assert cast.count("· free ·") == 2
    assert "**Ines** · Anna ·" in cast
    facts = await ask(anna, lantern, "canon list")
    assert "`1`" in facts
    assert "`2`" in facts
    spoken = {m.author_name for m in lantern.messages if m.author.webhook}
    assert spoken == {"Narrator", "Ines", "Dov", "Hollis"}
    assert not any(m.author_name == "Anna" for m in lantern.messages), "what was typed is gone"
    assert not globe.channels["empty-stage"].messages
    assert [[m.author_name for m in post.messages] for post in globe.forum.threads] == [
        ["Cy", "Bo"]
    ]
    assert not house.local.pings
    # Nothing is left that would answer whoever plays now.
    assert not house.claude.faults
    assert all(not m.ephemeral for m in anna.sees(lantern)[:-2])


async def test_what_the_bot_refuses_is_told(house, tmp_path, monkeypatch):
    globe = Globe.build(house.local)
    scene = tmp_path / "scene.json"
    monkeypatch.setattr(prologue, "SCENE", scene)
    monkeypatch.setattr(prologue, "STANDS_SECONDS", 0.1)
    for act, why in (
        ({"who": "Anna", "command": "story sing"}, "Anna's story sing: "),
        ({"who": "Anna", "types": "((nobody takes this))"}, "Anna's what was typed: waited"),
        ({"who": "Anna", "dances": "well"}, "Nobody knows how to play"),
    ):
        scene.write_text(json.dumps({"place": "the-lantern", "acts": [act], "posts": []}))
        with pytest.raises(PrologueError, match=why):
            await Prologue(house.local, globe, house.claude).perform()
