"""Further scenes of a story, who owns it, and what becomes of it when a channel is deleted."""

import json

import pytest

from playground.server import Drop, InteractionFailed
from playground.server.permissions import May
from tests.whole.kit import ask, ballot, heard, known, press, sent, texts_of, use


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
    # Of a scene that somebody does not see, they learn that there is one.
    cellar.deny(story.cy, May.VIEW_CHANNEL)
    told = await ask(story.cy, inn, "story show")
    assert f"**main** (<#{inn.id}>, this one) and 1 hidden scene" in told
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
    for silent in (guild.add_stage("the-stage"), guild.add_category("the-rooms")):
        with pytest.raises(InteractionFailed, match="another kind of channel"):
            await ask(anna, inn, "story link", channel=silent)
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
    told = await ask(bo, inn, "story show")
    assert "1 hidden scene" in told
    assert "cellar" not in told, "who could see that channel is not known"
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


async def test_a_scene_without_words_goes_on_when_it_is_linked_again(story, local):
    anna, inn = story.anna, story.inn
    assert " in this scene" not in await ask(anna, inn, "story show")
    cellar = await linked(local, story)
    assert "A scene of the story begins here" in texts_of(cellar)[-1]
    assert "0 turns in this scene" in await ask(anna, inn, "story show")
    await ask(anna, cellar, "story unlink")
    assert "goes on in" in await ask(anna, inn, "story link", channel=cellar)
    await local.until(
        lambda: "This scene of the story (0 turns so far) goes on here" in texts_of(cellar)[-1],
        what="the card",
    )


async def test_a_story_is_handed_over_once_its_owner_confirms(story, local, bot):
    anna, bo, inn = story.anna, story.bo, story.inn
    assert "Only the owner" in await ask(bo, inn, "story handover", member=bo)
    assert "own this story already" in await ask(anna, inn, "story handover", member=anna)
    robot = local.world.bot
    assert "belongs to a person" in await ask(anna, inn, "story handover", member=robot)
    stranger = local.add_person("Dee")
    assert "belongs to a person" in await ask(anna, inn, "story handover", member=stranger)
    asked = await (await use(anna, inn, "story handover", member=bo)).answer()
    assert asked.text == "Hand **The Inn** over to Bo? Then Bo owns it and you do not."
    assert asked.seen_by == anna.id
    assert "is paused" in await ask(anna, inn, "story pause"), "nothing changed yet"
    assert "goes on" in await ask(anna, inn, "story resume")
    # The button works after a restart, and looks again.
    await bot.stop()
    await bot.start()
    await local.bot_ready()
    story.guild.leave(bo)
    assert "left this server" in await press(anna, asked, "Hand it over")
    story.guild.join(bo)
    await anna.click(asked, "Hand it over")
    await local.until(
        lambda: inn.messages[-1].text == "**The Inn** belongs to **Bo** now.", what="a new owner"
    )
    assert not asked.buttons
    assert "Only the owner" in await ask(anna, inn, "story pause")
    assert "is paused" in await ask(bo, inn, "story pause")


async def test_who_gave_a_story_away_cannot_give_it_to_another(story, local):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    to_bo, to_cy = [
        await (await use(anna, inn, "story handover", member=heir)).answer() for heir in (bo, cy)
    ]
    await anna.click(to_bo, "Hand it over")
    await local.until(lambda: "belongs to **Bo** now" in inn.messages[-1].text, what="a new owner")
    assert "Only the owner" in await press(anna, to_cy, "Hand it over")
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
    assert "`/story resume story:` lists the stories" in await ask(anna, yard, "story resume")
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
        shown = await ask(anna, inn, "story show")
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


# --- forks ---------------------------------------------------------------------------------------


async def forked(local, inn, title: str = "The cellar door"):
    """The thread of a fork, with its card."""
    thread = await local.until(
        lambda: next((t for t in inn.guild.threads.values() if t.name == title), None),
        what="the thread",
    )
    await local.until(lambda: thread.messages, what="the card")
    await local.until(
        lambda: any(f"<#{thread.id}>" in text for text in texts_of(inn)), what="the link"
    )
    return thread


def said(inn):
    """The messages in which characters speak."""
    return [message for message in inn.messages if message.author.webhook]


async def two_passages(local, story):
    await story.anna.say(story.inn, "The door is shut.")
    await heard(local, story.inn, "The door is shut.")
    await story.bo.say(story.inn, "I open it.")
    await heard(local, story.inn, "The door is shut.", "I open it.")


async def test_a_fork_shares_the_past_and_goes_its_own_way(story, local, claude):
    bo, cy, inn = story.bo, story.cy, story.inn
    await two_passages(local, story)
    assert "fork a story" in await ask(cy, inn, "scene fork", title="No")
    offered = await bo.autocomplete(inn, "scene fork", "turn", "")
    assert [c.name for c in offered] == ["Tom: I open it.", "Mira: The door is shut."]
    told = await ask(bo, inn, "scene fork", title="The cellar door", turn=offered[1].value)
    assert "is being opened" in told
    thread = await forked(local, inn)
    card = thread.messages[0]
    assert "Bo forked the story" in card.text
    assert "> The door is shut." in card.text
    assert f"/{said(inn)[0].id}" in card.text
    assert "**Bo** forked the story after a passage of **Mira**" in texts_of(inn)[-1]
    before = await press(cy, card, "What came before")
    assert before == "**Mira** The door is shut."
    await bo.say(thread, "I leave it.")
    await heard(local, thread, "I leave it.")
    await ballot(local, bo, thread)
    asked = str(claude.requests[-1])
    assert "The door is shut." in asked
    assert "I leave it." in asked
    assert "I open it." not in asked
    history = await ask(bo, thread, "scene history")
    assert "**A fork** of main" in history
    assert f"**Forked** into The cellar door (<#{thread.id}>)" in await ask(
        bo, inn, "scene history"
    )
    shown = await ask(bo, inn, "story show")
    assert f"**The cellar door** (<#{thread.id}>)" in shown


async def test_history_names_forks_only_to_those_who_see_them(story, local):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    await two_passages(local, story)
    await ask(bo, inn, "scene fork", title="The cellar door")
    thread = await forked(local, inn)
    assert f"**Forked** into The cellar door (<#{thread.id}>)" in await ask(
        cy, inn, "scene history"
    )
    # Whoever sees a channel sees its threads; played in a channel of its own, a fork can be hidden.
    thread.delete()
    while "**Forked** into The cellar door" not in await ask(anna, inn, "scene history"):
        pass
    assert "**Forked** into 1 hidden scene" in await ask(cy, inn, "scene history")
    attic = story.guild.add_channel("the-attic")
    attic.deny(cy, May.VIEW_CHANNEL)
    await ask(anna, attic, "story resume", story="The Inn · The cellar door")
    assert f"The cellar door (<#{attic.id}>)" in await ask(bo, inn, "scene history")
    told = await ask(cy, inn, "scene history")
    assert "**Forked** into 1 hidden scene" in told
    assert "cellar door" not in told
    # And the other way round: who sees the fork may not see what it left.
    inn.deny(bo, May.VIEW_CHANNEL)
    assert "**A fork** of another scene" in await ask(bo, attic, "scene history")
    assert "**A fork** of main" in await ask(anna, attic, "scene history")


async def test_a_book_has_every_branch_once(story, local):
    anna, bo, inn = story.anna, story.bo, story.inn
    await two_passages(local, story)
    first = (await bo.autocomplete(inn, "scene fork", "turn", "shut"))[0].value
    await ask(bo, inn, "scene fork", title="The cellar door", turn=first)
    thread = await forked(local, inn)
    await bo.say(thread, "I leave it.")
    await heard(local, thread, "I leave it.")
    book = (await (await use(bo, thread, "story export")).answer()).attachments[0].text
    assert book.count("The door is shut.") == 2  # once as told, once as where the fork leaves
    assert "## main" in book
    assert book.index("I open it.") < book.index("## The cellar door") < book.index("I leave it.")
    assert "Another way on after Mira in main" in book
    exchange = await use(anna, inn, "story export", format="json")
    record = json.loads((await exchange.answer()).attachments[0].text)
    assert [(t["text"], t["branch"]) for t in record["turns"]] == [
        ("The door is shut.", 0),
        ("I open it.", 0),
        ("I leave it.", 1),
    ]
    assert record["branches"][1] == {
        "name": "The cellar door",
        "forked_from": 0,
        "after_seq": 0,
    }


async def test_undo_ends_where_the_fork_begins(story, local):
    anna, bo, inn = story.anna, story.bo, story.inn
    await two_passages(local, story)
    await ask(bo, inn, "scene fork", title="The cellar door")
    thread = await forked(local, inn)
    assert "Nothing was written here since the fork" in await ask(anna, thread, "scene undo")
    await bo.say(thread, "I leave.")
    await heard(local, thread, "I leave.")
    assert "One deed was written" in await ask(anna, thread, "scene undo", deeds=2)
    assert "1 passage taken back" in await ask(anna, thread, "scene undo")
    await heard(local, thread)
    # Undoing in the main scene leaves the fork what it shares.
    await ask(anna, inn, "scene undo")
    await heard(local, inn, "The door is shut.")
    assert "**Tom** I open it." in await press(bo, thread.messages[0], "What came before")


async def test_a_shared_passage_is_one(story, local):
    anna, bo, inn = story.anna, story.bo, story.inn
    await two_passages(local, story)
    first = await known(anna, next(m for m in inn.messages if m.content == "The door is shut."))
    await ask(bo, inn, "scene fork", title="The cellar door")
    thread = await forked(local, inn)
    await (await anna.menu(first, "Take back")).answer()
    await local.until(lambda: "took back" in " ".join(texts_of(inn)), what="the card")
    shown = await press(bo, thread.messages[0], "What came before")
    assert shown == "**Tom** I open it."
    card = next(m for m in inn.messages if "took back" in m.text)
    assert "It is back" in await press(anna, card, "Redo")
    await local.until(
        lambda: [m.content for m in inn.messages if m.author.webhook][-1] == "The door is shut.",
        what="it is back where it was",
    )
    assert len(thread.messages) == 1


async def test_facts_that_a_fork_leaves_behind(story, local, claude):
    anna, bo, inn = story.anna, story.bo, story.inn
    await anna.say(inn, "The well is deep.")
    await heard(local, inn, "The well is deep.")
    await ask(bo, inn, "canon add", fact="The lamp is lit")
    await bo.say(inn, "The cellar is dry.")
    await heard(local, inn, "The well is deep.", "The cellar is dry.")
    passage = await known(bo, inn.last_message)
    form = await bo.menu(passage, "Make canon")
    await sent(bo, form, {"What is true?": "The cellar is dry"})
    first = (await bo.autocomplete(inn, "scene fork", "turn", "well"))[0]
    await ask(bo, inn, "scene fork", title="The cellar door", turn=first.value)
    thread = await forked(local, inn)
    listed = await ask(bo, thread, "canon list")
    lamp, cellar = listed.split("\n")
    assert "another branch" not in lamp
    assert "(from another branch; not so here)" in cellar
    await ballot(local, bo, thread)
    asked = str(claude.requests[-1])
    assert "The lamp is lit" in asked
    assert "The cellar is dry" not in asked
    assert "is another branch's" in await ask(anna, thread, "canon retire", fact=2)
    # What is said in the fork is not so in the main scene; the same can be said in both.
    assert "📜 `3`" in await ask(bo, thread, "canon add", fact="The cellar is dry")
    assert "📜 `4`" in await ask(bo, thread, "canon add", fact="It snows")
    assert "another branch" in (await ask(bo, inn, "canon list")).split("\n")[3]
    assert "another branch" not in (await ask(bo, inn, "canon list")).split("\n")[1]
    assert "as fact 2" in await ask(bo, inn, "canon add", fact="The cellar is dry")


async def test_fork_from_a_message(story, local):
    bo, cy, inn = story.bo, story.cy, story.inn
    await two_passages(local, story)
    first = await known(bo, said(inn)[0])
    refused = await (await cy.menu(first, "Fork from here")).answer()
    assert "fork a story" in refused.text
    form = await bo.menu(first, "Fork from here")
    assert "is being opened" in await sent(bo, form, {"Title": "The cellar door"})
    thread = await forked(local, inn)
    assert "> The door is shut." in thread.messages[0].text
    foreign = await (await bo.menu(thread.messages[0], "Fork from here")).answer()
    assert "not a passage" in foreign.text
    form = await bo.menu(first, "Fork from here")
    assert "needs a title" in await sent(bo, form, {"Title": " \u200b "})


async def test_a_fork_of_a_thread_is_its_sibling(story, local):
    bo, inn = story.bo, story.inn
    await two_passages(local, story)
    await ask(bo, inn, "scene fork", title="The cellar door")
    thread = await forked(local, inn)
    await ask(bo, thread, "scene fork", title="The attic door")
    other = await forked(local, thread, "The attic door")
    assert other.parent is inn
    await bo.say(other, "Up!")
    await heard(local, other, "Up!")


async def test_a_fork_of_a_forum_post_is_another_post(story, local):
    anna, guild = story.anna, story.guild
    forum = guild.add_forum("the-forum", tags=("tale",))
    post = guild.add_thread(forum, "A post")
    post.thread.applied_tags = [int(forum.tags[0]["id"])]
    local.world.channel_changed(post)
    await ask(anna, post, "story open", title="Posted", premise="A story in a forum's post.")
    await ask(anna, post, "scene narrate", text="It begins.")
    await heard(local, post, "It begins.")
    forum.deny(local.world.bot, May.SEND_MESSAGES)
    assert "I lack **Create Posts**" in await ask(anna, post, "scene fork", title="Other")
    forum.allow(local.world.bot, May.SEND_MESSAGES)
    await ask(anna, post, "scene fork", title="Other")
    other = await forked(local, post, "Other")
    assert other.parent is forum
    assert other.thread.applied_tags == post.thread.applied_tags
    assert "> It begins." in other.messages[0].text
    assert len(other.messages) == 1
    assert "**Narrator** It begins." in await press(anna, other.messages[0], "What came before")


async def test_what_cannot_be_forked(story, local):
    anna, bo, inn, guild = story.anna, story.bo, story.inn, story.guild
    assert "Nothing has been written here yet" in await ask(bo, inn, "scene fork", title="A")
    await two_passages(local, story)
    assert "not part of what is played" in await ask(bo, inn, "scene fork", title="A", turn=99)
    last = (await bo.autocomplete(inn, "scene fork", "turn", "open"))[0].value
    await ask(anna, inn, "scene undo")
    assert "was taken back" in await ask(bo, inn, "scene fork", title="A", turn=last)
    inn.deny(local.world.bot, May.CREATE_PUBLIC_THREADS | May.SEND_MESSAGES_IN_THREADS)
    told = await ask(bo, inn, "scene fork", title="A")
    assert "**Create Public Threads** and **Send Messages in Threads**" in told
    inn.allow(local.world.bot, May.CREATE_PUBLIC_THREADS | May.SEND_MESSAGES_IN_THREADS)
    inn.deny(anna, May.CREATE_PUBLIC_THREADS)
    told = await ask(anna, inn, "scene fork", title="Other")
    assert "you lack **Create Public Threads** here" in told
    inn.clear(anna)
    nook = guild.add_thread(inn, "a nook", private=True, by=anna)
    nook.thread_members[local.world.bot.id] = nook.thread_members[anna.id]
    await ask(anna, nook, "story open", title="Hidden", premise="A story that few may see.")
    assert "is private" in await ask(anna, nook, "scene fork", title="A")
    await ask(anna, inn, "story pause")
    assert "is paused" in await ask(bo, inn, "scene fork", title="A")
    assert not any(thread.name == "A" for thread in guild.threads.values())


async def test_a_fork_that_discord_does_not_open(story, local):
    bo, inn = story.bo, story.inn
    await two_passages(local, story)

    def refuse(request):
        del request
        return 403, {"code": 50013, "message": "Missing Permissions"}, {}

    hook = local.before("POST", rf"/channels/{inn.id}/threads", refuse)
    await ask(bo, inn, "scene fork", title="The cellar door")
    await local.until(lambda: "was not opened: I may not" in texts_of(inn)[-1], what="the note")
    assert hook
    assert "**The cellar door**" not in await ask(bo, inn, "story show")


async def test_a_server_full_of_threads_takes_a_fork_once_there_is_room(story, local):
    bo, inn = story.bo, story.inn
    await two_passages(local, story)
    other = story.guild.add_thread(inn, "a thread")
    story.guild.max_active_threads = 1
    await ask(bo, inn, "scene fork", title="The cellar door")
    await local.until(
        lambda: any("as many open threads as Discord allows" in text for text in texts_of(inn)),
        what="the note",
    )
    assert "**The cellar door**" not in await ask(bo, inn, "story show")
    other.archive()
    await ask(bo, inn, "scene fork", title="The cellar door")
    assert await forked(local, inn)


@pytest.mark.parametrize("status", [None, 502])
async def test_an_answer_that_was_lost_is_looked_for(story, local, status):
    bo, inn = story.bo, story.inn
    await two_passages(local, story)
    lost = []

    def lose(request):
        if not lost:
            lost.append(request)
            if status is None:
                raise Drop
            return status, {"message": "Bad Gateway"}, {}
        return None

    local.after("POST", rf"/channels/{inn.id}/threads", lose)
    await ask(bo, inn, "scene fork", title="The cellar door")
    thread = await forked(local, inn)
    assert lost
    assert [t.name for t in story.guild.threads.values()] == ["The cellar door"]
    await bo.say(thread, "I leave.")
    await heard(local, thread, "I leave.")
    assert sum(f"<#{thread.id}>" in text for text in texts_of(inn)) == 1


@pytest.mark.parametrize("renamed", [False, True])
async def test_a_thread_that_was_archived_meanwhile_is_found(story, local, renamed):
    bo, inn = story.bo, story.inn
    await two_passages(local, story)
    old = story.guild.add_thread(inn, "an old thread", by=local.world.bot)
    old.archive()
    opened = []

    def outage(request):
        del request
        if not opened:
            (thread,) = [t for t in story.guild.threads.values() if t is not old]
            opened.append(thread)
            thread.archive()
            if renamed:
                thread.name = "The well"
            raise Drop

    local.after("POST", rf"/channels/{inn.id}/threads", outage)
    await ask(bo, inn, "scene fork", title="The cellar door")
    thread = await forked(local, inn, "The well" if renamed else "The cellar door")
    assert opened == [thread]
    assert list(story.guild.threads.values()) == [old, thread]


async def test_a_book_tells_nobody_what_was_written_where_they_may_not_read(story, local):
    anna, bo, inn = story.anna, story.bo, story.inn
    await anna.say(inn, "Upstairs.")
    await heard(local, inn, "Upstairs.")
    cellar = await linked(local, story)
    cellar.deny(bo, May.VIEW_CHANNEL)
    nook = story.guild.add_thread(inn, "a nook", by=anna, private=True)
    await ask(anna, inn, "story link", channel=nook)
    for place, text in ((cellar, "Downstairs."), (nook, "In secret.")):
        await anna.say(place, text)
        await heard(local, place, text)
    await ask(anna, cellar, "canon add", fact="It is dark")

    async def taken(who, book_format):
        answer = await (await use(who, inn, "story export", format=book_format)).answer()
        return answer.text, answer.attachments[0].text

    for book_format in ("markdown", "json"):
        told, book = await taken(bo, book_format)
        assert "2 scenes are left out" in told
        assert "Upstairs." in book
        assert "Downstairs." not in book
        assert "In secret." not in book
        told, book = await taken(anna, book_format)
        assert told == "Here it is."
        assert "Downstairs." in book
        assert "In secret." in book
    # Once it is played nowhere, it is its writers' and the owner's.
    await ask(anna, cellar, "story unlink")
    assert "Downstairs." not in (await taken(bo, "markdown"))[1]
    assert "Downstairs." in (await taken(anna, "markdown"))[1]


async def test_a_fact_cites_nothing_from_where_its_reader_may_not_read(story, local):
    anna, bo, inn = story.anna, story.bo, story.inn
    cellar = await linked(local, story)
    cellar.deny(bo, May.VIEW_CHANNEL)
    await anna.say(cellar, "The lamp goes out.")
    await heard(local, cellar, "The lamp goes out.")
    form = await anna.menu(cellar.last_message, "Make canon")
    await sent(anna, form, {"fact": "It is dark."})
    told = await ask(bo, inn, "canon show", fact=1)
    assert "It is dark." in told
    assert "in a channel that you do not see" in told
    assert "goes out" not in told
    assert "The lamp goes out." in await ask(anna, inn, "canon show", fact=1)
