from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from bot.narrator import ClaudeNarrator, Service
from bot.story.prompt import Block, Prompt
from playground.claude import LocalClaude

KEY = "sk-secret-of-the-operator"
STORY_LINE = "the quince jelly is under the stairs"

Open = Callable[..., Awaitable[ClaudeNarrator]]


@pytest.fixture
def prompt() -> Prompt:
    rules = "You draft continuations of a story. " * 150
    request = (
        "Write the next step of the story.\nVariants: 3\n"
        "Voices you may write: Narrator, Ajax, Thersites\n"
        "Characters of people, never to be written: Ulysses\n"
        "Direction: they find the letter\nAxis 1: who acts\nAxis 2: tone\nAxis 3: plot"
    )
    return Prompt(
        system=(Block(rules, cached=True),),
        scene=(
            Block('<story title="Camp">Ten years of war.</story>', cached=True),
            Block(f'<turn n="1" speaker="Ulysses">Listen: {STORY_LINE}.</turn>', cached=True),
            Block(request),
        ),
        may_voice=("Narrator", "Ajax", "Thersites"),
    )


@pytest.fixture
async def claude() -> AsyncIterator[LocalClaude]:
    server = LocalClaude(delay=0, key=KEY)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def open_narrator(claude: LocalClaude) -> AsyncIterator[Open]:
    opened = []

    async def open_(**changes) -> ClaudeNarrator:
        defaults = {"api_key": KEY, "base_url": claude.base_url, "timeout": 20, "backoff": 0.001}
        narrator = await ClaudeNarrator.open(Service(**(defaults | changes)))
        opened.append(narrator)
        return narrator

    yield open_
    for narrator in opened:
        await narrator.close()


@pytest.fixture
async def narrator(open_narrator: Open) -> ClaudeNarrator:
    return await open_narrator()
