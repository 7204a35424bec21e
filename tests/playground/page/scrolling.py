"""How smoothly a long channel scrolls in a real browser."""

import random
from dataclasses import dataclass
from typing import Any

import playwright.async_api as driver

from playground.server import Channel, Message, Person, User, World, posting, reactions
from playground.server.posting import Draft

MESSAGES = 2_000
SLOW_MS = 200
"""A frame that takes longer is felt as a jerk."""
_STEP = 600
"""Pixels of one turn of the wheel, as quickly as one reads nothing on the way."""
_TEXT = """The ferry held its course through the fog, and nobody spoke. The keeper turned the lamp
towards the wall, slowly, as if the light were cold water. A bell said the name of the harbour again
and again. Morning was near; the stair was quiet, the rope was wet, a letter lay under the stone."""
_WORDS = _TEXT.split()
_CAST = ("Mira", "Old Tom", "The Ferryman", "Ines")
_COMPONENTS_V2 = 1 << 15


@dataclass(frozen=True, slots=True)
class Scrolling:
    """What was measured on the way from the newest message to the oldest.

    Attributes:
        messages: how many were there.
        seconds: how long it took.
        frames: milliseconds between frames, in order.
        tasks: milliseconds of the main thread's tasks of more than 50.
    """

    messages: int
    seconds: float
    frames: list[float]
    tasks: list[float]

    @property
    def slow(self) -> list[float]:
        """The frames over ``SLOW_MS``."""
        return [one for one in self.frames if one > SLOW_MS]

    def share(self, part: float) -> float:
        """Return the milliseconds within which a part of the frames came."""
        ordered = sorted(self.frames)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))]

    def told(self) -> str:
        """Write the figures on one line."""
        worst = max(self.frames, default=0)
        return (
            f"{self.messages} messages in {self.seconds:.1f} s: {len(self.frames)} frames, "
            f"half within {self.share(0.5):.0f} ms, 95 % within {self.share(0.95):.0f} ms, "
            f"worst {worst:.0f} ms, {len(self.slow)} over {SLOW_MS} ms; "
            f"{len(self.tasks)} tasks over 50 ms, longest {max(self.tasks, default=0):.0f} ms"
        )


def fill(world: World, channel: Channel, people: list[Person], count: int = MESSAGES) -> None:
    """Fill a channel with messages of every kind and of a book's lengths.

    Args:
        world: where the channel is.
        channel: a text channel.
        people: who talks in it besides the bot and its characters.
        count: how many messages.
    """
    chance = random.Random(1)
    hook = world.ids.next()
    for number in range(count):
        drawn = _message(world, channel, people, hook, chance)
        if number % 9 == 0:
            for person in people:
                reactions.add(world, drawn, person.user, chance.choice("👍🔥❌"))


def _message(
    world: World, channel: Channel, people: list[Person], hook: int, chance: random.Random
) -> Message:
    kind = chance.random()
    if kind < 0.08:
        return posting.post(world, channel, Draft(world.bot, _card(chance)))
    if kind < 0.14:
        embed = {"title": _text(chance, 4), "description": _text(chance, 60), "color": 0x5865F2}
        return posting.post(world, channel, Draft(world.bot, {"embeds": [embed]}))
    if kind < 0.6:
        name = chance.choice(_CAST)
        voice = User(hook, name, name, bot=True, webhook=True)
        paragraphs = [_text(chance, chance.randint(10, 120)) for _ in range(chance.randint(1, 3))]
        body = {"content": "\n\n".join(paragraphs)[:2000]}
        return posting.post(world, channel, Draft(voice, body, webhook_id=hook))
    body = {"content": _text(chance, chance.randint(1, 40))}
    last = channel.last_message
    if kind > 0.9 and last is not None:
        body["message_reference"] = {"message_id": str(last.id)}
    return posting.post(world, channel, Draft(chance.choice(people).user, body))


def _text(chance: random.Random, words: int) -> str:
    told = [chance.choice(_WORDS) for _ in range(words)]
    if words > 8:
        told[3], told[6] = f"**{told[3]}**", f"*{told[6]}*"
    return " ".join(told)


def _card(chance: random.Random) -> dict[str, Any]:
    def button(label: str) -> dict[str, Any]:
        return {"type": 2, "style": 2, "label": label, "custom_id": label}

    texts = [{"type": 10, "content": _text(chance, chance.randint(5, 90))} for _ in range(3)]
    rows = {"type": 1, "components": [button(label) for label in ("Steer", "Mine", "Close")]}
    inside = [{"type": 10, "content": "### Which way?"}, *texts, {"type": 14}, rows]
    return {"flags": _COMPONENTS_V2, "components": [{"type": 17, "components": inside}]}


_WATCH = """() => {
  const seen = window.seenFrames = {frames: [], tasks: [], running: true};
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) seen.tasks.push(one.duration);
  }).observe({entryTypes: ["longtask"]});
  let last = null;
  const frame = (at) => {
    if (last !== null) seen.frames.push(at - last);
    last = at;
    if (seen.running) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}"""


_AT_THE_TOP = """() => {
  const beginning = document.querySelector(".messages-beginning");
  return beginning !== null && beginning.getBoundingClientRect().top >= 0;
}"""


async def scroll_through(window: driver.Page, messages: int = MESSAGES) -> Scrolling:
    """Scroll from the newest message to the oldest with the wheel.

    Args:
        window: a page that shows a channel's end.
        messages: how many are in the channel.
    """
    scroller = window.locator(".messages-scroll")
    box = await scroller.bounding_box()
    assert box
    await window.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await window.evaluate(_WATCH)
    began = await window.evaluate("performance.now()")
    while not await window.evaluate(_AT_THE_TOP):
        await window.mouse.wheel(0, -_STEP)
    ended = await window.evaluate("performance.now()")
    seen = await window.evaluate("() => ({...window.seenFrames, running: false})")
    await window.evaluate("() => { window.seenFrames.running = false; }")
    return Scrolling(messages, (ended - began) / 1000, seen["frames"], seen["tasks"])
