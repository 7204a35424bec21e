"""Fills in a modal as a person does, refusing what Discord's client refuses."""

from typing import TYPE_CHECKING, TypeAlias

from playground.server.channel import Channel
from playground.server.exchange import Field, InteractionFailed, Modal
from playground.server.nouns import Role, User
from playground.server.options import FileSpec, Resolved
from playground.server.rules_components import ROW, SELECTS, STRING_SELECT, TEXT, TEXT_INPUT
from playground.server.rules_modals import CHECKBOX, CHECKBOXES, LABEL, MAX_INPUT, RADIO, UPLOAD
from playground.server.shapes import Json

if TYPE_CHECKING:
    from playground.server.people import Person

Pick: TypeAlias = "str | Person | User | Role | Channel"
"""What can be chosen in a select: an option's value (or label), or a thing."""

Filled: TypeAlias = "str | bool | list[Pick] | list[FileSpec]"
"""What a person may put into a field of a modal."""


def fill(modal: Modal, values: dict[str, Filled], resolved: Resolved, viewer: User) -> list[Json]:
    """Write a filled modal as the interaction carries it.

    Args:
        modal: the form.
        values: by label or custom id.
        resolved: where to note what choices point at.
        viewer: who fills it in.

    Raises:
        InteractionFailed: an unknown field, a required one missing, or a text of wrong length.
    """
    names = {name for field in modal.fields for name in (field.label, field.custom_id)}
    unknown = [name for name in values if name not in names]
    if unknown:
        raise InteractionFailed(f"The form has no {unknown[0]!r}, only {sorted(names)}")
    filled = {field.custom_id: _fill_one(field, values, resolved, viewer) for field in modal.fields}
    written: list[Json] = []
    for part in modal.body["components"]:
        number = {"id": part.get("id", 0), "type": part["type"]}
        if part["type"] == LABEL:
            written.append(number | {"component": filled[part["component"]["custom_id"]]})
        elif part["type"] == ROW:
            inside = [filled[one["custom_id"]] for one in part["components"]]
            written.append(number | {"components": inside})
        elif part["type"] == TEXT:
            written.append(number)
    return written


def _fill_one(field: Field, values: dict[str, Filled], resolved: Resolved, viewer: User) -> Json:
    given = values.get(field.custom_id, values.get(field.label))
    body: Json = {
        "type": field.kind,
        "custom_id": field.custom_id,
        "id": field.body.get("id", 0),
    }
    if field.kind == TEXT_INPUT:
        body["value"] = _text(field, field.value if given is None else given)
    elif field.kind == CHECKBOX:
        body["value"] = bool(field.body.get("default") if given is None else given)
    elif field.kind == RADIO:
        body["value"] = _one_of(field, given) if given else None
        if field.required and body["value"] is None:
            raise InteractionFailed(f"{field.label!r} is required")
    else:
        body["values"] = _several(field, given, resolved, viewer)
    return body


def _text(field: Field, value: object) -> str:
    text = str(value)
    if not text and not field.required:
        return text
    least = field.body.get("min_length") or (1 if field.required else 0)
    most = field.body.get("max_length") or MAX_INPUT
    if not least <= len(text) <= most:
        raise InteractionFailed(f"{field.label!r} must have {least} to {most} characters")
    return text


def _one_of(field: Field, value: object) -> str:
    offered = field.body.get("options") or []
    for key in ("value", "label"):  # one option's label may be another one's value
        for option in offered:
            if value == option[key]:
                return str(option["value"])
    raise InteractionFailed(f"{field.label!r} does not offer {value!r}")


def _several(field: Field, given: "Filled | None", resolved: Resolved, viewer: User) -> list[str]:
    picks = [] if given is None else given if isinstance(given, list) else [given]
    least, most = span(field.body, 1 if field.required else 0)
    if (picks or field.required) and not least <= len(picks) <= most:
        raise InteractionFailed(f"{field.label!r} takes {least} to {most} values")
    return [_pick(field, one, resolved, viewer) for one in picks]


def span(body: Json, least: int = 1) -> tuple[int, int]:
    """Return how many values a select, group or upload takes; null stands for the default."""
    offered = len(body.get("options") or []) if body["type"] == CHECKBOXES else 1
    told = body.get("min_values"), body.get("max_values")
    return (least if told[0] is None else told[0], offered if told[1] is None else told[1])


def _pick(field: Field, one: object, resolved: Resolved, viewer: User) -> str:
    if field.kind in (CHECKBOXES, STRING_SELECT):
        return _one_of(field, one)
    if field.kind == UPLOAD and isinstance(one, tuple):
        return resolved.file(one)
    if field.kind in SELECTS:
        return pick(one, resolved, viewer)
    raise InteractionFailed(f"{field.label!r} does not take {one!r}")


def pick(one: object, resolved: Resolved, viewer: User) -> str:
    """Note a thing chosen in a user, role or channel select and return its id."""
    thing = getattr(one, "user", one)
    if isinstance(thing, User):
        return resolved.user(thing)
    if isinstance(thing, Role):
        return resolved.role(thing)
    if isinstance(thing, Channel):
        return resolved.channel(thing, viewer)
    raise InteractionFailed(f"{one!r} cannot be chosen here")
