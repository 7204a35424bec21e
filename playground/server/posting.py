"""The deeds done to messages, whoever does them: post, edit, delete."""

import re
from dataclasses import dataclass, field

from playground.server import mentions
from playground.server.channel import Channel
from playground.server.errors import ApiError, Faults, invalid, unknown
from playground.server.message import COMPONENTS_V2, EPHEMERAL, LOADING, Message, walk
from playground.server.nouns import Attachment, Sticker, Upload, User
from playground.server.permissions import May, can
from playground.server.rules_messages import (
    MAX_CONTENT,
    MAX_FILE_BYTES,
    Shape,
    check_body,
    check_shape,
)
from playground.server.shapes import Json
from playground.server.snowflakes import iso
from playground.server.world import World

REPLY = 19
_SETTABLE = COMPONENTS_V2 | (1 << 2) | (1 << 12) | (1 << 13)
"""Flags a sender may set: suppress embeds, suppress notifications, voice, Components V2."""


@dataclass(slots=True)
class Draft:
    """A message about to be posted, beyond what its request body says."""

    author: User
    body: Json
    files: dict[int, Upload] = field(default_factory=dict)
    kind: int = 0
    limit: int = MAX_CONTENT
    webhook_id: int | None = None
    application_id: int | None = None
    interaction: Json | None = None
    seen_by: int | None = None
    loading: bool = False


def post(world: World, channel: Channel, draft: Draft) -> Message:
    """Post a message and tell the world.

    Raises:
        ApiError: 50006, 50035, 40005, 10008, 50083, 160005: what Discord refuses.
    """
    body, faults = draft.body, Faults()
    check_body(body, draft.files, faults, largest_file(channel))
    repeated = _same_nonce(world, channel, draft)
    if repeated is not None:
        return repeated
    wake_thread(world, channel, draft.author)
    stickers = _stickers(world, body.get("sticker_ids") or [])
    flags = int(body.get("flags") or 0) & _SETTABLE
    shape = Shape(
        body.get("content") or "",
        body.get("embeds") or [],
        body.get("components") or [],
        flags,
        len(draft.files),
        len(stickers),
        body.get("poll"),
    )
    if not draft.loading:
        check_shape(shape, faults, draft.limit)
    answered = _answered(channel, body)
    message = _bare(world, channel, draft, shape)
    message.stickers = stickers
    message.attachments = _attach(world, channel, body, draft.files)
    _fill(message, shape, world)
    message.nonce = body.get("nonce")
    _refer(message, answered)
    _mention(message, body.get("allowed_mentions"), answered)
    _shelve(world, message)
    if message.pinged and message.author.bot:
        world.pings.append(message)
    if message.nonce is not None and body.get("enforce_nonce"):
        _remember(world, message)
    world.message_event("MESSAGE_CREATE", message)
    return message


def edit(
    world: World,
    message: Message,
    body: Json,
    files: dict[int, Upload],
    *,
    limit: int = MAX_CONTENT,
) -> Message:
    """Change a message and tell the world.

    Raises:
        ApiError: 50006, 50035, 40005, 50083: what Discord refuses.
    """
    faults = Faults()
    check_body(body, files, faults, largest_file(message.channel))
    if message.channel.archived:
        raise ApiError(400, 50083, "Thread is archived")
    flags = message.flags | (int(body.get("flags") or 0) & _SETTABLE)
    kept = _kept(message, body)
    shape = Shape(
        body.get("content", message.content) or "",
        body.get("embeds", message.embeds) or [],
        body.get("components", message.components) or [],
        flags & ~LOADING,
        len(kept) + len(files),
        len(message.stickers),
        message.poll or body.get("poll"),
    )
    check_shape(shape, faults, limit)
    message.attachments = kept + _attach(world, message.channel, body, files)
    fresh = message.loading
    message.content, message.flags = shape.content, shape.flags
    _fill(message, shape, world)
    _mention(message, body.get("allowed_mentions"), message.referenced, pings=fresh)
    if not fresh:
        message.edited_at = world.now()
    world.message_event("MESSAGE_UPDATE", message)
    return message


def delete(world: World, message: Message) -> None:
    """Delete a message and tell the world."""
    channel, guild = message.channel, message.channel.guild
    if message.seen_by is not None:
        if not message.deleted:
            channel.whispered_to(message.seen_by).remove(message.id)
        message.deleted = True
        world.message_event("MESSAGE_DELETE", message)
        return
    message.deleted = True
    channel.shelf.remove(message.id)
    channel.pins.pop(message.id, None)
    data = {"id": str(message.id), "channel_id": str(channel.id)}
    if guild is not None:
        data["guild_id"] = str(guild.id)
    world.tell(
        "MESSAGE_DELETE", data, guild=guild, channel=channel, message=message, user=message.author
    )


def largest_file(channel: Channel) -> int:
    """Return how many bytes a file may have in a channel."""
    return channel.guild.max_file_bytes if channel.guild else MAX_FILE_BYTES


def find(channel: Channel, message_id: int) -> Message:
    """Return a live message.

    Raises:
        ApiError: 10008 if there is none (ephemeral ones included).
    """
    message = channel.shelf.get(message_id)
    if message is None:
        raise unknown("Message")
    return message


def wake_thread(world: World, channel: Channel, author: User) -> None:
    """Open an archived thread for a new message, as Discord does by itself.

    Raises:
        ApiError: 160005 or 50083 if it is locked and the author may not manage threads.
    """
    state = channel.thread
    if state is None or not (state.archived or state.locked):
        return
    if state.locked and (author.webhook or not can(author, channel, May.MANAGE_THREADS)):
        if state.archived:
            raise ApiError(400, 50083, "Thread is archived")
        raise ApiError(403, 160005, "This thread is locked")
    if state.archived:
        state.archived, state.archive_changed_at = False, world.now()
        world.channel_changed(channel)


def _bare(world: World, channel: Channel, draft: Draft, shape: Shape) -> Message:
    """Make a message with its text and with what its draft says about its origin."""
    flags = shape.flags
    flags |= EPHEMERAL if draft.seen_by is not None else 0
    flags |= LOADING if draft.loading else 0
    return Message(
        world.ids.next(),
        channel,
        draft.author,
        shape.content,
        world.now(),
        draft.kind,
        flags,
        webhook_id=draft.webhook_id,
        application_id=draft.application_id,
        interaction=draft.interaction,
        seen_by=draft.seen_by,
    )


def _same_nonce(world: World, channel: Channel, draft: Draft) -> Message | None:
    nonce = draft.body.get("nonce")
    if nonce is None or not draft.body.get("enforce_nonce"):
        return None
    known = world.nonces.get((channel.id, draft.author.id, str(nonce)))
    if known is None or world.now() - known[0] > world.limits.nonce_seconds:
        return None
    return known[1]


def _remember(world: World, message: Message) -> None:
    """Remember a nonce, and forget those from the front whose time is over."""
    now = world.now()
    key = (message.channel.id, message.author.id, str(message.nonce))
    world.nonces[key] = (now, message)
    while True:
        oldest = next(iter(world.nonces))
        if now - world.nonces[oldest][0] <= world.limits.nonce_seconds:
            return
        del world.nonces[oldest]


def _stickers(world: World, ids: list[object]) -> list[Sticker]:
    try:
        return [world.stickers[int(str(id_))] for id_ in ids]
    except (KeyError, ValueError):
        raise unknown("Sticker") from None


def _answered(channel: Channel, body: Json) -> Message | None:
    reference = body.get("message_reference")
    if not reference or not reference.get("message_id"):
        return None
    answered = channel.shelf.get(int(reference["message_id"]))
    if answered is None and reference.get("fail_if_not_exists", True):
        raise invalid("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    return answered


def _refer(message: Message, answered: Message | None) -> None:
    if answered is None:
        return
    message.kind, message.referenced = REPLY, answered
    message.reference = {
        "type": 0,
        "message_id": str(answered.id),
        "channel_id": str(message.channel.id),
    }
    if message.channel.guild is not None:
        message.reference["guild_id"] = str(message.channel.guild.id)


def _attach(
    world: World, channel: Channel, body: Json, files: dict[int, Upload]
) -> list[Attachment]:
    about = {str(one.get("id")): one for one in body.get("attachments") or []}
    made = []
    for index, upload in files.items():
        told = about.get(str(index), {})
        upload.filename = _safe_name(told.get("filename") or upload.filename)
        made.append(world.attach(upload, channel, told.get("description")))
    return made


def _safe_name(name: str) -> str:
    """Clean a filename as Discord does: only letters, digits, dots, dashes and underscores."""
    return re.sub(r"[^\w.\-]", "", name.replace(" ", "_")) or "unknown"


def _kept(message: Message, body: Json) -> list[Attachment]:
    if body.get("attachments") is None:
        return [] if "attachments" in body else list(message.attachments)
    ids = {str(one.get("id")) for one in body["attachments"]}
    return [one for one in message.attachments if str(one.id) in ids]


def _fill(message: Message, shape: Shape, world: World) -> None:
    """Set embeds, components and poll, with numbers on components and addresses on files."""
    urls = {f"attachment://{a.filename}": world.cdn.sign(a) for a in message.attachments}
    message.embeds = [_embed(embed, urls) for embed in shape.embeds]
    message.components = [_point(component, urls) for component in shape.components]
    taken = {one.get("id") for one in walk(message.components)}
    number = 0
    for one in walk(message.components):
        if not one.get("id"):
            number += 1
            while number in taken:
                number += 1
            one["id"] = number
    if shape.poll and message.poll is None:
        message.poll = _poll(shape.poll, world.now())


def _embed(embed: Json, urls: dict[str, str]) -> Json:
    return {"type": "rich"} | _point(embed, urls)


def _point(node: Json, urls: dict[str, str]) -> Json:
    """Copy a tree, with ``attachment://`` addresses turned into real ones."""
    copy: Json = {}
    for key, value in node.items():
        if isinstance(value, dict):
            copy[key] = _point(value, urls)
        elif isinstance(value, list):
            copy[key] = [_point(one, urls) if isinstance(one, dict) else one for one in value]
        elif key == "url" and isinstance(value, str):
            copy[key] = urls.get(value, value)
            copy.setdefault("proxy_url", copy[key]) if value in urls else None
        elif value is not None:
            copy[key] = value
    return copy


def _poll(poll: Json, now: float) -> Json:
    hours = int(poll.get("duration") or 24)
    answers = [
        {"answer_id": index, "poll_media": one["poll_media"]}
        for index, one in enumerate(poll["answers"], start=1)
    ]
    return {
        "question": poll["question"],
        "answers": answers,
        "expiry": iso(now + hours * 3600),
        "allow_multiselect": bool(poll.get("allow_multiselect")),
        "layout_type": 1,
        "results": {"is_finalized": False, "answer_counts": []},
    }


def _mention(
    message: Message, allowed: Json | None, answered: Message | None, *, pings: bool = True
) -> None:
    text = mentions.spoken(message.content, message.components)
    found = mentions.find(text, message.channel, message.author, allowed, answered)
    message.mentions, message.mention_roles = found.users, found.roles
    message.mention_everyone = found.everyone
    if not pings:
        return
    heard = found.pinged if message.seen_by is None else found.pinged & {message.seen_by}
    message.pinged = frozenset(heard)


def _shelve(world: World, message: Message) -> None:
    channel = message.channel
    if message.seen_by is not None:
        channel.whispered_to(message.seen_by).add(message)
        return
    channel.shelf.add(message)
    channel.last_message_id = message.id
    state = channel.thread
    if state is not None:
        state.total_sent += 1
        if not message.author.webhook:
            channel.thread_members.setdefault(message.author.id, world.now())
