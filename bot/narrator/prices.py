"""What calls cost: list prices, the price of a usage, and an estimate before anybody is asked.

Source of prices and of the two multipliers for cache writes, read in October 2026:
https://platform.claude.com/docs/en/about-claude/pricing
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from math import ceil

from bot.story.prompt import Block
from bot.story.purse import Usage

DEFAULT_MODEL = "claude-opus-5-5"
"""The prose model unless the operator names another."""

CHORES_MODEL = "claude-haiku-5-5"
"""The model for chores unless the operator names another."""

WRITE_5M = Decimal("1.25")
"""Price of writing a token to the cache for 5 minutes, as a multiple of the input price."""

WRITE_1H = Decimal(2)
"""The same for an hour."""

BYTES_PER_TOKEN = 2.8
"""UTF-8 bytes per token, on the low side so that an estimate errs upwards.

The tokenizer since Opus 4.7 makes about 30 % more tokens of the same English text than the old
rule of four characters a token. Bytes rather than characters, because a character of another
script is nearer to one token than to a third.
"""

TOKENS_PER_VARIANT = 350
"""Output expected for one variant: about 200 words of prose and the JSON around them."""

TOKENS_PER_FACT = 120
"""Output expected for one proposed fact with the words it cites."""

THINKING_TOKENS = 300
"""Thinking expected at low effort; it is billed as output."""

TOKENS_FOR_SCHEMA = 400
"""What the service adds to a prompt for the agreed form of the answer, rounded up."""


@dataclass(frozen=True, slots=True)
class Price:
    """Micro-dollars per token, which is the same number as dollars per million tokens."""

    input: Decimal
    output: Decimal
    cache_read: Decimal

    def of(self, usage: Usage, *, write_5m_tokens: int = 0) -> int:
        """The price of a usage in micro-dollars, rounded up to a whole one.

        Args:
            usage: tokens as the service counted them.
            write_5m_tokens: how many of the cache writes were for 5 minutes only; the rest are
                for an hour.
        """
        write_1h_tokens = usage.cache_write_tokens - write_5m_tokens
        total = (
            self.input * usage.input_tokens
            + self.input * WRITE_5M * write_5m_tokens
            + self.input * WRITE_1H * write_1h_tokens
            + self.cache_read * usage.cache_read_tokens
            + self.output * usage.output_tokens
        )
        return int(total.to_integral_value(ROUND_CEILING))


def _price(input_: str, output: str, cache_read: str) -> Price:
    return Price(Decimal(input_), Decimal(output), Decimal(cache_read))


FREE = _price("0", "0", "0")

LONG_PROMPT = 100_000
"""Prompt tokens (cache reads and writes included) above which Haiku 5.5 costs more throughout."""

_HAIKU_LONG = _price("0.50", "2.50", "0.05")

_BY_PREFIX = {
    "claude-fable-5-1": _price("10", "50", "0.25"),
    "claude-mythos-5-1": _price("10", "50", "0.25"),
    "claude-fable-": _price("10", "50", "1"),
    "claude-mythos-": _price("10", "50", "1"),
    "claude-opus-5-5": _price("4", "20", "0.20"),
    "claude-opus-": _price("5", "25", "0.50"),
    "claude-sonnet-5-5": _price("2", "10", "0.10"),
    "claude-sonnet-5": _price("2", "10", "0.20"),
    "claude-sonnet-": _price("3", "15", "0.30"),
    "claude-haiku-5-5": _price("0.10", "0.50", "0.01"),
    "claude-haiku-": _price("1", "5", "0.10"),
}
"""Prices by the beginning of a model's id; the longest beginning that fits is taken.

An id that is newer than this table (such as Fable 5.2, of which no price was published when it was
written) is so priced like its line.
"""


def price_of(model: str, *, prompt_tokens: int = 0, free_unless_known: bool = False) -> Price:
    """The list price of a model.

    Args:
        model: its id.
        prompt_tokens: length of the prompt, cached or not; it matters for Haiku 5.5 only.
        free_unless_known: whether an id that is not Claude's costs nothing, as on a server of
            the operator's own. Otherwise it is priced like the default model, since a cap that
            counts nothing holds nothing.
    """
    if model.startswith("claude-haiku-5-5") and prompt_tokens > LONG_PROMPT:
        return _HAIKU_LONG
    fitting = [prefix for prefix in _BY_PREFIX if model.startswith(prefix)]
    if fitting:
        return _BY_PREFIX[max(fitting, key=len)]
    return FREE if free_unless_known else _BY_PREFIX[DEFAULT_MODEL]


def prompt_tokens_of(usage: Usage) -> int:
    """All tokens of the prompt, whether read from the cache, written to it, or neither."""
    return usage.input_tokens + usage.cache_write_tokens + usage.cache_read_tokens


def cost_of(
    model: str, usage: Usage, *, write_5m_tokens: int = 0, free_unless_known: bool = False
) -> int:
    """What a usage costs with a model, in micro-dollars; see ``price_of`` and ``Price.of``."""
    price = price_of(
        model, prompt_tokens=prompt_tokens_of(usage), free_unless_known=free_unless_known
    )
    return price.of(usage, write_5m_tokens=write_5m_tokens)


def tokens_in(text: str) -> int:
    """About how many tokens a text has, rather too many than too few."""
    return ceil(len(text.encode("utf-8", errors="replace")) / BYTES_PER_TOKEN)


def expected_usage(blocks: Sequence[Block], variants: int, warm: int = 0) -> Usage:
    """The usage to expect of a draft.

    Args:
        blocks: the prompt as it will be sent, see ``cut_blocks``.
        variants: how many are asked for.
        warm: how many of the blocks, from the first one on, are taken to be in the cache.
    """
    tokens = [tokens_in(block.text) for block in blocks]
    marks = [number for number, block in enumerate(blocks, start=1) if block.cached]
    last = marks[-1] if marks else 0
    # The schema stands before the first block and shares its fate.
    read = sum(tokens[:warm]) + (TOKENS_FOR_SCHEMA if warm else 0)
    written = sum(tokens[warm:last]) + (TOKENS_FOR_SCHEMA if marks and not warm else 0)
    plain = sum(tokens[last:]) + (0 if marks else TOKENS_FOR_SCHEMA)
    return Usage(plain, written, read, TOKENS_PER_VARIANT * variants + THINKING_TOKENS)


def expected_reading(blocks: Sequence[Block], most: int) -> Usage:
    """The usage to expect of a proposal of so many facts; nothing of it is cached."""
    plain = sum(tokens_in(block.text) for block in blocks) + TOKENS_FOR_SCHEMA
    return Usage(plain, 0, 0, TOKENS_PER_FACT * most + THINKING_TOKENS)
