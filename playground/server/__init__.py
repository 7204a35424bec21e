"""The local Discord: HTTP API v10 and gateway, for tests, rehearsals and play without accounts.

``LocalDiscord`` is the way in. A bot that is pointed at its ``api_base`` and ``gateway_url`` meets
what it would meet on Discord, refusals included::

    async with LocalDiscord() as local:
        guild = local.add_guild("The Globe")
        inn = guild.add_channel("the-inn")
        anna = local.add_person("Anna", guild)
        ...  # start the bot with local.environment
        await local.bot_ready(commands=True)
        it = await anna.slash(inn, "story open", title="Fog")
        card = await it.answer()
        await anna.click(card, "Close")
"""

from playground.server.channel import Channel
from playground.server.errors import ApiError
from playground.server.exchange import Choice, Exchange, Field, InteractionFailed, Modal
from playground.server.fault_kinds import CALLBACKS, SOCKETS, TRANSIENT, Fault
from playground.server.faults import Armed, Faults
from playground.server.guild import Guild
from playground.server.happenings import Happening, Watch
from playground.server.hooks import Drop, HookHandle, Request
from playground.server.intents import Intent
from playground.server.local import LocalDiscord
from playground.server.message import Message
from playground.server.nouns import Attachment, Button, Member, Role, Sticker, User, Webhook
from playground.server.people import Person
from playground.server.permissions import May
from playground.server.portal import Limits, Portal
from playground.server.schema import Violation
from playground.server.storm import Storm
from playground.server.world import World

__all__ = [
    "CALLBACKS",
    "SOCKETS",
    "TRANSIENT",
    "ApiError",
    "Armed",
    "Attachment",
    "Button",
    "Channel",
    "Choice",
    "Drop",
    "Exchange",
    "Fault",
    "Faults",
    "Field",
    "Guild",
    "Happening",
    "HookHandle",
    "Intent",
    "InteractionFailed",
    "Limits",
    "LocalDiscord",
    "May",
    "Member",
    "Message",
    "Modal",
    "Person",
    "Portal",
    "Request",
    "Role",
    "Sticker",
    "Storm",
    "User",
    "Violation",
    "Watch",
    "Webhook",
    "World",
]
