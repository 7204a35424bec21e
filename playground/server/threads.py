"""The opening and closing of threads and forum posts, whoever does it."""

from dataclasses import dataclass, field

from playground.server import errors, posting
from playground.server.channel import Channel, ThreadState
from playground.server.message import Message
from playground.server.nouns import Upload, User
from playground.server.permissions import May, can, require
from playground.server.posting import Draft
from playground.server.rules_messages import MAX_CONTENT
from playground.server.shapes import Json
from playground.server.world import World

ARCHIVE_MINUTES = (60, 1440, 4320, 10080)
"""After how many quiet minutes a thread can be archived."""


@dataclass(slots=True)
class Opening:
    """A thread about to be opened, beyond what its request body says.

    Attributes:
        opener: who opens it.
        body: ``name``, ``auto_archive_duration``, and for posts ``message`` and ``applied_tags``.
        files: those of a post's first message.
        limit: how many characters that message may have.
    """

    opener: User
    body: Json
    files: dict[int, Upload] = field(default_factory=dict)
    limit: int = MAX_CONTENT


def open_on(world: World, channel: Channel, message_id: int, opening: Opening) -> Channel:
    """Open a thread on a message.

    Raises:
        ApiError: 50001, 50013, 10008, 160004 if it has one, 50024 inside a thread, 50035,
            160006 if too many are open.
    """
    _parent(channel, opening.opener, May.CREATE_PUBLIC_THREADS)
    message = posting.find(channel, message_id)
    if message.id in world.channels:
        raise errors.ApiError(400, 160004, "A thread has already been created for this message")
    return _open(world, channel, Channel.PUBLIC_THREAD, opening, on=message)


def open_in(world: World, channel: Channel, kind: int, opening: Opening) -> Channel:
    """Open a thread without a message, public or private.

    Raises:
        ApiError: 50001, 50013, 50024 inside a thread, 50035, 160006 if too many are open.
    """
    private = kind == Channel.PRIVATE_THREAD
    needed = May.CREATE_PRIVATE_THREADS if private else May.CREATE_PUBLIC_THREADS
    _parent(channel, opening.opener, needed)
    return _open(world, channel, kind, opening)


def post_in(world: World, forum: Channel, opening: Opening) -> tuple[Channel, Message]:
    """Open a post in a forum, with its first message.

    Raises:
        ApiError: 50001, 50013, 50035, 160006 if too many are open, and what ``posting.post``
            refuses; there is no post then.
    """
    require(opening.opener, forum, May.SEND_MESSAGES)
    if opening.files:
        require(opening.opener, forum, May.ATTACH_FILES)
    if not opening.body.get("message"):
        raise errors.invalid("message", "BASE_TYPE_REQUIRED", "This field is required")
    thread = _open(world, forum, Channel.PUBLIC_THREAD, opening)
    draft = Draft(opening.opener, opening.body["message"], opening.files, limit=opening.limit)
    try:
        return thread, posting.post(world, thread, draft)
    except errors.ApiError:
        world.remove_channel(thread)
        raise


def close(thread: Channel, closer: User, *, archived: bool) -> None:
    """Archive a thread, or open it again.

    Raises:
        ApiError: 50024 if it is none, 50001, or 50013: its owner may archive it, and whoever may
            write in it may open it again, unless it is locked.
    """
    require(closer, thread)
    state = thread.thread
    if state is None:
        raise errors.wrong_channel_kind()
    writes = can(closer, thread, May.SEND_MESSAGES_IN_THREADS)
    may = not state.locked and (state.owner_id == closer.id if archived else writes)
    if not may:
        require(closer, thread, May.MANAGE_THREADS)
    (thread.archive if archived else thread.unarchive)()


def _parent(channel: Channel, opener: User, needed: int) -> None:
    require(opener, channel)
    if channel.kind != Channel.TEXT:
        raise errors.wrong_channel_kind()
    require(opener, channel, needed)


def _open(
    world: World, parent: Channel, kind: int, opening: Opening, on: Message | None = None
) -> Channel:
    body, opener = opening.body, opening.opener
    _check(body)
    _refuse_too_many(parent)
    now = world.now()
    state = ThreadState(opener.id, body.get("auto_archive_duration") or 4320, now, now)
    if parent.kind == Channel.FORUM:
        state.applied_tags = [int(tag) for tag in body.get("applied_tags") or []]
    return world.add_thread(parent, body["name"], kind, opener.id, on=on, state=state)


def _check(body: Json) -> None:
    faults = errors.Faults()
    faults.between("name", body.get("name"), 1, 100)
    if body.get("auto_archive_duration", 60) not in (*ARCHIVE_MINUTES, None):
        faults.add("auto_archive_duration", "BASE_TYPE_CHOICES", f"One of {ARCHIVE_MINUTES}.")
    faults.refuse_if_any()


def _refuse_too_many(parent: Channel) -> None:
    guild = parent.guild
    if guild is None:
        return
    if sum(not one.archived for one in guild.threads.values()) >= guild.max_active_threads:
        raise errors.ApiError(400, 160006, "Maximum number of active threads reached")
