"""What the page can ask for about what stands in a channel: always a bounded part of it."""

from typing import TYPE_CHECKING

from playground.page.asked import key
from playground.page.sight import reads_past, visible
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
    if found is None or not visible(seat.person(), found):
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
            return _told(seat, channel, found, more=bool(me.reads(channel, 1, before=first)))
    found = me.reads(channel, PAGE + 1)
    return _told(seat, channel, found[-PAGE:], more=len(found) > PAGE)


async def older(seat: "Seat", asked: Json) -> Json:
    """Tell those before an id."""
    channel, end = channel_of(seat, asked), key(asked, "before")
    found = seat.person().reads(channel, PAGE + 1, before=end)
    return _told(seat, channel, found[-PAGE:], more=len(found) > PAGE, below=end)


async def newer(seat: "Seat", asked: Json) -> Json:
    """Tell those after an id."""
    channel, start = channel_of(seat, asked), key(asked, "after")
    found = seat.person().reads(channel, PAGE + 1, after=start)
    return _told(seat, channel, found[:PAGE], newer=len(found) > PAGE, above=start)


async def around(seat: "Seat", asked: Json) -> Json:
    """Tell a message with its neighbours."""
    channel, me = channel_of(seat, asked), seat.person()
    middle, half = message_of(seat, asked).id, PAGE // 2
    before = me.reads(channel, half + 1, before=middle)
    after = me.reads(channel, half + 2, after=middle - 1)
    found = [*before[-half:], *after[: half + 1]]
    return _told(seat, channel, found, more=len(before) > half, newer=len(after) > half + 1)


def _told(  # noqa: PLR0913 - where the part ends, on both sides
    seat: "Seat",
    channel: Channel,
    found: list[Message],
    *,
    more: bool = False,
    newer: bool = False,
    above: int = 0,
    below: int = _EVER,
) -> Json:
    """Write a part of a channel, with what was deleted inside it.

    Args:
        seat: who looks.
        channel: where.
        found: the messages, oldest first.
        more: there are older ones that were not asked for yet.
        newer: there are newer ones that were not asked for yet.
        above: the id after which the part was asked for.
        below: the id before which it was.
    """
    low = found[0].id if more else above
    high = found[-1].id if newer else below
    gone = (
        seat.page.deleted.between(channel, low, high) if reads_past(seat.person(), channel) else []
    )
    return {
        "messages": seat.write(found),
        "deleted": seat.write(gone),
        "more": more,
        "newer": newer,
    }
