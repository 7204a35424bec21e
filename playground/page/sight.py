"""Who sees what: asked wherever something is told."""

from playground.server import Channel, May, Person
from playground.server.permissions import can


def visible(viewer: Person, channel: Channel) -> bool:
    """Tell whether somebody sees a channel, thread or direct message at all."""
    return can(viewer.user, channel, May.VIEW_CHANNEL)


def reads_past(viewer: Person, channel: Channel) -> bool:
    """Tell whether somebody sees what was said in a channel before they came."""
    return can(viewer.user, channel, May.VIEW_CHANNEL | May.READ_MESSAGE_HISTORY)
