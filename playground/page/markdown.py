"""Discord's Markdown for one person of the page: mentions bear the names which that one sees."""

from playground.markdown import Node, jumbo, parse, plain
from playground.page import view
from playground.server import Channel, Person, World

__all__ = ["Names", "Node", "jumbo", "parse", "plain"]


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
        seen = channel is not None and not channel.deleted and view.visible(self._viewer, channel)
        return channel.name if channel and seen else None
