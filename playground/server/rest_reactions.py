"""Routes about reactions."""

from playground.server import errors, payloads, posting, reactions
from playground.server.message import Message
from playground.server.permissions import May
from playground.server.routes import Call, table
from playground.server.shapes import Answer

_ALL = "/channels/{channel_id}/messages/{message_id}/reactions"
_ONE = _ALL + "/{emoji}"
_LIMIT = (1, 0.25)
_BUCKET = "reactions"


def _message(call: Call, needed: int = 0) -> Message:
    return posting.find(call.channel(needed), call.number("message_id"))


@table.add("PUT", _ONE + "/@me", limit=_LIMIT, bucket=_BUCKET)
def add(call: Call) -> Answer:
    """React as the bot."""
    reactions.add(call.world, _message(call), call.world.bot, call.params["emoji"])
    return 204, None


@table.add("DELETE", _ONE + "/@me", limit=_LIMIT, bucket=_BUCKET)
def remove_mine(call: Call) -> Answer:
    """Take the bot's reaction away."""
    reactions.remove(call.world, _message(call), call.world.bot, call.params["emoji"])
    return 204, None


@table.add("DELETE", _ONE + "/{user_id}", limit=_LIMIT, bucket=_BUCKET)
def remove_other(call: Call) -> Answer:
    """Take somebody's reaction away.

    Raises:
        ApiError: 50013 or 10013.
    """
    user = call.world.users.get(call.number("user_id"))
    if user is None:
        raise errors.unknown("User")
    message = _message(call, May.MANAGE_MESSAGES)
    reactions.remove(call.world, message, user, call.params["emoji"])
    return 204, None


@table.add("GET", _ONE)
def who(call: Call) -> Answer:
    """Answer with who reacted with one emoji."""
    most, after = call.count("limit", 25, 100), int(call.query.get("after", "0"))
    message = _message(call, May.READ_MESSAGE_HISTORY)
    users = reactions.users(message, call.params["emoji"])
    ordered = sorted((u for u in users if u.id > after), key=lambda u: u.id)
    return 200, [payloads.user_json(user) for user in ordered[:most]]


@table.add("DELETE", _ALL, limit=_LIMIT, bucket=_BUCKET)
def clear(call: Call) -> Answer:
    """Take every reaction away."""
    reactions.clear(call.world, _message(call, May.MANAGE_MESSAGES))
    return 204, None


@table.add("DELETE", _ONE, limit=_LIMIT, bucket=_BUCKET)
def clear_one(call: Call) -> Answer:
    """Take every reaction with one emoji away."""
    message = _message(call, May.MANAGE_MESSAGES)
    reactions.clear(call.world, message, call.params["emoji"])
    return 204, None
