"""The model refuses, is busy, breaks off, talks nonsense, or writes what it may not."""

import pytest

from playground.claude.faults import (
    OVERLOADED,
    Count,
    CutOff,
    Drop,
    ErrorEvent,
    Failure,
    Hang,
    NoEnd,
    NotJson,
    Refusal,
    Verbatim,
    intruder,
    pinging,
    rate_limited,
)
from tests.whole.kit import (
    UNSAID,
    ask,
    ballot,
    heard,
    pikes,
    press,
    sent,
    shown,
    spoken,
    voting,
    won,
    written,
)

FAULTS = {
    "refuses": Refusal(),
    "refuses late": Refusal(after_some_text=True),
    "is overloaded": OVERLOADED,
    "is overloaded midway": ErrorEvent(),
    "limits our rate": rate_limited(30),
    "is cut off": CutOff(),
    "ends early": NoEnd(),
    "breaks its answer": NotJson(),
    "answers nonsense": Verbatim('{"variants": 3}'),
    "hangs up": Drop(),
    "rejects the key": Failure(401),
}


async def failed(story, local, claude, fault):
    """The sentence on the card of a ballot whose draft failed."""
    claude.choose_fault = lambda _body: fault
    seen = {m.id for m in story.inn.messages}
    assert "Drafting" in await ask(story.anna, story.inn, "scene continue", direction=UNSAID)
    card = await local.until(
        lambda: next(
            (m for m in story.inn.messages if m.id not in seen and "No way on" in m.text), None
        ),
        what="the card says why",
    )
    claude.choose_fault = lambda _body: None
    assert not card.buttons
    return card.text.split("\n", 2)[2]


@pytest.mark.parametrize("tuned", [{"troupe_draft_seconds": 1.5}])
async def test_each_failure_is_one_clear_sentence_and_leaves_nothing_behind(
    story, local, claude, journal
):
    told = {}
    for name, fault in FAULTS.items():
        told[name] = await failed(story, local, claude, fault)
        assert "A ballot is open" not in await ask(story.anna, story.inn, "story show")
    told["never answers"] = await failed(story, local, claude, Hang())
    told["stops midway"] = await failed(story, local, claude, Hang(midway=True))
    claude.release()
    for sentence in told.values():
        assert "\n" not in sentence
        assert 20 < len(sentence) < 250
        assert sentence[0].isupper()
        assert sentence.endswith((".", "`"))
        assert "Error" not in sentence
    assert "No answer came from Claude within 1 s" in told["never answers"]
    assert len(set(told.values())) >= 4, told
    assert journal.getvalue().count('"event": "draft failed"') == len(told)
    assert '"ballot_id": 1' in journal.getvalue()
    # Nothing was said, nothing is pending, and the next ballot works.
    assert not spoken(story.inn)
    card = await ballot(local, story.bo, story.inn)
    assert len(voting(card)) == 3


async def test_too_few_or_too_many_variants_are_borne(story, local, claude):
    claude.faults.append(Count(6))
    card = await ballot(local, story.anna, story.inn)
    assert len(voting(card)) == 3
    await press(story.anna, card, "None of these")
    await press(story.bo, card, "None of these")
    await local.until(lambda: "No way on" in card.text)
    claude.choose_fault = lambda _body: Count(1)
    card = await ballot(local, story.anna, story.inn)
    assert 1 <= len(voting(card)) <= 3


async def test_a_claimed_character_never_reaches_the_card(story, local, claude):
    claude.faults.append(intruder("MIRA"))
    card = await ballot(local, story.anna, story.inn)
    assert "never have said this" not in card.text
    assert len(voting(card)) >= 2
    await press(story.anna, card, "None of these")
    await press(story.bo, card, "None of these")
    await local.until(lambda: "No way on" in card.text)
    sentence = await failed(story, local, claude, intruder("Captain Tom", all_variants=True))
    assert "broke a rule" in sentence


async def test_a_failed_round_says_so_and_the_vote_goes_on(story, local, claude):
    anna, bo, inn = story.anna, story.bo, story.inn
    claude.faults.append(pikes("The bridge is gone.", "I never liked the sea."))
    card = await ballot(local, anna, inn, variants=2)
    claude.choose_fault = lambda _body: Refusal()
    await sent(bo, await bo.click(card, "Steer"), {"direction": "worse"})
    await local.until(lambda: "declined" in card.text, what="a line about the failure")
    assert "on the way" not in card.text
    for person in (anna, bo):
        await press(person, card, voting(card)[0])
    await won(local, card)


async def test_what_the_model_writes_pings_nobody(story, local, claude):
    anna, bo, inn = story.anna, story.bo, story.inn
    claude.faults.append(pinging())
    await ballot(local, anna, inn)
    card = await shown(local, inn)
    for person in (anna, bo):
        await press(person, card, "None of these")
    await local.until(lambda: "No way on" in card.text)
    storm = f"@everyone @here {bo.mention} ```x\u202e"
    claude.faults.append(written([("Narrator", storm)], angle=storm))
    card = await ballot(local, anna, inn, variants=1, direction=storm)
    for person in (anna, bo):
        await press(person, card, "A")
    await heard(local, inn, storm)
    await won(local, card)
    assert not local.pings


@pytest.mark.parametrize("tuned", [{"troupe_daily_cap_usd": 0.025}])
async def test_an_empty_purse_is_told_before_the_model_is_asked(story, local, claude):
    anna, inn = story.anna, story.inn
    offered = await anna.autocomplete(inn, "scene continue", "variants", "")
    assert [c.value for c in offered] == [1]
    told = await ask(anna, inn, "scene continue", variants=3)
    assert "1 draft · about" in told
    assert "The purse for today holds no more." in told
    await shown(local, inn)
    asked = len(claude.requests)
    await ask(anna, inn, "story close")
    await ask(anna, inn, "story open", title="B", premise="C")
    told = await ask(anna, inn, "scene continue")
    assert "does not hold another draft" in told
    assert len(claude.requests) == asked
