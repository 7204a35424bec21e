"""What the page can ask for about what stands in a channel: always a bounded part of it."""

from typing import TYPE_CHECKING

from playground.page import view
from playground.page.asked import key
from playground.server import Channel, Message
from playground.server.shapes import Json

if TYPE_CHECKING:
    from playground.page.seat import Seat

PAGE = 50
"""Messages that are told at once."""
MOST = 400
"""Messages that a pane gets back which comes again after a break."""
_EVER = 1 << 63


def channel_of(seat: "Seat", asked: Json) -> Channel:
    """Return the channel that is meant.

    Raises:
        LookupError: it is gone, or hidden from who sits there.
    """
    found = seat.local.world.channels.get(key(asked, "channel"))
    if found is None or not view.visible(seat.person(), found):
        raise LookupError("That channel is gone, or you may not see it.")
    return found


def message_of(seat: "Seat", asked: Json) -> Message:
    """Return the message that is meant.

    Raises:
        LookupError: it is gone, or hidden from who sits there.
    """
    channel = channel_of(seat, asked)
    id_ = key(asked, "message")
    found = channel.shelf.get(id_) or channel.whispered_to(seat.person().id).get(id_)
    if found is None:
        raise LookupError("That message is gone.")
    return found


async def open_(seat: "Seat", asked: Json) -> Json:
    """Tell the newest; with ``since`` at least those from that id on, unless it is very many."""
    channel, me = channel_of(seat, asked), seat.person()
    if asked.get("since"):
        first = key(asked, "since")
        found = me.reads(channel, MOST + 1, after=first - 1)
        if PAGE < len(found) <= MOST:
            older = bool(me.reads(channel, 1, before=first))
            return _told(seat, channel, found, (older, False))
    found = me.reads(channel, PAGE + 1)
    return _told(seat, channel, found[-PAGE:], (len(found) > PAGE, False))


async def older(seat: "Seat", asked: Json) -> Json:
    """Tell those before an id."""
    channel, end = channel_of(seat, asked), key(asked, "before")
    found = seat.person().reads(channel, PAGE + 1, before=end)
    return _told(seat, channel, found[-PAGE:], (len(found) > PAGE, True), (0, end))


async def newer(seat: "Seat", asked: Json) -> Json:
    """Tell those after an id."""
    channel, start = channel_of(seat, asked), key(asked, "after")
    found = seat.person().reads(channel, PAGE + 1, after=start)
    return _told(seat, channel, found[:PAGE], (True, len(found) > PAGE), (start, _EVER))


async def around(seat: "Seat", asked: Json) -> Json:
    """Tell a message with its neighbours."""
    channel, me = channel_of(seat, asked), seat.person()
    middle = message_of(seat, asked).id
    before = me.reads(channel, PAGE // 2 + 1, before=middle)
    after = me.reads(channel, PAGE // 2 + 2, after=middle - 1)
    more, later = len(before) > PAGE // 2, len(after) > PAGE // 2 + 1
    found = [*before[-(PAGE // 2) :], *after[: PAGE // 2 + 1]]
    return _told(seat, channel, found, (more, later))


def _told(
    seat: "Seat",
    channel: Channel,
    found: list[Message],
    beyond: tuple[bool, bool],
    ends: tuple[int, int] = (0, _EVER),
) -> Json:
    """Write a part of a channel, with what was deleted inside it.

    Args:
        seat: who looks.
        channel: where.
        found: the messages, oldest first.
        beyond: whether there are older ones, and newer ones.
        ends: the ids between which the part was asked for.
    """
    low = found[0].id if beyond[0] and found else ends[0]
    high = found[-1].id if beyond[1] and found else ends[1]
    return {
        "messages": seat.write(found),
        "deleted": seat.write(seat.page.deleted.between(channel, low, high)),
        "more": beyond[0],
        "newer": beyond[1],
    }
