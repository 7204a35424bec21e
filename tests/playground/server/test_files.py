import io

import aiohttp
import discord
import pytest
from discord.http import Route


async def status(url):
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status


async def refreshed(bot, *urls):
    route = Route("POST", "/attachments/refresh-urls")
    return await bot.http.request(route, json={"attachment_urls": list(urls)})


async def test_addresses_of_files_expire_and_are_refreshed(bot, local, inn, anna):
    said = await anna.say(inn, files=[("a.txt", b"the end", "text/plain")])
    seen = (await bot.hears("message")).attachments[0]
    assert await seen.read() == b"the end"
    local.cdn.expire()
    with pytest.raises(discord.NotFound):
        await seen.read()
    again = await bot.place(inn).fetch_message(said.id)
    assert await again.attachments[0].read() == b"the end"
    elsewhere = "https://example.org/x.png"
    answer = await refreshed(bot, seen.url, elsewhere)
    (ours, theirs) = answer["refreshed_urls"]
    assert ours["original"] == seen.url
    assert await status(ours["refreshed"]) == 200
    assert theirs == {"original": elsewhere, "refreshed": elsewhere}
    assert await status(ours["refreshed"].replace("hm=", "hm=0")) == 404
    with pytest.raises(discord.HTTPException) as caught:
        await refreshed(bot)
    assert caught.value.code == 50035


async def test_pictures_in_embeds_are_fresh_when_one_reads(bot, local, inn):
    picture = discord.File(io.BytesIO(b"\x89PNG"), "map.png")
    embed = discord.Embed(title="A map").set_image(url="attachment://map.png")
    sent = await bot.place(inn).send(embed=embed, file=picture)
    assert await status(sent.embeds[0].image.url) == 200
    local.cdn.expire()
    assert await status(sent.embeds[0].image.url) == 404
    again = await bot.place(inn).fetch_message(sent.id)
    assert await status(again.embeds[0].image.url) == 200
