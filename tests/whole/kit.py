"""What tests of the whole bot share: acting, waiting and reading as a person would."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from bot import app
from bot.client import point_at
from bot.settings import Settings
from playground.claude.faults import Verbatim
from playground.server import Channel, LocalDiscord, Message, Person
from playground.server.exchange import Exchange
from tests.patience import allowed

SECONDS_TO_ANSWER = 2.0
"""A command answers within a second on a free machine; two are allowed on a busy one."""
UNSAID = "quillfeather"
"""A word that stands in stories only: it must never show up in a log."""


@dataclass
class Bot:
    """A bot that can be stopped and started again on the same database."""

    settings: Settings
    troupe: app.Troupe | None = None
    _stack: contextlib.AsyncExitStack | None = None

    async def start(self, *, message_content: bool = True) -> None:
        self._stack = contextlib.AsyncExitStack()
        point_at(self.settings.discord_api_base, self.settings.discord_gateway_url)
        self.troupe = await self._stack.enter_async_context(
            app.connected(self.settings, message_content=message_content)
        )

    async def stop(self) -> None:
        if self._stack:
            await self._stack.aclose()
            self._stack = None


@contextlib.asynccontextmanager
async def living(settings: Settings, *, message_content: bool = True) -> AsyncIterator[Bot]:
    """A bot for a while."""
    bot = Bot(settings)
    await bot.start(message_content=message_content)
    try:
        yield bot
    finally:
        await bot.stop()


async def use(person: Person, channel: Channel, command: str, /, **given: Any) -> Exchange:
    """Use a command and hold the bot to answering soon."""
    began = time.monotonic()
    exchange = await person.slash(channel, command, **given)
    assert time.monotonic() - began < allowed(SECONDS_TO_ANSWER), command
    return exchange


async def ask(person: Person, channel: Channel, command: str, /, **given: Any) -> str:
    """Use a command; the text of its answer."""
    return (await (await use(person, channel, command, **given)).answer()).text


async def press(person: Person, message: Message, key: str) -> str:
    """Press a button; the text of the answer."""
    return (await (await person.click(message, key)).answer()).text


async def sent(person: Person, exchange: Exchange, values: dict[str, Any]) -> str:
    """Send a form; the text of the answer."""
    return (await (await person.submit(exchange, values)).answer()).text


def spoken(channel: Channel) -> list[tuple[str, str]]:
    """Name and text of every post made by webhook, oldest first."""
    return [(m.author_name, m.content) for m in channel.messages if m.author.webhook]


async def heard(local: LocalDiscord, channel: Channel, *texts: str) -> None:
    """Wait until exactly these texts were posted by webhook, and what was typed is gone."""
    await local.until(
        lambda: (
            [text for _, text in spoken(channel)] == list(texts)
            and not any(m.content in texts and not m.author.webhook for m in channel.messages)
        ),
        what=f"{texts}, not {spoken(channel)}",
    )


def voting(message: Message) -> list[str]:
    """Ids of a card's vote buttons, in the order shown."""
    return [b.custom_id for b in message.buttons if b.custom_id.startswith("vote:")]


async def ballot(local: LocalDiscord, who: Person, channel: Channel, **given: Any) -> Message:
    """Ask for a continuation and wait for the card with its drafts."""
    told = await ask(who, channel, "scene continue", **given)
    assert "Drafting" in told, told
    return await shown(local, channel)


async def shown(local: LocalDiscord, channel: Channel, drafts: int = 1) -> Message:
    """Wait for a card with at least so many drafts to vote on."""
    return await local.until(
        lambda: next((m for m in reversed(channel.messages) if len(voting(m)) >= drafts), None),
        what=f"a card with {drafts} drafts",
    )


def texts_of(channel: Channel) -> list[str]:
    """The text of every message, oldest first."""
    return [m.text for m in channel.messages]


async def at_rest(bot: Any, channel: Channel) -> None:
    """Wait until the bot has nothing to post, to redraw or to delete in a channel any more."""
    async with asyncio.timeout(10):
        while True:
            async with bot.troupe.store.read() as work:
                if not await work.posts.unfinished(channel.id, 1):
                    return
            await asyncio.sleep(0.01)


async def answered(words: str, person: Person, channel: Channel, command: str, /) -> str:
    """Use a command until its answer holds certain words; the whole answer.

    For what an event brings, such as an edit, after which nothing in the channel changes.
    """
    async with asyncio.timeout(10):
        while True:
            if words in (answer := await ask(person, channel, command)):
                return answer


async def read_up_to(bot: Any, message: Message) -> None:
    """Wait until the bot has read a message that leaves no trace in the channel."""
    async with asyncio.timeout(10):
        seen = 0
        while seen < message.id:
            await asyncio.sleep(0.01)
            seen = (await bot.troupe.services.stories.live_channels())[message.channel.id]


def written(*variants: list[tuple[str, str]], angle: str = "an angle") -> Verbatim:
    """The model's answer: variants, each of beats, each of an actor and a text."""
    return Verbatim(
        json.dumps(
            {
                "variants": [
                    {
                        "angle": f"{angle} {number}",
                        "beats": [
                            {"actor": actor, "kind": "speech", "text": text}
                            for actor, text in beats
                        ],
                    }
                    for number, beats in enumerate(variants, 1)
                ]
            }
        )
    )


def pikes(*texts: str) -> Verbatim:
    """The model's answer: one line of Old Pike per variant."""
    return written(*([("Old Pike", text)] for text in texts))


async def soon(predicate: Callable[[], object]) -> None:
    """Wait until something is so of which the local Discord hears nothing, such as a log line."""
    async with asyncio.timeout(10):
        while not predicate():  # noqa: ASYNC110 - nobody wakes us up
            await asyncio.sleep(0.01)


async def known(person: Person, message: Message) -> Message:
    """Wait until the bot noted that a message is a passage: a moment after it stands."""
    async with asyncio.timeout(10):
        while True:
            told = await (await person.menu(message, "Who wrote this?")).answer()
            if "not a passage" not in told.text:
                return message


async def won(local: LocalDiscord, card: Message) -> None:
    """Wait until a ballot's winner stands."""
    await local.until(
        lambda: "won" in card.text and "Posting" not in card.text,
        timeout=20,
        what="the winner posted",
    )
