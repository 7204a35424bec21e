import asyncio
import json

import aiohttp
import discord
import pytest

from playground.server import LocalDiscord, May


async def test_a_bot_finds_its_servers_with_channels_roles_and_members(bot, inn, anna):
    guild = bot.guilds[0]
    assert guild.name == "The Globe"
    assert guild.me.guild_permissions.manage_webhooks
    assert guild.get_channel(inn.id).permissions_for(guild.me).send_messages
    await asyncio.wait_for(guild.chunk(), 30)
    assert guild.get_member(anna.id).display_name == "Anna"
    assert bot.application_flags.gateway_message_content_limited


async def test_the_bot_hears_of_new_servers_channels_and_people(bot, local, guild):
    other = local.add_guild("The Swan")
    assert (await bot.hears("guild_join")).id == other.id
    yard = guild.add_channel("the-yard", topic="outside")
    assert (await bot.hears("guild_channel_create")).topic == "outside"
    carl = local.add_person("Carl", guild)
    assert (await bot.hears("member_join")).id == carl.id
    guild.give(carl, guild.add_role("Poet", May.MANAGE_MESSAGES))
    assert (await bot.hears("member_update")).id == carl.id
    yard.deny(guild.everyone, May.SEND_MESSAGES)
    await bot.hears("guild_channel_update")
    assert (
        not bot.get_channel(yard.id)
        .permissions_for(bot.guilds[0].get_member(carl.id))
        .send_messages
    )
    guild.leave(carl)
    assert (await bot.hears("member_remove")).id == carl.id


async def test_missed_events_are_replayed_after_a_lost_connection(bot, local, inn, anna):
    local.drop_sockets()
    await local.until(lambda: not local.ready, what="the connection to be lost")
    for number in range(5):
        await anna.say(inn, f"line {number}")
    await bot.hears("message", 5)
    assert [m.content for m in bot.events("message")] == [f"line {n}" for n in range(5)]
    assert local.gateway.resumed == 1
    assert local.gateway.identified == 1


async def test_a_bot_told_to_reconnect_resumes(bot, local, inn, anna):
    local.request_reconnect()
    await bot.hears("resumed")
    await anna.say(inn, "still here?")
    assert (await bot.hears("message")).content == "still here?"


async def test_an_invalidated_bot_identifies_anew(bot, local, inn, anna):
    local.invalidate_sessions()
    await bot.hears("ready", 2)
    assert local.gateway.identified == 2
    await anna.say(inn, "welcome back")
    await bot.hears("message")


async def test_without_the_content_intent_messages_are_blank(connect, inn, anna):
    intents = discord.Intents.default()
    bot = await connect(intents=intents)
    await anna.say(inn, "secret", files=[("a.txt", b"x", "text/plain")])
    heard = await bot.hears("message")
    assert (heard.content, heard.attachments) == ("", [])
    said = await anna.say(inn, f"<@{bot.user.id}> hear me")
    assert "hear me" in (await bot.hears("message", 2)).content
    await anna.say(inn, "unmentioned", reply_to=said)
    answer = await bot.hears("message", 3)
    assert answer.content == ""
    assert "hear me" in answer.reference.resolved.content
    await anna.say(anna.dm_channel, "in private")
    assert (await bot.hears("message", 4)).content == "in private"
    mine = await bot.place(inn).send("my own")
    assert (await bot.hears("message", 5)).content == mine.content == "my own"
    hook = await bot.place(inn).create_webhook(name="Stage")
    post = await hook.send("through a webhook", wait=True)
    assert (await bot.hears("message", 6)).content == ""
    assert (await hook.fetch_message(post.id)).content == "through a webhook"


async def test_reading_is_blank_without_the_intent_in_the_portal(connect, local, inn, anna):
    local.portal.message_content = False
    said = await anna.say(inn, "secret")
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await connect()
    bot = await connect(intents=discord.Intents.default())
    assert (await bot.place(inn).fetch_message(said.id)).content == ""
    assert [m.content async for m in bot.place(inn).history()] == [""]
    assert not bot.application_flags.gateway_message_content_limited


async def test_intents_choose_the_events(connect, inn, anna):
    bot = await connect(intents=discord.Intents(guilds=True, guild_reactions=True))
    said = await anna.say(inn, "unheard")
    await anna.react(said, "❌")
    assert (await bot.hears("raw_reaction_add")).message_id == said.id
    assert bot.events("message") == []


async def test_hidden_channels_are_silent(bot, guild, inn, anna):
    hidden = guild.add_channel("hidden")
    hidden.deny(guild.everyone, May.VIEW_CHANNEL)
    await bot.hears("guild_channel_update")
    assert not bot.place(hidden).permissions_for(bot.guilds[0].me).view_channel
    hidden.allow(anna, May.VIEW_CHANNEL)
    await anna.say(hidden, "unheard")
    await anna.say(inn, "heard")
    assert (await bot.hears("message")).content == "heard"
    assert len(bot.events("message")) == 1


@pytest.mark.usefixtures("local")
async def test_a_wrong_token_is_refused():
    client = discord.Client(intents=discord.Intents.none())
    with pytest.raises(discord.LoginFailure):
        await client.login("wrong")
    await client.close()


async def test_two_shards_share_the_servers(connect, local, inn, anna, guild):
    local.portal.shards = 2
    other = next(
        made
        for made in (local.add_guild(f"No. {n}") for n in range(50))
        if (made.id >> 22) % 2 != (guild.id >> 22) % 2
    )
    bots = [await connect(shard_id=number, shard_count=2) for number in (0, 1)]
    mine = bots[(guild.id >> 22) % 2]
    assert mine.get_guild(guild.id)
    assert not mine.get_guild(other.id)
    assert bots[(other.id >> 22) % 2].get_guild(other.id)
    await anna.say(inn, "one of you hears")
    await mine.hears("message")
    assert sum(len(bot.events("message")) for bot in bots) == 1


async def test_plain_frames_and_a_stale_session(local):
    async with aiohttp.ClientSession() as session, session.ws_connect(local.gateway_url) as ws:
        assert (await ws.receive_json())["op"] == 10
        resume = {"op": 6, "d": {"token": local.token, "session_id": "gone", "seq": 5}}
        await ws.send_str(json.dumps(resume))
        assert (await ws.receive_json()) == {"op": 9, "d": False, "s": None, "t": None}
        await ws.send_str(json.dumps({"op": 1, "d": None}))
        assert (await ws.receive_json())["op"] == 11
        await ws.send_str(json.dumps({"op": 99, "d": None}))
        assert (await ws.receive()).data == 4001


async def test_an_answer_to_gateway_bot(bot, local: LocalDiscord):
    shards, url, *_ = await bot.http.get_bot_gateway()
    assert shards == 1
    assert url.startswith(local.gateway_url)
    info = await bot.application_info()
    assert info.id == bot.user.id
