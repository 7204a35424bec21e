"""How long commands and presses wait for their first answer, and for the final one."""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from statistics import median

from benchmarks.figures import Figure, percentile
from playground.rehearsal.house import House
from playground.server import (
    Channel,
    Exchange,
    Guild,
    InteractionFailed,
    LocalDiscord,
    Message,
    Person,
)

IN_FLIGHT = (1, 50, 200)
CALLS = {1: 40, 50: 300, 200: 400}
"""Calls of a round by how many are in flight at once."""
ROUNDS = 7
BARE = "bare bot"
USUAL = 50
SILENCE = 3.0
"""Seconds after which Discord shows that the application did not respond."""
TABLES, SEATS = 10, 5

Act = Callable[[int], Awaitable[Exchange]]
Rounds = dict[int, list["Waits"]]
"""What was measured in each round, by how many were in flight."""


@dataclass
class Waits:
    """Seconds until the first answer, and until the final one; what was not answered."""

    first: list[float] = field(default_factory=list)
    final: list[float] = field(default_factory=list)
    silent: int = 0


async def load(act: Act, in_flight: int) -> Waits:
    """Act again and again, so that always so many acts wait for an answer."""
    waits = Waits()
    left = iter(range(CALLS[in_flight]))

    async def worker(number: int) -> None:
        for _ in left:
            began = time.perf_counter()
            try:
                exchange = await act(number)
                waits.first.append(time.perf_counter() - began)
                await exchange.answer(30)
                waits.final.append(time.perf_counter() - began)
            except (InteractionFailed, TimeoutError):
                waits.silent += 1

    await asyncio.gather(*(worker(number) for number in range(in_flight)))
    return waits


def usual(rounds: Sequence[Waits], what: Callable[[Waits], Sequence[float]], share: float) -> float:
    """A percentile as it is in the usual round: one that this machine was busy in counts little."""
    return median(percentile(what(one), share) for one in rounds)


async def measure(folder: Path) -> list[Figure]:
    """Troupe's commands beside those of a bare bot, with the same load in the same run."""
    patient = {"TROUPE_COUNTDOWN_SECONDS": "3600"}
    async with _bare() as bare, House(folder / "answers", environment=patient) as house:
        acts = {BARE: bare} | _acts(await _tables(house.local))
        waits: dict[str, Rounds] = {name: {count: [] for count in IN_FLIGHT} for name in acts}
        # Connections and statements are made once, at the first use; that is nobody's answer.
        for act in acts.values():
            await load(act, max(IN_FLIGHT))
        # Turn by turn, so that whatever else this machine does is there for all alike.
        for _, count, (name, act) in product(range(ROUNDS), IN_FLIGHT, acts.items()):
            waits[name][count].append(await load(act, count))
    figures = []
    for name, by_count in waits.items():
        for count in IN_FLIGHT:
            figures += _times(name, count, by_count[count])
    for name in _acts([]):
        figures += _compared(name, waits[name], waits[BARE])
    return figures


def _times(name: str, count: int, rounds: Sequence[Waits]) -> list[Figure]:
    worst = SILENCE if count == max(IN_FLIGHT) and name != BARE else None
    what = f"{name}, {count} in flight"
    p50, p99 = (usual(rounds, _first, share) for share in (0.5, 0.99))
    silent = sum(one.silent for one in rounds)
    slowest = max(max(one.first) for one in rounds)
    return [
        Figure(f"{what}: first answer, p50", p50 * 1_000, "ms"),
        Figure(f"{what}: first answer, p99", p99 * 1_000, "ms"),
        Figure(f"{what}: slowest", slowest * 1_000, "ms", at_most=worst and worst * 1_000),
        *([Figure(f"{what}: not answered", silent, "", at_most=0)] if silent else []),
    ]


def _first(waits: Waits) -> Sequence[float]:
    return waits.first


def _final(waits: Waits) -> Sequence[float]:
    return waits.final


def _compared(name: str, ours: Rounds, bare: Rounds) -> list[Figure]:
    first, final = (
        usual(ours[USUAL], what, 0.99) / usual(bare[USUAL], what, 0.99) for what in (_first, _final)
    )
    what = f"{name} / bare bot, {USUAL} in flight"
    return [
        Figure(f"{what}: first answer, p99", first, "x", at_most=2),
        Figure(f"{what}: final content, p99", final, "x", at_most=4),
    ]


@contextlib.asynccontextmanager
async def _bare() -> AsyncIterator[Act]:
    """A bare bot, and the use of its command."""
    async with LocalDiscord(rate_limits=False) as local:
        guild = local.add_guild("The Bare Stage")
        channel = guild.add_channel("floor")
        people = [local.add_person(f"Guest {n}", guild) for n in range(USUAL)]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.bare", env=local.environment | _path()
        )
        try:
            await local.bot_ready(60, commands=True)

            async def ping(number: int) -> Exchange:
                return await people[number % USUAL].slash(channel, "ping")

            yield ping
        finally:
            process.terminate()
            await process.wait()


def _path() -> dict[str, str]:
    return {"PYTHONPATH": str(Path(__file__).parent.parent)}


@dataclass
class _Table:
    channel: Channel
    card: Message
    people: list[Person]


async def _tables(local: LocalDiscord) -> list[_Table]:
    guild = local.add_guild("The Busy Stage")
    return await asyncio.gather(*(_table(local, guild, n) for n in range(TABLES)))


async def _table(local: LocalDiscord, guild: Guild, number: int) -> _Table:
    """A story with an open ballot, on which one writer of many never votes."""
    channel = guild.add_channel(f"table-{number}")
    owner, *people = [local.add_person(f"Player {number} {n}", guild) for n in range(SEATS + 1)]
    await _told(owner.slash(channel, "story open", title="Busy", premise="A storm. " * 10))
    for n, who in enumerate([owner, *people]):
        await _told(owner.slash(channel, "cast add", name=f"Role {n}"))
        await _told(who.slash(channel, "cast claim", name=f"Role {n}"))
    await _told(owner.slash(channel, "cast add", name="Nobody"))
    await _told(owner.slash(channel, "scene continue", as_character="Nobody"))
    card = await local.until(lambda: _card(channel), 60, "drafts to vote on")
    return _Table(channel, card, people)


def _card(channel: Channel) -> Message | None:
    last = channel.last_message
    voting = last and any((b.custom_id or "").startswith("vote:") for b in last.buttons)
    return last if voting else None


async def _told(asked: Awaitable[Exchange]) -> None:
    await (await asked).answer(30)


def _acts(tables: list[_Table]) -> dict[str, Act]:
    def seat(number: int) -> tuple[_Table, Person]:
        table = tables[number % TABLES]
        return table, table.people[number // TABLES % SEATS]

    async def show(number: int) -> Exchange:
        table, who = seat(number)
        return await who.slash(table.channel, "story show")

    async def cast(number: int) -> Exchange:
        table, who = seat(number)
        return await who.slash(table.channel, "cast list")

    async def vote(number: int) -> Exchange:
        table, who = seat(number)
        button = next(b.custom_id for b in table.card.buttons if "vote:" in (b.custom_id or ""))
        return await who.click(table.card, button or "")

    return {"/story show": show, "/cast list": cast, "a vote": vote}
