"""The drawing is true: ARCHITECTURE.md, README.md and .env.example against the code."""

import re
import tomllib
from pathlib import Path

import pytest

from bot.settings import Settings
from cogs import EXTENSIONS

ROOT = Path(__file__).parent.parent
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text()
README = (ROOT / "README.md").read_text()
COG_LINES = 260
"""Lines of a cog at most: a cog method is a sentence."""


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def section(title: str) -> str:
    return ARCHITECTURE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_every_setting_is_explained_and_nothing_else() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    named = [line.split("=")[0] for line in lines if re.match(r"[A-Z_]+=", line)]
    assert sorted(named) == sorted(name.upper() for name in Settings.model_fields)
    for before, line in zip(["", *lines], lines, strict=False):
        if re.match(r"[A-Z_]+=", line):
            assert before.startswith("#") or "=" in before


def test_the_example_holds_the_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    assert Settings(_env_file=ROOT / ".env.example") == Settings(_env_file=None)
    # Reading them makes nothing: the store makes its folder, or says why it cannot.
    assert list(tmp_path.iterdir()) == []


def test_every_room_is_drawn_and_every_drawn_room_exists() -> None:
    rooms = re.findall(r"`((?:bot|cogs|storage|playground|tests)/[\w./]*)`", section("The rooms"))
    for room in rooms:
        assert (ROOT / room).exists(), room
    drawn = {room.rstrip("/") for room in rooms}
    for folder in ("bot", "cogs", "storage", "playground"):
        for path in (ROOT / folder).iterdir():
            if not path.name.startswith("__") and (path.is_dir() or folder == "bot"):
                name = path.relative_to(ROOT).as_posix()
                parts = {name, *(p.as_posix() for p in Path(name).parents)}
                assert parts & drawn, f"{name} is not drawn"


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["build"]]
    reasons = section("Dependencies")
    for line in wanted:
        name = re.match(r"[\w.-]+", line)
        assert name
        assert name[0].lower() in reasons.lower(), name[0]


def test_the_controls_on_the_drawing_are_those_in_the_code() -> None:
    drawn = set(section("Controls").split("Names in use: `")[1].split("`")[0].split())
    code = "\n".join(path.read_text() for path in sources("cogs"))
    handled = set(re.findall(r'"([a-z]+):v\d+"', code))
    assert drawn == handled


def test_every_cog_is_loaded_and_short() -> None:
    cogs = {
        f"cogs.{path.stem}": path
        for path in (ROOT / "cogs").glob("*.py")
        if "async def setup(" in path.read_text()
    }
    assert set(EXTENSIONS) == set(cogs)
    for name, path in cogs.items():
        assert len(path.read_text().splitlines()) <= COG_LINES, name


def test_no_database_words_outside_storage() -> None:
    for path in sources("bot", "cogs"):
        assert not re.search(
            r"\b(SELECT \w+.* FROM|INSERT INTO|UPDATE \w+ SET)\b", path.read_text()
        )


def test_make_targets_of_the_readme_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"^ *make ([a-z]+)", README, re.MULTILINE)) <= targets


def test_commands_of_the_readme_exist() -> None:
    commands = set()
    for path in sources("cogs"):
        text = path.read_text()
        group = re.search(r'group_name="(\w+)"', text)
        if group:
            names = re.findall(r'@app_commands\.command\(name="(\w+)"\)', text)
            commands |= {f"/{group[1]} {name}" for name in names}
    named = set(re.findall(r"(/(?:story|cast|scene|canon) [a-z]+)", README))
    assert named
    assert named <= commands


def test_the_project_speaks_of_itself_alone() -> None:
    tracked = sources("bot", "cogs", "storage", "playground", "tests")
    tracked += [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CHANGELOG.md")]
    for path in tracked:
        if path == Path(__file__):
            continue
        text = path.read_text()
        assert "/work/" not in text, path
        assert "/root/" not in text, path
