"""Discord's Markdown for one person of the page: mentions bear the names which that one sees."""

from playground.markdown import Node, jumbo, parse, plain
from playground.page.sight import visible
from playground.server import Channel, Message, Person, World

__all__ = ["Names", "Node", "excerpt", "jumbo", "parse", "plain"]

EXCERPT = 160
"""Characters of a message that are shown where something points at it."""


class Names:
    """Knows what mentions stand for.

    Args:
        world: where people, channels and roles are.
        channel: where the text stands.
        viewer: who reads it; channels that they do not see have no name.
        everyone: whether ``@everyone`` is a mention here, and not just words.
    """

    def __init__(
        self, world: World, channel: Channel, viewer: Person, *, everyone: bool = True
    ) -> None:
        self.everyone = everyone
        self._world = world
        self._guild = channel.guild
        self._viewer = viewer

    def user(self, key: int) -> str | None:
        """Return somebody's name in the server."""
        member = self._guild.members.get(key) if self._guild else None
        user = self._world.users.get(key)
        return member.display_name if member else user.display_name if user else None

    def role(self, key: int) -> str | None:
        """Return a role's name."""
        role = self._guild.roles.get(key) if self._guild else None
        return role.name.removeprefix("@") if role else None

    def channel(self, key: int) -> str | None:
        """Return the name of a channel or thread that the reader sees."""
        channel = self._world.channels.get(key)
        seen = channel is not None and not channel.deleted and visible(self._viewer, channel)
        return channel.name if channel and seen else None


def excerpt(message: Message, world: World, viewer: Person) -> str:
    """Return the beginning of a message on one line, its spoilers covered.

    Args:
        message: such as one that was answered, or the first of a forum's post.
        world: where it stands.
        viewer: who reads it.
    """
    names = Names(world, message.channel, viewer)
    return " ".join(plain(parse(message.text, names)).split())[:EXCERPT]
