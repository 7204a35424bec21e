from datetime import timedelta

import pytest

from bot.ports import StageForbiddenError, StageGoneError
from bot.story.cast import Character, Keepsake
from bot.story.errors import NotAllowedError
from tests.builders import ADA, BEN, CHANNEL, OWNER
from tests.services.table import Table, by

KEPT = Keepsake(CHANNEL, 4_000)


def address(table: Table, **after: float) -> str:
    ends = int((table.clock.now() + timedelta(**after)).timestamp())
    return f"https://cdn.discordapp.com/attachments/1/2/picture.png?ex={ends:x}&is=1&hm=2&"


async def mira(table: Table) -> Character:
    return (await table.casting.show(by(ADA), "Mira")).character


async def pictured(table: Table, **after: float) -> str:
    url = address(table, **after)
    await table.pictures.keep(by(ADA), (await mira(table)).id, url, KEPT)
    return url


async def shown(table: Table) -> str:
    """The picture of what Ada says now."""
    turn = await table.say(ADA, "Here.")
    await table.post()
    return (await table.posts(turn))[-1].avatar_url


async def test_an_address_that_is_good_is_used_as_it_is(table: Table) -> None:
    url = await pictured(table, hours=20)
    assert await shown(table) == url
    assert table.stage.deeds("picture") == []


async def test_an_address_that_ended_is_read_anew_once(table: Table) -> None:
    await pictured(table, hours=20)
    table.clock.advance(hours=30)
    table.stage.address = fresh = address(table, hours=24)
    assert await shown(table) == fresh
    assert await shown(table) == fresh
    assert table.stage.deeds("picture") == [(CHANNEL, 4_000)]
    assert (await mira(table)).sheet.avatar_url == fresh


async def test_a_post_that_waited_finds_the_address_that_was_read_meanwhile(table: Table) -> None:
    await pictured(table, hours=1)
    late = await table.say(ADA, "Wait.")
    table.clock.advance(hours=2)
    fresh = await pictured(table, hours=24)
    await table.post()
    assert (await table.posts(late))[-1].avatar_url == fresh
    assert table.stage.deeds("picture") == []


async def test_a_picture_that_is_gone_costs_the_picture_alone(table: Table) -> None:
    await pictured(table, hours=1)
    table.clock.advance(hours=2)
    table.stage.fault("picture", StageGoneError("no such message"))
    assert await shown(table) == ""
    lost = await mira(table)
    assert (lost.sheet.avatar_url, lost.keepsake) == ("", KEPT)
    assert await shown(table) == ""


async def test_a_picture_that_cannot_be_read_now_is_tried_again(table: Table) -> None:
    await pictured(table, hours=1)
    table.clock.advance(hours=2)
    table.stage.fault("picture", StageForbiddenError("not now"))
    assert await shown(table) == ""
    table.stage.address = fresh = address(table, hours=24)
    assert await shown(table) == fresh


async def test_who_may_change_a_picture_and_what_takes_its_place(table: Table) -> None:
    url = await pictured(table, hours=1)
    with pytest.raises(NotAllowedError):
        await table.pictures.keep(by(BEN), (await mira(table)).id, url, KEPT)
    kept = await table.casting.edit(by(OWNER), "Mira", {"avatar_url": "", "name": "Mira Vale"})
    assert (kept.sheet.avatar_url, kept.keepsake) == (url, KEPT)
    other = "https://a.example/m.png"
    changed = await table.casting.edit(by(ADA), "Mira Vale", {"avatar_url": other})
    assert (changed.sheet.avatar_url, changed.keepsake) == (other, None)
