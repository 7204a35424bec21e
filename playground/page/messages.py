"""A message as one person sees it, as the page's JSON."""

from typing import Any

from playground.page.files import Files
from playground.page.markdown import Names, parse
from playground.server import Attachment, Channel, Message, Person, World
from playground.server.shapes import Json
from playground.server.snowflakes import made_at

_TEXT_DISPLAY = 10


class MessageView:
    """Writes messages for one person.

    Args:
        world: where they stand.
        files: gives the page's addresses of files.
        viewer: who looks.
    """

    def __init__(self, world: World, files: Files, viewer: Person) -> None:
        self._world = world
        self._files = files
        self._viewer = viewer

    def write(self, message: Message) -> Json:
        """Write a message."""
        names = Names(self._world, message.channel)
        return {
            "id": str(message.id),
            "channel": str(message.channel.id),
            "kind": message.kind,
            "author": self._author(message),
            "at": made_at(message.id),
            "edited": message.edited_at,
            "raw": message.content,
            "text": parse(message.content, names),
            "embeds": [self._media(_parsed(one, names, _EMBED_TEXTS)) for one in message.embeds],
            "components": [self._component(one, names) for one in message.components],
            "attachments": [self._attachment(one) for one in message.attachments],
            "stickers": [{"id": str(one.id), "name": one.name} for one in message.stickers],
            "reactions": self._reactions(message),
            "reply": self._reply(message),
            "cause": _cause(message),
            "ephemeral": message.ephemeral,
            "loading": message.loading,
            "system": message.system,
            "pinged": self._viewer.id in message.pinged,
            "thread": _thread(message.started_thread),
        }

    def _author(self, message: Message) -> Json:
        author = message.author
        return {
            "id": str(author.id),
            "name": message.author_name,
            "bot": author.bot,
            "webhook": author.webhook,
            "avatar": self._files.address(message.avatar),
        }

    def _attachment(self, attachment: Attachment) -> Json:
        return {
            "id": str(attachment.id),
            "name": attachment.filename,
            "size": attachment.size,
            "type": attachment.content_type,
            "description": attachment.description,
            "url": self._files.address(self._world.cdn.sign(attachment)),
        }

    def _reactions(self, message: Message) -> list[Json]:
        return [
            {
                "emoji": one.emoji["name"],
                "count": one.count,
                "me": self._viewer.id in one.users,
                "names": [user.display_name for user in one.users.values()],
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
            "name": answered.author_name,
            "excerpt": " ".join(answered.text.split())[:120],
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


_EMBED_TEXTS = ("title", "description")


def _parsed(embed: Json, names: Names, texts: tuple[str, ...]) -> Json:
    copy = dict(embed)
    for key in texts:
        if embed.get(key):
            copy[key] = parse(embed[key], names)
    copy["fields"] = [
        one | {"name": parse(one["name"], names), "value": parse(one["value"], names)}
        for one in embed.get("fields") or []
    ]
    return copy


def _cause(message: Message) -> Json | None:
    """Write whose command a message answers."""
    told = message.interaction
    if told is None or "name" not in told:
        return None
    user = told["user"]
    return {"id": user["id"], "name": user["global_name"], "command": told["name"]}


def _thread(thread: Channel | None) -> Json | None:
    if thread is None or thread.deleted:
        return None
    return {"id": str(thread.id), "name": thread.name, "count": len(thread.shelf)}
