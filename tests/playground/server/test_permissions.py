import discord
import pytest

from playground.server import ApiError, InteractionFailed, May
from tests.playground.server.bots import Bot


async def test_a_category_hands_on_its_rules_as_far_as_channels_follow(bot, guild, anna):
    wing = guild.add_category("West wing")
    wing.deny(guild.everyone, May.VIEW_CHANNEL)
    hall, loft = (guild.add_channel(name, category=wing) for name in ("hall", "loft"))
    assert not anna.sees(hall)
    with pytest.raises(ApiError, match="50001"):
        await anna.say(hall, "x")
    loft.allow(anna, May.VIEW_CHANNEL | May.SEND_MESSAGES)
    wing.clear(guild.everyone)
    await anna.say(hall, "it follows its category")
    assert guild.everyone.id not in hall.overwrites
    assert guild.everyone.id in loft.overwrites
    await bot.hears("guild_channel_update", 4)
    assert await anna.say(loft, "this one keeps its own, and the bot out")
    assert bot.get_channel(hall.id).category.name == "West wing"
    assert bot.get_channel(hall.id).permissions_synced
    assert not bot.get_channel(loft.id).permissions_synced
    with pytest.raises(ApiError, match="50008"):
        await anna.say(wing, "x")
    wing.delete()
    await bot.hears("guild_channel_delete")
    assert bot.get_channel(hall.id).category is None


async def test_who_may_not_send_may_not_attach_either(guild, inn, anna):
    thread = guild.add_thread(inn)
    inn.deny(guild.everyone, May.SEND_MESSAGES)
    file = [("a.txt", b"x", "text/plain")]
    with pytest.raises(ApiError, match="50013"):
        await anna.say(inn, "x")
    assert (await anna.say(thread, "in threads one may", files=file)).attachments
    inn.deny(guild.everyone, May.SEND_MESSAGES_IN_THREADS)
    inn.allow(guild.everyone, May.SEND_MESSAGES)
    assert (await anna.say(inn, "here too", files=file)).attachments
    with pytest.raises(ApiError, match="50013"):
        await anna.say(thread, "x")


async def test_without_the_members_intent_one_hears_of_oneself_only(connect, guild, anna):
    bot = await connect(intents=discord.Intents.default())
    role = guild.add_role("Poet")
    guild.give(anna, role)
    guild.leave(anna)
    guild.give(bot.user, role)
    await bot.hears("member_update")
    assert bot.events("member_remove") == []
    assert [r.name for r in bot.guilds[0].me.roles][-1] == "Poet"


async def test_intents_that_the_portal_does_not_grant(local):
    for name in ("members", "presences", "message_content"):
        setattr(local.portal, name, False)
        bot = Bot(intents=discord.Intents(**{name: True}))
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await bot.start(local.token)
        await bot.close()
        setattr(local.portal, name, True)


async def test_commands_that_a_person_may_not_use(local, connect, guild, inn, anna):
    bot = Bot()

    @bot.tree.command(name="wave", description="Waves")
    async def wave(i: discord.Interaction):
        await i.response.send_message("o/")

    @bot.tree.command(name="rule", description="For those who manage")
    @discord.app_commands.default_permissions(manage_guild=True)
    async def rule(i: discord.Interaction):
        await i.response.send_message("ruled")

    await connect(bot)
    assert await anna.slash(inn, "wave")
    with pytest.raises(InteractionFailed, match="may not use 'rule'"):
        await anna.slash(inn, "rule")
    assert await local.owner().slash(inn, "rule")
    inn.deny(anna, May.USE_APPLICATION_COMMANDS)
    with pytest.raises(InteractionFailed, match="may not use commands"):
        await anna.slash(inn, "wave")
    inn.clear(anna)
    guild.leave(anna)
    for command in ("wave", "rule"):
        with pytest.raises(InteractionFailed, match="may not use"):
            await anna.slash(inn, command)
