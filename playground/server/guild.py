"""A server: its channels, threads, roles and members."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from typing_extensions import override

from playground.server.channel import Channel
from playground.server.nouns import Member, Role, User
from playground.server.rules_messages import MAX_FILE_BYTES

if TYPE_CHECKING:
    from playground.server.message import Message
    from playground.server.people import Person
    from playground.server.world import World


@dataclass(slots=True, eq=False, repr=False)
class Guild:
    """A server of the local Discord. ``world.add_guild`` makes one."""

    id: int
    name: str
    world: "World"
    owner_id: int
    roles: dict[int, Role] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    threads: dict[int, Channel] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    max_file_bytes: int = MAX_FILE_BYTES
    """How large a file may be; boosted servers take 50 or 100 MiB."""
    max_active_threads: int = 1_000
    """How many threads may be open, archived ones aside."""

    @override
    def __repr__(self) -> str:
        return f"<Guild {self.name}>"

    @property
    def everyone(self) -> Role:
        """The role that every member has."""
        return self.roles[self.id]

    @property
    def bot_role(self) -> Role:
        """The role that the bot brought along; change its ``permissions`` to test refusals."""
        return next(role for role in self.roles.values() if role.managed)

    def add_channel(
        self, name: str, *, topic: str | None = None, category: Channel | None = None
    ) -> Channel:
        """Add a text channel that everybody sees whom its category, if any, does not keep out."""
        return self.world.add_channel(self, name, Channel.TEXT, topic, category=category)

    def add_category(self, name: str) -> Channel:
        """Add a category; channels in it begin with its overwrites and follow their changes."""
        return self.world.add_channel(self, name, Channel.CATEGORY)

    def add_forum(
        self, name: str, *, tags: tuple[str, ...] = (), category: Channel | None = None
    ) -> Channel:
        """Add a forum, in which every post is a thread; for categories see ``add_channel``."""
        return self.world.add_channel(self, name, Channel.FORUM, tags=tags, category=category)

    def add_stage(self, name: str) -> Channel:
        """Add a stage, on which people speak and nobody types."""
        return self.world.add_channel(self, name, Channel.STAGE)

    def add_thread(
        self,
        parent: "Channel | Message",
        name: str = "a thread",
        *,
        by: "User | Person | None" = None,
        private: bool = False,
    ) -> Channel:
        """Open a thread under a channel or on a message.

        Args:
            parent: the channel, or the message that the thread hangs on.
            name: the thread's name.
            by: who opens it (default: the owner of the server).
            private: only invited members and moderators see it.
        """
        owner = by.id if by is not None else self.owner_id
        place = parent if isinstance(parent, Channel) else parent.channel
        kind = Channel.PRIVATE_THREAD if private else Channel.PUBLIC_THREAD
        on = None if isinstance(parent, Channel) else parent
        return self.world.add_thread(place, name, kind, owner, on=on)

    def add_role(self, name: str, permissions: int = 0, *, mentionable: bool = False) -> Role:
        """Add a role above the existing ones."""
        role = Role(self.world.ids.next(), name, permissions, len(self.roles), mentionable)
        self.roles[role.id] = role
        self.world.role_changed(self, role, "GUILD_ROLE_CREATE")
        return role

    def set_role(self, role: Role, permissions: int) -> None:
        """Change what a role may do on the whole server."""
        role.permissions = permissions
        self.world.role_changed(self, role, "GUILD_ROLE_UPDATE")

    def remove_role(self, role: Role) -> None:
        """Delete a role; who had it has it no longer."""
        self.world.remove_role(self, role)

    def give(self, who: "User | Person", role: Role) -> None:
        """Give a member a role."""
        member = self.members[who.id]
        member.roles.append(role.id)
        self.world.member_changed(member)

    def take(self, who: "User | Person", role: Role) -> None:
        """Take a role from a member."""
        member = self.members[who.id]
        member.roles.remove(role.id)
        self.world.member_changed(member)

    def time_out(self, who: "User | Person", seconds: float) -> None:
        """Let a member only look and read for a while; 0 ends it."""
        member = self.members[who.id]
        member.timed_out_until = self.world.now() + seconds if seconds else None
        self.world.member_changed(member)

    def join(self, who: "User | Person", *roles: Role) -> Member:
        """Make somebody a member."""
        return self.world.join(self, self.world.users[who.id], *roles)

    def leave(self, who: "User | Person") -> None:
        """Let a member go."""
        self.world.leave(self, self.world.users[who.id])

    def kick(self, who: "User | Person") -> None:
        """Throw a member out: on the wire the same as leaving."""
        self.leave(who)

    def remove_bot(self) -> None:
        """Throw the bot out."""
        self.leave(self.world.bot)

    def invite_bot(self) -> Member:
        """Invite the bot (again), with the role it brings along."""
        return self.join(self.world.bot, self.bot_role)
