"""Take the story as a file."""

from dataclasses import dataclass
from enum import StrEnum

from bot.ports import Store, UnitOfWork
from bot.services.common import names_of, the_place
from bot.story.canon import FactState
from bot.story.export import Book, Part, as_markdown, as_record, file_name


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
            parts = await _parts(work, place.story.id)
            book = Book(
                story=place.story,
                company=await work.cast.company(place.story.id, retired=True),
                turns=tuple(turn for part in parts for turn in part.turns),
                parts=parts,
                facts=tuple(await work.canon.facts(place.story.id, frozenset(FactState))),
                names=dict(await names_of(work, place.story.id)),
            )
        name = file_name(book.story.title)
        if book_format is BookFormat.JSON:
            content = as_record(book).model_dump_json(indent=2)
            return BookFile(f"{name}.json", content.encode())
        return BookFile(f"{name}.md", as_markdown(book).encode())


async def _parts(work: UnitOfWork, story_id: int) -> tuple[Part, ...]:
    """Every branch in which something stands: the main scene, then the others as they began.

    The past that a fork shares is told once, in the first branch that it stands in: where it was
    written, unless it was undone there.
    """
    branches = await work.stories.branches(story_id)
    told: dict[int, str] = {}
    parts = []
    for branch in branches:
        chain = await work.turns.chain(branch.id)
        shared = next((turn for turn in reversed(chain) if turn.id in told), None)
        own = tuple(turn for turn in chain if turn.id not in told)
        if own or branch is branches[0]:
            parts.append(Part(branch.name, own, told[shared.id] if shared else "", shared))
            told |= dict.fromkeys((turn.id for turn in own), branch.name)
    return tuple(parts)
