"""What the page can ask for about threads and forum posts."""

from typing import TYPE_CHECKING

from playground.page.asked import flag, number, text, texts
from playground.page.reading import channel_of, message_of
from playground.server.shapes import Json

if TYPE_CHECKING:
    from playground.page.seat import Seat


def _name(asked: Json) -> str:
    name = " ".join(text(asked, "name").split())
    if not name:
        raise ValueError("It needs a name.")
    return name


async def thread(seat: "Seat", asked: Json) -> str:
    """Open a thread on a message, or without one in a channel; answer with its id."""
    place = message_of(seat, asked) if asked.get("message") else channel_of(seat, asked)
    private = asked.get("private") is True
    made = await seat.person().open_thread(place, _name(asked), private=private)
    return str(made.id)


async def post(seat: "Seat", asked: Json) -> str:
    """Begin a post in a forum with its first message; answer with its id."""
    forum, name = channel_of(seat, asked), _name(asked)
    tags = [number(one) for one in texts(asked, "tags")]
    files = [seat.page.files.taken(one) for one in texts(asked, "files")]
    said = text(asked, "text")
    if not said.strip() and not files:
        raise ValueError("It needs a first message.")
    made = await seat.person().post(forum, name, said, files=files, tags=tags)
    return str(made.id)


async def archive(seat: "Seat", asked: Json) -> None:
    """Archive a thread, or open it again."""
    me, place = seat.person(), channel_of(seat, asked)
    await (me.archive if flag(asked, "on") else me.reopen)(place)
