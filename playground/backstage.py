"""Backstage of a house: its ledger, the bot's process, and a look into the bot's database."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Self

from bot.story.errors import StorageError
from playground.claude import Ledger
from playground.page.backstage import BotState, News
from playground.rehearsal.house import House
from playground.rehearsal.script import RehearsalError
from playground.server import Happening

LookOn = Callable[[str, int, Mapping[int, str]], Awaitable[object]]
"""Looks into a database (its address) at a channel (its id), knowing what people are called."""
PAUSE_SECONDS = 0.4
"""How long news are gathered: a press changes several messages."""
FOR_EVER = 1e9
_LINES = 40
_TELLING = ("MESSAGE_", "INTERACTION_", "THREAD_")
"""Whenever such things happen in Discord, the bot's database may have changed."""


class HouseBackstage:
    """See ``playground.page.backstage.Backstage``. Use it as an async context manager.

    Args:
        house: whose backstage; open it before.
        look_on: looks into the bot's database; None: nobody can.

    Attributes:
        house: whose backstage.
    """

    def __init__(self, house: House, look_on: LookOn | None = None) -> None:
        self.house = house
        self._look_on = look_on
        self._hearers: list[Callable[[News], None]] = []
        self._deeds: set[asyncio.Task[None]] = set()
        self._due: asyncio.TimerHandle | None = None
        self._watching: asyncio.Task[None] | None = None
        self._ignore: Callable[[], None] = lambda: None

    async def __aenter__(self) -> Self:
        self.house.local.world.bus.listen(self._happened)
        self._ignore = self.house.ledger.listen(lambda: self._tell("prompt"))
        self._watching = asyncio.create_task(self._watch(), name="backstage")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.house.local.world.bus.ignore(self._happened)
        self._ignore()
        if self._due is not None:
            self._due.cancel()
        for task in (self._watching, *self._deeds):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, LookupError):
                    await task

    # Looking

    @property
    def ledger(self) -> Ledger:
        """What the bot asked the model."""
        return self.house.ledger

    @property
    def running(self) -> bool:
        """Whether the bot's process lives."""
        return self.house.bot.running

    @property
    def state(self) -> BotState:
        """How the bot's process is."""
        bot = self.house.bot
        return BotState(
            running=bot.running,
            wanted=self.house.bot_wanted,
            busy=bool(self._deeds),
            pid=bot.pid,
            since=bot.since,
            memory=bot.memory(),
            log=str(bot.log),
            lines=tuple(bot.tail(_LINES)),
        )

    async def overview(self, channel_id: int) -> object:
        """What goes on in a channel; None if no story is played there.

        Raises:
            LookupError: it cannot be read (yet).
        """
        if self._look_on is None:
            raise LookupError("The bot's database cannot be looked into from here.")
        world = self.house.local.world
        names = {user.id: user.display_name for user in world.users.values()}
        try:
            return await self._look_on(self.house.database_url, channel_id, names)
        except StorageError as error:
            raise LookupError(str(error)) from error

    # Doing

    async def restart(self) -> None:
        """Kill the bot as a power cut would, and start it again.

        Raises:
            LookupError: it does not come back.
        """
        await self._do(self.house.restart_bot())

    async def stop(self) -> None:
        """Have the bot close in order, and stay away."""
        await self._do(self.house.stop_bot())

    async def start(self) -> None:
        """Start the bot.

        Raises:
            LookupError: it does not come up.
        """
        await self._do(self.house.resume_bot())

    async def _do(self, deed: Awaitable[None]) -> None:
        """Do something to the end, also if whoever asked for it leaves meanwhile."""
        task = asyncio.create_task(_told(deed))
        self._deeds.add(task)
        task.add_done_callback(self._deeds.discard)
        await asyncio.shield(task)

    # Telling

    def listen(self, hear: Callable[[News], None]) -> Callable[[], None]:
        """Call a function with what there is news of; what is returned ends that."""
        self._hearers.append(hear)
        return lambda: self._hearers.remove(hear)

    def _tell(self, news: News) -> None:
        for hear in tuple(self._hearers):
            hear(news)

    def _happened(self, happening: Happening) -> None:
        if self._due is None and happening.kind.startswith(_TELLING):
            loop = asyncio.get_running_loop()
            self._due = loop.call_later(PAUSE_SECONDS, self._tell_of_ballots)

    def _tell_of_ballots(self) -> None:
        self._due = None
        self._tell("ballot")

    async def _watch(self) -> None:
        """Stir whoever waits for a change whenever the process ends, since nothing else does."""
        house = self.house
        while True:
            await house.bot.ended()
            house.local.world.bus.stir()
            await house.local.until(lambda: house.bot.running, FOR_EVER)


async def _told(deed: Awaitable[None]) -> None:
    """Do something; what went wrong as an error of the page.

    Raises:
        LookupError: with the sentence of what went wrong.
    """
    try:
        await deed
    except (RehearsalError, TimeoutError) as error:
        raise LookupError(str(error)) from error
