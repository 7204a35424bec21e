"""What Discord's own windows would not let one send, told in sentences."""

from collections.abc import Mapping, Sequence

from playground.server import Field
from playground.server.rules_components import TEXT_INPUT
from playground.server.rules_modals import MAX_INPUT
from playground.server.shapes import Json
from playground.terminal.words import NotUnderstoodError, Slash, listed

_LONGEST = 6000
"""Characters of a slash command's option of which the bot tells nothing else."""


def check_slash(slash: Slash, specs: Sequence[Json]) -> None:
    """Refuse a slash command that lacks an option, or gives one what it does not take.

    Raises:
        NotUnderstoodError: saying which, and what it takes.
    """
    missing = [s["name"] for s in specs if s.get("required") and s["name"] not in slash.options]
    if missing:
        named = " ".join(f"{name}:…" for name in missing)
        raise NotUnderstoodError(f"/{slash.path} needs {listed(missing)}: /{slash.path} {named}")
    for spec in specs:
        value = slash.options.get(spec["name"])
        if value is not None and not isinstance(value, bool):
            _check_option(spec, value)


def _check_option(spec: Json, value: str | float) -> None:
    name, choices = spec["name"], spec.get("choices") or []
    if choices and value not in [one["value"] for one in choices]:
        raise NotUnderstoodError(f"{name} can be {listed(map(_choice, choices), 'or')}.")
    if isinstance(value, str):
        if "\n" in value:
            raise NotUnderstoodError(f"{name} takes no line breaks: write it on one line.")
        most = spec.get("max_length")
        _check_length(name, value, spec.get("min_length") or 0, _LONGEST if most is None else most)
        return
    least, most = spec.get("min_value"), spec.get("max_value")
    if least is not None and value < least:
        raise NotUnderstoodError(f"{name} is {least} at least, and you gave {value}.")
    if most is not None and value > most:
        raise NotUnderstoodError(f"{name} is {most} at most, and you gave {value}.")


def _choice(choice: Json) -> str:
    value, shown = str(choice["value"]), str(choice["name"])
    return value if value.casefold() == shown.casefold() else f"{value} ({shown})"


def check_form(fields: Sequence[Field], values: Mapping[str, str]) -> None:
    """Refuse texts that a form does not take.

    Raises:
        NotUnderstoodError: saying which, and why.
    """
    for one in fields:
        text = values.get(one.custom_id, one.value)
        if one.kind != TEXT_INPUT or not (text or one.required):
            continue
        least = one.body.get("min_length") or (1 if one.required else 0)
        _check_length(one.custom_id, text, least, one.body.get("max_length") or MAX_INPUT)


def _check_length(name: str, text: str, least: int, most: int) -> None:
    size = len(text)
    if not text and least:
        raise NotUnderstoodError(f"{name} is empty. Write something into it.")
    if size < least:
        raise NotUnderstoodError(f"{name} needs {least:,} characters at least; yours has {size:,}.")
    if size > most:
        raise NotUnderstoodError(
            f"{name} takes {most:,} characters at most; yours has {size:,}. Shorten it."
        )
