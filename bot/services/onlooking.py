"""Look at what goes on in a channel, for whoever runs the bot; writers never see it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.ports import Clock, Readable, UnitOfWork
from bot.services.common import names_of
from bot.services.settling import electorate
from bot.story.ballot import LIVE, Ballot, BallotState, Verdict, decide
from bot.story.chronicle import Around, Log, Moment, log_of, post_told, task_told
from bot.story.tale import Place
from bot.story.tasks import TaskKind

BALLOTS = 10
"""How many of the newest are told."""
POSTS = 10


@dataclass(frozen=True, slots=True)
class Overview:
    """What goes on in a channel.

    Attributes:
        title: the story's.
        branch: what the branch is called that is played here.
        ballots: the newest first.
        tasks: what the bot will do by itself, or is at.
        posts: what must still appear here, the first ten.
        waiting: how many posts wait to be sent.
    """

    title: str
    branch: str
    ballots: tuple[Log, ...]
    tasks: tuple[Moment, ...]
    posts: tuple[str, ...]
    waiting: int


class Onlooking:
    """Looks, and changes nothing."""

    def __init__(self, store: Readable, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def overview(self, channel_id: int, names: Mapping[int, str]) -> Overview | None:
        """What goes on in a channel; None if no story is played there.

        Args:
            channel_id: which channel or thread.
            names: what people are called, by Discord user id, where it is known.

        Raises:
            StorageError: the database cannot be read.
        """
        async with self._store.read() as work:
            place = await work.stories.place(channel_id)
            if place is None:
                return None
            ballots = await work.ballots.recent(place.branch.id, BALLOTS)
            around = await self._around(work, place, names)
            return Overview(
                title=place.story.title,
                branch=place.branch.name,
                ballots=tuple([await self._log(work, place, b, around) for b in ballots]),
                tasks=await self._tasks(work, channel_id, ballots),
                posts=tuple(map(post_told, await work.posts.due(channel_id, POSTS))),
                waiting=await work.posts.pending(channel_id),
            )

    async def _around(self, work: UnitOfWork, place: Place, names: Mapping[int, str]) -> Around:
        """What all ballots of a story have around them."""
        company = await work.cast.company(place.story.id, retired=True)
        return Around(
            now=self._clock.now(),
            names={**await names_of(work, place.story.id), **names},
            characters={one.id: one.name for one in company.characters},
            calls=await work.purse.calls(place.story.id),
        )

    async def _log(self, work: UnitOfWork, place: Place, ballot: Ballot, story: Around) -> Log:
        start = await work.turns.get(ballot.from_turn_id) if ballot.from_turn_id else None
        around = replace(
            story,
            start=start,
            calls=[call for call in story.calls if call.ballot_id == ballot.id],
            verdict=await self._verdict(work, place, ballot),
        )
        return log_of(ballot, around)

    async def _verdict(self, work: UnitOfWork, place: Place, ballot: Ballot) -> Verdict | None:
        if ballot.state is not BallotState.OPEN:
            return None
        voters = electorate(place.story, *await work.cast.everybody(place.story.id))
        return decide(ballot, voters, self._clock.now())

    async def _tasks(
        self, work: UnitOfWork, channel_id: int, ballots: list[Ballot]
    ) -> tuple[Moment, ...]:
        here = {(TaskKind.POST, channel_id)}
        for ballot in ballots:
            if ballot.state in LIVE:
                here |= {(TaskKind.DRAFT, ballot.id), (TaskKind.SETTLE, ballot.id)}
        return tuple(
            task_told(task, self._clock.now())
            for task in await work.tasks.standing()
            if (task.kind, task.subject_id) in here
        )
