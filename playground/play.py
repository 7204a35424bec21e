"""``troupe play``: everything on this machine, and a page or a terminal to act in."""

import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.settings import Settings
from playground.backstage import HouseBackstage, LookOn
from playground.browser import has_browser, leaflet, open_softly
from playground.globe import Globe
from playground.keeping import KEPT, alone, keep_last
from playground.page import HOST, Page
from playground.prologue import Prologue, PrologueError
from playground.rehearsal.house import DATABASE, House
from playground.rehearsal.script import RehearsalError
from playground.terminal.play import play_in_terminal

PORT = 8420
"""Where the page is, unless that is taken: an address that looks the same each time."""
FOR_EVER = 10.0**9
LIVED_SECONDS = 10.0
"""A bot that ends sooner than this would end again."""


@dataclass(frozen=True, slots=True)
class PlayOptions:
    """What is asked of a play.

    Attributes:
        data: the folder for the bot's database and log. Since the local Discord begins anew at each
            start, so does the database; the last one is kept beside it.
        terminal: whether one acts in the terminal instead of on the page.
        browser: whether the page may be opened in a browser.
        port: where the page must be; None for the usual port, or a free one if that is taken.
    """

    data: Path
    terminal: bool = False
    browser: bool = True
    port: int | None = None


async def play(settings: Settings, options: PlayOptions, look_on: LookOn | None = None) -> int:
    """Start the local Discord, a narrator and the bot, and let one person act as several.

    Drafts come from Claude if ``settings`` hold a key, else from the offline narrator.

    Args:
        settings: the operator's; a countdown, models and the daily cap are taken from them.
        options: where to, and how.
        look_on: looks into the bot's database, for the page's backstage.

    Returns:
        The exit status. A play on the page ends by being cancelled.
    """
    console = Console(highlight=False, emoji=False, soft_wrap=not options.terminal)
    key = settings.anthropic_api_key.get_secret_value()
    service = settings.anthropic_base_url if key else None
    house = House(options.data, fast=False, environment=_environment(settings), service=service)
    try:
        with alone(options.data):
            _try_port(options.port)
            keep_last(options.data)
            console.print("Starting a Discord, a narrator and the bot here …", style="dim")
            async with house, HouseBackstage(house, look_on) as backstage:
                await _play(backstage, settings, options, console)
    except (RehearsalError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def _play(
    backstage: HouseBackstage, settings: Settings, options: PlayOptions, console: Console
) -> None:
    house = backstage.house
    globe = Globe.build(house.local)
    if options.terminal:
        await play_in_terminal(house, globe, settings, options.data, console)
        return
    await _greet(house, globe, settings, console)
    page = await _page(backstage, options.port)
    try:
        console.print(_told(page.address, settings, options))
        if options.browser and has_browser(os.environ):
            open_softly(leaflet(page.address, options.data))
        await _mind_the_bot(house, console)
    finally:
        if sys.stdout.isatty():
            console.print(f"Ending … The stories are in {options.data / DATABASE}.", style="dim")
        await page.stop()


async def _greet(house: House, globe: Globe, settings: Settings, console: Console) -> None:
    """Have the prologue performed; without it one can play as well."""
    console.print("The bot is here. Three people begin a story for you …", style="dim")
    try:
        with _in_haste(house, settings):
            await Prologue(house.local, globe, house.claude).perform()
    except PrologueError as error:
        console.print(
            f"The story that was to greet you came to a halt ({error}). Everything else works: "
            "begin in #empty-stage.",
            style="yellow",
        )


@contextmanager
def _in_haste(house: House, settings: Settings) -> Iterator[None]:
    """Let what is done meanwhile take no time that it need not take, and cost nothing."""
    delay, limits = house.claude.delay, house.local.rate_limits
    house.claude.delay, house.local.rate_limits = 0.0, False
    if house.relay is not None:
        house.relay.upstream = house.claude.base_url
    try:
        yield
    finally:
        house.claude.delay, house.local.rate_limits = delay, limits
        if house.relay is not None:
            house.relay.upstream = settings.anthropic_base_url


def _try_port(port: int | None) -> None:
    """See that the port that was asked for can be used, before anything else is begun.

    Raises:
        RehearsalError: it is taken, or there is no such port.
    """
    if port is None:
        return
    try:
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((HOST, port))
    except (OSError, OverflowError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise RehearsalError(
            f"Port {port} cannot be used ({why}). Leave --port out to take a free one."
        ) from error


async def _page(backstage: HouseBackstage, port: int | None) -> Page:
    """Start the page where it was asked for, or where there is room."""
    local = backstage.house.local
    page = Page(local, backstage=backstage)
    try:
        await page.start(PORT if port is None else port)
    except OSError:
        await page.stop()
        if port is not None:
            raise
        page = Page(local, backstage=backstage)
        await page.start()
    return page


async def _mind_the_bot(house: House, console: Console) -> None:
    """Start the bot again whenever it ends by itself, for as long as that helps."""
    while True:
        began = time.monotonic()
        status = await house.bot.ended()
        if house.bot_wanted:
            console.print(house.obituary(f"with status {status}"), style="bold red")
            if time.monotonic() - began > LIVED_SECONDS:
                await _start_again(house, console)
            else:
                console.print("It is not started again, since it ended so soon.", style="bold red")
        await house.local.until(lambda: house.bot.running, FOR_EVER)


async def _start_again(house: House, console: Console) -> None:
    try:
        await house.resume_bot()
    except RehearsalError as error:
        console.print(str(error), style="bold red")
    else:
        console.print("It is back, on the same database.", style="dim")


def _told(address: str, settings: Settings, options: PlayOptions) -> Text:
    """What is said once everything is ready."""
    if settings.anthropic_api_key.get_secret_value():
        drafts = (
            f"Claude ({settings.troupe_model}), for at most {settings.troupe_daily_cap_usd:g} USD "
            "a day"
        )
    else:
        drafts = "offline and free; it understands nothing. Prices are what Claude would cost"
    lines = (
        ("Narrator", drafts),
        ("Stories", f"{options.data / DATABASE}; those of the play before: {KEPT}"),
        ("Terminal", "troupe play --terminal plays here instead of in a browser"),
        ("End", "Ctrl-C"),
    )
    text = Text("\nOpen ")
    text.append(address, "bold cyan")
    text.append("\n\n")
    for name, told in lines:
        text.append(f"  {name:<10}", "dim").append(f"{told}\n")
    return text


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
