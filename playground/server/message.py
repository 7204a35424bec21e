"""A message, with what a reader can see on it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from typing_extensions import override

from playground.server.channel import Channel
from playground.server.nouns import Attachment, Button, Reaction, Sticker, User
from playground.server.shapes import Json

EPHEMERAL = 1 << 6
LOADING = 1 << 7
HAS_THREAD = 1 << 5
COMPONENTS_V2 = 1 << 15

PINNED, THREAD_CREATED, THREAD_STARTER = 6, 18, 21
"""Types of the messages that Discord posts by itself.

Source: https://discord.com/developers/docs/resources/message#message-object-message-types
"""

_BUTTON = 2
_TEXT_DISPLAY = 10


def walk(components: list[Json]) -> Iterator[Json]:
    """Yield every component of a tree, parents before children, in reading order."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        for one in ("accessory", "component"):
            if component.get(one):
                yield from walk([component[one]])


def emoji_text(emoji: Json | None) -> str | None:
    """Return an emoji as one types it: the character, or ``name:id`` for a server's own."""
    if not emoji:
        return None
    name: str = emoji.get("name") or ""
    return f"{name}:{emoji['id']}" if emoji.get("id") else name


@dataclass(slots=True, eq=False, repr=False)
class Message:
    """A message in a channel; ephemeral ones are seen by one user alone.

    ``pinged`` holds the ids of the users it notified when it was sent: an edit never pings.
    """

    id: int
    channel: Channel
    author: User
    content: str
    created_at: float
    kind: int = 0
    flags: int = 0
    edited_at: float | None = None
    components: list[Json] = field(default_factory=list)
    embeds: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    stickers: list[Sticker] = field(default_factory=list)
    reactions: dict[str, Reaction] = field(default_factory=dict)
    mentions: list[User] = field(default_factory=list)
    mention_roles: list[int] = field(default_factory=list)
    mention_everyone: bool = False
    pinged: frozenset[int] = frozenset()
    nonce: str | int | None = None
    webhook_id: int | None = None
    application_id: int | None = None
    reference: Json | None = None
    referenced: "Message | None" = None
    interaction: Json | None = None
    poll: Json | None = None
    seen_by: int | None = None
    started_thread: Channel | None = None
    pinned: bool = False
    deleted: bool = False

    @override
    def __repr__(self) -> str:
        return f"<Message {self.author_name}: {self.text[:60]!r}>"

    @property
    def author_id(self) -> int:
        """The author's id; on a webhook's post the webhook's."""
        return self.author.id

    @property
    def author_name(self) -> str:
        """The name the message stands under."""
        guild = self.channel.guild
        member = guild.members.get(self.author.id) if guild else None
        return member.display_name if member else self.author.display_name

    @property
    def avatar(self) -> str | None:
        """The address of the picture the message stands under, if it has its own."""
        return self.author.avatar_url

    @property
    def ephemeral(self) -> bool:
        """Whether one user alone sees it."""
        return self.seen_by is not None

    @property
    def system(self) -> bool:
        """Whether Discord posted it by itself: about a pin or a thread."""
        return self.kind in (PINNED, THREAD_CREATED, THREAD_STARTER)

    @property
    def loading(self) -> bool:
        """Whether it still shows that the bot is thinking."""
        return bool(self.flags & LOADING)

    @property
    def edited(self) -> bool:
        """Whether it was ever edited."""
        return self.edited_at is not None

    @property
    def text(self) -> str:
        """All text it shows: content, text displays and embeds, one per line."""
        parts = [self.content]
        parts += [c["content"] for c in walk(self.components) if c["type"] == _TEXT_DISPLAY]
        for embed in self.embeds:
            parts += [embed.get("title", ""), embed.get("description", "")]
            for part in embed.get("fields", []):
                parts += [part["name"], part["value"]]
            parts.append((embed.get("footer") or {}).get("text", ""))
        return "\n".join(part for part in parts if part)

    @property
    def buttons(self) -> list[Button]:
        """Its buttons in reading order."""
        return [
            Button(
                label=one.get("label"),
                custom_id=one.get("custom_id"),
                disabled=bool(one.get("disabled")),
                style=one["style"],
                emoji=emoji_text(one.get("emoji")),
                url=one.get("url"),
            )
            for one in walk(self.components)
            if one["type"] == _BUTTON
        ]

    @property
    def jump_url(self) -> str:
        """The address of the message as people copy it."""
        place = self.channel.guild.id if self.channel.guild else "@me"
        return f"https://discord.com/channels/{place}/{self.channel.id}/{self.id}"
