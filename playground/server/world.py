"""The world behind the API: everything that exists, and the one place that changes its frame."""

import random
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from playground.server import payloads
from playground.server.cdn import Cdn
from playground.server.channel import Channel, ThreadState
from playground.server.guild import Guild
from playground.server.happenings import Bus, Happening
from playground.server.message import HAS_THREAD, THREAD_CREATED, THREAD_STARTER, Message
from playground.server.nouns import Attachment, Member, Role, Sticker, Upload, User, Webhook
from playground.server.permissions import BOT, EVERYONE
from playground.server.portal import Command, Limits, Portal
from playground.server.shapes import Json
from playground.server.snowflakes import Snowflakes

if TYPE_CHECKING:
    from playground.server.interactions import Interaction


_PLAIN_TAG: Json = {"moderated": False, "emoji_id": None, "emoji_name": None}


class World:
    """Everything that exists.

    Args:
        seed: for what is left to chance (tokens, hashes).
        clock: gives the present as Unix seconds.
    """

    def __init__(self, seed: int = 0, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.random = random.Random(seed)
        self.ids = Snowflakes(clock)
        self.bus = Bus()
        self.limits = Limits()
        self.portal = Portal()
        self.cdn = Cdn(clock, secrets.token_bytes(16), lambda: self.limits.attachment_seconds)
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.dms: dict[frozenset[int], Channel] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.stickers: dict[int, Sticker] = {}
        self.gateway_url = ""
        self.commands: dict[int, Command] = {}
        self.commands_synced = False
        self.interactions: dict[str, Interaction] = {}
        self.pings: list[Message] = []
        self.nonces: dict[tuple[int, int, str], tuple[float, Message]] = {}
        self.bot = self.add_user("Troupe", bot=True)
        self.owner = self.add_user("Keeper")

    def now(self) -> float:
        """Return the present as Unix seconds."""
        return self.clock()

    def token(self) -> str:
        """Return a secret-looking text, for webhooks and interactions."""
        return f"{self.random.getrandbits(256):064x}"

    def tell(
        self, kind: str, data: Json, **about: "Guild | Channel | Message | User | None"
    ) -> None:
        """Tell the world that something happened."""
        self.bus.tell(Happening(kind, data, **about))  # type: ignore[arg-type]

    # Users, guilds and members

    def add_user(self, name: str, *, bot: bool = False) -> User:
        """Add an account that is nowhere a member yet."""
        handle = "".join(c for c in name.lower() if c.isalnum()) or "somebody"
        user = User(self.ids.next(), handle, name, bot=bot)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, shard: int = 0, of: int = 1) -> Guild:
        """Add a server with its owner and the bot in it, on a shard."""
        guild = Guild(self.ids.next(shard, of), name, self, self.owner.id)
        guild.roles[guild.id] = Role(guild.id, "@everyone", EVERYONE, 0)
        bot_role = Role(self.ids.next(), self.bot.display_name, BOT, 1, managed=True)
        guild.roles[bot_role.id] = bot_role
        now = self.now()
        guild.members[self.owner.id] = Member(self.owner, guild, now)
        guild.members[self.bot.id] = Member(self.bot, guild, now, [bot_role.id])
        self.guilds[guild.id] = guild
        self.tell("GUILD_CREATE", payloads.guild_json(guild), guild=guild)
        return guild

    def join(self, guild: Guild, user: User, *roles: Role) -> Member:
        """Make a user a member with some roles."""
        member = Member(user, guild, self.now(), [role.id for role in roles])
        guild.members[user.id] = member
        if user is self.bot:
            self.tell("GUILD_CREATE", payloads.guild_json(guild), guild=guild)
            return member
        data = payloads.member_json(member) | {"guild_id": str(guild.id)}
        self.tell("GUILD_MEMBER_ADD", data, guild=guild, user=user)
        return member

    def leave(self, guild: Guild, user: User) -> None:
        """Let a member go, out of the threads too."""
        del guild.members[user.id]
        for thread in guild.threads.values():
            thread.thread_members.pop(user.id, None)
        if user is self.bot:
            self.tell("GUILD_DELETE", {"id": str(guild.id)}, guild=guild)
            return
        data = {"guild_id": str(guild.id), "user": payloads.user_json(user)}
        self.tell("GUILD_MEMBER_REMOVE", data, guild=guild, user=user)

    def meet(self, one: int, other: int) -> bool:
        """Tell whether two users are members of a common server."""
        return any(one in g.members and other in g.members for g in self.guilds.values())

    def member_changed(self, member: Member) -> None:
        """Tell that a member's roles or name changed."""
        data = payloads.member_json(member) | {"guild_id": str(member.guild.id)}
        self.tell("GUILD_MEMBER_UPDATE", data, guild=member.guild, user=member.user)

    def role_changed(self, guild: Guild, role: Role, kind: str) -> None:
        """Tell that a role was made or changed."""
        data = {"guild_id": str(guild.id), "role": payloads.role_json(role, self)}
        self.tell(kind, data, guild=guild)

    def remove_role(self, guild: Guild, role: Role) -> None:
        """Delete a role, from its members and from what channels say about it."""
        del guild.roles[role.id]
        for channel in guild.channels.values():
            channel.overwrites.pop(role.id, None)
        for member in guild.members.values():
            member.roles = [id_ for id_ in member.roles if id_ != role.id]
        data = {"guild_id": str(guild.id), "role_id": str(role.id)}
        self.tell("GUILD_ROLE_DELETE", data, guild=guild)

    # Channels and threads

    def add_channel(
        self,
        guild: Guild,
        name: str,
        kind: int,
        topic: str | None = None,
        tags: tuple[str, ...] = (),
        *,
        category: Channel | None = None,
    ) -> Channel:
        """Add a channel to a server; ``tags`` are those of a forum."""
        channel = Channel(self.ids.next(), kind, name, guild, category, topic=topic)
        if category is not None:
            channel.overwrites = {id_: replace(one) for id_, one in category.overwrites.items()}
        channel.position = len(guild.channels)
        channel.tags = [{"id": str(self.ids.next()), "name": tag} | _PLAIN_TAG for tag in tags]
        guild.channels[channel.id] = channel
        self.channels[channel.id] = channel
        self.tell("CHANNEL_CREATE", payloads.channel_json(channel), guild=guild, channel=channel)
        return channel

    def channel_changed(self, channel: Channel) -> None:
        """Tell that a channel or thread changed."""
        kind = "THREAD_UPDATE" if channel.thread else "CHANNEL_UPDATE"
        data = payloads.channel_json(channel, self.bot)
        self.tell(kind, data, guild=channel.guild, channel=channel)

    def remove_channel(self, channel: Channel) -> None:
        """Delete a channel with its threads and webhooks, or a thread."""
        guild = channel.guild
        if guild is None:
            return
        for thread in channel.threads:
            self._forget_channel(thread, guild)
        for child in guild.channels.values():
            if child.parent is channel:
                child.parent = None
                self.channel_changed(child)
        self._forget_channel(channel, guild)
        data = payloads.channel_json(channel)
        if channel.thread:
            keep = ("id", "guild_id", "parent_id", "type")
            self.tell("THREAD_DELETE", {k: data[k] for k in keep}, guild=guild, channel=channel)
        else:
            self.tell("CHANNEL_DELETE", data, guild=guild, channel=channel)

    def _forget_channel(self, channel: Channel, guild: Guild) -> None:
        channel.deleted = True
        self.channels.pop(channel.id, None)
        guild.channels.pop(channel.id, None)
        guild.threads.pop(channel.id, None)
        for webhook_id in channel.webhooks:
            self.webhooks.pop(webhook_id, None)

    def add_thread(
        self,
        parent: Channel,
        name: str,
        kind: int,
        owner_id: int,
        *,
        on: Message | None = None,
        state: ThreadState | None = None,
    ) -> Channel:
        """Open a thread under a channel; on a message it takes that message's id."""
        now = self.now()
        thread = Channel(on.id if on else self.ids.next(), kind, name, parent.guild, parent)
        thread.thread = state or ThreadState(owner_id, 4320, now, now)
        thread.thread_members[owner_id] = now
        self.channels[thread.id] = thread
        if parent.guild is not None:
            parent.guild.threads[thread.id] = thread
        data = payloads.channel_json(thread, self.bot) | {"newly_created": True}
        self.tell("THREAD_CREATE", data, guild=parent.guild, channel=thread)
        if on is not None:
            on.started_thread = thread
            on.flags |= HAS_THREAD
            self.message_event("MESSAGE_UPDATE", on)
            self.note(thread, owner_id, THREAD_STARTER, about=on)
        elif kind == Channel.PUBLIC_THREAD and parent.kind == Channel.TEXT:
            self.note(parent, owner_id, THREAD_CREATED, name, place=thread)
        return thread

    def note(
        self,
        channel: Channel,
        author_id: int,
        kind: int,
        content: str = "",
        *,
        about: Message | None = None,
        place: Channel | None = None,
    ) -> None:
        """Post one of Discord's own messages, e.g. that somebody pinned something.

        Args:
            channel: where it stands.
            author_id: whose doing it tells of.
            kind: the message's type: 6 a pin, 18 a new thread, 21 the start of a thread.
            content: what it says, if anything.
            about: the message that it points at.
            place: the channel that it points at.
        """
        author = self.users.get(author_id, self.owner)
        message = Message(self.ids.next(), channel, author, content, self.now(), kind)
        target = about.channel if about is not None else place
        if target is not None:
            message.reference = {"type": 0, "channel_id": str(target.id)}
            if target.guild is not None:
                message.reference["guild_id"] = str(target.guild.id)
        if about is not None and message.reference is not None:
            message.reference["message_id"] = str(about.id)
            message.referenced = about if kind == THREAD_STARTER else None
        channel.shelf.add(message)
        channel.last_message_id = message.id
        self.message_event("MESSAGE_CREATE", message)

    def dm(self, one: User, other: User) -> Channel:
        """Return the direct message channel of two users, opening it if there is none."""
        pair = frozenset((one.id, other.id))
        channel = self.dms.get(pair)
        if channel is None:
            channel = Channel(self.ids.next(), Channel.DM, "")
            channel.recipients = {one.id: one, other.id: other}
            self.dms[pair] = channel
            self.channels[channel.id] = channel
        return channel

    def webhooks_changed(self, channel: Channel) -> None:
        """Tell that a channel's webhooks changed."""
        data: Json = {"channel_id": str(channel.id)}
        if channel.guild is not None:
            data["guild_id"] = str(channel.guild.id)
        self.tell("WEBHOOKS_UPDATE", data, guild=channel.guild, channel=channel)

    def remove_webhook(self, webhook: Webhook) -> None:
        """Delete a webhook."""
        self.webhooks.pop(webhook.id, None)
        webhook.channel.webhooks.pop(webhook.id, None)
        self.webhooks_changed(webhook.channel)

    def typing(self, user: User, channel: Channel) -> None:
        """Tell that somebody is typing."""
        guild = channel.guild
        data: Json = {
            "channel_id": str(channel.id),
            "user_id": str(user.id),
            "timestamp": int(self.now()),
        }
        if guild is not None:
            data["guild_id"] = str(guild.id)
            data["member"] = payloads.member_json(guild.members[user.id])
        self.tell("TYPING_START", data, guild=guild, channel=channel, user=user)

    # Files and messages

    def attach(
        self, upload: Upload, channel: Channel, description: str | None = None
    ) -> Attachment:
        """Turn an upload into an attachment that the CDN serves."""
        attachment = Attachment(
            self.ids.next(),
            channel.id,
            upload.filename,
            upload.content_type,
            upload.data,
            description,
        )
        self.cdn.keep(attachment)
        return attachment

    def message_event(self, kind: str, message: Message) -> None:
        """Tell that a message was made or changed; a whispered one stays off the gateway."""
        self.bus.tell(
            Happening(
                kind,
                payloads.message_event(message, self),
                guild=message.channel.guild,
                channel=message.channel,
                message=message,
                user=message.author,
                whispered=message.ephemeral,
            )
        )
