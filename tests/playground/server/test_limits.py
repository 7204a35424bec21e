import time

import aiohttp

from playground.server import Fault, LocalDiscord
from playground.server.ratelimit import RateLimits
from playground.server.routes import table


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def limits(clock):
    return RateLimits(clock, lambda: 5_000_000.0, on=True)


def take(some, method, path, whose="bot", webhook_channel=None):
    route, params = table.find(method, path)
    return some.take(route, params, whose=whose, webhook_channel=webhook_channel)


def test_windows_open_again_and_tell_when():
    clock = Clock()
    some = limits(clock)
    verdicts = [take(some, "POST", "/channels/1/messages") for _ in range(6)]
    assert [v.retry_after is None for v in verdicts] == [True] * 5 + [False]
    assert [v.headers["X-RateLimit-Remaining"] for v in verdicts] == [*"432100"[:5], "0"]
    assert verdicts[0].headers["X-RateLimit-Reset"] == "5000005.000"
    assert verdicts[5].refusal()["Retry-After"] == "6"
    assert take(some, "POST", "/channels/2/messages").retry_after is None
    other = take(some, "POST", "/channels/2/messages").headers["X-RateLimit-Bucket"]
    assert other == verdicts[0].headers["X-RateLimit-Bucket"]
    clock.now += 5
    assert take(some, "POST", "/channels/1/messages").retry_after is None


def test_a_webhook_has_five_in_two_seconds_and_its_channel_thirty_a_minute():
    clock = Clock()
    some = limits(clock)
    waits = []
    for second in range(0, 20, 2):
        clock.now = 1000.0 + second
        waits += [
            take(some, "POST", "/webhooks/1/token", "address", webhook_channel=7) for _ in range(6)
        ]
    own = [v for v in waits if v.retry_after is not None and v.scope == "user"]
    shared = [v for v in waits if v.scope == "shared"]
    assert len(own) == 10
    assert len(waits) - len(own) - len(shared) == 30
    assert max(v.retry_after for v in shared) > 40
    elsewhere = take(some, "POST", "/webhooks/2/token", "address", webhook_channel=8)
    assert elsewhere.retry_after is None


def test_fifty_a_second_over_all_but_not_for_interactions():
    some = limits(Clock())
    for whose in ("bot", "address"):
        verdicts = [take(some, "GET", "/users/@me", whose) for _ in range(51)]
        assert [v.retry_after is None for v in verdicts] == [True] * 50 + [False]
        assert verdicts[-1].refusal()["X-RateLimit-Global"] == "true"
    callback = "/interactions/1/token/callback"
    assert all(take(some, "POST", callback, None).retry_after is None for _ in range(200))


async def test_invalid_requests_are_counted():
    async with LocalDiscord() as local, aiohttp.ClientSession() as session:
        inn = local.add_guild("The Globe").add_channel("the-inn")
        headers = {"Authorization": f"Bot {local.token}"}

        async def ask(path, **options):
            async with session.get(local.api_base + path, **options) as answer:
                return answer.status

        assert await ask("/users/@me") == 401
        assert await ask("/users/@me", headers=headers) == 200
        assert await ask("/channels/1", headers=headers) == 404
        assert local.invalid_requests == 1
        local.faults.arm(Fault.RATE_LIMITED)
        assert await ask("/users/@me", headers=headers) == 429
        inn.guild.remove_bot()
        assert await ask(f"/channels/{inn.id}", headers=headers) == 403
        assert local.invalid_requests == 3


async def test_answers_to_interactions_count_for_nobody():
    async with LocalDiscord() as local, aiohttp.ClientSession() as session:
        began = time.monotonic()
        for _ in range(60):
            path = "/interactions/1/token/callback"
            async with session.post(local.api_base + path, json={"type": 1}) as answer:
                assert answer.status == 404
        assert time.monotonic() - began < 10
        assert local.rate_limited == 0
