import pytest

from bot.story.errors import NarratorGarbledError, NarratorRefusedError
from bot.story.proposal import MAX_PROPOSED, compose_reading
from playground.claude.faults import CutOff, NotJson, Refusal, Verbatim
from tests.builders import character, company, story, turn

CREW = company(character(1, "Mira", secrets="the quince"))
READ = compose_reading(
    story(), CREW, [], [turn(n, f"The {n}th lamp went out.") for n in range(1, 9)]
)


async def test_the_model_for_chores_reads_and_is_paid_at_its_own_price(claude, narrator):
    extract = await narrator.propose_facts(READ)

    assert len(extract.facts) == MAX_PROPOSED
    assert extract.model == narrator.chores_model == "claude-haiku-5-5"
    usage = extract.usage
    assert extract.cost == -(-(usage.input_tokens + 5 * usage.output_tokens) // 10)
    (body,) = claude.requests
    assert body["model"] == "claude-haiku-5-5"
    assert set(body["output_config"]["format"]["schema"]["properties"]) == {"facts"}
    assert "cache_control" not in str(body)
    assert "quince" not in str(body)


async def test_the_estimate_covers_the_call(narrator):
    extract = await narrator.propose_facts(READ)

    assert extract.cost <= narrator.estimate_reading(READ, MAX_PROPOSED) <= 4 * extract.cost


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Refusal(), NarratorRefusedError),
        (NotJson(), NarratorGarbledError),
        (CutOff(), NarratorGarbledError),
        (Verbatim('{"variants": []}'), NarratorGarbledError),
    ],
    ids=str,
)
async def test_what_goes_wrong_is_paid_for_at_the_price_of_chores(claude, narrator, fault, error):
    claude.faults.append(fault)

    with pytest.raises(error) as caught:
        await narrator.propose_facts(READ)

    assert 0 < caught.value.cost <= narrator.estimate_reading(READ, MAX_PROPOSED)


async def test_nothing_new_is_an_answer(claude, narrator):
    claude.faults.append(Verbatim('{"facts": []}'))

    assert (await narrator.propose_facts(READ)).facts == ()
