"""The composition root: settings → store, narrator, services → client, and the closing."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import structlog

from bot.backstage.runner import Runner
from bot.client import TroupeClient
from bot.narrator import ClaudeNarrator, Service
from bot.ports import Clock, Limits
from bot.services.ballot_card import BallotCards
from bot.services.books import Books
from bot.services.canon import Canon
from bot.services.casting import Casting
from bot.services.continue_story import ContinueStory
from bot.services.departures import Departures
from bot.services.drafting import Drafting
from bot.services.forking import Forking
from bot.services.linking import Linking
from bot.services.outbox import Outbox
from bot.services.parting import Parting
from bot.services.pictures import Pictures
from bot.services.proposing import Proposing
from bot.services.provenance import WhoWrote
from bot.services.registry import Services
from bot.services.reviewing import Reviewing
from bot.services.revise import Revise
from bot.services.settling import Settling
from bot.services.stories import Stories
from bot.services.take_back import TakeBack
from bot.services.take_turn import TakeTurn
from bot.services.vote import Vote
from bot.settings import Settings
from bot.story.purse import MICRO
from bot.story.tasks import TaskKind
from cogs import EXTENSIONS
from cogs.ui.drawing import Drawings
from cogs.ui.members import DiscordMembers
from cogs.ui.stage import DiscordStage
from storage.database import Database, SystemClock

_log = structlog.get_logger(__name__)

LOCAL_READY_TIMEOUT = 0.05
"""Seconds without a further server after which a local Discord has shown all it has."""
HANDLERS_SECONDS, TASKS_SECONDS = 3.0, 7.0
"""How long what is going on may still take when the bot stops. Ten seconds after it was asked to
stop, a container is killed."""
NARRATOR_HEAD_START = 10.0
"""Seconds before a draft is given up at which the narrator itself gives up; it knows the cost."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What stays open while connections to Discord come and go."""

    settings: Settings
    store: Database
    narrator: ClaudeNarrator


@dataclass(slots=True)
class Troupe:
    """A bot, wired and not yet connected."""

    settings: Settings
    store: Database
    narrator: ClaudeNarrator
    services: Services
    stage: DiscordStage
    client: TroupeClient
    runner: Runner
    connection: asyncio.Task[None] | None = None
    hurried: bool = False


def limits_of(settings: Settings) -> Limits:
    """Times and caps from the settings."""
    return Limits(
        countdown=settings.troupe_countdown_seconds,
        draft_timeout=settings.troupe_draft_seconds,
        daily_cap=round(settings.troupe_daily_cap_usd * MICRO),
    )


def _service_of(settings: Settings) -> Service:
    return Service(
        api_key=settings.anthropic_api_key.get_secret_value(),
        base_url=settings.anthropic_base_url,
        model=settings.troupe_model,
        chores_model=settings.troupe_chores_model,
        timeout=max(1.0, settings.troupe_draft_seconds - NARRATOR_HEAD_START),
    )


def _holder(settings: Settings) -> str:
    """This process's name among those that share a database, the same after a restart."""
    token = settings.discord_token.get_secret_value()
    shard = settings.shard
    return f"bot-{hashlib.sha256(token.encode()).hexdigest()[:12]}-{shard.id}-of-{shard.count}"


@contextlib.asynccontextmanager
async def founded(settings: Settings) -> AsyncIterator[Ground]:
    """Open what outlives a connection to Discord; at the end close it.

    Raises:
        StorageError: the database cannot be opened.
    """
    async with contextlib.AsyncExitStack() as closing:
        store = await Database.open(settings.database_url)
        closing.push_async_callback(store.close)
        narrator = await ClaudeNarrator.open(_service_of(settings))
        closing.push_async_callback(narrator.close)
        yield Ground(settings, store, narrator)


@contextlib.asynccontextmanager
async def assembled(ground: Ground, *, message_content: bool) -> AsyncIterator[Troupe]:
    """Wire everything for one connection; at the end close it.

    Args:
        ground: what is open already.
        message_content: whether to ask Discord for what people type.
    """
    settings, store, narrator = ground.settings, ground.store, ground.narrator
    clock: Clock = SystemClock()
    limits = limits_of(settings)
    async with contextlib.AsyncExitStack() as closing:
        members = DiscordMembers()
        departures = Departures(store, clock, members)
        settling = Settling(store, clock, limits, departures)
        ballot_cards = BallotCards(store, clock)
        take_back = TakeBack(store, clock)
        linking = Linking(store, clock)
        drafting = Drafting(store, clock, narrator, limits, settling)
        # The stage speaks through the client, and the client's cogs call services that need the
        # stage: the client is handed over once it is made.
        reviewing = Reviewing(store, clock)
        proposing = Proposing(store, clock, narrator, limits)
        stage = DiscordStage(
            Drawings(store, ballot_cards, take_back, reviewing, linking, proposing)
        )
        outbox = Outbox(store, clock, stage, settings.shard)
        forking = Forking(store, clock, stage)
        stories = Stories(store, clock, settings.shard)
        closing.callback(stories.stop_listening)
        services = Services(
            stories=stories,
            linking=linking,
            forking=forking,
            casting=Casting(store, clock),
            pictures=Pictures(store, clock, stage),
            parting=Parting(store, clock),
            departures=departures,
            take_turn=TakeTurn(store, clock),
            take_back=take_back,
            revise=Revise(store, clock),
            continue_story=ContinueStory(store, clock, narrator, limits, settling),
            vote=Vote(store, clock, settling),
            ballot_cards=ballot_cards,
            canon=Canon(store, clock),
            reviewing=reviewing,
            proposing=proposing,
            books=Books(store),
            who_wrote=WhoWrote(store),
            outbox=outbox,
        )
        handlers = {
            TaskKind.DRAFT: drafting.run,
            TaskKind.SETTLE: settling.run,
            TaskKind.POST: outbox.run,
            TaskKind.PROPOSE: proposing.run,
            TaskKind.FORK: forking.run,
        }
        runner = Runner(store, clock, handlers, _holder(settings), settings.shard)
        local = {"ready_timeout": LOCAL_READY_TIMEOUT} if settings.discord_api_base else {}
        client = TroupeClient(
            services,
            EXTENSIONS,
            message_content=message_content,
            shard=settings.shard,
            **local,
        )
        members.open(client)
        await stage.open(client)
        closing.push_async_callback(stage.close)
        yield Troupe(settings, store, narrator, services, stage, client, runner)


@contextlib.asynccontextmanager
async def connected(
    settings: Settings, *, message_content: bool, ground: Ground | None = None
) -> AsyncIterator[Troupe]:
    """A bot that is connected and at work; on leaving, it is shut down in order.

    Args:
        settings: what the operator set.
        message_content: whether to ask Discord for what people type.
        ground: what is open already; opened and closed here, if none is given.

    Raises:
        TokenRefused: the token is wrong.
        IntentRefused: Discord refuses the message-content intent.
    """
    async with contextlib.AsyncExitStack() as closing:
        if ground is None:
            ground = await closing.enter_async_context(founded(settings))
        troupe = await closing.enter_async_context(
            assembled(ground, message_content=message_content)
        )
        token = settings.discord_token.get_secret_value()
        connection = asyncio.create_task(troupe.client.start(token), name="discord")
        ready = asyncio.create_task(troupe.client.wait_until_ready(), name="ready")
        try:
            await asyncio.wait({connection, ready}, return_when=asyncio.FIRST_COMPLETED)
            if connection.done():
                await connection
            # Tasks need channels and webhooks, which are known once the connection is ready.
            await troupe.runner.start()
            _log.info("ready", guilds=len(troupe.client.guilds), typed_turns=message_content)
            troupe.connection = connection
            yield troupe
        finally:
            await _leave(troupe, connection, ready)


async def _leave(troupe: Troupe, *connections: asyncio.Task[object]) -> None:
    """Shut down in order: hear nothing new, end what is going on, then close."""
    for one in connections:
        one.cancel()
    await asyncio.gather(*connections, return_exceptions=True)
    handling, working = (0.0, 0.0) if troupe.hurried else (HANDLERS_SECONDS, TASKS_SECONDS)
    if troupe.hurried:
        await troupe.runner.stop()
    await troupe.client.leave()
    # A post whose request is on its way gets its answer; the next one waits for the next start.
    troupe.services.outbox.rest()
    await asyncio.gather(troupe.client.handled(handling), troupe.runner.stop(working))
    await troupe.client.close()
