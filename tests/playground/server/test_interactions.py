import asyncio

import discord
import pytest

from playground.server import InteractionFailed, LocalDiscord, May
from tests.playground.server.talker import Talker


@pytest.fixture
async def talker(inn, connect):
    bot = await connect(Talker())
    assert bot.place(inn)
    return bot


async def test_an_ephemeral_answer_is_seen_by_one(talker, inn, anna, ben):
    it = await anna.slash(inn, "story open", title="Fog")
    assert (it.message.content, it.message.ephemeral, it.deferred) == ("Fog x3", True, False)
    assert anna.sees(inn) == [it.message]
    assert ben.sees(inn) == inn.messages == []
    with pytest.raises(InteractionFailed):
        await ben.click(it.message, "x")
    interaction = talker.got[0][0]
    assert interaction.user.id == anna.id
    assert interaction.guild.name == "The Globe"
    assert interaction.channel.id == inn.id
    assert interaction.app_permissions.manage_webhooks
    assert interaction.permissions.send_messages
    assert interaction.context.guild
    assert interaction.filesize_limit == 10 << 20
    await interaction.edit_original_response(content="edited")
    assert it.message.content == "edited"
    with pytest.raises(discord.NotFound):
        await talker.http.edit_message(
            inn.id, it.message.id, params=discord.http.handle_message_parameters("x")
        )
    await interaction.delete_original_response()
    assert anna.sees(inn) == []
    with pytest.raises(discord.NotFound):
        await interaction.original_response()


async def test_every_kind_of_option(talker, guild, inn, anna, ben):
    role = guild.add_role("Poet")
    file = ("a.txt", b"bytes", "text/plain")
    await anna.slash(inn, "story deep things", member=ben, channel=inn, role=role, file=file)
    await anna.slash(inn, "story deep values", size=1.5, yes=True, kind="b")
    assert talker.got == [(ben.id, inn.id, role.id, b"bytes"), (1.5, True, "b")]


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("nothing", {}),
        ("story nothing", {}),
        ("story", {}),
        ("story open", {}),
        ("story open", {"title": "x", "extra": 1}),
        ("story open", {"title": 5}),
        ("story open", {"title": "x", "variants": 9}),
        ("story open", {"title": "x", "variants": True}),
        ("story open", {"title": "two\nlines"}),
        ("story deep values", {"size": 1.0, "yes": True, "kind": "c"}),
        ("story deep values", {"size": "big", "yes": True, "kind": "a"}),
    ],
)
@pytest.mark.usefixtures("talker")
async def test_what_a_client_would_refuse(inn, anna, command, options):
    with pytest.raises(InteractionFailed):
        await anna.slash(inn, command, **options)


async def test_thinking_then_answering(talker, inn, anna, ben):
    it = await anna.slash(inn, "story think")
    assert it.deferred
    assert it.message.loading
    talker.let_go.set()
    assert (await it.answer()).content == "thought"
    await talker.hears("message", 2)
    assert [m.content for m in it.followups] == ["and more"]
    assert [m.content for m in ben.sees(inn)] == ["thought", "and more"]
    hidden = await anna.slash(inn, "story think", hidden=True)
    assert (await hidden.answer()).ephemeral
    placed = await anna.slash(inn, "story follow")
    assert (await placed.answer()).content == "in its place"
    assert placed.followups == []


async def test_no_answer_in_time(talker, local: LocalDiscord, inn, anna):
    local.limits.answer_seconds = 0.05
    with pytest.raises(InteractionFailed, match="did not respond"):
        await anna.slash(inn, "story mute")
    async with asyncio.timeout(30):
        while not talker.got:  # noqa: ASYNC110 - nobody wakes us up
            await asyncio.sleep(0.01)
    with pytest.raises(discord.NotFound) as caught:
        await talker.got[0].response.send_message("late")
    assert caught.value.code == 10062


async def test_a_second_answer_is_refused(talker, local, inn, anna):
    await anna.slash(inn, "story twice")
    await asyncio.wait_for(talker.let_go.wait(), 30)
    assert talker.got[1] == 40060
    local.limits.token_seconds = 0
    with pytest.raises(discord.HTTPException) as caught:
        await talker.got[0].followup.send("too late")
    assert caught.value.code == 50027


async def test_autocompletion(talker, inn, anna):
    choices = await anna.autocomplete(inn, "story name", "who", "Mi", other="x")
    assert (len(choices), choices[3].name, choices[3].value) == (25, "Mi3", "3")
    assert talker.got == [("Mi", "x")]
    with pytest.raises(InteractionFailed):
        await anna.autocomplete(inn, "story name", "other", "x")


@pytest.mark.usefixtures("talker")
async def test_menus(inn, anna, ben):
    said = await ben.say(inn, "words")
    assert (await anna.menu(said, "Take back")).message.content == "took back words"
    assert (await anna.menu_on(inn, ben, "Who is this")).message.content == "Ben"
    with pytest.raises(InteractionFailed):
        await anna.menu(said, "Nonsense")
    with pytest.raises(InteractionFailed):
        await anna.menu(ben, "Who is this")


async def test_commands_in_direct_messages_and_without_permission(talker, guild, inn, anna):
    it = await anna.slash(anna.dm_channel, "story open", title="Here")
    assert it.message.content == "Here x3"
    assert anna.dms() == []
    assert talker.got[0][0].guild is None
    inn.deny(guild.everyone, May.USE_APPLICATION_COMMANDS)
    with pytest.raises(InteractionFailed):
        await anna.slash(inn, "story open", title="x")


async def test_an_answer_over_the_limit_is_refused(talker, inn, anna):
    it = await anna.slash(inn, "story open", title="y" * 1990, variants=1)
    interaction = talker.got[0][0]
    with pytest.raises(discord.HTTPException) as caught:
        await interaction.followup.send("z" * 2001)
    assert caught.value.code == 50035
    assert it.followups == []
    followup = await interaction.followup.send("fine", wait=True)
    await followup.edit(content="finer")
    assert it.followups[0].content == "finer"
    assert (await interaction.followup.fetch_message(followup.id)).content == "finer"
    await followup.delete()
    assert it.followups == []
