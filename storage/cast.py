"""Characters, claims, and the writers of a story."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Row,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal_column,
    null,
    select,
    type_coerce,
    union_all,
    update,
)

from bot.story.cast import Character, Claim, Company, Keepsake, Sheet, Writer
from bot.story.errors import ConflictError
from bot.story.names import name_key
from storage.columns import Instant, Prose
from storage.either import Either
from storage.repository import Repository
from storage.tables import characters, claims, names, stories, writers

_SHEET = tuple(field.name for field in fields(Sheet))


def _character(row: Row[Any]) -> Character:
    return Character(
        id=row.id,
        story_id=row.story_id,
        name=row.name,
        added_by=row.added_by,
        added_at=row.added_at,
        sheet=Sheet(**{name: getattr(row, name) for name in _SHEET}),
        aliases=tuple(row.aliases or ()),
        retired_at=row.retired_at,
        keepsake=Keepsake(row.picture_channel_id, row.picture_message_id)
        if row.picture_message_id
        else None,
    )


def _claim(row: Row[Any]) -> Claim:
    return Claim(row.id, row.story_id, row.character_id, row.writer_id, row.since)


def _writer(row: Row[Any]) -> Writer:
    return Writer(
        story_id=row.story_id,
        writer_id=row.writer_id,
        name=row.name,
        playing_id=row.playing_id,
        active_at=row.active_at,
        away_until=row.away_until,
        left_at=row.left_at,
    )


def _keys(name: str, aliases: Sequence[str]) -> list[str]:
    """The keys of a name and its aliases, each once."""
    return list(dict.fromkeys(name_key(one) for one in (name, *aliases)))


_ADD = insert(characters)
_GET = select(characters).where(characters.c.id == bindparam("id"))
_SAVE = update(characters).where(characters.c.id == bindparam("b_id"))
_NAME = insert(names)
_UNNAME = delete(names).where(names.c.character_id == bindparam("character_id"))
_NAMESAKE = (
    select(characters.c.name, characters.c.retired_at)
    .join(names, names.c.character_id == characters.c.id)
    .where(
        names.c.story_id == bindparam("story_id"),
        names.c.key.in_(bindparam("keys", expanding=True)),
        names.c.character_id != bindparam("but"),
    )
    .limit(1)
)
_CAST = (
    select(characters)
    .where(characters.c.story_id == bindparam("story_id"))
    .order_by(characters.c.id)
)
_PRESENT = _CAST.where(characters.c.retired_at.is_(None))
_HELD = select(
    claims.c.id, claims.c.story_id, claims.c.character_id, claims.c.writer_id, claims.c.since
).where(claims.c.story_id == bindparam("story_id"), claims.c.released_at.is_(None))
# Who left is asked for in the same breath: every press waits for this. Claims have an id above 0.
_CLAIMS_AND_LEFT = union_all(
    _HELD,
    select(
        literal_column("0"),
        writers.c.story_id,
        literal_column("0"),
        writers.c.writer_id,
        writers.c.left_at,
    ).where(writers.c.story_id == bindparam("story_id"), writers.c.left_at.is_not(None)),
)
_NEVER = type_coerce(null(), Instant)
_CLAIMS_AND_WRITERS = union_all(
    select(
        claims.c.id,
        claims.c.story_id,
        claims.c.character_id,
        claims.c.writer_id,
        claims.c.since,
        literal_column("''", Prose).label("name"),
        _NEVER.label("away_until"),
        _NEVER.label("left_at"),
    ).where(claims.c.story_id == bindparam("story_id"), claims.c.released_at.is_(None)),
    select(
        literal_column("0"),
        writers.c.story_id,
        writers.c.playing_id,
        writers.c.writer_id,
        writers.c.active_at,
        writers.c.name,
        writers.c.away_until,
        writers.c.left_at,
    ).where(writers.c.story_id == bindparam("story_id")),
)
_TAKE = Either(claims, lambda into: into.on_conflict_do_nothing().returning(claims))
_CLAIMS_OF = (
    select(claims).where(claims.c.character_id == bindparam("character_id")).order_by(claims.c.id)
)
_RELEASE = (
    update(claims)
    .where(claims.c.id == bindparam("b_id"), claims.c.released_at.is_(None))
    .values(released_at=bindparam("b_at"))
)
_WRITERS = select(writers).where(writers.c.story_id == bindparam("story_id"))
_WRITER = _WRITERS.where(writers.c.writer_id == bindparam("writer_id"))
_NOTE = Either(
    writers,
    lambda into: into.on_conflict_do_update(
        index_elements=["story_id", "writer_id"],
        set_={
            "name": into.excluded.name,
            # Whoever does something is here.
            "left_at": None,
            # An event that comes late does not make anybody seem absent.
            "active_at": case(
                (into.excluded.active_at > writers.c.active_at, into.excluded.active_at),
                else_=func.coalesce(writers.c.active_at, into.excluded.active_at),
            ),
        },
    ).returning(writers),
)
_IN_GUILD = writers.c.story_id.in_(
    select(stories.c.id).where(stories.c.guild_id == bindparam("b_guild_id"))
)
_LEAVE = (
    update(writers)
    .where(writers.c.writer_id == bindparam("b_writer_id"), _IN_GUILD, writers.c.left_at.is_(None))
    .values(left_at=bindparam("b_at"))
    .returning(writers.c.story_id)
)
_RETURN = (
    update(writers)
    .where(
        writers.c.writer_id == bindparam("b_writer_id"), _IN_GUILD, writers.c.left_at.is_not(None)
    )
    .values(left_at=None)
    .returning(writers.c.story_id)
)
_GONE = (
    select(stories.c.guild_id, writers.c.writer_id)
    .join(stories, stories.c.id == writers.c.story_id)
    .where(writers.c.left_at.is_not(None))
    .distinct()
)
_PLAY = Either(
    writers,
    lambda into: into.on_conflict_do_update(
        index_elements=["story_id", "writer_id"], set_={"playing_id": into.excluded.playing_id}
    ),
)


class Cast(Repository):
    """See ``bot.ports.CastRepository``."""

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
        """Add a character; a name that means somebody already is a ConflictError."""
        keys = _keys(name, aliases)
        await self._refuse_namesake(story_id, keys)
        character_id = await self._insert(
            _ADD,
            {
                "story_id": story_id,
                "name": name,
                "added_by": by,
                "added_at": at,
                "aliases": list(aliases) or None,
                **{field: getattr(sheet, field) for field in _SHEET},
            },
        )
        await self._name(story_id, character_id, keys)
        return Character(
            id=character_id,
            story_id=story_id,
            name=name,
            added_by=by,
            added_at=at,
            sheet=sheet,
            aliases=tuple(aliases),
        )

    async def get(self, character_id: int) -> Character | None:
        """The character, or None."""
        row = await self._first(_GET, id=character_id)
        return _character(row) if row else None

    async def save(self, character: Character) -> None:
        """Keep name, sheet, aliases and retirement."""
        keys = _keys(character.name, character.aliases)
        await self._refuse_namesake(character.story_id, keys, but=character.id)
        await self._change(
            _SAVE,
            b_id=character.id,
            name=character.name,
            aliases=list(character.aliases) or None,
            retired_at=character.retired_at,
            picture_channel_id=character.keepsake.channel_id if character.keepsake else None,
            picture_message_id=character.keepsake.message_id if character.keepsake else None,
            **{field: getattr(character.sheet, field) for field in _SHEET},
        )
        await self._change(_UNNAME, character_id=character.id)
        await self._name(character.story_id, character.id, keys)

    async def _refuse_namesake(self, story_id: int, keys: list[str], *, but: int = 0) -> None:
        """Refuse keys that mean another character.

        Asked before anything is written, so that a caller may catch the refusal and go on; the
        table's key would stop it as well.
        """
        found = await self._first(_NAMESAKE, story_id=story_id, keys=keys, but=but)
        if found:
            retired = ", who retired" if found.retired_at else ""
            raise ConflictError(
                f"That name means {found.name} already{retired}. Choose another name or alias."
            )

    async def _name(self, story_id: int, character_id: int, keys: list[str]) -> None:
        await self._many(
            _NAME,
            [{"story_id": story_id, "key": key, "character_id": character_id} for key in keys],
        )

    async def company(self, story_id: int, *, retired: bool = False) -> Company:
        """The cast in the order it was added, with live claims; on request the retired too."""
        cast = await self._all(_CAST if retired else _PRESENT, story_id=story_id)
        found = await self._all(_CLAIMS_AND_LEFT, story_id=story_id)
        return Company(
            tuple(_character(row) for row in cast),
            {row.character_id: _claim(row) for row in found if row.id},
            frozenset(row.writer_id for row in found if not row.id),
        )

    async def everybody(
        self, story_id: int, *, retired: bool = False
    ) -> tuple[Company, dict[int, Writer]]:
        """``company`` and ``writers`` at once."""
        cast = await self._all(_CAST if retired else _PRESENT, story_id=story_id)
        found = await self._all(_CLAIMS_AND_WRITERS, story_id=story_id)
        writers = {
            row.writer_id: Writer(
                story_id=row.story_id,
                writer_id=row.writer_id,
                name=row.name,
                playing_id=row.character_id,
                active_at=row.since,
                away_until=row.away_until,
                left_at=row.left_at,
            )
            for row in found
            if not row.id
        }
        company = Company(
            tuple(_character(row) for row in cast),
            {row.character_id: _claim(row) for row in found if row.id},
            frozenset(writer.writer_id for writer in writers.values() if writer.left_at),
        )
        return company, writers

    async def claim(self, character: Character, writer_id: int, at: datetime) -> Claim:
        """Give a character to a writer; the constraint decides races."""
        row = await self._first(
            _TAKE.on(self._connection),
            story_id=character.story_id,
            character_id=character.id,
            writer_id=writer_id,
            since=at,
        )
        if row is None:
            raise ConflictError(
                f"{character.name} is taken. Ask whoever plays them to release or hand over."
            )
        return _claim(row)

    async def claims_of(self, character_id: int) -> list[Claim]:
        """Every claim there was of a character, the live one included, oldest first."""
        found = await self._all(_CLAIMS_OF, character_id=character_id)
        return [_claim(row) for row in found]

    async def release(self, claim_id: int, at: datetime) -> bool:
        """End a claim; False if it had ended already."""
        return await self._change(_RELEASE, b_id=claim_id, b_at=at) == 1

    async def writer(self, story_id: int, writer_id: int) -> Writer | None:
        """What the story knows of a writer, or None."""
        row = await self._first(_WRITER, story_id=story_id, writer_id=writer_id)
        return _writer(row) if row else None

    async def writers(self, story_id: int) -> dict[int, Writer]:
        """All writers of a story by Discord user id."""
        found = await self._all(_WRITERS, story_id=story_id)
        return {row.writer_id: _writer(row) for row in found}

    async def note_writer(
        self, story_id: int, writer_id: int, name: str, active_at: datetime | None
    ) -> Writer:
        """Keep a writer's display name and, if given, when they were last active."""
        noted = await self._all(
            _NOTE.on(self._connection),
            story_id=story_id,
            writer_id=writer_id,
            name=name,
            active_at=active_at,
        )
        return _writer(noted[0])

    async def left(self, guild_id: int, writer_id: int, at: datetime) -> list[int]:
        """Note that a writer left a server."""
        found = await self._all(_LEAVE, b_guild_id=guild_id, b_writer_id=writer_id, b_at=at)
        return sorted(row.story_id for row in found)

    async def returned(self, guild_id: int, writer_id: int) -> list[int]:
        """Note that a writer is a member again."""
        found = await self._all(_RETURN, b_guild_id=guild_id, b_writer_id=writer_id)
        return sorted(row.story_id for row in found)

    async def all_left(self) -> frozenset[tuple[int, int]]:
        """Whoever is known to have left, with the server they left."""
        return frozenset((row.guild_id, row.writer_id) for row in await self._all(_GONE))

    async def play(self, story_id: int, writer_id: int, character_id: int | None) -> None:
        """Note as which of their characters a writer speaks."""
        await self._change(
            _PLAY.on(self._connection),
            story_id=story_id,
            writer_id=writer_id,
            name="",
            playing_id=character_id,
        )
