"""What the page can ask for about people: who they are, what they may, whether they are here."""

from typing import TYPE_CHECKING

from playground.page.asked import flag, key, number, text, texts
from playground.page.reading import channel_of
from playground.server import Guild, Person, User
from playground.server.shapes import Json

if TYPE_CHECKING:
    from playground.page.seat import Seat

MAX_NAME = 32
"""Characters of a display name, as on Discord."""
_JOINER = "\u200d"
"""Joins several emoji into one; alone it is not seen."""


def user_of(seat: "Seat", id_: int) -> User:
    """Return somebody: a person or the bot.

    Raises:
        LookupError: there is nobody of that id.
    """
    user = seat.local.world.users.get(id_)
    if user is None or user.webhook:
        raise LookupError("Nobody of that name is here.")
    return user


def person_of(seat: "Seat", id_: int) -> Person:
    """Return a person, not the bot.

    Raises:
        LookupError: there is nobody of that id whom one can be.
    """
    user = user_of(seat, id_)
    if user.bot:
        raise LookupError("Nobody of that name is here.")
    return Person(seat.local.world, user)


def _guild(seat: "Seat", asked: Json) -> Guild:
    """The server that is meant: by default the first."""
    guilds = seat.local.world.guilds
    id_ = key(asked, "guild") if asked.get("guild") else next(iter(guilds), 0)
    if id_ not in guilds:
        raise LookupError("That server is gone.")
    return guilds[id_]


def _member(seat: "Seat", asked: Json) -> tuple[Guild, Person]:
    guild, person = _guild(seat, asked), person_of(seat, key(asked, "person"))
    if person.id not in guild.members:
        raise LookupError(f"{person.name} is not in {guild.name}.")
    return guild, person


async def add_person(seat: "Seat", asked: Json) -> str:
    """Let somebody new join a server; answer with their id."""
    name = " ".join(text(asked, "name").split())
    if name and not (name.replace(_JOINER, "").isprintable() and name.strip(_JOINER)):
        raise ValueError("A name is made of characters that one sees.")
    if not 1 <= len(name) <= MAX_NAME:
        raise ValueError(f"A name has 1 to {MAX_NAME} characters.")
    taken = {one.display_name.casefold() for one in seat.local.world.users.values()}
    if name.casefold() in taken:
        raise ValueError(f"There is already somebody called {name}.")
    return str(seat.local.add_person(name, _guild(seat, asked)).id)


async def set_roles(seat: "Seat", asked: Json) -> None:
    """Give somebody these roles and no others; those that belong to bots stay as they are."""
    guild, person = _member(seat, asked)
    wanted = {number(one) for one in texts(asked, "roles")}
    for role in guild.roles.values():
        has = role.id in guild.members[person.id].roles
        if role.id == guild.id or role.managed or has == (role.id in wanted):
            continue
        (guild.take if has else guild.give)(person, role)


async def set_dms(seat: "Seat", asked: Json) -> None:
    """Let the bot write to somebody, or not."""
    person_of(seat, key(asked, "person")).dms_open = flag(asked, "open")
    seat.page.places_changed()


async def join(seat: "Seat", asked: Json) -> None:
    """Let somebody who left come back to a server."""
    guild, person = _guild(seat, asked), person_of(seat, key(asked, "person"))
    if person.id in guild.members:
        raise ValueError(f"{person.name} is in {guild.name} already.")
    guild.join(person)


async def leave(seat: "Seat", asked: Json) -> None:
    """Let somebody leave a server."""
    guild, person = _member(seat, asked)
    if person.id == guild.owner_id:
        raise ValueError("Whoever owns a server cannot leave it.")
    guild.leave(person)


async def dm(seat: "Seat", asked: Json) -> str:
    """Open direct messages with somebody, the bot too; answer with the channel's id."""
    me, other = seat.person(), user_of(seat, key(asked, "person"))
    if other.id == me.id:
        raise ValueError("Nobody writes to themselves here.")
    channel = seat.local.world.dm(me.user, other)
    seat.page.reads.open(me, channel)
    seat.page.places_changed()
    return str(channel.id)


async def read(seat: "Seat", asked: Json) -> None:
    """Note that whoever sits here has read a channel up to a message; their other panes hear it."""
    channel, message = channel_of(seat, asked), key(asked, "message")
    seat.page.reads.read(seat.person(), channel, message)
    seat.page.tell_person(seat.person(), "read", channel=str(channel.id), message=str(message))
