"""Reading an answer of the Messages API from its bytes: a stream of events, or one whole."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from playground.claude.meter import PromptUsage, tokens_of


@dataclass(slots=True)
class Answer:
    """What is known of an answer, finished or not.

    Attributes:
        model: who answered, as the service says; empty if it does not.
        prompt: tokens of the prompt; None as long as nothing was told.
        output: tokens written so far, thinking included.
        stop_reason: why the model stopped; None if it did not, or the connection broke before.
        trouble: what the service says went wrong, or empty.
    """

    model: str = ""
    text: str = ""
    prompt: PromptUsage | None = None
    output: int = 0
    stop_reason: str | None = None
    trouble: str = ""
    _usage: dict[str, Any] = field(default_factory=dict, repr=False)

    def _count(self, usage: object) -> None:
        """Note tokens told. Counts are cumulative; what is not told anew stays as it was."""
        if isinstance(usage, dict):
            self._usage |= {key: value for key, value in usage.items() if value is not None}
            self.prompt = PromptUsage.from_json(self._usage)
            self.output = tokens_of(self._usage, "output_tokens")

    def _begin(self, message: dict[str, Any]) -> None:
        self.model = str(message.get("model") or "")
        self.stop_reason = message.get("stop_reason")
        content = message.get("content")
        for block in content if isinstance(content, list) else ():
            self.take({"content_block": block})
        self._count(message.get("usage"))

    def take(self, event: dict[str, Any]) -> None:
        """Note an event of a stream, or a whole message."""
        match event:
            case {"type": "message_start", "message": dict(message)} | (
                {"type": "message"} as message
            ):
                self._begin(message)
            case {"content_block": {"type": "text", "text": str(text)}} | {
                "delta": {"type": "text_delta", "text": str(text)}
            }:
                self.text += text
            case {"type": "message_delta", "delta": dict(delta)}:
                self.stop_reason = delta.get("stop_reason")
                self._count(event.get("usage"))
            case {"type": "error", "error": dict(error)}:
                self.trouble = str(error.get("message") or error.get("type") or "an error")
            case _:
                pass


def read_answer(heard: bytes) -> Answer:
    """Read as much of an answer as has come. Whatever cannot be read is passed over."""
    answer = Answer()
    for event in _events(heard):
        if isinstance(event, dict):
            answer.take(event)
    return answer


def _events(heard: bytes) -> Iterator[Any]:
    """The JSON of each event; of what is no stream, the whole."""
    lines = heard.splitlines()
    found = [line[5:] for line in lines if line.startswith(b"data:")] or [heard]
    for data in found:
        try:
            yield json.loads(data)
        except ValueError:
            continue
