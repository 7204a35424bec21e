"""Whom a message names, and whom it really pings.

Source: https://discord.com/developers/docs/resources/message#allowed-mentions-object
"""

import re
from dataclasses import dataclass, field

from playground.server.channel import Channel
from playground.server.guild import Guild
from playground.server.message import Message, walk
from playground.server.nouns import User
from playground.server.permissions import May, can
from playground.server.shapes import Json

_MENTION = re.compile(r"<@(!|&)?(\d{1,20})>|@(everyone|here)\b")


@dataclass(slots=True)
class Mentions:
    """What mentions come to, once ``allowed_mentions`` had its say."""

    users: list[User] = field(default_factory=list)
    roles: list[int] = field(default_factory=list)
    everyone: bool = False
    pinged: set[int] = field(default_factory=set)


class _Allowed:
    """Reads an ``allowed_mentions`` object; without one everything is allowed."""

    def __init__(self, allowed: Json | None) -> None:
        allowed = (
            {"parse": ["users", "roles", "everyone"], "replied_user": True}
            if (allowed is None)
            else allowed
        )
        self._parse = set(allowed.get("parse") or [])
        self._users = {int(id_) for id_ in allowed.get("users") or []}
        self._roles = {int(id_) for id_ in allowed.get("roles") or []}
        self.everyone = "everyone" in self._parse
        self.replied_user = bool(allowed.get("replied_user", False))

    def user(self, user_id: int) -> bool:
        return "users" in self._parse or user_id in self._users

    def role(self, role_id: int) -> bool:
        return "roles" in self._parse or role_id in self._roles


def find(
    text: str,
    channel: Channel,
    author: User,
    allowed: Json | None,
    answered: Message | None = None,
) -> Mentions:
    """Find whom a message mentions and pings.

    Args:
        text: everything it says, text displays included.
        channel: where it stands.
        author: who says it; roles and everyone take a permission unless it is a webhook.
        allowed: the request's ``allowed_mentions``.
        answered: the message it replies to.
    """
    found, allow = Mentions(), _Allowed(allowed)
    if answered is not None and allow.replied_user and not answered.author.webhook:
        _add_user(found, answered.author)
    if "@" not in text:
        found.pinged.discard(author.id)
        return found
    may_all = author.webhook or can(author, channel, May.MENTION_EVERYONE)
    for mark, id_, _ in _MENTION.findall(text):
        if id_ and mark != "&" and allow.user(int(id_)):
            _add_user(found, _known(channel, int(id_)))
    if channel.guild is not None:
        _add_groups(found, text, channel.guild, allow, may_all=may_all)
    found.pinged.discard(author.id)
    return found


def spoken(content: str, components: list[Json]) -> str:
    """Return all text in which a mention counts."""
    if not components:
        return content
    shown = [one.get("content") or "" for one in walk(components)]
    return "\n".join([content, *shown])


def _known(channel: Channel, user_id: int) -> User | None:
    if channel.guild is None:
        return channel.recipients.get(user_id)
    return channel.guild.world.users.get(user_id)


def _add_groups(
    found: Mentions, text: str, guild: Guild, allow: _Allowed, *, may_all: bool
) -> None:
    for mark, id_, everyone in _MENTION.findall(text):
        if everyone and allow.everyone and may_all:
            found.everyone = True
            found.pinged.update(guild.members)
        elif mark == "&" and allow.role(int(id_)):
            _add_role(found, guild, int(id_), may_all=may_all)


def _add_user(found: Mentions, user: User | None) -> None:
    if user is not None and user not in found.users:
        found.users.append(user)
        if not user.webhook:
            found.pinged.add(user.id)


def _add_role(found: Mentions, guild: Guild, role_id: int, *, may_all: bool) -> None:
    role = guild.roles.get(role_id)
    if role is None or not (role.mentionable or may_all):
        return
    if role_id not in found.roles:
        found.roles.append(role_id)
    found.pinged.update(m.user.id for m in guild.members.values() if role_id in m.roles)
