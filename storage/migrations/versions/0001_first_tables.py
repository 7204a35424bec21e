"""The first tables.

Revision ID: 0001
"""

from alembic import op

from storage.migrations import pen

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Tables that point at each other in a ring. SQLite takes a reference to a table that is still to
# come and cannot add one afterwards; PostgreSQL the other way round.
_RING = (
    ("branches", "head_id", "turns"),
    ("deeds", "ballot_id", "ballots"),
    ("ballots", "winner_id", "variants"),
)


def upgrade() -> None:
    """Make everything."""
    _stories()
    _cast()
    _turns()
    _ballots()
    _rest()
    if not pen.is_sqlite():
        for table, column, target in _RING:
            op.create_foreign_key(op.f(f"fk_{table}_{column}"), table, target, [column], ["id"])


def _later(column: str, target: str) -> tuple[tuple[str, str], ...]:
    return ((column, target),) if pen.is_sqlite() else ()


def _stories() -> None:
    # Settings are one JSON value: they come and go with versions, and unknown ones are ignored.
    pen.table(
        "stories",
        pen.own_id(),
        pen.big("guild_id"),
        pen.prose("title"),
        pen.prose("premise"),
        pen.prose("rating"),
        pen.big("owner_id"),
        pen.big("opener_id"),
        pen.at("opened_at"),
        pen.word("state", "open paused closed"),
        pen.at("closed_at", nullable=True),
        pen.json("settings"),
    )
    # Of a branch only the head moves; its depth moves with it.
    pen.table(
        "branches",
        pen.own_id(),
        pen.ref("story_id", "stories"),
        pen.prose("name"),
        pen.row("head_id", nullable=True),
        pen.count("depth"),
        pen.check("depth", "(head_id IS NULL) = (depth = 0)"),
        later=_later("head_id", "turns"),
    )
    pen.index("ix_branches_story_id", "branches", "story_id")
    # Discord's id alone is the key: a channel plays one story.
    pen.table(
        "channels",
        pen.big("channel_id"),
        pen.big("guild_id"),
        pen.big("parent_id", nullable=True),
        pen.ref("story_id", "stories"),
        pen.ref("branch_id", "branches"),
        pen.big("seen_id"),
        pen.at("bound_at"),
        key=("channel_id",),
    )
    pen.index("ix_channels_story_id", "channels", "story_id")
    # What was said once in a channel is not said again.
    pen.table("notices", pen.big("channel_id"), pen.short("notice"), key=("channel_id", "notice"))


def _cast() -> None:
    pen.table(
        "characters",
        pen.own_id(),
        pen.ref("story_id", "stories"),
        pen.prose("name"),
        pen.big("added_by"),
        pen.at("added_at"),
        pen.prose("description"),
        pen.prose("voice"),
        pen.prose("wants"),
        pen.prose("fears"),
        pen.prose("secrets"),
        pen.prose("avatar_url"),
        pen.json("aliases", nullable=True),
        pen.at("retired_at", nullable=True),
    )
    pen.index("ix_characters_story_id", "characters", "story_id")
    # Names and aliases in folded form: in a story a name means one character.
    pen.table(
        "names",
        pen.ref("story_id", "stories"),
        pen.prose("key"),
        pen.ref("character_id", "characters"),
        key=("story_id", "key"),
    )
    pen.index("ix_names_character_id", "names", "character_id")
    # One live claim per character, however many press at once; ended ones stay on record.
    pen.table(
        "claims",
        pen.own_id(),
        pen.ref("story_id", "stories"),
        pen.ref("character_id", "characters"),
        pen.big("writer_id"),
        pen.at("since"),
        pen.at("released_at", nullable=True),
    )
    pen.index("ix_claims_live_story_id", "claims", "story_id", where="released_at IS NULL")
    pen.index("uq_claims_live", "claims", "character_id", where="released_at IS NULL", unique=True)
    pen.table(
        "writers",
        pen.ref("story_id", "stories"),
        pen.big("writer_id"),
        pen.prose("name"),
        pen.ref("playing_id", "characters", nullable=True),
        pen.at("active_at", nullable=True),
        pen.at("away_until", nullable=True),
        key=("story_id", "writer_id"),
    )


def _turns() -> None:
    # A ballot is settled once and a message read once, whoever replays the event.
    pen.table(
        "deeds",
        pen.own_id(),
        pen.ref("story_id", "stories"),
        pen.ref("branch_id", "branches"),
        pen.word("kind", "typed said ballot"),
        pen.big("writer_id"),
        pen.row("ballot_id", nullable=True),
        pen.at("at"),
        pen.big("message_id", nullable=True),
        pen.unique("ballot_id"),
        pen.unique("message_id"),
        later=_later("ballot_id", "ballots"),
    )
    # Turns are never changed: each knows the one before it and how deep it lies.
    pen.table(
        "turns",
        pen.own_id(),
        pen.ref("story_id", "stories"),
        pen.ref("branch_id", "branches"),
        pen.ref("parent_id", "turns", nullable=True),
        pen.ref("deed_id", "deeds"),
        pen.count("depth"),
        pen.ref("character_id", "characters", nullable=True),
        pen.prose("speaker"),
        pen.big("author_id", nullable=True),
        pen.word("source", "human model model_edited"),
        pen.prose("text"),
        pen.json("attachments", nullable=True),
        pen.at("created_at"),
        pen.check("depth", "depth > 0 AND (parent_id IS NULL) = (depth = 1)"),
    )
    pen.index("ix_turns_deed_id", "turns", "deed_id")
    # Number 0 is the turn's own text, so revisions begin at 1.
    pen.table(
        "revisions",
        pen.ref("turn_id", "turns"),
        pen.count("number"),
        pen.prose("text"),
        pen.big("author_id", nullable=True),
        pen.word("source", "human model model_edited"),
        pen.at("at"),
        pen.check("number", "number > 0"),
        key=("turn_id", "number"),
    )
    # How to come back: where the head was, and where it went.
    pen.table(
        "takings_back",
        pen.own_id(),
        pen.ref("story_id", "stories"),
        pen.ref("branch_id", "branches"),
        pen.word("kind", "undo withdrawal hiding"),
        pen.big("writer_id"),
        pen.at("at"),
        pen.ref("head_before", "turns", nullable=True),
        pen.ref("head_after", "turns", nullable=True),
        pen.at("redone_at", nullable=True),
    )
    pen.index("ix_takings_back_open", "takings_back", "branch_id", "id", where="redone_at IS NULL")
    pen.table(
        "taken_turns",
        pen.ref("taking_back_id", "takings_back"),
        pen.ref("turn_id", "turns"),
        pen.count("place"),
        key=("taking_back_id", "turn_id"),
    )
    # A turn stands if it has no row here; a row is deleted when its taking-back is redone.
    pen.table(
        "withdrawals",
        pen.ref("turn_id", "turns"),
        pen.ref("taking_back_id", "takings_back"),
        key=("turn_id", "taking_back_id"),
    )


def _ballots() -> None:
    # One live ballot per branch.
    pen.table(
        "ballots",
        pen.own_id(),
        pen.ref("story_id", "stories"),
        pen.ref("branch_id", "branches"),
        pen.big("channel_id"),
        pen.big("opener_id"),
        pen.word("state", "drafting open tied settled nothing dropped"),
        pen.ref("from_turn_id", "turns", nullable=True),
        pen.at("opened_at"),
        pen.at("window_ends"),
        pen.json("settings"),
        pen.at("countdown_ends", nullable=True),
        pen.at("tied_since", nullable=True),
        pen.flag("runoff"),
        pen.row("winner_id", nullable=True),
        pen.big("closed_by", nullable=True),
        pen.prose("closing_note"),
        pen.at("settled_at", nullable=True),
        later=_later("winner_id", "variants"),
    )
    pen.index("ix_ballots_branch_id", "ballots", "branch_id")
    pen.index(
        "uq_ballots_live",
        "ballots",
        "branch_id",
        where="state IN ('drafting', 'open', 'tied')",
        unique=True,
    )
    pen.table(
        "rounds",
        pen.ref("ballot_id", "ballots"),
        pen.count("number"),
        pen.prose("direction"),
        pen.ref("as_character_id", "characters", nullable=True),
        pen.flag("as_narrator"),
        pen.count("variants"),
        pen.big("asked_by"),
        pen.at("asked_at"),
        pen.at("done_at", nullable=True),
        pen.prose("failure"),
        pen.count("dropped"),
        key=("ballot_id", "number"),
    )
    # The place is the letter on the card, which people quote.
    pen.table(
        "variants",
        pen.own_id(),
        pen.ref("ballot_id", "ballots"),
        pen.count("round"),
        pen.count("place"),
        pen.prose("angle"),
        pen.json("beats", nullable=True),
        pen.big("author_id", nullable=True),
        pen.word("state", "standing locked dropped"),
        pen.at("added_at"),
        pen.json("allowed", nullable=True),
        pen.unique("ballot_id", "place"),
    )
    # One approval per variant and writer, pressed twice or not.
    pen.table(
        "approvals",
        pen.ref("variant_id", "variants"),
        pen.big("writer_id"),
        pen.ref("ballot_id", "ballots"),
        key=("variant_id", "writer_id"),
    )
    pen.index("ix_approvals_ballot_id", "approvals", "ballot_id")
    # When a writer last changed their vote, and whether that was None of these.
    pen.table(
        "presses",
        pen.ref("ballot_id", "ballots"),
        pen.big("writer_id"),
        pen.at("at"),
        pen.flag("none"),
        key=("ballot_id", "writer_id"),
    )
    pen.table(
        "holds",
        pen.ref("ballot_id", "ballots"),
        pen.big("writer_id"),
        pen.word("kind", "steer mine"),
        pen.at("until"),
        key=("ballot_id", "writer_id", "kind"),
    )


def _rest() -> None:
    # Facts are numbered within their story, since people cite them.
    pen.table(
        "facts",
        pen.own_id(),
        pen.ref("story_id", "stories"),
        pen.count("number"),
        pen.prose("text"),
        pen.prose("about"),
        pen.word("state", "proposed canon disputed retired"),
        pen.big("proposed_by"),
        pen.big("accepted_by", nullable=True),
        pen.ref("source_turn_id", "turns", nullable=True),
        pen.prose("quote"),
        pen.ref("from_turn_id", "turns", nullable=True),
        pen.ref("until_turn_id", "turns", nullable=True),
        pen.at("added_at"),
        pen.big("retired_by", nullable=True),
        pen.at("retired_at", nullable=True),
        pen.unique("story_id", "number"),
    )
    pen.index("ix_facts_source_turn_id", "facts", "source_turn_id")
    # The outbox. Small indexes hold what is still to be done; a post that stands leaves them.
    pen.table(
        "posts",
        pen.own_id(),
        pen.big("channel_id"),
        pen.word("kind", "turn ballot taken_back note ask"),
        pen.row("subject_id"),
        pen.count("part"),
        pen.count("parts"),
        pen.prose("name"),
        pen.prose("avatar_url"),
        pen.prose("text"),
        pen.json("attachments", nullable=True),
        pen.word("state", "due sending asked posted left removing removed dropped lost"),
        pen.big("message_id", nullable=True),
        pen.big("original_id", nullable=True),
        pen.big("after_id", nullable=True),
        pen.word("manner", "webhook plain", nullable=True),
        pen.at("queued_at"),
        pen.count("wanted"),
        pen.count("shown"),
        pen.unique("message_id"),
    )
    pen.index("ix_posts_kind_subject_id", "posts", "kind", "subject_id")
    pen.index(
        "ix_posts_originals",
        "posts",
        "channel_id",
        "id",
        where="state = 'posted' AND original_id IS NOT NULL",
    )
    pen.index(
        "ix_posts_stale", "posts", "channel_id", "id", where="state = 'posted' AND wanted <> shown"
    )
    pen.index(
        "ix_posts_waiting",
        "posts",
        "channel_id",
        "id",
        where="state IN ('due', 'sending', 'removing')",
    )
    # While a call is pending its cost is the estimate: what is reserved counts as spent.
    pen.table(
        "calls",
        pen.own_id(),
        pen.big("guild_id"),
        pen.ref("story_id", "stories"),
        pen.big("writer_id"),
        pen.short("purpose"),
        pen.ref("ballot_id", "ballots", nullable=True),
        pen.prose("model"),
        pen.word("state", "pending done failed"),
        pen.count("input_tokens"),
        pen.count("cache_write_tokens"),
        pen.count("cache_read_tokens"),
        pen.count("output_tokens"),
        pen.big("cost"),
        pen.at("asked_at"),
        pen.at("answered_at", nullable=True),
        pen.prose("outcome"),
    )
    pen.index("ix_calls_guild_id_asked_at", "calls", "guild_id", "asked_at")
    pen.index("ix_calls_pending", "calls", "ballot_id", where="state = 'pending'")
    pen.index("ix_calls_story_id", "calls", "story_id")
    # A deed is asked for once; asking again raises its version.
    pen.table(
        "tasks",
        pen.own_id(),
        pen.word("kind", "draft settle post"),
        pen.big("subject_id"),
        pen.at("due_at"),
        pen.count("attempts"),
        pen.count("version"),
        pen.short("holder", nullable=True),
        pen.at("leased_until", nullable=True),
        pen.check("lease", "(holder IS NULL) = (leased_until IS NULL)"),
        pen.unique("kind", "subject_id"),
    )
    pen.index("ix_tasks_due_at", "tasks", "due_at")
