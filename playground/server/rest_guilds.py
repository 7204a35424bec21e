"""Routes about servers, their roles and members."""

from playground.server import errors, payloads
from playground.server.channel import Channel
from playground.server.permissions import May, in_channel, in_guild
from playground.server.routes import Call, table
from playground.server.shapes import Answer


@table.add("GET", "/guilds/{guild_id}")
def guild(call: Call) -> Answer:
    """Answer with a server."""
    return 200, payloads.guild_json(call.guild())


@table.add("GET", "/guilds/{guild_id}/channels")
def channels(call: Call) -> Answer:
    """Answer with a server's channels, without threads."""
    return 200, [payloads.channel_json(one) for one in call.guild().channels.values()]


@table.add("POST", "/guilds/{guild_id}/channels", limit=(5, 10.0))
def create_channel(call: Call) -> Answer:
    """Add a text channel or forum.

    Raises:
        ApiError: 50013, or 50035 for the name.
    """
    place, name = call.guild(), str(call.body.get("name") or "")
    if not in_guild(place.members[call.world.bot.id]) & May.MANAGE_CHANNELS:
        raise errors.missing_permissions()
    faults = errors.Faults()
    faults.between("name", name, 1, 100)
    faults.refuse_if_any()
    kind = int(call.body.get("type") or Channel.TEXT)
    above = place.channels.get(int(call.body.get("parent_id") or 0))
    made = call.world.add_channel(place, name, kind, call.body.get("topic"), category=above)
    return 201, payloads.channel_json(made)


@table.add("GET", "/guilds/{guild_id}/roles")
def roles(call: Call) -> Answer:
    """Answer with a server's roles."""
    return 200, [payloads.role_json(role, call.world) for role in call.guild().roles.values()]


@table.add("GET", "/guilds/{guild_id}/members")
def members(call: Call) -> Answer:
    """Answer with members in order of their ids, up to ``limit`` after ``after``.

    Raises:
        ApiError: 50001 without the members intent.
    """
    place, most = call.guild(), call.count("limit", 1, 1000)
    if not call.world.portal.members:
        raise errors.missing_access()
    after = int(call.query.get("after", "0"))
    ids = sorted(id_ for id_ in place.members if id_ > after)[:most]
    return 200, [payloads.member_json(place.members[id_]) for id_ in ids]


@table.add("GET", "/guilds/{guild_id}/members/{user_id}")
def member(call: Call) -> Answer:
    """Answer with one member.

    Raises:
        ApiError: 10007.
    """
    found = call.guild().members.get(call.number("user_id"))
    if found is None:
        raise errors.unknown("Member")
    return 200, payloads.member_json(found)


@table.add("PATCH", "/guilds/{guild_id}/members/@me", limit=(1, 2.0))
def rename_me(call: Call) -> Answer:
    """Give the bot another name on one server.

    Raises:
        ApiError: 50035 for more than 32 characters.
    """
    found, faults = call.guild().members[call.world.bot.id], errors.Faults()
    faults.longest("nick", call.body.get("nick"), 32)
    faults.refuse_if_any()
    found.nick = call.body.get("nick") or None
    call.world.member_changed(found)
    return 200, payloads.member_json(found)


@table.add("GET", "/guilds/{guild_id}/threads/active")
def active_threads(call: Call) -> Answer:
    """Answer with the open threads that the bot can see."""
    bot = call.world.bot
    threads = [
        one for one in call.guild().threads.values() if not one.archived and in_channel(bot, one)
    ]
    mine = [one for one in threads if bot.id in one.thread_members]
    return 200, {
        "threads": [payloads.channel_json(one, bot) for one in threads],
        "members": [payloads.thread_member_json(one, bot.id) for one in mine],
    }
