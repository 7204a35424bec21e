"""Members who left the server, noticed without the members intent: by looking them up."""

from datetime import timedelta

import pytest

from bot import app
from bot.client import point_at
from playground.server import Fault
from playground.server.permissions import May
from tests.whole.kit import (
    ask,
    ballot,
    heard,
    known,
    press,
    sent,
    spoken,
    use,
    voting,
    won,
)


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    """On a busy machine an answer about somebody may take its time."""
    monkeypatch.setattr("cogs.ui.members.SECONDS", 20.0)


@pytest.fixture
def forgetful(monkeypatch):
    """That somebody is here holds for no time at all."""
    monkeypatch.setattr("bot.services.departures.STILL_HERE", timedelta(0))
    return True


def look_ups(local, person):
    return sum(f"/members/{person.id}" in r.path for r in local.requests)


async def hand_over(local, giver, channel, heir):
    asked = await (await use(giver, channel, "story handover", member=heir)).answer()
    assert asked.text == "Hand **The Inn** over to Bo? Then Bo owns it."
    await giver.click(asked, "Hand it over")
    told = "**The Inn** belongs to **Bo** now."
    await local.until(lambda: channel.messages[-1].text == told, what="a new owner")


async def test_a_manager_acts_for_an_owner_who_left_until_they_return(story, local, bot):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    inn.allow(cy, May.MANAGE_CHANNELS)
    assert "Only the owner" in await ask(cy, inn, "story pause")
    assert "Only the owner" in await ask(cy, inn, "story pause")
    assert look_ups(local, anna) == 1, "an answer holds for a moment"
    story.guild.leave(anna)
    await bot.stop()
    await bot.start()
    await local.bot_ready()
    assert "Only the owner" in await ask(bo, inn, "story pause")
    assert look_ups(local, anna) == 1, "nobody is looked up for who may not manage"
    assert "is paused" in await ask(cy, inn, "story pause")
    assert "goes on" in await ask(cy, inn, "story resume")
    assert "Mira" in await ask(cy, inn, "cast edit", name="Mira")
    assert "quorum" in (await ask(cy, inn, "story settings", quorum=1)).lower()
    offered = [c.value for c in await cy.autocomplete(inn, "cast release", "name", "")]
    assert offered == ["Mira"]
    assert "**Mira** (Anna, left the server)" in await ask(bo, inn, "story show")
    # Back she is the owner again, and the only one.
    story.guild.join(anna)
    assert "is paused" in await ask(anna, inn, "story pause")
    assert "Only the owner" in await ask(cy, inn, "story resume")
    assert "goes on" in await ask(anna, inn, "story resume")
    story.guild.kick(anna)
    await bot.stop()
    await bot.start()
    await local.bot_ready()
    await hand_over(local, cy, inn, bo)
    assert "Only the owner" in await ask(cy, inn, "story pause")
    assert "is paused" in await ask(bo, inn, "story pause")


@pytest.mark.parametrize("tuned", [{"troupe_countdown_seconds": 60}])
async def test_a_manager_takes_back_and_closes_for_an_owner_who_left(story, local):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    await bo.say(inn, "Who goes there?")
    await heard(local, inn, "Who goes there?")
    first = await known(bo, inn.messages[-1])
    story.guild.leave(anna)
    await cy.react(first, "❌")
    await local.until(cy.dms, what="a word")
    assert "may take it back" in cy.dms()[0].text
    await local.until(lambda: not first.reactions, what="the sign taken off")
    inn.allow(cy, May.MANAGE_CHANNELS)
    card = await ballot(local, bo, inn)
    await press(bo, card, voting(card)[0])
    assert await press(cy, card, "Close") == "Closed."
    await won(local, card)
    await known(bo, inn.last_message)
    await cy.react(first, "❌")
    await local.until(lambda: first.deleted, what="taken back")


async def test_a_manager_resumes_a_story_whose_owner_and_channel_are_gone(story, local):
    anna, cy = story.anna, story.cy
    cellar = story.guild.add_channel("cellar")
    cellar.allow(cy, May.MANAGE_CHANNELS)
    story.guild.leave(anna)
    local.world.remove_channel(story.inn)
    dee = local.add_person("Dee", guild=story.guild)
    story.guild.give(dee, story.guild.add_role("keepers", May.MANAGE_CHANNELS))

    async def offered():
        return await dee.autocomplete(cellar, "story resume", "story", "inn")

    while not await offered():
        continue
    # Whoever manages this channel alone may not have seen the one that is gone.
    assert not await cy.autocomplete(cellar, "story resume", "story", "inn")
    assert "no story" in (await ask(cy, cellar, "story resume", story="The Inn")).lower()
    assert "goes on here" in await ask(dee, cellar, "story resume", story="The Inn")


async def test_a_character_of_somebody_who_left_is_freed_and_claimed_anew(story):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    assert "Bo holds Tom." in await ask(cy, inn, "cast claim", name="Tom")
    offered = [c.value for c in await anna.autocomplete(inn, "cast release", "name", "")]
    assert offered == ["Mira"]
    story.guild.leave(bo)
    told = await ask(cy, inn, "cast claim", name="Tom")
    assert "Bo, who holds Tom, left the server" in told
    assert "held by Bo, who left the server" in await ask(cy, inn, "cast show", name="Tom")
    assert "**Tom** · Bo, left the server" in await ask(cy, inn, "cast list")
    assert "not yours" in await ask(cy, inn, "cast release", name="Tom")
    offered = [c.value for c in await anna.autocomplete(inn, "cast release", "name", "")]
    assert offered == ["Mira", "Tom"]
    assert "is free again" in await ask(anna, inn, "cast release", name="Tom")
    assert "Cy plays **Tom**" in await ask(cy, inn, "cast claim", name="Tom")
    # Bo comes back as one who plays nobody, and the mark is gone.
    story.guild.join(bo)
    assert "is free again" in await ask(cy, inn, "cast release", name="Tom")
    assert "Bo plays **Tom**" in await ask(bo, inn, "cast claim", name="Tom")
    assert "**Tom** · Bo\n" in await ask(cy, inn, "cast list") + "\n"


async def test_the_cast_list_notices_who_left_and_typing_shows_that_they_are_back(story, local):
    bo, cy, inn = story.bo, story.cy, story.inn
    story.guild.leave(bo)
    listed = await (await use(cy, inn, "cast list")).answer()
    await local.until(lambda: "**Tom** · Bo, left the server" in listed.text, what="the news")
    story.guild.join(bo)
    await bo.say(inn, "Did you miss me?")
    await heard(local, inn, "Did you miss me?")
    assert "left the server" not in await ask(cy, inn, "cast list")


async def test_a_ballot_waits_for_nobody_who_left(story, local):
    anna, bo, inn = story.anna, story.bo, story.inn
    story.guild.leave(bo)
    card = await ballot(local, anna, inn, variants=3)
    await press(anna, card, voting(card)[0])
    await won(local, card)
    assert spoken(inn)


async def test_a_voter_who_leaves_meanwhile_is_noticed_by_who_asks_to_go_on(
    story, local, forgetful
):
    assert forgetful
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    await ask(anna, inn, "story settings", quorum=1)
    await ask(cy, inn, "cast claim", name="Old Pike")
    card = await ballot(local, anna, inn)
    await press(anna, card, voting(card)[0])
    await press(cy, card, voting(card)[0])
    await local.until(lambda: "Bo" in card.text, what="waiting for Bo")
    story.guild.leave(bo)
    assert "open already" in await ask(anna, inn, "scene continue")
    await won(local, card)


async def test_in_a_tie_the_owner_chooses_if_the_opener_left(story, local, forgetful):
    assert forgetful
    anna, bo, inn = story.anna, story.bo, story.inn
    card = await ballot(local, bo, inn, variants=2)
    one, two = voting(card)
    await press(bo, card, one)
    await press(anna, card, two)
    await local.until(lambda: "A tie" in card.text, what="a tie")
    assert "Whoever opened the ballot chooses" in await press(anna, card, one)
    story.guild.leave(bo)
    assert await press(anna, card, one) == "Your vote decided it."
    await won(local, card)


async def test_the_button_of_a_direct_message_is_for_members(story, local):
    bo, inn = story.bo, story.inn
    await bo.say(inn, "Who goes there?")
    await heard(local, inn, "Who goes there?")
    first = await known(bo, inn.messages[-1])
    await bo.react(first, "📝")
    await local.until(bo.dms, what="the DM")
    form = await bo.click(bo.dms()[0], "Edit")
    story.guild.leave(bo)
    assert "no member" in await sent(bo, form, {"Your passage": "Not I."})
    assert "no member" in await press(bo, bo.dms()[0], "Edit")
    story.guild.join(bo)
    form = await bo.click(bo.dms()[0], "Edit")
    assert "Changed" in await sent(bo, form, {"Your passage": "It is I."})
    await heard(local, inn, "It is I.")


@pytest.mark.parametrize("fault", [Fault.UNAVAILABLE, Fault.DROPPED, Fault.SLOW])
async def test_while_discord_does_not_tell_nothing_changes(
    story, local, forgetful, fault, monkeypatch
):
    assert forgetful
    anna, cy, inn = story.anna, story.cy, story.inn
    inn.allow(cy, May.MANAGE_CHANNELS)
    story.guild.leave(anna)
    with local.faults.on(fault, "GET", "/members/", seconds=30), monkeypatch.context() as hurry:
        hurry.setattr("cogs.ui.members.SECONDS", 0.2)
        assert "Only the owner" in await ask(cy, inn, "story pause")
    assert "is paused" in await ask(cy, inn, "story pause")


async def test_nothing_of_a_connection_that_ended_hears_of_channels(settings, local, town):
    point_at(settings.discord_api_base, settings.discord_gateway_url)
    async with app.founded(settings) as ground:
        async with app.connected(settings, message_content=True, ground=ground) as troupe:
            stories = troupe.services.stories
            await local.bot_ready()
            assert not await stories.plays(town.inn.id)
        async with app.connected(settings, message_content=True, ground=ground) as troupe:
            assert troupe.services.stories is not stories
            opened = await ask(town.anna, town.inn, "story open", title="The Inn", premise="Rain.")
            assert "The Inn" in opened
            assert await troupe.services.stories.plays(town.inn.id)
        assert not await stories.plays(town.inn.id), "it listens no more"
