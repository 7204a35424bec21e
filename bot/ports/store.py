"""Transactions over everything that is kept."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.ports.ballots import BallotRepository
from bot.ports.canon import CanonRepository, ProposalRepository
from bot.ports.cast import CastRepository
from bot.ports.posts import PostRepository
from bot.ports.purse import PurseRepository
from bot.ports.stories import ForkRepository, StoryRepository
from bot.ports.tasks import TaskRepository
from bot.ports.turns import TurnRepository


class UnitOfWork(Protocol):
    """One transaction over all repositories."""

    stories: StoryRepository
    forks: ForkRepository
    cast: CastRepository
    turns: TurnRepository
    ballots: BallotRepository
    canon: CanonRepository
    proposals: ProposalRepository
    posts: PostRepository
    purse: PurseRepository
    tasks: TaskRepository


class Readable(Protocol):
    """Opens transactions for reading."""

    def read(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """A consistent view for reading.

        Raises:
            StorageError: the database cannot be read.
        """
        ...


class Store(Readable, Protocol):
    """Opens transactions. Never hold one across a model call or a Discord call."""

    def write(self, *, lasting: bool = True) -> AbstractAsyncContextManager[UnitOfWork]:
        """A transaction taken for writing at once; committed on a clean end, else rolled back.

        Args:
            lasting: False where nobody waits: those that last go first, and if the power fails
                within a moment, this and nothing before it may be undone. For what would then be
                done or looked for again without harm.

        Raises:
            StorageUnsureError: the database went away amid the commit.
            StorageError: it cannot be written (full, read-only, gone); nothing was.
        """
        ...

    def on_tasks(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Call ``wake`` after each commit that asked for tasks; what is returned ends that."""
        ...

    def on_channels(self, forget: Callable[[], None]) -> Callable[[], None]:
        """Call ``forget`` after each commit that bound a channel to a story, or unbound one.

        What is returned ends that.
        """
        ...
