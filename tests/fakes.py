"""Fakes of our own ports, written by hand: a clock, a narrator, a stage."""

import asyncio
import itertools
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.ports import (
    Draft,
    DraftedVariant,
    Extract,
    NewThread,
    OpenedThread,
    StageLaterError,
    StageUnsureError,
)
from bot.story.posts import Manner, Post
from bot.story.prompt import Prompt
from bot.story.proposal import ProposedFact
from bot.story.purse import Usage

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class FakeClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time

    def advance(self, **span: float) -> datetime:
        self.time += timedelta(**span)
        return self.time


Meanwhile = Callable[[], Awaitable[object]]


class FakeNarrator:
    """Answers what was enqueued, in order; remembers what it was asked."""

    def __init__(self) -> None:
        self.prompts: list[Prompt] = []
        self.asked_for: list[int] = []
        self.hanging = asyncio.Event()
        self.price = 1_000
        """Micro-dollars per variant, in estimates and answers."""
        self._answers: deque[tuple[Sequence[Any] | Exception | None, Meanwhile | None]]
        self._answers = deque()

    @property
    def model(self) -> str:
        return "fake-1"

    def enqueue(self, *variants: DraftedVariant, meanwhile: Meanwhile | None = None) -> None:
        """The next answer; ``meanwhile`` is done before it is given."""
        self._answers.append((variants, meanwhile))

    def fail(self, error: Exception, meanwhile: Meanwhile | None = None) -> None:
        """The next call fails."""
        self._answers.append((error, meanwhile))

    def hang(self) -> None:
        """The next call is never answered."""
        self._answers.append((None, None))

    @property
    def chores_model(self) -> str:
        return "fake-chores"

    def read(self, *facts: ProposedFact, meanwhile: Meanwhile | None = None) -> None:
        """The next answer at a chore."""
        self._answers.append((facts, meanwhile))

    def estimate_reading(self, prompt: Prompt, most: int) -> int:
        assert not prompt.may_voice
        return self.price * most

    async def propose_facts(self, prompt: Prompt) -> Extract:
        facts = await self._answer(prompt)
        return Extract(facts, self.chores_model, Usage(input_tokens=7, output_tokens=9), 500)

    def estimate(self, prompt: Prompt, variants: int) -> int:
        assert prompt.may_voice
        return self.price * variants

    async def draft(self, prompt: Prompt, variants: int) -> Draft:
        self.asked_for.append(variants)
        drafted = await self._answer(prompt)
        cost = self.price * variants
        return Draft(drafted, self.model, Usage(input_tokens=10, output_tokens=20), cost)

    async def _answer(self, prompt: Prompt) -> tuple[Any, ...]:
        self.prompts.append(prompt)
        answer, meanwhile = self._answers.popleft()
        if meanwhile:
            await meanwhile()
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            self.hanging.set()
            await asyncio.Event().wait()
        return tuple(answer or ())


class FakeMembers:
    """Everybody is a member but those who left.

    Attributes:
        left: who is a member no more.
        asked: whom the bot looked up, in order.
        silent: whether nothing can be told.
    """

    def __init__(self) -> None:
        self.left: set[int] = set()
        self.asked: list[int] = []
        self.silent = False

    async def has_left(self, guild_id: int, user_id: int) -> bool | None:
        assert guild_id
        self.asked.append(user_id)
        return None if self.silent else user_id in self.left


class FakeStage:
    """A channel full of messages: what was posted, redrawn and removed, and what can go wrong.

    Attributes:
        messages: channel → message id → the post it shows, oldest first.
        threads: the threads that were opened, by id.
        done: every deed in order, such as ``("send", "Hello")``.
        proxies: whether turns can be posted by webhook.
        blind: an error that each look into the channel's history meets.
    """

    def __init__(self) -> None:
        self.messages: dict[int, dict[int, Post]] = {}
        self.threads: dict[int, NewThread] = {}
        self.done: list[tuple[str, object]] = []
        self.proxies = True
        self.address = ""
        self.blind: Exception | None = None
        self.meanwhile: Meanwhile | None = None
        self._ids = itertools.count(5_000)
        self._faults: dict[str, deque[Exception]] = {}
        self._lost_answers = 0

    def fault(self, deed: str, error: Exception) -> None:
        """The next ``deed`` (send, redraw, remove, find) fails, and nothing happens."""
        self._faults.setdefault(deed, deque()).append(error)

    def lose_answer(self) -> None:
        """The next send happens, but its answer is lost."""
        self._lost_answers += 1

    def shown(self, channel_id: int) -> list[str]:
        """The texts that stand in a channel, cards by their kind."""
        standing = self.messages.get(channel_id, {}).values()
        return [post.text or f"<{post.kind}>" for post in standing]

    def ids(self, channel_id: int) -> list[int]:
        return list(self.messages.get(channel_id, {}))

    def deeds(self, kind: str) -> list[object]:
        return [what for did, what in self.done if did == kind]

    async def _meet(self, deed: str) -> None:
        if self.meanwhile:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()
        faults = self._faults.get(deed)
        if faults:
            raise faults.popleft()

    async def newest(self, channel_id: int) -> int:
        return max(self.messages.get(channel_id, {}), default=0)

    async def manner(self, channel_id: int) -> Manner:
        assert channel_id
        return Manner.WEBHOOK if self.proxies else Manner.PLAIN

    async def send(self, post: Post) -> int:
        assert post.manner is not None
        await self._meet("send")
        message_id = next(self._ids)
        self.messages.setdefault(post.channel_id, {})[message_id] = post
        self.done.append(("send", post.text or post.kind))
        if self._lost_answers:
            self._lost_answers -= 1
            raise StageUnsureError("the answer was lost")
        return message_id

    async def open_thread(self, thread: NewThread) -> OpenedThread:
        await self._meet("open_thread")
        thread_id = next(self._ids)
        self.threads[thread_id] = thread
        if self._lost_answers:
            self._lost_answers -= 1
            raise StageUnsureError("the answer was lost")
        return OpenedThread(thread_id)

    async def find_thread(self, thread: NewThread) -> Sequence[OpenedThread]:
        await self._meet("find_thread")
        return [
            OpenedThread(thread_id, name=other.name)
            for thread_id, other in self.threads.items()
            if other.under_id == thread.under_id and thread_id > thread.after_id
        ]

    async def find(self, post: Post) -> Sequence[int]:
        if self.blind:
            raise self.blind
        await self._meet("find")
        assert post.after_id is not None
        return [
            message_id
            for message_id, shown in self.messages.get(post.channel_id, {}).items()
            if message_id > post.after_id
            and (shown.kind, shown.text, shown.name) == (post.kind, post.text, post.name)
        ]

    async def picture(self, channel_id: int, message_id: int) -> str:
        await self._meet("picture")
        self.done.append(("picture", (channel_id, message_id)))
        return self.address

    async def redraw(self, post: Post) -> None:
        await self._meet("redraw")
        assert post.message_id is not None
        self.messages[post.channel_id][post.message_id] = replace(post)
        self.done.append(("redraw", post.text or post.kind))

    async def remove(self, channel_id: int, message_id: int, manner: Manner | None) -> None:
        assert manner is None or isinstance(manner, Manner)
        await self._meet("remove")
        self.messages.get(channel_id, {}).pop(message_id, None)
        self.done.append(("remove", message_id))


def later(seconds: float) -> StageLaterError:
    return StageLaterError("please wait", seconds)
