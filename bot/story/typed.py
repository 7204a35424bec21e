"""What people type: table talk or a turn, as whom, and how long texts are laid out as posts."""

import re
from dataclasses import dataclass

from bot.story.cast import Character
from bot.story.names import is_blank, name_key

MAX_POST = 2_000
"""Characters of one Discord message of a bot or webhook, counted in UTF-16 units to be safe.

Source: https://discord.com/developers/docs/resources/message#create-message
"""

MAX_TURN_BYTES = 64 * 1024
"""Bytes of a turn that arrives as ``message.txt``."""

_OOC = re.compile(r"\s*(?:\(\(|//|\(ooc\))", re.IGNORECASE)
_COMMAND = re.compile(r"/[^\W\d_][\w-]*(?!\S)")
"""A slash command that Discord did not know, and so sent as words; not ``/sighs/``."""
_NAMED = re.compile(r"\s*([^\n:]{1,80}):[ \t]*(\S.*)", re.DOTALL)
_LONG_WORD = 16
_FENCE = re.compile(r"```(?:([\w+#.-]{1,20})(?=\n))?")
"""A fence opens or closes code wherever it stands; a language ends its line."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text, and the name in front of it if it was addressed to one of one's characters."""

    text: str
    character: Character | None = None


def clean_text(text: str) -> str:
    """Text as it is kept: exactly as typed, but for NUL and lone surrogates, which cannot be."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def is_table_talk(text: str, command_marks: str) -> bool:
    """Whether a typed message is talk at the table, not part of the story.

    That is what is marked as such, and commands: of other bots, or mistyped (``/cats claim``).

    Args:
        text: the message.
        command_marks: characters that make it another bot's command if a letter follows.
    """
    if _OOC.match(text) or _COMMAND.match(text):
        return True
    return len(text) > 1 and text[0] in command_marks and text[1].isalpha()


def address(text: str, held: tuple[Character, ...]) -> Spoken:
    """Take ``Name: text`` apart if the name is one of the writer's own characters."""
    match = _NAMED.fullmatch(text)
    if match and not is_blank(match[2]):
        key = name_key(match[1])
        for character in held:
            if key in {name_key(name) for name in (character.name, *character.aliases)}:
                return Spoken(match[2], character)
    return Spoken(text)


def name_in_front(text: str) -> str:
    """The name in ``Name: text``, whoever it means; empty if there is none."""
    match = _NAMED.fullmatch(text)
    return match[1].strip() if match else ""


def length(text: str) -> int:
    """Length in UTF-16 units, never less than Discord's count."""
    return len(text.encode("utf-16-le")) // 2


def split_posts(text: str, first_room: int = MAX_POST) -> list[str]:
    """Lay a text out as posts of at most 2,000 characters, nothing left out.

    Breaks come between paragraphs if they can, else between lines, sentences, words, and only
    inside a word longer than a post. A code fence that a break falls into is closed and opened
    again.

    Args:
        text: what was said.
        first_room: room in the first post, when a line stands in front of it.
    """
    # Room for a fence to be closed and opened again, if there is one at all.
    spare = 40 if "```" in text else 0
    parts: list[str] = []
    rest = text.strip("\n")
    while rest:
        room = (first_room if not parts else MAX_POST) - spare
        cut = len(rest) if length(rest) <= room else _break_point(rest, room)
        # What shows nothing is no post, and does not use up the room of the first.
        if not is_blank(rest[:cut]):
            parts.append(rest[:cut] if cut == len(rest) else rest[:cut].rstrip())
        rest = rest[cut:].lstrip("\n") if "\n" in rest[cut : cut + 1] else rest[cut:].lstrip(" ")
    return _mend_fences(parts)


def _break_point(text: str, room: int) -> int:
    """Where to break so that the head fits into ``room`` units."""
    window = _fitting(text, room)
    for mark, keep in (("\n\n", 0), ("\n", 0), (". ", 1), ("! ", 1), ("? ", 1), (" ", 0)):
        at = text.rfind(mark, 0, window)
        # A break in the first quarter would make many small posts: try the next kind of break.
        if at >= window // 4:
            return at + keep
    return window


def _fitting(text: str, room: int) -> int:
    """How many characters of the text fit into ``room`` UTF-16 units; at least one."""
    head = text[:room]
    while length(head) > room:
        head = head[: len(head) - max(1, (length(head) - room) // 2)]
    return max(1, len(head))


def _mend_fences(parts: list[str]) -> list[str]:
    """Close a code fence that is open at a part's end, and open it again in the next."""
    mended: list[str] = []
    language: str | None = None
    fences = sum(len(_FENCE.findall(part)) for part in parts)
    # One that is never closed is no fence for Discord either, but shown as typed.
    left = fences - fences % 2
    for part in parts:
        head = f"```{language}\n" if language is not None else ""
        for match in _FENCE.finditer(part):
            if left:
                language = (match[1] or "") if language is None else None
                left -= 1
        tail = "\n```" if language is not None else ""
        mended.append(f"{head}{part}{tail}")
    return mended


def excerpt(text: str, limit: int) -> str:
    """The beginning of a text on one line, at most ``limit`` characters, with an ellipsis.

    No word is cut unless it is a long one.
    """
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    gap = head.rfind(" ", limit - _LONG_WORD)
    if gap > 0 and line[limit - 1] != " ":
        head = head[:gap]
    return head.rstrip() + "…"
