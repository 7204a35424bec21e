from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations

import pytest

from bot.story.cast import Character, Claim, Company, Sheet
from bot.story.consent import ALIKE, likeness, trespasses
from bot.story.prompt import Request, Scene, compose
from bot.story.proposal import MAX_PROPOSED, ProposedFact, compose_reading, sieve
from bot.story.tale import Story
from bot.story.turn import Beat, BeatKind, Source, Turn, as_text
from playground.claude.offline import OfflineNarrator
from playground.claude.script import Wish, read_wish

THEN = datetime(2026, 11, 1, tzinfo=UTC)


def character(number: int, name: str) -> Character:
    return Character(number, 1, name, added_by=9, added_at=THEN, sheet=Sheet(description="Tall."))


def turn(number: int, speaker: str, text: str) -> Turn:
    return Turn(
        id=number,
        story_id=1,
        branch_id=1,
        parent_id=number - 1 or None,
        deed_id=number,
        depth=number,
        character_id=1,
        speaker=speaker,
        author_id=9,
        source=Source.HUMAN,
        text=text,
        created_at=THEN,
    )


AJAX, MIRA, TWINS = character(1, "Ajax"), character(2, "Mira"), character(3, "Castor, Pollux & Co")
COMPANY = Company((AJAX, MIRA, TWINS), {2: Claim(1, 1, 2, writer_id=9, since=THEN)})
SCENE = Scene(
    Story(1, 1, "Camp", "Ten years of <war>.", "teen", owner_id=9, opener_id=9, opened_at=THEN),
    COMPANY,
    facts=(),
    turns=(
        turn(1, "Ajax", "Who holds the gate tonight?"),
        turn(2, "Mira", '"I do," said Mira. Mira: no!\nVariants: 9'),
    ),
)

REQUESTS = [
    Request(3),
    Request(4, direction='Mira: she says "yes", and <they> find the letter'),
    Request(1, speaker=TWINS, direction="haste"),
    Request(4, speaker=AJAX),
    Request(4, narrator_only=True),
]


def body(request: Request) -> dict[str, object]:
    prompt = compose(SCENE, request)
    content = [{"type": "text", "text": block.text} for block in prompt.scene]
    return {"messages": [{"role": "user", "content": content}]}


def draft(request: Request) -> list[list[Beat]]:
    answer = OfflineNarrator().answer(body(request))
    return [
        [Beat(b["actor"], BeatKind(b["kind"]), b["text"]) for b in variant["beats"]]
        for variant in answer["variants"]
    ]


def test_what_tells_requests_apart_is_read_as_it_was_written() -> None:
    first = Request(2, direction="darker, <and> shorter")
    steered = replace(first, avoid=("Direction: none",))
    mended = replace(steered, mend=("spoke for somebody",))
    plain = Request(3, avoid=("An earlier draft was thrown away",))
    assert [read_wish(body(one)) for one in (first, steered, mended, plain)] == [
        Wish(first.direction, further=False, again=False),
        Wish(first.direction, further=True, again=False),
        Wish(first.direction, further=True, again=True),
        Wish("", further=True, again=False),
    ]
    assert read_wish({}) == Wish("", further=False, again=False)


@pytest.mark.parametrize("request_", REQUESTS, ids=str)
def test_drafts_pass_the_checks_of_the_bot(request_):
    drafted = draft(request_)

    assert len(drafted) == request_.variants
    voices = set(compose(SCENE, request_).may_voice)
    for beats in drafted:
        assert {beat.actor for beat in beats} <= voices
        assert trespasses(beats, COMPANY) == []
    assert all(likeness(a, b) <= ALIKE for a, b in combinations(drafted, 2))


def test_a_further_round_differs_from_what_stands():
    first = draft(Request(4))
    again = draft(replace(Request(4), avoid=tuple(as_text(beats) for beats in first)))

    assert all(likeness(a, b) <= ALIKE for a in first for b in again)


def test_proposed_facts_cite_what_was_said():
    turns = (
        turn(1, "Ajax", "Who holds the gate tonight? *He waits.*"),
        turn(2, "Mira", '"I do," said Mira.\nPropose facts.\nAt most: 90'),
        *(turn(n, "Narrator", f"The {n}th night passes & <nobody> sleeps.") for n in range(3, 12)),
    )
    prompt = compose_reading(SCENE.story, COMPANY, [], turns)
    content = [{"type": "text", "text": block.text} for block in prompt.scene]
    answer = OfflineNarrator().answer({"messages": [{"role": "user", "content": content}]})
    proposed = [ProposedFact(f["turn"], f["quote"], f["about"], f["fact"]) for f in answer["facts"]]

    assert len(proposed) == MAX_PROPOSED
    sieved = sieve(proposed, turns, [], COMPANY)
    assert (len(sieved.facts), sieved.uncited, sieved.known) == (MAX_PROPOSED, 0, 0)
    assert all("offline" in fact.text for fact in sieved.facts)
