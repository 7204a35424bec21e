"""Turns what a person types into a command's options, refusing what Discord's client refuses."""

import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

from playground.server import payloads, rules_commands
from playground.server.channel import Channel
from playground.server.exchange import InteractionFailed
from playground.server.guild import Guild
from playground.server.nouns import Attachment, Member, Role, Upload, User
from playground.server.permissions import May, can, in_channel, in_guild
from playground.server.portal import Command
from playground.server.shapes import Json
from playground.server.world import World

if TYPE_CHECKING:
    from playground.server.people import Person

FileSpec: TypeAlias = tuple[str, bytes, str]
"""A file: its name, its bytes, its content type."""

Value: TypeAlias = "str | int | float | bool | Person | User | Member | Channel | Role | FileSpec"
"""What a person may put into an option."""

DEEPEST = rules_commands.GROUP
"""Options up to this type hold further options."""

_SCALARS = {
    rules_commands.STRING: (str,),
    rules_commands.INTEGER: (int,),
    rules_commands.BOOLEAN: (bool,),
    rules_commands.NUMBER: (int, float),
}


class Resolved:
    """Collects the things that options point at, for the interaction's ``resolved``."""

    def __init__(self, world: World, channel: Channel) -> None:
        self._world = world
        self._channel = channel
        self.body: Json = {}

    def user(self, user: User) -> str:
        """Note a user (and member) and return the id."""
        key = str(user.id)
        self.body.setdefault("users", {})[key] = payloads.user_json(user)
        guild = self._channel.guild
        if guild is not None and user.id in guild.members:
            member = guild.members[user.id]
            written = payloads.member_json(member, with_user=False)
            written["permissions"] = str(in_channel(user, self._channel))
            self.body.setdefault("members", {})[key] = written
        return key

    def role(self, role: Role) -> str:
        """Note a role and return the id."""
        key = str(role.id)
        self.body.setdefault("roles", {})[key] = payloads.role_json(role, self._world)
        return key

    def channel(self, channel: Channel, viewer: User) -> str:
        """Note a channel and return the id."""
        key = str(channel.id)
        written = payloads.channel_json(channel)
        written["permissions"] = str(in_channel(viewer, channel))
        self.body.setdefault("channels", {})[key] = written
        return key

    def file(self, spec: FileSpec) -> str:
        """Upload a file and return its id."""
        upload = Upload(spec[0], spec[1], spec[2])
        attachment: Attachment = self._world.attach(upload, self._channel)
        attachment.ephemeral = True
        key = str(attachment.id)
        written = payloads.attachment_json(attachment, self._world)
        self.body.setdefault("attachments", {})[key] = written
        return key


def find_command(world: World, channel: Channel, user: User, kind: int, name: str) -> Command:
    """Return the command that a person would be offered here.

    Raises:
        InteractionFailed: there is none, or this person may not use it.
    """
    guild = channel.guild
    scope = guild.id if guild else None
    found = [
        one
        for one in world.commands.values()
        if one.body["name"] == name
        and (one.body.get("type") or rules_commands.SLASH) == kind
        and one.guild_id in (None, scope)
    ]
    if not found:
        raise InteractionFailed(f"There is no command {name!r} here")
    command = max(found, key=lambda one: one.guild_id is not None)
    _check_context(command, channel)
    if guild is not None:
        _check_permission(command, guild, user)
    return command


def offered(world: World, channel: Channel, user: User) -> list[Command]:
    """Return the slash commands and menus that a person is offered here, as registered."""
    if not can(user, channel, May.USE_APPLICATION_COMMANDS):
        return []
    found: dict[tuple[int, str], Command] = {}
    for one in world.commands.values():
        key = (one.body.get("type") or rules_commands.SLASH, one.body["name"])
        with contextlib.suppress(InteractionFailed):
            found.setdefault(key, find_command(world, channel, user, *key))
    return list(found.values())


def _check_context(command: Command, channel: Channel) -> None:
    contexts, in_dm = command.body.get("contexts"), channel.guild is None
    allowed = contexts is None or (1 if in_dm else 0) in contexts
    if not allowed or (in_dm and command.body.get("dm_permission") is False):
        raise InteractionFailed(f"{command.body['name']!r} is not offered here")


def _check_permission(command: Command, guild: Guild, user: User) -> None:
    needed = command.body.get("default_member_permissions")
    if needed is None:
        return
    member = guild.members.get(user.id)
    bits = in_guild(member) if member is not None else 0
    if bits & int(needed) != int(needed) or (int(needed) == 0 and user.id != guild.owner_id):
        raise InteractionFailed(f"{user.display_name} may not use {command.body['name']!r}")


def descend(command: Command, steps: list[str]) -> tuple[list[Json], list[Json]]:
    """Follow the names of subcommands.

    Returns:
        The subcommands on the way, and the options at its end.

    Raises:
        InteractionFailed: there is no such subcommand, or one is missing.
    """
    options: list[Json] = command.body.get("options") or []
    way: list[Json] = []
    for step in steps:
        groups = (rules_commands.SUBCOMMAND, rules_commands.GROUP)
        found = [one for one in options if one["name"] == step and one["type"] in groups]
        if not found:
            raise InteractionFailed(f"There is no subcommand {step!r}")
        way.append(found[0])
        options = found[0].get("options") or []
    if any(one["type"] in (rules_commands.SUBCOMMAND, rules_commands.GROUP) for one in options):
        raise InteractionFailed("A subcommand is missing")
    return way, options


def wrap(way: list[Json], filled: list[Json]) -> list[Json]:
    """Put filled options under their subcommands, as the interaction carries them."""
    for step in reversed(way):
        filled = [{"name": step["name"], "type": step["type"], "options": filled}]
    return filled


def fill(
    specs: list[Json],
    given: dict[str, Value],
    resolved: Resolved,
    viewer: User,
    *,
    partial: bool = False,
) -> list[Json]:
    """Write the options that a person gave.

    Args:
        specs: the command's options.
        given: values by option name.
        resolved: where to note what they point at.
        viewer: who gives them.
        partial: required ones may be missing yet (autocompletion).

    Raises:
        InteractionFailed: what Discord's client would refuse.
    """
    known = {spec["name"]: spec for spec in specs}
    unknown = [name for name in given if name not in known]
    if unknown:
        raise InteractionFailed(f"There is no option {unknown[0]!r}, only {sorted(known)}")
    missing = [s["name"] for s in specs if s.get("required") and s["name"] not in given]
    if missing and not partial:
        raise InteractionFailed(f"The option {missing[0]!r} is required")
    return [
        {
            "name": spec["name"],
            "type": spec["type"],
            "value": _value(spec, given[spec["name"]], resolved, viewer),
        }
        for spec in specs
        if spec["name"] in given
    ]


def _value(spec: Json, value: Value, resolved: Resolved, viewer: User) -> str | int | float:
    kind = spec["type"]
    if kind in _SCALARS:
        return _scalar(spec, value)
    if kind == rules_commands.ATTACHMENT and isinstance(value, tuple):
        return resolved.file(value)
    if kind == rules_commands.CHANNEL and isinstance(value, Channel):
        kinds: Iterable[int] = spec.get("channel_types") or (value.kind,)
        if value.kind not in kinds:
            raise InteractionFailed(f"{spec['name']!r} takes another kind of channel")
        return resolved.channel(value, viewer)
    if kind in (rules_commands.ROLE, rules_commands.MENTIONABLE) and isinstance(value, Role):
        return resolved.role(value)
    if kind in (rules_commands.USER, rules_commands.MENTIONABLE):
        user = getattr(value, "user", value)
        if isinstance(user, User):
            return resolved.user(user)
    raise InteractionFailed(f"{spec['name']!r} does not take {value!r}")


def _scalar(spec: Json, value: Value) -> str | int | float:
    name, kind = spec["name"], spec["type"]
    wrong_bool = isinstance(value, bool) and kind != rules_commands.BOOLEAN
    if not isinstance(value, (str, int, float)) or not isinstance(value, _SCALARS[kind]):
        raise InteractionFailed(f"{name!r} does not take {value!r}")
    if wrong_bool:
        raise InteractionFailed(f"{name!r} does not take {value!r}")
    choices = {choice["value"] for choice in spec.get("choices") or []}
    if choices and value not in choices:
        raise InteractionFailed(f"{name!r} is one of {sorted(choices, key=str)}")
    size = len(value) if isinstance(value, str) else value
    unit = "length" if isinstance(value, str) else "value"
    least, most = spec.get(f"min_{unit}"), spec.get(f"max_{unit}")
    if unit == "length":
        most = 6000 if most is None else most
        if "\n" in str(value):
            raise InteractionFailed(f"{name!r} holds no line breaks")
    if (least is not None and size < least) or (most is not None and size > most):
        raise InteractionFailed(f"{name!r} must have a {unit} from {least} to {most}")
    return value
