"""A play in the terminal: one person types lines, and acts as several."""

import asyncio
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from bot.settings import Settings
from playground.globe import PEOPLE, STORIES, Globe
from playground.keeping import KEPT
from playground.rehearsal.house import DATABASE, House
from playground.terminal.keyboard import Keyboard
from playground.terminal.looks import one_line
from playground.terminal.screen import Screen
from playground.terminal.session import Session

BETWEEN_SECONDS = 0.8
"""Before the next line of piped or pasted input: how long nothing must happen."""


async def play_in_terminal(
    house: House, globe: Globe, settings: Settings, data: Path, console: Console
) -> None:
    """Let one person act as three, line by line, until the lines end."""
    session = _session(house, data, console, globe)
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


def _session(house: House, data: Path, console: Console, globe: Globe) -> Session:
    names = {one.id: name for name, one in globe.people.items()}

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
    me, here = globe.people[PEOPLE[0]], globe.channels[STORIES[0]]
    session = Session(house, keyboard, screen, globe.people, globe.channels, me, here)
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
    text.append(f"You can be {', '.join(PEOPLE)}, in #{' and #'.join(STORIES)}. Begin with\n")
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
