"""Values that are kept as JSON in one column, and how they come back."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from enum import StrEnum
from typing import Any

from bot.story.tale import AiPolicy, Counts, Proxying, Settings, TieRule, Voters
from bot.story.turn import Attachment, Beat, BeatKind

_WORDS: dict[str, type[StrEnum]] = {
    "tie": TieRule,
    "counts": Counts,
    "voters": Voters,
    "proxying": Proxying,
    "ai": AiPolicy,
}
_PLAIN = {"style": str, "point_of_view": str, "variants": int, "quorum": int, "table_talk": str}


def pack_settings(settings: Settings) -> dict[str, Any]:
    """Settings as they are stored; the window in seconds."""
    packed: dict[str, Any] = {name: getattr(settings, name) for name in _PLAIN}
    packed |= {name: str(getattr(settings, name)) for name in _WORDS}
    packed["window"] = settings.window.total_seconds()
    return packed


def unpack_settings(packed: dict[str, Any]) -> Settings:
    """Settings as they were stored.

    What is missing, unknown or meaningless takes its default: a story outlives versions of the
    program, back and forth.
    """
    known: dict[str, Any] = {
        name: packed[name] for name, kind in _PLAIN.items() if isinstance(packed.get(name), kind)
    }
    for name, kind in _WORDS.items():
        if packed.get(name) in set(kind):
            known[name] = kind(packed[name])
    if isinstance(packed.get("window"), int | float):
        known["window"] = timedelta(seconds=packed["window"])
    return Settings(**known)


def pack_attachments(attachments: Sequence[Attachment]) -> list[dict[str, Any]] | None:
    """Attachments as they are stored."""
    return [asdict(attachment) for attachment in attachments] or None


def unpack_attachments(packed: list[dict[str, Any]] | None) -> tuple[Attachment, ...]:
    """Attachments as they were stored."""
    return tuple(Attachment(one["filename"], one["url"], one["size"]) for one in packed or ())


def pack_beats(beats: Sequence[Beat]) -> list[dict[str, Any]] | None:
    """Beats as they are stored."""
    return [asdict(beat) for beat in beats] or None


def unpack_beats(packed: list[dict[str, Any]] | None) -> tuple[Beat, ...]:
    """Beats as they were stored."""
    return tuple(Beat(one["actor"], BeatKind(one["kind"]), one["text"]) for one in packed or ())
