"""``troupe rehearse``: perform a script with simulated writers, and keep the book."""

import asyncio
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from playground.claude.prices import bill
from playground.rehearsal.acting import Patience
from playground.rehearsal.export import Export, write_out
from playground.rehearsal.house import House
from playground.rehearsal.performance import Performance, Tally
from playground.rehearsal.script import (
    Heading,
    Line,
    RehearsalError,
    Script,
    leads,
    read_script,
    speakers,
)
from playground.server import ApiError, Guild, InteractionFailed, LocalDiscord, Person

NAMES = ("Anna", "Bo", "Cy", "Dora", "Emil", "Fay", "Gus", "Hanne", "Ida", "Jon", "Kit", "Lou")

TENTHS = 10


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked of a rehearsal.

    Attributes:
        script: a JSON Lines file; each line has story, speaker and text.
        writers: how many people play; they take the characters with most lines.
        seed: decides votes, directions, talk at the table and what the offline narrator writes.
        out: the folder for the book, the database and the log.
        fast: no countdowns, no rate limits, no pauses.
    """

    script: Path
    writers: int
    seed: int
    out: Path
    fast: bool


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What came of a rehearsal: books by story, numbers, seconds of the performance.

    Attributes:
        paces: turns a second, tenth by tenth of the script.
    """

    exports: dict[str, Export]
    tally: Tally
    seconds: float
    paces: tuple[float, ...] = ()


async def rehearse(options: Options) -> int:
    """Perform a script through the real bot; the exit status.

    The bot runs as a process of its own, on the local Discord and with the offline narrator. What
    goes wrong is told in a sentence on standard error.
    """
    console = Console()
    try:
        script = _script(options)
        async with House(options.out, seed=options.seed, fast=options.fast) as house:
            done = await perform(house, script, options, console)
            console.print(_table(done, house))
        write_out(options.out, done.exports)
    except (RehearsalError, ApiError, InteractionFailed, TimeoutError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    console.print(f"The book is in {escape(str(options.out))}.")
    return 0


def _script(options: Options) -> Script:
    if options.writers < 1:
        raise RehearsalError("A rehearsal needs at least one writer.")
    return read_script(options.script)


async def perform(house: House, script: Script, options: Options, console: Console) -> Rehearsed:
    """Perform all stories side by side, for as long as the bot lives.

    Raises:
        RehearsalError: the bot died or refused something, or a line did not appear.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        shown = progress.add_task("Rehearsing", total=len(script.lines))

        stood: list[float] = []

        def told(_line: Line) -> None:
            stood.append(time.monotonic())
            progress.advance(shown)

        performances = cast_out(house.local, script, options.writers, options.seed)
        for one in performances:
            one.told = told
        begun = time.monotonic()
        exports = await _while_alive(house, performances)
        seconds = time.monotonic() - begun
    return Rehearsed(exports, _sum(one.tally for one in performances), seconds, _paces(stood))


def _paces(stood: Sequence[float]) -> tuple[float, ...]:
    """Turns a second in each tenth, given when each stood; nothing if they are too few to tell."""
    size = len(stood) // TENTHS
    if size == 0:
        return ()
    marks = [stood[n * size] for n in range(TENTHS)] + [stood[-1]]
    return tuple(size / max(after - before, 0.001) for before, after in pairwise(marks))


def slowdown(paces: Sequence[float]) -> float:
    """The pace of the last tenth over that of the first; 1 if there are too few turns to tell."""
    return paces[-1] / paces[0] if paces else 1.0


def cast_out(
    local: LocalDiscord, script: Script, writers: int, seed: int, guild: Guild | None = None
) -> list[Performance]:
    """A server with a channel for each story, and the writers with their parts.

    Args:
        local: where to.
        script: what is performed.
        writers: how many people play.
        seed: decides what is left to chance.
        guild: the server; a new one, if none is given.
    """
    guild = guild or local.add_guild("The Rehearsal Room")
    people = [local.add_person(name, guild) for name in _names(writers)]
    parts = dict(zip(leads(script, writers), people, strict=False))
    return [
        replace(
            _performance(local, guild, name, lines, (people, parts), seed),
            heading=script.headings.get(name, Heading()),
        )
        for name, lines in script.stories.items()
    ]


def _names(count: int) -> list[str]:
    return [NAMES[n] if n < len(NAMES) else f"Writer {n + 1}" for n in range(count)]


def _performance(
    local: LocalDiscord,
    guild: Guild,
    title: str,
    lines: tuple[Line, ...],
    company: tuple[list[Person], dict[str, Person]],
    seed: int,
) -> Performance:
    people, parts = company
    players = {key: parts[key] for key in speakers(lines) if key in parts}
    # Where nobody has a part somebody opens the story all the same, and votes alone.
    there = [one for one in people if one in players.values()] or people[:1]
    return Performance(
        patience=Patience(local),
        title=title,
        lines=lines,
        channel=guild.add_channel(_channel_name(title)),
        writers=there,
        players=players,
        seed=f"{seed}:{title}",
    )


def _channel_name(title: str) -> str:
    kept = "".join(c if c.isalnum() else "-" for c in title.lower())
    return kept.strip("-")[:90] or "story"


async def _while_alive(house: House, performances: list[Performance]) -> dict[str, Export]:
    """Perform and export; stop with a sentence when the bot's process ends before.

    Raises:
        RehearsalError: it ended.
    """
    work = asyncio.ensure_future(_all(performances))
    ended = asyncio.ensure_future(house.bot.ended())
    try:
        await asyncio.wait({work, ended}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            raise RehearsalError(house.obituary(f"in the middle (status {ended.result()})"))
        return await work
    finally:
        work.cancel()
        ended.cancel()
        await asyncio.gather(work, ended, return_exceptions=True)


async def _all(performances: list[Performance]) -> dict[str, Export]:
    """All stories at the same time; the first failure ends the others."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = {one.title: group.create_task(_one(one)) for one in performances}
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return {title: task.result() for title, task in tasks.items()}


async def _one(performance: Performance) -> Export:
    await performance.perform()
    return await performance.export()


def _sum(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for one in tallies:
        total.human += one.human
        total.model += one.model
        total.ballots += one.ballots
        total.votes += one.votes
        total.facts += one.facts
        total.chats += one.chats
    return total


def _table(done: Rehearsed, house: House) -> Table:
    """What was done, for the end of the rehearsal."""
    tally, costs = done.tally, bill(house.claude.usage)
    table = Table(show_header=False, title="Rehearsed")
    rows = [
        ("stories", f"{len(done.exports)}"),
        ("turns", f"{tally.turns:,} ({tally.human:,} by people, {tally.model:,} by the model)"),
        ("ballots", f"{tally.ballots:,}"),
        ("votes", f"{tally.votes:,}"),
        ("facts", f"{tally.facts:,}"),
        ("seconds", f"{done.seconds:.1f} ({tally.turns / max(done.seconds, 0.001):.1f} turns/s)"),
        ("turns/s by tenths", " ".join(f"{pace:.1f}" for pace in done.paces) or "too few turns"),
        ("tokens", f"{costs.read:,} read, {costs.written:,} written (estimated offline)"),
        ("list price", _price(costs.usd, costs.models)),
    ]
    for name, value in rows:
        table.add_row(name, escape(value))
    return table


def _price(usd: float | None, models: tuple[str, ...]) -> str:
    asked = ", ".join(models) or "nobody"
    if usd is None:
        return f"not known for {asked}"
    return f"{usd:.2f} USD, had {asked} been asked"
