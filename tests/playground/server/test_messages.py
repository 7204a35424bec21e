import io
from datetime import timedelta

import aiohttp
import discord
import pytest

from playground.server import ApiError, May, posting
from playground.server.channel import MessageShelf
from playground.server.posting import Draft


def code(caught):
    return caught.value.code


async def test_messages_are_posted_edited_and_deleted(bot, inn):
    place = bot.place(inn)
    sent = await place.send("one", nonce="n1")
    assert inn.messages[0].author_name == "Troupe"
    await sent.edit(content="two")
    assert (inn.messages[0].content, inn.messages[0].edited) == ("two", True)
    assert (await bot.hears("message_edit")).content == "one"
    await sent.delete()
    assert inn.messages == []
    await bot.hears("message_delete")
    with pytest.raises(discord.NotFound) as caught:
        await sent.edit(content="three")
    assert code(caught) == 10008


async def test_a_repeated_nonce_posts_once(bot, inn):
    body = {"content": "once", "nonce": "abc", "enforce_nonce": True}
    route = discord.http.Route("POST", "/channels/{channel_id}/messages", channel_id=inn.id)
    first, second = [await bot.http.request(route, json=body) for _ in range(2)]
    assert first["id"] == second["id"]
    assert len(inn.messages) == 1


async def test_history_before_after_and_around(bot, inn, anna):
    said = [await anna.say(inn, str(number)) for number in range(9)]
    place = bot.place(inn)

    async def read(**how):
        return [m.content async for m in place.history(**how)]

    assert await read(limit=3) == ["8", "7", "6"]
    assert await read(limit=2, before=said[4]) == ["3", "2"]
    assert await read(limit=2, after=said[4]) == ["5", "6"]
    assert sorted(await read(limit=3, around=said[4])) == ["3", "4", "5"]
    assert (await place.fetch_message(said[2].id)).content == "2"
    with pytest.raises(discord.HTTPException) as caught:
        await bot.http.logs_from(inn.id, 101)
    assert code(caught) == 50035


async def test_bulk_deletion(bot, inn, anna):
    said = [await anna.say(inn, str(number)) for number in range(3)]
    await bot.place(inn).delete_messages([discord.Object(m.id) for m in said[:2]])
    assert [m.content for m in inn.messages] == ["2"]
    assert len((await bot.hears("raw_bulk_message_delete")).message_ids) == 2


async def test_files_are_served_until_their_address_expires(bot, local, inn, anna):
    local.limits.attachment_seconds = 60
    said = await anna.say(inn, "", files=[("my map.txt", b"here", "text/plain")])
    heard = await bot.hears("message")
    assert heard.attachments[0].filename == "my_map.txt" or said.attachments[0].text == "here"
    assert await heard.attachments[0].read() == b"here"
    local.limits.attachment_seconds = -1
    stale = await bot.place(inn).fetch_message(said.id)
    with pytest.raises(discord.NotFound):
        await stale.attachments[0].read()
    async with aiohttp.ClientSession() as session:
        forged = heard.attachments[0].url.replace("hm=", "hm=0")
        async with session.get(forged) as answer:
            assert answer.status == 404


async def test_the_bot_uploads_and_keeps_files(bot, inn):
    place = bot.place(inn)
    files = [discord.File(io.BytesIO(b"a"), "a.txt"), discord.File(io.BytesIO(b"b"), "b.png")]
    sent = await place.send("two files", files=files)
    assert [a.filename for a in inn.messages[0].attachments] == ["a.txt", "b.png"]
    await sent.edit(attachments=[sent.attachments[1], discord.File(io.BytesIO(b"c"), "c.md")])
    assert [a.filename for a in inn.messages[0].attachments] == ["b.png", "c.md"]
    with pytest.raises(discord.HTTPException) as caught:
        await place.send(file=discord.File(io.BytesIO(bytes(11 << 20)), "big.bin"))
    assert code(caught) == 40005
    inn.guild.max_file_bytes = 12 << 20
    await place.send(file=discord.File(io.BytesIO(bytes(11 << 20)), "big.bin"))


async def test_replies_stickers_and_long_texts_of_people(bot, local, inn, anna, ben):
    wave = local.add_sticker("Wave")
    first = await anna.say(inn, "hello", stickers=[wave])
    await ben.say(inn, "and you", reply_to=first)
    answer = await bot.hears("message", 2)
    assert bot.events("message")[0].stickers[0].name == "Wave"
    assert answer.reference.resolved.content == "hello"
    assert answer.type is discord.MessageType.reply
    assert (await anna.say(inn, "x" * 4000)).content == "x" * 4000
    long = await anna.say(inn, "y" * 4001)
    assert (long.content, long.attachments[0].filename) == ("", "message.txt")
    with pytest.raises(ApiError) as caught:
        await anna.say(inn, "   ")
    assert code(caught) == 50006


async def test_people_edit_and_delete_only_their_own(inn, local, anna, ben):
    said = await anna.say(inn, "mine")
    with pytest.raises(ApiError) as caught:
        await ben.edit(said, "theirs")
    assert code(caught) == 50005
    with pytest.raises(ApiError) as caught:
        await ben.delete(said)
    assert code(caught) == 50013
    await anna.edit(said, "still mine")
    assert said.content == "still mine"
    await local.owner().delete(said)
    assert inn.messages == []


async def test_reactions(bot, inn, anna, ben):
    said = await anna.say(inn, "react to me")
    heard = await bot.hears("message")
    await heard.add_reaction("❌")
    await anna.react(said, "❌")
    await anna.react(said, "❌")
    assert said.reactions["❌"].count == 2
    await bot.hears("raw_reaction_add", 2)
    fresh = await bot.place(inn).fetch_message(said.id)
    assert fresh.reactions[0].me
    assert {u.id async for u in fresh.reactions[0].users()} == {bot.user.id, anna.id}
    await fresh.remove_reaction("❌", discord.Object(anna.id))
    await bot.hears("raw_reaction_remove")
    assert said.reactions["❌"].count == 1
    await ben.react(said, "📝")
    await fresh.clear_reaction("📝")
    await fresh.clear_reactions()
    await bot.hears("raw_reaction_clear")
    assert said.reactions == {}
    with pytest.raises(discord.NotFound) as caught:
        await fresh.add_reaction("nonsense")
    assert code(caught) == 10014


async def test_pins_and_typing(bot, local, inn, anna):
    said = await anna.say(inn, "pin me")
    heard = await bot.hears("message")
    await heard.pin()
    assert said.pinned
    assert [m.id async for m in bot.place(inn).pins()] == [said.id]
    await heard.unpin()
    assert not said.pinned
    await anna.typing(inn)
    await bot.hears("typing")
    events = local.watch()
    async with bot.place(inn).typing():
        assert (await anext(events)).kind == "TYPING_START"
    await events.aclose()


async def test_direct_messages(bot, anna, ben):
    user = await bot.fetch_user(anna.id)
    await user.send("psst")
    assert [m.content for m in anna.dms()] == ["psst"]
    await anna.say(anna.dm_channel, "yes?")
    heard = await bot.hears("message", 2)
    assert isinstance(heard.channel, discord.DMChannel)
    await heard.channel.send("nothing")
    ben.dms_open = False
    with pytest.raises(discord.Forbidden) as caught:
        await (await bot.fetch_user(ben.id)).send("psst")
    assert code(caught) == 50007


async def test_missing_permissions(bot, guild, inn, anna):
    said = await anna.say(inn, "mine")
    heard = await bot.hears("message")
    guild.set_role(guild.bot_role, 0)
    with pytest.raises(discord.Forbidden) as caught:
        await heard.delete()
    assert code(caught) == 50013
    with pytest.raises(discord.Forbidden) as caught:
        await bot.place(inn).create_webhook(name="Stage")
    assert code(caught) == 50013
    inn.deny(guild.everyone, May.VIEW_CHANNEL)
    with pytest.raises(discord.Forbidden) as caught:
        await bot.http.get_message(inn.id, said.id)
    assert code(caught) == 50001
    with pytest.raises(ApiError) as caught:
        await anna.say(inn, "hello?")
    assert code(caught) == 50001
    assert anna.sees(inn) == []


async def test_overwrites_of_roles_and_members(guild, inn, anna):
    inn.deny(guild.everyone, May.SEND_MESSAGES)
    with pytest.raises(ApiError) as caught:
        await anna.say(inn, "no")
    assert code(caught) == 50013
    poets = guild.add_role("Poets")
    guild.give(anna, poets)
    inn.allow(poets, May.SEND_MESSAGES)
    await anna.say(inn, "yes")
    inn.deny(anna, May.SEND_MESSAGES)
    with pytest.raises(ApiError):
        await anna.say(inn, "no again")


async def test_pings(bot, local, guild, inn, anna, ben):
    place = bot.place(inn)
    poets = guild.add_role("Poets", mentionable=True)
    guild.give(ben, poets)
    text = f"{anna.mention} <@&{poets.id}> @everyone"
    quiet = discord.AllowedMentions.none()
    await place.send(text, allowed_mentions=quiet)
    silent = inn.messages[-1]
    assert (silent.pinged, silent.mentions, silent.mention_everyone) == (frozenset(), [], False)
    await place.send(text)
    loud = inn.messages[-1]
    assert loud.pinged >= {anna.id, ben.id}
    assert loud.mention_everyone
    assert local.pings == [loud]
    await place.send(
        text,
        allowed_mentions=discord.AllowedMentions(users=[anna.user], roles=False, everyone=False),
    )
    assert inn.messages[-1].pinged == {anna.id}
    said = await ben.say(inn, "answer me")
    heard = await bot.hears("message", 4)
    await heard.reply("here", mention_author=False)
    assert inn.messages[-1].pinged == frozenset()
    sent = await heard.reply("here", mention_author=True)
    assert inn.messages[-1].pinged == {ben.id}
    assert inn.messages[-1].referenced is said
    inn.messages[-1].pinged = frozenset()
    await sent.edit(content=anna.mention)
    assert inn.messages[-1].pinged == frozenset()


async def test_polls(bot, inn):
    poll = (
        discord.Poll("Which way?", timedelta(hours=1))
        .add_answer(text="left")
        .add_answer(text="right")
    )
    sent = await bot.place(inn).send(poll=poll)
    assert [a.text for a in sent.poll.answers] == ["left", "right"]
    bad = discord.Poll("Which way?", timedelta(hours=1)).add_answer(text="x" * 56)
    with pytest.raises(discord.HTTPException) as caught:
        await bot.place(inn).send(poll=bad)
    assert code(caught) == 50035


async def test_a_part_of_a_channel_is_read_without_walking_it(
    local, inn, anna, ben, monkeypatch
) -> None:
    for number in range(6):
        await anna.say(inn, str(number))
    whisper = Draft(local.world.bot, {"content": "psst"}, seen_by=ben.id)
    whispered = posting.post(local.world, inn, whisper)
    await anna.say(inn, "6")
    monkeypatch.delattr(MessageShelf, "__iter__")

    def read(who, limit, **how):
        return [one.content for one in who.reads(inn, limit, **how)]

    assert read(anna, 3) == ["4", "5", "6"]
    assert read(ben, 3) == ["5", "psst", "6"]
    assert read(ben, 2, before=whispered.id) == ["4", "5"]
    assert read(ben, 2, after=whispered.id - 1) == ["psst", "6"]
    inn.deny(inn.guild.everyone, May.READ_MESSAGE_HISTORY)
    assert read(ben, 3) == []
