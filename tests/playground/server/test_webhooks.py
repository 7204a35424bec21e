import io

import discord
import pytest
from discord import ui

from playground.server import Webhook

PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f"
)


async def test_a_webhook_speaks_under_any_name(bot, inn):
    hook = await bot.place(inn).create_webhook(name="Stage", avatar=PIXEL)
    await hook.send("one", username="Mira", avatar_url="https://pictures.example/mira.png")
    await bot.hears("message")
    first = inn.messages[0]
    assert (first.author_name, first.avatar) == ("Mira", "https://pictures.example/mira.png")
    assert first.webhook_id == first.author_id == hook.id
    second = await hook.send("two", wait=True, file=discord.File(io.BytesIO(b"x"), "a.txt"))
    assert inn.messages[1].author_name == "Stage"
    assert inn.messages[1].attachments[0].data == b"x"
    assert "avatars" in inn.messages[1].avatar
    await second.edit(content="2", attachments=[])
    assert (inn.messages[1].content, inn.messages[1].attachments) == ("2", [])
    assert (await hook.fetch_message(second.id)).content == "2"
    heard = bot.events("message")[0]
    assert (heard.webhook_id, heard.author.bot, heard.author.display_name) == (
        hook.id,
        True,
        "Mira",
    )
    await second.delete()
    with pytest.raises(discord.NotFound) as caught:
        await hook.fetch_message(second.id)
    assert caught.value.code == 10008


async def test_a_webhook_in_a_thread(bot, guild, inn):
    hook = await bot.place(inn).create_webhook(name="Stage")
    thread = guild.add_thread(inn, "aside")
    at = discord.Object(thread.id)
    sent = await hook.send("inside", thread=at, wait=True)
    assert thread.messages[0].content == "inside"
    with pytest.raises(discord.NotFound):
        await hook.fetch_message(sent.id)
    await hook.edit_message(sent.id, content="changed", thread=at)
    assert thread.messages[0].content == "changed"
    await hook.delete_message(sent.id, thread=at)
    other = guild.add_channel("elsewhere")
    with pytest.raises(discord.NotFound) as caught:
        await hook.send("x", thread=discord.Object(other.id))
    assert caught.value.code == 10003


async def test_webhooks_are_listed_changed_and_counted(bot, inn):
    place = bot.place(inn)
    hooks = [await place.create_webhook(name=f"No. {number}") for number in range(15)]
    with pytest.raises(discord.HTTPException) as caught:
        await place.create_webhook(name="One more")
    assert caught.value.code == 30007
    assert len(await place.webhooks()) == len(await bot.guilds[0].webhooks()) == 15
    await hooks[0].edit(name="Renamed")
    assert (await bot.fetch_webhook(hooks[0].id)).name == "Renamed"
    partial = discord.Webhook.partial(hooks[1].id, hooks[1].token, client=bot)
    await partial.edit(name="By token", prefer_auth=False)
    assert (await partial.fetch(prefer_auth=False)).name == "By token"
    await partial.delete(prefer_auth=False)
    await hooks[2].delete()
    await bot.hears("webhooks_update", 19)
    assert len(inn.webhooks) == 13
    for deed in (hooks[2].send("x"), bot.fetch_webhook(hooks[2].id)):
        with pytest.raises(discord.NotFound) as caught:
            await deed
        assert caught.value.code == 10015
    wrong = discord.Webhook.partial(hooks[0].id, "wrong", client=bot)
    with pytest.raises(discord.HTTPException) as caught:
        await wrong.send("x")
    assert caught.value.code == 50027


@pytest.mark.parametrize("name", ["", "x" * 81, "My Discord", "CLYDE the third"])
async def test_names_that_are_refused(bot, inn, name):
    place = bot.place(inn)
    with pytest.raises(discord.HTTPException) as caught:
        await place.create_webhook(name=name)
    assert caught.value.code == 50035
    hook = await place.create_webhook(name="Stage")
    if name:
        with pytest.raises(discord.HTTPException) as caught:
            await hook.send("x", username=name)
        assert caught.value.code == 50035
    with pytest.raises(discord.HTTPException) as caught:
        await hook.send("x" * 2001)
    assert caught.value.code == 50035
    assert inn.messages == []


async def test_buttons_and_cards_on_a_webhook(bot, inn, anna):
    pressed = []
    view = ui.View(timeout=None)
    button = ui.Button(label="Take back", custom_id="take")

    async def press(i: discord.Interaction):
        pressed.append(i.message.id)
        await i.response.send_message("taken", ephemeral=True)

    button.callback = press
    view.add_item(button)
    hook = await bot.place(inn).create_webhook(name="Stage")
    await hook.send("words", view=view, wait=True)
    it = await anna.click(inn.messages[0], "Take back")
    assert (it.message.content, pressed) == ("taken", [inn.messages[0].id])
    card = ui.LayoutView()
    card.add_item(ui.TextDisplay("a card"))
    await hook.send(view=card, wait=True)
    assert inn.messages[1].text == "a card"


async def test_a_webhook_of_nobodys_has_no_buttons(bot, local, inn):
    world = local.world
    hook = Webhook(world.ids.next(), inn, "A person's", "secret", local.owner().user)
    inn.webhooks[hook.id] = world.webhooks[hook.id] = hook
    route = discord.http.Route(
        "POST",
        "/webhooks/{webhook_id}/{webhook_token}",
        webhook_id=hook.id,
        webhook_token=hook.token,
    )
    row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "x", "custom_id": "x"}]}
    body = {"content": "plain", "components": [row]}
    await bot.http.request(route, json=body)
    assert inn.messages[0].buttons == []
    with pytest.raises(discord.HTTPException):
        await bot.http.request(route, json=body, params={"with_components": "1"})
    with pytest.raises(discord.HTTPException) as caught:
        await bot.http.request(route, json={"content": "x", "thread_name": "t"})
    assert caught.value.code == 220003
