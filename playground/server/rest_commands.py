"""Routes about application commands, global and of one server."""

from playground.server import errors
from playground.server.portal import Command
from playground.server.routes import Call, table
from playground.server.rules_commands import SLASH, check_command, check_commands
from playground.server.shapes import Answer, Json

_GLOBAL = "/applications/{application_id}/commands"
_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"


def _scope(call: Call) -> int | None:
    """Return the server whose commands these are, None for global ones.

    Raises:
        ApiError: 50001 for another application, 10004.
    """
    if call.params["application_id"] != str(call.world.bot.id):
        raise errors.missing_access()
    return call.guild().id if "guild_id" in call.params else None


def _of(call: Call, scope: int | None) -> list[Command]:
    return [one for one in call.world.commands.values() if one.guild_id == scope]


def _written(call: Call, command: Command) -> Json:
    body: Json = {
        "id": str(command.id),
        "application_id": str(call.world.bot.id),
        "version": str(command.id),
        "type": SLASH,
        "description": "",
        "default_member_permissions": None,
        "nsfw": False,
        "options": [],
        "name_localizations": None,
        "description_localizations": None,
        "contexts": None,
        "integration_types": [0],
    }
    body |= {key: value for key, value in command.body.items() if value is not None}
    if command.guild_id is not None:
        body["guild_id"] = str(command.guild_id)
    return body


def _enter(call: Call, scope: int | None, body: Json) -> Command:
    """Register a command; one of the same type and name is replaced under its old id."""
    key = (body.get("type") or SLASH, body["name"])
    for known in _of(call, scope):
        if (known.body.get("type") or SLASH, known.body["name"]) == key:
            known.body = body
            return known
    made = Command(call.world.ids.next(), scope, body)
    call.world.commands[made.id] = made
    return made


def _synced(call: Call) -> None:
    call.world.commands_synced = True
    call.world.bus.stir()


@table.add("GET", _GLOBAL)
@table.add("GET", _GUILD)
def every(call: Call) -> Answer:
    """Answer with all commands of a scope."""
    return 200, [_written(call, one) for one in _of(call, _scope(call))]


@table.add("PUT", _GLOBAL)
@table.add("PUT", _GUILD)
def overwrite(call: Call) -> Answer:
    """Replace all commands of a scope.

    Raises:
        ApiError: 50035.
    """
    scope = _scope(call)
    check_commands(call.items)
    kept = {_enter(call, scope, body).id for body in call.items}
    for known in _of(call, scope):
        if known.id not in kept:
            del call.world.commands[known.id]
    _synced(call)
    return 200, [_written(call, one) for one in _of(call, scope)]


@table.add("POST", _GLOBAL)
@table.add("POST", _GUILD)
def create(call: Call) -> Answer:
    """Register one command.

    Raises:
        ApiError: 50035.
    """
    scope, faults = _scope(call), errors.Faults()
    check_command(call.body, "", faults)
    faults.refuse_if_any()
    before = len(call.world.commands)
    made = _enter(call, scope, call.body)
    _synced(call)
    return (201 if len(call.world.commands) > before else 200), _written(call, made)


def _command(call: Call) -> Command:
    scope, found = _scope(call), call.world.commands.get(call.number("command_id"))
    if found is None or found.guild_id != scope:
        raise errors.unknown("application command")
    return found


@table.add("GET", _GLOBAL + "/{command_id}")
@table.add("GET", _GUILD + "/{command_id}")
def one(call: Call) -> Answer:
    """Answer with one command."""
    return 200, _written(call, _command(call))


@table.add("PATCH", _GLOBAL + "/{command_id}")
@table.add("PATCH", _GUILD + "/{command_id}")
def change(call: Call) -> Answer:
    """Change one command.

    Raises:
        ApiError: 10063 or 50035.
    """
    found, faults = _command(call), errors.Faults()
    body = found.body | call.body
    check_command(body, "", faults)
    faults.refuse_if_any()
    found.body = body
    return 200, _written(call, found)


@table.add("DELETE", _GLOBAL + "/{command_id}")
@table.add("DELETE", _GUILD + "/{command_id}")
def remove(call: Call) -> Answer:
    """Take one command away."""
    del call.world.commands[_command(call).id]
    return 204, None
