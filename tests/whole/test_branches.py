"""Further scenes of a story, who owns it, and what becomes of it when a channel is deleted."""

import pytest

from playground.server.permissions import May
from tests.whole.kit import ask, ballot, heard, press, texts_of, use


async def linked(local, story, name: str = "the-cellar"):
    """A second channel of the story, with its card."""
    cellar = story.guild.add_channel(name)
    told = await ask(story.anna, story.inn, "story link", channel=cellar)
    assert f"has a new scene in <#{cellar.id}>" in told
    await local.until(lambda: cellar.messages, what="the card")
    return cellar


async def test_a_linked_channel_is_a_scene_of_its_own(story, local, claude):
    anna, bo, inn = story.anna, story.bo, story.inn
    await anna.say(inn, "Upstairs.")
    await heard(local, inn, "Upstairs.")
    cellar = await linked(local, story)
    card = cellar.messages[0]
    assert "The Inn · the-cellar" in card.text
    assert f"<#{inn.id}>" in card.text
    assert "/cast claim" in card.text
    assert "**Mira** (Anna)" in await press(bo, card, "About the story")
    await bo.say(cellar, "Downstairs.")
    await heard(local, cellar, "Downstairs.")
    await ask(anna, inn, "canon add", fact="The lamp is lit")
    assert "The lamp is lit" in await ask(bo, cellar, "canon list")
    await ballot(local, bo, cellar)
    asked = str(claude.requests[-1])
    assert "Downstairs." in asked
    assert "Upstairs." not in asked
    assert "The lamp is lit" in asked
    told = await ask(anna, inn, "story show")
    assert f"**main** (<#{inn.id}>, this one), **the-cellar** (<#{cellar.id}>)" in told
    # Each scene is taken back by itself.
    assert "1 passage taken back" in await ask(anna, cellar, "scene undo")
    await heard(local, cellar)
    assert [m.content for m in inn.messages if m.author.webhook] == ["Upstairs."]


async def test_what_cannot_be_linked(story, local):
    anna, bo, inn, guild = story.anna, story.bo, story.inn, story.guild
    yard = guild.add_channel("the-yard")
    assert "Only the owner" in await ask(bo, inn, "story link", channel=yard)
    assert "no story in this channel" in await ask(anna, yard, "story link", channel=inn)
    assert "belongs to this story already" in await ask(anna, inn, "story link", channel=inn)
    forum = guild.add_forum("the-forum")
    assert "A forum holds posts" in await ask(anna, inn, "story link", channel=forum)
    stage = guild.add_stage("the-stage")
    assert "On a stage" in await ask(anna, inn, "story link", channel=stage)
    group = guild.add_category("the-rooms")
    assert "A category holds channels" in await ask(anna, inn, "story link", channel=group)
    thread = guild.add_thread(yard, "a nook")
    thread.thread.archived = True
    local.world.channel_changed(thread)
    assert "archived or locked" in await ask(anna, inn, "story link", channel=thread)
    await ask(bo, yard, "story open", title="Another", premise="Elsewhere, at another time.")
    assert "plays another story" in await ask(anna, inn, "story link", channel=yard)
    abroad = local.add_guild("The Rose").add_channel("a-room")
    assert "on another server" in await ask(anna, inn, "story link", channel=abroad)


@pytest.mark.parametrize(
    ("who", "bit", "told"),
    [
        ("bot", May.SEND_MESSAGES, "I lack **Send Messages** there"),
        ("bot", May.VIEW_CHANNEL, "I lack **View Channel** and **Send Messages** there"),
        ("anna", May.SEND_MESSAGES, "You lack **Send Messages** there"),
    ],
)
async def test_permissions_that_a_link_needs(story, local, who, bit, told):
    attic = story.guild.add_channel("the-attic")
    attic.deny(story.anna if who == "anna" else local.world.bot, bit)
    answer = await ask(story.anna, story.inn, "story link", channel=attic)
    assert told in answer
    assert "Channel settings → Permissions" in answer


async def test_a_thread_needs_another_permission(story, local):
    anna, inn = story.anna, story.inn
    thread = story.guild.add_thread(inn, "a nook")
    inn.deny(local.world.bot, May.SEND_MESSAGES_IN_THREADS)
    assert "**Send Messages in Threads**" in await ask(anna, inn, "story link", channel=thread)
    inn.allow(local.world.bot, May.SEND_MESSAGES_IN_THREADS)
    assert "has a new scene" in await ask(anna, inn, "story link", channel=thread)
    await anna.say(thread, "Whispered.")
    await heard(local, thread, "Whispered.")


async def test_unlinked_it_is_free_and_linked_again_it_goes_on(story, local):
    anna, bo, inn = story.anna, story.bo, story.inn
    assert "so it stays" in await ask(anna, inn, "story unlink")
    cellar = await linked(local, story)
    assert "so it stays" in await ask(anna, inn, "story unlink")
    await bo.say(cellar, "Downstairs.")
    await heard(local, cellar, "Downstairs.")
    card = await ballot(local, bo, cellar)
    assert "Only the owner" in await ask(bo, cellar, "story unlink")
    assert "not played here any more" in await ask(anna, cellar, "story unlink")
    await local.until(lambda: "was unlinked from the story" in card.text, what="the dropped ballot")
    assert "no story in this channel" in await ask(bo, cellar, "story show")
    await bo.say(cellar, "Just talk.")
    assert "(no channel)" in await ask(anna, inn, "story show")
    told = await ask(anna, inn, "story link", channel=cellar)
    assert "goes on in" in told
    await local.until(lambda: "1 turn so far" in texts_of(cellar)[-1], what="the card")
    await bo.say(cellar, "Again.")
    await local.until(
        lambda: (
            [m.content for m in cellar.messages if m.author.webhook] == ["Downstairs.", "Again."]
        ),
        what="the scene goes on",
    )
    assert "Just talk." in texts_of(cellar)


async def test_a_story_is_handed_over(story, local):
    anna, bo, inn = story.anna, story.bo, story.inn
    assert "Only the owner" in await ask(bo, inn, "story handover", member=bo)
    assert "own this story already" in await ask(anna, inn, "story handover", member=anna)
    robot = local.world.bot
    assert "belongs to a person" in await ask(anna, inn, "story handover", member=robot)
    stranger = local.add_person("Dee")
    assert "belongs to a person" in await ask(anna, inn, "story handover", member=stranger)
    exchange = await use(anna, inn, "story handover", member=bo)
    answer = await exchange.answer()
    assert "**The Inn** belongs to **Bo** now" in answer.text
    assert exchange.message in inn.messages
    assert "Only the owner" in await ask(anna, inn, "story pause")
    assert "is paused" in await ask(bo, inn, "story pause")


async def test_no_story_on_a_stage(bot, town):
    stage = town.guild.add_stage("the-stage")
    assert bot.troupe
    told = await ask(town.anna, stage, "story open", title="A", premise="B")
    assert "On a stage nobody can type" in told
    assert "no story" in await ask(town.anna, stage, "story show")


async def test_a_story_whose_channel_was_deleted_is_taken_up_elsewhere(story, local):
    anna, bo, inn, guild = story.anna, story.bo, story.inn, story.guild
    await anna.say(inn, "Upstairs.")
    await heard(local, inn, "Upstairs.")
    await ballot(local, bo, inn)
    local.world.remove_channel(inn)
    yard = guild.add_channel("the-yard")

    async def offered(who):
        return await who.autocomplete(yard, "story resume", "story", "inn")

    choices = []
    while not choices:
        choices = await offered(anna)
    assert [c.name for c in choices] == ["The Inn · main"]
    assert await offered(bo) == []
    assert "The option `story` offers" in await ask(anna, yard, "story resume")
    assert "lost its channel" in await ask(bo, yard, "story resume", story="The Inn")
    told = await ask(anna, yard, "story resume", story=choices[0].value)
    assert "**The Inn** goes on here" in told
    shown = await ask(bo, yard, "story show")
    assert "1 turn" in shown
    assert "A ballot is open" not in shown
    await bo.say(yard, "Outside.")
    await heard(local, yard, "Outside.")
    book = (await (await use(bo, yard, "story export")).answer()).attachments[0].text
    assert book.index("Upstairs.") < book.index("Outside.")
    assert "plays a story already" in await ask(anna, yard, "story resume", story="The Inn")


async def test_if_a_linked_channel_is_deleted_the_rest_goes_on(story, local):
    anna, bo, inn = story.anna, story.bo, story.inn
    cellar = await linked(local, story)
    thread = story.guild.add_thread(cellar, "a nook")
    await ask(anna, inn, "story link", channel=thread)
    await bo.say(thread, "Hidden.")
    await heard(local, thread, "Hidden.")
    local.world.remove_channel(cellar)
    shown = ""
    while shown.count("no channel") < 2:
        shown = await ask(bo, inn, "story show")
    await anna.say(inn, "All goes on.")
    await heard(local, inn, "All goes on.")
    yard = story.guild.add_channel("the-yard")
    assert "goes on here" in await ask(anna, yard, "story resume", story="The Inn · a nook")
    assert "1 turn" in await ask(bo, yard, "story show")


async def test_a_channel_that_was_deleted_while_the_bot_was_away(story, bot, local):
    anna, inn = story.anna, story.inn
    await anna.say(inn, "Upstairs.")
    await heard(local, inn, "Upstairs.")
    await bot.stop()
    local.world.remove_channel(inn)
    yard = story.guild.add_channel("the-yard")
    await bot.start()
    await local.bot_ready()
    told = ""
    while "goes on here" not in told:
        told = await ask(anna, yard, "story resume", story="the inn")
        assert "lost its channel" in told or "goes on here" in told


async def test_an_archived_thread_works_on(story, local):
    anna, inn = story.anna, story.inn
    thread = story.guild.add_thread(inn, "a nook")
    await ask(anna, inn, "story link", channel=thread)
    await local.until(lambda: thread.messages, what="the card")
    thread.thread.archived = True
    local.world.channel_changed(thread)
    await anna.say(thread, "Awake.")
    await heard(local, thread, "Awake.")
