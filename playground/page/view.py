"""What one person sees of the world, as the page's JSON."""

from collections.abc import Iterable
from typing import Any

from playground.server import Channel, Guild, May, Person, User, World
from playground.server.payloads import role_json
from playground.server.permissions import can
from playground.server.shapes import Json


def person_json(user: User, guild: Guild | None = None) -> Json:
    """Write somebody: a person or the bot, with roles if a server is given."""
    member = guild.members.get(user.id) if guild else None
    return {
        "id": str(user.id),
        "name": member.display_name if member else user.display_name,
        "bot": user.bot,
        "roles": [str(role) for role in member.roles] if member else [],
    }


def people(world: World) -> list[Json]:
    """Write everybody whom one can be, in the order in which they came."""
    guild = next(iter(world.guilds.values()), None)
    there = guild.members if guild else world.users
    return [
        person_json(user, guild)
        for user in world.users.values()
        if not user.bot and not user.webhook and user.id in there
    ]


def places(world: World, viewer: Person) -> Json:
    """Write the servers, channels and threads that somebody sees, and their direct messages."""
    return {
        "guilds": [
            guild_json(one, world, viewer)
            for one in world.guilds.values()
            if viewer.id in one.members
        ],
        "dms": [_dm(one, viewer) for one in world.dms.values() if _has_dm(one, viewer)],
    }


def _has_dm(channel: Channel, viewer: Person) -> bool:
    return viewer.id in channel.recipients and len(channel.shelf) > 0


def _dm(channel: Channel, viewer: Person) -> Json:
    other = next(one for one in channel.recipients.values() if one.id != viewer.id)
    return {
        "id": str(channel.id),
        "kind": Channel.DM,
        "name": other.display_name,
        "with": str(other.id),
        "last": str(channel.last_message_id or channel.id),
        "write": True,
    }


def guild_json(guild: Guild, world: World, viewer: Person) -> Json:
    """Write a server with what somebody sees of it."""
    channels: Iterable[Channel] = (*guild.channels.values(), *guild.threads.values())
    return {
        "id": str(guild.id),
        "name": guild.name,
        "channels": [channel_json(one, viewer) for one in channels if visible(viewer, one)],
        "roles": [role_json(one, world) for one in guild.roles.values()],
        "members": [person_json(one.user, guild) for one in guild.members.values()],
    }


def visible(viewer: Person, channel: Channel) -> bool:
    """Tell whether somebody sees a channel, thread or direct message at all."""
    return can(viewer.user, channel, May.VIEW_CHANNEL)


def channel_json(channel: Channel, viewer: Person) -> Json:
    """Write a channel or thread."""
    state = channel.thread
    body: dict[str, Any] = {
        "id": str(channel.id),
        "kind": channel.kind,
        "name": channel.name,
        "topic": channel.topic,
        "parent": str(channel.parent.id) if channel.parent else None,
        "last": str(channel.last_message_id or channel.id),
        "position": channel.position,
        "write": can(
            viewer.user, channel, May.SEND_MESSAGES_IN_THREADS if state else May.SEND_MESSAGES
        ),
    }
    if state is not None:
        body |= {
            "owner": str(state.owner_id),
            "archived": state.archived,
            "locked": state.locked,
            "count": len(channel.shelf),
            "tags": [str(tag) for tag in state.applied_tags],
        }
    if channel.kind == Channel.FORUM:
        body["available_tags"] = channel.tags
    return body
