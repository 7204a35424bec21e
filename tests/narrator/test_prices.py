import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.narrator import Service
from bot.narrator.prices import cost_of, expected_usage, price_of, tokens_in
from bot.narrator.request import cut_blocks
from bot.narrator.warmth import MAX_PREFIXES, Warmth
from bot.story.prompt import Block
from bot.story.purse import Usage

MILLION = Usage(1_000_000, 1_000_000, 1_000_000, 1_000_000)


@pytest.mark.parametrize(
    ("model", "dollars"),
    [
        ("claude-fable-5-1", 10 + 20 + 0.25 + 50),
        ("claude-fable-5-2", 10 + 20 + 1 + 50),
        ("claude-opus-5-5", 4 + 8 + 0.2 + 20),
        ("claude-opus-5", 5 + 10 + 0.5 + 25),
        ("claude-opus-4-8", 5 + 10 + 0.5 + 25),
        ("claude-sonnet-5-5", 2 + 4 + 0.1 + 10),
        ("claude-sonnet-5", 2 + 4 + 0.2 + 10),
        ("claude-sonnet-4-6", 3 + 6 + 0.3 + 15),
        ("claude-haiku-5-5", 0.5 + 1 + 0.05 + 2.5),
        ("claude-haiku-4-5-20251001", 1 + 2 + 0.1 + 5),
        ("somebody-elses", 4 + 8 + 0.2 + 20),
    ],
)
def test_a_million_tokens_of_each_cost_what_the_list_says(model, dollars):
    assert cost_of(model, MILLION) == pytest.approx(dollars * 1_000_000)


def test_haiku_costs_more_for_long_prompts_only():
    at_the_limit = Usage(input_tokens=40_000, cache_read_tokens=60_000)
    above = Usage(input_tokens=40_001, cache_read_tokens=60_000)

    assert cost_of("claude-haiku-5-5", at_the_limit) == 4_000 + 600
    assert cost_of("claude-haiku-5-5", above) == 20_001 + 3_000


def test_a_part_of_a_micro_dollar_is_rounded_up():
    assert cost_of("claude-haiku-5-5", Usage(input_tokens=1)) == 1


def test_short_writes_are_cheaper():
    usage = Usage(cache_write_tokens=100)

    assert cost_of("claude-opus-5-5", usage) == 800
    assert cost_of("claude-opus-5-5", usage, write_5m_tokens=100) == 500


def test_unknown_models_are_free_on_servers_of_ones_own_only():
    assert cost_of("qwen", MILLION, free_unless_known=True) == 0
    assert cost_of("claude-opus-5-5", MILLION, free_unless_known=True) > 0
    assert price_of("qwen") == price_of("claude-opus-5-5")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://api.anthropic.com", True),
        ("https://api.anthropic.com/", True),
        ("http://127.0.0.1:8080", False),
        ("http://127.0.0.1:8080/api.anthropic.com", True),
        ("https://example.org/api.anthropic.com", False),
        ("https://notanthropic.com", False),
        ("https://anthropic.com.example.org", False),
    ],
)
def test_whose_service_it_is(address, expected):
    assert Service(api_key="k", base_url=address).is_anthropic is expected


blocks = st.lists(st.builds(Block, st.text(max_size=60), st.booleans()), max_size=8)


@settings(max_examples=60, deadline=None)
@given(blocks, st.integers(1, 8))
def test_all_text_is_reckoned_with(scene, variants):
    usage = expected_usage(cut_blocks(scene), variants)

    told = usage.input_tokens + usage.cache_write_tokens
    assert told >= sum(tokens_in(b.text) for b in scene if b.text.strip())
    assert bool(usage.cache_write_tokens) == any(b.cached and b.text.strip() for b in scene)
    assert usage.output_tokens >= 350 * variants


def turns(count, *, marks=()):
    return [Block(f"turn {n} " + "x" * 100, cached=n in marks) for n in range(count)]


def test_what_was_sent_within_the_hour_is_warm():
    now = 0.0
    warmth = Warmth(lambda: now)
    assert warmth.blocks_warm(turns(5, marks=[3])) == 0

    warmth.note(turns(5, marks=[3]))

    assert warmth.blocks_warm(turns(5, marks=[3])) == 4
    assert warmth.blocks_warm(turns(9, marks=[8])) == 4
    assert warmth.blocks_warm([Block("changed"), *turns(9, marks=[8])[1:]]) == 0
    assert warmth.blocks_warm(turns(30, marks=[29])) == 0
    now = 3600
    assert warmth.blocks_warm(turns(5, marks=[3])) == 0


def test_a_bounded_number_of_prefixes_is_remembered():
    warmth = Warmth(lambda: 0.0)
    for number in range(MAX_PREFIXES + 5):
        warmth.note([Block(str(number), cached=True)])

    assert len(warmth._until) == MAX_PREFIXES
    assert warmth.blocks_warm([Block("4", cached=True)]) == 0
    assert warmth.blocks_warm([Block("5", cached=True)]) == 1


def test_a_warm_prompt_is_expected_to_be_read():
    blocks = turns(4, marks=[2])

    cold, warm = expected_usage(blocks, 1), expected_usage(blocks, 1, warm=3)

    assert (cold.cache_read_tokens, warm.cache_write_tokens) == (0, 0)
    assert warm.cache_read_tokens == cold.cache_write_tokens
    assert warm.input_tokens == cold.input_tokens == tokens_in(blocks[3].text)
