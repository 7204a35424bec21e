"""What lies between the world and the gateway: events can be held back and doubled here."""

from collections.abc import Callable

from playground.server.channel import Channel
from playground.server.happenings import Bus, Happening

Copies = Callable[[Happening], int]
"""Says how many times the gateway shall send an event; 1 is as usual."""


class Delivery:
    """Hands happenings on to the gateway: in order, at once and one time, unless told otherwise.

    Args:
        bus: where they come from.
        forward: where they go.
    """

    def __init__(self, bus: Bus, forward: Callable[[Happening], None]) -> None:
        self.copies: list[Copies] = []
        self._forward = forward
        self._held: dict[int, list[Happening]] = {}
        bus.listen(self._take)

    def hold(self, channel: Channel) -> None:
        """Hold back what happens in a channel, so that it comes after what happens elsewhere."""
        self._held.setdefault(channel.id, [])

    def release(self, channel: Channel) -> None:
        """Hand on what was held back, in its own order."""
        for happening in self._held.pop(channel.id, []):
            self._send(happening)

    def _take(self, happening: Happening) -> None:
        place = happening.channel
        held = None if place is None else self._held.get(place.id)
        if held is None:
            self._send(happening)
        else:
            held.append(happening)

    def _send(self, happening: Happening) -> None:
        times = 1
        for ask in self.copies:
            times = max(times, ask(happening))
        for _ in range(times):
            self._forward(happening)
