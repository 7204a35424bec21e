"""The command line: run, doctor, play, rehearse; backup, restore, move."""

import argparse
import atexit
import contextlib
import gc
import json
import os
import signal
import sys
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from bot.services.onlooking import Onlooking
    from bot.settings import Settings
    from playground.backstage import LookOn
    from storage.fingerprint import Fingerprint
    from storage.keeping import Drill

_INTERRUPTED = 130
_KEEPING = ("backup", "restore", "move")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="troupe", description="A Discord bot with which groups write fiction together."
    )
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("run", help="connect to Discord")
    doctor = commands.add_parser("doctor", help="tell what is missing, and how to mend it")
    doctor.add_argument("--json", action="store_true", help="one JSON object per line")
    play = commands.add_parser("play", help="try everything on this machine, without accounts")
    play.add_argument("--data", type=Path, default=Path("data/play"), help="where stories are kept")
    play.add_argument("--port", type=int, help="where the page shall be (default 8420, if free)")
    play.add_argument("--no-browser", action="store_true", help="only print the page's address")
    play.add_argument("--terminal", action="store_true", help="play here instead of on a page")
    rehearse = commands.add_parser("rehearse", help="let simulated writers perform a script")
    rehearse.add_argument("script", type=Path, help="JSONL: story, seq, speaker, text")
    rehearse.add_argument("--writers", type=int, default=3, help="how many (default 3)")
    rehearse.add_argument("--seed", type=int, default=0, help="for votes and facts (default 0)")
    rehearse.add_argument("--out", type=Path, default=Path("out"), help="folder for the results")
    rehearse.add_argument(
        "--fast", action="store_true", help="no countdowns, none of Discord's rate limits"
    )
    _add_keeping(commands)
    return parser


def _add_keeping(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    backup = commands.add_parser(
        "backup", help="write a backup of the database, while the bot may be at work"
    )
    backup.add_argument(
        "file", type=Path, nargs="?", default=Path("backups"), help="or a folder (default backups)"
    )
    restore = commands.add_parser("restore", help="put a backup in the place of the database")
    restore.add_argument("file", type=Path, help="a backup that troupe backup wrote")
    restore.add_argument(
        "--check", action="store_true", help="only try it out, in a scratch database"
    )
    restore.add_argument(
        "--replace", action="store_true", help="although there are stories; they are kept beside"
    )
    move = commands.add_parser("move", help="copy the database into an empty one elsewhere")
    move.add_argument("--to", required=True, metavar="URL", help="such as postgresql://host/name")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return 0
    # Python looks at the end through all that was loaded for what nobody holds any more: most of a
    # second, in which the process only keeps whoever ended it waiting.
    atexit.register(gc.freeze)
    try:
        return _carry_out(options)
    except KeyboardInterrupt:
        return _INTERRUPTED


@contextlib.contextmanager
def _loading() -> Iterator[None]:
    """Modules load a quarter faster where nobody looks for garbage meanwhile; they make none."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _carry_out(options: argparse.Namespace) -> int:
    # What a command needs takes seconds to load. Ctrl-C may come while it does, so it is loaded
    # only here, where that is taken for an end and no failure.
    with _loading():
        import asyncio  # noqa: PLC0415

        from pydantic import ValidationError  # noqa: PLC0415

        from bot import logs  # noqa: PLC0415
        from bot.settings import Settings, mistakes  # noqa: PLC0415
        from bot.story.errors import StorageError, StoryError  # noqa: PLC0415

    try:
        settings = Settings()
    except ValidationError as error:
        told = "\n".join(mistakes(error))
        print(f"{told}\n.env.example explains every setting.", file=sys.stderr)
        return 1
    try:
        # What the doctor finds says what is wrong, and how to mend it; records would say it twice.
        level = "ERROR" if options.command == "doctor" else settings.troupe_log_level
        logs.set_up(level, settings.troupe_log_format)
        if options.command in _KEEPING:
            return asyncio.run(_keep_alone(options, settings.database_url))
        return asyncio.run(_until_told(_command(options, settings)))
    except StorageError as error:
        from storage.naming import for_operator  # noqa: PLC0415 - see above

        print(for_operator(error, settings.database_url), file=sys.stderr)
    except StoryError as error:
        print(error, file=sys.stderr)
    except Exception as error:  # noqa: BLE001 - one format for whatever ends the process
        logs.crashed(error)
    return 1


def _command(options: argparse.Namespace, settings: "Settings") -> Coroutine[None, None, int]:
    if options.command == "run":
        return _run(settings)
    if options.command == "doctor":
        return _doctor(settings, as_json=options.json)
    # The playground is no part of what runs on Discord, so it is loaded only when asked for.
    if options.command == "play":
        from playground.play import PlayOptions, play  # noqa: PLC0415

        browser = not options.no_browser
        wanted = PlayOptions(options.data, options.terminal, browser, port=options.port)
        return play(settings, wanted, _onlooker())
    from playground.rehearsal.run import Options, rehearse  # noqa: PLC0415

    return rehearse(
        Options(
            script=options.script,
            writers=options.writers,
            seed=options.seed,
            out=options.out,
            fast=options.fast,
        )
    )


def _onlooker() -> "LookOn":
    """Looks into the database of a bot at work; given to the playground, which knows none."""
    import asyncio  # noqa: PLC0415 - see _carry_out

    async def look_on(url: str, channel_id: int, names: Mapping[int, str]) -> object:
        # Nobody waits at the start of a play for what a look takes; what is loaded stays loaded.
        onlooking = await asyncio.to_thread(_onlooking, url)
        return await onlooking.overview(channel_id, names)

    return look_on


def _onlooking(url: str) -> "Onlooking":
    from bot.services.onlooking import Onlooking  # noqa: PLC0415 - see _carry_out
    from storage.database import SystemClock  # noqa: PLC0415
    from storage.onlooker import Onlooker  # noqa: PLC0415

    clock = SystemClock()
    return Onlooking(Onlooker(url, clock), clock)


async def _keep_alone(options: argparse.Namespace, url: str) -> int:
    """Keep, having seen that nobody serves what must be at rest."""
    import asyncio  # noqa: PLC0415 - see _carry_out

    from bot.story.errors import StorageError  # noqa: PLC0415
    from storage.keeping import IN_USE, is_there  # noqa: PLC0415
    from storage.sole import alone  # noqa: PLC0415

    # An end in the middle waits for what is under way, and leaves no half file.
    for stop in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop, signal.default_int_handler)
    at_rest = options.command == "move" or (options.command == "restore" and not options.check)
    if not (at_rest and is_there(url)):
        return await asyncio.to_thread(_keep, options, url)
    async with alone(url) as free:
        if not free:
            raise StorageError(IN_USE)
        return await asyncio.to_thread(_keep, options, url)


def _keep(options: argparse.Namespace, url: str) -> int:
    """Back up, restore or move the database."""
    from rich.console import Console  # noqa: PLC0415 - see _carry_out

    with _loading():
        from storage import keeping  # noqa: PLC0415 - see _carry_out
        from storage.database import SystemClock  # noqa: PLC0415

    now = SystemClock().now()
    console = Console(soft_wrap=True, highlight=False)
    copied: dict[str, int] = {}
    with console.status("Copying …") as status:

        def progress(table: str, rows: int) -> None:
            copied[table] = copied.get(table, 0) + rows
            status.update(f"Copying … {table}: {copied[table]:,}")

        if options.command == "backup":
            file = options.file
            if file.is_dir() or not file.suffix:
                file = keeping.default_file(file, now)
            prints = keeping.backup(url, file, now, progress)
            told = f"{_rows(prints)} are in {file}. Try it out: troupe restore --check {file}"
        elif options.command == "move":
            prints = keeping.move(url, options.to, now, progress)
            told = (
                f"{_rows(prints)} were copied and compared; the old database is as it was. "
                "Now set DATABASE_URL to the new address and start the bot."
            )
        elif options.check:
            return _show(console, keeping.drill(options.file))
        else:
            done = keeping.restore(
                url, options.file, now, replace=options.replace, progress=progress
            )
            kept = f" What was there before is kept: {done.kept}." if done.kept else ""
            told = f"{_rows(done.prints)} were restored and compared.{kept}"
    print(told)
    return 0


def _rows(prints: "Fingerprint") -> str:
    rows = sum(one.count for one in prints.values())
    return f"{prints['turns'].count:,} turns ({rows:,} rows)"


def _show(console: "Console", drill: "Drill") -> int:
    """Show how a restoring went that was tried out; the exit status."""
    from rich.table import Table  # noqa: PLC0415 - see _carry_out

    table = Table("table", "recorded", "restored", "content")
    for name, recorded in drill.recorded.items():
        found = drill.found.get(name)
        count = f"{found.count:,}" if found else "none"
        same = "differs" if name in drill.differing else "same"
        table.add_row(name, f"{recorded.count:,}", count, same)
    console.print(table)
    if drill.differing:
        print("The backup is not what it should be. Keep another.", file=sys.stderr)
        return 1
    print("The backup can be restored, and holds what it should.")
    return 0


async def _run(settings: "Settings") -> int:
    missing = [
        name
        for name, value in (
            ("DISCORD_TOKEN", settings.discord_token),
            ("ANTHROPIC_API_KEY", settings.anthropic_api_key),
        )
        if not value.get_secret_value()
    ]
    if missing:
        print(
            f"Set {' and '.join(missing)} in .env or in the environment; .env.example says where "
            "to get them. What else may be missing is told by: make doctor (or troupe doctor).",
            file=sys.stderr,
        )
        return 1
    with _loading():
        from bot import logs, supervisor  # noqa: PLC0415 - see _carry_out
        from bot.client import CogBroken, TokenRefused  # noqa: PLC0415

    # What was loaded by now stays. Looking whether it does takes a tenth of a second each time, in
    # which nobody would be answered, so it is no longer looked at.
    gc.freeze()
    try:
        await supervisor.run(settings)
    except TokenRefused:
        print(
            "Discord refuses the token. Copy it anew from the developer portal (Bot → Reset "
            "Token) into DISCORD_TOKEN.",
            file=sys.stderr,
        )
        return 1
    except CogBroken as error:
        logs.crashed(error)
        print(
            f"A part of Troupe itself ({error.name}) cannot be loaded, so it does not start. "
            "Install this version anew, or the one before.",
            file=sys.stderr,
        )
        return 1
    return 0


async def _doctor(settings: "Settings", *, as_json: bool) -> int:
    with _loading():
        from bot.doctor import Mark, examine  # noqa: PLC0415 - see _carry_out

    status = 0
    async for finding in examine(settings):
        line = json.dumps(finding.record, ensure_ascii=False) if as_json else finding.line
        print(line, flush=True)
        if finding.mark is Mark.BAD:
            status = 1
    return status


async def _until_told(command: Coroutine[None, None, int]) -> int:
    """Run a command until it ends or the process is told to stop; then close in order.

    Told a second time, the process ends at once: whatever is committed is safe.
    """
    import asyncio  # noqa: PLC0415 - see _carry_out

    task = asyncio.ensure_future(command)
    loop = asyncio.get_running_loop()
    told: list[int] = []

    def stop(signum: int) -> None:
        if told:
            os._exit(128 + signum)
        told.append(signum)
        task.cancel()

    for which in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(which, stop, which)
    with contextlib.suppress(asyncio.CancelledError):
        return await task
    return 0
