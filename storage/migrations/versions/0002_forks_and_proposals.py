"""Forks, further scenes, proposed and disputed facts, kept pictures, and who left.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

from storage.migrations import pen

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change what is there, and add what is new."""
    _scenes()
    _people()
    _ancestors()
    _facts()
    _outbox()


def _scenes() -> None:
    """A story has branches, each played in one channel or in none."""
    # A command forks once; the thread is looked for if a process died while it was opened.
    pen.table(
        "forks",
        pen.ref("branch_id", "branches"),
        pen.big("asked_id"),
        pen.big("writer_id"),
        pen.big("source_channel_id"),
        pen.big("under_id"),
        pen.at("at"),
        pen.word("state", "due opening open"),
        pen.unique("asked_id"),
        key=("branch_id",),
    )
    with pen.changed("branches") as branches:
        for column in ("forked_from_id", "fork_turn_id", "root_id"):
            branches.add_column(pen.row(column, nullable=True))
        branches.add_column(sa.Column("fork_depth", sa.Integer()))
        branches.add_column(pen.big("home_id", nullable=True))
    op.execute(
        "UPDATE branches SET fork_depth = 0, home_id = "
        "(SELECT channel_id FROM channels WHERE channels.branch_id = branches.id)"
    )
    with pen.changed("branches") as branches:
        branches.alter_column("fork_depth", existing_type=sa.Integer(), nullable=False)
        for column, target in (
            ("forked_from_id", "branches"),
            ("fork_turn_id", "turns"),
            ("root_id", "branches"),
        ):
            pen.refer(branches, "branches", column, target)
        branches.create_check_constraint(
            op.f("ck_branches_fork"), "(fork_turn_id IS NULL) = (fork_depth = 0)"
        )
    with pen.changed("channels", numbered=False) as channels:
        channels.create_unique_constraint(op.f("uq_channels_branch_id"), ["branch_id"])


def _people() -> None:
    with pen.changed("characters") as characters:
        characters.add_column(pen.big("picture_channel_id", nullable=True))
        characters.add_column(pen.big("picture_message_id", nullable=True))
    with pen.changed("writers", numbered=False) as writers:
        writers.add_column(pen.at("left_at", nullable=True))


def _ancestors() -> None:
    """Each turn knows one further back; see ``storage.chains``."""
    with pen.changed("turns") as turns:
        turns.add_column(pen.row("jump_id", nullable=True))
    connection = op.get_bind()
    depths: dict[int | None, int] = {None: 0}
    jumps: dict[int | None, int | None] = {None: None}
    # Whoever comes before a turn has a lower number.
    chain = "SELECT id, parent_id, depth FROM turns ORDER BY id"
    for turn_id, parent_id, depth in connection.execute(sa.text(chain)):
        one = jumps[parent_id]
        two = jumps[one]
        even = parent_id and depths[parent_id] - depths[one] == depths[one] - depths[two]
        depths[turn_id] = depth
        jumps[turn_id] = two if even else parent_id
    known = [{"turn": turn_id, "jump": jump} for turn_id, jump in jumps.items() if jump]
    if known:
        connection.execute(sa.text("UPDATE turns SET jump_id = :jump WHERE id = :turn"), known)
    with pen.changed("turns") as turns:
        pen.refer(turns, "turns", "jump_id", "turns")


def _facts() -> None:
    """Facts that the model proposes, that people doubt, and that take another's place."""
    pen.table(
        "proposals",
        pen.own_id(),
        pen.ref("story_id", "stories"),
        pen.ref("branch_id", "branches"),
        pen.big("channel_id"),
        pen.big("asked_by"),
        pen.at("asked_at"),
        pen.count("after_depth"),
        pen.ref("until_turn_id", "turns"),
        pen.count("turns"),
        pen.big("estimate"),
        pen.word("state", "reading done failed"),
        pen.ref("call_id", "calls", nullable=True),
        pen.prose("failure"),
        pen.count("uncited"),
        pen.count("known"),
    )
    pen.index("ix_proposals_branch_id", "proposals", "branch_id")
    # One at a time reads a branch.
    pen.index(
        "uq_proposals_reading", "proposals", "branch_id", where="state = 'reading'", unique=True
    )
    with pen.changed("facts") as facts:
        for column in ("supersedes_id", "proposal_id", "branch_id"):
            facts.add_column(pen.row(column, nullable=True))
        facts.add_column(pen.big("disputed_by", nullable=True))
        facts.add_column(sa.Column("why", sa.Text()))
    op.execute("UPDATE facts SET why = ''")
    with pen.changed("facts") as facts:
        facts.alter_column("why", existing_type=sa.Text(), nullable=False)
        for column, target in (
            ("supersedes_id", "facts"),
            ("proposal_id", "proposals"),
            ("branch_id", "branches"),
        ):
            pen.refer(facts, "facts", column, target)
    pen.index("ix_facts_proposal_id", "facts", "proposal_id")


def _outbox() -> None:
    """New cards, new tasks, and the server that a task is about."""
    kinds = "turn ballot taken_back note ask dispute branch proposal"
    with pen.changed("posts") as posts:
        pen.reword(posts, "posts", "kind", kinds)
    with pen.changed("tasks") as tasks:
        tasks.add_column(pen.big("guild_id", nullable=True))
        pen.reword(tasks, "tasks", "kind", "draft settle post propose fork")
    op.execute(
        "UPDATE tasks SET guild_id = "
        "(SELECT guild_id FROM channels WHERE channels.channel_id = tasks.subject_id) "
        "WHERE kind = 'post'"
    )
    op.execute(
        "UPDATE tasks SET guild_id = (SELECT guild_id FROM stories JOIN ballots "
        "ON ballots.story_id = stories.id WHERE ballots.id = tasks.subject_id) "
        "WHERE kind IN ('draft', 'settle')"
    )
