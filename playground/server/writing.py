"""How a person reads and writes, by the same rules as on Discord."""

from collections.abc import Iterable, Sequence
from itertools import chain

from typing_extensions import override

from playground.server import posting, reactions, threads
from playground.server.channel import Channel
from playground.server.errors import ApiError, wrong_channel_kind
from playground.server.message import Message
from playground.server.nouns import Sticker, Upload, User
from playground.server.options import FileSpec
from playground.server.permissions import UNHURRIED, May, can, in_channel, require
from playground.server.posting import Draft
from playground.server.rest_messages import allow_sending
from playground.server.rules_messages import MAX_PERSON_CONTENT
from playground.server.shapes import Json
from playground.server.threads import Opening
from playground.server.world import World


def _in_order(*parts: Iterable[Message]) -> list[Message]:
    return sorted(chain.from_iterable(parts), key=lambda one: one.id)


class Writer:
    """The half of a person that reads and writes.

    Args:
        world: where the person lives.
        user: the person's account.
    """

    def __init__(self, world: World, user: User) -> None:
        self.user = user
        self._world = world

    @override
    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.user.display_name}>"

    @property
    def id(self) -> int:
        """The account's id."""
        return self.user.id

    @property
    def name(self) -> str:
        """The name others see."""
        return self.user.display_name

    @property
    def mention(self) -> str:
        """What one types to name this person."""
        return f"<@{self.user.id}>"

    @property
    def dms_open(self) -> bool:
        """Whether the bot may write to this person; if not it gets code 50007."""
        return self.user.dms_open

    @dms_open.setter
    def dms_open(self, value: bool) -> None:
        self.user.dms_open = value

    @property
    def dm_channel(self) -> Channel:
        """The direct message channel with the bot."""
        return self._world.dm(self._world.bot, self.user)

    # Reading

    def sees(self, channel: Channel) -> list[Message]:
        """Return what this person sees in a channel, oldest first.

        Their own ephemeral messages are among it, others' and deleted ones are not.
        """
        if not can(self.user, channel, May.VIEW_CHANNEL):
            return []
        return _in_order(channel.shelf, channel.whispered_to(self.id))

    def reads(
        self, channel: Channel, limit: int, *, before: int = 1 << 63, after: int | None = None
    ) -> list[Message]:
        """Return a part of what this person sees in a channel, however long it is.

        Args:
            channel: where.
            limit: how many at most.
            before: the newest older than this id; by default the newest of all.
            after: instead the oldest newer than this id.

        Returns:
            The messages, oldest first; none without permission to read the history.
        """
        if not can(self.user, channel, May.VIEW_CHANNEL | May.READ_MESSAGE_HISTORY):
            return []
        shelves = (channel.shelf, channel.whispered_to(self.id))
        if after is not None:
            return _in_order(*(one.after(after, limit) for one in shelves))[:limit]
        return _in_order(*(one.before(before, limit) for one in shelves))[-limit:]

    def dms(self) -> list[Message]:
        """Return what the bot wrote to this person, oldest first."""
        return [one for one in self.dm_channel.shelf if one.author is self._world.bot]

    # Writing

    async def say(
        self,
        channel: Channel,
        text: str = "",
        *,
        files: Sequence[FileSpec] = (),
        reply_to: Message | None = None,
        stickers: Sequence[Sticker] = (),
    ) -> Message:
        """Type a message. Beyond 4,000 characters it becomes ``message.txt``, as clients do it.

        Raises:
            ApiError: what Discord refuses.
        """
        text, uploads = _typed(text, files)
        body: Json = {"content": text, "sticker_ids": [one.id for one in stickers]}
        if reply_to is not None:
            body["message_reference"] = {"message_id": str(reply_to.id)}
        allow_sending(self.user, channel, body, files=bool(uploads))
        self._hurry_not(channel)
        draft = Draft(self.user, body, uploads, limit=MAX_PERSON_CONTENT)
        said = posting.post(self._world, channel, draft)
        channel.spoke[self.id] = said.created_at
        return said

    async def edit(self, message: Message, text: str) -> Message:
        """Change one's own message.

        Raises:
            ApiError: 50005 for another's message, and what Discord refuses.
        """
        if message.author is not self.user:
            raise ApiError(403, 50005, "Cannot edit a message authored by another user")
        posting.find(message.channel, message.id)
        body = {"content": text}
        return posting.edit(self._world, message, body, {}, limit=MAX_PERSON_CONTENT)

    async def delete(self, message: Message) -> None:
        """Delete a message: one's own, or with the permission another's.

        Dismissing one's own ephemeral message works too.

        Raises:
            ApiError: 50013 or 10008.
        """
        if message.seen_by != self.id:
            posting.find(message.channel, message.id)
            if message.author is not self.user:
                require(self.user, message.channel, May.MANAGE_MESSAGES)
        posting.delete(self._world, message)

    async def react(self, message: Message, emoji: str) -> None:
        """Put a reaction under a message.

        Raises:
            ApiError: what Discord refuses.
        """
        posting.find(message.channel, message.id)
        reactions.add(self._world, message, self.user, emoji)

    async def unreact(self, message: Message, emoji: str) -> None:
        """Take one's reaction away."""
        posting.find(message.channel, message.id)
        reactions.remove(self._world, message, self.user, emoji)

    async def typing(self, channel: Channel) -> None:
        """Begin to type."""
        self._world.typing(self.user, channel)

    # Threads

    async def open_thread(
        self, place: Channel | Message, name: str, *, private: bool = False
    ) -> Channel:
        """Open a thread in a channel or on a message.

        Raises:
            ApiError: what Discord refuses, such as 50013 or 160004.
        """
        opening = Opening(self.user, {"name": name})
        if isinstance(place, Message):
            return threads.open_on(self._world, place.channel, place.id, opening)
        kind = Channel.PRIVATE_THREAD if private else Channel.PUBLIC_THREAD
        return threads.open_in(self._world, place, kind, opening)

    async def post(
        self,
        forum: Channel,
        title: str,
        text: str = "",
        *,
        files: Sequence[FileSpec] = (),
        tags: Sequence[int] = (),
    ) -> Channel:
        """Begin a post in a forum with its first message; return its thread.

        Args:
            forum: where.
            title: the post's name.
            text: the first message; as long as any that people type.
            files: what is on that message.
            tags: ids of the forum's tags.

        Raises:
            ApiError: 50024 for another kind of channel, and what Discord refuses.
        """
        if forum.kind != Channel.FORUM:
            raise wrong_channel_kind()
        text, uploads = _typed(text, files)
        body: Json = {"name": title, "message": {"content": text}, "applied_tags": [*tags]}
        self._hurry_not(forum)
        opening = Opening(self.user, body, uploads, MAX_PERSON_CONTENT)
        thread, said = threads.post_in(self._world, forum, opening)
        forum.spoke[self.id] = said.created_at
        return thread

    async def archive(self, thread: Channel) -> None:
        """Archive one's own thread, or with the permission another's.

        Raises:
            ApiError: 50013.
        """
        threads.close(thread, self.user, archived=True)

    async def reopen(self, thread: Channel) -> None:
        """Open an archived thread again.

        Raises:
            ApiError: 50013.
        """
        threads.close(thread, self.user, archived=False)

    def _hurry_not(self, channel: Channel) -> None:
        """Hold this person to slow mode.

        Raises:
            ApiError: 20016.
        """
        wait = channel.spoke.get(self.id, 0) + channel.slowmode - self._world.now()
        if channel.slowmode and wait > 0 and not in_channel(self.user, channel) & UNHURRIED:
            text = "This action cannot be performed due to slowmode rate limit."
            raise ApiError(429, 20016, text)


def _typed(text: str, files: Sequence[FileSpec]) -> tuple[str, dict[int, Upload]]:
    """What is sent of a text and files: a text that is too long becomes a file."""
    uploads = [Upload(name, data, kind) for name, data, kind in files]
    if len(text) > MAX_PERSON_CONTENT:
        uploads.append(Upload("message.txt", text.encode(), "text/plain; charset=utf-8"))
        text = ""
    return text, dict(enumerate(uploads))
