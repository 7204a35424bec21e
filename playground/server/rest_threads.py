"""Routes about threads and who is in them."""

import contextlib
from datetime import datetime

from playground.server import errors, payloads, threads
from playground.server.channel import Channel
from playground.server.permissions import May, in_channel
from playground.server.routes import Call, table
from playground.server.shapes import Answer, Json
from playground.server.snowflakes import iso
from playground.server.threads import Opening

_LIMIT = (50, 300.0)


@table.add("POST", "/channels/{channel_id}/messages/{message_id}/threads", limit=_LIMIT)
def from_message(call: Call) -> Answer:
    """Open a thread on a message; for what is refused see ``threads.open_on``."""
    channel, message_id = call.channel(), call.number("message_id")
    thread = threads.open_on(call.world, channel, message_id, _opening(call))
    return 201, payloads.channel_json(thread, call.world.bot)


@table.add("POST", "/channels/{channel_id}/threads", limit=_LIMIT)
def standalone(call: Call) -> Answer:
    """Open a thread without a message (type 11 public, 12 private), or a post in a forum.

    For what is refused see ``threads.open_in`` and ``threads.post_in``.
    """
    parent, bot = call.channel(), call.world.bot
    if parent.kind == Channel.FORUM:
        thread, message = threads.post_in(call.world, parent, _opening(call))
        written = payloads.message_json(message, call.world)
        return 201, payloads.channel_json(thread, bot) | {"message": written}
    kind = int(call.body.get("type") or Channel.PRIVATE_THREAD)
    thread = threads.open_in(call.world, parent, kind, _opening(call))
    return 201, payloads.channel_json(thread, bot)


def _opening(call: Call) -> Opening:
    return Opening(call.world.bot, call.body, call.files)


def _thread(call: Call) -> Channel:
    channel = call.channel()
    if channel.thread is None:
        raise errors.wrong_channel_kind()
    return channel


@table.add("GET", "/channels/{channel_id}/thread-members")
def members(call: Call) -> Answer:
    """Answer with who is in a thread."""
    thread = _thread(call)
    return 200, [payloads.thread_member_json(thread, id_) for id_ in thread.thread_members]


@table.add("GET", "/channels/{channel_id}/thread-members/{user_id}")
def member(call: Call) -> Answer:
    """Answer with one thread member.

    Raises:
        ApiError: 10007.
    """
    thread, user_id = _thread(call), call.number("user_id")
    if user_id not in thread.thread_members:
        raise errors.unknown("Member")
    return 200, payloads.thread_member_json(thread, user_id)


@table.add("PUT", "/channels/{channel_id}/thread-members/@me")
def join(call: Call) -> Answer:
    """Let the bot join a thread."""
    return _join(call, _thread(call), call.world.bot.id)


@table.add("PUT", "/channels/{channel_id}/thread-members/{user_id}")
def add(call: Call) -> Answer:
    """Add somebody to a thread."""
    user_id = call.number("user_id")
    if user_id not in call.world.users:
        raise errors.unknown("User")
    return _join(call, _thread(call), user_id)


def _join(call: Call, thread: Channel, user_id: int) -> Answer:
    if thread.archived:
        raise errors.ApiError(400, 50083, "Thread is archived")
    if user_id not in thread.thread_members:
        thread.thread_members[user_id] = call.world.now()
        written = payloads.thread_member_json(thread, user_id)
        _tell(call, thread, {"added_members": [written]})
    return 204, None


@table.add("DELETE", "/channels/{channel_id}/thread-members/@me")
def leave(call: Call) -> Answer:
    """Let the bot leave a thread."""
    return _leave(call, _thread(call), call.world.bot.id)


@table.add("DELETE", "/channels/{channel_id}/thread-members/{user_id}")
def remove(call: Call) -> Answer:
    """Remove somebody from a thread.

    Raises:
        ApiError: 50013.
    """
    _thread(call)
    return _leave(call, call.channel(May.MANAGE_THREADS), call.number("user_id"))


def _leave(call: Call, thread: Channel, user_id: int) -> Answer:
    if thread.thread_members.pop(user_id, None) is not None:
        _tell(call, thread, {"removed_member_ids": [str(user_id)]})
    return 204, None


def _tell(call: Call, thread: Channel, change: Json) -> None:
    if thread.guild is None:
        return
    data: Json = {
        "id": str(thread.id),
        "guild_id": str(thread.guild.id),
        "member_count": len(thread.thread_members),
    }
    call.world.tell("THREAD_MEMBERS_UPDATE", data | change, guild=thread.guild, channel=thread)


def _id(thread: Channel) -> float:
    return thread.id


def _archived_at(thread: Channel) -> float:
    """When a thread was archived, as exactly as the bot is told: it asks for pages by that."""
    if thread.thread is None:
        return 0.0
    return datetime.fromisoformat(iso(thread.thread.archive_changed_at)).timestamp()


def _before(call: Call, *, made: bool) -> float | None:
    """Where a page of archived threads ends: an id, or a time."""
    text = call.query.get("before")
    if text is None:
        return None
    if made and text.isdecimal():
        return int(text)
    with contextlib.suppress(ValueError):
        if not made:
            return datetime.fromisoformat(text).timestamp()
    raise errors.invalid("before", "DATE_TIME_TYPE_PARSE", f'Could not parse "{text}".')


def _archived(call: Call, kind: int, *, mine: bool) -> Answer:
    bot, parent = call.world.bot, call.channel(May.READ_MESSAGE_HISTORY)
    found = [
        one
        for one in parent.threads
        if one.archived
        and one.kind == kind
        and in_channel(bot, one)
        and (not mine or bot.id in one.thread_members)
    ]
    most = call.count("limit", 50, 100)
    # One's own go by their ids, all others by when they were archived.
    order = _id if mine else _archived_at
    before = _before(call, made=mine)
    found = [one for one in found if before is None or order(one) < before]
    found.sort(key=order, reverse=True)
    members_ = [one for one in found[:most] if bot.id in one.thread_members]
    return 200, {
        "threads": [payloads.channel_json(one, bot) for one in found[:most]],
        "members": [payloads.thread_member_json(one, bot.id) for one in members_],
        "has_more": len(found) > most,
    }


@table.add("GET", "/channels/{channel_id}/threads/archived/public")
def archived_public(call: Call) -> Answer:
    """Answer with archived public threads."""
    return _archived(call, Channel.PUBLIC_THREAD, mine=False)


@table.add("GET", "/channels/{channel_id}/threads/archived/private")
def archived_private(call: Call) -> Answer:
    """Answer with archived private threads.

    Raises:
        ApiError: 50013.
    """
    call.channel(May.MANAGE_THREADS)
    return _archived(call, Channel.PRIVATE_THREAD, mine=False)


@table.add("GET", "/channels/{channel_id}/users/@me/threads/archived/private")
def archived_mine(call: Call) -> Answer:
    """Answer with archived private threads that the bot is in."""
    return _archived(call, Channel.PRIVATE_THREAD, mine=True)
