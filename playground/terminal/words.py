"""What is typed at the terminal, taken apart."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from playground.server.rules_commands import BOOLEAN, GROUP, INTEGER, NUMBER, SUBCOMMAND
from playground.server.shapes import Json

_QUOTES = {'"': '"', "“": "”", "„": "“"}
_TRUE = {"true", "yes", "on", "1"}
_FALSE = {"false", "no", "off", "0"}


class NotUnderstoodError(Exception):
    """What is wrong with what was typed, in a sentence."""


@dataclass(frozen=True, slots=True)
class Slash:
    """A slash command as the API takes it: its path, and its options."""

    path: str
    options: dict[str, str | int | float | bool]


def unescape(text: str) -> str:
    r"""Text in which ``\n`` stands for a line break and ``\\`` for a backslash."""
    return re.sub(r"\\([n\\])", lambda m: "\n" if m[1] == "n" else "\\", text)


def unquoted(text: str) -> str:
    """Text without the quotation marks around the whole of it, if there are any."""
    text = text.strip()
    closing = _QUOTES.get(text[:1])
    if closing is not None and len(text) > 1 and text.find(closing, 1) == len(text) - 1:
        return text[1:-1]
    return text


def listed(things: Iterable[str], last: str = "and") -> str:
    """Things as one says them: a, b and c."""
    *others, end = things
    return f"{', '.join(others)} {last} {end}" if others else end


def paths(bodies: Iterable[Json]) -> list[str]:
    """Every slash command that can be used, such as ``story open``."""
    found: list[str] = []
    for body in bodies:
        inner = [o for o in body.get("options") or [] if o["type"] in {SUBCOMMAND, GROUP}]
        if body.get("type", 1) in {1, SUBCOMMAND, GROUP}:
            found += [f"{body['name']} {rest}" for rest in paths(inner)] or [body["name"]]
    return sorted(found)


def specs(bodies: Iterable[Json], path: str) -> list[Json]:
    """The options of a slash command."""
    here: list[Json] = [body for body in bodies if body.get("type", 1) == 1]
    for step in path.split():
        here = next((one.get("options") or [] for one in here if one["name"] == step), [])
    return here


def read_slash(typed: str, bodies: Iterable[Json]) -> Slash:
    """Read a slash command: ``story open title:"Fog" premise:"…"``.

    Raises:
        NotUnderstoodError: there is no such command, or an option has a wrong value.
    """
    bodies = list(bodies)
    known = paths(bodies)
    words = " ".join(typed.split(":", 1)[0].split())
    path = max((p for p in known if f"{words} ".startswith(f"{p} ")), key=len, default="")
    if not path:
        if ":" in typed and " " in words:
            # The last word is the name of an option.
            words = words.rpartition(" ")[0]
        near = [p for p in known if p.split()[0] == words.split()[0]] if words else []
        if near and len(words.split()) == 1:
            raise NotUnderstoodError(f"/{words} needs one of: {_lasts(near)}.")
        listed = near or sorted({p.split()[0] for p in known})
        raise NotUnderstoodError(f"There is no /{words}. There is: /{', /'.join(listed)}.")
    wanted = {spec["name"]: spec for spec in specs(bodies, path)}
    rest = re.sub(r"^\s*" + r"\s+".join(map(re.escape, path.split())), "", typed, count=1)
    given = read_named(rest, list(wanted), f"/{path}")
    for name, text in given.items():
        # Where a number is wanted, what follows it is no text.
        if wanted[name]["type"] in {INTEGER, NUMBER} and (other := re.search(r"\s(\w+):", text)):
            raise NotUnderstoodError(_no_option(other[1], list(wanted), f"/{path}"))
    return Slash(path, {name: _value(wanted[name], text) for name, text in given.items()})


def _lasts(found: list[str]) -> str:
    return ", ".join(path.split(maxsplit=1)[1] for path in found)


def read_named(rest: str, names: list[str], of: str = "the form") -> dict[str, str]:
    """Read ``name:value`` pairs; a value stands in quotation marks or ends at the next name.

    Text without a name is the value of the first one.

    Args:
        rest: what was typed.
        names: those that there are.
        of: what has them.

    Raises:
        NotUnderstoodError: a name is none of ``names``, or a quotation does not end.
    """
    given: dict[str, str] = {}
    rest = rest.strip()
    if rest and not re.match(_names(names), rest):
        if strange := re.match(r"(\w+):", rest):
            raise NotUnderstoodError(_no_option(strange[1], names, of))
        if not names:
            raise NotUnderstoodError(f"{of[0].upper()}{of[1:]} takes nothing further.")
        rest = f"{names[0]}:{rest}"
    while rest:
        head = re.match(_names(names), rest)
        if head is None:
            if strange := re.match(r"(\w+):", rest):
                raise NotUnderstoodError(_no_option(strange[1], names, of))
            raise NotUnderstoodError(
                f"‘{rest[:40]}’ stands behind a quotation: put all of a text between the marks."
            )
        given[head[1]], rest = _read_value(rest[head.end() :].lstrip(), names, of)
    return given


def read_form(rest: str, names: list[str]) -> dict[str, str]:
    """Read what a form's fields shall hold; a form's only field takes all that is typed.

    Raises:
        NotUnderstoodError: as for ``read_named``; a name is none of the form's.
    """
    rest = rest.strip()
    if re.match(_names(names), rest):
        return read_named(rest, names)
    # "Narrator: it rains" are words, draft:"…" names a field.
    if strange := re.match(r"([a-z_]+):(?=[^\s/])", rest):
        listed = ", ".join(names) or "none"
        raise NotUnderstoodError(f"This form has no ‘{strange[1]}’, only {listed}.")
    if len(names) == 1:
        return {names[0]: unescape(unquoted(rest))}
    return read_named(rest, names)


def _names(names: list[str]) -> str:
    return rf"({'|'.join(map(re.escape, names)) or '(?!)'}):"


def _no_option(name: str, names: list[str], of: str) -> str:
    what = "field" if of == "the form" else "option"
    return f"There is no {what} {name}; {of} has {listed(names) if names else 'none'}."


def _read_value(rest: str, names: list[str], of: str) -> tuple[str, str]:
    """A value, and what follows it."""
    closing = _QUOTES.get(rest[:1])
    if closing is not None:
        end = rest.find(closing, 1)
        if end < 0:
            raise NotUnderstoodError(f"The quotation {rest[:20]}… does not end.")
        return unescape(rest[1:end]), rest[end + 1 :].strip()
    following = re.search(rf"\s{_names(names)}", rest)
    end = following.start() if following else len(rest)
    # A word, a colon and a quotation are meant as an option, not as text.
    if strange := re.search(r'\s(\w+):["“„]', rest[:end]):
        raise NotUnderstoodError(_no_option(strange[1], names, of))
    return unescape(rest[:end].strip()), rest[end:].strip()


def _value(spec: Json, text: str) -> str | int | float | bool:
    """An option's value in the type that it wants; a choice by what is shown or sent."""
    for choice in spec.get("choices") or []:
        if text in {choice["name"], str(choice["value"])}:
            value: str | int | float = choice["value"]
            return value
    try:
        match spec["type"]:
            case t if t == INTEGER:
                return int(text)
            case t if t == NUMBER:
                return float(text)
            case t if t == BOOLEAN:
                return _yes_or_no(spec["name"], text)
            case _:
                return text
    except ValueError:
        raise NotUnderstoodError(f"{spec['name']} takes a number, not ‘{text}’.") from None


def _yes_or_no(name: str, text: str) -> bool:
    if text.lower() not in _TRUE | _FALSE:
        raise NotUnderstoodError(f"{name} takes yes or no, not ‘{text}’.")
    return text.lower() in _TRUE


def last_number(rest: str) -> tuple[str, int | None]:
    """Words, and the message's number at their end, if there is one: ``"Take back" 7``."""
    found = re.fullmatch(r"(.*?)\s*#?(\d+)", rest.strip(), re.DOTALL)
    words, number = (found[1], int(found[2])) if found else (rest.strip(), None)
    return words.strip().strip('"“”'), number
