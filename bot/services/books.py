"""Take the story as a file."""

import asyncio
import io
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.ports import Store, UnitOfWork
from bot.services.common import names_of, the_place
from bot.services.reach import Reader, told_to
from bot.story.canon import FactState
from bot.story.errors import InvalidError
from bot.story.export import Book, Part, as_json, as_markdown, file_name
from bot.story.tale import Branch, Channel, Story
from bot.story.turn import Turn

_MIB = 1024 * 1024
PAGE = 500
"""Turns that are read at a time: few enough that nobody waits while they are."""


class BookFormat(StrEnum):
    """What a story can be taken as."""

    MARKDOWN = "markdown"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class BookFile:
    """A story as a file, and how many of its scenes its reader may not read.

    Attributes:
        packed: whether it is a zip, since the file itself would have been too large.
    """

    filename: str
    content: bytes
    hidden: int = 0
    packed: bool = False


class Books:
    """Exports."""

    def __init__(self, store: Store) -> None:
        self._store = store
        # A long story takes memory and one of the few connections for a while: one at a time.
        self._turn = asyncio.Lock()

    async def channels(self, channel_id: int) -> list[Channel]:
        """The channels that play the story of a channel.

        Raises:
            NotFoundError: there is no story here.
        """
        async with self._store.read() as work:
            place = await the_place(work, channel_id)
            return await work.stories.channels(place.story.id)

    async def export(
        self,
        channel_id: int,
        book_format: BookFormat,
        reader: Reader | None = None,
        *,
        limit: int | None = None,
    ) -> BookFile:
        """The story of a channel as a file.

        It is read page by page and written in a thread, so that others are served meanwhile.

        Args:
            channel_id: where it is asked for.
            book_format: as what.
            reader: for whom; None for the whole story.
            limit: how many bytes the file may have; a larger book is compressed.

        Raises:
            NotFoundError: there is no story here.
            InvalidError: the book is too large, compressed too.
        """
        async with self._turn:
            book, hidden = await self._read(channel_id, reader)
            written = await asyncio.to_thread(_written, book, book_format, hidden)
            if limit is None or len(written.content) <= limit:
                return written
            packed = await asyncio.to_thread(_packed, written)
        if len(packed.content) > limit:
            raise InvalidError(_too_large(len(packed.content), limit, book_format))
        return packed

    async def _read(self, channel_id: int, reader: Reader | None) -> tuple[Book, int]:
        async with self._store.read() as work:
            place = await the_place(work, channel_id)
            parts, hidden = await _parts(work, place.story, reader)
            facts = await work.canon.facts(place.story.id, frozenset(FactState))
            book = Book(
                story=place.story,
                company=await work.cast.company(place.story.id, retired=True),
                turns=tuple(turn for part in parts for turn in part.turns),
                parts=parts,
                facts=tuple(await told_to(reader, work, place, facts)),
                names=dict(await names_of(work, place.story.id)),
            )
        return book, hidden


def _written(book: Book, book_format: BookFormat, hidden: int) -> BookFile:
    name = file_name(book.story.title)
    if book_format is BookFormat.JSON:
        return BookFile(f"{name}.json", _encoded(as_json(book)), hidden)
    return BookFile(f"{name}.md", _encoded(as_markdown(book)), hidden)


def _encoded(pieces: Iterator[str]) -> bytes:
    # Piece by piece: one long step would hold up the whole process, though it is in a thread.
    content = bytearray()
    for piece in pieces:
        content += piece.encode()
    return bytes(content)


def _packed(book: BookFile) -> BookFile:
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr(book.filename, book.content)
    return BookFile(f"{book.filename}.zip", zipped.getvalue(), book.hidden, packed=True)


def _too_large(size: int, limit: int, book_format: BookFormat) -> str:
    smaller = "" if book_format is BookFormat.MARKDOWN else "The format Markdown is smaller. "
    return (
        f"This book is too large to be sent: compressed it has {size / _MIB:.1f} MiB, and a file "
        f"here may have {limit / _MIB:.1f} MiB. {smaller}Whoever runs this bot has all of it in "
        "a backup (`troupe backup`), and a boosted server takes larger files."
    )


async def _parts(
    work: UnitOfWork, story: Story, reader: Reader | None
) -> tuple[tuple[Part, ...], int]:
    """Every branch in which something stands, and how many of them are hidden from a reader.

    The main scene is first, then the others as they began. The past that a fork shares is told
    once, in the first branch that it stands in: where it was written, unless it was undone there.
    """
    scenes = await work.stories.scenes(story.id)
    told: dict[int, str] = {}
    parts: list[Part] = []
    hidden = 0
    for branch, played in scenes:
        own, shared = await _own(work, branch, told)
        if own and reader and not _may_read(reader, story, played, own):
            hidden += 1
        elif own or branch is scenes[0][0]:
            parts.append(Part(branch.name, own, told[shared.id] if shared else "", shared))
            told |= dict.fromkeys((turn.id for turn in own), branch.name)
    return tuple(parts), hidden


async def _own(
    work: UnitOfWork, branch: Branch, told: Collection[int]
) -> tuple[tuple[Turn, ...], Turn | None]:
    """What stands in a branch behind the last turn that was told already; and that turn."""
    newest_first: list[Turn] = []
    link = branch.head_id
    while link is not None:
        page = await work.turns.up_to(link, PAGE)
        for turn in reversed(page):
            if turn.id in told:
                return tuple(reversed(newest_first)), turn
            if not turn.withdrawn:
                newest_first.append(turn)
        link = page[0].parent_id
        # Where pages come at once, others have their turn in between all the same.
        await asyncio.sleep(0)
    return tuple(reversed(newest_first)), None


def _may_read(reader: Reader, story: Story, channel_id: int | None, own: tuple[Turn, ...]) -> bool:
    """Whether a branch may be told to somebody: whoever sees its channel.

    Who could see one that is played nowhere any more is not known: the owner may read it, and
    whoever wrote in it.
    """
    if channel_id is not None:
        return channel_id in reader.sees
    return reader.writer_id == story.owner_id or any(
        turn.author_id == reader.writer_id for turn in own
    )
