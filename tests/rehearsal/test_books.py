"""Rehearsals end with a book that holds what was performed, word for word, and nothing else."""

import json
import os
import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio
from rich.console import Console

import playground
from bot.story.export import plain
from bot.story.names import name_key
from playground.rehearsal.export import write_out
from playground.rehearsal.house import House
from playground.rehearsal.performance import CHAT, shown_title
from playground.rehearsal.run import Options, Rehearsed, perform
from playground.rehearsal.script import Heading, Script, leads, read_script

pytestmark = pytest.mark.asyncio(loop_scope="module")

OWN = Path(playground.__file__).parent / "scenes" / "the-ferry.jsonl"
SHARED = Path(playground.__file__).parent.parent.parent / "shared" / "data"
CORPORA = Path(os.environ.get("TROUPE_CORPORA") or SHARED)
TROILUS = CORPORA / "scene-troilus-2-3.jsonl"


@dataclass
class Evening:
    """A rehearsal that is over, and what it left behind."""

    script: Script
    writers: int
    done: Rehearsed
    folder: Path

    @property
    def turns(self):
        written = (self.folder / "turns.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in written.splitlines()]

    @property
    def played(self):
        return set(leads(self.script, self.writers))

    def of_people(self):
        return [n for n, line in enumerate(self.script.lines) if self.is_played(line.speaker)]

    def is_played(self, speaker):
        return name_key(speaker) in self.played


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rehearsed(tmp_path_factory):
    """Rehearses scripts, each once."""
    known = {}

    async def rehearse(path: Path, writers: int) -> Evening:
        if path not in known:
            known[path] = await _rehearse(path, writers, tmp_path_factory.mktemp("out"))
        return known[path]

    return rehearse


async def _rehearse(path: Path, writers: int, folder: Path) -> Evening:
    script = read_script(path)
    options = Options(path, writers, seed=5, out=folder, fast=True)
    async with House(folder, seed=5) as house:
        done = await perform(house, script, options, Console(quiet=True))
        assert not house.local.pings
        assert not house.local.schema_violations
        assert not house.local.errors
    write_out(folder, done.exports)
    return Evening(script, writers, done, folder)


@pytest.fixture(params=["own", "troilus"])
def which(request):
    if request.param == "own":
        return OWN, 6
    if not TROILUS.exists():
        pytest.skip(f"no {TROILUS}: set TROUPE_CORPORA to the folder that holds it")
    return TROILUS, 3


@pytest.fixture
async def evening(rehearsed, which):
    return await rehearsed(*which)


async def test_every_typed_line_is_there_once_in_order_and_verbatim(evening):
    lines, turns = evening.script.lines, evening.turns
    assert len(turns) == len(lines)
    assert [turn["seq"] for turn in turns] == list(range(len(lines)))
    for n in evening.of_people():
        assert (turns[n]["speaker"], turns[n]["text"]) == (lines[n].speaker, lines[n].text)
        assert turns[n]["source"] == "human"


async def test_the_model_speaks_for_nobody_who_is_played(evening):
    of_model = [turn for turn in evening.turns if turn["source"] != "human"]
    assert of_model
    assert not [turn for turn in of_model if evening.is_played(turn["speaker"])]
    assert {turn["author"] for turn in of_model} == {"model"}


async def test_each_voice_is_heard_where_the_script_has_it(evening):
    wanted = ["Narrator" if line.narrated else line.speaker for line in evening.script.lines]
    assert [turn["speaker"] for turn in evening.turns] == wanted


async def test_each_character_has_one_writer(evening):
    authors = {(t["speaker"], t["author"]) for t in evening.turns}
    assert max(Counter(speaker for speaker, _ in authors).values()) == 1


async def test_the_book_shows_each_turn_under_its_speaker_with_its_paragraphs(evening):
    book = (evening.folder / "story.md").read_text(encoding="utf-8")
    at = 0
    for turn in evening.turns:
        passage = f"**{plain(turn['speaker'])}**\n\n{turn['text']}\n"
        at = book.index(passage, at) + len(passage)


async def test_no_file_holds_an_id_or_table_talk(evening):
    assert evening.done.tally.chats
    for name in ("story.md", "story.json", "turns.jsonl"):
        text = (evening.folder / name).read_text(encoding="utf-8")
        assert not re.search(r"\d{17,20}", text)
        assert not [talk for talk in CHAT if talk in text]


async def test_facts_are_in_the_book(evening):
    record = json.loads((evening.folder / "story.json").read_text(encoding="utf-8"))
    assert len(record["facts"]) == evening.done.tally.facts > 0


async def test_a_book_has_the_title_and_the_premise_of_its_script(evening):
    record = json.loads((evening.folder / "story.json").read_text(encoding="utf-8"))
    (name,) = evening.script.stories
    heading = evening.script.headings.get(name, Heading())
    book = (evening.folder / "story.md").read_text(encoding="utf-8")
    assert book.startswith(f"# {heading.title or shown_title(name)}")
    assert plain(heading.premise) in book
    assert all(" said: “" in str(fact) for fact in record["facts"])
    assert {p.name for p in evening.folder.glob("*.md")} == {"story.md"}


@pytest.mark.parametrize(
    ("name", "title"),
    [("the-ferry", "The Ferry"), ("two/2", "two/2"), ("Fog at Sea", "Fog at Sea")],
)
async def test_a_name_becomes_a_title(name, title):
    assert shown_title(name) == title


async def test_stories_are_performed_side_by_side(tmp_path):
    lines = read_script(OWN).lines[:12]
    both = [replace(line, story=story) for line in lines for story in ("one", "two/2")]
    path = tmp_path / "both.jsonl"
    path.write_text(
        "".join(
            json.dumps({"story": line.story, "speaker": line.speaker, "text": line.text}) + "\n"
            for line in both
        )
    )
    evening = await _rehearse(path, 2, tmp_path / "out")
    assert {p.name for p in evening.folder.glob("*.md")} == {"one.md", "two-2.md"}
    for story in ("one", "two/2"):
        told = [turn for turn in evening.turns if turn["story"] == story]
        assert [turn["seq"] for turn in told] == list(range(len(lines)))
        wanted = ["Narrator" if line.narrated else line.speaker for line in lines]
        assert [turn["speaker"] for turn in told] == wanted
