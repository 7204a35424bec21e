"""The deeds done with reactions, whoever does them."""

import re

from playground.server import payloads
from playground.server.channel import Channel
from playground.server.errors import ApiError, unknown
from playground.server.message import Message
from playground.server.nouns import Reaction, User
from playground.server.permissions import May, require
from playground.server.shapes import Json
from playground.server.world import World

MAX_KINDS = 20
"""Different emoji under one message; one more has code 30010."""
_CUSTOM = re.compile(r"^(\w{2,32}):(\d{1,20})$")


def emoji_json(text: str) -> Json:
    """Read an emoji as it stands in a path: the character, or ``name:id``.

    Raises:
        ApiError: 10014 for plain letters.
    """
    custom = _CUSTOM.match(text)
    if custom:
        return {"id": custom[2], "name": custom[1], "animated": False}
    if not text or text.isascii():
        raise unknown("Emoji")
    return {"id": None, "name": text}


def _key(text: str) -> str:
    """Return what makes two emoji the same: the variation selector does not."""
    return text.replace("\N{VARIATION SELECTOR-16}", "")


def add(world: World, message: Message, user: User, text: str) -> None:
    """Put a reaction under a message.

    Raises:
        ApiError: 10014, 30010, 50013, or 50083 in an archived thread.
    """
    emoji, key = emoji_json(text), _key(text)
    _open(message.channel)
    require(user, message.channel, May.READ_MESSAGE_HISTORY)
    reaction = message.reactions.get(key)
    if reaction is None:
        require(user, message.channel, May.ADD_REACTIONS)
        if len(message.reactions) >= MAX_KINDS:
            raise ApiError(403, 30010, "Maximum number of reactions reached (20)")
        reaction = message.reactions[key] = Reaction(emoji)
    if user.id in reaction.users:
        return
    reaction.users[user.id] = user
    _tell(world, "MESSAGE_REACTION_ADD", message, user, emoji)


def remove(world: World, message: Message, user: User, text: str) -> None:
    """Take a user's reaction away; without one nothing happens.

    Raises:
        ApiError: 10014.
    """
    emoji, key = emoji_json(text), _key(text)
    _open(message.channel)
    reaction = message.reactions.get(key)
    if reaction is None or reaction.users.pop(user.id, None) is None:
        return
    if not reaction.users:
        del message.reactions[key]
    _tell(world, "MESSAGE_REACTION_REMOVE", message, user, emoji)


def users(message: Message, text: str) -> list[User]:
    """Return who reacted with an emoji."""
    reaction = message.reactions.get(_key(text))
    return list(reaction.users.values()) if reaction else []


def clear(world: World, message: Message, text: str | None = None) -> None:
    """Take all reactions, or all of one emoji, away."""
    data = _place(message)
    if text is None:
        message.reactions.clear()
        kind = "MESSAGE_REACTION_REMOVE_ALL"
    else:
        message.reactions.pop(_key(text), None)
        data["emoji"] = emoji_json(text)
        kind = "MESSAGE_REACTION_REMOVE_EMOJI"
    channel = message.channel
    world.tell(kind, data, guild=channel.guild, channel=channel, message=message)


def _open(channel: Channel) -> None:
    if channel.archived:
        raise ApiError(400, 50083, "Thread is archived")


def _place(message: Message) -> Json:
    data: Json = {"message_id": str(message.id), "channel_id": str(message.channel.id)}
    if message.channel.guild is not None:
        data["guild_id"] = str(message.channel.guild.id)
    return data


def _tell(world: World, kind: str, message: Message, user: User, emoji: Json) -> None:
    guild = message.channel.guild
    data = _place(message) | {
        "user_id": str(user.id),
        "emoji": emoji,
        "burst": False,
        "type": 0,
    }
    if kind == "MESSAGE_REACTION_ADD":
        data["message_author_id"] = str(message.author.id)
        if guild is not None and user.id in guild.members:
            data["member"] = payloads.member_json(guild.members[user.id])
    world.tell(kind, data, guild=guild, channel=message.channel, message=message, user=user)
