"""Claude as narrator and scribe: one structured call, with a retry that knows when to stop."""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, Self
from urllib.parse import urlsplit

import structlog
from typing_extensions import override

from bot.narrator.answer import read_facts, read_variants
from bot.narrator.prices import (
    CHORES_MODEL,
    DEFAULT_MODEL,
    cost_of,
    expected_reading,
    expected_usage,
)
from bot.narrator.request import FACTS_SCHEMA, SCHEMA, Manner, blocks_of, to_body
from bot.narrator.tally import Tally, Trouble, TroubleKind, judge
from bot.narrator.warmth import Warmth
from bot.ports import Draft, Extract
from bot.story.errors import (
    NarratorBusyError,
    NarratorError,
    NarratorGarbledError,
    NarratorMisconfiguredError,
    NarratorRefusedError,
    NarratorSilentError,
)
from bot.story.prompt import Prompt
from bot.story.proposal import MAX_PROPOSED
from bot.story.purse import Usage

if TYPE_CHECKING:
    # At run time the SDK is imported off the event loop, by ``ClaudeNarrator.open``.
    from anthropic import AsyncAnthropic

ANTHROPIC = "https://api.anthropic.com"

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}

CHECK_SECONDS = 10.0
"""How long ``check`` waits for the service."""

Effort = Literal["low", "medium", "high", "xhigh", "max"]

_log = structlog.get_logger(__name__)

_ERRORS: dict[TroubleKind, type[NarratorError]] = {
    TroubleKind.REFUSED: NarratorRefusedError,
    TroubleKind.BUSY: NarratorBusyError,
    TroubleKind.GARBLED: NarratorGarbledError,
    TroubleKind.SILENT: NarratorSilentError,
    TroubleKind.MISCONFIGURED: NarratorMisconfiguredError,
}


@dataclass(frozen=True, slots=True)
class Service:
    """Which model to ask, where, and with how much patience.

    Attributes:
        api_key: never shown, not even in ``repr``. Local servers take any or none.
        base_url: without the path ``/v1``. A relay on this machine names in its path whose service
            it leads to: ``http://127.0.0.1:8010/api.anthropic.com``.
        model: id of the prose model.
        chores_model: id of the model for chores.
        timeout: seconds for a whole draft, retries and waiting included.
        effort: how much the model thinks before it writes. None: "low" at Anthropic's own
            service, where prose gains little from more, and unsaid to servers elsewhere, which
            may not know the word.
        max_tokens: tokens the answer may have, thinking included. It only bounds a run-away: four
            variants need about 2,000.
        retries: how often a request is repeated that was turned away before an answer began.
        longest_wait: seconds; asked to wait longer, the narrator says that it is busy instead.
        backoff: seconds before the first repetition when the service names no time; doubled for
            the second.
    """

    api_key: str = field(repr=False)
    base_url: str = ANTHROPIC
    model: str = DEFAULT_MODEL
    chores_model: str = CHORES_MODEL
    timeout: float = 170.0
    effort: Effort | None = None
    max_tokens: int = 12_000
    retries: int = 2
    longest_wait: float = 20.0
    backoff: float = 0.5

    @property
    def is_anthropic(self) -> bool:
        """Whether the base address is Anthropic's own service, or a relay to it."""
        parts = urlsplit(self.base_url)
        host = parts.hostname or ""
        if host in _LOOPBACK:
            host = parts.path.strip("/")
        return host == "anthropic.com" or host.endswith(".anthropic.com")


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What the service says of the configured model.

    Attributes:
        lifecycle: "active", "deprecated" or "retired"; empty if the server does not tell.
        retires_at: date and time in ISO 8601 at which it will be gone, if that is fixed.
    """

    id: str
    name: str
    lifecycle: str
    retires_at: str | None


class ClaudeNarrator:
    """The narrator and the scribe of ``bot.ports``, asking Claude.

    Make one with ``open`` and close it.
    """

    def __init__(
        self, service: Service, client: "AsyncAnthropic", wire: ModuleType, warmth: Warmth
    ) -> None:
        self._service = service
        self._client = client
        self._wire = wire
        self._warmth = warmth

    @classmethod
    async def open(cls, service: Service, *, clock: Callable[[], float] = time.monotonic) -> Self:
        """Load the SDK in a thread and make a client; asks nobody.

        Args:
            service: what to ask.
            clock: seconds, rising; for how long prompts stay cached.

        Raises:
            NarratorMisconfiguredError: the key holds characters that no header can carry.
        """
        key = service.api_key.strip()
        if not (key.isascii() and key.isprintable()):
            # The HTTP library would name the key in its complaint.
            raise NarratorMisconfiguredError(
                "The key for Claude's service holds characters that no key has. Whoever runs this "
                "bot should copy ANTHROPIC_API_KEY anew."
            )

        def load() -> tuple["AsyncAnthropic", ModuleType]:
            from bot.narrator import wire  # noqa: PLC0415 - see the module: slow to import

            client = wire.connect(
                # Without any credential the SDK would go looking for one of its own.
                api_key=key or "none",
                base_url=service.base_url,
                timeout=service.timeout,
            )
            return client, wire

        client, wire = await asyncio.to_thread(load)
        return cls(service, client, wire, Warmth(clock))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    @override
    def __repr__(self) -> str:
        return f"ClaudeNarrator({self._service!r})"

    @property
    def model(self) -> str:
        """The prose model's id, as configured."""
        return self._service.model

    def estimate(self, prompt: Prompt, variants: int) -> int:
        """What a draft will cost at most likely, in micro-dollars; asks nobody.

        What this process sent within the hour is taken to be cached, everything else to be new.
        Free for models of servers that are not Anthropic's, unless they bear the id of a Claude
        model.
        """
        blocks = blocks_of(prompt)
        usage = expected_usage(blocks, variants, self._warmth.blocks_warm(blocks))
        return self._cost(self.model, usage)

    @property
    def chores_model(self) -> str:
        """The id of the model for chores, as configured."""
        return self._service.chores_model

    def estimate_reading(self, prompt: Prompt, most: int) -> int:
        """What a proposal of so many facts will cost at most likely, in micro-dollars."""
        return self._cost(self.chores_model, expected_reading(blocks_of(prompt), most))

    async def draft(self, prompt: Prompt, variants: int) -> Draft:
        """Write variants of the next beats in one call.

        A request that was turned away before an answer began is repeated; an answer that broke
        off is not, because it has been paid for.

        Args:
            prompt: the scene. How many variants to write is said in it.
            variants: how many to keep at most; fewer may come.

        Raises:
            NarratorError: refused, busy, garbled, silent or misconfigured. What it says was
                spent is as the service told. If the answer broke off, its output is estimated
                from the text that came; if time was up before any came, the cost is the estimate.
        """
        tally, trouble = await self._call(prompt, self.model, SCHEMA)
        drafted = read_variants(tally.text) if trouble is None else ()
        if trouble is None and not drafted:
            trouble = Trouble(
                TroubleKind.GARBLED,
                "Claude's answer was not in the agreed form. Ask again.",
                word="no_variant",
            )
        if tally.usage.cache_read_tokens or tally.usage.cache_write_tokens:
            self._warmth.note(blocks_of(prompt))
        # Raised outside of any ``except``, so that no exception of the SDK, which holds the key
        # and the prompt, hangs on to ours.
        if trouble is not None:
            raise self._error(trouble, tally, self.model, self.estimate(prompt, variants))
        cost = self._cost(self.model, tally.usage, tally.write_5m_tokens)
        _log.info("narrator.drafted", model=self.model, variants=len(drafted), cost=cost)
        return Draft(drafted[:variants], tally.model or self.model, tally.usage, cost)

    async def propose_facts(self, prompt: Prompt) -> Extract:
        """Propose facts from the turns of a prompt, in one call of the model for chores.

        Raises:
            NarratorError: as for ``draft``.
        """
        model = self.chores_model
        tally, trouble = await self._call(prompt, model, FACTS_SCHEMA)
        facts = read_facts(tally.text) if trouble is None else ()
        if facts is None:
            trouble = Trouble(
                TroubleKind.GARBLED,
                "Claude's answer was not in the agreed form. Ask again.",
                word="no_facts",
            )
        if trouble is not None:
            raise self._error(trouble, tally, model, self.estimate_reading(prompt, MAX_PROPOSED))
        cost = self._cost(model, tally.usage, tally.write_5m_tokens)
        found = facts or ()
        _log.info("narrator.read", model=model, facts=len(found), cost=cost)
        return Extract(found, tally.model or model, tally.usage, cost)

    async def _call(
        self, prompt: Prompt, model: str, schema: dict[str, Any]
    ) -> tuple[Tally, Trouble | None]:
        """Ask once, in the time there is; what came, and what went wrong, if anything."""
        manner = Manner(model, self._service.max_tokens, self._effort, schema)
        body = to_body(prompt, manner)
        tally = Tally()
        try:
            async with asyncio.timeout(self._service.timeout) as limit:
                trouble = await self._ask(body, tally, limit.when() or 0.0)
        except TimeoutError:
            trouble = Trouble(
                TroubleKind.SILENT,
                f"No answer came from Claude within {self._service.timeout:.0f} s. Ask again.",
                unsure=not tally.started,
                word="timeout",
            )
        return tally, trouble if trouble is not None else judge(tally)

    async def check(self) -> ModelStatus:
        """Whether the configured model exists and the key is good, as the service tells.

        Raises:
            NarratorError: misconfigured (key or model unknown), busy or silent.
        """
        found = await self._wire.look_up(self._client, self.model, CHECK_SECONDS)
        if isinstance(found, Trouble):
            raise self._error(found, Tally(), self.model, 0)
        return ModelStatus(
            id=str(found.get("id") or self.model),
            name=str(found.get("display_name") or ""),
            lifecycle=str(found.get("lifecycle") or ""),
            retires_at=found.get("retires_at"),
        )

    @property
    def _effort(self) -> str | None:
        return self._service.effort or ("low" if self._service.is_anthropic else None)

    async def _ask(self, body: dict[str, object], tally: Tally, deadline: float) -> Trouble | None:
        """Send the request, again if it was turned away; what went wrong the last time.

        Args:
            body: the request.
            tally: takes what comes.
            deadline: on the loop's clock; a wait that would reach it is not begun.
        """
        attempt = 0
        while True:
            trouble: Trouble | None = await self._wire.exchange(self._client, body, tally)
            if trouble is None or not trouble.again or tally.started:
                return trouble
            wait = trouble.retry_after
            if wait is None:
                # Up to a quarter less, so that many who were turned away do not return at once.
                wait = self._service.backoff * 2**attempt * random.uniform(0.75, 1.0)
            late = asyncio.get_running_loop().time() + wait >= deadline
            if attempt >= self._service.retries or wait > self._service.longest_wait or late:
                return trouble
            attempt += 1
            _log.info("narrator.repeats", attempt=attempt, wait=wait, status=trouble.status)
            await asyncio.sleep(wait)

    def _cost(self, model: str, usage: Usage, write_5m_tokens: int = 0) -> int:
        return cost_of(
            model,
            usage,
            write_5m_tokens=write_5m_tokens,
            free_unless_known=not self._service.is_anthropic,
        )

    def _error(self, trouble: Trouble, tally: Tally, model: str, estimate: int) -> NarratorError:
        """The error for a trouble, with what was spent; logged by name and number only."""
        usage = tally.spent()
        # Some refusals before any output are free, depending on their category. They are counted
        # all the same: a cap had better count too much.
        cost = estimate if trouble.unsure else self._cost(model, usage, tally.write_5m_tokens)
        _log.warning(
            "narrator.failed",
            kind=trouble.kind.value,
            word=trouble.word,
            status=trouble.status,
            request_id=trouble.request_id,
            retry_after=trouble.retry_after,
            model=model,
            cost=cost,
        )
        error = _ERRORS[trouble.kind](trouble.sentence, usage)
        error.cost = cost
        if isinstance(error, NarratorBusyError):
            error.retry_after = trouble.retry_after
        return error
