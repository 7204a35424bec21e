"""Which events a connection hears, and how much of them.

Source: https://discord.com/developers/docs/events/gateway#gateway-intents
"""

from playground.server.happenings import Happening
from playground.server.message import Message
from playground.server.nouns import User
from playground.server.permissions import May, can
from playground.server.shapes import Json


class Intent:
    """The bits of the intents this room knows."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_WEBHOOKS = 1 << 5
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_REACTIONS = 1 << 10
    GUILD_MESSAGE_TYPING = 1 << 11
    DIRECT_MESSAGES = 1 << 12
    DIRECT_MESSAGE_REACTIONS = 1 << 13
    DIRECT_MESSAGE_TYPING = 1 << 14
    MESSAGE_CONTENT = 1 << 15


EVERY_INTENT = (1 << 26) - 1 & ~(1 << 17 | 1 << 18 | 1 << 19 | 1 << 22 | 1 << 23)
"""Every bit that Discord knows; another one is refused with close code 4013."""

_TWO_SIDED = {
    "MESSAGE_CREATE": (Intent.GUILD_MESSAGES, Intent.DIRECT_MESSAGES),
    "MESSAGE_UPDATE": (Intent.GUILD_MESSAGES, Intent.DIRECT_MESSAGES),
    "MESSAGE_DELETE": (Intent.GUILD_MESSAGES, Intent.DIRECT_MESSAGES),
    "MESSAGE_DELETE_BULK": (Intent.GUILD_MESSAGES, Intent.DIRECT_MESSAGES),
    "CHANNEL_PINS_UPDATE": (Intent.GUILDS, Intent.DIRECT_MESSAGES),
    "TYPING_START": (Intent.GUILD_MESSAGE_TYPING, Intent.DIRECT_MESSAGE_TYPING),
}
_ONE_SIDED = {
    "WEBHOOKS_UPDATE": Intent.GUILD_WEBHOOKS,
    "GUILD_MEMBER_ADD": Intent.GUILD_MEMBERS,
    "GUILD_MEMBER_UPDATE": Intent.GUILD_MEMBERS,
    "GUILD_MEMBER_REMOVE": Intent.GUILD_MEMBERS,
    "INTERACTION_CREATE": 0,
}
_HEARD_UNSEEN = ("INTERACTION_CREATE", "CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE")
"""Events of channels the bot may not see: clients work out by themselves what is hidden."""
_WITH_CONTENT = ("MESSAGE_CREATE", "MESSAGE_UPDATE")
_BLANK: Json = {"content": "", "embeds": [], "attachments": [], "components": []}


def hears(intents: int, happening: Happening, bot: User) -> bool:
    """Tell whether a connection with these intents gets this event.

    What happens in channels that the bot may not see never reaches it.
    """
    if happening.whispered:
        return False
    needed = 0 if _about_itself(happening, bot) else _needed(happening)
    if intents & needed != needed:
        return False
    if happening.kind == "GUILD_DELETE":
        return True
    if happening.guild is not None and bot.id not in happening.guild.members:
        return False
    channel = happening.channel
    if channel is None or channel.deleted or happening.kind in _HEARD_UNSEEN:
        return True
    return can(bot, channel, May.VIEW_CHANNEL)


def _about_itself(happening: Happening, bot: User) -> bool:
    """Tell whether the bot's own membership changed: that it hears with any intents.

    Source: https://discord.com/developers/docs/events/gateway-events#guild-member-update
    """
    return happening.kind == "GUILD_MEMBER_UPDATE" and happening.user is bot


def _needed(happening: Happening) -> int:
    kind = happening.kind
    if kind in _TWO_SIDED:
        return _TWO_SIDED[kind][happening.guild is None]
    if kind in _ONE_SIDED:
        return _ONE_SIDED[kind]
    if kind.startswith("MESSAGE_REACTION"):
        if happening.guild is None:
            return Intent.DIRECT_MESSAGE_REACTIONS
        return Intent.GUILD_MESSAGE_REACTIONS
    return Intent.GUILDS


def heard(intents: int, happening: Happening, bot: User) -> Json:
    """Return an event's payload as a connection with these intents gets it."""
    if intents & Intent.MESSAGE_CONTENT or happening.kind not in _WITH_CONTENT:
        return happening.data
    if happening.message is None:
        return happening.data
    return without_content(happening.data, happening.message, bot)


def without_content(data: Json, message: Message, bot: User) -> Json:
    """Return a message as an application without the message content intent sees it.

    Its own messages, direct messages and messages that mention it stay whole. What its webhooks
    posted does not: their author is the webhook.

    Source: https://discord.com/developers/docs/events/gateway#message-content-intent
    """
    blank = dict(data)
    if not _open_to(bot, message):
        blank |= _BLANK
        blank.pop("poll", None)
    answered = message.referenced
    if answered is not None and data.get("referenced_message"):
        blank["referenced_message"] = without_content(data["referenced_message"], answered, bot)
    return blank


def _open_to(bot: User, message: Message) -> bool:
    return (
        message.author.id == bot.id
        or message.channel.guild is None
        or any(user.id == bot.id for user in message.mentions)
    )
