import asyncio
import json
import time
from pathlib import Path

import aiohttp
import discord
import pytest
from discord.http import Route

from playground.server import Drop, LocalDiscord
from tests.playground.server.bots import Bot, pointed_at


async def test_a_hook_before_the_deed(bot, local, inn):
    seen = []

    def refuse(request):
        seen.append((request.method, request.json["content"], request.count, request.status))
        return 503, {"message": "busy", "code": 0}, {}

    with local.before("POST", r"^/channels/\d+/messages$", refuse) as handle:
        for count in (1, 2):
            with pytest.raises(discord.DiscordServerError):
                await bot.place(inn).send("no")
            assert (handle.count, seen[-1]) == (count, ("POST", "no", count, 0))
    assert inn.messages == []
    await bot.place(inn).send("yes")
    assert [m.content for m in inn.messages] == ["yes"]
    handle.remove()


async def test_the_answer_is_lost_after_the_deed(bot, local, inn):
    async def lose(request):
        assert request.status == 200
        assert request.answer["content"] == "done all the same"
        raise Drop

    with local.after("POST", "/messages$", lose), pytest.raises(aiohttp.ClientError):
        await bot.place(inn).send("done all the same")
    assert [m.content for m in inn.messages] == ["done all the same"]

    def cut(_):
        raise Drop

    with local.before("*", "/messages", cut), pytest.raises(aiohttp.ClientError):
        await bot.place(inn).send("never done")
    assert len(inn.messages) == 1


async def test_a_429_by_hand_is_waited_for(bot, local, inn):
    def once(request):
        if request.count == 1:
            return 429, {"message": "slow", "retry_after": 0.02, "global": False}, {"Via": "1.1 x"}
        return None

    with local.before("POST", "/messages$", once):
        await bot.place(inn).send("at last")
    assert [r.status for r in local.requests if r.path.endswith("/messages")] == [429, 200]


async def test_the_log_holds_no_tokens(bot, local, inn):
    hook = await bot.place(inn).create_webhook(name="Stage")
    await hook.send("x", wait=True)
    log = repr(list(local.requests))
    assert hook.token not in log
    assert local.token not in log
    assert local.requests[-1].path == f"/webhooks/{hook.id}/:token"


async def test_watching_and_waiting(local, inn, anna):
    events = local.watch()
    said = await anna.say(inn, "hear ye")
    happening = await anext(events)
    assert (happening.kind, happening.message, happening.channel) == ("MESSAGE_CREATE", said, inn)
    await events.aclose()
    assert [event async for event in events] == []
    with pytest.raises(TimeoutError, match="a miracle"):
        await local.until(lambda: False, timeout=0.01, what="a miracle")
    waiting = asyncio.ensure_future(local.until(lambda: inn.last_message.content == "now"))
    await anna.say(inn, "not yet")
    await anna.say(inn, "now")
    assert await waiting is True


async def test_being_ready(local, connect):
    with pytest.raises(TimeoutError):
        await local.bot_ready(timeout=0.01)
    bot = Bot()

    @bot.tree.command(name="wave", description="Waves")
    async def wave(i: discord.Interaction):
        await i.response.send_message("o/")

    await connect(bot, sync=False)
    await local.bot_ready()
    with pytest.raises(TimeoutError):
        await local.bot_ready(timeout=0.01, commands=True)
    await bot.tree.sync()
    await local.bot_ready(commands=True)


async def test_rate_limits_slow_a_bot_down():
    async with LocalDiscord() as local:
        inn = local.add_guild("The Globe").add_channel("the-inn")
        with pointed_at(local):
            client = discord.Client(intents=discord.Intents.none())
            await client.login(local.token)
            route = Route("POST", "/channels/{channel_id}/webhooks", channel_id=inn.id)
            hook = await client.http.request(route, json={"name": "Stage"})
            webhook = discord.Webhook.partial(int(hook["id"]), hook["token"], client=client)
            started = time.monotonic()
            for number in range(6):
                await webhook.send(str(number))
            assert time.monotonic() - started > 1.5
            assert local.rate_limited == 0
            await client.close()
        assert len(inn.messages) == 6


async def test_rate_limits_refuse():
    async with LocalDiscord() as local, aiohttp.ClientSession() as session:
        inn = local.add_guild("The Globe").add_channel("the-inn")
        headers = {"Authorization": f"Bot {local.token}"}

        async def ask(method, path, body=None):
            async with session.request(
                method, local.api_base + path, json=body, headers=headers
            ) as answer:
                return answer.status, answer.headers, await answer.json()

        place = f"/channels/{inn.id}/messages"
        answers = [await ask("POST", place, {"content": str(n)}) for n in range(6)]
        assert [status for status, *_ in answers] == [200] * 5 + [429]
        _, sent, body = answers[-1]
        assert sent["Via"]
        assert (sent["X-RateLimit-Limit"], sent["X-RateLimit-Remaining"]) == ("5", "0")
        assert 0 < body["retry_after"] <= 5
        assert body["global"] is False
        other = local.add_guild("The Swan").add_channel("the-yard")
        assert (await ask("POST", f"/channels/{other.id}/messages", {"content": "x"}))[0] == 200
        statuses = [await ask("GET", "/users/@me") for _ in range(60)]
        refused = [one for one in statuses if one[0] == 429]
        assert refused
        assert refused[0][2]["global"] is True
        assert local.rate_limited == len(refused) + 1


async def test_posts_of_all_webhooks_of_a_channel_share_a_limit():
    async with LocalDiscord() as local, aiohttp.ClientSession() as session:
        inn = local.add_guild("The Globe").add_channel("the-inn")
        statuses = []
        for number in range(7):
            async with session.post(
                f"{local.api_base}/channels/{inn.id}/webhooks",
                json={"name": f"No. {number}"},
                headers={"Authorization": f"Bot {local.token}"},
            ) as answer:
                hook = await answer.json()
            address = f"{local.api_base}/webhooks/{hook['id']}/{hook['token']}"
            for _ in range(5):
                async with session.post(address, json={"content": "x"}) as answer:
                    statuses.append((answer.status, answer.headers.get("X-RateLimit-Scope")))
        assert statuses == [(204, None)] * 30 + [(429, "shared")] * 5


SCHEMA = {
    "paths": {
        "/channels/{channel_id}/messages": {
            "post": {
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/M"}}}
                }
            }
        }
    },
    "components": {
        "schemas": {
            "M": {
                "type": "object",
                "properties": {
                    "content": {"type": ["string", "null"]},
                    "attachments": {
                        "type": "array",
                        "items": {"type": "object", "properties": {"id": {"type": "string"}}},
                    },
                },
            }
        }
    },
}


async def test_bodies_are_checked_against_a_description(tmp_path: Path):
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(SCHEMA))
    async with LocalDiscord(openapi=file) as local, aiohttp.ClientSession() as session:
        inn = local.add_guild("The Globe").add_channel("the-inn")
        headers = {"Authorization": f"Bot {local.token}"}
        address = f"{local.api_base}/channels/{inn.id}/messages"

        async def post(body):
            async with session.post(address, json=body, headers=headers) as answer:
                return answer.status, await answer.json()

        assert (await post({"content": "x", "attachments": [{"id": 0}]}))[0] == 200
        assert local.schema_violations == []
        status, refusal = await post({"content": 5})
        assert (status, refusal["code"]) == (400, 50035)
        assert refusal["errors"]["content"]["_errors"]
        assert local.schema_violations[0].where == "content"
        assert (await post({"content": "x", "colour": "red"}))[0] == 400
        assert "colour" in local.schema_violations[1].message
        assert (await post({"content": "x", "tts": False}))[0] == 200
