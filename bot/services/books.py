"""Take the story as a file."""

from dataclasses import dataclass
from enum import StrEnum

from bot.ports import Store
from bot.services.common import names_of, the_place
from bot.story.canon import FactState
from bot.story.export import Book, as_markdown, as_record, file_name


class BookFormat(StrEnum):
    """What a story can be taken as."""

    MARKDOWN = "markdown"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class BookFile:
    """A story as a file."""

    filename: str
    content: bytes


class Books:
    """Exports."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def export(self, channel_id: int, book_format: BookFormat) -> BookFile:
        """The story of a channel as a file.

        Raises:
            NotFoundError: there is no story here.
        """
        async with self._store.read() as work:
            place = await the_place(work, channel_id)
            book = Book(
                story=place.story,
                company=await work.cast.company(place.story.id, retired=True),
                turns=tuple(await work.turns.chain(place.branch.id)),
                facts=tuple(await work.canon.facts(place.story.id, frozenset(FactState))),
                names=dict(await names_of(work, place.story.id)),
            )
        name = file_name(book.story.title)
        if book_format is BookFormat.JSON:
            content = as_record(book).model_dump_json(indent=2)
            return BookFile(f"{name}.json", content.encode())
        return BookFile(f"{name}.md", as_markdown(book).encode())
