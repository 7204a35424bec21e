"""Routes about channels themselves."""

from playground.server import errors, payloads
from playground.server.channel import Channel
from playground.server.nouns import Overwrite
from playground.server.permissions import May, can, sending
from playground.server.routes import Call, table
from playground.server.shapes import Answer, Json
from playground.server.threads import ARCHIVE_MINUTES


@table.add("GET", "/channels/{channel_id}")
def channel(call: Call) -> Answer:
    """Answer with a channel, thread or direct message channel."""
    return 200, payloads.channel_json(call.channel(), call.world.bot)


@table.add("PATCH", "/channels/{channel_id}", limit=(5, 15.0))
def change(call: Call) -> Answer:
    """Change a channel or thread.

    Raises:
        ApiError: 50013, or 50083 for anything but opening an archived thread.
    """
    place = call.channel()
    _check_change(call.body)
    if place.thread is None:
        if not can(call.world.bot, place, May.MANAGE_CHANNELS):
            raise errors.missing_permissions()
        place.topic = call.body.get("topic", place.topic)
    else:
        _change_thread(call, place)
    place.name = call.body.get("name") or place.name
    place.slowmode = call.body.get("rate_limit_per_user", place.slowmode) or 0
    call.world.channel_changed(place)
    return 200, payloads.channel_json(place, call.world.bot)


def _check_change(body: Json) -> None:
    faults = errors.Faults()
    if "name" in body:
        faults.between("name", body["name"], 1, 100)
    faults.longest("topic", body.get("topic"), 1024)
    minutes = body.get("auto_archive_duration")
    if minutes is not None and minutes not in ARCHIVE_MINUTES:
        faults.add("auto_archive_duration", "BASE_TYPE_CHOICES", f"One of {ARCHIVE_MINUTES}.")
    faults.refuse_if_any()


def _change_thread(call: Call, thread: Channel) -> None:
    state, body, bot = thread.thread, call.body, call.world.bot
    if state is None:
        return
    manages = can(bot, thread, May.MANAGE_THREADS)
    opens = body.get("archived") is False
    if state.archived and not opens:
        raise errors.ApiError(400, 50083, "Thread is archived")
    may = manages or state.owner_id == bot.id or (opens and not state.locked)
    if not may or ("locked" in body and not manages):
        raise errors.missing_permissions()
    if "archived" in body and body["archived"] != state.archived:
        state.archived, state.archive_changed_at = body["archived"], call.world.now()
    state.locked = body.get("locked", state.locked)
    state.auto_archive = body.get("auto_archive_duration", state.auto_archive)
    state.invitable = body.get("invitable", state.invitable)
    if "applied_tags" in body:
        state.applied_tags = [int(tag) for tag in body["applied_tags"]]


@table.add("DELETE", "/channels/{channel_id}", limit=(5, 15.0))
def remove(call: Call) -> Answer:
    """Delete a channel or thread.

    Raises:
        ApiError: 50013.
    """
    place = call.channel()
    needed = May.MANAGE_THREADS if place.thread else May.MANAGE_CHANNELS
    if place.guild is not None:
        call.channel(needed)
        call.world.remove_channel(place)
    return 200, payloads.channel_json(place)


@table.add("PUT", "/channels/{channel_id}/permissions/{overwrite_id}")
def overwrite(call: Call) -> Answer:
    """Set what a channel allows and denies to a role or member."""
    place, target = call.channel(May.MANAGE_ROLES), call.number("overwrite_id")
    allow, deny = int(call.body.get("allow") or 0), int(call.body.get("deny") or 0)
    for_member = int(call.body.get("type") or 0) == 1
    place.overwrites[target] = Overwrite(target, for_member, allow, deny)
    call.world.channel_changed(place)
    return 204, None


@table.add("DELETE", "/channels/{channel_id}/permissions/{overwrite_id}")
def remove_overwrite(call: Call) -> Answer:
    """Forget what a channel allows and denies to a role or member.

    Raises:
        ApiError: 10009.
    """
    place = call.channel(May.MANAGE_ROLES)
    if place.overwrites.pop(call.number("overwrite_id"), None) is None:
        raise errors.unknown("Overwrite")
    call.world.channel_changed(place)
    return 204, None


@table.add("POST", "/channels/{channel_id}/typing", limit=(5, 5.0))
def typing(call: Call) -> Answer:
    """Show that the bot is typing."""
    place = call.channel()
    call.channel(sending(place))
    call.world.typing(call.world.bot, place)
    return 204, None
