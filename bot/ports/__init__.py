"""What the services need from outside: storage, the model, Discord's stage, and a clock.

Protocols only. ``storage`` implements the unit of work, ``bot.narrator`` the narrator,
``cogs.ui`` the stage. Times are aware datetimes in UTC; money is in micro-dollars; ids of Discord
are the integers of its snowflakes.
"""

from bot.ports.ballots import BallotRepository, NewBallot
from bot.ports.canon import CanonRepository, ProposalRepository
from bot.ports.cast import CastRepository
from bot.ports.clock import Clock, Limits
from bot.ports.narrator import Draft, DraftedVariant, Extract, Narrator, Scribe
from bot.ports.posts import PostRepository
from bot.ports.purse import NewCall, PurseRepository
from bot.ports.stage import (
    Members,
    NewThread,
    OpenedThread,
    Stage,
    StageBlindError,
    StageError,
    StageForbiddenError,
    StageForeignError,
    StageFullError,
    StageGoneError,
    StageLaterError,
    StageRefusedError,
    StageUnsureError,
)
from bot.ports.store import Readable, Store, UnitOfWork
from bot.ports.stories import Binding, ForkRepository, NewFork, Opening, StoryRepository
from bot.ports.tasks import TaskRepository, Wait
from bot.ports.turns import NewDeed, TurnRepository

__all__ = [
    "BallotRepository",
    "Binding",
    "CanonRepository",
    "CastRepository",
    "Clock",
    "Draft",
    "DraftedVariant",
    "Extract",
    "ForkRepository",
    "Limits",
    "Members",
    "Narrator",
    "NewBallot",
    "NewCall",
    "NewDeed",
    "NewFork",
    "NewThread",
    "OpenedThread",
    "Opening",
    "PostRepository",
    "ProposalRepository",
    "PurseRepository",
    "Readable",
    "Scribe",
    "Stage",
    "StageBlindError",
    "StageError",
    "StageForbiddenError",
    "StageForeignError",
    "StageFullError",
    "StageGoneError",
    "StageLaterError",
    "StageRefusedError",
    "StageUnsureError",
    "Store",
    "StoryRepository",
    "TaskRepository",
    "TurnRepository",
    "UnitOfWork",
    "Wait",
]
