"""What Discord refuses in the components of a message.

Source: https://discord.com/developers/docs/components/reference
"""

from playground.server.errors import Faults
from playground.server.message import walk
from playground.server.shapes import Json

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS = (3, 5, 6, 7, 8)
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17

_TOP_V1 = (ROW,)
_TOP_V2 = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER)
_IN_CONTAINER = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR)
_IN_ROW = (BUTTON, *SELECTS)
_IN_SECTION = (TEXT,)
_ACCESSORIES = (BUTTON, THUMBNAIL)

MAX_ROWS = 5
MAX_BUTTONS = 5
MAX_COMPONENTS = 40
MAX_TEXT = 4000
MAX_OPTIONS = 25
MAX_CUSTOM_ID = 100
_LINK, _PREMIUM = 5, 6
_MAX_STYLE = 6


def check_components(components: list[Json], *, v2: bool, faults: Faults) -> None:
    """Note what is wrong with a message's components.

    Args:
        components: the top level of the tree.
        v2: whether the message carries the Components V2 flag (32768).
        faults: where to note it.
    """
    if not components:
        return
    for index, one in enumerate(components):
        _check(one, f"components.{index}", _TOP_V2 if v2 else _TOP_V1, faults)
    if not v2 and len(components) > MAX_ROWS:
        faults.between("components", components, 1, MAX_ROWS)
    everything = list(walk(components))
    if len(everything) > MAX_COMPONENTS:
        faults.add(
            "components",
            "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
            f"The total number of components exceeds the maximum of {MAX_COMPONENTS}",
        )
    shown = sum(len(one.get("content") or "") for one in everything if one.get("type") == TEXT)
    if shown > MAX_TEXT:
        faults.add(
            "components",
            "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
            f"The total displayable text size exceeds the maximum of {MAX_TEXT}",
        )
    check_unique(everything, faults)


def check_unique(everything: list[Json], faults: Faults) -> None:
    """Note custom ids and numeric ids that stand twice."""
    for key, code in (
        ("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"),
        ("id", "COMPONENT_ID_DUPLICATED"),
    ):
        seen: set[object] = set()
        for one in everything:
            value = one.get(key)
            if value and value in seen:
                faults.add("components", code, f"Component {key} cannot be duplicated")
            seen.add(value)


def _check(one: Json, where: str, allowed: tuple[int, ...], faults: Faults) -> None:
    kind = one.get("type")
    if kind not in allowed:
        faults.add(
            f"{where}.type",
            "UNION_TYPE_CHOICES",
            f'Value of field "type" must be one of {allowed}.',
        )
    elif kind == ROW:
        _check_row(one, where, faults)
    elif kind == BUTTON:
        check_button(one, where, faults)
    elif kind in SELECTS:
        check_select(one, where, faults)
    elif kind == TEXT:
        faults.between(f"{where}.content", one.get("content"), 1, MAX_TEXT)
    elif kind == SECTION:
        _check_section(one, where, faults)
    elif kind == CONTAINER:
        _check_children(one, where, (1, MAX_COMPONENTS), _IN_CONTAINER, faults)
    else:
        _check_media(one, where, faults)


def _check_children(
    one: Json, where: str, count: tuple[int, int], allowed: tuple[int, ...], faults: Faults
) -> None:
    children = one.get("components") or []
    faults.between(f"{where}.components", children, *count)
    for index, child in enumerate(children):
        _check(child, f"{where}.components.{index}", allowed, faults)


def _check_row(row: Json, where: str, faults: Faults) -> None:
    _check_children(row, where, (1, MAX_BUTTONS), _IN_ROW, faults)
    children = row.get("components") or []
    if len(children) > 1 and any(child.get("type") in SELECTS for child in children):
        faults.add(
            f"{where}.components",
            "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
            "The specified component exceeds the maximum width",
        )


def _check_section(section: Json, where: str, faults: Faults) -> None:
    _check_children(section, where, (1, 3), _IN_SECTION, faults)
    accessory = section.get("accessory")
    if not accessory:
        faults.required(f"{where}.accessory")
    else:
        _check(accessory, f"{where}.accessory", _ACCESSORIES, faults)


def _check_media(one: Json, where: str, faults: Faults) -> None:
    kind = one.get("type")
    if kind == GALLERY:
        faults.between(f"{where}.items", one.get("items"), 1, 10)
    elif kind == FILE:
        address = (one.get("file") or {}).get("url", "")
        if not address.startswith("attachment://"):
            faults.add(
                f"{where}.file.url",
                "UNFURLED_MEDIA_ITEM_ONLY_ATTACHMENTS_ALLOWED",
                "Only attachment:// addresses are allowed here",
            )


def check_button(button: Json, where: str, faults: Faults) -> None:
    """Note what is wrong with a button."""
    style = button.get("style")
    if not isinstance(style, int) or not 1 <= style <= _MAX_STYLE:
        faults.add(
            f"{where}.style", "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3, 4, 5, 6}."
        )
        return
    faults.longest(f"{where}.label", button.get("label"), 80)
    if style == _LINK:
        if not button.get("url"):
            faults.add(where, "BUTTON_COMPONENT_URL_REQUIRED", "A url is required")
        if button.get("custom_id"):
            faults.add(where, "BUTTON_COMPONENT_CUSTOM_ID_URL_EXCLUSIVE", "Not both, please")
    elif style != _PREMIUM:
        check_custom_id(button, where, faults)
    if style != _PREMIUM and not button.get("label") and not button.get("emoji"):
        faults.add(where, "BUTTON_COMPONENT_INVALID_BUTTON", "A button needs a label or an emoji")


def check_custom_id(one: Json, where: str, faults: Faults) -> None:
    """Note a missing, empty or overlong custom id."""
    if one.get("custom_id") is None:
        faults.required(f"{where}.custom_id")
    else:
        faults.between(f"{where}.custom_id", one["custom_id"], 1, MAX_CUSTOM_ID)


def check_select(select: Json, where: str, faults: Faults) -> None:
    """Note what is wrong with a select menu."""
    check_custom_id(select, where, faults)
    faults.longest(f"{where}.placeholder", select.get("placeholder"), 150)
    if select.get("type") == STRING_SELECT:
        _check_options(select, where, faults)
    least, most = (_or_one(select.get(name)) for name in ("min_values", "max_values"))
    if not (0 <= least <= MAX_OPTIONS and 1 <= most <= MAX_OPTIONS and least <= most):
        faults.add(
            f"{where}.max_values", "NUMBER_TYPE_MAX", "Must be from 1 to 25 and not under the least"
        )


def _or_one(value: int | None) -> int:
    return 1 if value is None else value


def _check_options(select: Json, where: str, faults: Faults) -> None:
    options = select.get("options") or []
    faults.between(f"{where}.options", options, 1, MAX_OPTIONS)
    values: set[str] = set()
    for index, option in enumerate(options):
        spot = f"{where}.options.{index}"
        faults.between(f"{spot}.label", option.get("label"), 1, 100)
        faults.between(f"{spot}.value", option.get("value"), 1, 100)
        faults.longest(f"{spot}.description", option.get("description"), 100)
        if option.get("value") in values:
            faults.add(
                f"{spot}.value",
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                "The specified option value is already used",
            )
        values.add(option.get("value") or "")
    if _or_one(select.get("max_values")) > len(options):
        faults.add(
            f"{where}.max_values", "NUMBER_TYPE_MAX", "Must not be over the number of options"
        )
