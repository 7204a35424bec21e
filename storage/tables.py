"""The tables. Their constraints keep what must hold whoever writes, and however many at once."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    text,
)

from bot.story.ballot import BallotState, Pending, VariantState
from bot.story.canon import FactState
from bot.story.posts import Manner, PostKind, PostState
from bot.story.proposal import ProposalState
from bot.story.purse import CallState
from bot.story.tale import ForkState, StoryState
from bot.story.tasks import TaskKind
from bot.story.turn import DeedKind, Source, TakingBackKind
from storage.columns import (
    LIST,
    MONEY,
    ROW_ID,
    SNOWFLAKE,
    at,
    count,
    only,
    prose,
    ref,
    row_id,
    who,
    words,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


# Conditions of partial indexes. Queries repeat them word for word: with bound values in their
# place the indexes would not be used.
IS_LIVE_BALLOT = text("state IN ('drafting', 'open', 'tied')")
IS_WAITING = text("state IN ('due', 'sending', 'removing')")
IS_STALE = text("state = 'posted' AND wanted <> shown")
KEEPS_ORIGINAL = text("state = 'posted' AND original_id IS NOT NULL")
IS_PENDING = text("state = 'pending'")
IS_READING = text("state = 'reading'")
IS_UNRELEASED = text("released_at IS NULL")
IS_NOT_REDONE = text("redone_at IS NULL")

stories = Table(
    "stories",
    metadata,
    row_id(),
    who("guild_id"),
    prose("title"),
    prose("premise"),
    prose("rating"),
    who("owner_id"),
    who("opener_id"),
    at("opened_at"),
    Column("state", words(StoryState, "state"), nullable=False),
    at("closed_at", nullable=True),
    Column("settings", LIST, nullable=False),
    sqlite_autoincrement=True,
)

branches = Table(
    "branches",
    metadata,
    row_id(),
    ref("story_id", "stories.id"),
    prose("name"),
    # The only thing about turns that ever changes.
    ref("head_id", "turns.id", nullable=True, later=True),
    count("depth"),
    # Where a fork left the branch that it shares its past with.
    ref("forked_from_id", "branches.id", nullable=True),
    ref("fork_turn_id", "turns.id", nullable=True, later=True),
    count("fork_depth"),
    ref("root_id", "branches.id", nullable=True),
    # The channel that plays it or did last: linked again, the branch goes on there.
    who("home_id", nullable=True),
    CheckConstraint("(head_id IS NULL) = (depth = 0)", name="depth"),
    CheckConstraint("(fork_turn_id IS NULL) = (fork_depth = 0)", name="fork"),
    Index(None, "story_id"),
    sqlite_autoincrement=True,
)

channels = Table(
    "channels",
    metadata,
    # A channel plays one story: the key is Discord's id alone.
    Column("channel_id", SNOWFLAKE, primary_key=True, autoincrement=False),
    who("guild_id"),
    who("parent_id", nullable=True),
    ref("story_id", "stories.id"),
    ref("branch_id", "branches.id"),
    Column("seen_id", SNOWFLAKE, nullable=False),
    at("bound_at"),
    # A branch is played in one place, or two heads of one chain would be moved at once.
    UniqueConstraint("branch_id"),
    Index(None, "story_id"),
)

forks = Table(
    "forks",
    metadata,
    Column("branch_id", ROW_ID, ForeignKey("branches.id"), primary_key=True, autoincrement=False),
    # A command forks once, however often its event is replayed.
    who("asked_id"),
    who("writer_id"),
    who("source_channel_id"),
    who("under_id"),
    at("at"),
    Column("state", words(ForkState, "state"), nullable=False),
    UniqueConstraint("asked_id"),
)

notices = Table(
    "notices",
    metadata,
    Column("channel_id", SNOWFLAKE, nullable=False),
    Column("notice", String(64), nullable=False),
    PrimaryKeyConstraint("channel_id", "notice"),
)

characters = Table(
    "characters",
    metadata,
    row_id(),
    ref("story_id", "stories.id"),
    prose("name"),
    who("added_by"),
    at("added_at"),
    prose("description"),
    prose("voice"),
    prose("wants"),
    prose("fears"),
    prose("secrets"),
    prose("avatar_url"),
    # The message that keeps an uploaded picture, since addresses of files end after a day.
    who("picture_channel_id", nullable=True),
    who("picture_message_id", nullable=True),
    Column("aliases", LIST),
    at("retired_at", nullable=True),
    Index(None, "story_id"),
    sqlite_autoincrement=True,
)

names = Table(
    "names",
    metadata,
    ref("story_id", "stories.id"),
    # The folded form, so that a name means one character however it is spelt.
    prose("key"),
    ref("character_id", "characters.id"),
    PrimaryKeyConstraint("story_id", "key"),
    Index(None, "character_id"),
)

claims = Table(
    "claims",
    metadata,
    row_id(),
    ref("story_id", "stories.id"),
    ref("character_id", "characters.id"),
    who("writer_id"),
    at("since"),
    at("released_at", nullable=True),
    # A character has one live claim, however many press at once.
    only("uq_claims_live", "character_id", IS_UNRELEASED, unique=True),
    only("ix_claims_live_story_id", "story_id", IS_UNRELEASED),
    sqlite_autoincrement=True,
)

writers = Table(
    "writers",
    metadata,
    ref("story_id", "stories.id"),
    who("writer_id"),
    prose("name"),
    ref("playing_id", "characters.id", nullable=True),
    at("active_at", nullable=True),
    at("away_until", nullable=True),
    at("left_at", nullable=True),
    PrimaryKeyConstraint("story_id", "writer_id"),
)

deeds = Table(
    "deeds",
    metadata,
    row_id(),
    ref("story_id", "stories.id"),
    ref("branch_id", "branches.id"),
    Column("kind", words(DeedKind, "kind"), nullable=False),
    who("writer_id"),
    # A ballot is settled once, and a message is read as a turn once, replayed or not.
    ref("ballot_id", "ballots.id", nullable=True, later=True),
    at("at"),
    who("message_id", nullable=True),
    UniqueConstraint("ballot_id"),
    UniqueConstraint("message_id"),
    sqlite_autoincrement=True,
)

turns = Table(
    "turns",
    metadata,
    row_id(),
    ref("story_id", "stories.id"),
    ref("branch_id", "branches.id"),
    ref("parent_id", "turns.id", nullable=True),
    # An ancestor further back, by which any other is found in few steps; see storage.chains.
    ref("jump_id", "turns.id", nullable=True),
    ref("deed_id", "deeds.id"),
    count("depth"),
    ref("character_id", "characters.id", nullable=True),
    prose("speaker"),
    who("author_id", nullable=True),
    Column("source", words(Source, "source"), nullable=False),
    prose("text"),
    Column("attachments", LIST),
    at("created_at"),
    CheckConstraint("depth > 0 AND (parent_id IS NULL) = (depth = 1)", name="depth"),
    Index(None, "deed_id"),
    sqlite_autoincrement=True,
)

revisions = Table(
    "revisions",
    metadata,
    ref("turn_id", "turns.id"),
    Column("number", Integer, nullable=False),
    prose("text"),
    who("author_id", nullable=True),
    Column("source", words(Source, "source"), nullable=False),
    at("at"),
    PrimaryKeyConstraint("turn_id", "number"),
    # Number 0 is the turn's own text, which is never changed.
    CheckConstraint("number > 0", name="number"),
)

takings_back = Table(
    "takings_back",
    metadata,
    row_id(),
    ref("story_id", "stories.id"),
    ref("branch_id", "branches.id"),
    Column("kind", words(TakingBackKind, "kind"), nullable=False),
    who("writer_id"),
    at("at"),
    ref("head_before", "turns.id", nullable=True),
    ref("head_after", "turns.id", nullable=True),
    at("redone_at", nullable=True),
    only("ix_takings_back_open", "branch_id, id", IS_NOT_REDONE),
    sqlite_autoincrement=True,
)

taken_turns = Table(
    "taken_turns",
    metadata,
    ref("taking_back_id", "takings_back.id"),
    ref("turn_id", "turns.id"),
    count("place"),
    PrimaryKeyConstraint("taking_back_id", "turn_id"),
)

withdrawals = Table(
    "withdrawals",
    metadata,
    # A turn can be hidden and withdrawn at once; it stands again when both were redone.
    ref("turn_id", "turns.id"),
    ref("taking_back_id", "takings_back.id"),
    PrimaryKeyConstraint("turn_id", "taking_back_id"),
)

ballots = Table(
    "ballots",
    metadata,
    row_id(),
    ref("story_id", "stories.id"),
    ref("branch_id", "branches.id"),
    who("channel_id"),
    who("opener_id"),
    Column("state", words(BallotState, "state"), nullable=False),
    ref("from_turn_id", "turns.id", nullable=True),
    at("opened_at"),
    at("window_ends"),
    Column("settings", LIST, nullable=False),
    at("countdown_ends", nullable=True),
    at("tied_since", nullable=True),
    Column("runoff", Boolean, nullable=False),
    ref("winner_id", "variants.id", nullable=True, later=True),
    who("closed_by", nullable=True),
    prose("closing_note"),
    at("settled_at", nullable=True),
    # A branch has one live ballot.
    only("uq_ballots_live", "branch_id", IS_LIVE_BALLOT, unique=True),
    Index(None, "branch_id"),
    sqlite_autoincrement=True,
)

rounds = Table(
    "rounds",
    metadata,
    ref("ballot_id", "ballots.id"),
    Column("number", Integer, nullable=False),
    prose("direction"),
    ref("as_character_id", "characters.id", nullable=True),
    Column("as_narrator", Boolean, nullable=False),
    count("variants"),
    who("asked_by"),
    at("asked_at"),
    at("done_at", nullable=True),
    prose("failure"),
    count("dropped"),
    PrimaryKeyConstraint("ballot_id", "number"),
)

variants = Table(
    "variants",
    metadata,
    row_id(),
    ref("ballot_id", "ballots.id"),
    count("round"),
    count("place"),
    prose("angle"),
    Column("beats", LIST),
    who("author_id", nullable=True),
    Column("state", words(VariantState, "state"), nullable=False),
    at("added_at"),
    Column("allowed", LIST),
    # The place is the letter on the card, which people quote.
    UniqueConstraint("ballot_id", "place"),
    sqlite_autoincrement=True,
)

approvals = Table(
    "approvals",
    metadata,
    ref("variant_id", "variants.id"),
    who("writer_id"),
    ref("ballot_id", "ballots.id"),
    # One approval per variant and writer, pressed twice or not.
    PrimaryKeyConstraint("variant_id", "writer_id"),
    Index(None, "ballot_id"),
)

presses = Table(
    "presses",
    metadata,
    ref("ballot_id", "ballots.id"),
    who("writer_id"),
    at("at"),
    Column("none", Boolean, nullable=False),
    PrimaryKeyConstraint("ballot_id", "writer_id"),
)

holds = Table(
    "holds",
    metadata,
    ref("ballot_id", "ballots.id"),
    who("writer_id"),
    Column("kind", words(Pending, "kind"), nullable=False),
    at("until"),
    PrimaryKeyConstraint("ballot_id", "writer_id", "kind"),
)

proposals = Table(
    "proposals",
    metadata,
    row_id(),
    ref("story_id", "stories.id"),
    ref("branch_id", "branches.id"),
    who("channel_id"),
    who("asked_by"),
    at("asked_at"),
    count("after_depth"),
    ref("until_turn_id", "turns.id"),
    count("turns"),
    Column("estimate", MONEY, nullable=False),
    Column("state", words(ProposalState, "state"), nullable=False),
    # Which call it is, so that one asking is not paid twice after a crash.
    ref("call_id", "calls.id", nullable=True),
    prose("failure"),
    count("uncited"),
    count("known"),
    # A branch is read by one at a time, however many ask.
    only("uq_proposals_reading", "branch_id", IS_READING, unique=True),
    Index(None, "branch_id"),
    sqlite_autoincrement=True,
)

facts = Table(
    "facts",
    metadata,
    row_id(),
    ref("story_id", "stories.id"),
    count("number"),
    prose("text"),
    prose("about"),
    Column("state", words(FactState, "state"), nullable=False),
    who("proposed_by"),
    who("accepted_by", nullable=True),
    ref("source_turn_id", "turns.id", nullable=True),
    prose("quote"),
    ref("from_turn_id", "turns.id", nullable=True),
    ref("until_turn_id", "turns.id", nullable=True),
    at("added_at"),
    who("retired_by", nullable=True),
    at("retired_at", nullable=True),
    # Nothing is overwritten: a fact in other words is another fact.
    ref("supersedes_id", "facts.id", nullable=True),
    who("disputed_by", nullable=True),
    prose("why"),
    ref("proposal_id", "proposals.id", nullable=True),
    ref("branch_id", "branches.id", nullable=True),
    UniqueConstraint("story_id", "number"),
    Index(None, "source_turn_id"),
    Index(None, "proposal_id"),
    sqlite_autoincrement=True,
)

posts = Table(
    "posts",
    metadata,
    row_id(),
    who("channel_id"),
    Column("kind", words(PostKind, "kind"), nullable=False),
    Column("subject_id", ROW_ID, nullable=False),
    count("part"),
    count("parts"),
    prose("name"),
    prose("avatar_url"),
    prose("text"),
    Column("attachments", LIST),
    Column("state", words(PostState, "state"), nullable=False),
    # A message shows one post, so that a replayed event finds what it was about.
    who("message_id", nullable=True),
    who("original_id", nullable=True),
    who("after_id", nullable=True),
    Column("manner", words(Manner, "manner")),
    at("queued_at"),
    count("wanted"),
    count("shown"),
    UniqueConstraint("message_id"),
    Index(None, "kind", "subject_id"),
    # Small indexes of what is still to be done: a post that stands leaves them.
    only("ix_posts_waiting", "channel_id, id", IS_WAITING),
    only("ix_posts_stale", "channel_id, id", IS_STALE),
    only("ix_posts_originals", "channel_id, id", KEEPS_ORIGINAL),
    sqlite_autoincrement=True,
)

calls = Table(
    "calls",
    metadata,
    row_id(),
    who("guild_id"),
    ref("story_id", "stories.id"),
    who("writer_id"),
    Column("purpose", String(64), nullable=False),
    ref("ballot_id", "ballots.id", nullable=True),
    prose("model"),
    Column("state", words(CallState, "state"), nullable=False),
    count("input_tokens"),
    count("cache_write_tokens"),
    count("cache_read_tokens"),
    count("output_tokens"),
    # While a call is pending, its estimate: what is reserved counts as spent.
    Column("cost", MONEY, nullable=False),
    at("asked_at"),
    at("answered_at", nullable=True),
    prose("outcome"),
    Index(None, "guild_id", "asked_at"),
    only("ix_calls_pending", "ballot_id", IS_PENDING),
    Index(None, "story_id"),
    sqlite_autoincrement=True,
)

tasks = Table(
    "tasks",
    metadata,
    row_id(),
    Column("kind", words(TaskKind, "kind"), nullable=False),
    Column("subject_id", SNOWFLAKE, nullable=False),
    at("due_at"),
    count("attempts"),
    count("version"),
    Column("holder", String(64)),
    at("leased_until", nullable=True),
    # Which server it is about, so that the process which serves it can take it.
    who("guild_id", nullable=True),
    # A deed is asked for once, however often it is asked for.
    UniqueConstraint("kind", "subject_id"),
    Index(None, "due_at"),
    CheckConstraint("(holder IS NULL) = (leased_until IS NULL)", name="lease"),
    sqlite_autoincrement=True,
)
