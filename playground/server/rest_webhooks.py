"""Routes about webhooks and what they post.

Source: https://discord.com/developers/docs/resources/webhook
"""

import base64
import binascii

from playground.server import errors, interactions, payloads, posting
from playground.server.channel import Channel
from playground.server.interactions import Interaction
from playground.server.message import Message, walk
from playground.server.nouns import User, Webhook
from playground.server.permissions import May, can, in_guild
from playground.server.posting import Draft
from playground.server.routes import Call, table
from playground.server.shapes import Answer, Json

MAX_WEBHOOKS = 15
"""Webhooks in one channel; one more has code 30007."""
MAX_NAME = 80
EXECUTE = "/webhooks/{webhook_id}/{webhook_token}"
_MESSAGES = EXECUTE + "/messages/{message_id}"
_LIMIT = (5, 2.0)
_FORBIDDEN = ("clyde", "discord")
_INTERACTIVE = (2, 3, 5, 6, 7, 8)


def _check_name(where: str, name: object, faults: errors.Faults) -> None:
    faults.between(where, name, 1, MAX_NAME)
    for word in _FORBIDDEN:
        if isinstance(name, str) and word in name.lower():
            faults.add(where, "USERNAME_INVALID_CONTAINS", f'Username cannot contain "{word}"')


def _picture(call: Call, data: object) -> str | None:
    """Keep an avatar given as a data address and return its hash."""
    if not isinstance(data, str):
        return None
    try:
        raw = base64.b64decode(data.partition(",")[2], validate=True)
    except binascii.Error:
        raise errors.invalid("avatar", "BINARY_TYPE_BAD_BASE64", "Invalid image data") from None
    return call.world.cdn.keep_picture(raw)


@table.add("POST", "/channels/{channel_id}/webhooks", limit=(10, 10.0))
def create(call: Call) -> Answer:
    """Make a webhook.

    Raises:
        ApiError: 50013, 50024 in a thread, 30007 beyond 15, 50035 for the name.
    """
    channel = call.channel(May.MANAGE_WEBHOOKS)
    if channel.kind not in (Channel.TEXT, Channel.FORUM):
        raise errors.wrong_channel_kind()
    faults = errors.Faults()
    _check_name("name", call.body.get("name"), faults)
    faults.refuse_if_any()
    if len(channel.webhooks) >= MAX_WEBHOOKS:
        raise errors.ApiError(400, 30007, "Maximum number of webhooks reached (15)")
    world = call.world
    made = Webhook(world.ids.next(), channel, call.body["name"].strip(), world.token(), world.bot)
    made.avatar, made.application_id = _picture(call, call.body.get("avatar")), world.bot.id
    channel.webhooks[made.id] = world.webhooks[made.id] = made
    world.webhooks_changed(channel)
    return 200, payloads.webhook_json(made, with_token=True)


def _written(call: Call, webhook: Webhook) -> Json:
    mine = webhook.application_id in (call.world.bot.id, None)
    return payloads.webhook_json(webhook, with_token=mine)


@table.add("GET", "/channels/{channel_id}/webhooks", limit=(5, 5.0))
def of_channel(call: Call) -> Answer:
    """Answer with a channel's webhooks."""
    channel = call.channel(May.MANAGE_WEBHOOKS)
    return 200, [_written(call, one) for one in channel.webhooks.values()]


@table.add("GET", "/guilds/{guild_id}/webhooks", limit=(5, 5.0))
def of_guild(call: Call) -> Answer:
    """Answer with a server's webhooks."""
    guild = call.guild()
    if not in_guild(guild.members[call.world.bot.id]) & May.MANAGE_WEBHOOKS:
        raise errors.missing_permissions()
    channels = guild.channels.values()
    return 200, [_written(call, one) for place in channels for one in place.webhooks.values()]


def _managed(call: Call) -> Webhook:
    webhook = call.world.webhooks.get(call.number("webhook_id"))
    if webhook is None:
        raise errors.unknown("Webhook")
    if not can(call.world.bot, webhook.channel, May.MANAGE_WEBHOOKS):
        raise errors.missing_permissions()
    return webhook


def _held(call: Call) -> Webhook:
    """Return the webhook whose token the path carries.

    Raises:
        ApiError: 10015, or 50027 for a wrong token.
    """
    webhook = call.world.webhooks.get(call.number("webhook_id"))
    if webhook is None:
        raise errors.unknown("Webhook")
    if webhook.token != call.params["webhook_token"]:
        raise errors.ApiError(401, 50027, "Invalid Webhook Token")
    return webhook


@table.add("GET", "/webhooks/{webhook_id}")
def get(call: Call) -> Answer:
    """Answer with a webhook."""
    return 200, _written(call, _managed(call))


@table.add("GET", EXECUTE, with_token=True)
def get_by_token(call: Call) -> Answer:
    """Answer with the webhook of a token."""
    return 200, payloads.webhook_json(_held(call), with_token=True, with_user=False)


@table.add("PATCH", "/webhooks/{webhook_id}")
def change(call: Call) -> Answer:
    """Rename, repaint or move a webhook."""
    return 200, _written(call, _change(call, _managed(call)))


@table.add("PATCH", EXECUTE, with_token=True)
def change_by_token(call: Call) -> Answer:
    """Rename or repaint the webhook of a token."""
    changed = _change(call, _held(call))
    return 200, payloads.webhook_json(changed, with_token=True, with_user=False)


def _change(call: Call, webhook: Webhook) -> Webhook:
    faults = errors.Faults()
    if "name" in call.body:
        _check_name("name", call.body["name"], faults)
        faults.refuse_if_any()
        webhook.name = call.body["name"]
    if "avatar" in call.body:
        webhook.avatar = _picture(call, call.body["avatar"])
    target = call.world.channels.get(int(call.body.get("channel_id") or 0))
    if target is not None and call.by_bot and target is not webhook.channel:
        del webhook.channel.webhooks[webhook.id]
        target.webhooks[webhook.id] = webhook
        webhook.channel = target
    call.world.webhooks_changed(webhook.channel)
    return webhook


@table.add("DELETE", "/webhooks/{webhook_id}")
def remove(call: Call) -> Answer:
    """Delete a webhook."""
    return _remove(call, _managed(call))


@table.add("DELETE", EXECUTE, with_token=True)
def remove_by_token(call: Call) -> Answer:
    """Delete the webhook of a token."""
    return _remove(call, _held(call))


def _remove(call: Call, webhook: Webhook) -> Answer:
    call.world.remove_webhook(webhook)
    return 204, None


# Messages: posted through a webhook, or following up an interaction under the application's id


def _interaction(call: Call) -> Interaction | None:
    if call.params["webhook_id"] != str(call.world.bot.id):
        return None
    return interactions.live(call.world, call.params["webhook_token"])


@table.add("POST", EXECUTE, limit=_LIMIT, with_token=True)
def execute(call: Call) -> Answer:
    """Post through a webhook, or follow up an interaction.

    With ``wait`` the answer is the message, else 204.

    Raises:
        ApiError: 10015, 50027, 10003 for a thread elsewhere, and what a message is refused for.
    """
    interaction = _interaction(call)
    if interaction is not None:
        made = interactions.follow_up(call.world, interaction, call.body, call.files)
        return 200, payloads.message_json(made, call.world)
    webhook = _held(call)
    _check_face(call.body)
    place = _place(call, webhook)
    if webhook.application_id is None:
        _without_buttons(call)
    draft = Draft(_face(call, webhook), call.body, call.files, webhook_id=webhook.id)
    draft.application_id = webhook.application_id
    made = posting.post(call.world, place, draft)
    return (200, payloads.message_json(made, call.world)) if call.yes("wait") else (204, None)


def _check_face(body: Json) -> None:
    faults = errors.Faults()
    if body.get("username") is not None:
        _check_name("username", body["username"], faults)
    faults.longest("avatar_url", body.get("avatar_url"), 2048)
    faults.longest("thread_name", body.get("thread_name"), 100)
    faults.refuse_if_any()


def _without_buttons(call: Call) -> None:
    """Hold a webhook that no application owns to components one cannot press.

    Source: https://discord.com/developers/docs/resources/webhook#execute-webhook
    """
    components = call.body.get("components") or []
    if not call.yes("with_components"):
        call.body["components"] = []
    elif any(one.get("type") in _INTERACTIVE for one in walk(components)):
        raise errors.ApiError(400, 50035, "Only an application's webhook may post buttons")


def _place(call: Call, webhook: Webhook) -> Channel:
    """Return where a post goes: the channel, one of its threads, or a new post in a forum."""
    forum = webhook.channel.kind == Channel.FORUM
    thread_id, name = call.query.get("thread_id"), call.body.get("thread_name")
    if thread_id:
        thread = call.world.channels.get(int(thread_id))
        if thread is None or thread.parent is not webhook.channel:
            raise errors.unknown("Channel")
        return thread
    if name and not forum:
        raise errors.ApiError(400, 220003, "Webhooks can only create threads in forum channels")
    if forum and not name:
        raise errors.ApiError(
            400, 220001, "Webhooks posted to forum channels must have a thread_name or thread_id"
        )
    if not forum or not name:
        return webhook.channel
    return call.world.add_thread(webhook.channel, name, Channel.PUBLIC_THREAD, webhook.id)


def _face(call: Call, webhook: Webhook) -> User:
    """Return the author under whose name and picture a post stands."""
    name = call.body.get("username") or webhook.name
    url, avatar = call.body.get("avatar_url"), webhook.avatar
    if url:
        avatar = call.world.cdn.keep_picture(url.encode())
    elif avatar:
        url = f"{call.world.cdn.base}/avatars/{webhook.id}/{avatar}.png"
    return User(webhook.id, name, name, bot=True, avatar=avatar, avatar_url=url, webhook=True)


def _posted(call: Call) -> tuple[Message, Interaction | None]:
    """Return the message of the path, if this token may handle it.

    Raises:
        ApiError: 10015, 50027 or 10008; a post in a thread is found with ``thread_id`` only.
    """
    interaction, wanted = _interaction(call), call.params["message_id"]
    if interaction is not None:
        if wanted == "@original":
            return interactions.original(interaction), interaction
        return interactions.find(interaction, call.number("message_id")), interaction
    webhook = _held(call)
    place = _place(call, webhook) if "thread_id" in call.query else webhook.channel
    message = posting.find(place, call.number("message_id"))
    if message.webhook_id != webhook.id:
        raise errors.unknown("Message")
    return message, None


@table.add("GET", _MESSAGES, limit=_LIMIT, with_token=True)
def message(call: Call) -> Answer:
    """Answer with a message of this token, content and all."""
    return 200, payloads.message_json(_posted(call)[0], call.world)


@table.add("PATCH", _MESSAGES, limit=_LIMIT, with_token=True)
def change_message(call: Call) -> Answer:
    """Edit a message of this token."""
    found, interaction = _posted(call)
    if interaction is not None:
        interactions.change(call.world, interaction, found, call.body, call.files)
    else:
        posting.edit(call.world, found, call.body, call.files)
    return 200, payloads.message_json(found, call.world)


@table.add("DELETE", _MESSAGES, limit=_LIMIT, with_token=True)
def remove_message(call: Call) -> Answer:
    """Delete a message of this token."""
    found, interaction = _posted(call)
    if interaction is not None:
        interactions.remove(call.world, interaction, found)
    else:
        posting.delete(call.world, found)
    return 204, None
