"""The page's files, read and not run: what must never be there, and what nobody asks for."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import playground.page

_STATIC = Path(playground.page.__file__).parent / "static"
_INDEX = (_STATIC / "index.html").read_text()
_JS = {file.name: file.read_text() for file in sorted((_STATIC / "js").iterdir())}
_CSS = {file.name: file.read_text() for file in sorted((_STATIC / "css").glob("*.css"))}
_PICTURES = {file.name: file.read_text() for file in sorted((_STATIC / "css").glob("*.svg"))}
_ALL = {"index.html": _INDEX, **_JS, **_CSS, **_PICTURES}
_LONGEST = 300

# Each names what would let a message's text become markup, a script or a request to somebody else.
_NEVER = {
    "markup from text": r"\b(?:inner|outer)HTML|insertAdjacentHTML|document\.write|setHTML|"
    r"createContextualFragment|DOMParser|srcdoc",
    "code from text": r"\beval\(|\bnew Function\b|javascript:|import\(",
    "listeners as attributes": r"setAttribute\(\s*[\"'`]on|\son[a-z]+=[\"']",
    "styles as attributes": r"setAttribute\(\s*[\"'`]style|\bcssText\b|\sstyle=|"
    r"\bh\([^()]*\{[^{}]*\bstyle:",
    "somebody else's address": r"[\"'`(](?:https?:)?//(?!www\.w3\.org/)",
    "colours out of place": r"#[0-9a-fA-F]{3,8}\b(?=[^{]*;)|\b(?:rgb|hsl)a?\(|: (?:black|white)\b",
}
_ALLOWED = {
    ("colours out of place", "tokens.css"),
    ("colours out of place", "icon.svg"),  # shown by the browser itself, where no sheet reaches
}


def _found(what: str, pattern: str) -> Iterator[str]:
    for name, text in _ALL.items():
        if (what, name) in _ALLOWED or (what.startswith("colours") and name.endswith(".js")):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(pattern, line):
                yield f"{name}:{number}: {line.strip()}"


@pytest.mark.parametrize("what", _NEVER)
def test_no_file_holds(what: str) -> None:
    assert list(_found(what, _NEVER[what])) == []


def _rooms(sheet: str) -> list[str]:
    return re.findall(r"@(?:media|container)[^{]*\b(?:width|height)\b[^{]*", sheet)


def test_what_depends_on_the_room_or_a_mouse_is_told_in_one_sheet_each() -> None:
    assert [name for name, sheet in _CSS.items() if _rooms(sheet)] == ["narrow.css"]
    assert not [
        name for name, text in _JS.items() if re.search(r"matchMedia\([^)]*(?:th|ht):", text)
    ]
    assert [name for name, sheet in _CSS.items() if ":hover" in sheet] == ["hover.css"]
    assert _CSS["hover.css"].index("@media (hover: hover) {") < _CSS["hover.css"].index(":hover")
    links = re.findall(r"css/([\w-]+\.css)", _INDEX)
    assert links[-2:] == ["narrow.css", "hover.css"], "they say otherwise what others said"


def test_elements_are_made_in_one_place_alone() -> None:
    assert [name for name, text in _JS.items() if "createElement(" in text] == ["dom.js"]


def _imports(text: str) -> Iterator[tuple[list[str], str]]:
    for names, file in re.findall(r"import \{([^}]*)\} from \"\./([^\"]+)\";", text):
        yield [one.strip() for one in names.split(",")], file


def test_what_is_imported_is_there_and_used() -> None:
    for name, text in _JS.items():
        told = list(_imports(text))
        assert len(told) == len(re.findall(r"^import\b", text, re.MULTILINE)), name
        assert len({file for _, file in told}) == len(told), f"{name} imports a file twice"
        for wanted, file in told:
            exported = re.findall(r"^export (?:async )?\w+ (\w+)", _JS[file], re.MULTILINE)
            for one in wanted:
                assert one in exported, f"{name} imports {one} from {file}"
                assert len(re.findall(rf"\b{one}\b", text)) > 1, f"{name} does not use {one}"


def test_what_is_exported_is_imported_somewhere() -> None:
    wanted = {
        (file, one) for text in _JS.values() for names, file in _imports(text) for one in names
    }
    exported = {
        (name, one)
        for name, text in _JS.items()
        for one in re.findall(r"^export (?:async )?\w+ (\w+)", text, re.MULTILINE)
    }
    assert exported - wanted == set()


def test_every_file_is_asked_for_by_the_page() -> None:
    linked = set(re.findall(r"(?:src|href)=\"(?:js|css)/([^\"]+)\"", _INDEX))
    todo = [one for one in linked if one in _JS]
    while todo:
        fresh = {file for _, file in _imports(_JS[todo.pop()])} - linked
        linked |= fresh
        todo += fresh
    shapes = set(re.findall(r"url\(\"?([\w-]+\.svg)\"?\)", "".join(_CSS.values())))
    assert linked | shapes == {*_JS, *_CSS, *_PICTURES}


def _classes() -> set[str]:
    """Return the classes that the sheets speak of."""
    bare = re.sub(r"/\*.*?\*/", "", "".join(_CSS.values()), flags=re.DOTALL)
    heads = [one for one in re.findall(r"([^{};]+)\{", bare) if not one.strip().startswith("@")]
    return {one for head in heads for one in re.findall(r"\.([a-zA-Z][\w-]*)", head)}


def test_every_class_of_the_sheets_is_given_to_something() -> None:
    code = _INDEX + "".join(_JS.values())
    words = set(re.findall(r"[\w-]+", code))
    begun = tuple(re.findall(r"([a-z][\w-]*-)\$\{", code))  # `icon-${name}`
    unused = {one for one in _classes() - words if not (begun and one.startswith(begun))}
    assert unused == set()
    shapes = {one for one in _classes() if one.startswith("icon-")}
    named = set(re.findall(r"\"([a-z]+)\"", code))
    assert {one.removeprefix("icon-") for one in shapes} - named == set()


def test_names_of_the_sheets_are_defined_and_used() -> None:
    sheets, code = "".join(_CSS.values()), "".join(_JS.values())
    defined = set(re.findall(r"(--[\w-]+):", sheets)) | set(
        re.findall(r"setProperty\(\"(--[\w-]+)\"", code)
    )
    assert defined == set(re.findall(r"var\((--[\w-]+)", sheets))


@pytest.mark.parametrize("name", [*_JS, *_CSS])
def test_files_stay_short(name: str) -> None:
    assert len(_ALL[name].splitlines()) < _LONGEST
