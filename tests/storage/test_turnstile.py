"""Who writes next: people in order of coming, and what is behind the scenes between them."""

import asyncio

import pytest

from storage.turnstile import SHARE, Turnstile


class Queue:
    """People and deeds that come to a turnstile while somebody is inside."""

    def __init__(self) -> None:
        self.turnstile = Turnstile()
        self.served: list[str] = []
        self.comers: dict[str, asyncio.Task[None]] = {}

    async def come(self, *names: str) -> None:
        """Names in lower case are behind the scenes."""
        for name in names:
            self.comers[name] = asyncio.create_task(self._be_served(name))
        # Until each of them stands in its queue.
        await asyncio.sleep(0)

    async def _be_served(self, name: str) -> None:
        async with self.turnstile.turn(behind=name.islower()):
            self.served.append(name)
            await asyncio.sleep(0)

    async def all_served(self) -> list[str]:
        await asyncio.gather(*self.comers.values(), return_exceptions=True)
        return self.served


@pytest.fixture
def queue() -> Queue:
    return Queue()


async def test_each_queue_keeps_its_order_and_people_go_first(queue: Queue) -> None:
    async with queue.turnstile.turn():
        await queue.come("a", "b", "A", "B", "C")
    assert await queue.all_served() == ["A", "B", "C", "a", "b"]


async def test_however_many_come_what_is_behind_the_scenes_has_its_share(queue: Queue) -> None:
    people = [f"P{n}" for n in range(2 * SHARE)]
    async with queue.turnstile.turn():
        await queue.come("a", "b", "c", *people)
    first, then = people[:SHARE], people[SHARE:]
    assert await queue.all_served() == [*first, "a", *then, "b", "c"]


async def test_only_one_is_inside(queue: Queue) -> None:
    inside = 0

    async def go(number: int) -> None:
        nonlocal inside
        async with queue.turnstile.turn(behind=number % 3 == 0):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*map(go, range(30)))


async def test_who_goes_away_is_passed_over(queue: Queue) -> None:
    async with queue.turnstile.turn():
        await queue.come("A", "B", "a", "b")
        queue.comers["A"].cancel()
        queue.comers["a"].cancel()
        await asyncio.sleep(0)
    assert await queue.all_served() == ["B", "b"]


async def test_who_goes_away_just_when_called_lets_the_next_one_in(queue: Queue) -> None:
    async with queue.turnstile.turn():
        await queue.come("A", "B")
    # A was called by our leaving, and has not come in yet.
    queue.comers["A"].cancel()
    assert await queue.all_served() == ["B"]
    await queue.come("C")
    assert await queue.all_served() == ["B", "C"]


async def test_a_failure_inside_lets_the_next_one_in(queue: Queue) -> None:
    async def fail() -> None:
        async with queue.turnstile.turn():
            await queue.come("A")
            raise ValueError("full")

    with pytest.raises(ValueError, match="full"):
        await fail()
    assert await queue.all_served() == ["A"]
