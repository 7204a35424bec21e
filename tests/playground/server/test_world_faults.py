import asyncio

import discord
import pytest

from playground.server import ApiError, InteractionFailed, May
from tests.playground.server.talker import Talker


async def test_the_bot_is_thrown_out_and_invited_again(bot, guild, inn):
    place = bot.place(inn)
    guild.remove_bot()
    assert (await bot.hears("guild_remove")).id == guild.id
    with pytest.raises(discord.Forbidden) as caught:
        await place.send("x")
    assert caught.value.code == 50001
    guild.invite_bot()
    assert (await bot.hears("guild_join")).me.guild_permissions.manage_webhooks
    await bot.place(inn).send("back")


async def test_a_member_leaves_or_is_thrown_out(bot, guild, inn, anna, ben):
    thread = guild.add_thread(inn, by=anna)
    for count, (leave, who) in enumerate(((guild.leave, anna), (guild.kick, ben)), start=1):
        leave(who)
        assert (await bot.hears("member_remove", count)).id == who.id
        with pytest.raises(discord.NotFound) as caught:
            await bot.guilds[0].fetch_member(who.id)
        assert caught.value.code == 10007
        assert (await bot.fetch_user(who.id)).id == who.id
        with pytest.raises(ApiError, match="50001"):
            await who.say(inn, "let me in")
    assert thread.thread_members == {}
    with pytest.raises(discord.NotFound) as caught:
        await bot.fetch_user(12345)
    assert caught.value.code == 10013


async def test_a_channel_is_deleted_with_its_threads_and_webhooks(bot, guild, inn):
    hook = await bot.place(inn).create_webhook(name="Stage")
    thread = guild.add_thread(inn)
    place = bot.place(inn)
    inn.delete()
    assert (await bot.hears("guild_channel_delete")).id == inn.id
    with pytest.raises(discord.NotFound) as caught:
        await place.send("x")
    assert caught.value.code == 10003
    with pytest.raises(discord.NotFound) as caught:
        await hook.send("x")
    assert caught.value.code == 10015
    with pytest.raises(discord.NotFound):
        await bot.fetch_channel(thread.id)


async def test_webhooks_are_deleted(bot, inn):
    hooks = [await bot.place(inn).create_webhook(name=f"No. {n}") for n in range(2)]
    await bot.hears("webhooks_update", 2)
    inn.delete_webhooks()
    await bot.hears("webhooks_update", 4)
    for hook in hooks:
        with pytest.raises(discord.NotFound) as caught:
            await hook.send("x")
        assert caught.value.code == 10015
    assert await bot.place(inn).webhooks() == []


async def test_a_server_is_unavailable_for_a_while(bot, local, guild, inn, anna):
    with local.faults.outage(guild):
        assert (await bot.hears("guild_unavailable")).id == guild.id
        assert bot.get_guild(guild.id).unavailable
    assert (await bot.hears("guild_available")).id == guild.id
    assert bot.events("guild_join") == []
    await anna.say(inn, "back again")
    await bot.hears("message")


async def test_a_thread_is_archived_locked_and_deleted(bot, guild, inn, anna):
    thread = guild.add_thread(inn, by=anna)
    place = await bot.fetch_channel(thread.id)
    hook = await bot.place(inn).create_webhook(name="Stage")
    thread.archive()
    assert (await bot.hears("thread_update")).id == thread.id
    await place.send("a message opens it")
    assert not thread.archived
    guild.set_role(guild.bot_role, guild.bot_role.permissions & ~May.MANAGE_THREADS)
    thread.archive(locked=True)
    for deed in (place.send("x"), hook.send("x", thread=place), place.edit(name="y")):
        with pytest.raises(discord.HTTPException) as caught:
            await deed
        assert caught.value.code == 50083
    with pytest.raises(ApiError, match="50083"):
        await anna.say(thread, "x")
    thread.unarchive()
    with pytest.raises(discord.HTTPException) as caught:
        await place.send("x")
    assert caught.value.code == 160005
    guild.set_role(guild.bot_role, guild.bot_role.permissions | May.MANAGE_THREADS)
    await place.send("moderators may")
    await place.edit(locked=False, archived=True)
    assert (thread.archived, thread.thread.locked) == (True, False)
    assert [t.id async for t in bot.place(inn).archived_threads()] == [thread.id]
    thread.unarchive()
    thread.lock()
    thread.delete()
    assert (await bot.hears("raw_thread_delete")).thread_id == thread.id
    with pytest.raises(ValueError, match="threads"):
        inn.archive()


async def test_permissions_are_lost_here_and_everywhere(bot, guild, inn):
    place = bot.place(inn)
    inn.deny(guild.bot_role, May.SEND_MESSAGES)
    with pytest.raises(discord.Forbidden) as caught:
        await place.send("x")
    assert caught.value.code == 50013
    inn.clear(guild.bot_role)
    await place.send("x")
    inn.deny(guild.bot_role, May.VIEW_CHANNEL)
    with pytest.raises(discord.Forbidden) as caught:
        await place.send("x")
    assert caught.value.code == 50001
    inn.clear(guild.bot_role)
    guild.set_role(guild.bot_role, 0)
    await bot.hears("guild_role_update")
    with pytest.raises(discord.Forbidden) as caught:
        await place.create_webhook(name="Stage")
    assert caught.value.code == 50013
    inn.deny(guild.everyone, May.SEND_MESSAGES_IN_THREADS)
    thread = await bot.fetch_channel(guild.add_thread(inn).id)
    with pytest.raises(discord.Forbidden) as caught:
        await thread.send("x")
    assert caught.value.code == 50013


async def test_roles_come_and_go(bot, guild, inn, anna):
    poet = guild.add_role("Poet", May.MANAGE_MESSAGES)
    inn.allow(poet, May.MENTION_EVERYONE)
    guild.give(anna, poet)
    await bot.hears("member_update")
    assert [r.name for r in bot.guilds[0].get_member(anna.id).roles] == ["@everyone", "Poet"]
    guild.take(anna, poet)
    await bot.hears("member_update", 2)
    assert len(bot.guilds[0].get_member(anna.id).roles) == 1
    guild.give(anna, poet)
    guild.remove_role(poet)
    assert (await bot.hears("guild_role_delete")).name == "Poet"
    assert poet.id not in inn.overwrites
    assert not guild.members[anna.id].roles


async def test_a_time_out_leaves_reading_alone(connect, guild, inn, anna):
    bot = await connect(Talker())
    it = await anna.slash(inn, "story open", title="Fog")
    assert await it.answer()
    guild.time_out(anna, 60)
    await bot.hears("member_update")
    assert bot.guilds[0].get_member(anna.id).is_timed_out()
    await bot.place(inn).send("y")
    for deed in (anna.say(inn, "x"), anna.react(inn.last_message, "❌")):
        with pytest.raises(ApiError, match="50013"):
            await deed
    with pytest.raises(InteractionFailed, match="may not use commands"):
        await anna.slash(inn, "story open", title="Fog")
    assert anna.sees(inn)
    guild.time_out(anna, 0)
    await anna.say(inn, "free")


async def test_slow_mode_holds_people_but_not_bots(bot, guild, inn, anna, ben):
    inn.set_slowmode(60)
    assert (await bot.hears("guild_channel_update")).id == inn.id
    assert bot.place(inn).slowmode_delay == 60
    await anna.say(inn, "one")
    with pytest.raises(ApiError, match="20016"):
        await anna.say(inn, "two")
    await ben.say(inn, "another may")
    for text in ("bots", "need not wait"):
        await bot.place(inn).send(text)
    guild.give(anna, guild.add_role("Moderator", May.MANAGE_MESSAGES))
    await anna.say(inn, "moderators neither")


async def test_a_server_lands_on_the_shard_one_wants(connect, local, anna):
    guilds = [local.add_guild(f"No. {n}", shard=n % 2, of=2) for n in range(4)]
    local.portal.shards = 2
    bots = [await connect(shard_id=n, shard_count=2) for n in (0, 1)]
    again = await connect(shard_id=1, shard_count=2)
    assert [{g.name for g in bot.guilds} >= {"No. 1", "No. 3"} for bot in bots] == [False, True]
    yard = guilds[1].add_channel("the-yard")
    guilds[1].join(anna)
    await anna.say(yard, "for shard 1, connected twice")
    for bot in (bots[1], again):
        assert (await bot.hears("message")).channel.id == yard.id
    await anna.say(anna.dm_channel, "for shard 0")
    assert (await bots[0].hears("message")).content == "for shard 0"
    assert len(again.events("message")) == 1
    with pytest.raises(ValueError, match="shard 2"):
        local.add_guild("Nowhere", shard=2, of=2)


async def test_two_processes_with_one_token_hear_the_same(connect, local, inn, anna):
    talkers = [await connect(Talker()) for _ in range(2)]
    it = await anna.slash(inn, "story open", title="Fog")
    assert (await it.answer()).text == "Fog x3"
    await local.until(lambda: all(bot.got for bot in talkers), what="both to be asked")
    await anna.say(inn, "both hear")
    await asyncio.gather(*(bot.hears("message") for bot in talkers))
    await local.until(
        lambda: any(r.status == 400 for r in local.requests), what="the second answer"
    )
    codes = [r.answer["code"] for r in local.requests if r.status == 400]
    assert codes == [40060]
