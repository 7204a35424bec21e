"""Permissions in Discord: which the bot needs, and which it has.

Source: https://discord.com/developers/docs/topics/permissions
"""

from collections.abc import Mapping, Sequence
from typing import Any

ADMINISTRATOR = 1 << 3
VIEW = 1 << 10
SEND = 1 << 11
SEND_IN_THREADS = 1 << 38
NEEDED: Mapping[int, str] = {
    VIEW: "View Channels",
    SEND: "Send Messages",
    SEND_IN_THREADS: "Send Messages in Threads",
    1 << 35: "Create Public Threads",
    1 << 34: "Manage Threads",
    1 << 13: "Manage Messages",
    1 << 29: "Manage Webhooks",
    1 << 16: "Read Message History",
    1 << 6: "Add Reactions",
    1 << 15: "Attach Files",
    1 << 14: "Embed Links",
}
"""What the bot asks for when it is invited."""
INVITED = sum(NEEDED)
"""The number of all of them together."""

Json = Mapping[str, Any]


def lacking(granted: int) -> list[str]:
    """Names of the needed permissions that are not granted."""
    if granted & ADMINISTRATOR:
        return []
    if not granted & VIEW:
        # Nothing else can be used without it.
        return [NEEDED[VIEW]]
    return [name for bit, name in NEEDED.items() if not granted & bit]


def in_channel(member: Json, roles: Sequence[Json], channel: Json, guild_id: str) -> int:
    """What a member may do in a channel.

    Args:
        member: with the ids of their roles, and their user.
        roles: all of the server's.
        channel: with its overwrites (a thread has those of its parent).
        guild_id: the server's id, which is that of the role everybody has.
    """
    mine = {guild_id, *member["roles"]}
    granted = 0
    for role in roles:
        if role["id"] in mine:
            granted |= int(role["permissions"])
    if granted & ADMINISTRATOR:
        return granted
    overwrites = {one["id"]: one for one in channel.get("permission_overwrites", ())}
    of_roles = [one for id_, one in overwrites.items() if id_ in mine and id_ != guild_id]
    for some in (
        [overwrites.get(guild_id)],
        of_roles,
        [overwrites.get(member["user"]["id"])],
    ):
        told = [one for one in some if one]
        for one in told:
            granted &= ~int(one["deny"])
        for one in told:
            granted |= int(one["allow"])
    return granted
