"""A message as one person sees it, as the page's JSON."""

import json
from typing import Any

from playground.page.embeds import embed_json
from playground.page.files import Files
from playground.page.markdown import Names, excerpt, jumbo, parse
from playground.page.pictures import size
from playground.page.sight import visible
from playground.page.view import said_in
from playground.server import Attachment, Channel, Happening, May, Message, Person, World
from playground.server.message import PINNED, THREAD_CREATED, THREAD_STARTER, emoji_text
from playground.server.permissions import in_channel, sending
from playground.server.shapes import Json
from playground.server.snowflakes import made_at

_TEXT_DISPLAY = 10
_SLASH = 1


class Desk:
    """Writes what happens to messages: once for each person, however many panes they look at.

    Args:
        world: where it happens.
        files: gives the page's addresses of files.
    """

    def __init__(self, world: World, files: Files) -> None:
        self._world = world
        self._files = files
        self._happening: Happening | None = None
        self._texts: dict[tuple[int, int], str] = {}

    def write(self, messages: list[Message], viewer: Person) -> list[Json]:
        """Write messages for one person."""
        view = MessageView(self._world, self._files, viewer)
        return [view.write(one) for one in messages]

    def event(self, happening: Happening, message: Message, viewer: Person) -> str:
        """Write the event that a message came or changed."""
        if happening is not self._happening:
            self._happening = happening
            self._texts.clear()
        key = (viewer.id, message.id)
        if key not in self._texts:
            view = MessageView(self._world, self._files, viewer)
            written = view.write(message)
            if happening.kind == "MESSAGE_UPDATE":
                written["excerpt"] = excerpt(message, self._world, viewer)
            body = {
                "on": "message",
                "channel": str(message.channel.id),
                "message": written,
                "new": happening.kind == "MESSAGE_CREATE" and message is happening.message,
            }
            self._texts[key] = json.dumps(body)
        return self._texts[key]


class MessageView:
    """Writes messages for one person, for the moment: what they may do is looked up once.

    Args:
        world: where they stand.
        files: gives the page's addresses of files.
        viewer: who looks.
    """

    def __init__(self, world: World, files: Files, viewer: Person) -> None:
        self._world = world
        self._files = files
        self._viewer = viewer
        self._bits: dict[int, int] = {}

    def write(self, message: Message) -> Json:
        """Write a message."""
        everyone = message.mention_everyone
        names = Names(self._world, message.channel, self._viewer, everyone=everyone)
        return {
            "id": str(message.id),
            "channel": str(message.channel.id),
            "kind": message.kind,
            "author": self._author(message),
            "at": made_at(message.id),
            "edited": message.edited_at,
            "raw": message.content,
            "text": jumbo(parse(message.content, names)),
            "embeds": [embed_json(one, names, self._files.address) for one in message.embeds],
            "components": [self._component(one, names) for one in message.components],
            "attachments": [self._attachment(one) for one in message.attachments],
            "stickers": [{"id": str(one.id), "name": one.name} for one in message.stickers],
            "reactions": self._reactions(message),
            "reply": self._reply(message),
            "cause": _cause(message),
            "ephemeral": message.ephemeral,
            "loading": message.loading,
            "deleted": message.deleted,
            "pinned": message.pinned,
            "system": self._system(message),
            "pinged": self._viewer.id in message.pinged,
            "thread": self._thread(message.started_thread),
            "can": self._can(message),
            "jump": message.jump_url,
        }

    def write_form(self, modal: Json, channel: Channel) -> Json:
        """Write a form that the bot shows to somebody in a channel."""
        names = Names(self._world, channel, self._viewer)
        return modal | {"components": [self._component(one, names) for one in modal["components"]]}

    def _author(self, message: Message) -> Json:
        author = message.author
        return {
            "id": str(author.id),
            "name": message.author_name,
            "bot": author.bot,
            "webhook": author.webhook,
            "avatar": self._files.address(message.avatar),
        }

    def _may(self, channel: Channel, needed: int) -> bool:
        if channel.id not in self._bits:
            self._bits[channel.id] = in_channel(self._viewer.user, channel)
        return self._bits[channel.id] & needed == needed

    def _can(self, message: Message) -> Json:
        """Write what the viewer may do with a message."""
        channel, own = message.channel, message.author is self._viewer.user
        if message.deleted:
            return dict.fromkeys(("edit", "delete", "react", "reply", "thread"), False)
        if message.ephemeral:
            return {"edit": False, "delete": True, "react": False, "reply": False, "thread": False}
        hangs = channel.kind == Channel.TEXT and message.started_thread is None
        plain = not message.system
        return {
            "edit": own and plain and not channel.archived,
            "delete": (own and plain) or self._may(channel, May.MANAGE_MESSAGES),
            "react": self._may(channel, May.ADD_REACTIONS) and not channel.archived,
            "reply": plain and self._may(channel, sending(channel)),
            "thread": plain and hangs and self._may(channel, May.CREATE_PUBLIC_THREADS),
        }

    def _system(self, message: Message) -> Json | None:
        """Write what one of Discord's own messages tells."""
        about = message.reference or {}
        place = self._world.channels.get(int(about.get("channel_id") or 0))
        if message.kind == PINNED:
            return {"kind": "pin", "message": about.get("message_id")}
        if message.kind == THREAD_CREATED:
            thread = self._thread(place)
            return {"kind": "thread", "name": message.content, "thread": thread and thread["id"]}
        if message.kind != THREAD_STARTER:
            return None
        first = message.referenced
        gone = first is None or first.deleted or not visible(self._viewer, first.channel)
        return {"kind": "start", "first": None if gone or first is None else self.write(first)}

    def _attachment(self, attachment: Attachment) -> Json:
        width, height = size(attachment.data) or (None, None)
        return {
            "id": str(attachment.id),
            "name": attachment.filename,
            "size": attachment.size,
            "type": attachment.content_type,
            "description": attachment.description,
            "url": self._files.address(self._world.cdn.sign(attachment)),
            "width": width,
            "height": height,
        }

    def _reactions(self, message: Message) -> list[Json]:
        guild = message.channel.guild
        there = guild.members if guild else {}
        return [
            {
                "emoji": one.emoji["name"],
                "key": emoji_text(one.emoji),
                "count": one.count,
                "me": self._viewer.id in one.users,
                "names": [there.get(user.id, user).display_name for user in one.users.values()],
            }
            for one in message.reactions.values()
        ]

    def _reply(self, message: Message) -> Json | None:
        reference = message.reference
        if reference is None or message.system or reference.get("message_id") is None:
            return None
        answered = message.referenced
        if answered is None or answered.deleted:
            return {"id": reference["message_id"], "gone": True}
        return {
            "id": str(answered.id),
            "gone": False,
            "author": self._author(answered),
            "text": excerpt(answered, self._world, self._viewer),
            "files": bool(answered.attachments),
        }

    def _thread(self, thread: Channel | None) -> Json | None:
        if thread is None or thread.deleted or not visible(self._viewer, thread):
            return None
        last = thread.shelf.last()
        return {
            "id": str(thread.id),
            "name": thread.name,
            "count": said_in(thread),
            "archived": thread.archived,
            "last": None if last is None else {"name": last.author_name, "at": made_at(last.id)},
        }

    def _component(self, component: Json, names: Names) -> Json:
        """Copy a component, its texts parsed and its media at addresses of the page."""
        copy: Json = self._media(component)
        if component["type"] == _TEXT_DISPLAY:
            copy["text"] = parse(component["content"], names)
        if "components" in component:
            copy["components"] = [self._component(one, names) for one in component["components"]]
        for part in ("accessory", "component"):
            if component.get(part):
                copy[part] = self._component(component[part], names)
        return copy

    def _media(self, node: Any) -> Any:  # noqa: ANN401 - JSON of any shape
        """Copy a tree with each address of a file as one of the page's own; None if foreign."""
        if isinstance(node, dict):
            return {key: self._media(value) for key, value in node.items()}
        if isinstance(node, list):
            return [self._media(one) for one in node]
        if isinstance(node, str) and node.startswith(self._world.cdn.base):
            return self._files.address(node)
        return node


def _cause(message: Message) -> Json | None:
    """Write whose command a message answers: directly, or through a form that came of it."""
    told = message.interaction or {}
    told = told.get("triggering_interaction_metadata") or told
    if "name" not in told:
        return None
    user = told["user"]
    slash = told["command_type"] == _SLASH
    return {
        "id": user["id"],
        "name": user["global_name"],
        "command": f"/{told['name']}" if slash else told["name"],
    }
