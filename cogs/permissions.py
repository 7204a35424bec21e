"""What the bot may do in a channel, told as sentences with what to press."""

import discord

from bot.client import TroupeClient
from cogs import render

_NEEDED = (
    ("manage_webhooks", "**Manage Webhooks** (to speak under the characters' names)"),
    (
        "manage_messages",
        "**Manage Messages** (to take away what was typed once a character says it)",
    ),
    ("attach_files", "**Attach Files** (to post files again, and to give out the book)"),
    ("read_message_history", "**Read Message History** (to catch up after an interruption)"),
    ("add_reactions", "**Add Reactions** (to answer a typed message with a sign)"),
)
_SENDING = ("send_messages", "**Send Messages** (to post anything at all)")
_SENDING_IN_THREADS = (
    "send_messages_in_threads",
    "**Send Messages in Threads** (to post anything at all)",
)
NO_CONTENT = (
    "I may not read what people type here, so turns need `/scene say`. To let people just type, "
    "the bot's operator switches on **Message Content Intent** in Discord's developer portal "
    "(Bot → Privileged Gateway Intents) and starts the bot anew."
)


def missing(client: TroupeClient, channel: object) -> list[str]:
    """Sentences about permissions that the bot lacks in a channel."""
    sentences = [] if client.reads_messages else [NO_CONTENT]
    if isinstance(channel, discord.abc.GuildChannel | discord.Thread):
        granted = channel.permissions_for(channel.guild.me)
        needed = (
            _SENDING_IN_THREADS if isinstance(channel, discord.Thread) else _SENDING,
            *_NEEDED,
        )
        lacking = [what for key, what in needed if not getattr(granted, key)]
        if lacking:
            them = "it" if len(lacking) == 1 else "them"
            sentences.append(
                f"I lack {render.listed(lacking)} here. Whoever manages this channel gives {them} "
                "to my role: Channel settings → Permissions."
            )
    return sentences


def may_proxy(channel: object) -> bool:
    """Whether the bot may put a character's message in place of a typed one."""
    if not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
        return False
    granted = channel.permissions_for(channel.guild.me)
    return granted.manage_webhooks and granted.manage_messages
