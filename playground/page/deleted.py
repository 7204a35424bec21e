"""Deleted messages, for those who want to see them all the same."""

from bisect import insort
from collections import defaultdict

from playground.server import Channel, Happening, Message, World

KEPT = 200
"""Deleted messages that are remembered for each channel; the oldest are forgotten."""
_CHANNEL_ENDS = ("CHANNEL_DELETE", "THREAD_DELETE")


class Deleted:
    """Remembers what was deleted; nobody's ephemeral messages.

    Args:
        world: whose messages; call ``close`` when nobody looks any more.
    """

    def __init__(self, world: World) -> None:
        self._bus = world.bus
        self._by_channel: defaultdict[int, list[Message]] = defaultdict(list)
        self._bus.listen(self._hear)

    def close(self) -> None:
        """Remember nothing from now on."""
        self._bus.ignore(self._hear)

    def between(self, channel: Channel, low: int, high: int) -> list[Message]:
        """Return what was deleted in a channel with ids over ``low`` and under ``high``."""
        return [one for one in self._by_channel.get(channel.id, ()) if low < one.id < high]

    def _hear(self, happening: Happening) -> None:
        if happening.channel is None:
            return
        if happening.kind in _CHANNEL_ENDS:
            self._by_channel.pop(happening.channel.id, None)
        elif happening.kind == "MESSAGE_DELETE" and happening.message and not happening.whispered:
            self._keep(happening.message)
        for one in happening.messages:
            self._keep(one)

    def _keep(self, message: Message) -> None:
        kept = self._by_channel[message.channel.id]
        insort(kept, message, key=lambda one: one.id)
        del kept[:-KEPT]
