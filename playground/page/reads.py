"""What each person has read, and which direct messages they opened: an account's own state."""

from playground.server import Channel, Message, Person
from playground.server.snowflakes import Snowflakes

MOST = 99
"""Unread messages of a channel are counted up to here."""


class Reads:
    """Remembers how far people have read; all that stood before the page began counts as read.

    Args:
        ids: the world's, of which the next one is the page's beginning.
    """

    def __init__(self, ids: Snowflakes) -> None:
        self._since = ids.next()
        self._read: dict[tuple[int, int], int] = {}
        self._opened: set[tuple[int, int]] = set()

    def read(self, reader: Person, channel: Channel, message_id: int) -> None:
        """Note that somebody has read a channel up to a message."""
        key = (reader.id, channel.id)
        self._read[key] = max(message_id, self._read.get(key, 0))

    def unread(self, reader: Person, channel: Channel) -> tuple[int, int]:
        """Count what others wrote in a channel since: all, and what was meant for this person."""
        since = max(self._since, self._read.get((reader.id, channel.id), 0))
        fresh = [one for one in channel.shelf.after(since, MOST) if one.author is not reader.user]
        return len(fresh), sum(_is_for(reader, one) for one in fresh)

    def open(self, reader: Person, channel: Channel) -> None:
        """Show somebody a direct message channel in which nothing was written yet."""
        self._opened.add((reader.id, channel.id))

    def shows(self, reader: Person, channel: Channel) -> bool:
        """Tell whether a direct message channel is among somebody's."""
        if reader.id not in channel.recipients:
            return False
        return len(channel.shelf) > 0 or (reader.id, channel.id) in self._opened


def _is_for(reader: Person, message: Message) -> bool:
    return message.channel.guild is None or reader.id in message.pinged
