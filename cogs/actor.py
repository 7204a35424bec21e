"""Who does something: a Discord user as the story knows them."""

import discord

from bot.services.common import Request
from bot.story.errors import InvalidError
from bot.story.tale import Actor

Interaction = discord.Interaction[discord.Client]


def actor_of(user: discord.User | discord.Member, *, manages: bool = False) -> Actor:
    """A user as an actor; the display name has no invisible characters at its ends."""
    return Actor(user.id, user.display_name.strip() or user.name, manages)


def request_of(interaction: Interaction, channel_id: int | None = None) -> Request:
    """Who asks, and where.

    Args:
        interaction: what was pressed, chosen or typed.
        channel_id: the channel meant, when it is not the one of the interaction (in a DM).
    """
    manages = interaction.permissions.manage_channels
    return Request(
        actor_of(interaction.user, manages=manages), channel_id or interaction.channel_id or 0
    )


def request_beyond(interaction: Interaction) -> Request:
    """Who asks for what is not in this channel: may they manage channels in the whole server?

    Somebody may manage this channel alone, as with a room of their own.
    """
    request = request_of(interaction)
    user = interaction.user
    manages = isinstance(user, discord.Member) and user.guild_permissions.manage_channels
    return Request(actor_of(user, manages=manages), request.channel_id)


def request_of_message(message: discord.Message) -> Request:
    """Who typed a message, and where."""
    return Request(actor_of(message.author), message.channel.id)


def heir_of(user: discord.User | discord.Member) -> Actor:
    """A user as one to whom a story can belong.

    Raises:
        InvalidError: it is a bot, or nobody on this server.
    """
    if not isinstance(user, discord.Member) or user.bot:
        raise InvalidError("A story belongs to a person on this server. Choose a member.")
    return actor_of(user)


async def heir_with(interaction: Interaction, user_id: int) -> Actor:
    """Whom a button names, as one to whom a story can belong; asked of Discord.

    Raises:
        InvalidError: they left the server.
    """
    guild = interaction.guild
    try:
        return heir_of(await guild.fetch_member(user_id) if guild else interaction.user)
    except discord.NotFound:
        raise InvalidError("They left this server, so nothing changed.") from None
