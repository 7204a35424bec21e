"""The bot as a process that is killed with SIGKILL at chosen moments, and started again."""

import asyncio
import random
import re
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from playground.claude.faults import Hang
from playground.rehearsal.house import House
from playground.rehearsal.performance import Performance
from playground.rehearsal.run import cast_out
from playground.rehearsal.script import Line, RehearsalError, Script
from playground.rehearsal.voting import is_card
from playground.server import Drop, HookHandle
from playground.server.hooks import Request
from tests.databases import ENGINES

STORY = "the killed"
POST = r"/webhooks/\d+/:token$"
OFTEN_ENOUGH = 2
BOTH = pytest.mark.parametrize("engine", ENGINES, indirect=True, scope="module")
"""What is tried on PostgreSQL as well."""


def _kind(request: Request) -> str:
    """What a request is about; all those of a start, and all that only look, are one kind."""
    if request.method in {"GET", "PUT"}:
        return "a look"
    return f"{request.method} {re.sub('[0-9]+', '', request.path)}"


@dataclass
class Knife:
    """Kills the bot: at once, or when something happens on the wire."""

    house: House
    cuts: int = 0
    where: list[str] = field(default_factory=list)
    _hooks: list[HookHandle] = field(default_factory=list)

    async def cut(self, where: str = "") -> None:
        self.cuts += 1
        self.where.append(where)
        self.house.bot.kill()
        await self.house.bot.ended()

    def on_arrival(self, method: str, path: str, nth: int = 1, *, lost: bool = True) -> None:
        """Kill when the nth such request arrives; it is never carried out, if ``lost``."""

        async def hook(request):
            if request.count == nth:
                await self.cut(f"{method} {request.path} arrives")
                if lost:
                    raise Drop

        self._hooks.append(self.house.local.before(method, path, hook))

    def on_done(self, method: str, path: str, nth: int = 1) -> None:
        """Kill when the nth such deed is done, before the bot can hear of it."""

        async def hook(request):
            if request.count == nth:
                await self.cut(f"{method} {request.path} is done")

        self._hooks.append(self.house.local.after(method, path, hook))

    def put_away(self) -> None:
        """Kill no more."""
        for hook in self._hooks:
            hook.remove()
        self.house.claude.choose_fault = lambda _body: None

    def now_and_then(self, times: int, chance: random.Random, most: int) -> None:
        """Kill at seeded moments, each at most so many of the bot's requests after the last.

        Sooner at a kind of request at which it was not killed before; and where that was so as
        often as ``OFTEN_ENOUGH``, at another one.
        """
        left = [chance.randint(1, most)]
        seen: Counter[str] = Counter()

        def due(stage: str) -> bool:
            left[0] -= 1
            soon = 0 if seen[stage] else most // 6
            if left[0] > soon or self.cuts >= times or seen[stage] >= OFTEN_ENOUGH:
                return False
            seen[stage] += 1
            left[0] = chance.randint(1, most)
            return True

        async def before(request):
            if due(f"{_kind(request)} arrives"):
                await self.cut(f"{request.method} {request.path} arrives")
                if chance.choice((True, False)):
                    raise Drop

        async def after(request):
            if due(f"{_kind(request)} is done"):
                await self.cut(f"{request.method} {request.path} is done")

        self._hooks.append(self.house.local.before("*", "", before))
        self._hooks.append(self.house.local.after("*", "", after))
        self._while_drafting(lambda: due("the model writes"), Hang())

    def while_drafting(self, *, midway: bool = False) -> None:
        """Kill while the model writes for the first time."""
        self._while_drafting(lambda: not self.cuts, Hang(midway=midway))

    def _while_drafting(self, due: Callable[[], bool], hang: Hang) -> None:
        def fault(_body):
            if not due():
                return None
            self.cuts += 1
            self.where.append("the model writes")
            self.house.bot.kill()
            return hang

        self.house.claude.choose_fault = fault


@asynccontextmanager
async def kept_alive(house: House) -> AsyncIterator[None]:
    """Start the bot again whenever it ended."""

    async def watch() -> None:
        while True:
            assert await house.bot.ended() == -signal.SIGKILL, house.bot.last_words()
            # A kill may hit the bot while it starts.
            with suppress(RehearsalError):
                await house.start_bot()

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


def script(*lines: tuple[str, str]) -> Script:
    return Script({STORY: tuple(Line(n, STORY, who, text) for n, (who, text) in enumerate(lines))})


def cast(house: House, lines: Script, writers: int, seed: int = 1) -> Performance:
    (performance,) = cast_out(house.local, lines, writers, seed)
    return performance


async def performed(house: House, performance: Performance) -> None:
    """Perform a script while the bot is started again whenever it is killed; then compare."""
    async with kept_alive(house):
        await performance.perform()
        await nothing_lost_nothing_doubled(performance)


async def nothing_lost_nothing_doubled(
    performance: Performance, lines: Sequence[Line] | None = None
) -> None:
    """The export and the channel both hold each line once, in order."""
    told = (await performance.export()).turns
    lines = performance.lines if lines is None else lines
    _compare_with_script(performance, lines, told)
    await _compare_with_channel(performance, told)


def _compare_with_script(performance, lines, told):
    assert [turn["seq"] for turn in told] == list(range(len(told)))
    wanted = [_wanted(performance, line) for line in lines]
    found = [
        (turn["speaker"], turn["text"] if turn["source"] == "human" else turn["source"])
        for turn in told
    ]
    assert found == wanted


def _wanted(performance, line):
    if line.speaker.casefold() in performance.players:
        return (line.speaker, line.text)
    return ("Narrator" if line.narrated else line.speaker, "model")


async def _compare_with_channel(performance, told):
    channel, local = performance.channel, performance.patience.local
    texts = {turn["text"] for turn in told}

    def typed():
        return [m for m in channel.messages if not m.webhook_id and m.content in texts]

    await local.until(lambda: not typed(), what="typed messages to be replaced")
    cards = [m for m in channel.messages if is_card(m)]
    assert len(cards) == performance.tally.ballots
    shown = [(m.author_name, m.content) for m in channel.messages if m.author.webhook]
    assert joined(shown) == joined((turn["speaker"], turn["text"]) for turn in told)


def joined(said) -> list[tuple[str, str]]:
    """Neighbours of one speaker as one, without the white space at which posts are split."""
    whole: list[tuple[str, str]] = []
    for who, text in said:
        bare = "".join(text.split())
        if whole and whole[-1][0] == who:
            whole[-1] = (who, whole[-1][1] + bare)
        else:
            whole.append((who, bare))
    return whole
