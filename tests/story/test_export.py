import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from bot.story.canon import FactState
from bot.story.export import Book, StoryRecord, as_json, as_markdown, file_name, plain, shares
from bot.story.turn import Attachment, Source
from tests.builders import ADA, BEN, NAMES, OWNER, character, company, fact, story, turn

MIRA = character(1, "Mira", "The Captain", description="in charge", secrets="She sank it.")
TOM = character(2, "Tom_the_*Keeper*")
LETTER = Attachment("letter_1.png", "https://cdn.example/123456789/letter.png", 10)
as_text = "".join


def record(book: Book) -> StoryRecord:
    return StoryRecord.model_validate_json(as_text(as_json(book)))


BOOK = Book(
    story=story(opener_id=OWNER),
    company=company(MIRA, TOM, mira=ADA),
    turns=(
        turn(1, "It *rains*.\n\nNobody  speaks.", speaker="Narrator", author_id=None,
             source=Source.MODEL),
        turn(2, "“No,” I say.\n# loud", speaker="Mira", author_id=ADA, attachments=(LETTER,)),
        turn(3, "He nods.", speaker="Tom_the_*Keeper*", author_id=BEN,
             source=Source.MODEL_EDITED, revision=2),
    ),
    facts=(
        fact(1, "The lamp is out.", about="The lamp", source_turn_id=2, quote="No"),
        fact(2, "Old.", state=FactState.RETIRED, accepted_by=None, source_turn_id=99),
    ),
    names=NAMES,
)  # fmt: skip


def test_a_book_to_read() -> None:
    assert as_text(as_markdown(BOOK)) == snapshot("""\
# Salt

> Three people on a rock wait for a ship that is now a week late.

**Narrator**

It *rains*.

Nobody  speaks.

**Mira**

“No,” I say.
# loud

*(with it: letter\\_1.png)*

**Tom\\_the\\_\\*Keeper\\***

He nods.

---

## What is true

- The lamp: The lamp is out.

---

## Who wrote this

- model: 51%
- Ada: 35%
- model, edited by Ben: 15%

Turns by speaker and author:

- Narrator: model 1
- Mira: Ada 1
- Tom\\_the\\_\\*Keeper\\*: Ben (edited) 1
""")


def test_a_book_for_machines() -> None:
    assert json.loads(as_text(as_json(BOOK))) == snapshot(
        {
            "format": "troupe-story/1",
            "title": "Salt",
            "premise": "Three people on a rock wait for a ship that is now a week late.",
            "style": "",
            "rating": "teen",
            "opened_at": "2026-03-01T12:00:00Z",
            "characters": [
                {
                    "name": "Mira",
                    "aliases": ["The Captain"],
                    "description": "in charge",
                    "voice": "",
                    "wants": "",
                    "fears": "",
                    "played_by": "Ada",
                },
                {
                    "name": "Tom_the_*Keeper*",
                    "aliases": [],
                    "description": "",
                    "voice": "",
                    "wants": "",
                    "fears": "",
                    "played_by": "model",
                },
            ],
            "facts": [
                {
                    "number": 1,
                    "text": "The lamp is out.",
                    "about": "The lamp",
                    "state": "canon",
                    "quote": "No",
                    "from_seq": 1,
                    "accepted_by": "Ada",
                },
                {
                    "number": 2,
                    "text": "Old.",
                    "about": "",
                    "state": "retired",
                    "quote": "",
                    "from_seq": None,
                    "accepted_by": None,
                },
            ],
            "branches": [{"name": "main", "forked_from": None, "after_seq": None}],
            "turns": [
                {
                    "seq": 0,
                    "branch": 0,
                    "speaker": "Narrator",
                    "author": "model",
                    "source": "model",
                    "text": """\
It *rains*.

Nobody  speaks.\
""",
                    "at": "2026-03-01T12:01:00Z",
                    "revised": False,
                    "attachments": [],
                },
                {
                    "seq": 1,
                    "branch": 0,
                    "speaker": "Mira",
                    "author": "Ada",
                    "source": "human",
                    "text": """\
“No,” I say.
# loud\
""",
                    "at": "2026-03-01T12:02:00Z",
                    "revised": False,
                    "attachments": ["letter_1.png"],
                },
                {
                    "seq": 2,
                    "branch": 0,
                    "speaker": "Tom_the_*Keeper*",
                    "author": "Ben",
                    "source": "model_edited",
                    "text": "He nods.",
                    "at": "2026-03-01T12:03:00Z",
                    "revised": True,
                    "attachments": [],
                },
            ],
            "shares": {
                "model": 0.5091,
                "Ada": 0.3455,
                "model, edited by Ben": 0.1455,
            },
        }
    )


@pytest.mark.parametrize("made", [as_text(as_markdown(BOOK)), as_text(as_json(BOOK))])
def test_no_secret_and_no_id_of_discord_is_in_a_book(made: str) -> None:
    assert "sank" not in made
    assert "cdn.example" not in made


def test_ids_of_writers_stay_behind() -> None:
    big = 987_654_321_012_345_678
    book = replace(
        BOOK,
        story=story(owner_id=big, opener_id=big, guild_id=big),
        turns=(turn(1, author_id=big),),
        company=company(MIRA, mira=big),
        facts=(fact(1, "So.", proposed_by=big, accepted_by=big),),
        names={},
    )
    assert str(big) not in as_text(as_markdown(book))
    assert str(big) not in as_text(as_json(book))
    assert "a writer" in as_text(as_markdown(book))


TURNS = st.lists(
    st.builds(
        lambda text, author, source: (text, author, source),
        st.text(),
        st.sampled_from([None, ADA, BEN]),
        st.sampled_from(Source),
    )
)


@given(TURNS)
def test_shares_sum_to_one(written: list[tuple[str, int | None, Source]]) -> None:
    turns = tuple(
        turn(n, text, author_id=author, source=source)
        for n, (text, author, source) in enumerate(written, 1)
    )
    parts = shares(replace(BOOK, turns=turns))
    total = sum(len(text) for text, _, _ in written)
    assert sum(parts.values()) == pytest.approx(1 if total else 0)
    assert list(parts.values()) == sorted(parts.values(), reverse=True)


@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=1))
def test_every_text_is_in_the_book_as_written(texts: list[str]) -> None:
    turns = tuple(turn(n, text) for n, text in enumerate(texts, 1))
    book = replace(BOOK, turns=turns)
    shown = as_text(as_markdown(book)).replace("\\<", "<")
    assert all(text.rstrip().replace("\\<", "<") in shown for text in texts)
    assert [t.text for t in record(book).turns] == texts


def test_an_empty_story_is_a_book_too() -> None:
    empty = replace(BOOK, story=story(premise=""), turns=(), facts=())
    assert as_text(as_markdown(empty)) == "# Salt\n\n---\n\n## Who wrote this\n"
    assert record(empty).shares == {}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<b>odd</b> <img src=x>", r"\<b>odd\</b> \<img src=x>"),
        ("<!-- gone --> <?php", r"\<!-- gone --> \<?php"),
        (r"\<b> \\<b>", r"\<b> \\\<b>"),
        ("``<b>` `\\`<i> ```\n\n<u>", "``\\<b>` `\\`\\<i> ```\n\n\\<u>"),
        ("<https://example.org> 3 < 4 <3 *x*", "<https://example.org> 3 < 4 <3 *x*"),
    ],
)
def test_tags_stand_for_themselves_in_markdown(text: str, shown: str) -> None:
    book = replace(BOOK, turns=(turn(1, text),))
    assert f"\n\n{shown}\n\n" in as_text(as_markdown(book))


def test_signs_stand_for_themselves() -> None:
    assert plain("a_b *c*\n[d] `e`") == r"a\_b \*c\* \[d\] \`e\`"


@pytest.mark.parametrize(
    ("title", "name"),
    [("Salt & Sea!", "salt-sea"), ("../../etc", "etc"), ("Über", "über"), ("???", "story"),
     ("x" * 90, "x" * 60)],
)  # fmt: skip
def test_a_title_as_a_file(title: str, name: str) -> None:
    assert file_name(title) == name
