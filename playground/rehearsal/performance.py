"""One story performed in one channel: lines typed, drafts asked for and voted on, facts added."""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.story.names import NARRATOR, name_key
from bot.story.tale import Settings
from bot.story.typed import is_table_talk
from playground.rehearsal.acting import Patience
from playground.rehearsal.export import Export, fetch
from playground.rehearsal.script import Heading, Line, RehearsalError, speakers
from playground.rehearsal.voting import Ballot
from playground.server import Channel, Exchange, Message, Person
from playground.server.rules_messages import MAX_PERSON_CONTENT

STANDS_SECONDS = 20.0
"""After this long a writer looks what became of their message, and goes on waiting."""
LOOKS = 30
ROUNDS = 8
"""Ballots asked for, until one has a winner."""
LINES_PER_FACT = 25
LINES_PER_CHAT = 12
FACT_WORDS = 14
_TITLE = 100
_NAMED = 5
_STAYS = "counts where it stands"
_OPEN_ALREADY = "A ballot is open already"
CHAT = (
    "((brb, the kettle is boiling))",
    "// I did not see that coming",
    "(ooc) whose turn is it next?",
    "((lovely line!))",
    "!roll 2d6",
    "// same time on Thursday?",
)
_DIRECTIONS = (
    "",
    "shorter, and with something to look at",
    "warmer",
    "let something go wrong",
    "answer what was said last",
    "quieter, as if somebody were listening at the door",
)


@dataclass(slots=True)
class Tally:
    """What was done, in numbers."""

    human: int = 0
    model: int = 0
    ballots: int = 0
    votes: int = 0
    facts: int = 0
    chats: int = 0

    @property
    def turns(self) -> int:
        """All turns."""
        return self.human + self.model


@dataclass(slots=True)
class Performance:
    """A story on its way.

    Attributes:
        title: the story's name in the script.
        lines: what is performed.
        channel: where.
        writers: everybody who takes part, first the one who opens the story.
        players: who plays whom, by how names are compared.
        seed: decides votes, directions and talk, for each line by itself: what had to be done
            twice for one line changes nothing for the next.
        told: called when a line stands.
        heading: what the script says of the story.
    """

    patience: Patience
    title: str
    lines: Sequence[Line]
    channel: Channel
    writers: Sequence[Person]
    players: Mapping[str, Person]
    seed: str
    told: Callable[[Line], None] = lambda _line: None
    tally: Tally = field(default_factory=Tally)
    heading: Heading = field(default_factory=Heading)
    chance: random.Random = field(default_factory=random.Random)
    _played: Line | None = None
    """The last line that stands in the book word for word."""
    _noted: set[str] = field(default_factory=set)
    """Facts that were put down."""

    @property
    def opener(self) -> Person:
        """The owner of the story."""
        return self.writers[0]

    async def perform(self) -> None:
        """Open the story, fill the cast, and perform every line in order.

        Raises:
            RehearsalError: the bot refused something, or a line did not appear.
            ApiError: Discord refused something.
        """
        await self._set_up()
        for number, line in enumerate(self.lines):
            self.chance.seed(f"{self.seed}:{number}")
            await self._perform(line)
            self.told(line)
            await self._beside(number)

    async def _set_up(self) -> None:
        cast = speakers(self.lines)
        title = self.heading.title or shown_title(self.title)
        premise = self.heading.premise or _neutral_premise(list(cast.values()))
        await self.patience.public(
            self.opener,
            self.channel,
            "story open",
            title=title[:_TITLE],
            premise=premise[:2000],
        )
        for name in cast.values():
            await self.patience.public(self.opener, self.channel, "cast add", name=name)
        for key, who in self.players.items():
            await self.patience.public(who, self.channel, "cast claim", name=cast[key])

    async def _perform(self, line: Line) -> None:
        player = self.players.get(name_key(line.speaker))
        if player is None or line.narrated:
            await self._voiced(line)
            self.tally.model += 1
            return
        if _must_be_said(line):
            await self._said(player, line)
        else:
            await self._typed(player, line)
        self.tally.human += 1
        self._played = line

    async def _beside(self, number: int) -> None:
        """What people do besides: chat at the table, and put down what is true."""
        if self.chance.random() < 1 / LINES_PER_CHAT:
            await self.patience.online()
            await self.chance.choice(self.writers).say(self.channel, self.chance.choice(CHAT))
            self.tally.chats += 1
        if self._played is not None and number % LINES_PER_FACT == LINES_PER_FACT // 2:
            fact = _fact(self._played)
            who = self.chance.choice(self.writers)
            if name_key(fact) in self._noted:
                # People say the same again; what stands in the canon already is refused.
                return
            self._noted.add(name_key(fact))
            await self.patience.public(who, self.channel, "canon add", fact=fact[:500])
            self.tally.facts += 1

    # --- people's lines ------------------------------------------------------------------------

    async def _typed(self, player: Person, line: Line) -> None:
        """Type a line once. The bot replaces it, when it is back if it is away; nobody retypes."""
        typed = await player.say(self.channel, line.text)
        for _ in range(LOOKS):
            try:
                await self.patience.local.until(lambda: typed.deleted, STANDS_SECONDS)
            except TimeoutError:
                if not await self._counts_as_typed(player, typed):
                    continue
            return
        raise RehearsalError(f"Line {line.number} was typed but did not become a turn.")

    async def _counts_as_typed(self, player: Person, typed: Message) -> bool:
        """Whether a typed message became a turn where it stands, because the queue is behind."""
        if not any(_STAYS in message.content for message in self.channel.messages):
            return False
        exchange = await self.patience.once(lambda: player.menu(typed, "Who wrote this?"))
        return exchange is not None and " wrote this, as " in (await exchange.answer()).text

    async def _said(self, player: Person, line: Line) -> None:
        """Say by command what would not be a turn if it were typed."""
        if len(line.text) > MAX_PERSON_CONTENT:
            raise RehearsalError(
                f"Line {line.number} looks like table talk and is too long for /scene say."
            )
        before = self.channel.last_message_id or 0
        while not await self._sent(player, line):
            # Not answered: it was said all the same if the story ends with it.
            turns = (await self.export()).turns
            if turns and turns[-1]["text"] == line.text:
                break
        await self._appears(line, before)

    async def _sent(self, player: Person, line: Line) -> bool:
        """Fill the form of /scene say and send it; whether that was answered."""
        form = await self._form(player, line)
        sent = await self.patience.once(lambda: player.submit(form, {"text": line.text}))
        if sent is None:
            return False
        message = await sent.answer()
        if not message.text.startswith("Said as"):
            raise RehearsalError(f"Line {line.number} was refused: {message.text}")
        return True

    async def _form(self, player: Person, line: Line) -> Exchange:
        """The form of /scene say: an option could not hold line breaks."""
        while True:
            form = await self.patience.once(
                lambda: player.slash(self.channel, "scene say", as_character=line.speaker)
            )
            if form is not None:
                return form

    async def _appears(self, line: Line, before: int) -> None:
        wanted, speaker = _bare(line.text), name_key(line.speaker)

        def stands() -> bool:
            newer = self.channel.shelf.after(before, 100)
            shown = (m.content for m in newer if name_key(m.author_name) == speaker)
            return _bare("".join(shown)) == wanted

        await self.patience.local.until(stands, STANDS_SECONDS * LOOKS, f"line {line.number}")

    # --- the model's lines ---------------------------------------------------------------------

    async def _voiced(self, line: Line) -> None:
        """Ask for drafts of a line until one of them wins."""
        speaker = NARRATOR if line.narrated else line.speaker
        for attempt in range(ROUNDS):
            opener = self.chance.choice(self.writers)
            after_id = self.channel.last_message_id or 0
            wish = {"as_character": speaker}
            direction = self.chance.choice(_DIRECTIONS[min(attempt, 1) :])
            if direction:
                wish["direction"] = direction
            answer = await self.patience.command(opener, self.channel, "scene continue", **wish)
            text = answer.message.text
            if not text.startswith(("✍️", _OPEN_ALREADY)):
                raise RehearsalError(f"Drafts for line {line.number} were refused: {text}")
            ballot = Ballot(self.patience, self.channel, after_id, self.chance)
            won = await ballot.held(opener, self.writers)
            self.tally.ballots += 1
            self.tally.votes += ballot.votes
            if won:
                return
        raise RehearsalError(f"No draft for line {line.number} won in {ROUNDS} ballots.")

    # --- the book ------------------------------------------------------------------------------

    async def export(self) -> Export:
        """The story's files as the opener gets them."""
        return await fetch(self.patience, self.opener, self.channel)


def shown_title(name: str) -> str:
    """A story's title made of its name: "the-ferry" is The Ferry; what is a title stays one."""
    if not re.fullmatch(r"[a-z0-9]+([-_][a-z0-9]+)*", name):
        return name
    return " ".join(word.capitalize() for word in re.split("[-_]", name))


def _neutral_premise(names: Sequence[str]) -> str:
    """A premise for a story of which nothing is known but who is in it."""
    *others, last = names or ["nobody"]
    if len(others) > _NAMED:
        others, last = others[:_NAMED], "others"
    listed = f"{', '.join(others)} and {last}" if others else last
    return f"A scene with {listed}, told line by line."


def _fact(line: Line) -> str:
    """What somebody said, as a fact: the beginning of it, to a sentence's end where one is near."""
    words = re.sub(r"[*_~`|]", "", line.text).split()
    kept = words[:FACT_WORDS]
    ends = [n for n, word in enumerate(kept, 1) if word.endswith((".", "!", "?"))]
    if ends:
        kept = kept[: ends[-1]]
    more = "" if ends or len(kept) == len(words) else " …"
    return f"{line.speaker} said: “{' '.join(kept)}{more}”"


def _must_be_said(line: Line) -> bool:
    """Whether a typed line would be read otherwise than as this turn, word for word."""
    if line.text != line.text.strip() or is_table_talk(line.text, Settings().table_talk):
        return True
    head, colon, _ = line.text.partition(":")
    return bool(colon) and name_key(head) == name_key(line.speaker)


def _bare(text: str) -> str:
    """Text without what laying it out as posts may change: white space, and fences."""
    return "".join(text.replace("```", "").split())
