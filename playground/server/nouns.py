"""The small nouns of the world: users, roles, members, attachments, reactions, webhooks."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from playground.server.shapes import Json

if TYPE_CHECKING:
    from playground.server.channel import Channel
    from playground.server.guild import Guild


@dataclass(slots=True, eq=False)
class User:
    """An account: a person, the bot, or the face a webhook wears for one message."""

    id: int
    name: str
    display_name: str
    bot: bool = False
    avatar: str | None = None
    avatar_url: str | None = None
    webhook: bool = False
    dms_open: bool = True


@dataclass(slots=True, eq=False)
class Role:
    """A role of a server; the one with the server's own id is @everyone."""

    id: int
    name: str
    permissions: int
    position: int
    mentionable: bool = False
    managed: bool = False


@dataclass(slots=True, eq=False)
class Overwrite:
    """What a channel allows and denies to one role or member, over the server's permissions."""

    id: int
    for_member: bool
    allow: int = 0
    deny: int = 0


@dataclass(slots=True, eq=False)
class Member:
    """A user as a member of one server."""

    user: User
    guild: "Guild"
    joined_at: float
    roles: list[int] = field(default_factory=list)
    nick: str | None = None
    timed_out_until: float | None = None

    @property
    def display_name(self) -> str:
        """The name others see on this server."""
        return self.nick or self.user.display_name


@dataclass(slots=True, eq=False)
class Attachment:
    """A file on a message, its bytes kept in memory."""

    id: int
    channel_id: int
    filename: str
    content_type: str
    data: bytes
    description: str | None = None
    ephemeral: bool = False

    @property
    def size(self) -> int:
        """Length in bytes."""
        return len(self.data)

    @property
    def text(self) -> str:
        """The file read as UTF-8."""
        return self.data.decode()


@dataclass(slots=True, eq=False)
class Upload:
    """A file on its way in, not yet on a message."""

    filename: str
    data: bytes
    content_type: str


@dataclass(slots=True, eq=False)
class Reaction:
    """One emoji under a message and who put it there, in order."""

    emoji: Json
    users: dict[int, User] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many users reacted with it."""
        return len(self.users)


@dataclass(slots=True, eq=False)
class Sticker:
    """A sticker (format 1 is PNG)."""

    id: int
    name: str
    format_type: int = 1


@dataclass(slots=True, eq=False)
class Webhook:
    """A way to post into one channel and its threads under any name."""

    id: int
    channel: "Channel"
    name: str
    token: str
    owner: User
    avatar: str | None = None
    application_id: int | None = None


@dataclass(slots=True, frozen=True)
class Button:
    """A button as a reader sees it."""

    label: str | None
    custom_id: str | None
    disabled: bool
    style: int
    emoji: str | None
    url: str | None
