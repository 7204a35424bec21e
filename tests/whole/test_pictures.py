"""Pictures that people upload: kept with a message, read anew when their addresses end."""

import asyncio

import aiohttp

from tests.whole.kit import ask, heard, use

PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)
FACE = ("face.png", PNG, "image/png")


async def picture_of(message):
    """What stands at the address of a message's picture."""
    async with aiohttp.ClientSession() as session, session.get(message.avatar) as response:
        return await response.read() if response.ok else None


async def kept(bot, card, name="Nan"):
    """Wait until it is noted that a message keeps a picture: a moment after it stands."""
    async with asyncio.timeout(10):
        while True:
            async with bot.troupe.store.read() as work:
                place = await work.stories.place(card.channel.id)
                character = (await work.cast.company(place.story.id)).find(name)
            if character.keepsake and character.keepsake.message_id == card.id:
                return
            await asyncio.sleep(0.01)


async def test_an_uploaded_picture_stands_beside_the_words_for_good(story, local, bot):
    bo, inn = story.bo, story.inn
    # Addresses are good for a minute, which is near enough to their end to read them anew.
    local.limits.attachment_seconds = 60
    card = await (await use(bo, inn, "cast add", name="Nan", avatar=FACE)).answer()
    assert card.text.startswith("**Nan** joins the cast")
    assert card.attachments[0].data == PNG
    await kept(bot, card)
    await ask(bo, inn, "cast claim", name="Nan")
    await bo.say(inn, "Good evening.")
    await heard(local, inn, "Good evening.")
    assert await picture_of(inn.last_message) == PNG
    local.cdn.expire()
    assert await picture_of(inn.last_message) is None
    await bo.say(inn, "Still me.")
    await heard(local, inn, "Good evening.", "Still me.")
    assert await picture_of(inn.last_message) == PNG
    # Another picture takes its place; once its message is deleted, it is gone and says so.
    other = PNG + b"other"
    card = await (
        await use(bo, inn, "cast edit", name="nan", avatar=("x.exe", other, "text/plain"))
    ).answer()
    assert card.attachments[0].filename == "picture.png"
    await kept(bot, card)
    await bo.say(inn, "New face.")
    await heard(local, inn, "Good evening.", "Still me.", "New face.")
    assert await picture_of(inn.last_message) == other
    inn.guild.owner_id = story.anna.id
    await story.anna.delete(card)
    await bo.say(inn, "No face.")
    await heard(local, inn, "Good evening.", "Still me.", "New face.", "No face.")
    assert inn.last_message.author_name == "Nan"
    assert "The picture is gone" in await ask(bo, inn, "cast show", name="Nan")


async def test_what_is_no_picture_is_refused(story):
    anna, bo, inn = story.anna, story.bo, story.inn
    fake = ("face.png", b"MZ not at all", "image/png")
    assert "no PNG" in await ask(anna, inn, "cast add", name="Nan", avatar=fake)
    large = ("face.png", PNG + bytes(2 * 1024 * 1024), "image/png")
    assert "at most 2 MiB" in await ask(anna, inn, "cast add", name="Nan", avatar=large)
    assert "Nan" not in await ask(anna, inn, "cast list")
    assert "may edit it" in await ask(bo, inn, "cast edit", name="Mira", avatar=FACE)


async def test_files_of_a_turn_outlive_their_addresses(story, local):
    anna, inn = story.anna, story.inn
    with local.before("POST", r"^/webhooks/", lambda _: (500, {}, {})) as refused:
        typed = await anna.say(inn, "A map.", files=[("map.png", PNG, "image/png")])
        await local.until(lambda: refused.count, what="an answer that is lost")
        local.cdn.expire()
    await heard(local, inn, "A map.")
    assert [file.data for file in inn.last_message.attachments] == [PNG]
    assert typed.deleted
