import discord
import pytest

from playground.server import ApiError, Channel, May


async def test_a_thread_on_a_message(bot, inn, anna):
    said = await anna.say(inn, "start here")
    heard = await bot.hears("message")
    thread = await heard.create_thread(name="aside")
    await bot.hears("thread_create")
    assert thread.id == said.id == said.started_thread.id
    await thread.send("inside")
    assert [m.content for m in said.started_thread.messages if not m.system] == ["inside"]
    assert said.started_thread.messages[0].referenced is said
    for again in (heard.create_thread(name="b"),):
        with pytest.raises(discord.HTTPException) as caught:
            await again
        assert caught.value.code == 160004
    inside = await anna.say(said.started_thread, "me too")
    with pytest.raises(discord.HTTPException) as caught:
        await bot.http.start_thread_with_message(
            thread.id, inside.id, name="deeper", auto_archive_duration=60
        )
    assert caught.value.code == 50024


async def test_threads_standing_alone(bot, guild, inn, anna):
    place = bot.place(inn)
    public = await place.create_thread(name="open", type=discord.ChannelType.public_thread)
    private = await place.create_thread(name="closed", type=discord.ChannelType.private_thread)
    hidden = guild.threads[private.id]
    with pytest.raises(ApiError) as caught:
        await anna.say(hidden, "let me in")
    assert caught.value.code == 50001
    await private.add_user(discord.Object(anna.id))
    await anna.say(hidden, "thanks")
    assert {m.id for m in await private.fetch_members()} == {bot.user.id, anna.id}
    await private.remove_user(discord.Object(anna.id))
    assert anna.sees(hidden) == []
    await public.join()
    await public.leave()
    await public.edit(name="renamed", slowmode_delay=5)
    assert guild.threads[public.id].name == "renamed"
    active = await bot.guilds[0].active_threads()
    assert {t.id for t in active} == {public.id, private.id}
    await public.delete()
    await bot.hears("thread_delete")
    assert public.id not in guild.threads
    with pytest.raises(discord.HTTPException) as caught:
        await place.create_thread(name="x" * 101, type=discord.ChannelType.public_thread)
    assert caught.value.code == 50035


async def test_archived_threads_come_by_when_they_were_archived_page_by_page(bot, inn):
    place = bot.place(inn)
    kind = discord.ChannelType.public_thread
    threads = [await place.create_thread(name=f"{n}", type=kind) for n in range(4)]
    for n in (2, 0, 1):
        await threads[n].edit(archived=True)

    async def names(**more):
        return [thread.name async for thread in place.archived_threads(**more)]

    assert await names() == ["1", "0", "2"]
    assert await names(limit=2) == ["1", "0"]
    newest = [thread async for thread in place.archived_threads(limit=1)]
    assert await names(before=newest[0].archive_timestamp) == ["0", "2"]
    page = await bot.http.get_public_archived_threads(inn.id, limit=2)
    assert (len(page["threads"]), page["has_more"]) == (2, True)
    with pytest.raises(discord.HTTPException) as caught:
        await bot.http.get_public_archived_threads(inn.id, before="yesterday")
    assert caught.value.code == 50035


async def test_archived_and_locked_threads(bot, guild, inn, anna):
    thread = await bot.place(inn).create_thread(name="old", type=discord.ChannelType.public_thread)
    here = guild.threads[thread.id]
    sent = await thread.send("before")
    await thread.edit(archived=True)
    assert [t.id async for t in bot.place(inn).archived_threads()] == [thread.id]
    for deed in (sent.add_reaction("❌"), sent.edit(content="after"), sent.delete()):
        with pytest.raises(discord.HTTPException) as caught:
            await deed
        assert caught.value.code == 50083
    await anna.say(here, "wakes it")
    assert not here.archived
    await thread.edit(archived=True, locked=True)
    with pytest.raises(ApiError) as refused:
        await anna.say(here, "cannot")
    assert refused.value.code == 50083
    await thread.edit(archived=False)
    with pytest.raises(ApiError) as refused:
        await anna.say(here, "locked")
    assert refused.value.code == 160005
    await thread.send("a moderator can")
    guild.set_role(guild.bot_role, 0)
    with pytest.raises(discord.Forbidden):
        await thread.edit(locked=False)


async def test_forum_posts(bot, guild, anna):
    forum = guild.add_forum("stories", tags=("open",))
    await bot.hears("guild_channel_create")
    place = bot.get_channel(forum.id)
    made = await place.create_thread(
        name="A tale", content="Once", applied_tags=place.available_tags
    )
    post = guild.threads[made.thread.id]
    assert [m.content for m in post.messages] == ["Once"]
    assert made.thread.applied_tags[0].name == "open"
    with pytest.raises(discord.HTTPException):
        await place.create_thread(name="Bad", content="x" * 2001)
    assert list(guild.threads) == [post.id]
    with pytest.raises(ApiError) as caught:
        await anna.say(forum, "not here")
    assert caught.value.code == 50008
    hook = await place.create_webhook(name="Stage")
    with pytest.raises(discord.HTTPException) as refused:
        await hook.send("where?")
    assert refused.value.code == 220001
    told = await hook.send("There", thread=discord.Object(post.id), wait=True)
    assert post.messages[-1].id == told.id
    opened = await hook.send("New", thread_name="Another", wait=True)
    assert guild.threads[opened.channel.id].name == "Another"


async def test_threads_made_by_people_and_channels_by_the_bot(bot, guild, inn, anna):
    thread = guild.add_thread(inn, "people's", by=anna)
    await bot.hears("thread_create")
    on = guild.add_thread(await anna.say(inn, "on me"), "on a message", by=anna, private=False)
    assert inn.threads == [thread, on]
    with pytest.raises(discord.Forbidden):
        await bot.guilds[0].create_text_channel("new")
    guild.set_role(
        guild.bot_role, guild.bot_role.permissions | May.MANAGE_CHANNELS | May.MANAGE_ROLES
    )
    new = await bot.guilds[0].create_text_channel("new")
    await new.edit(topic="of things")
    await new.set_permissions(bot.guilds[0].default_role, send_messages=False)
    assert guild.channels[new.id].topic == "of things"
    with pytest.raises(ApiError):
        await anna.say(guild.channels[new.id], "no")
    await new.set_permissions(bot.guilds[0].default_role, overwrite=None)
    await anna.say(guild.channels[new.id], "yes")
    await new.delete()
    assert new.id not in guild.channels
    assert all(c.kind == Channel.TEXT for c in guild.channels.values())


async def test_a_server_holds_so_many_open_threads(bot, guild, inn):
    guild.max_active_threads = 1
    place = bot.place(inn)
    first = await place.create_thread(name="one", type=discord.ChannelType.public_thread)
    with pytest.raises(discord.HTTPException) as caught:
        await place.create_thread(name="two", type=discord.ChannelType.public_thread)
    assert (caught.value.status, caught.value.code) == (400, 160006)
    await first.edit(archived=True)
    await place.create_thread(name="two", type=discord.ChannelType.public_thread)


async def code_of(asked):
    with pytest.raises(ApiError) as caught:
        await asked
    return caught.value.code


async def test_people_open_threads_by_the_rules_of_the_api(bot, guild, inn, anna, ben):
    said = await anna.say(inn, "start here")
    on = await ben.open_thread(said, "aside")
    assert (await bot.hears("thread_create")).id == on.id == said.id
    assert on.thread.owner_id == ben.id
    hidden = await anna.open_thread(inn, "between us", private=True)
    assert ben.sees(hidden) == []
    assert await code_of(anna.open_thread(said, "twice")) == 160004
    assert await code_of(anna.open_thread(on, "deeper")) == 50024
    assert await code_of(anna.open_thread(inn, "")) == 50035
    inn.deny(guild.everyone, May.CREATE_PUBLIC_THREADS)
    assert await code_of(anna.open_thread(inn, "not allowed")) == 50013
    inn.deny(guild.everyone, May.VIEW_CHANNEL)
    assert await code_of(anna.open_thread(inn, "not even seen")) == 50001


async def test_people_begin_posts_in_forums(bot, guild, inn, anna):
    forum = guild.add_forum("ideas", tags=("Sea",))
    tag = int(forum.tags[0]["id"])
    post = await anna.post(forum, "A ship", "x" * 4001, tags=[tag])
    assert (await bot.hears("thread_create")).applied_tags[0].id == tag
    (first,) = post.messages
    assert [one.filename for one in first.attachments] == ["message.txt"]
    assert await code_of(anna.post(inn, "no forum", "x")) == 50024
    assert await code_of(anna.post(forum, "nothing in it")) == 50006
    forum.set_slowmode(60)
    assert await code_of(anna.post(forum, "soon again", "x")) == 20016
    forum.set_slowmode(0)
    forum.deny(guild.everyone, May.ATTACH_FILES)
    file = ("a.txt", b"a", "text/plain")
    assert await code_of(anna.post(forum, "with a file", files=[file])) == 50013
    assert list(guild.threads) == [post.id]


async def test_whose_thread_it_is_archives_it(local, inn, anna, ben):
    thread = await anna.open_thread(inn, "aside")
    assert await code_of(ben.archive(thread)) == 50013
    await anna.archive(thread)
    await ben.reopen(thread)
    assert not thread.archived
    thread.archive(locked=True)
    assert await code_of(anna.reopen(thread)) == 50013
    await local.owner().reopen(thread)
    assert not thread.archived
    assert await code_of(anna.archive(inn)) == 50024
