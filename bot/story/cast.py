"""Characters, who plays them, and how a name is found again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.story.names import NARRATOR_KEY, name_key

MAX_CAST = 200
"""Characters that a story may have."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is known of a character; every field is free text and may be empty.

    ``secrets`` enters no prompt at all: what the model was not told it cannot give away.
    """

    description: str = ""
    voice: str = ""
    wants: str = ""
    fears: str = ""
    secrets: str = ""
    avatar_url: str = ""


@dataclass(frozen=True, slots=True)
class Keepsake:
    """The message with which an uploaded picture is kept: its address there can be read anew."""

    channel_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class Character:
    """Somebody in a story, claimed or not.

    Attributes:
        keepsake: where an uploaded picture is kept. If the sheet has no address then, it is lost:
            somebody deleted that message.
    """

    id: int
    story_id: int
    name: str
    added_by: int
    added_at: datetime
    sheet: Sheet = field(default_factory=Sheet)
    aliases: tuple[str, ...] = ()
    retired_at: datetime | None = None
    keepsake: Keepsake | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A writer's live hold on a character."""

    id: int
    story_id: int
    character_id: int
    writer_id: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Writer:
    """A Discord member as a story knows them.

    Attributes:
        playing_id: the character they speak as when they hold several.
        active_at: when they last wrote, voted or claimed a character; what a ballot waits for.
        away_until: until when nobody need wait for them.
        left_at: when it was noticed that they are no member of the server any more.
    """

    story_id: int
    writer_id: int
    name: str
    playing_id: int | None = None
    active_at: datetime | None = None
    away_until: datetime | None = None
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Company:
    """The cast of a story with its live claims: everybody a name can mean.

    Attributes:
        claims: who holds whom, by the character's id.
        left: the story's writers (Discord user ids) who are known to have left the server.
    """

    characters: tuple[Character, ...]
    claims: Mapping[int, Claim] = field(default_factory=dict)
    left: frozenset[int] = frozenset()
    _by_key: dict[str, Character] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def find(self, name: str) -> Character | None:
        """The character whose name or alias is ``name`` (NFKC and case ignored)."""
        if not self._by_key:
            # Looked up for each beat of each variant, so put in order once.
            for character in reversed(self.characters):
                self._by_key.update(dict.fromkeys(keys_of(character), character))
        return self._by_key.get(name_key(name))

    def get(self, character_id: int | None) -> Character | None:
        """The character with this id, if it is part of the company."""
        return next((c for c in self.characters if c.id == character_id), None)

    def writer_of(self, character_id: int) -> int | None:
        """The Discord user id of whoever holds a character, or None."""
        claim = self.claims.get(character_id)
        return claim.writer_id if claim else None

    def held_by(self, writer_id: int) -> tuple[Character, ...]:
        """The characters a writer holds, in the order in which they were claimed."""
        held = sorted(
            (c for c in self.claims.values() if c.writer_id == writer_id),
            key=lambda claim: claim.id,
        )
        found = (self.get(claim.character_id) for claim in held)
        return tuple(character for character in found if character)

    def claimed(self) -> tuple[Character, ...]:
        """The characters somebody holds."""
        return tuple(c for c in self.characters if c.id in self.claims)

    def unclaimed(self) -> tuple[Character, ...]:
        """The characters that the model voices."""
        return tuple(c for c in self.characters if c.id not in self.claims)


def keys_of(character: Character) -> frozenset[str]:
    """Every key under which a character is found: the name's and the aliases'."""
    return frozenset(name_key(name) for name in (character.name, *character.aliases))


def is_narrator(name: str) -> bool:
    """Whether a name means the narrator."""
    return name_key(name) == NARRATOR_KEY


def speaking(held: Iterable[Character], playing_id: int | None) -> Character | None:
    """As whom a writer speaks: the chosen character if still held, else the last one claimed."""
    characters = tuple(held)
    chosen = next((c for c in characters if c.id == playing_id), None)
    return chosen or (characters[-1] if characters else None)
