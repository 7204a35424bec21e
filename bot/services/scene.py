"""Read a scene for a prompt, and what the purse allows."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.ports import Limits, Narrator, UnitOfWork
from bot.services.common import window_start
from bot.services.reach import facts_here
from bot.story.canon import FactState
from bot.story.errors import BrokeError
from bot.story.prompt import Prompt, Request, Scene, compose, stretch_start
from bot.story.purse import in_cents
from bot.story.tale import Branch, Story


async def read_scene(work: UnitOfWork, story: Story, branch: Branch) -> Scene:
    """What the model is told of a story: cast, canon, and the last 60 to 119 turns."""
    start = stretch_start(branch.depth)
    turns = await work.turns.tail(branch.id, branch.depth - start + 1) if branch.depth else []
    return Scene(
        story=story,
        company=await work.cast.company(story.id),
        facts=tuple(await facts_here(work, branch, frozenset({FactState.CANON}))),
        turns=tuple(turns),
    )


@dataclass(frozen=True, slots=True)
class Offer:
    """A request that the purse can pay: a prompt, for how many variants, at what estimate."""

    prompt: Prompt
    variants: int
    estimate: int


async def afford(
    work: UnitOfWork,
    scene: Scene,
    request: Request,
    narrator: Narrator,
    limits: Limits,
    now: datetime,
) -> Offer:
    """The request as the server's daily cap allows it: with fewer variants rather than not.

    Raises:
        BrokeError: not even one variant fits.
        InvalidError: see ``compose``.
    """
    left = limits.daily_cap - await work.purse.spent(scene.story.guild_id, window_start(now))
    for variants in range(request.variants, 0, -1):
        prompt = compose(scene, replace(request, variants=variants))
        estimate = narrator.estimate(prompt, variants)
        if estimate <= left:
            return Offer(prompt, variants, estimate)
    raise BrokeError(
        f"This server's purse for today ({in_cents(limits.daily_cap)}) does not hold another "
        "draft. People can go on writing; the model can again once 24 hours have passed."
    )
