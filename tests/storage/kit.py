import dataclasses
from datetime import UTC, datetime, timedelta

from bot.ports import NewBallot, NewDeed, Opening, UnitOfWork
from bot.story.ballot import Ballot, Round
from bot.story.cast import Character, Sheet
from bot.story.tale import Branch, Place, Settings
from bot.story.turn import Deed, DeedKind, NewTurn, Source, Turn
from storage.database import Database

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
CHANNEL = 1_300_000_000_000_000_001
OWNER = 900_000_000_000_000_007


def later(**span: float) -> datetime:
    return NOW + timedelta(**span)


class Watch:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time


class Stand:
    """A database with one story, and short ways to do things in it."""

    def __init__(self, database: Database, url: str, watch: Watch) -> None:
        self.database = database
        self.url = url
        self.watch = watch
        self.read = database.read
        self.write = database.write

    async def open(self, channel_id: int = CHANNEL) -> Place:
        async with self.write() as unit:
            return await unit.stories.open(opening(channel_id))

    async def place(self) -> Place:
        async with self.read() as unit:
            place = await unit.stories.place(CHANNEL)
        assert place
        return place

    async def branch(self) -> Branch:
        return (await self.place()).branch

    async def character(self, name: str = "Mira", *aliases: str) -> Character:
        story_id = (await self.place()).story.id
        async with self.write() as unit:
            return await unit.cast.add(story_id, name, Sheet(), aliases=aliases, by=OWNER, at=NOW)

    async def say(self, *texts: str, message_id: int | None = None) -> tuple[Deed, list[Turn]]:
        async with self.write() as unit:
            return await say(unit, await the_branch(unit), *texts, message_id=message_id)

    async def ballot(self, **changes: object) -> Ballot:
        async with self.write() as unit:
            return await unit.ballots.open(new_ballot(await the_branch(unit), **changes))

    async def texts(self) -> list[str]:
        async with self.read() as unit:
            place = await unit.stories.place(CHANNEL)
            assert place
            return [turn.text for turn in await unit.turns.chain(place.branch.id)]


def opening(channel_id: int = CHANNEL, **changes: object) -> Opening:
    plain = Opening(
        guild_id=77,
        channel_id=channel_id,
        parent_id=None,
        title="Salt",
        premise="A lighthouse",
        rating="teen",
        opener_id=OWNER,
        at=NOW,
        seen_id=5,
        settings=Settings(),
    )
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


def new_ballot(branch: Branch, **changes: object) -> NewBallot:
    plain = NewBallot(
        story_id=branch.story_id,
        branch_id=branch.id,
        channel_id=CHANNEL,
        opener_id=OWNER,
        from_turn_id=branch.head_id,
        at=NOW,
        window_ends=later(hours=12),
        settings=Settings(variants=2),
        first_round=new_round(1),
    )
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


def new_round(number: int) -> Round:
    return Round(
        number=number,
        direction="darker",
        as_character_id=None,
        as_narrator=True,
        variants=3,
        asked_by=OWNER,
        asked_at=NOW,
    )


def new_turn(text: str, character_id: int | None = None) -> NewTurn:
    return NewTurn(character_id, "Narrator", OWNER, Source.HUMAN, text)


def new_deed(*texts: str, message_id: int | None = None, ballot_id: int | None = None) -> NewDeed:
    return NewDeed(
        kind=DeedKind.BALLOT if ballot_id else DeedKind.TYPED,
        writer_id=OWNER,
        turns=tuple(new_turn(text) for text in texts),
        at=NOW,
        ballot_id=ballot_id,
        message_id=message_id,
    )


async def the_branch(unit: UnitOfWork, channel_id: int = CHANNEL) -> Branch:
    place = await unit.stories.place(channel_id)
    assert place
    return place.branch


async def say(
    unit: UnitOfWork, branch: Branch, *texts: str, message_id: int | None = None
) -> tuple[Deed, list[Turn]]:
    return await unit.turns.append(branch, new_deed(*texts, message_id=message_id))
