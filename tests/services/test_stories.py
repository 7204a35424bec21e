from datetime import timedelta

import pytest

from bot.services.linking import Target
from bot.services.stories import QUESTIONS, NewStory
from bot.story.ballot import BallotState
from bot.story.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from bot.story.tale import MAX_PREMISE, MAX_TITLE, StoryState
from tests.builders import ADA, BEN, CHANNEL, GUILD, OWNER, PREMISE, STORM
from tests.services.table import Table, by


async def test_a_channel_becomes_a_story(bare: Table) -> None:
    card = await bare.stories.open(
        by(OWNER), NewStory(GUILD, None, 5, " Salt ", PREMISE, style="dry", variants=4)
    )
    assert card.place.story.title == "Salt"
    assert card.place.story.owner_id == OWNER
    assert card.place.story.settings.variants == 4
    assert card.place.story.settings.style == "dry"
    assert (card.turns, card.facts, card.spent, card.votes, card.questions) == (0, 0, 0, False, ())
    assert card.names == {OWNER: "Olga"}
    assert (await bare.stories.show(CHANNEL)).place.story == card.place.story


async def test_a_thin_premise_gets_three_questions(bare: Table) -> None:
    card = await bare.open(premise="A lighthouse.")
    assert card.questions == QUESTIONS
    assert len(QUESTIONS) == 3


@pytest.mark.parametrize(
    ("new", "what"),
    [
        (NewStory(GUILD, None, 1, " ", PREMISE), "needs a title"),
        (NewStory(GUILD, None, 1, "Salt", "\u200b"), "needs a premise"),
        (NewStory(GUILD, None, 1, "x" * (MAX_TITLE + 1), PREMISE), "101 characters"),
        (NewStory(GUILD, None, 1, "Salt", "x" * (MAX_PREMISE + 1)), "2001 characters"),
        (NewStory(GUILD, None, 1, "Salt", PREMISE, variants=5), "Between 1 and 4"),
        (NewStory(GUILD, None, 1, "Salt", PREMISE, variants=0), "Between 1 and 4"),
    ],
)
async def test_what_cannot_be_a_story(bare: Table, new: NewStory, what: str) -> None:
    with pytest.raises(InvalidError, match=what):
        await bare.stories.open(by(OWNER), new)
    assert await bare.stories.find(CHANNEL) is None


async def test_a_channel_has_one_story_until_it_is_closed(bare: Table) -> None:
    first = await bare.open()
    with pytest.raises(ConflictError):
        await bare.open()
    await bare.stories.close(by(OWNER))
    second = await bare.open()
    assert second.place.story.id != first.place.story.id
    assert second.turns == 0


async def test_where_no_story_is(bare: Table) -> None:
    with pytest.raises(NotFoundError, match="/story open"):
        await bare.stories.show(CHANNEL)


async def test_settings_are_the_owners(table: Table) -> None:
    with pytest.raises(NotAllowedError):
        await table.stories.change(by(ADA), {"quorum": 3})
    card = await table.stories.change(by(OWNER), {"quorum": 3, "style": " dry\x00 "})
    assert card.place.story.settings.quorum == 3
    assert card.place.story.settings.style == "dry"


@pytest.mark.parametrize(
    "changes",
    [
        {"variants": 0},
        {"variants": 5},
        {"quorum": 0},
        {"quorum": 51},
        {"window": timedelta(seconds=59)},
        {"window": timedelta(days=14, seconds=1)},
        {"style": "x" * 1001},
        {"point_of_view": "x" * 101},
    ],
)
async def test_settings_have_bounds(table: Table, changes: dict[str, object]) -> None:
    before = (await table.stories.show(CHANNEL)).place.story
    with pytest.raises(InvalidError):
        await table.stories.change(by(OWNER), changes)
    assert (await table.stories.show(CHANNEL)).place.story == before


async def test_life_cycle(table: Table) -> None:
    with pytest.raises(NotAllowedError):
        await table.stories.pause(by(ADA))
    with pytest.raises(InvalidError, match="open already"):
        await table.stories.resume(by(OWNER))
    assert (await table.stories.pause(by(OWNER))).place.story.state is StoryState.PAUSED
    with pytest.raises(InvalidError, match="paused already"):
        await table.stories.pause(by(OWNER))
    assert (await table.stories.resume(by(OWNER))).place.story.state is StoryState.OPEN
    closed = (await table.stories.close(by(OWNER))).place.story
    assert (closed.state, closed.closed_at) == (StoryState.CLOSED, table.clock.now())
    with pytest.raises(NotAllowedError, match="closed"):
        await table.stories.close(by(OWNER))


async def test_a_pause_stops_a_ballot_and_a_resume_lets_it_go_on(table: Table) -> None:
    ballot = await table.ballot()
    for writer_id in (ADA, BEN, OWNER):
        await table.vote(writer_id, ballot.variants[0])
    await table.stories.pause(by(OWNER))
    assert (await table.settle(ballot)).state is BallotState.OPEN
    with pytest.raises(NotAllowedError, match="paused"):
        await table.vote(ADA, ballot.variants[1])
    await table.stories.resume(by(OWNER))
    assert f"settle:{ballot.id}" in await table.due()
    assert (await table.settle(ballot)).state is BallotState.SETTLED


async def test_a_pause_while_drafting_is_followed_by_drafts(table: Table) -> None:
    opened = await table.ask(variants=1)
    await table.stories.pause(by(OWNER))
    await table.drafting.run(opened.ballot.id)
    assert table.narrator.prompts == []
    async with table.store.write() as work:
        for task in await work.tasks.lease("x", table.clock.now(), table.clock.now(), 9):
            await work.tasks.done(task, "x")
    await table.stories.resume(by(OWNER))
    assert f"draft:{opened.ballot.id}" in await table.due()
    table.narrator.enqueue(STORM)
    await table.drafting.run(opened.ballot.id)
    assert (await table.look(opened.ballot.id)).state is BallotState.OPEN


async def linked(table: Table, channel_id: int) -> None:
    """A further scene in another channel."""
    await table.linking.link(by(OWNER), Target(GUILD, channel_id, None, "the-cellar", 1))


async def test_a_story_that_was_closed_goes_on_in_all_its_channels(table: Table) -> None:
    await linked(table, 777)
    await table.stories.close(by(OWNER))
    await table.stories.resume(by(OWNER), 500)
    assert await table.stories.live_channels() == {CHANNEL: 500, 777: 500}


async def test_a_scene_taken_up_lets_the_drafts_of_the_others_come(table: Table) -> None:
    await linked(table, 777)
    opened = await table.ask(variants=1)
    await table.stories.pause(by(OWNER))
    await table.drafting.run(opened.ballot.id)
    async with table.store.write() as work:
        for task in await work.tasks.lease("x", table.clock.now(), table.clock.now(), 9):
            await work.tasks.done(task, "x")
    await table.linking.channel_gone(777)
    there = Target(GUILD, 778, None, "the-yard", 600)
    assert (await table.linking.resume(by(OWNER, 778), there, "Salt")).channel.channel_id == 778
    assert f"draft:{opened.ballot.id}" in await table.due()
    # Where the story only paused, what was typed is refused as it is typed, and still read later.
    assert (await table.stories.live_channels())[CHANNEL] < 600


async def test_closing_ends_a_ballot(table: Table) -> None:
    ballot = await table.ballot()
    await table.stories.close(by(OWNER))
    ended = await table.settle(ballot)
    assert ended.state is BallotState.DROPPED
    assert "closed" in ended.closing_note
    with pytest.raises(ConflictError, match="decided"):
        await table.vote(ADA, ballot.variants[0])


async def test_owners_only(table: Table) -> None:
    await table.stories.require_owner(by(OWNER))
    with pytest.raises(NotAllowedError):
        await table.stories.require_owner(by(ADA))


async def test_channels_to_listen_to(table: Table) -> None:
    await table.stories.seen(CHANNEL, 500)
    await table.stories.seen(CHANNEL, 400)
    assert await table.stories.live_channels() == {CHANNEL: 500}
    await table.linking.channel_gone(CHANNEL)
    assert await table.stories.live_channels() == {}
    assert await table.stories.find(CHANNEL) is None


async def test_a_notice_is_given_once(table: Table) -> None:
    assert await table.stories.first_time(CHANNEL, "plain")
    assert not await table.stories.first_time(CHANNEL, "plain")
    assert await table.stories.first_time(CHANNEL, "other")


async def test_the_card_counts(table: Table) -> None:
    await table.say(ADA, "The lamp is out.")
    await table.canon.add(by(ADA), "The lamp is out.")
    await table.ballot()
    card = await table.stories.show(CHANNEL)
    assert (card.turns, card.facts, card.spent) == (1, 1, 3_000)
    assert card.votes
