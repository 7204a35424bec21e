"""Who may do what where.

Source: https://discord.com/developers/docs/topics/permissions
"""

from playground.server import errors
from playground.server.channel import Channel
from playground.server.nouns import Member, User


class May:
    """The bits of the permissions this room knows: plain numbers, since they are asked often."""

    KICK_MEMBERS = 1 << 1
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    CONNECT = 1 << 20
    SPEAK = 1 << 21
    CHANGE_NICKNAME = 1 << 26
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    USE_EXTERNAL_STICKERS = 1 << 37
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40
    SEND_POLLS = 1 << 49
    PIN_MESSAGES = 1 << 51
    BYPASS_SLOWMODE = 1 << 52


EVERYTHING = (1 << 53) - 1

EVERYONE = (
    May.ADD_REACTIONS
    | May.VIEW_CHANNEL
    | May.SEND_MESSAGES
    | May.EMBED_LINKS
    | May.ATTACH_FILES
    | May.READ_MESSAGE_HISTORY
    | May.MENTION_EVERYONE
    | May.USE_EXTERNAL_EMOJIS
    | May.CONNECT
    | May.SPEAK
    | May.CHANGE_NICKNAME
    | May.USE_APPLICATION_COMMANDS
    | May.CREATE_PUBLIC_THREADS
    | May.CREATE_PRIVATE_THREADS
    | May.USE_EXTERNAL_STICKERS
    | May.SEND_MESSAGES_IN_THREADS
    | May.SEND_POLLS
)
"""What a fresh server gives to everyone."""

BOT = May.MANAGE_MESSAGES | May.MANAGE_WEBHOOKS | May.MANAGE_THREADS | May.PIN_MESSAGES | EVERYONE
"""What the bot's own role carries: what an invitation of a storytelling bot asks for."""

_TIMED_OUT = May.VIEW_CHANNEL | May.READ_MESSAGE_HISTORY
"""What is left to a member in a time-out."""
_OF_SENDERS = May.MENTION_EVERYONE | May.ATTACH_FILES | May.EMBED_LINKS
"""What nobody has who may not send messages."""
UNHURRIED = May.MANAGE_MESSAGES | May.MANAGE_CHANNELS | May.BYPASS_SLOWMODE
"""Each of these frees from slow mode."""

IN_DM = (
    May.ADD_REACTIONS
    | May.VIEW_CHANNEL
    | May.SEND_MESSAGES
    | May.EMBED_LINKS
    | May.ATTACH_FILES
    | May.READ_MESSAGE_HISTORY
    | May.USE_EXTERNAL_EMOJIS
    | May.USE_APPLICATION_COMMANDS
    | May.PIN_MESSAGES
)


def in_guild(member: Member) -> int:
    """Return a member's permissions over the whole server, before any channel's overwrites."""
    guild = member.guild
    if guild.owner_id == member.user.id:
        return EVERYTHING
    bits = guild.roles[guild.id].permissions
    for role_id in member.roles:
        bits |= guild.roles[role_id].permissions
    if bits & May.ADMINISTRATOR:
        return EVERYTHING
    return bits & _TIMED_OUT if timed_out(member) else bits


def timed_out(member: Member) -> bool:
    """Tell whether a member is in a time-out and may only look and read."""
    until = member.timed_out_until
    return until is not None and until > member.guild.world.now()


def in_channel(user: User, channel: Channel) -> int:
    """Return a user's permissions in a channel, thread or DM (0 for a stranger)."""
    guild = channel.guild
    if guild is None:
        return IN_DM if user.id in channel.recipients else 0
    member = guild.members.get(user.id)
    if member is None:
        return 0
    bits = _with_overwrites(member, channel.parent if channel.thread else channel)
    if channel.thread and not _inside(user, channel, bits):
        return 0
    if not bits & sending(channel):
        bits &= ~_OF_SENDERS
    if timed_out(member) and bits != EVERYTHING:
        bits &= _TIMED_OUT
    return bits if bits & May.VIEW_CHANNEL else 0


def _with_overwrites(member: Member, channel: Channel | None) -> int:
    bits = in_guild(member)
    if bits == EVERYTHING or channel is None:
        return bits
    everyone = channel.overwrites.get(member.guild.id)
    if everyone:
        bits = bits & ~everyone.deny | everyone.allow
    allow = deny = 0
    for role_id in member.roles:
        over = channel.overwrites.get(role_id)
        if over:
            allow |= over.allow
            deny |= over.deny
    bits = bits & ~deny | allow
    own = channel.overwrites.get(member.user.id)
    if own:
        bits = bits & ~own.deny | own.allow
    return bits


def _inside(user: User, thread: Channel, bits: int) -> bool:
    private = thread.kind == Channel.PRIVATE_THREAD
    return not private or user.id in thread.thread_members or bool(bits & May.MANAGE_THREADS)


def can(user: User, channel: Channel, needed: int) -> bool:
    """Tell whether a user has all the needed permissions in a channel."""
    return in_channel(user, channel) & needed == needed


def require(user: User, channel: Channel, needed: int = 0) -> int:
    """Return a user's permissions in a channel if they include the needed ones.

    Raises:
        ApiError: 50001 if the channel is hidden from the user, 50013 if a permission is missing.
    """
    bits = in_channel(user, channel)
    if not bits & May.VIEW_CHANNEL:
        raise errors.missing_access()
    if bits & needed != needed:
        raise errors.missing_permissions()
    return bits


def sending(channel: Channel) -> int:
    """Return the permission that sending a message into this channel takes."""
    return May.SEND_MESSAGES_IN_THREADS if channel.thread else May.SEND_MESSAGES
