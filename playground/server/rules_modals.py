"""What Discord refuses in a modal.

Source: https://discord.com/developers/docs/interactions/receiving-and-responding
"""

from playground.server.errors import Faults
from playground.server.message import walk
from playground.server.rules_components import (
    ROW,
    SELECTS,
    TEXT,
    TEXT_INPUT,
    check_custom_id,
    check_select,
    check_unique,
)
from playground.server.shapes import Json

LABEL, UPLOAD, RADIO, CHECKBOXES, CHECKBOX = 18, 19, 21, 22, 23
MAX_PARTS = 5
MAX_INPUT = 4000
_FIELDS = (TEXT_INPUT, *SELECTS, UPLOAD, RADIO, CHECKBOXES, CHECKBOX)


def check_modal(modal: Json) -> None:
    """Refuse a modal that Discord would refuse.

    Raises:
        ApiError: 50035, with what is wrong where.
    """
    faults = Faults()
    faults.between("data.title", modal.get("title"), 1, 45)
    check_custom_id(modal, "data", faults)
    parts = modal.get("components") or []
    faults.between("data.components", parts, 1, MAX_PARTS)
    for index, part in enumerate(parts):
        _check_part(part, f"data.components.{index}", faults)
    check_unique(list(walk(parts)), faults)
    faults.refuse_if_any()


def _check_part(part: Json, where: str, faults: Faults) -> None:
    kind = part.get("type")
    if kind == ROW:
        inside = part.get("components") or []
        faults.between(f"{where}.components", inside, 1, 1)
        for child in inside:
            _check_field(child, f"{where}.components.0", faults)
            if child.get("type") == TEXT_INPUT:
                faults.between(f"{where}.components.0.label", child.get("label"), 1, 45)
    elif kind == LABEL:
        faults.between(f"{where}.label", part.get("label"), 1, 45)
        faults.longest(f"{where}.description", part.get("description"), 100)
        _check_field(part.get("component") or {}, f"{where}.component", faults)
    elif kind != TEXT:
        faults.add(f"{where}.type", "UNION_TYPE_CHOICES", "Must be one of (1, 10, 18).")


def _check_field(one: Json, where: str, faults: Faults) -> None:
    kind = one.get("type")
    if kind not in _FIELDS:
        faults.add(f"{where}.type", "UNION_TYPE_CHOICES", f"Must be one of {_FIELDS}.")
        return
    check_custom_id(one, where, faults)
    if kind == TEXT_INPUT:
        _check_input(one, where, faults)
    elif kind in SELECTS:
        check_select(one, where, faults)
    elif kind in (RADIO, CHECKBOXES):
        faults.between(f"{where}.options", one.get("options"), 2 if kind == RADIO else 1, 10)


def _check_input(one: Json, where: str, faults: Faults) -> None:
    if one.get("style") not in (1, 2):
        faults.add(f"{where}.style", "BASE_TYPE_CHOICES", "Value must be one of {1, 2}.")
    faults.longest(f"{where}.placeholder", one.get("placeholder"), 100)
    faults.longest(f"{where}.value", one.get("value"), MAX_INPUT)
    least, most = one.get("min_length") or 0, one.get("max_length") or MAX_INPUT
    if not 0 <= least <= most <= MAX_INPUT:
        faults.add(f"{where}.max_length", "NUMBER_TYPE_MAX", f"Must be from 1 to {MAX_INPUT}.")
    value = one.get("value")
    if value and not least <= len(value) <= most:
        faults.between(f"{where}.value", value, least, most)
