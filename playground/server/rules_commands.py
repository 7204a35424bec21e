"""What Discord refuses in an application command.

Source: https://discord.com/developers/docs/interactions/application-commands
"""

import re

from playground.server.errors import Faults
from playground.server.shapes import Json

SLASH, USER_MENU, MESSAGE_MENU = 1, 2, 3
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN = 1, 2, 3, 4, 5
USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = 6, 7, 8, 9, 10, 11
MAX_OPTIONS = 25
MAX_SLASH, MAX_MENUS = 100, 15
"""Commands in one scope: slash commands, and context menus of each type."""
MAX_TOTAL = 8000
_NAME = re.compile(r"^[-_'\w]{1,32}$")
_KINDS = range(1, 12)


def check_commands(commands: list[Json]) -> None:
    """Refuse a set of commands for one scope.

    Raises:
        ApiError: 50035, with what is wrong where.
    """
    faults = Faults()
    seen: set[tuple[int, str]] = set()
    for index, command in enumerate(commands):
        check_command(command, str(index), faults)
        key = (command.get("type") or SLASH, command.get("name") or "")
        if key in seen:
            code = "APPLICATION_COMMANDS_DUPLICATE_NAME"
            faults.add(str(index), code, "Application command names must be unique")
        seen.add(key)
    for kind, most in ((SLASH, MAX_SLASH), (USER_MENU, MAX_MENUS), (MESSAGE_MENU, MAX_MENUS)):
        if sum(1 for one, _ in seen if one == kind) > most:
            faults.add("", "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
    faults.refuse_if_any()


def check_command(command: Json, where: str, faults: Faults) -> None:
    """Note what is wrong with one command."""
    spot = f"{where}." if where else ""
    name, kind = command.get("name"), command.get("type") or SLASH
    if kind == SLASH:
        _check_name(name, f"{spot}name", faults)
        faults.between(f"{spot}description", command.get("description"), 1, 100)
        _check_options(command.get("options") or [], f"{spot}options", faults, depth=0)
        if _size(command) > MAX_TOTAL:
            faults.add(spot, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")
        return
    faults.between(f"{spot}name", name, 1, 32)
    if command.get("description"):
        faults.add(f"{spot}description", "APPLICATION_COMMAND_DESCRIPTION_EMPTY", "Must be empty")
    if command.get("options"):
        faults.add(f"{spot}options", "APPLICATION_COMMAND_OPTIONS_EMPTY", "Must be empty")


def _check_name(name: object, where: str, faults: Faults) -> None:
    if not isinstance(name, str) or not _NAME.match(name) or name != name.lower():
        faults.add(where, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_options(options: list[Json], where: str, faults: Faults, *, depth: int) -> None:
    if len(options) > MAX_OPTIONS:
        faults.between(where, options, 0, MAX_OPTIONS)
    names: set[str] = set()
    optional_seen = False
    for index, option in enumerate(options):
        spot = f"{where}.{index}"
        _check_option(option, spot, faults, depth=depth)
        if option.get("name") in names:
            code = "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS"
            faults.add(f"{spot}.name", code, "Option name already exists")
        names.add(option.get("name") or "")
        if option.get("required") and optional_seen:
            code = "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"
            faults.add(spot, code, "Required options must be placed before non-required options")
        optional_seen = optional_seen or not option.get("required")
    kinds = {option.get("type") in (SUBCOMMAND, GROUP) for option in options}
    if len(kinds) > 1:
        code = "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"
        faults.add(
            where,
            code,
            "Sub-command and sub-command group option types are mutually "
            "exclusive to all other types",
        )


def _check_option(option: Json, where: str, faults: Faults, *, depth: int) -> None:
    kind = option.get("type")
    _check_name(option.get("name"), f"{where}.name", faults)
    faults.between(f"{where}.description", option.get("description"), 1, 100)
    if kind not in _KINDS:
        faults.add(f"{where}.type", "BASE_TYPE_CHOICES", "Value must be from 1 to 11.")
    elif kind in (SUBCOMMAND, GROUP):
        if depth > 1 or (kind == GROUP and depth > 0):
            code = "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"
            faults.add(f"{where}.type", code, "Sub-commands cannot be nested so deep")
        _check_options(option.get("options") or [], f"{where}.options", faults, depth=depth + 1)
    else:
        _check_choices(option, where, faults)


def _check_choices(option: Json, where: str, faults: Faults) -> None:
    choices = option.get("choices") or []
    if len(choices) > MAX_OPTIONS:
        faults.between(f"{where}.choices", choices, 0, MAX_OPTIONS)
    for index, choice in enumerate(choices):
        faults.between(f"{where}.choices.{index}.name", choice.get("name"), 1, 100)
        if option.get("type") == STRING:
            faults.between(f"{where}.choices.{index}.value", choice.get("value"), 1, 100)
    if choices and option.get("autocomplete"):
        code = "APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES"
        faults.add(where, code, "Cannot have both autocomplete and choices")


def _size(node: Json) -> int:
    own = len(node.get("name") or "") + len(node.get("description") or "")
    own += sum(
        len(str(c.get("name"))) + len(str(c.get("value"))) for c in node.get("choices") or []
    )
    return own + sum(_size(option) for option in node.get("options") or [])
