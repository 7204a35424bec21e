"""A table at which a story is played: all services over a real database, all else faked."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.ports import DraftedVariant, Limits, Wait
from bot.services.ballot_card import BallotCards
from bot.services.books import Books
from bot.services.canon import Canon
from bot.services.casting import Casting
from bot.services.common import Request
from bot.services.continue_story import Continuation, ContinueStory, Opened
from bot.services.departures import Departures
from bot.services.drafting import Drafting
from bot.services.forking import Forking
from bot.services.linking import Linking
from bot.services.outbox import Outbox
from bot.services.parting import Parting
from bot.services.pictures import Pictures
from bot.services.proposing import Proposing
from bot.services.provenance import WhoWrote
from bot.services.reviewing import Reviewing
from bot.services.revise import Revise
from bot.services.settling import Settling
from bot.services.stories import NewStory, Stories, StoryCard
from bot.services.take_back import TakeBack
from bot.services.take_turn import Message, Taken, TakeTurn
from bot.services.vote import Vote, Voted
from bot.story.ballot import Ballot, Variant
from bot.story.cast import Character
from bot.story.posts import Post, PostKind
from bot.story.purse import Call
from bot.story.turn import Turn
from storage.database import Database
from tests.builders import (
    ADA,
    BEN,
    CHANNEL,
    GUILD,
    GULLS,
    LAMP,
    OWNER,
    PREMISE,
    STORM,
    actor,
)
from tests.fakes import FakeClock, FakeMembers, FakeNarrator, FakeStage

COUNTDOWN = 15


def by(writer_id: int, channel_id: int = CHANNEL) -> Request:
    return Request(actor(writer_id), channel_id)


class Table:
    """Short ways to play, and to look at what came of it."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.store = database
        self.clock = clock
        self.stage = FakeStage()
        self.members = FakeMembers()
        self.narrator = FakeNarrator()
        self._message_id = 1_000
        self.deal()

    def deal(self, **limits: float) -> None:
        """Make the services anew, as after a restart or with other limits."""
        caps = replace(Limits(countdown=COUNTDOWN), **limits)  # type: ignore[arg-type]
        store, clock = self.store, self.clock
        self.departures = Departures(store, clock, self.members)
        self.settling = Settling(store, clock, caps, self.departures)
        self.drafting = Drafting(store, clock, self.narrator, caps, self.settling)
        self.continuing = ContinueStory(store, clock, self.narrator, caps, self.settling)
        self.voting = Vote(store, clock, self.settling)
        self.cards = BallotCards(store, clock)
        self.stories = Stories(store, clock)
        self.linking = Linking(store, clock)
        self.forking = Forking(store, clock, self.stage)
        self.casting = Casting(store, clock)
        self.parting = Parting(store, clock)
        self.pictures = Pictures(store, clock, self.stage)
        self.take_turn = TakeTurn(store, clock)
        self.take_back = TakeBack(store, clock)
        self.revise = Revise(store, clock)
        self.canon = Canon(store, clock)
        self.reviewing = Reviewing(store, clock)
        self.proposing = Proposing(store, clock, self.narrator, caps)
        self.books = Books(store)
        self.who_wrote = WhoWrote(store)
        self.outbox = Outbox(store, clock, self.stage)

    # --- playing -------------------------------------------------------------------------------

    async def open(self, channel_id: int = CHANNEL, premise: str = PREMISE) -> StoryCard:
        new = NewStory(GUILD, None, 1, "Salt", premise)
        return await self.stories.open(by(OWNER, channel_id), new)

    async def cast(self, *names: str) -> None:
        for name in names:
            await self.casting.add(by(OWNER), name, "")

    async def claim(self, writer_id: int, name: str) -> Character:
        return (await self.casting.claim(by(writer_id), name)).character

    async def settings(self, **changes: object) -> None:
        await self.stories.change(by(OWNER), changes)

    async def type(self, writer_id: int, text: str, **more: object) -> Taken:
        """Type a message; its id is one higher than the last one's unless given."""
        self._message_id += 1
        message = Message(self._message_id, text)
        message = replace(message, **more)  # type: ignore[arg-type]
        return await self.take_turn.typed(by(writer_id), message)

    async def say(self, writer_id: int, text: str) -> Turn:
        taken = await self.type(writer_id, text)
        assert taken.turn, taken.refusal
        return taken.turn

    async def ask(self, writer_id: int = ADA, **wish: object) -> Opened:
        return await self.continuing.continue_(by(writer_id), Continuation(**wish))  # type: ignore[arg-type]

    async def ballot(self, *variants: DraftedVariant, opener: int = ADA) -> Ballot:
        """An open ballot with these variants, by default three."""
        self.narrator.enqueue(*(variants or (STORM, GULLS, LAMP)))
        opened = await self.ask(opener, variants=len(variants) or 3)
        await self.drafting.run(opened.ballot.id)
        return await self.look(opened.ballot.id)

    async def vote(self, writer_id: int, variant: Variant) -> Voted:
        return await self.voting.vote(by(writer_id), variant.id)

    async def settle(self, ballot: Ballot) -> Ballot:
        """Let the countdown run out and look."""
        self.clock.advance(seconds=COUNTDOWN)
        await self.settling.run(ballot.id)
        return await self.look(ballot.id)

    async def settled(self, *voters: int, opener: int = ADA) -> tuple[Ballot, list[Turn]]:
        """A ballot won by its first variant, and the turns it added."""
        ballot = await self.ballot(opener=opener)
        winner = self.saying(ballot, STORM)
        for writer_id in voters or (ADA, BEN, OWNER):
            await self.vote(writer_id, winner)
        ballot = await self.settle(ballot)
        return ballot, (await self.turns())[-1:]

    async def post(self, channel_id: int = CHANNEL) -> Wait | None:
        """Work the channel's outbox off; what it has to wait for, if anything."""
        try:
            await self.outbox.run(channel_id)
        except Wait as wait:
            return wait
        return None

    # --- looking -------------------------------------------------------------------------------

    async def look(self, ballot_id: int) -> Ballot:
        found = await self.cards.get(ballot_id)
        assert found
        return found

    def saying(self, ballot: Ballot, drafted: DraftedVariant) -> Variant:
        return next(v for v in ballot.variants if v.beats == drafted.beats)

    async def turns(self) -> list[Turn]:
        async with self.store.read() as work:
            place = await work.stories.place(CHANNEL)
            assert place
            return await work.turns.chain(place.branch.id)

    async def texts(self) -> list[str]:
        return [turn.text for turn in await self.turns()]

    async def posts(self, turn: Turn) -> list[Post]:
        async with self.store.read() as work:
            return await work.posts.of_turn(turn.id)

    async def message_of(self, turn: Turn) -> int:
        """The message that shows a turn, once everything was posted."""
        await self.post()
        last = [post.message_id for post in await self.posts(turn) if post.message_id]
        assert last
        return last[-1]

    async def about(self, kind: PostKind, subject_id: int) -> list[Post]:
        async with self.store.read() as work:
            return await work.posts.of_subject(kind, subject_id)

    async def calls(self) -> list[Call]:
        async with self.store.read() as work:
            place = await work.stories.place(CHANNEL)
            assert place
            return await work.purse.calls(place.story.id)

    async def due(self) -> Sequence[str]:
        """Names of the tasks that are due now."""
        async with self.store.write() as work:
            now = self.clock.now()
            leased = await work.tasks.lease("test", now, now, 100)
            await work.tasks.free("test")
        return [task.name for task in leased]

    def spy(self) -> Callable[[], int]:
        """Counts how often somebody was woken for tasks."""
        woken: list[None] = []
        self.store.on_tasks(lambda: woken.append(None))
        return lambda: len(woken)
