"""What has come of one call so far, kept outside of it so that a failure can still be priced."""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.narrator.prices import tokens_in
from bot.story.purse import Usage


@dataclass(slots=True)
class Tally:
    """A stream as far as it was read.

    Attributes:
        started: whether the service began to answer; after that nothing is asked twice.
        usage: tokens as told so far. The service counts the prompt at the start and the output
            only at the end.
        write_5m_tokens: those of the cache writes that are for 5 minutes only.
        pieces: the text so far; thinking is no part of it.
        stop_reason: why the model stopped, or None while it has not.
        model: id of the model that answers, as the service names it.
    """

    started: bool = False
    usage: Usage = field(default_factory=Usage)
    write_5m_tokens: int = 0
    pieces: list[str] = field(default_factory=list)
    stop_reason: str | None = None
    model: str = ""

    @property
    def text(self) -> str:
        """The answer as far as it was read."""
        return "".join(self.pieces)

    def spent(self) -> Usage:
        """Tokens used; for a stream that broke off, its output is estimated from its text."""
        if self.stop_reason is not None or not self.pieces:
            return self.usage
        output = max(self.usage.output_tokens, tokens_in(self.text))
        return Usage(
            self.usage.input_tokens,
            self.usage.cache_write_tokens,
            self.usage.cache_read_tokens,
            output,
        )


class TroubleKind(StrEnum):
    """What went wrong, each for one of the narrator's errors."""

    REFUSED = "refused"
    BUSY = "busy"
    GARBLED = "garbled"
    SILENT = "silent"
    MISCONFIGURED = "misconfigured"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no answer. It holds nothing of a prompt, an answer or a key.

    Attributes:
        sentence: what the writer reads.
        again: whether to ask once more makes sense, if the stream had not begun.
        unsure: whether the request may have been worked on, and charged, without our being told.
        status: HTTP status, if there was a response.
        word: the service's word for it, such as ``overloaded_error``.
        request_id: under which the service's operators find the request.
        retry_after: seconds to wait, as told by the service.
    """

    kind: TroubleKind
    sentence: str
    again: bool = False
    unsure: bool = False
    status: int | None = None
    word: str = ""
    request_id: str | None = None
    retry_after: float | None = None


def judge(tally: Tally) -> Trouble | None:
    """What is wrong with a stream that was read to its end, judged by why the model stopped."""
    match tally.stop_reason:
        case "end_turn" | "stop_sequence":
            return None
        case None:
            return Trouble(
                TroubleKind.SILENT,
                "The connection to Claude ended in the middle of the answer. Ask again.",
                word="no_stop_reason",
            )
        case "refusal":
            return Trouble(
                TroubleKind.REFUSED,
                "Claude declined to write this. Ask with another direction, or change the turns "
                "that lead up to it.",
                word="refusal",
            )
        case "max_tokens" | "model_context_window_exceeded":
            return Trouble(
                TroubleKind.GARBLED,
                "Claude's answer was cut off before its end. Ask for fewer variants.",
                word=tally.stop_reason,
            )
        case _:
            return Trouble(
                TroubleKind.GARBLED,
                "Claude stopped without a finished answer. Ask again.",
                word="unexpected_stop_reason",
            )
