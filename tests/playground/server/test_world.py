import asyncio

import discord
import pytest

from playground.server import ApiError, May


class Sharded(discord.AutoShardedClient):
    def __init__(self):
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.05)

    async def before_identify_hook(self, _shard_id, *, initial=False):
        """The library waits five seconds between shards."""


async def test_a_client_that_shards_itself(local, inn):
    local.portal.shards = 2
    for number in range(6):
        local.add_guild(f"No. {number}")
    client = Sharded()
    task = asyncio.create_task(client.start(local.token))
    await local.until(lambda: local.gateway.identified == 2, what="both shards")
    await client.wait_until_ready()
    assert len(client.guilds) == 7
    assert client.get_channel(inn.id)
    await client.close()
    await task


async def test_a_server_and_its_members(bot, local, guild, inn, anna, ben):
    place = await bot.fetch_guild(guild.id)
    assert place.name == "The Globe"
    assert [c.id for c in await place.fetch_channels()] == [inn.id]
    assert {r.name for r in await place.fetch_roles()} == {"@everyone", "Troupe"}
    ids = {m.id async for m in place.fetch_members()}
    assert {anna.id, ben.id, bot.user.id} < ids
    assert (await place.fetch_member(anna.id)).display_name == "Anna"
    with pytest.raises(discord.NotFound) as caught:
        await place.fetch_member(1)
    assert caught.value.code == 10007
    assert [g.name async for g in bot.fetch_guilds()] == ["The Globe"]
    local.portal.members = False
    with pytest.raises(discord.Forbidden):
        await anext(place.fetch_members())
    await bot.guilds[0].me.edit(nick="The company")
    await bot.place(inn).send("x")
    assert inn.messages[-1].author_name == "The company"
    await bot.user.edit(username="Company")
    assert local.world.bot.display_name == "Company"


async def test_strangers(bot, local, guild, inn):
    carl = local.add_person("Carl")
    user = await bot.fetch_user(carl.id)
    with pytest.raises(discord.HTTPException) as caught:
        await user.send("we have never met")
    assert caught.value.code == 50278
    with pytest.raises(ApiError):
        await carl.say(inn, "hello?")
    with pytest.raises(discord.HTTPException) as caught:
        await bot.http.start_private_message(bot.user.id)
    assert caught.value.code == 50007
    guild.leave(bot.user)
    await bot.hears("guild_remove")
    with pytest.raises(discord.Forbidden) as caught:
        await bot.fetch_guild(guild.id)
    assert caught.value.code == 50001
    guild.join(bot.user, guild.bot_role)
    assert (await bot.hears("guild_join")).get_channel(inn.id)


async def test_a_moderator_deletes_and_roles_add_up(guild, inn, anna, ben):
    said = await ben.say(inn, "rude")
    assert (repr(anna), repr(inn), repr(guild)) == (
        "<Person Anna>",
        "<Channel the-inn>",
        "<Guild The Globe>",
    )
    assert "rude" in repr(said)
    guild.give(anna, guild.add_role("Moderator", May.MANAGE_MESSAGES))
    await anna.delete(said)
    assert inn.last_message is None


async def test_pictures(bot, local, inn):
    hook = await bot.place(inn).create_webhook(name="Stage", avatar=b"\x89PNG\r\n\x1a\n" + bytes(9))
    assert await hook.avatar.read() == b"\x89PNG\r\n\x1a\n" + bytes(9)
    assert (await bot.user.default_avatar.read()).startswith(b"\x89PNG")
    assert local.environment["DISCORD_API_BASE"] == local.api_base
