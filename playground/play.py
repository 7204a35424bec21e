"""``troupe play``: everything on this machine, and a terminal to act in."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from bot.settings import Settings
from playground.rehearsal.house import DATABASE, House
from playground.rehearsal.script import RehearsalError
from playground.server import Channel, Person
from playground.terminal.keyboard import Keyboard
from playground.terminal.looks import one_line
from playground.terminal.screen import Screen
from playground.terminal.session import Session, by_name

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has none, and nothing keeps two plays apart there
    HAS_LOCKS = False
else:
    HAS_LOCKS = True

PEOPLE = ("Anna", "Bo", "Cy")
CHANNELS = ("the-lantern", "empty-stage")
KEPT = "previous.db"
LOCK = "play.lock"
BETWEEN_SECONDS = 0.8
"""Before the next line of piped or pasted input: how long nothing must happen."""


async def play(settings: Settings, data: Path) -> int:
    """Start the local Discord, a narrator and the bot, and let one person act as three.

    Drafts come from Claude if ``settings`` hold a key, else from the offline narrator.

    Args:
        settings: the operator's; a countdown, models and the daily cap are taken from them.
        data: the folder for the bot's database and log. Since the local Discord begins empty at
            each start, so does the database; the last one is kept beside it.

    Returns:
        The exit status.
    """
    console = Console(highlight=False, emoji=False)
    key = settings.anthropic_api_key.get_secret_value()
    service = settings.anthropic_base_url if key else None
    house = House(data, fast=False, environment=_environment(settings), service=service)
    try:
        with _alone(data):
            _keep_last(data)
            console.print("Starting a Discord, a narrator and the bot here …", style="dim")
            async with house:
                await _play(house, settings, data, console)
    except (RehearsalError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _environment(settings: Settings) -> dict[str, str]:
    """What the bot is told beyond where its services are."""
    chosen = {
        "TROUPE_COUNTDOWN_SECONDS": f"{settings.troupe_countdown_seconds}",
        "TROUPE_DRAFT_SECONDS": f"{settings.troupe_draft_seconds}",
        "TROUPE_MODEL": settings.troupe_model,
        "TROUPE_CHORES_MODEL": settings.troupe_chores_model,
        "TROUPE_LOG_LEVEL": settings.troupe_log_level,
        "TROUPE_LOG_FORMAT": settings.troupe_log_format,
    }
    key = settings.anthropic_api_key.get_secret_value()
    if key:
        chosen |= {
            "ANTHROPIC_API_KEY": key,
            "TROUPE_DAILY_CAP_USD": f"{settings.troupe_daily_cap_usd}",
        }
    return chosen


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Keep other plays out of the folder for as long as this one lasts, however it ends.

    Raises:
        RehearsalError: there is one already.
    """
    data.mkdir(parents=True, exist_ok=True)
    with (data / LOCK).open("w") as lock:
        if HAS_LOCKS:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RehearsalError(
                    f"Another play uses {data}. End it, or name another folder: "
                    "troupe play --data FOLDER."
                ) from None
        yield


def _keep_last(data: Path) -> None:
    """Put the last play's database aside, whole: with what was not yet written back to it."""
    for ending in ("", "-wal", "-shm"):
        last, kept = data / f"{DATABASE}{ending}", data / f"{KEPT}{ending}"
        kept.unlink(missing_ok=True)
        if last.exists() and last.stat().st_size and ending != "-shm":
            last.replace(kept)
        else:
            last.unlink(missing_ok=True)


async def _play(house: House, settings: Settings, data: Path, console: Console) -> None:
    guild = house.local.add_guild("The Globe")
    channels: dict[str, Channel] = {name: guild.add_channel(name) for name in CHANNELS}
    people = by_name([house.local.add_person(name, guild) for name in PEOPLE])
    session = _session(house, data, console, people, channels)
    console.print(_greeting(house, settings, data))
    watching = [
        asyncio.create_task(session.watch(), name="watch"),
        asyncio.create_task(session.watch_bot(), name="bot"),
    ]
    try:
        async for line in session.keyboard.lines():
            if line.strip():
                # What led to what: the line stays above what comes of it.
                session.screen.say(f"{session.me.name} #{session.here.name} › {one_line(line)}")
            if not await session.act(line):
                break
            await session.patience.settle()
            if session.keyboard.more:
                await session.patience.quiet(BETWEEN_SECONDS)
    finally:
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
    console.print("Bye. The bot is told to stop.", style="dim")


def _session(
    house: House,
    data: Path,
    console: Console,
    people: dict[str, Person],
    channels: dict[str, Channel],
) -> Session:
    names = {one.id: name for name, one in people.items()}

    def prompt() -> str:
        return f"{session.me.name} #{session.here.name} › "

    def whose(user_id: int) -> str:
        return "you" if user_id == session.me.id else names.get(user_id, "somebody")

    def where(channel_id: int) -> str:
        channel = house.local.world.channels.get(channel_id)
        return channel.name if channel else ""

    def complete(typed: str) -> list[str]:
        return session.complete(typed)

    keyboard = Keyboard(prompt, complete)
    screen = Screen(console, keyboard, data / "files", whose, where)
    me, here = people[PEOPLE[0]], channels[CHANNELS[0]]
    session = Session(house, keyboard, screen, people, channels, me, here)
    return session


def _greeting(house: House, settings: Settings, data: Path) -> Panel:
    settings_of_discord = "\n".join(f"  {k}={v}" for k, v in house.local.environment.items())
    key = settings.anthropic_api_key.get_secret_value()
    drafts = (
        f"Claude drafts ({settings.troupe_model}); that costs money, at most "
        f"{settings.troupe_daily_cap_usd:g} USD a day."
        if key
        else "An offline narrator drafts: it understands nothing and is free, also where prices "
        "are shown; those are what Claude would cost."
    )
    text = Text()
    text.append("Discord, a narrator and the bot run on this machine. ", "bold")
    text.append(f"{drafts}\n\n")
    text.append(f"You can be {', '.join(PEOPLE)}, in #{' and #'.join(CHANNELS)}. Begin with\n")
    text.append(
        '  /story open title:"The Lantern" premise:"A storm keeps three strangers in an inn, '
        'and one of them has been here before."\n'
        "  /cast add name:Mirjam\n"
        "  /cast claim name:Mirjam\n",
        "cyan",
    )
    text.append("then just type, and ask for ways on with ")
    text.append("/scene continue", "cyan")
    text.append(". Vote with ")
    text.append("click A", "cyan")
    text.append(
        f"; {settings.troupe_countdown_seconds:g} s after enough have voted it is decided. "
    )
    text.append("What only one person can see says so. ")
    text.append("/help", "cyan")
    text.append(" tells the rest, ")
    text.append("/quit", "cyan")
    text.append(" ends.\n\n")
    text.append(
        "The local Discord, for troupe doctor or another bot:\n"
        f"{settings_of_discord}\n"
        f"The bot's database: {data / DATABASE} · its log: {house.bot.log}\n"
        "Each play begins with an empty server and an empty database; "
        f"the last one is kept as {data / KEPT}.",
        "dim",
    )
    return Panel(text, title="Troupe", border_style="dim")
