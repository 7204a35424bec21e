"""Where characters, claims and writers are kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.story.cast import Character, Claim, Company, Sheet, Writer


class CastRepository(Protocol):
    """Characters, claims, and the writers of a story."""

    async def add(
        self,
        story_id: int,
        name: str,
        sheet: Sheet,
        *,
        aliases: Sequence[str],
        by: int,
        at: datetime,
    ) -> Character:
        """Add a character.

        Raises:
            ConflictError: a name or alias means somebody already (NFKC, case folded), retired
                characters included. The text names whom.
        """
        ...

    async def get(self, character_id: int) -> Character | None:
        """The character, or None."""
        ...

    async def save(self, character: Character) -> None:
        """Keep name, sheet, aliases and retirement.

        Raises:
            ConflictError: as for ``add``.
        """
        ...

    async def company(self, story_id: int, *, retired: bool = False) -> Company:
        """The cast in the order it was added, with live claims; on request the retired too."""
        ...

    async def everybody(
        self, story_id: int, *, retired: bool = False
    ) -> tuple[Company, dict[int, Writer]]:
        """``company`` and ``writers`` at once, for what many wait for."""
        ...

    async def claim(self, character: Character, writer_id: int, at: datetime) -> Claim:
        """Give a character to a writer.

        Raises:
            ConflictError: somebody holds it. (The constraint decides races.)
        """
        ...

    async def claims_of(self, character_id: int) -> list[Claim]:
        """Every claim there was of a character, the live one included, oldest first."""
        ...

    async def release(self, claim_id: int, at: datetime) -> bool:
        """End a claim; False if it had ended already."""
        ...

    async def writer(self, story_id: int, writer_id: int) -> Writer | None:
        """What the story knows of a writer, or None."""
        ...

    async def writers(self, story_id: int) -> dict[int, Writer]:
        """All writers of a story by Discord user id."""
        ...

    async def note_writer(
        self, story_id: int, writer_id: int, name: str, active_at: datetime | None
    ) -> Writer:
        """Keep a writer's display name and, if given, when they were last active.

        Whoever does something is here: that they left is forgotten.
        """
        ...

    async def left(self, guild_id: int, writer_id: int, at: datetime) -> list[int]:
        """Note in all stories of a server that a writer left it; those in which that is news."""
        ...

    async def returned(self, guild_id: int, writer_id: int) -> list[int]:
        """Note in all stories of a server that a writer is back; those in which that is news."""
        ...

    async def all_left(self) -> frozenset[tuple[int, int]]:
        """All writers known to have left, as (server, writer)."""
        ...

    async def play(self, story_id: int, writer_id: int, character_id: int | None) -> None:
        """Note as which of their characters a writer speaks."""
        ...
