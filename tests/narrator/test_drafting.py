from bot.story.prompt import Block, Prompt
from bot.story.turn import BeatKind
from playground.claude.faults import Count, Verbatim, intruder, pinging


async def test_a_draft_holds_the_variants_the_usage_and_the_price(narrator, prompt):
    draft = await narrator.draft(prompt, 3)

    assert len(draft.variants) == 3
    assert {b.actor for v in draft.variants for b in v.beats} <= set(prompt.may_voice)
    assert all(v.angle for v in draft.variants)
    assert draft.model == narrator.model == "claude-opus-5-5"
    assert draft.usage.cache_write_tokens > 1024
    assert draft.usage.output_tokens > 0
    usage = draft.usage
    by_hand = 4 * usage.input_tokens + 8 * usage.cache_write_tokens + 20 * usage.output_tokens
    assert draft.cost == by_hand


async def test_the_second_call_reads_from_the_cache(narrator, prompt):
    first = await narrator.draft(prompt, 3)
    again = await narrator.draft(prompt, 3)

    assert again.usage.cache_read_tokens == first.usage.cache_write_tokens
    assert again.usage.cache_write_tokens == 0
    assert again.cost < first.cost


async def test_the_number_of_variants_does_not_miss_the_cache(narrator, prompt):
    await narrator.draft(prompt, 3)
    request = Block(prompt.scene[-1].text.replace("Variants: 3", "Variants: 2"))
    other = Prompt(prompt.system, (*prompt.scene[:-1], request), prompt.may_voice)

    again = await narrator.draft(other, 2)

    assert len(again.variants) == 2
    assert again.usage.cache_write_tokens == 0


async def test_the_estimate_covers_a_cold_call(narrator, prompt):
    estimate = narrator.estimate(prompt, 3)
    draft = await narrator.draft(prompt, 3)

    assert draft.cost < estimate < 4 * draft.cost
    assert narrator.estimate(prompt, 1) < narrator.estimate(prompt, 4)


async def test_the_estimate_of_a_warm_call_counts_on_the_cache(narrator, prompt):
    cold = narrator.estimate(prompt, 3)
    await narrator.draft(prompt, 3)
    warm = narrator.estimate(prompt, 3)

    draft = await narrator.draft(prompt, 3)

    assert draft.cost < warm < cold


async def test_the_request_holds_nothing_that_the_service_refuses(claude, narrator, prompt):
    await narrator.draft(prompt, 3)

    (body,) = claude.requests
    assert set(body) == {"model", "max_tokens", "system", "messages", "output_config", "stream"}
    assert [m["role"] for m in body["messages"]] == ["user"]
    assert set(body["output_config"]) == {"format"}
    assert body["system"][0]["cache_control"] == {"type": "ephemeral", "ttl": "1h"}
    assert "cache_control" not in body["messages"][0]["content"][-1]


async def test_effort_is_said_where_it_is_set(claude, open_narrator, prompt):
    narrator = await open_narrator(effort="medium")

    await narrator.draft(prompt, 3)

    assert claude.requests[0]["output_config"]["effort"] == "medium"


async def test_at_most_four_marks_and_no_empty_block_are_sent(claude, narrator, prompt):
    turns = tuple(Block(f'<turn n="{n}">Yes.</turn>', cached=True) for n in range(6))
    many = Prompt(prompt.system, (*turns, Block(" \n", cached=True), prompt.scene[-1]), ())

    await narrator.draft(many, 3)

    (body,) = claude.requests
    content = body["messages"][0]["content"]
    assert len(content) == 7
    assert [n for n, block in enumerate(content) if "cache_control" in block] == [2, 3, 4, 5]
    assert "cache_control" not in body["system"][0]


async def test_lone_surrogates_do_not_stop_a_request(narrator, prompt):
    odd = Prompt(prompt.system, (Block("a \ud800 b"), *prompt.scene), prompt.may_voice)

    assert (await narrator.draft(odd, 3)).variants


async def test_more_variants_than_asked_for_are_clipped(claude, narrator, prompt):
    claude.faults.append(Count(5))

    assert len((await narrator.draft(prompt, 3)).variants) == 3


async def test_fewer_variants_are_no_error(claude, narrator, prompt):
    claude.faults.append(Count(1))

    assert len((await narrator.draft(prompt, 3)).variants) == 1


async def test_who_may_be_voiced_is_not_judged_here(claude, narrator, prompt):
    claude.faults.extend([intruder("Ulysses"), pinging()])

    intruded = await narrator.draft(prompt, 3)
    pinged = await narrator.draft(prompt, 3)

    assert intruded.variants[0].beats[-1].actor == "Ulysses"
    assert "@everyone" in pinged.variants[0].beats[-1].text


async def test_json_in_a_fence_is_read(claude, narrator, prompt):
    claude.faults.append(
        Verbatim(
            'Sure!\n```json\n{"variants": [{"angle": "dry", "beats": '
            '[{"actor": "Ajax", "kind": "Thought", "text": "Hm."}]}]}\n```\nEnjoy {it}.'
        )
    )

    draft = await narrator.draft(prompt, 3)

    (beat,) = draft.variants[0].beats
    assert (beat.actor, beat.kind, beat.text) == ("Ajax", BeatKind.THOUGHT, "Hm.")


async def test_check_tells_of_the_model(narrator):
    status = await narrator.check()

    assert (status.id, status.lifecycle, status.retires_at) == ("claude-opus-5-5", "active", None)
