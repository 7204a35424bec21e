"""Where a story can be played: what Discord's channels allow, told as sentences."""

from collections.abc import Iterable
from typing import Any

import discord
from discord import app_commands
from typing_extensions import override

from bot.client import TroupeClient
from bot.services.linking import Target
from bot.services.reach import Reader
from bot.story.errors import InvalidError, NotAllowedError, NotFoundError
from cogs import render
from cogs.actor import Interaction

Given = app_commands.AppCommandChannel | app_commands.AppCommandThread
"""A channel or thread that somebody chose as an option."""
Playable = discord.TextChannel | discord.VoiceChannel | discord.Thread

_Kind = discord.ChannelType
OFFERED = [
    _Kind.text,
    _Kind.voice,
    _Kind.news,
    _Kind.public_thread,
    _Kind.private_thread,
    _Kind.news_thread,
    # None itself, but people look for it; they are told how its posts can be stories.
    _Kind.forum,
]


class Choice(app_commands.Transformer):
    """A channel or thread in which a scene could be played; Discord offers no others."""

    @property
    @override
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    @override
    def channel_types(self) -> list[discord.ChannelType]:
        return OFFERED

    @override
    async def transform(self, interaction: discord.Interaction[Any], value: Any, /) -> Given:
        """What was chosen, as it came."""
        given: Given = value
        return given


STAGE = "On a stage nobody can type, so no story is played there. Choose a text channel or thread."
FORUM = "A forum holds posts, and each post can be a story of its own. Choose or make a post in it."
CATEGORY = "A category holds channels. Choose one of them."
ARCHIVED = "That thread is archived or locked. Open it again first."
FOREIGN = "That channel is on another server. Choose one on this server."
PRIVATE = (
    "This thread is private, and a fork of it would stand in the open. Fork in a channel or in a "
    "public thread."
)
THREADLESS = (
    "Here no threads can be opened, and a fork is one. Play the story in a text channel to fork it."
)
HIDDEN = (
    "I do not see that channel. Whoever manages it gives my role **View Channel**: Channel "
    "settings → Permissions."
)


def refuse_stage(channel: object) -> None:
    """Refuse a channel in which nothing can be typed.

    Raises:
        InvalidError: with the sentence.
    """
    if isinstance(channel, discord.StageChannel):
        raise InvalidError(STAGE)


async def to_link(interaction: Interaction, given: Given) -> Target:
    """The channel that somebody chose for a further scene, if a scene can be played there.

    Raises:
        InvalidError: it is no place for a story.
        NotFoundError: the bot does not see it.
        NotAllowedError: the bot or the person may not write there; the text names what is missing.
    """
    channel = given.resolve()
    if channel is None:
        try:
            channel = await given.fetch()
        except (discord.Forbidden, discord.NotFound):
            raise NotFoundError(HIDDEN) from None
    if channel.guild.id != interaction.guild_id:
        raise InvalidError(FOREIGN)
    refuse_stage(channel)
    if isinstance(channel, discord.ForumChannel):
        raise InvalidError(FORUM)
    if not isinstance(channel, Playable):
        raise InvalidError(CATEGORY)
    if isinstance(channel, discord.Thread) and (channel.archived or channel.locked):
        raise InvalidError(ARCHIVED)
    _refuse_silent(channel, given.permissions)
    return target(interaction, channel)


def target(interaction: Interaction, channel: Playable) -> Target:
    """A channel as a place for a branch; what was typed before the command does not count."""
    return Target(
        guild_id=channel.guild.id,
        channel_id=channel.id,
        parent_id=channel.parent_id if isinstance(channel, discord.Thread) else None,
        name=channel.name,
        seen_id=interaction.id,
    )


def here(interaction: Interaction) -> Target:
    """The channel in which a command was given, as a place for a branch.

    Raises:
        InvalidError: it is no place for a story.
    """
    refuse_stage(interaction.channel)
    if not isinstance(interaction.channel, Playable):
        raise InvalidError(CATEGORY)
    return target(interaction, interaction.channel)


async def readable(interaction: Interaction, channel_ids: Iterable[int]) -> frozenset[int]:
    """Those of a server's channels in which whoever asks may read; asks Discord where it must."""
    return frozenset([one for one in channel_ids if await _may_read(interaction, one)])


async def reader_of(client: TroupeClient, interaction: Interaction) -> Reader:
    """Whoever asks, and the channels of the story here in which they may read.

    Raises:
        NotFoundError: there is no story here.
    """
    played = await client.services.books.channels(interaction.channel_id or 0)
    sees = await readable(interaction, [channel.channel_id for channel in played])
    return Reader(interaction.user.id, sees)


async def _may_read(interaction: Interaction, channel_id: int) -> bool:
    guild, reader = interaction.guild, interaction.user
    if channel_id == interaction.channel_id:
        return True
    if guild is None or not isinstance(reader, discord.Member):
        return False
    try:
        # An archived thread is not known before it is asked for.
        channel = guild.get_channel_or_thread(channel_id) or await guild.fetch_channel(channel_id)
        granted = channel.permissions_for(reader)
        if not (granted.view_channel and granted.read_message_history):
            return False
        if isinstance(channel, discord.Thread) and channel.is_private():
            return granted.manage_threads or bool(await channel.fetch_member(reader.id))
    except discord.DiscordException:
        # What cannot be found out, such as the parent of a thread, is not shown.
        return False
    return True


def to_fork(interaction: Interaction) -> int:
    """The channel or forum under which a fork's thread is opened: beside what is forked.

    Raises:
        InvalidError: no thread can be opened here for all to see.
        NotAllowedError: the bot or the person may not; the text names what is missing.
    """
    channel = interaction.channel
    if isinstance(channel, discord.Thread) and channel.is_private():
        raise InvalidError(PRIVATE)
    under = channel.parent if isinstance(channel, discord.Thread) else channel
    if not isinstance(under, discord.TextChannel | discord.ForumChannel):
        raise InvalidError(THREADLESS)
    first = (
        ("send_messages", "**Create Posts**")
        if isinstance(under, discord.ForumChannel)
        else ("create_public_threads", "**Create Public Threads**")
    )
    then = ("send_messages_in_threads", "**Send Messages in Threads**")
    granted = under.permissions_for(under.guild.me)
    lacking = [what for key, what in (first, then) if not getattr(granted, key)]
    if lacking:
        raise NotAllowedError(
            f"A fork is a thread, and for that I lack {render.listed(lacking)} here. Whoever "
            "manages this channel gives it to my role: Channel settings → Permissions."
        )
    # Nobody opens through the bot what they may not open themselves.
    may = isinstance(interaction.user, discord.Member) and under.permissions_for(interaction.user)
    if not getattr(may, first[0], False):
        raise NotAllowedError(
            f"A fork is a thread, and for that you lack {first[1]} here. Whoever manages this "
            "channel gives it to you: Channel settings → Permissions; or ask somebody who may."
        )
    return under.id


def _refuse_silent(channel: Playable, theirs: discord.Permissions) -> None:
    ours = channel.permissions_for(channel.guild.me)
    for granted, whose, mended in (
        (ours, "I lack", "gives it to my role"),
        (theirs, "You lack", "gives it to you"),
    ):
        lacking = [what for key, what in _to_write(channel) if not getattr(granted, key)]
        if lacking:
            raise NotAllowedError(
                f"{whose} {render.listed(lacking)} there. Whoever manages that channel {mended}: "
                "Channel settings → Permissions."
            )


def _to_write(channel: Playable) -> tuple[tuple[str, str], ...]:
    if isinstance(channel, discord.Thread):
        return (
            ("view_channel", "**View Channel**"),
            ("send_messages_in_threads", "**Send Messages in Threads**"),
        )
    return (("view_channel", "**View Channel**"), ("send_messages", "**Send Messages**"))
