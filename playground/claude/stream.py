"""A message of the API, whole or as server-sent events."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playground.claude.meter import PromptUsage, count

CHUNK = 48
"""Characters in one event of a stream."""

THINKING_TOKENS = 24
"""What the model is said to have thought before it wrote; billed as output."""


@dataclass(frozen=True, slots=True)
class Message:
    """An answer of the model.

    Attributes:
        thinks: whether a thinking block (empty, signed) stands before the text.
    """

    id: str
    model: str
    text: str
    stop_reason: str
    prompt: PromptUsage
    thinks: bool = False

    @property
    def output(self) -> dict[str, Any]:
        """What was written, in tokens."""
        thinking = THINKING_TOKENS if self.thinks else 0
        return {
            "output_tokens": count(self.text) + thinking,
            "output_tokens_details": {"thinking_tokens": thinking},
        }

    @property
    def _stop_details(self) -> dict[str, Any] | None:
        refused = self.stop_reason == "refusal"
        return {"type": "refusal", "category": None, "explanation": None} if refused else None

    def whole(self) -> dict[str, Any]:
        """The message as the answer to a request without ``stream``."""
        thought = {"type": "thinking", "thinking": "", "signature": "offline"}
        said = {"type": "text", "text": self.text}
        return self._envelope() | {
            "content": ([thought] if self.thinks else []) + ([said] if self.text else []),
            "stop_reason": self.stop_reason,
            "stop_details": self._stop_details,
            "usage": self.prompt.as_json() | self.output,
        }

    def _envelope(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": self.prompt.as_json(),
        }

    def opening(self) -> Iterator[bytes]:
        """The events up to where the text begins."""
        yield event("message_start", message=self._envelope())
        yield event("ping")
        if self.thinks:
            block = {"type": "thinking", "thinking": "", "signature": ""}
            yield event("content_block_start", index=0, content_block=block)
            signed = {"type": "signature_delta", "signature": "offline"}
            yield event("content_block_delta", index=0, delta=signed)
            yield event("content_block_stop", index=0)
        if self.text:
            block = {"type": "text", "text": ""}
            yield event("content_block_start", index=int(self.thinks), content_block=block)

    def pieces(self) -> list[bytes]:
        """The text in small events."""
        return [
            event(
                "content_block_delta",
                index=int(self.thinks),
                delta={"type": "text_delta", "text": self.text[at : at + CHUNK]},
            )
            for at in range(0, len(self.text), CHUNK)
        ]

    def ending(self) -> Iterator[bytes]:
        """The events after the text."""
        if self.text:
            yield event("content_block_stop", index=int(self.thinks))
        delta = {
            "stop_reason": self.stop_reason,
            "stop_sequence": None,
            "stop_details": self._stop_details,
        }
        yield event("message_delta", delta=delta, usage=self.output)
        yield event("message_stop")


def event(name: str, **fields: object) -> bytes:
    """One server-sent event."""
    data = json.dumps({"type": name, **fields}, ensure_ascii=False)
    return f"event: {name}\ndata: {data}\n\n".encode("utf-8", errors="replace")
