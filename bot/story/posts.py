"""What must appear in Discord, and how far it got."""

from dataclasses import dataclass
from enum import StrEnum

from bot.story.turn import Attachment


class PostKind(StrEnum):
    """What a post shows. All but TURN are cards: bot messages drawn from what they are about."""

    TURN = "turn"
    BALLOT = "ballot"
    TAKEN_BACK = "taken_back"
    NOTE = "note"
    ASK = "ask"
    DISPUTE = "dispute"
    BRANCH = "branch"
    PROPOSAL = "proposal"


class PostState(StrEnum):
    """How far a post got.

    DUE: to be sent. SENDING: being sent, or sent when the process died (unsure: looked for before
    it is sent again). ASKED: unsure and unreadable, so the owner was asked. POSTED: stands in
    Discord. LEFT: a typed message that counts where it stands. REMOVING: to be deleted.
    REMOVED, DROPPED (never sent) and LOST (its channel is gone) are final.
    """

    DUE = "due"
    SENDING = "sending"
    ASKED = "asked"
    POSTED = "posted"
    LEFT = "left"
    REMOVING = "removing"
    REMOVED = "removed"
    DROPPED = "dropped"
    LOST = "lost"


class Manner(StrEnum):
    """How a post is sent: by the channel's webhook under the speaker's name, or by the bot."""

    WEBHOOK = "webhook"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post about to be queued.

    Attributes:
        subject_id: id of the turn, ballot or taking-back it shows; for a NOTE, of the story; for
            an ASK, of the post about which the owner is asked whether it stands; for a DISPUTE, of
            the fact; for a BRANCH, of the branch that is played there from now on; for a
            PROPOSAL, of that.
        part: from 0, of ``parts``.
        name: the speaker's name (TURN only).
        text: what to show (TURN and NOTE); at most 2,000 characters.
        message_id: for a typed message that counts where it stands (state LEFT), its id.
        original_id: the typed message that this post replaces, on the last part only: it is
            deleted when everything stands.
    """

    channel_id: int
    kind: PostKind
    subject_id: int
    text: str = ""
    part: int = 0
    parts: int = 1
    name: str = ""
    avatar_url: str = ""
    state: PostState = PostState.DUE
    message_id: int | None = None
    original_id: int | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """A message that must appear, or appeared, in Discord.

    Attributes:
        after_id: the newest message of the channel when sending began; the post, if it was
            sent, is newer.
        manner: how it was sent; None before it was tried.
        wanted: version of a card that should be shown; ``shown`` is the one last drawn.
    """

    id: int
    channel_id: int
    kind: PostKind
    subject_id: int
    text: str
    part: int
    parts: int
    name: str
    avatar_url: str
    state: PostState
    message_id: int | None
    original_id: int | None
    after_id: int | None
    manner: Manner | None
    wanted: int
    shown: int
    attachments: tuple[Attachment, ...] = ()
