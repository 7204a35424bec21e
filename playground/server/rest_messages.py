"""Routes about messages and pins."""

from playground.server import errors, payloads, posting
from playground.server.channel import Channel
from playground.server.happenings import Happening
from playground.server.intents import without_content
from playground.server.message import PINNED, Message
from playground.server.nouns import User
from playground.server.permissions import May, can, require, sending
from playground.server.posting import Draft
from playground.server.routes import Call, table
from playground.server.shapes import Answer, Json
from playground.server.snowflakes import iso

_MAX_PINS = 250
_BULK = (2, 100)
_BULK_AGE = 14 * 86_400


def shown(call: Call, message: Message) -> Json:
    """Write a message as the bot sees it: blank if it lacks the message content intent."""
    data = payloads.message_json(message, call.world)
    if call.world.portal.message_content:
        return data
    return without_content(data, message, call.world.bot)


def _message(call: Call, channel: Channel) -> Message:
    return posting.find(channel, call.number("message_id"))


@table.add("GET", "/channels/{channel_id}/messages", limit=(50, 5.0))
def history(call: Call) -> Answer:
    """Answer with messages, newest first, around, before or after an id.

    Raises:
        ApiError: 50001, 50013, or 50035 for a limit that is not between 1 and 100.
    """
    channel = call.channel(May.READ_MESSAGE_HISTORY)
    most, shelf = call.count("limit", 50, 100), channel.shelf
    if "after" in call.query:
        found = shelf.after(int(call.query["after"]), most)[::-1]
    elif "around" in call.query:
        middle = int(call.query["around"])
        newer = shelf.after(middle - 1, most - most // 2)[::-1]
        found = newer + shelf.before(middle, most // 2)
    else:
        found = shelf.before(int(call.query.get("before", 1 << 63)), most)
    return 200, [shown(call, message) for message in found]


@table.add("GET", "/channels/{channel_id}/messages/{message_id}", limit=(50, 5.0))
def message(call: Call) -> Answer:
    """Answer with one message."""
    return 200, shown(call, _message(call, call.channel(May.READ_MESSAGE_HISTORY)))


@table.add("POST", "/channels/{channel_id}/messages", limit=(5, 5.0))
def create(call: Call) -> Answer:
    """Post a message as the bot.

    Raises:
        ApiError: 50001, 50013, 50007 or 50278 in a direct message channel, and what
            ``posting.post`` refuses.
    """
    channel, bot = call.channel(), call.world.bot
    allow_sending(bot, channel, call.body, files=bool(call.files))
    if channel.guild is None and not call.world.meet(*channel.recipients):
        text = "Cannot send messages to this user due to having no mutual guilds"
        raise errors.ApiError(403, 50278, text)
    made = posting.post(call.world, channel, Draft(call.world.bot, call.body, call.files))
    return 200, payloads.message_json(made, call.world)


def allow_sending(sender: User, channel: Channel, body: Json, *, files: bool) -> None:
    """Refuse a message that its sender may not put here.

    Raises:
        ApiError: 50001, 50013, 50007, or 50008/50024 for a place that holds no messages.
    """
    require(sender, channel, sending(channel))
    if channel.kind in (Channel.FORUM, Channel.CATEGORY):
        raise errors.ApiError(400, 50008, "Cannot send messages in a non-text channel")
    if files:
        require(sender, channel, May.ATTACH_FILES)
    if body.get("message_reference") and not can(sender, channel, May.READ_MESSAGE_HISTORY):
        raise errors.ApiError(403, 160002, "Cannot reply without permission to read history")
    if channel.kind == Channel.DM:
        _allow_dm(sender, channel)


def _allow_dm(sender: User, channel: Channel) -> None:
    other = next(user for user in channel.recipients.values() if user is not sender)
    if not other.dms_open:
        raise errors.ApiError(403, 50007, "Cannot send messages to this user")


@table.add("PATCH", "/channels/{channel_id}/messages/{message_id}", limit=(5, 5.0))
def change(call: Call) -> Answer:
    """Edit a message of the bot.

    Raises:
        ApiError: 10008, 50005 for another's message, and what ``posting.edit`` refuses.
    """
    found = _message(call, call.channel())
    if found.author is not call.world.bot:
        raise errors.ApiError(403, 50005, "Cannot edit a message authored by another user")
    posting.edit(call.world, found, call.body, call.files)
    return 200, payloads.message_json(found, call.world)


@table.add("DELETE", "/channels/{channel_id}/messages/{message_id}", limit=(5, 1.0))
def remove(call: Call) -> Answer:
    """Delete a message.

    Raises:
        ApiError: 10008, 50013 for another's message without the permission, 50003 in a DM.
    """
    channel = call.channel()
    found = _message(call, channel)
    if found.author is not call.world.bot:
        if channel.guild is None:
            raise errors.ApiError(403, 50003, "Cannot execute action on a DM channel")
        call.channel(May.MANAGE_MESSAGES)
    if channel.archived:
        raise errors.ApiError(400, 50083, "Thread is archived")
    posting.delete(call.world, found)
    return 204, None


@table.add("POST", "/channels/{channel_id}/messages/bulk-delete", limit=(1, 1.0))
def remove_many(call: Call) -> Answer:
    """Delete 2 to 100 messages of the last two weeks.

    Raises:
        ApiError: 50016 for another number, 50034 for older ones, 50013.
    """
    channel = call.channel(May.MANAGE_MESSAGES)
    ids = sorted({int(id_) for id_ in call.body.get("messages") or []})
    if not _BULK[0] <= len(ids) <= _BULK[1]:
        raise errors.ApiError(
            400, 50016, "Provided too few or too many messages to delete. (2-100)"
        )
    found = [one for id_ in ids if (one := channel.shelf.get(id_))]
    if any(call.world.now() - one.created_at > _BULK_AGE for one in found):
        raise errors.ApiError(400, 50034, "A message provided was too old to bulk delete")
    for one in found:
        one.deleted = True
        channel.shelf.remove(one.id)
        channel.pins.pop(one.id, None)
    data: Json = {"ids": [str(one.id) for one in found], "channel_id": str(channel.id)}
    if channel.guild is not None:
        data["guild_id"] = str(channel.guild.id)
    told = Happening("MESSAGE_DELETE_BULK", data, channel.guild, channel, messages=tuple(found))
    call.world.bus.tell(told)
    return 204, None


@table.add("GET", "/channels/{channel_id}/messages/pins")
def pins(call: Call) -> Answer:
    """Answer with pinned messages, newest pin first."""
    channel = call.channel(May.READ_MESSAGE_HISTORY)
    items = [
        {"pinned_at": iso(at), "message": shown(call, posting.find(channel, id_))}
        for id_, at in reversed(channel.pins.items())
    ]
    return 200, {"items": items, "has_more": False}


@table.add("GET", "/channels/{channel_id}/pins")
def old_pins(call: Call) -> Answer:
    """Answer with pinned messages in the older form."""
    channel = call.channel(May.READ_MESSAGE_HISTORY)
    return 200, [shown(call, posting.find(channel, id_)) for id_ in reversed(channel.pins)]


@table.add("PUT", "/channels/{channel_id}/messages/pins/{message_id}", bucket="pin", limit=(5, 4.0))
@table.add("PUT", "/channels/{channel_id}/pins/{message_id}", bucket="pin", limit=(5, 4.0))
def pin(call: Call) -> Answer:
    """Pin a message.

    Raises:
        ApiError: 50013, 10008, or 30003 beyond 250 pins.
    """
    channel = _pin_place(call)
    found = _message(call, channel)
    if len(channel.pins) >= _MAX_PINS:
        raise errors.ApiError(400, 30003, "Maximum number of pins reached for the channel (250)")
    found.pinned = True
    channel.pins[found.id] = call.world.now()
    _pins_changed(call, channel, found)
    call.world.note(channel, call.world.bot.id, PINNED, about=found)
    return 204, None


@table.add("DELETE", "/channels/{channel_id}/messages/pins/{message_id}", bucket="unpin")
@table.add("DELETE", "/channels/{channel_id}/pins/{message_id}", bucket="unpin")
def unpin(call: Call) -> Answer:
    """Take a pin out.

    Raises:
        ApiError: 50013 or 10008.
    """
    channel = _pin_place(call)
    found = _message(call, channel)
    found.pinned = False
    channel.pins.pop(found.id, None)
    _pins_changed(call, channel, found)
    return 204, None


def _pin_place(call: Call) -> Channel:
    """Return the channel; pinning takes its own permission, or the older one it came from."""
    channel = call.channel()
    if not can(call.world.bot, channel, May.PIN_MESSAGES):
        call.channel(May.MANAGE_MESSAGES)
    return channel


def _pins_changed(call: Call, channel: Channel, found: Message) -> None:
    newest = max(channel.pins.values(), default=None)
    data: Json = {
        "channel_id": str(channel.id),
        "last_pin_timestamp": iso(newest) if newest else None,
    }
    if channel.guild is not None:
        data["guild_id"] = str(channel.guild.id)
    call.world.tell("CHANNEL_PINS_UPDATE", data, guild=channel.guild, channel=channel)
    call.world.message_event("MESSAGE_UPDATE", found)
