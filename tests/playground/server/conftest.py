import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from playground.server import Channel, Guild, LocalDiscord, Person
from tests.playground.server.bots import Bot, pointed_at


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with LocalDiscord(rate_limits=False) as server:
        with pointed_at(server):
            yield server


@pytest.fixture
def ben(local: LocalDiscord, guild: Guild) -> Person:
    return local.add_person("Ben", guild)


@pytest.fixture
async def connect(local: LocalDiscord) -> AsyncIterator[Callable[..., Awaitable[Bot]]]:
    """Log bots in, and out again when the test is over."""
    async with contextlib.AsyncExitStack() as stack:

        async def log_in(bot: Bot | None = None, *, sync: bool = True, **options: Any) -> Bot:
            bot = bot or Bot(**options)
            task = asyncio.create_task(bot.start(local.token))

            async def log_out() -> None:
                await bot.close()
                await asyncio.gather(task, return_exceptions=True)

            stack.push_async_callback(log_out)
            ready = asyncio.create_task(bot.hears("ready"))
            await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                ready.cancel()
                task.result()
            if sync and bot.tree.get_commands():
                await bot.tree.sync()
            return bot

        yield log_in


@pytest.fixture
async def bot(inn: Channel, connect: Callable[..., Awaitable[Bot]]) -> Bot:
    """A bot that is logged in, in the server with the inn."""
    bot = await connect()
    assert bot.place(inn)
    return bot
