"""Typed turns in many channels at once: how many a second, and whether each stands once."""

import asyncio
import time
from collections import deque
from pathlib import Path

from benchmarks.figures import Figure
from playground.rehearsal.house import House
from playground.server import Channel, Guild, LocalDiscord, Message, Person

CHANNELS = 20
AHEAD = 5
"""Messages that a writer is ahead of the bot at most."""
PATIENCE = 120.0


async def measure(folder: Path, turns: int, environment: dict[str, str], engine: str) -> Figure:
    """Type turns in all channels at once, Discord's limits lifted; turns a second.

    Raises:
        AssertionError: a turn was lost, doubled, or stands out of order.
    """
    async with House(folder / f"typed-{engine}", environment=environment) as house:
        stage = house.local.add_guild("The Loud Stage")
        places = [(stage.add_channel(f"c{n}"), _person(house.local, stage, n)) for n in range(20)]
        await asyncio.gather(*(_opened(channel, who) for channel, who in places))
        texts = [[f"Turn {n} of {c}." for n in range(turns // CHANNELS)] for c in range(CHANNELS)]
        began = time.perf_counter()
        await asyncio.gather(
            *(_type(house.local, *place, said) for place, said in zip(places, texts, strict=True))
        )
        seconds = time.perf_counter() - began
        for (channel, _), said in zip(places, texts, strict=True):
            posted = [m.content for m in channel.messages if m.author.webhook]
            typed = [m.content for m in channel.messages if m.content in said and not m.webhook_id]
            assert posted == said, f"{channel}: lost, doubled or out of order"
            assert not typed or typed == posted, f"{channel}: what was typed still stands"
    return Figure(f"typed turns, {engine}", turns / seconds, "turns/s", at_least=50)


def _person(local: LocalDiscord, guild: Guild, number: int) -> Person:
    return local.add_person(f"Typist {number}", guild)


async def _opened(channel: Channel, who: Person) -> None:
    for command, given in (
        ("story open", {"title": "Loud", "premise": "Everybody talks at once. " * 4}),
        ("cast add", {"name": "Mira"}),
        ("cast claim", {"name": "Mira"}),
    ):
        await (await who.slash(channel, command, **given)).answer(30)


async def _type(local: LocalDiscord, channel: Channel, who: Person, said: list[str]) -> None:
    standing: deque[Message] = deque()
    for text in said:
        if len(standing) == AHEAD:
            await _replaced(local, standing.popleft())
        standing.append(await who.say(channel, text))
    while standing:
        await _replaced(local, standing.popleft())


async def _replaced(local: LocalDiscord, typed: Message) -> None:
    await local.until(lambda: typed.deleted, PATIENCE, "a typed message to be replaced")
