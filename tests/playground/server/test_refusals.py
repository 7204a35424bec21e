import aiohttp
import discord
import pytest
from discord.http import Route

TEXT = {"type": 10, "content": "x"}
V2 = 1 << 15


def button(number=0, **more):
    return {"type": 2, "style": 1, "label": "x", "custom_id": f"b{number}"} | more


def row(*inside):
    return {"type": 1, "components": list(inside or (button(),))}


def select(**more):
    options = [{"label": "a", "value": "a"}]
    return {"type": 3, "custom_id": "s", "options": options} | more


MESSAGES = {
    "too long": {"content": "x" * 2001},
    "nonce": {"content": "x", "nonce": "n" * 26},
    "embeds over all": {"embeds": [{"description": "x" * 3001}, {"description": "x" * 3001}]},
    "embed title": {"embeds": [{"title": "x" * 257}]},
    "embed field": {"embeds": [{"fields": [{"name": "", "value": "x"}]}]},
    "eleven embeds": {"embeds": [{"title": "x"}] * 11},
    "six rows": {"content": "x", "components": [row(button(n)) for n in range(6)]},
    "six buttons": {"content": "x", "components": [row(*(button(n) for n in range(6)))]},
    "same custom id": {"content": "x", "components": [row(button(), button())]},
    "label": {"content": "x", "components": [row(button(label="x" * 81))]},
    "no label": {"content": "x", "components": [row(button(label=""))]},
    "custom id": {"content": "x", "components": [row(button(custom_id="x" * 101))]},
    "no custom id": {"content": "x", "components": [row({"type": 2, "style": 1, "label": "x"})]},
    "style": {"content": "x", "components": [row(button(style=9))]},
    "link with id": {"content": "x", "components": [row(button(style=5, url="https://x.y"))]},
    "bare button": {"content": "x", "components": [button()]},
    "empty row": {"content": "x", "components": [{"type": 1, "components": []}]},
    "select and button": {"content": "x", "components": [row(select(), button())]},
    "26 options": {
        "content": "x",
        "components": [row(select(options=[{"label": "a", "value": str(n)} for n in range(26)]))],
    },
    "same option": {
        "content": "x",
        "components": [row(select(options=[{"label": "a", "value": "a"}] * 2))],
    },
    "too many picks": {"content": "x", "components": [row(select(max_values=2))]},
    "V2 without its flag": {"content": "x", "components": [TEXT]},
    "V2 with content": {"content": "x", "components": [TEXT], "flags": V2},
    "V2 with embeds": {"embeds": [{"title": "x"}], "components": [TEXT], "flags": V2},
    "41 nested": {"flags": V2, "components": [{"type": 17, "components": [TEXT] * 40}]},
    "V2 text": {"flags": V2, "components": [{"type": 10, "content": "x" * 2001}] * 2},
    "section alone": {"flags": V2, "components": [{"type": 9, "components": [TEXT]}]},
    "container in container": {
        "flags": V2,
        "components": [{"type": 17, "components": [{"type": 17, "components": [TEXT]}]}],
    },
    "file from elsewhere": {
        "flags": V2,
        "components": [{"type": 13, "file": {"url": "https://x.y/z"}}],
    },
    "mentions at odds": {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
    "reply to nothing": {"content": "x", "message_reference": {"message_id": "1"}},
}


@pytest.mark.parametrize("name", MESSAGES)
async def test_a_message_is_refused(bot, inn, name):
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=inn.id)
    with pytest.raises(discord.HTTPException) as caught:
        await bot.http.request(route, json=MESSAGES[name])
    assert (caught.value.status, caught.value.code) == (400, 50035)
    assert inn.messages == []


async def test_forty_components_and_4000_characters_are_granted(bot, inn):
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=inn.id)
    inside = [{"type": 10, "content": "x" * 100}] * 39 + []
    body = {"flags": V2, "components": [{"type": 17, "components": inside}]}
    await bot.http.request(route, json=body)
    await bot.http.request(
        route, json={"flags": V2, "components": [{"type": 10, "content": "x" * 4000}]}
    )
    assert len(inn.messages) == 2


async def test_an_empty_message_and_nested_errors(bot, inn):
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=inn.id)
    with pytest.raises(discord.HTTPException) as caught:
        await bot.http.request(route, json={"content": ""})
    assert caught.value.code == 50006
    with pytest.raises(discord.HTTPException, match=r"In components\.0"):
        await bot.http.request(route, json=MESSAGES["label"])


COMMANDS = {
    "upper case": {"name": "Story", "description": "x"},
    "space": {"name": "a story", "description": "x"},
    "33 characters": {"name": "x" * 33, "description": "x"},
    "no description": {"name": "story"},
    "description": {"name": "story", "description": "x" * 101},
    "menu with description": {"name": "Take back", "type": 3, "description": "x"},
    "required after optional": {
        "name": "story",
        "description": "x",
        "options": [
            {"name": "a", "description": "x", "type": 3},
            {"name": "b", "description": "x", "type": 3, "required": True},
        ],
    },
    "same option": {
        "name": "story",
        "description": "x",
        "options": [{"name": "a", "description": "x", "type": 3}] * 2,
    },
    "26 options": {
        "name": "story",
        "description": "x",
        "options": [{"name": f"a{n}", "description": "x", "type": 3} for n in range(26)],
    },
    "26 choices": {
        "name": "story",
        "description": "x",
        "options": [
            {
                "name": "a",
                "description": "x",
                "type": 3,
                "choices": [{"name": str(n), "value": str(n)} for n in range(26)],
            }
        ],
    },
    "mixed": {
        "name": "story",
        "description": "x",
        "options": [
            {"name": "a", "description": "x", "type": 3},
            {"name": "b", "description": "x", "type": 1},
        ],
    },
    "unknown type": {
        "name": "story",
        "description": "x",
        "options": [{"name": "a", "description": "x", "type": 12}],
    },
    "choices and completion": {
        "name": "story",
        "description": "x",
        "options": [
            {
                "name": "a",
                "description": "x",
                "type": 3,
                "autocomplete": True,
                "choices": [{"name": "1", "value": "1"}],
            }
        ],
    },
    "too deep": {
        "name": "story",
        "description": "x",
        "options": [
            {
                "name": "a",
                "description": "x",
                "type": 2,
                "options": [{"name": "b", "description": "x", "type": 2, "options": []}],
            }
        ],
    },
}


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_command_is_refused(bot, local, name):
    with pytest.raises(discord.HTTPException) as caught:
        await bot.http.bulk_upsert_global_commands(bot.user.id, [COMMANDS[name]])
    assert caught.value.code == 50035
    with pytest.raises(discord.HTTPException) as caught:
        await bot.http.upsert_global_command(bot.user.id, COMMANDS[name])
    assert caught.value.code == 50035
    assert local.world.commands == {}


async def test_commands_are_listed_changed_and_removed(bot, local, guild):
    one = {"name": "one", "description": "first"}
    made = await bot.http.upsert_global_command(bot.user.id, one)
    here = await bot.http.bulk_upsert_guild_commands(bot.user.id, guild.id, [one | {"name": "two"}])
    assert here[0]["guild_id"] == str(guild.id)
    changed = await bot.http.edit_global_command(bot.user.id, made["id"], {"description": "new"})
    assert (changed["description"], changed["id"]) == ("new", made["id"])
    listed = await bot.http.get_global_commands(bot.user.id)
    assert [c["name"] for c in listed] == ["one"]
    again = await bot.http.bulk_upsert_global_commands(bot.user.id, [one, one | {"name": "three"}])
    assert again[0]["id"] == made["id"]
    with pytest.raises(discord.HTTPException):
        await bot.http.bulk_upsert_global_commands(bot.user.id, [one, one])
    await bot.http.delete_global_command(bot.user.id, made["id"])
    with pytest.raises(discord.NotFound) as caught:
        await bot.http.get_global_command(bot.user.id, made["id"])
    assert caught.value.code == 10063
    await bot.http.bulk_upsert_global_commands(bot.user.id, [])
    assert [c.body["name"] for c in local.world.commands.values()] == ["two"]


async def test_unknown_routes_and_bodies(bot, local, inn):
    with pytest.raises(discord.NotFound):
        await bot.http.request(Route("GET", "/nothing/here"))
    with pytest.raises(discord.HTTPException) as caught:
        await bot.http.request(Route("PUT", "/users/@me"))
    assert caught.value.status == 405
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{Route.BASE}/users/@me") as answer:
            assert answer.status == 401
        headers = {"Authorization": f"Bot {bot.http.token}"}
        address = f"{Route.BASE}/channels/{inn.id}/messages"
        async with session.post(address, data="{", headers=headers) as answer:
            assert (await answer.json())["code"] == 50109
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=inn.id)
    with pytest.raises(discord.HTTPException) as caught:
        await bot.http.request(route, json={"content": "x", "flags": ["x"]})
    assert caught.value.status == 400
    assert len(local.errors) == (0 if local.schema_violations else 1)
    for path in ("/channels/1", "/guilds/1", "/users/1", "/channels/x"):
        with pytest.raises(discord.HTTPException):
            await bot.http.request(Route("GET", path))
