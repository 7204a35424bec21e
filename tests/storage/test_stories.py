import dataclasses
from datetime import timedelta

import pytest

from bot.story.errors import ConflictError
from bot.story.tale import (
    AiPolicy,
    Counts,
    Proxying,
    Settings,
    StoryState,
    TieRule,
    Voters,
)
from storage.values import pack_settings, unpack_settings
from tests.storage.kit import CHANNEL, NOW, OWNER, Stand, later, opening

CHANGED = Settings(
    style="plain",
    point_of_view="third, past",
    variants=4,
    window=timedelta(hours=1, seconds=0.5),
    quorum=5,
    tie=TieRule.SECOND_ROUND,
    counts=Counts.OPEN,
    voters=Voters.CHANNEL,
    proxying=Proxying.THEIRS,
    ai=AiPolicy.SCRIBE,
    table_talk="~",
)


async def test_a_story_comes_back_as_it_was_opened(stand: Stand) -> None:
    place = await stand.place()
    assert place.channel.channel_id == CHANNEL
    assert place.channel.seen_id == 5
    assert place.story.opened_at == NOW
    assert place.story.owner_id == place.story.opener_id == OWNER
    assert (place.branch.name, place.branch.head_id, place.branch.depth) == ("main", None, 0)
    async with stand.read() as unit:
        assert await unit.stories.get(place.story.id) == place.story
        assert await unit.stories.branch(place.branch.id) == place.branch
        assert await unit.stories.get(99) is None
        assert await unit.stories.branch(99) is None
        assert await unit.stories.place(99) is None


async def test_a_channel_plays_one_story_until_it_is_closed(stand: Stand) -> None:
    story = (await stand.place()).story
    with pytest.raises(ConflictError, match="Close it first"):
        await stand.open()
    async with stand.write() as unit:
        await unit.stories.save(
            dataclasses.replace(story, state=StoryState.CLOSED, closed_at=later(hours=1))
        )
    async with stand.read() as unit:
        assert await unit.stories.live_channels() == []
    again = await stand.open()
    assert again.story.id != story.id
    assert (await stand.place()) == again
    async with stand.read() as unit:
        assert await unit.stories.channels(story.id) == []
        assert await unit.stories.live_channels() == [again.channel]


async def test_what_the_owner_sets_is_kept(stand: Stand) -> None:
    story = (await stand.place()).story
    wanted = dataclasses.replace(
        story, title="New", premise="p", rating="mature", owner_id=8, settings=CHANGED
    )
    async with stand.write() as unit:
        await unit.stories.save(wanted)
    assert (await stand.place()).story == wanted


def test_settings_survive_other_versions() -> None:
    assert unpack_settings(pack_settings(CHANGED)) == CHANGED
    strange = pack_settings(CHANGED) | {"ai": "new-word", "quorum": "many", "unheard_of": 1}
    del strange["window"]
    assert unpack_settings(strange) == dataclasses.replace(
        CHANGED, ai=AiPolicy.FULL, quorum=2, window=timedelta(hours=12)
    )


async def test_seen_moves_forward_only(stand: Stand) -> None:
    for message_id in (9, 7, 12, 11):
        async with stand.write() as unit:
            await unit.stories.seen(CHANNEL, message_id)
    assert (await stand.place()).channel.seen_id == 12


async def test_a_channel_that_is_gone_leaves_the_story(stand: Stand) -> None:
    story = (await stand.place()).story
    async with stand.write() as unit:
        await unit.stories.forget_channel(CHANNEL)
    async with stand.read() as unit:
        assert await unit.stories.place(CHANNEL) is None
        assert await unit.stories.get(story.id) == story


async def test_scenes_are_branches_with_the_channel_that_plays_them(stand: Stand) -> None:
    place = await stand.place()
    story_id = place.story.id
    async with stand.write() as unit:
        cellar = await unit.stories.begin_branch(story_id, "Cellar")
        assert await unit.stories.scenes(story_id) == [(place.branch, CHANNEL), (cellar, None)]
        await unit.stories.forget_channel(CHANNEL)
        assert await unit.stories.scenes(story_id) == [(place.branch, None), (cellar, None)]


async def test_channels_come_in_the_order_of_binding(stand: Stand) -> None:
    async with stand.write() as unit:
        early = await unit.stories.open(opening(3, at=later(hours=-1)))
    async with stand.read() as unit:
        found = await unit.stories.live_channels()
    assert [channel.channel_id for channel in found] == [3, CHANNEL]
    assert found[0] == early.channel


async def test_a_notice_is_said_once_per_channel(stand: Stand) -> None:
    async with stand.write() as unit:
        said = [await unit.stories.first_time(CHANNEL, "no-intent") for _ in range(2)]
        elsewhere = await unit.stories.first_time(3, "no-intent")
        await unit.stories.forget_notice(3, "no-intent")
        anew = [await unit.stories.first_time(i, "no-intent") for i in (CHANNEL, 3)]
        other = await unit.stories.first_time(CHANNEL, "other")
    assert said == [True, False]
    assert elsewhere
    assert anew == [False, True]
    assert other
