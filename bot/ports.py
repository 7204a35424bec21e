"""What the services need from outside: storage, the model, Discord's stage, and a clock.

Protocols only. ``storage`` implements the unit of work, ``bot.narrator`` the narrator,
``cogs.ui`` the stage. Times are aware datetimes in UTC; money is in micro-dollars; ids of Discord
are the integers of its snowflakes.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.story.ballot import Ballot, NewVariant, Round, VariantState
from bot.story.canon import Fact, FactState, NewFact
from bot.story.cast import Character, Claim, Company, Sheet, Writer
from bot.story.posts import Manner, NewPost, Post
from bot.story.prompt import Prompt
from bot.story.proposal import NewProposal, Proposal, ProposedFact
from bot.story.purse import Call, CallState, Usage
from bot.story.tale import Branch, Channel, Fork, ForkState, Place, Settings, Story
from bot.story.tasks import ALONE, Shard, Task, TaskKind
from bot.story.turn import (
    Beat,
    Deed,
    DeedKind,
    NewTurn,
    Revision,
    Source,
    TakingBack,
    TakingBackKind,
    Turn,
)


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """The time now, in UTC."""
        ...


# --- storage -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Opening:
    """A story about to be opened in a channel."""

    guild_id: int
    channel_id: int
    parent_id: int | None
    title: str
    premise: str
    rating: str
    opener_id: int
    at: datetime
    seen_id: int
    settings: Settings


@dataclass(frozen=True, slots=True)
class Binding:
    """A channel about to play a branch."""

    guild_id: int
    channel_id: int
    parent_id: int | None
    seen_id: int
    at: datetime


class StoryRepository(Protocol):
    """Stories, the channels they play in, and their branches."""

    async def open(self, opening: Opening) -> Place:
        """Open a story with its first branch (named "main") and bind the channel to it.

        A channel whose story is closed is bound anew.

        Raises:
            ConflictError: the channel plays a story that is not closed.
        """
        ...

    async def get(self, story_id: int) -> Story | None:
        """The story, or None."""
        ...

    async def place(self, channel_id: int) -> Place | None:
        """The channel with the story and branch it plays (closed stories too), or None."""
        ...

    async def channels(self, story_id: int) -> list[Channel]:
        """The channels that play a story, the first one bound first."""
        ...

    async def live_channels(self, shard: Shard = ALONE) -> list[Channel]:
        """Channels of all stories of a shard that are not closed."""
        ...

    async def save(self, story: Story) -> None:
        """Keep title, premise, rating, owner, state, settings and closing time."""
        ...

    async def branch(self, branch_id: int) -> Branch | None:
        """The branch, or None."""
        ...

    async def branches(self, story_id: int) -> list[Branch]:
        """All branches of a story, those that no channel plays included, the oldest first."""
        ...

    async def scenes(self, story_id: int) -> list[tuple[Branch, int | None]]:
        """``branches``, each with the channel that plays it."""
        ...

    async def begin_branch(self, story_id: int, name: str) -> Branch:
        """Add an empty branch that no channel plays yet."""
        ...

    async def bind(self, branch: Branch, binding: Binding) -> Place:
        """Have a channel play a branch.

        A channel whose story is closed is bound anew.

        Raises:
            ConflictError: the channel plays a story that is not closed, or another channel plays
                the branch.
        """
        ...

    async def last_played_in(self, story_id: int, channel_id: int) -> Branch | None:
        """The newest branch of a story that no channel plays and this one played last."""
        ...

    async def unplayed(self, guild_id: int) -> list[tuple[Story, Branch]]:
        """The branches of a server's stories that no channel plays, newest story first.

        Forks whose thread is still being opened are left out.
        """
        ...

    async def threads_under(self, parent_id: int) -> list[int]:
        """The threads of a channel in which a story is played."""
        ...

    async def seen(self, channel_id: int, message_id: int) -> None:
        """Note the newest message read in a channel; an older one changes nothing."""
        ...

    async def forget_channel(self, channel_id: int) -> None:
        """Unbind a channel that is gone; its story and turns stay."""
        ...

    async def first_time(self, channel_id: int, notice: str) -> bool:
        """Whether ``notice`` was never said in this channel before; it is noted as said."""
        ...


@dataclass(frozen=True, slots=True)
class NewFork:
    """A fork about to be begun; see ``Fork``. ``name`` is its title."""

    name: str
    asked_id: int
    writer_id: int
    source_channel_id: int
    under_id: int
    at: datetime


class ForkRepository(Protocol):
    """Forks that were asked for, and how far each got."""

    async def begin(self, branch: Branch, turn: Turn, fork: NewFork) -> Fork:
        """Add a branch that shares the past of ``branch`` up to ``turn``; no channel plays it yet.

        Raises:
            ConflictError: this command asked for one already.
        """
        ...

    async def get(self, branch_id: int) -> Fork | None:
        """The fork that a branch is, or None."""
        ...

    async def set_state(self, branch_id: int, state: ForkState) -> None:
        """Note how far a fork got."""
        ...

    async def drop(self, branch_id: int) -> None:
        """Forget a fork for which no thread could be opened, and its branch."""
        ...


class CastRepository(Protocol):
    """Characters, claims, and the writers of a story."""

    async def add(
        self,
        story_id: int,
        name: str,
        sheet: Sheet,
        *,
        aliases: Sequence[str],
        by: int,
        at: datetime,
    ) -> Character:
        """Add a character.

        Raises:
            ConflictError: a name or alias means somebody already (NFKC, case folded), retired
                characters included. The text names whom.
        """
        ...

    async def get(self, character_id: int) -> Character | None:
        """The character, or None."""
        ...

    async def save(self, character: Character) -> None:
        """Keep name, sheet, aliases and retirement.

        Raises:
            ConflictError: as for ``add``.
        """
        ...

    async def company(self, story_id: int, *, retired: bool = False) -> Company:
        """The cast in the order it was added, with live claims; on request the retired too."""
        ...

    async def everybody(
        self, story_id: int, *, retired: bool = False
    ) -> tuple[Company, dict[int, Writer]]:
        """``company`` and ``writers`` at once, for what many wait for."""
        ...

    async def claim(self, character: Character, writer_id: int, at: datetime) -> Claim:
        """Give a character to a writer.

        Raises:
            ConflictError: somebody holds it. (The constraint decides races.)
        """
        ...

    async def release(self, claim_id: int, at: datetime) -> bool:
        """End a claim; False if it had ended already."""
        ...

    async def writer(self, story_id: int, writer_id: int) -> Writer | None:
        """What the story knows of a writer, or None."""
        ...

    async def writers(self, story_id: int) -> dict[int, Writer]:
        """All writers of a story by Discord user id."""
        ...

    async def note_writer(
        self, story_id: int, writer_id: int, name: str, active_at: datetime | None
    ) -> Writer:
        """Keep a writer's display name and, if given, when they were last active.

        Whoever does something is here: that they left is forgotten.
        """
        ...

    async def left(self, guild_id: int, writer_id: int, at: datetime) -> list[int]:
        """Note in all stories of a server that a writer left it; those in which that is news."""
        ...

    async def returned(self, guild_id: int, writer_id: int) -> list[int]:
        """Note in all stories of a server that a writer is back; those in which that is news."""
        ...

    async def all_left(self) -> frozenset[tuple[int, int]]:
        """All writers known to have left, as (server, writer)."""
        ...

    async def play(self, story_id: int, writer_id: int, character_id: int | None) -> None:
        """Note as which of their characters a writer speaks."""
        ...


@dataclass(frozen=True, slots=True)
class NewDeed:
    """A deed about to be done.

    Attributes:
        writer_id: who does it; for a ballot, who opened it.
        message_id: the typed message it came from; kept, so that a replayed event is known.
    """

    kind: DeedKind
    writer_id: int
    turns: tuple[NewTurn, ...]
    at: datetime
    ballot_id: int | None = None
    message_id: int | None = None


class TurnRepository(Protocol):
    """Turns, deeds, revisions, and what was taken back."""

    async def append(
        self,
        branch: Branch,
        deed: NewDeed,
    ) -> tuple[Deed, list[Turn]]:
        """Add a deed's turns behind the head of ``branch`` and move the head.

        Raises:
            StaleError: the head has moved since ``branch`` was read.
            ConflictError: a deed came from this message, or from this ballot, already.
        """
        ...

    async def get(self, turn_id: int) -> Turn | None:
        """The turn with its newest text, or None."""
        ...

    async def deed(self, deed_id: int) -> Deed | None:
        """The deed, or None."""
        ...

    async def of_deed(self, deed_id: int) -> list[Turn]:
        """The turns of a deed, oldest first."""
        ...

    async def of_message(self, message_id: int) -> Turn | None:
        """The turn that a Discord message shows or came from, or None."""
        ...

    async def is_known(self, message_id: int) -> bool:
        """Whether a message is ours or was read as a turn already."""
        ...

    async def tail(self, branch_id: int, limit: int, *, withdrawn: bool = False) -> list[Turn]:
        """The last turns of a branch, oldest first; cost does not grow with the story.

        Args:
            branch_id: whose chain to walk from its head.
            limit: links of the chain to look at (withdrawn ones count).
            withdrawn: whether to include the withdrawn.
        """
        ...

    async def chain(self, branch_id: int, *, withdrawn: bool = False) -> list[Turn]:
        """All turns of a branch, oldest first."""
        ...

    async def up_to(self, turn_id: int, count: int) -> list[Turn]:
        """So many links of a chain up to a turn, withdrawn ones too, oldest first."""
        ...

    async def in_past(self, turn_id: int | None, branch_id: int) -> bool:
        """Whether a turn is the branch's head or an ancestor of it (None always is)."""
        ...

    async def among_past(self, branch_id: int, turn_ids: Sequence[int]) -> frozenset[int]:
        """Which of these turns are the branch's head or ancestors of it."""
        ...

    async def newer(self, turn_id: int | None, branch_id: int) -> list[Turn]:
        """The standing turns of the branch that follow a turn (None: all), oldest first."""
        ...

    async def last_deeds(self, branch_id: int, count: int) -> list[Deed]:
        """The newest deeds of a branch with a turn that stands, newest first."""
        ...

    async def revise(
        self, turn_id: int, text: str, author_id: int, source: Source, at: datetime
    ) -> Turn:
        """Add a revision and return the turn with its new text."""
        ...

    async def revisions(self, turn_id: int) -> list[Revision]:
        """All texts of a turn, the first one (number 0) first."""
        ...

    async def undo(
        self, branch: Branch, deeds: Sequence[Deed], by: int, at: datetime
    ) -> TakingBack:
        """Move the head before the oldest of the newest ``deeds``, and note how to come back.

        Raises:
            StaleError: the head has moved since ``branch`` was read.
        """
        ...

    async def withdraw(
        self,
        turns: Sequence[Turn],
        kind: TakingBackKind,
        by: int,
        at: datetime,
        *,
        branch_id: int | None = None,
    ) -> TakingBack:
        """Take single turns out of the story, in every branch; those behind them stay.

        ``branch_id`` is the branch in which it is done, by default the one they were written in.
        """
        ...

    async def redo(self, taking_back: TakingBack, at: datetime) -> list[Turn]:
        """Bring turns again that were taken back, oldest first.

        Raises:
            StaleError: the branch went on another way since the undo.
            ConflictError: it was redone already.
        """
        ...

    async def taking_back(self, taking_back_id: int) -> TakingBack | None:
        """The taking-back, or None."""
        ...

    async def last_taking_back(self, branch_id: int) -> TakingBack | None:
        """The newest one of a branch that was not redone, or None."""
        ...

    async def taken_back(self, branch_id: int, limit: int) -> list[TakingBack]:
        """The newest ones of a branch not redone, newest first."""
        ...


@dataclass(frozen=True, slots=True)
class NewBallot:
    """A ballot about to be opened, in state DRAFTING."""

    story_id: int
    branch_id: int
    channel_id: int
    opener_id: int
    from_turn_id: int | None
    at: datetime
    window_ends: datetime
    settings: Settings
    first_round: Round


class BallotRepository(Protocol):
    """Ballots with their rounds, variants and votes."""

    async def open(self, ballot: NewBallot) -> Ballot:
        """Open a ballot.

        Raises:
            ConflictError: the branch has a live one. (The constraint decides races.)
        """
        ...

    async def get(self, ballot_id: int) -> Ballot | None:
        """The ballot with everything in it, or None."""
        ...

    async def live(self, branch_id: int) -> Ballot | None:
        """The live ballot of a branch, or None."""
        ...

    async def live_ids(self, shard: Shard = ALONE) -> list[int]:
        """Ids of the live ballots of all stories of a shard."""
        ...

    async def is_live(self, branch_id: int) -> bool:
        """Whether a branch has a live ballot."""
        ...

    async def live_in_story(self, story_id: int) -> list[Ballot]:
        """The live ballots of all branches of a story."""
        ...

    async def save(self, ballot: Ballot) -> None:
        """Keep the ballot's own fields (state, times, winner, runoff, closer) alone."""
        ...

    async def of_variant(self, variant_id: int) -> Ballot | None:
        """The ballot that a variant belongs to, or None."""
        ...

    async def recent(self, branch_id: int, limit: int) -> list[Ballot]:
        """The newest ballots of a branch, newest first, with variants."""
        ...

    async def add_round(self, ballot_id: int, asked: Round) -> None:
        """Note a request to the model. Its number must be new.

        Raises:
            ConflictError: there is a round with that number.
        """
        ...

    async def end_round(
        self, ballot_id: int, number: int, at: datetime, failure: str, dropped: int
    ) -> bool:
        """Note that a round is over; False if it was over already."""
        ...

    async def add_variants(
        self, ballot_id: int, variants: Sequence[NewVariant], places: Sequence[int], at: datetime
    ) -> None:
        """Put variants on the card, each at its place."""
        ...

    async def set_variant(
        self, variant_id: int, state: VariantState, allowed: frozenset[int]
    ) -> None:
        """Change where a variant stands, and whose owners allowed it."""
        ...

    async def approve(
        self, ballot_id: int, variant_id: int, writer_id: int, at: datetime, *, on: bool
    ) -> None:
        """Give or withdraw an approval (given twice it counts once), and end a None."""
        ...

    async def press_none(self, ballot_id: int, writer_id: int, at: datetime, *, on: bool) -> None:
        """Press or withdraw None of these; pressing it ends the writer's approvals."""
        ...

    async def hold(self, ballot_id: int, writer_id: int, kind: str, until: datetime) -> None:
        """Note that a writer is about to add something."""
        ...

    async def end_hold(self, ballot_id: int, writer_id: int, kind: str) -> None:
        """Note that they did, or gave up."""
        ...


class CanonRepository(Protocol):
    """Facts."""

    async def add(self, fact: NewFact, at: datetime) -> Fact:
        """Add a fact; its number is the story's next."""
        ...

    async def get(self, story_id: int, number: int) -> Fact | None:
        """The fact by its number in the story, or None."""
        ...

    async def of_id(self, fact_id: int) -> Fact | None:
        """The fact by its id, as a button knows it, or None."""
        ...

    async def facts(self, story_id: int, states: frozenset[FactState]) -> list[Fact]:
        """Facts in these states by number."""
        ...

    async def set_state(
        self,
        fact_id: int,
        state: FactState,
        by: int | None,
        at: datetime,
        *,
        until_turn_id: int | None = None,
        why: str = "",
    ) -> None:
        """Move a fact to a state; for RETIRED, who and when and until which turn it held.

        For CANON, ``by`` is who accepted it; for DISPUTED, who doubts it, and why.
        """
        ...

    async def of_proposal(self, proposal_id: int) -> list[Fact]:
        """The facts that a proposal brought, whatever became of them, by number."""
        ...

    async def said_in(self, fact_id: int, branch_id: int) -> None:
        """Note in which branch a fact was said anew."""
        ...

    async def of_turns(self, turn_ids: Sequence[int]) -> list[Fact]:
        """Facts (canon or proposed) that came from these turns."""
        ...


class ProposalRepository(Protocol):
    """Requests to propose facts."""

    async def add(self, new: NewProposal) -> Proposal:
        """Note a request, in state READING.

        Raises:
            ConflictError: the branch is being read already. (The constraint decides races.)
        """
        ...

    async def get(self, proposal_id: int) -> Proposal | None:
        """The proposal, or None."""
        ...

    async def last(self, branch_id: int) -> Proposal | None:
        """The newest DONE one of a branch, or None."""
        ...

    async def save(self, proposal: Proposal) -> None:
        """Keep who asked when, state, call, failure and what was dropped.

        Raises:
            ConflictError: it shall be READING, and the branch is being read already.
        """
        ...


class PostRepository(Protocol):
    """The outbox: what must appear in Discord."""

    async def add(self, posts: Sequence[NewPost]) -> list[Post]:
        """Queue posts; in one channel they are sent in the order of adding."""
        ...

    async def get(self, post_id: int) -> Post | None:
        """The post, or None."""
        ...

    async def unfinished(self, channel_id: int, limit: int) -> list[Post]:
        """Posts of a channel for which something is to be done, oldest first.

        The next two that are DUE or SENDING; of each of the others at most ``limit``: REMOVING;
        POSTED with a typed original; POSTED where what is shown is not what is wanted.
        """
        ...

    async def due(self, channel_id: int, limit: int) -> list[Post]:
        """Posts of a channel that are DUE or SENDING, oldest first."""
        ...

    async def removing(self, channel_id: int, limit: int) -> list[Post]:
        """Posts of a channel in state REMOVING, oldest first."""
        ...

    async def stale_cards(self, channel_id: int, limit: int) -> list[Post]:
        """POSTED cards of a channel whose shown version is not the wanted one."""
        ...

    async def sending(
        self, post_id: int, after_id: int, manner: Manner, *, name: str, avatar_url: str
    ) -> Post | None:
        """Note, before sending, how it is sent and what is the channel's newest message.

        The post as it is then, or None if it was taken back meanwhile.
        """
        ...

    async def posted(self, post_id: int, message_id: int, shown: int) -> bool:
        """Note that a post stands in Discord; one in state REMOVING stays so (False)."""
        ...

    async def set_state(self, post_id: int, state: str) -> None:
        """Move a post to another state (see PostState)."""
        ...

    async def original_gone(self, post_id: int) -> None:
        """Note that the typed original was deleted."""
        ...

    async def shown(self, post_id: int, version: int) -> None:
        """Note which version of a card was drawn."""
        ...

    async def set_text(self, post_id: int, text: str) -> None:
        """Change what a post shows; one that stands becomes stale, so that it is redrawn."""
        ...

    async def touch(self, kind: str, subject_id: int) -> list[int]:
        """Mark the cards about a subject as stale; their channels."""
        ...

    async def of_turn(self, turn_id: int) -> list[Post]:
        """All posts of a turn, removed ones included, in order of adding."""
        ...

    async def of_subject(self, kind: str, subject_id: int) -> list[Post]:
        """All posts about a ballot, a taking-back or a story."""
        ...

    async def of_message(self, message_id: int) -> Post | None:
        """The post that stands as this message, or None."""
        ...

    async def claimed_ids(self, message_ids: Sequence[int]) -> frozenset[int]:
        """Which of these messages are posts already (so not what an unsure post looks for)."""
        ...

    async def pending(self, channel_id: int) -> int:
        """Posts of a channel that still wait to be sent."""
        ...

    async def waiting_since(self, channel_id: int) -> datetime | None:
        """When the oldest post that still waits to be sent was queued; None if none waits."""
        ...


@dataclass(frozen=True, slots=True)
class NewCall:
    """A model call about to be made; ``estimate`` in micro-dollars is reserved until it ends."""

    guild_id: int
    story_id: int
    writer_id: int
    purpose: str
    ballot_id: int | None
    model: str
    estimate: int
    at: datetime


class PurseRepository(Protocol):
    """Model calls and their prices."""

    async def begin(self, call: NewCall) -> int:
        """Record a call before it is made, its estimate reserved; the call's id."""
        ...

    async def end(
        self,
        call_id: int,
        state: CallState,
        *,
        usage: Usage,
        cost: int,
        at: datetime,
        outcome: str,
    ) -> None:
        """Record what came of a call, and its true price."""
        ...

    async def abandon(self, ballot_id: int, at: datetime) -> None:
        """End a ballot's PENDING calls, left by a process that died, at their estimates."""
        ...

    async def spent(self, guild_id: int, since: datetime) -> int:
        """Micro-dollars spent or reserved by a server since a time."""
        ...

    async def spent_on(self, story_id: int) -> int:
        """Micro-dollars spent on or reserved for a story since it was opened."""
        ...

    async def calls(self, story_id: int) -> list[Call]:
        """All calls of a story, oldest first."""
        ...


class TaskRepository(Protocol):
    """Durable work; see bot.story.tasks."""

    async def put(self, kind: TaskKind, subject_id: int, due_at: datetime) -> None:
        """Ask for a deed. Asked for again, its time is replaced and its version raised."""
        ...

    async def drop(self, kind: TaskKind, subject_id: int) -> None:
        """Ask no more."""
        ...

    async def lease(
        self, holder: str, now: datetime, until: datetime, limit: int, shard: Shard = ALONE
    ) -> list[Task]:
        """Take a shard's due tasks nobody holds (or whose lease is over), longest due first."""
        ...

    async def done(self, task: Task, holder: str) -> bool:
        """Delete a finished task; if it was asked for again meanwhile, only free it (False)."""
        ...

    async def again(
        self, task: Task, holder: str, due_at: datetime, *, failed: bool = True
    ) -> None:
        """Free a task that must be tried later; if it waits in order, its attempts start anew."""
        ...

    async def free(self, holder: str) -> None:
        """Free everything a holder holds (a clean end, or the start after a crash)."""
        ...

    async def next_due(self, shard: Shard = ALONE) -> datetime | None:
        """When a shard's next task that nobody holds is due, or a lease ends; None without any."""
        ...


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


class Store(Protocol):
    """Opens transactions. Never hold one across a model call or a Discord call."""

    def read(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """A consistent view for reading.

        Raises:
            StorageError: the database cannot be read.
        """
        ...

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


class Wait(Exception):  # noqa: N818 - not an error: the task goes on later
    """Raised by a task that has to go on after a while."""

    def __init__(self, after: timedelta) -> None:
        super().__init__()
        self.after = after


# --- the model ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DraftedVariant:
    """A variant as the model wrote it, unchecked."""

    angle: str
    beats: tuple[Beat, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What the model answered, and what it cost in micro-dollars."""

    variants: tuple[DraftedVariant, ...]
    model: str
    usage: Usage
    cost: int


@dataclass(frozen=True, slots=True)
class Extract:
    """The facts that the model proposed, unchecked, and what that cost in micro-dollars."""

    facts: tuple[ProposedFact, ...]
    model: str
    usage: Usage
    cost: int


class Scribe(Protocol):
    """The model at chores: it reads, and writes no prose."""

    @property
    def chores_model(self) -> str:
        """The id of the model for chores, as configured."""
        ...

    def estimate_reading(self, prompt: Prompt, most: int) -> int:
        """What a proposal of so many facts will cost at most likely, in micro-dollars."""
        ...

    async def propose_facts(self, prompt: Prompt) -> Extract:
        """Propose facts from the turns of a prompt, in one call.

        Raises:
            NarratorError: as for ``Narrator.draft``.
        """
        ...


class Narrator(Protocol):
    """The model as a drafter of variants."""

    @property
    def model(self) -> str:
        """The prose model's id, as configured."""
        ...

    def estimate(self, prompt: Prompt, variants: int) -> int:
        """What a draft will cost at most likely, in micro-dollars; asks nobody."""
        ...

    async def draft(self, prompt: Prompt, variants: int) -> Draft:
        """Write variants of the next beats in one call.

        Args:
            prompt: the scene.
            variants: how many to ask for; the answer may hold more or fewer.

        Raises:
            NarratorError: refused, busy, garbled, silent or misconfigured; its ``usage`` and
                ``cost`` tell what was spent all the same, as far as the service told.
        """
        ...


# --- Discord -----------------------------------------------------------------------------------


class StageError(Exception):
    """A post could not be brought on stage."""


class StageGoneError(StageError):
    """The channel (or the message) does not exist any more."""


class StageForbiddenError(StageError):
    """A permission is missing; ``str(error)`` names it in a sentence."""


class StageForeignError(StageForbiddenError):
    """A message was posted by a webhook that is no more, so nobody can change it.

    Attributes:
        removable: whether it can be deleted at least.
    """

    def __init__(self, message: str, *, removable: bool) -> None:
        super().__init__(message)
        self.removable = removable


class StageUnsureError(StageError):
    """The answer was lost: the message may stand or not. Look before sending again."""


class StageLaterError(StageError):
    """Discord asks to wait, or is out of order; nothing was sent.

    Attributes:
        seconds: after which to try again.
    """

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class StageRefusedError(StageError):
    """Discord does not take the post as it is; to send it again is of no use."""


class StageFullError(StageError):
    """The server holds as many threads as Discord allows; nothing was opened."""


class StageBlindError(StageError):
    """The channel's history cannot be read, so an unsure post cannot be looked for."""


@dataclass(frozen=True, slots=True)
class NewThread:
    """A thread about to be opened for a branch.

    Attributes:
        under_id: the channel or forum it hangs on.
        beside_id: the channel or thread that was forked; a forum's post takes over its tags.
        after_id: an id of Discord that the thread's own will be above.
    """

    under_id: int
    beside_id: int
    name: str
    branch_id: int
    after_id: int


@dataclass(frozen=True, slots=True)
class OpenedThread:
    """A thread that stands; ``message_id`` is the card that a forum's post began with."""

    channel_id: int
    message_id: int | None = None


class Members(Protocol):
    """Who is in a server. Discord tells nobody who left, so it has to be asked."""

    async def has_left(self, guild_id: int, user_id: int) -> bool | None:
        """Whether somebody is no member of a server; None if that cannot be told now."""
        ...


class Stage(Protocol):
    """Where posts appear. Each method makes the fewest requests and never retries a post."""

    async def newest(self, channel_id: int) -> int:
        """Id of the newest message of a channel that is known, or a lower bound."""
        ...

    async def manner(self, channel_id: int) -> Manner:
        """How turns can be posted here now: by webhook if the bot may, else plainly."""
        ...

    async def send(self, post: Post) -> int:
        """Send a post in its ``manner``; the message's id.

        Raises:
            StageError: see its subclasses.
        """
        ...

    async def open_thread(self, thread: NewThread) -> OpenedThread:
        """Open a public thread; in a forum a post that begins with the branch's card.

        Raises:
            StageError: see its subclasses.
        """
        ...

    async def find_thread(self, thread: NewThread) -> Sequence[OpenedThread]:
        """Open threads of ours that look like this one, oldest first.

        Raises:
            StageError: they cannot be read.
        """
        ...

    async def find(self, post: Post) -> Sequence[int]:
        """Ids of messages newer than ``post.after_id`` that look like this post, oldest first.

        Raises:
            StageBlindError: they cannot be read.
            StageGoneError: the channel is gone.
        """
        ...

    async def picture(self, channel_id: int, message_id: int) -> str:
        """The address, fresh, of the first file that stands with a message.

        Raises:
            StageGoneError: the message or its file is gone.
            StageError: it cannot be read now.
        """
        ...

    async def redraw(self, post: Post) -> None:
        """Bring a standing message to what its post wants.

        Raises:
            StageForeignError: the webhook that posted it was deleted.
            StageError: see its other subclasses.
        """
        ...

    async def remove(self, channel_id: int, message_id: int, manner: Manner | None) -> None:
        """Delete a message; one that is gone already is fine."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """Times and caps that the operator may set.

    Attributes:
        countdown: seconds a ballot counts down once everybody has voted.
        draft_timeout: seconds after which a draft that did not come is given up.
        daily_cap: micro-dollars a server may spend in 24 hours.
    """

    countdown: float = 15.0
    draft_timeout: float = 180.0
    daily_cap: int = 2_000_000


Names = Mapping[int, str]
"""Display names by Discord user id."""
