"""Places where messages stand: text channels, forums, threads and direct messages."""

import contextlib
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from playground.server.nouns import Member, Overwrite, Role, User, Webhook
from playground.server.shapes import Json

if TYPE_CHECKING:
    from playground.server.guild import Guild
    from playground.server.message import Message
    from playground.server.people import Person


@dataclass(slots=True, eq=False)
class ThreadState:
    """What makes a channel a thread."""

    owner_id: int
    auto_archive: int
    created_at: float
    archive_changed_at: float
    archived: bool = False
    locked: bool = False
    invitable: bool = True
    applied_tags: list[int] = field(default_factory=list)
    total_sent: int = 0


class MessageShelf:
    """Messages by id and in order, so that no question about one walks over all of them."""

    __slots__ = ("_by_id", "_ids")

    def __init__(self) -> None:
        self._by_id: dict[int, Message] = {}
        self._ids: list[int] = []

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator["Message"]:
        return iter([self._by_id[id_] for id_ in self._ids])

    def add(self, message: "Message") -> None:
        """Put the newest message at the end."""
        self._by_id[message.id] = message
        self._ids.append(message.id)

    def get(self, message_id: int) -> "Message | None":
        """Return a message, or None if it is not (or no longer) here."""
        return self._by_id.get(message_id)

    def remove(self, message_id: int) -> None:
        """Take a message away."""
        del self._by_id[message_id]
        del self._ids[bisect_left(self._ids, message_id)]

    def last(self) -> "Message | None":
        """Return the newest message."""
        return self._by_id[self._ids[-1]] if self._ids else None

    def before(self, message_id: int, limit: int) -> list["Message"]:
        """Return up to ``limit`` messages older than an id, newest first."""
        end = bisect_left(self._ids, message_id)
        return [self._by_id[id_] for id_ in reversed(self._ids[max(0, end - limit) : end])]

    def after(self, message_id: int, limit: int) -> list["Message"]:
        """Return up to ``limit`` messages newer than an id, oldest first."""
        start = bisect_left(self._ids, message_id + 1)
        return [self._by_id[id_] for id_ in self._ids[start : start + limit]]


@dataclass(slots=True, eq=False, repr=False)
class Channel:
    """A text channel, forum, thread or direct message channel."""

    TEXT: ClassVar[int] = 0
    DM: ClassVar[int] = 1
    CATEGORY: ClassVar[int] = 4
    PUBLIC_THREAD: ClassVar[int] = 11
    PRIVATE_THREAD: ClassVar[int] = 12
    STAGE: ClassVar[int] = 13
    FORUM: ClassVar[int] = 15

    id: int
    kind: int
    name: str
    guild: "Guild | None" = None
    parent: "Channel | None" = None
    topic: str | None = None
    position: int = 0
    nsfw: bool = False
    slowmode: int = 0
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    recipients: dict[int, User] = field(default_factory=dict)
    shelf: MessageShelf = field(default_factory=MessageShelf)
    whispers: dict[int, MessageShelf] = field(default_factory=dict)
    webhooks: dict[int, Webhook] = field(default_factory=dict)
    pins: dict[int, float] = field(default_factory=dict)
    thread: ThreadState | None = None
    thread_members: dict[int, float] = field(default_factory=dict)
    spoke: dict[int, float] = field(default_factory=dict)
    tags: list[Json] = field(default_factory=list)
    last_message_id: int | None = None
    deleted: bool = False

    @override
    def __repr__(self) -> str:
        return f"<Channel {self.name}>"

    @property
    def messages(self) -> list["Message"]:
        """The live messages, oldest first, without anybody's ephemeral ones."""
        return list(self.shelf)

    @property
    def last_message(self) -> "Message | None":
        """The newest live message: cheaper than ``messages[-1]``."""
        return self.shelf.last()

    def whispered_to(self, user_id: int) -> MessageShelf:
        """The ephemeral messages that one user sees here."""
        return self.whispers.setdefault(user_id, MessageShelf())

    @property
    def archived(self) -> bool:
        """Whether this is an archived thread."""
        return self.thread is not None and self.thread.archived

    @property
    def threads(self) -> list["Channel"]:
        """The threads under this channel."""
        if self.guild is None:
            return []
        return [thread for thread in self.guild.threads.values() if thread.parent is self]

    def allow(self, who: "Role | Member | User | Person", bits: int) -> None:
        """Allow permissions here to a role or a member, over what the server says."""
        with self._synced():
            over = self._overwrite(who)
            over.allow |= bits
            over.deny &= ~bits

    def deny(self, who: "Role | Member | User | Person", bits: int) -> None:
        """Deny permissions here to a role or a member, over what the server says."""
        with self._synced():
            over = self._overwrite(who)
            over.deny |= bits
            over.allow &= ~bits

    def clear(self, who: "Role | Member | User | Person") -> None:
        """Forget what this channel allows and denies to a role or a member."""
        with self._synced():
            self.overwrites.pop(who.user.id if isinstance(who, Member) else who.id, None)

    def set_slowmode(self, seconds: int) -> None:
        """Let people wait so long between two messages of theirs."""
        self.slowmode = seconds
        self._changed()

    def delete(self) -> None:
        """Delete this channel with its threads, or this thread."""
        if self.guild is not None:
            self.guild.world.remove_channel(self)

    def delete_webhooks(self) -> None:
        """Delete every webhook of this channel."""
        for webhook in tuple(self.webhooks.values()):
            if self.guild is not None:
                self.guild.world.remove_webhook(webhook)

    def archive(self, *, locked: bool | None = None) -> None:
        """Archive this thread; ``locked`` also changes whether only moderators may open it."""
        self._set_thread(archived=True, locked=locked)

    def unarchive(self, *, locked: bool | None = None) -> None:
        """Open this thread again."""
        self._set_thread(archived=False, locked=locked)

    def lock(self) -> None:
        """Lock this thread as it is: only moderators may write."""
        self._set_thread(archived=self.archived, locked=True)

    def _set_thread(self, *, archived: bool, locked: bool | None) -> None:
        state = self.thread
        if state is None or self.guild is None:
            raise ValueError("Only threads are archived and locked")
        if state.archived != archived:
            state.archived, state.archive_changed_at = archived, self.guild.world.now()
        state.locked = state.locked if locked is None else locked
        self._changed()

    def _overwrite(self, who: "Role | Member | User | Person") -> Overwrite:
        target = who.user.id if isinstance(who, Member) else who.id
        fresh = Overwrite(target, for_member=not isinstance(who, Role))
        return self.overwrites.setdefault(target, fresh)

    @property
    def rules(self) -> dict[int, tuple[int, int]]:
        """What is allowed and denied here, by the id of the role or member."""
        return {one.id: (one.allow, one.deny) for one in self.overwrites.values()}

    def take_over(self, category: "Channel") -> None:
        """Copy a category's overwrites: that is all that a channel has of its category."""
        self.overwrites = {one.id: replace(one) for one in category.overwrites.values()}
        self._changed()

    @contextlib.contextmanager
    def _synced(self) -> Iterator[None]:
        """Change overwrites; a category's channels that agreed with it before do so after."""
        before = self.rules
        children = [] if self.guild is None else self.guild.channels.values()
        agreeing = [one for one in children if one.parent is self and one.rules == before]
        yield
        self._changed()
        for child in agreeing:
            child.take_over(self)

    def _changed(self) -> None:
        if self.guild is not None:
            self.guild.world.channel_changed(self)
