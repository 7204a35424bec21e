"""A story, its settings, the channels it plays in, and the branches it has."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

MAX_TITLE = 100
MAX_PREMISE = 2_000
MAX_STYLE = 1_000
MAIN = "main"
"""The name of a story's first branch."""
MAX_VARIANTS = 4
"""Variants that one request may ask for."""


class StoryState(StrEnum):
    """Where a story is in its life."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class Proxying(StrEnum):
    """Who posts typed turns under the character's name."""

    OURS = "ours"
    THEIRS = "theirs"
    OFF = "off"


class TieRule(StrEnum):
    """Who breaks a tie."""

    OPENER = "opener"
    SECOND_ROUND = "second_round"


class Counts(StrEnum):
    """Whether approvals are shown while people still vote."""

    HIDDEN = "hidden"
    OPEN = "open"


class Voters(StrEnum):
    """Who may vote: writers with a live claim and the owner, or whoever sees the channel."""

    CLAIMANTS = "claimants"
    CHANNEL = "channel"


class AiPolicy(StrEnum):
    """How much the model may write.

    FULL: drafts and chores. VOICES: drafts alone, as characters nobody holds and the narrator.
    SCRIBE: chores alone (it reads, and proposes facts), no prose.
    """

    FULL = "full"
    VOICES = "voices_only"
    SCRIBE = "scribe"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the owner of a story may set.

    Attributes:
        style: how the prose should sound, in the owner's words.
        point_of_view: person and tense, in the owner's words.
        variants: variants a ballot is drafted with, 1 to 4.
        window: how long a ballot waits for those awaited.
        quorum: writers who must have voted (1 suffices for a lone voter).
        table_talk: characters that mark another bot's command when a letter follows.
    """

    style: str = ""
    point_of_view: str = ""
    variants: int = 3
    window: timedelta = timedelta(hours=12)
    quorum: int = 2
    tie: TieRule = TieRule.OPENER
    counts: Counts = Counts.HIDDEN
    voters: Voters = Voters.CLAIMANTS
    proxying: Proxying = Proxying.OURS
    ai: AiPolicy = AiPolicy.FULL
    table_talk: str = "!?$."


@dataclass(frozen=True, slots=True)
class Story:
    """A story of a Discord server. ``owner_id`` and ``opener_id`` are Discord user ids."""

    id: int
    guild_id: int
    title: str
    premise: str
    rating: str
    owner_id: int
    opener_id: int
    opened_at: datetime
    state: StoryState = StoryState.OPEN
    closed_at: datetime | None = None
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True, slots=True)
class Branch:
    """A chain of turns with its own head.

    Attributes:
        head_id: the last turn, or None while nothing was written.
        depth: number of turns from the first to the head, withdrawn ones included.
        forked_from_id: the branch with which it shares its past; None for one that began empty.
        fork_turn_id: the last turn of that shared past.
        fork_depth: the depth of that turn; what lies no deeper is shared. 0 for one that began
            empty.
        root_id: the branch that began empty and from which this one came by forks; None for such
            a branch itself.
    """

    id: int
    story_id: int
    name: str
    head_id: int | None
    depth: int
    forked_from_id: int | None = None
    fork_turn_id: int | None = None
    fork_depth: int = 0
    root_id: int | None = None

    @property
    def tree(self) -> int:
        """What branches have in common that came from one another by forks."""
        return self.root_id or self.id


class ForkState(StrEnum):
    """How far a fork got.

    DUE: its thread is to be opened. OPENING: it is being opened, or was when the process died
    (looked for before another is opened). OPEN: its thread plays it.
    """

    DUE = "due"
    OPENING = "opening"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Fork:
    """That a branch was forked, by whom, and where its thread is opened.

    Attributes:
        asked_id: Discord's id of the command that asked for it; the thread, once it is there, is
            newer.
        source_channel_id: the channel in which it was asked for.
        under_id: the channel or forum that the thread hangs on.
    """

    branch_id: int
    asked_id: int
    writer_id: int
    source_channel_id: int
    under_id: int
    at: datetime
    state: ForkState


@dataclass(frozen=True, slots=True)
class Channel:
    """A Discord channel, thread or forum post in which a branch is played.

    Attributes:
        channel_id: Discord's id of the channel or thread.
        parent_id: for a thread, the channel it hangs on (webhooks belong to that one).
        seen_id: the newest message of the channel that was read; what came later while the bot
            was away is read when it returns.
    """

    channel_id: int
    guild_id: int
    parent_id: int | None
    story_id: int
    branch_id: int
    seen_id: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where something happens: a channel with the story and the branch it plays."""

    channel: Channel
    story: Story
    branch: Branch


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something.

    Attributes:
        writer_id: Discord user id.
        name: display name, for credits and sentences.
        manages: whether Discord lets them manage the channel.
    """

    writer_id: int
    name: str
    manages: bool = False
