"""What the page can ask for, by name; each is done by the rules of the local Discord."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from playground.page import view
from playground.server import Channel, Exchange, Message, Person
from playground.server.rules_commands import (
    ATTACHMENT,
    CHANNEL,
    MENTIONABLE,
    ROLE,
    USER,
)
from playground.server.shapes import Json

if TYPE_CHECKING:
    from playground.page.seat import Seat

PAGE_OF_MESSAGES = 50
_Act = Callable[["Seat", Json], Awaitable[Any]]


def sentence(error: Exception) -> str:
    """Return what an error tells people."""
    return str(error.args[0]) if error.args else str(error)


def _channel(seat: "Seat", asked: Json) -> Channel:
    found = seat.local.world.channels.get(int(asked["channel"]))
    if found is None or not view.visible(seat.person(), found):
        raise LookupError("That channel is gone, or you may not see it.")
    return found


def _message(seat: "Seat", asked: Json) -> Message:
    channel = _channel(seat, asked)
    key = int(asked["message"])
    whispered = channel.whispers.get(key)
    found = whispered if whispered and whispered.seen_by == seat.person().id else None
    found = found or channel.shelf.get(key)
    if found is None:
        raise LookupError("That message is gone.")
    return found


def _person(seat: "Seat", key: str) -> Person:
    user = seat.local.world.users.get(int(key))
    if user is None or user.bot:
        raise LookupError("Nobody of that name is here.")
    return Person(seat.local.world, user)


# --- looking --------------------------------------------------------------------------------------


async def _hello(seat: "Seat", asked: Json) -> Json:
    """Sit down as somebody, or as the first of all; tell everything but messages."""
    world = seat.local.world
    known = {one["id"]: one for one in view.people(world)}
    if not known:
        raise LookupError("There is nobody here whom one could be.")
    key = str(asked.get("as"))
    seat.sit(_person(seat, key if key in known else next(iter(known))))
    return {
        "me": known[str(seat.person().id)],
        "people": view.people(world),
        "places": view.places(world, seat.person()),
        "bot": {"id": str(world.bot.id), "ready": seat.local.ready},
    }


async def _open(seat: "Seat", asked: Json) -> Json:
    return _page(seat, _channel(seat, asked), None)


async def _older(seat: "Seat", asked: Json) -> Json:
    return _page(seat, _channel(seat, asked), int(asked["before"]))


def _page(seat: "Seat", channel: Channel, before: int | None) -> Json:
    seen = seat.person().sees(channel)
    if before is not None:
        seen = [one for one in seen if one.id < before]
    return {
        "messages": [seat.write(one) for one in seen[-PAGE_OF_MESSAGES:]],
        "more": len(seen) > PAGE_OF_MESSAGES,
    }


async def _commands(seat: "Seat", asked: Json) -> list[Json]:
    """The commands and menus that are offered here."""
    channel = _channel(seat, asked)
    scope = channel.guild.id if channel.guild else None
    found = seat.local.world.commands.values()
    return [one.body | {"id": str(one.id)} for one in found if one.guild_id in (None, scope)]


# --- writing --------------------------------------------------------------------------------------


async def _say(seat: "Seat", asked: Json) -> str:
    channel = _channel(seat, asked)
    reply_to = _message(seat, {**asked, "message": asked["reply"]}) if asked.get("reply") else None
    files = [seat.page.files.taken(key) for key in asked.get("files") or []]
    said = await seat.person().say(channel, asked["text"], files=files, reply_to=reply_to)
    return str(said.id)


async def _edit(seat: "Seat", asked: Json) -> None:
    await seat.person().edit(_message(seat, asked), asked["text"])


async def _delete(seat: "Seat", asked: Json) -> None:
    await seat.person().delete(_message(seat, asked))


async def _react(seat: "Seat", asked: Json) -> None:
    me = seat.person()
    act = me.react if asked["on"] else me.unreact
    await act(_message(seat, asked), asked["emoji"])


async def _typing(seat: "Seat", asked: Json) -> None:
    await seat.person().typing(_channel(seat, asked))


# --- asking the bot -------------------------------------------------------------------------------


def _value(seat: "Seat", kind: int, value: Any) -> Any:  # noqa: ANN401 - as many kinds as options have
    """Turn what the page sent for an option into the thing that it means."""
    world = seat.local.world
    if kind == ATTACHMENT:
        return seat.page.files.taken(value)
    if kind == CHANNEL:
        return _channel(seat, {"channel": value})
    if kind in (USER, ROLE, MENTIONABLE):
        user = world.users.get(int(value))
        roles = [r for g in world.guilds.values() for r in g.roles.values() if r.id == int(value)]
        thing = user if user is not None and kind != ROLE else next(iter(roles), None)
        if thing is None:
            raise LookupError("Nobody of that name is here.")
        return thing
    return value


def _options(seat: "Seat", asked: Json) -> dict[str, Any]:
    """Read options: ``{name: {"type": kind, "value": …}}``."""
    told = asked.get("options") or {}
    return {name: _value(seat, one["type"], one["value"]) for name, one in told.items()}


def _came(seat: "Seat", exchange: Exchange) -> Json:
    """Tell what came of an interaction, once the bot has answered."""
    modal = exchange.modal
    message = exchange.message
    return {
        "modal": None if modal is None else modal.body | {"key": seat.keep_form(exchange)},
        "message": None if message is None else str(message.id),
    }


async def _slash(seat: "Seat", asked: Json) -> Json:
    given = _options(seat, asked)
    return _came(seat, await seat.person().slash(_channel(seat, asked), asked["command"], **given))


async def _complete(seat: "Seat", asked: Json) -> list[Json]:
    given = {k: v for k, v in _options(seat, asked).items() if k != asked["option"]}
    found = await seat.person().autocomplete(
        _channel(seat, asked), asked["command"], asked["option"], asked["typed"], **given
    )
    return [{"name": one.name, "value": one.value} for one in found]


async def _menu(seat: "Seat", asked: Json) -> Json:
    return _came(seat, await seat.person().menu(_message(seat, asked), asked["name"]))


async def _press(seat: "Seat", asked: Json) -> Json:
    return _came(seat, await seat.person().click(_message(seat, asked), asked["id"]))


async def _choose(seat: "Seat", asked: Json) -> Json:
    message = _message(seat, asked)
    return _came(seat, await seat.person().choose(message, asked["id"], asked["values"]))


async def _submit(seat: "Seat", asked: Json) -> Json:
    exchange = seat.form(asked["key"])
    return _came(seat, await seat.person().submit(exchange, asked["values"]))


# --- people ---------------------------------------------------------------------------------------


async def _add_person(seat: "Seat", asked: Json) -> str:
    name = " ".join(str(asked["name"]).split())
    if not 1 <= len(name) <= 32:  # noqa: PLR2004 - Discord's limit of a display name
        raise ValueError("A name has 1 to 32 characters.")
    guild = next(iter(seat.local.world.guilds.values()))
    return str(seat.local.add_person(name, guild).id)


async def _set_roles(seat: "Seat", asked: Json) -> None:
    person = _person(seat, asked["person"])
    guild = next(iter(seat.local.world.guilds.values()))
    wanted = {int(one) for one in asked["roles"]}
    for role in guild.roles.values():
        has = role.id in guild.members[person.id].roles
        if role.id == guild.id or role.managed or has == (role.id in wanted):
            continue
        (guild.take if has else guild.give)(person, role)


ACTS: dict[str, _Act] = {
    "hello": _hello,
    "open": _open,
    "older": _older,
    "commands": _commands,
    "say": _say,
    "edit": _edit,
    "delete": _delete,
    "react": _react,
    "typing": _typing,
    "slash": _slash,
    "complete": _complete,
    "menu": _menu,
    "press": _press,
    "choose": _choose,
    "submit": _submit,
    "add_person": _add_person,
    "set_roles": _set_roles,
}
