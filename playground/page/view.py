"""What one person sees of the world, as the page's JSON."""

from collections.abc import Iterable
from typing import Any

from playground.page.markdown import excerpt
from playground.page.reads import Reads
from playground.page.sight import visible
from playground.server import Channel, Guild, May, Person, User, World
from playground.server.payloads import role_json
from playground.server.permissions import in_channel
from playground.server.shapes import Json
from playground.server.snowflakes import made_at


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
    """Write everybody whom one can be, in the order in which they came, the servers' owner last.

    Roles are those in the first server. Who left every server is still among them (``there``).
    """
    guild = next(iter(world.guilds.values()), None)
    users = [one for one in world.users.values() if not one.bot and not one.webhook]
    users.sort(key=lambda one: one is world.owner)
    return [
        person_json(user, guild)
        | {
            "there": any(user.id in one.members for one in world.guilds.values()),
            "owner": user is world.owner,
            "dms_open": user.dms_open,
        }
        for user in users
    ]


def places(world: World, viewer: Person, reads: Reads) -> Json:
    """Write the servers, channels and threads that somebody sees, and their direct messages."""
    return {
        "guilds": [
            guild_json(one, viewer, reads)
            for one in world.guilds.values()
            if viewer.id in one.members
        ],
        "dms": [_dm(one, viewer, reads) for one in world.dms.values() if reads.shows(viewer, one)],
    }


def _dm(channel: Channel, viewer: Person, reads: Reads) -> Json:
    other = next(one for one in channel.recipients.values() if one.id != viewer.id)
    return {
        "id": str(channel.id),
        "kind": Channel.DM,
        "name": other.display_name,
        "with": str(other.id),
        "bot": other.bot,
        "write": True,
    } | _news(channel, viewer, reads)


def guild_json(guild: Guild, viewer: Person, reads: Reads) -> Json:
    """Write a server with what somebody sees of it."""
    channels: Iterable[Channel] = (*guild.channels.values(), *guild.threads.values())
    return {
        "id": str(guild.id),
        "name": guild.name,
        "owner": str(guild.owner_id),
        "channels": [channel_json(one, viewer, reads) for one in channels if visible(viewer, one)],
        "roles": [role_json(one, guild.world) for one in guild.roles.values()],
        "members": [person_json(one.user, guild) for one in guild.members.values()],
    }


def channel_json(channel: Channel, viewer: Person, reads: Reads) -> Json:
    """Write a channel or thread."""
    state = channel.thread
    bits = in_channel(viewer.user, channel)
    write = May.SEND_MESSAGES_IN_THREADS if state else May.SEND_MESSAGES
    write |= May.MANAGE_THREADS if state and state.locked else 0
    body: dict[str, Any] = {
        "id": str(channel.id),
        "kind": channel.kind,
        "name": channel.name,
        "topic": channel.topic,
        "parent": str(channel.parent.id) if channel.parent else None,
        "position": channel.position,
        "private": _private(channel),
        "write": bits & write == write,
        "threads": channel.kind == Channel.TEXT and bool(bits & May.CREATE_PUBLIC_THREADS),
    } | _news(channel, viewer, reads)
    if state is not None:
        body |= {
            "owner": str(state.owner_id),
            "archived": state.archived,
            "locked": state.locked,
            "count": said_in(channel),
            "manages": state.owner_id == viewer.id or bool(bits & May.MANAGE_THREADS),
            "tags": [str(tag) for tag in state.applied_tags],
            "excerpt": _excerpt(channel, viewer),
        }
    if channel.kind == Channel.FORUM:
        body["available_tags"] = channel.tags
    return body


def said_in(thread: Channel) -> int:
    """Count what was said in a thread, without the message on which it hangs."""
    return len(thread.shelf) - sum(one.system for one in thread.shelf.after(0, 1))


def _news(channel: Channel, viewer: Person, reads: Reads) -> Json:
    """Write when something was last said here, and what of it is unread."""
    last = channel.last_message_id or channel.id
    unread, pings = reads.unread(viewer, channel)
    return {"last": str(last), "active": made_at(last), "unread": unread, "pings": pings}


def _private(channel: Channel) -> bool:
    """Tell whether a channel is hidden from some by what it says about everyone itself."""
    if channel.kind == Channel.PRIVATE_THREAD:
        return True
    if channel.thread is not None or channel.guild is None:
        return False
    over = channel.overwrites.get(channel.guild.id)
    return over is not None and bool(over.deny & May.VIEW_CHANNEL)


def _excerpt(thread: Channel, viewer: Person) -> str:
    """The beginning of the first message of a forum's post."""
    if thread.guild is None or thread.parent is None or thread.parent.kind != Channel.FORUM:
        return ""
    first = thread.shelf.after(0, 1)
    return excerpt(first[0], thread.guild.world, viewer) if first else ""
