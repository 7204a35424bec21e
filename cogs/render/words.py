"""Names, lists, counts and pages."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import discord

MOST = 2_000
"""Characters of a message.

Source: https://discord.com/developers/docs/resources/message#create-message
"""
MANY = 10
"""Channels that are listed."""
PAGE = 1_900
"""Characters of an ephemeral page, with room for its buttons' line."""


def name(text: str) -> str:
    """A name in which Markdown signs stand for themselves."""
    return discord.utils.escape_markdown(text)


def names(many: Iterable[str]) -> str:
    """Names as people list them: "Anna, Bo and Cy"."""
    return listed([name(one) for one in many])


def listed(many: Sequence[str]) -> str:
    """Things as people list them: "this, that and the other"."""
    if len(many) < 2:  # noqa: PLR2004 - one alone needs no "and"
        return "".join(many)
    return f"{', '.join(many[:-1])} and {many[-1]}"


def some(many: Sequence[str], most: int = 5) -> str:
    """Names as people list them, of many only the first: "Anna, Bo and 7 others"."""
    if len(many) <= most + 1:
        return names(many)
    return f"{', '.join(name(one) for one in many[:most])} and {len(many) - most} others"


def counted(count: int, one: str, more: str = "") -> str:
    """A number with its noun: "1 turn", "3 turns"."""
    return f"{count} {one if count == 1 else more or f'{one}s'}"


def places(channel_ids: Sequence[int]) -> str:
    """Channels as Discord links them, which pings nobody: "#the-inn and #the-cellar"."""
    shown = [f"<#{channel_id}>" for channel_id in channel_ids[:MANY]]
    more = len(channel_ids) - len(shown)
    return listed([*shown, f"{more} more"] if more else shown)


def link(guild_id: int | None, channel_id: int, message_id: int) -> str:
    """The address of a message, which Discord shows as a way there."""
    return f"https://discord.com/channels/{guild_id}/{channel_id}/{message_id}"


def when(at: datetime) -> str:
    """A time that Discord shows in each reader's own zone, such as "in 5 minutes"."""
    return discord.utils.format_dt(at, "R")


def quoted(text: str) -> str:
    """Text as a block quote, each line of it."""
    return "\n".join(f"> {line}" for line in text.splitlines() or [""])


def pages(blocks: Iterable[str], limit: int = PAGE) -> list[str]:
    """Blocks laid out on pages of at most ``limit`` characters; a longer block is cut short."""
    laid: list[str] = []
    for block in blocks:
        kept = block if len(block) <= limit else block[: limit - 1] + "…"
        if laid and len(laid[-1]) + len(kept) + 1 <= limit:
            laid[-1] += f"\n{kept}"
        else:
            laid.append(kept)
    return laid or ["Nothing yet."]


def within(text: str, most: int) -> str:
    """A text, cut where it is too long."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
