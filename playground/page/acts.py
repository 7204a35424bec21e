"""What the page can ask for, by name; each is done by the rules of the local Discord."""

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from playground.page import backstage, company, reading, threads, view
from playground.page.asked import MalformedError, flag, key, number, record, text, texts
from playground.page.messages import MessageView
from playground.page.reading import channel_of as _channel
from playground.page.reading import message_of as _message
from playground.server import Exchange
from playground.server.exchange import Modal, find_component
from playground.server.nouns import Role, User
from playground.server.options import Value, offered
from playground.server.rules_commands import (
    ATTACHMENT,
    CHANNEL,
    MENTIONABLE,
    ROLE,
    USER,
)
from playground.server.rules_components import SELECTS
from playground.server.rules_modals import UPLOAD
from playground.server.shapes import Json

if TYPE_CHECKING:
    from playground.page.seat import Seat

_log = logging.getLogger(__name__)
_Act = Callable[["Seat", Json], Awaitable[Any]]


def sentence(error: Exception) -> str:
    """Return what an error tells people."""
    return str(error.args[0]) if error.args else str(error)


# --- looking --------------------------------------------------------------------------------------


async def _hello(seat: "Seat", asked: Json) -> Json:
    """Sit down as somebody, or as the first of all; tell everything but messages."""
    world = seat.local.world
    known = {one["id"]: one for one in view.people(world)}
    if not known:
        raise LookupError("There is nobody here whom one could be.")
    wanted = str(asked.get("as"))
    seat.sit(company.person_of(seat, int(wanted if wanted in known else next(iter(known)))))
    return {
        "me": known[str(seat.person().id)],
        "people": list(known.values()),
        "places": view.places(world, seat.person(), seat.page.reads),
        "bot": {
            "id": str(world.bot.id),
            "name": world.bot.display_name,
            "backstage": seat.page.backstage is not None,
            **seat.page.bot_state,
        },
    }


async def _commands(seat: "Seat", asked: Json) -> list[Json]:
    """The commands and menus that this person is offered here."""
    found = offered(seat.local.world, _channel(seat, asked), seat.person().user)
    return [one.body | {"id": str(one.id)} for one in found]


# --- writing --------------------------------------------------------------------------------------


async def _say(seat: "Seat", asked: Json) -> str:
    channel = _channel(seat, asked)
    reply_to = _message(seat, {**asked, "message": asked["reply"]}) if asked.get("reply") else None
    files = [seat.page.files.taken(one) for one in texts(asked, "files")]
    said = await seat.person().say(channel, text(asked, "text"), files=files, reply_to=reply_to)
    return str(said.id)


async def _edit(seat: "Seat", asked: Json) -> None:
    await seat.person().edit(_message(seat, asked), text(asked, "text"))


async def _delete(seat: "Seat", asked: Json) -> None:
    await seat.person().delete(_message(seat, asked))


async def _react(seat: "Seat", asked: Json) -> None:
    me = seat.person()
    act = me.react if flag(asked, "on") else me.unreact
    await act(_message(seat, asked), text(asked, "emoji"))


async def _typing(seat: "Seat", asked: Json) -> None:
    await seat.person().typing(_channel(seat, asked))


# --- asking the bot -------------------------------------------------------------------------------


def _value(seat: "Seat", kind: object, given: Json) -> Value:
    """Turn what the page sent for an option into the thing that it means.

    Raises:
        ValueError: it has another shape than options of this kind.
        LookupError: there is no such thing (any more).
    """
    value = given.get("value")
    if kind == ATTACHMENT:
        return seat.page.files.taken(text(given, "value"))
    if kind == CHANNEL:
        return _channel(seat, {"channel": value})
    if kind in (USER, ROLE, MENTIONABLE):
        return somebody(seat, number(value), users=kind != ROLE, roles=kind != USER)
    # Whether an option takes it is seen when the command is used.
    return value if isinstance(value, bool | int | float) else text(given, "value")


def somebody(seat: "Seat", id_: int, *, users: bool, roles: bool) -> User | Role:
    """Return a user or a role of any server.

    Raises:
        LookupError: there is none.
    """
    world = seat.local.world
    if users and id_ in world.users:
        return world.users[id_]
    found = (one.roles[id_] for one in world.guilds.values() if roles and id_ in one.roles)
    thing = next(found, None)
    if thing is None:
        raise LookupError("Nobody of that name is here.")
    return thing


def _options(seat: "Seat", asked: Json) -> dict[str, Value]:
    """Read options: ``{name: {"type": kind, "value": …}}``."""
    told = record(asked, "options")
    given = {name: record(told, name) for name in told}
    return {name: _value(seat, one.get("type"), one) for name, one in given.items()}


_AS_OPTION: dict[int | None, int] = {
    5: USER,
    6: ROLE,
    7: MENTIONABLE,
    8: CHANNEL,
    UPLOAD: ATTACHMENT,
}
"""Kinds of components whose values are things, and the kind of option that means the same."""


def _came(seat: "Seat", exchange: Exchange) -> Json:
    """Tell what came of an interaction, once the bot has answered."""
    modal = exchange.modal
    message = exchange.message
    return {
        "modal": None if modal is None else _form(seat, exchange, modal),
        "message": None if message is None else str(message.id),
    }


def _form(seat: "Seat", exchange: Exchange, modal: Modal) -> Json:
    view_of_it = MessageView(seat.local.world, seat.page.files, seat.person())
    written = view_of_it.write_form(modal.body, exchange.interaction.channel)
    return written | {"key": seat.page.forms.keep(exchange)}


async def _slash(seat: "Seat", asked: Json) -> Json:
    channel, path = _channel(seat, asked), _path(asked)
    return _came(seat, await seat.person().slash(channel, path, **_options(seat, asked)))


async def _complete(seat: "Seat", asked: Json) -> list[Json]:
    channel, path, option = _channel(seat, asked), _path(asked), text(asked, "option")
    given = {name: one for name, one in _options(seat, asked).items() if name != option}
    found = await seat.person().autocomplete(channel, path, option, text(asked, "typed"), **given)
    return [{"name": one.name, "value": one.value} for one in found]


def _path(asked: Json) -> str:
    """Read which command is meant, such as ``story open``."""
    path = " ".join(text(asked, "command").split())
    if not path:
        raise LookupError("Which command?")
    return path


async def _menu(seat: "Seat", asked: Json) -> Json:
    return _came(seat, await seat.person().menu(_message(seat, asked), text(asked, "name")))


async def _menu_on(seat: "Seat", asked: Json) -> Json:
    user = company.user_of(seat, key(asked, "person"))
    channel = _channel(seat, asked)
    return _came(seat, await seat.person().menu_on(channel, user, text(asked, "name")))


async def _press(seat: "Seat", asked: Json) -> Json:
    return _came(seat, await seat.person().click(_message(seat, asked), text(asked, "id")))


async def _choose(seat: "Seat", asked: Json) -> Json:
    message, id_ = _message(seat, asked), text(asked, "id")
    kind = find_component(message, id_, SELECTS)["type"]
    picks = [_chosen(seat, kind, one) for one in texts(asked, "values")]
    return _came(seat, await seat.person().choose(message, id_, picks))


async def _submit(seat: "Seat", asked: Json) -> Json:
    exchange = seat.page.forms.find(text(asked, "key"), seat.person())
    kinds = {one.custom_id: one.kind for one in exchange.modal.fields} if exchange.modal else {}
    given = record(asked, "values")
    values = {name: _filled(seat, kinds.get(name), given, name) for name in given}
    return _came(seat, await seat.person().submit(exchange, values))


def _filled(seat: "Seat", kind: int | None, given: Json, name: str) -> Any:  # noqa: ANN401 - see Filled
    """Turn what the page sent for a field of a form into what it means."""
    if isinstance(given[name], list):
        return [_chosen(seat, kind, one) for one in texts(given, name)]
    return given[name] if isinstance(given[name], bool) else text(given, name)


def _chosen(seat: "Seat", kind: int | None, value: str) -> Any:  # noqa: ANN401 - see Pick
    """Turn one value of a select or an upload into what it means."""
    return _value(seat, _AS_OPTION.get(kind), {"value": value})


ACTS: dict[str, _Act] = {
    "hello": _hello,
    "open": reading.open_,
    "older": reading.older,
    "newer": reading.newer,
    "around": reading.around,
    "commands": _commands,
    "say": _say,
    "edit": _edit,
    "delete": _delete,
    "react": _react,
    "typing": _typing,
    "slash": _slash,
    "complete": _complete,
    "menu": _menu,
    "menu_on": _menu_on,
    "press": _press,
    "choose": _choose,
    "submit": _submit,
    "add_person": company.add_person,
    "set_roles": company.set_roles,
    "set_dms": company.set_dms,
    "join": company.join,
    "leave": company.leave,
    "dm": company.dm,
    "read": company.read,
    "thread": threads.thread,
    "post": threads.post,
    "archive": threads.archive,
    **backstage.ACTS,
}


async def carry_out(seat: "Seat", act: object, asked: Json) -> Any:  # noqa: ANN401 - JSON of any shape
    """Do what a page asks for.

    Args:
        seat: in whose name.
        act: one of ``ACTS``.
        asked: what the act is to know.

    Returns:
        The answer, as JSON.

    Raises:
        ValueError: the request has another shape than its act takes, among other reasons.
        ApiError, InteractionFailed, LookupError: it cannot be done; why not stands in the error.
    """
    done = ACTS.get(act) if isinstance(act, str) else None
    if done is None:
        raise MalformedError
    try:
        return await done(seat, asked)
    except (KeyError, TypeError, AttributeError) as error:
        # A page of another version, or a mistake of ours: it is told, and the seat lives on.
        _log.exception("a request of the page was not understood")
        raise MalformedError from error
