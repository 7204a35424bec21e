"""Permissions, intents, webhooks, channels and servers that go missing under the bot."""

import asyncio
import contextlib

import pytest

from bot import supervisor
from playground.server.nouns import Webhook
from playground.server.permissions import BOT, May
from tests.whole.kit import (
    UNSAID,
    answered,
    ask,
    ballot,
    heard,
    known,
    living,
    pikes,
    press,
    read_up_to,
    soon,
    spoken,
    texts_of,
    use,
    voting,
    won,
)

THREE = ("The bridge is gone.", "I never liked the sea.", "Who took my lantern?")


@pytest.mark.parametrize("lost", [May.MANAGE_WEBHOOKS, May.MANAGE_MESSAGES])
async def test_without_a_permission_typed_turns_count_where_they_stand(
    story, local, claude, bot, lost
):
    anna, bo, inn = story.anna, story.bo, story.inn
    story.guild.set_role(story.guild.bot_role, BOT & ~lost)
    label = "Manage Webhooks" if lost == May.MANAGE_WEBHOOKS else "Manage Messages"
    warned = await ask(anna, inn, "story show")
    assert f"⚠️ I lack **{label}** (" in warned
    typed = [await anna.say(inn, "One."), await bo.say(inn, "Two.")]
    said = await local.until(
        lambda: [t for t in texts_of(inn) if t.startswith(f"I lack **{label}**")],
        what="a word about it",
    )
    assert said[0].endswith("Until then, what you type counts where it stands.")
    typed.append(await anna.say(inn, "Three."))
    await read_up_to(bot, typed[-1])
    claude.faults.append(pikes(*THREE))
    card = await ballot(local, anna, inn)
    assert "3 turns" in await ask(anna, inn, "story show")
    assert not any(m.deleted for m in typed)
    for person in (anna, bo):
        await press(person, card, voting(card)[0])
    await won(local, card)
    winner = inn.last_message
    if lost == May.MANAGE_WEBHOOKS:
        assert winner.author.bot
        assert not winner.author.webhook
        assert winner.content.split("\n")[0] == "**Old Pike**"
        assert winner.content.split("\n")[1] in THREE
    else:
        assert winner.author_name == "Old Pike"
    # It is said once only.
    assert len([t for t in texts_of(inn) if t.startswith("I lack")]) == 1


async def test_signs_work_on_what_stands_as_typed_and_a_permission_may_come_back(story, local, bot):
    anna, bo, inn = story.anna, story.bo, story.inn
    story.guild.set_role(story.guild.bot_role, BOT & ~May.MANAGE_MESSAGES)
    typed = [await anna.say(inn, "One."), await bo.say(inn, "Two.")]
    await read_up_to(bot, typed[1])
    await bo.react(typed[1], "❓")
    await local.until(bo.dms)
    assert "**Bo** wrote this" in bo.dms()[0].text
    await anna.edit(typed[0], "One and a half.")
    await answered("One and a half.", anna, inn, "scene history")
    story.guild.set_role(story.guild.bot_role, BOT)
    await anna.say(inn, "Four.")
    await local.until(lambda: ("Mira", "Four.") in spoken(inn), what="by webhook again")
    book = (await (await use(anna, inn, "story export")).answer()).attachments[0].text
    assert "One and a half." in book


async def test_a_channel_without_a_webhook_to_spare(story, local):
    world, inn = local.world, story.inn
    for number in range(15):
        hook = Webhook(world.ids.next(), inn, f"Other {number}", world.token(), world.owner)
        world.webhooks[hook.id] = inn.webhooks[hook.id] = hook
    typed = await story.anna.say(story.inn, "Hello.")
    assert "Said as" in await ask(story.bo, story.inn, "scene say", text="Aloud.")
    await local.until(
        lambda: story.inn.last_message.content == "**Tom**\nAloud.", what="posted by the bot"
    )
    assert not typed.deleted


async def test_a_webhook_deleted_between_two_posts(story, local):
    anna, inn = story.anna, story.inn
    await anna.say(inn, "One.")
    await heard(local, inn, "One.")
    (hook,) = inn.webhooks.values()
    local.world.remove_webhook(hook)
    await anna.say(inn, "Two.")
    await heard(local, inn, "One.", "Two.")
    assert len(inn.webhooks) == 1
    # What the lost webhook posted can still be taken back: the bot may delete messages.
    await ask(anna, inn, "scene undo", deeds=2)
    await heard(local, inn)


async def test_what_discord_never_takes_does_not_hold_up_the_channel(story, local, journal):
    inn = story.inn

    def refuse(request):
        if "One." in str((request.json or {}).get("content")):
            return 400, {"code": 50035, "message": "Invalid Form Body"}, {}
        return None

    with local.before("POST", r"^/(webhooks|channels)/", refuse):
        assert "Said as" in await ask(story.anna, inn, "scene say", text="One.")
        assert "Said as" in await ask(story.bo, inn, "scene say", text="Two.")
        await heard(local, inn, "Two.")
        await local.until(
            lambda: any("Discord does not take it" in text for text in texts_of(inn)),
            what="a word about it",
        )
    assert "Traceback" not in journal.getvalue()


async def test_a_channel_deleted_while_posts_are_due(story, local, journal):
    anna, inn = story.anna, story.inn
    yard = story.guild.add_channel("the-yard")
    gone = asyncio.Event()

    def vanish(_request):
        if not inn.deleted:
            local.world.remove_channel(inn)
            gone.set()
        return 404, {"code": 10003, "message": "Unknown Channel"}, {}

    with local.before("POST", r"^/webhooks/", vanish):
        assert "Said as" in await ask(anna, inn, "scene say", text=UNSAID * 300)
        await asyncio.wait_for(gone.wait(), 30)
    await soon(lambda: "channel gone" in journal.getvalue())
    assert "The Yard" in await ask(anna, yard, "story open", title="The Yard", premise="Next door.")
    await ask(anna, yard, "cast add", name="Mira")
    await ask(anna, yard, "cast claim", name="Mira")
    await anna.say(yard, "Here we are.")
    await heard(local, yard, "Here we are.")
    assert "Traceback" not in journal.getvalue()


async def test_thrown_out_of_the_server_while_a_post_is_due(story, local, journal, bot):
    anna, inn = story.anna, story.inn
    guild, refused = story.guild, []

    def leave(_request):
        if not refused:
            guild.leave(local.world.bot)
        refused.append(1)
        return 403, {"code": 50001, "message": "Missing Access"}, {}

    with local.before("*", r"^/(webhooks|channels)/", leave):
        assert "Said as" in await ask(anna, inn, "scene say", text="Farewell.")
        await soon(lambda: not bot.troupe.client.guilds and refused)
    other = local.add_guild("The Rose")
    square = other.add_channel("square")
    other.join(anna)
    await soon(lambda: len(bot.troupe.client.guilds) == 1)
    assert "The Rose" in await ask(anna, square, "story open", title="The Rose", premise="Anew.")
    assert "Traceback" not in journal.getvalue()


async def test_back_in_a_server_what_was_due_is_posted_at_once(story, local, bot, journal):
    anna, inn, guild = story.anna, story.inn, story.guild
    told = []

    def leave(_request):
        if not told:
            guild.leave(local.world.bot)
        told.append(1)
        return 403, {"code": 50001, "message": "Missing Access"}, {}

    with local.before("*", r"^/(webhooks|channels)/", leave):
        assert "Said as" in await ask(anna, inn, "scene say", text="Farewell.")
        await soon(lambda: not bot.troupe.client.guilds and "forbidden" in journal.getvalue())
    guild.join(local.world.bot)
    # By its webhook or, where it was invited with less, by itself.
    await local.until(lambda: any("Farewell." in text for text in texts_of(inn)))


async def test_without_the_message_content_intent(local, settings, town, journal):
    local.portal.message_content = False
    running = asyncio.create_task(supervisor.run(settings))
    try:
        await local.bot_ready(60, commands=True)
        anna, inn = town.anna, town.inn
        told = await ask(anna, inn, "story open", title="The Inn", premise=f"A {UNSAID}. " * 8)
        assert "⚠️ I may not read what people type here, so turns need `/scene say`." in told
        await ask(anna, inn, "cast add", name="Mira")
        assert "Speak with `/scene say`." in await ask(anna, inn, "cast claim", name="Mira")
        typed = await anna.say(inn, "Nobody reads this.")
        assert "Said as" in await ask(anna, inn, "scene say", text="Heard.")
        await heard(local, inn, "Heard.")
        assert not typed.deleted
        assert "message content intent missing" in journal.getvalue()
        # Menus, reactions and taking back need no text.
        await anna.react(await known(anna, inn.last_message), "❌")
        await heard(local, inn)
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
    # Once the operator switches it on, what did not count when it was typed does not count later.
    local.portal.message_content = True
    async with living(settings):
        await anna.say(inn, "Now you hear me.")
        await heard(local, inn, "Now you hear me.")


async def test_a_message_gone_while_a_lost_one_is_looked_for(local, settings, town, journal):
    """Without the intent each is read by the webhook's token; one gone is not the channel gone."""
    local.portal.message_content = False
    anna, inn = town.anna, town.inn
    gone = (404, {"code": 10008, "message": "Unknown Message"}, {})
    async with living(settings, message_content=False):
        await ask(anna, inn, "story open", title="The Inn", premise="A storm.")
        await ask(anna, inn, "cast add", name="Mira")
        await ask(anna, inn, "cast claim", name="Mira")
        lost = local.after(
            "POST", r"^/webhooks/", lambda r: (502, {}, {}) if r.count == 1 else None
        )
        unread = local.before("GET", r"^/webhooks/.*/messages/", lambda _: gone)
        with lost, unread:
            for text in ("Once.", "Then this."):
                assert "Said as" in await ask(anna, inn, "scene say", text=text)
            await local.until(lambda: "Then this." in texts_of(inn), what="what follows")
    assert "channel gone" not in journal.getvalue()


async def test_an_answer_lost_on_the_way_is_not_posted_twice(story, local):
    anna, inn = story.anna, story.inn
    await anna.say(inn, "First.")
    await heard(local, inn, "First.")
    broken = local.after("POST", r"^/webhooks/", lambda r: (502, {}, {}) if r.count == 1 else None)
    with broken:
        await anna.say(inn, "Once.")
        await anna.say(inn, "Then this.")
        await heard(local, inn, "First.", "Once.", "Then this.")


async def test_the_connection_breaks_and_nothing_typed_is_lost(story, local):
    anna, inn = story.anna, story.inn
    for number, cut in enumerate((local.drop_sockets, local.invalidate_sessions)):
        cut()
        await anna.say(inn, f"Into the silence {number}.")
        await local.until(
            lambda n=number: ("Mira", f"Into the silence {n}.") in spoken(inn),
            timeout=20,
            what="read after all",
        )
    assert len(spoken(inn)) == 2


async def test_a_picture_that_discord_refuses_does_not_stop_the_story(story, local):
    anna, inn = story.anna, story.inn
    card = await (await use(anna, inn, "cast edit", name="Mira")).answer()
    form = await anna.click(card, "Name and picture")
    await anna.submit(form, {"Picture": "https://pictures.example/x.png"})

    def refuse(request):
        if request.json and request.json.get("avatar_url"):
            return 400, {"code": 50035, "message": "Invalid Form Body"}, {}
        return None

    with local.before("POST", r"^/webhooks/", refuse):
        await anna.say(inn, "Faceless.")
        await heard(local, inn, "Faceless.")
    # Where not even the name is taken, the bot says it by itself, and can change it later.
    with local.before("POST", r"^/webhooks/", lambda _: (400, {"code": 50035}, {})):
        await anna.say(inn, "Nameless.")
        await local.until(lambda: inn.last_message.content == "**Mira**\nNameless.", what="plain")
    post = await known(anna, inn.last_message)
    await anna.react(post, "📝")
    form = await anna.click(await local.until(lambda: anna.dms()[-1:] and anna.dms()[-1]), "Edit")
    await anna.submit(form, {"Your passage": "Named."})
    await local.until(lambda: post.content == "**Mira**\nNamed.", what="changed")
    await ask(anna, inn, "scene undo", deeds=2)
    await local.until(lambda: post.deleted and not spoken(inn), what="taken back")


@pytest.mark.parametrize("deletes", [True, False])
async def test_what_a_deleted_webhook_posted_is_posted_anew_if_changed(story, local, deletes):
    anna, inn = story.anna, story.inn
    await anna.say(inn, "One.")
    await heard(local, inn, "One.")
    post = await known(anna, inn.last_message)
    (hook,) = inn.webhooks.values()
    local.world.remove_webhook(hook)
    if not deletes:
        inn.deny(local.world.bot, May.MANAGE_MESSAGES)
    await anna.react(post, "📝")
    form = await anna.click(await local.until(lambda: anna.dms()[-1:] and anna.dms()[-1]), "Edit")
    await anna.submit(form, {"Your passage": "Two."})
    if deletes:
        await local.until(lambda: spoken(inn) == [("Mira", "Two.")], what="posted anew, once")
        post = await known(anna, inn.last_message)
    else:
        await local.until(lambda: "A passage was changed, but" in inn.last_message.text)
        assert spoken(inn) == [("Mira", "One.")]
    told = await (await anna.menu(post, "Who wrote this?")).answer()
    assert "It was changed once" in told.text


@pytest.mark.parametrize("limited", [True])
async def test_under_rate_limits_everything_comes_once_and_in_order(story, local):
    anna, inn = story.anna, story.inn
    texts = [f"Line {number}." for number in range(8)]
    for text in texts:
        await anna.say(inn, text)
    await local.until(lambda: len(spoken(inn)) == 8, timeout=30, what="all of them")
    assert [text for _, text in spoken(inn)] == texts
    posts = [m for m in inn.messages if m.author.webhook]
    assert posts[-1].created_at - posts[0].created_at > 1, "five posts in two seconds at most"
