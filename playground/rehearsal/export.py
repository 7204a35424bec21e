"""Books: what ``/story export`` gives, and the files a rehearsal leaves behind."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playground.rehearsal.acting import Patience
from playground.rehearsal.script import RehearsalError
from playground.server import Channel, Person

FIELDS = ("seq", "speaker", "author", "source", "text")


@dataclass(frozen=True, slots=True)
class Export:
    """A story as its readers get it."""

    markdown: bytes
    json: bytes

    @property
    def turns(self) -> list[dict[str, Any]]:
        """The turns of the JSON file."""
        found: list[dict[str, Any]] = json.loads(self.json)["turns"]
        return found


async def fetch(patience: Patience, who: Person, channel: Channel) -> Export:
    """Export a channel's story in both formats.

    Raises:
        RehearsalError: there was no file in the answer.
    """
    return Export(
        markdown=await _file(patience, who, channel, "markdown"),
        json=await _file(patience, who, channel, "json"),
    )


async def _file(patience: Patience, who: Person, channel: Channel, form: str) -> bytes:
    answer = await patience.command(who, channel, "story export", format=form)
    files = answer.message.attachments
    if not files:
        raise RehearsalError(f"The export holds no file: {answer.message.text}")
    return files[0].data


def write_out(folder: Path, exports: Mapping[str, Export]) -> None:
    """Write each story's files, named ``story`` if it is the only one, and ``turns.jsonl``.

    Args:
        folder: where to.
        exports: books by story.

    Raises:
        OSError: a file cannot be written.
    """
    for name, export in zip(_names(exports), exports.values(), strict=True):
        stem = "story" if len(exports) == 1 else name
        (folder / f"{stem}.md").write_bytes(export.markdown)
        (folder / f"{stem}.json").write_bytes(export.json)
    with (folder / "turns.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        for title, export in exports.items():
            for turn in export.turns:
                row = {"story": title} | {field: turn[field] for field in FIELDS}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _names(exports: Mapping[str, Export]) -> list[str]:
    """A file's name for each story, no two the same."""
    names: list[str] = []
    for title in exports:
        name = re.sub(r"[^\w-]+", "-", title).strip("-_")[:60] or "story"
        taken = sum(one == name or one.startswith(f"{name}~") for one in names)
        names.append(f"{name}~{taken + 1}" if taken else name)
    return names
