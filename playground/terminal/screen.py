"""The channel on the screen: messages with their numbers, buttons, and who sees them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

from playground.server import Message
from playground.terminal.buttons import Row, parts
from playground.terminal.keyboard import Keyboard
from playground.terminal.looks import clean, one_line, styled

_COLOURS = ("bright_cyan", "bright_green", "bright_yellow", "bright_magenta", "bright_blue")
_REMEMBERED = 2_000
_CHANNEL = re.compile(r"<#(\d{1,20})>")
_LINK = re.compile(r"https://discord\.com/channels/\d+/\d+/(\d{1,20})")


class Screen:
    """Shows messages, each with a number by which one can refer to it.

    Args:
        console: where to.
        keyboard: whose line stays below.
        files: the folder for files that the bot sends.
        whose: names the one person who sees a message that is for one person alone.
        where: names a channel or thread by its id; nothing if there is none.
    """

    def __init__(
        self,
        console: Console,
        keyboard: Keyboard,
        files: Path,
        whose: Callable[[int], str],
        where: Callable[[int], str],
    ) -> None:
        self._console = console
        self._keyboard = keyboard
        self._files = files
        self._whose = whose
        self._where = where
        self._numbers: dict[int, int] = {}
        self._messages: dict[int, Message] = {}
        self._shown: dict[int, _Face] = {}
        self._count = 0

    # --- numbers -------------------------------------------------------------------------------

    def number(self, message: Message) -> int:
        """The number of a message, given when it is first shown."""
        if message.id not in self._numbers:
            self._count += 1
            self._numbers[message.id] = self._count
            self._messages[self._count] = message
            forgotten = self._messages.pop(self._count - _REMEMBERED, None)
            if forgotten is not None:
                self._shown.pop(forgotten.id, None)
        return self._numbers[message.id]

    def numbered(self, number: int) -> Message | None:
        """The message with a number, if it still stands."""
        message = self._messages.get(number)
        return None if message is None or message.deleted else message

    # --- showing -------------------------------------------------------------------------------

    def say(self, text: str, style: str = "dim") -> None:
        """Say something of the terminal's own."""
        self.put(Text(clean(text), style))

    def put(self, *shown: RenderableType) -> None:
        """Show something above the line being typed."""
        with self._keyboard.above():
            for one in shown:
                self._console.print(one)

    def show(self, message: Message, place: str = "") -> None:
        """Show a whole message.

        Args:
            message: which.
            place: where it stands, if that is not the channel one is in.
        """
        if message.loading:
            return
        self._shown[message.id] = _face(message)
        shown = [self._drawn(part) for part in parts(message)]
        files = [self._file(message, index) for index in range(len(message.attachments))]
        # Files stand above the buttons at the end, which are about the whole.
        end = len(shown) - 1 if shown and isinstance(parts(message)[-1], Row) else len(shown)
        self._put_below(self._head(message, place), [*shown[:end], *files, *shown[end:]])

    def _put_below(self, head: Text, shown: list[Text]) -> None:
        self.put(head, *(Padding(part, (0, 0, 0, 5)) for part in shown))

    def _drawn(self, part: str | Row) -> Text:
        return part.drawn() if isinstance(part, Row) else self._styled(part)

    def changed(self, message: Message, place: str = "") -> None:
        """Show what is new on a message that was shown before."""
        before, now = self._shown.get(message.id), _face(message)
        if before == now or message.loading:
            return
        if before is None:
            self.show(message, place)
            return
        self._shown[message.id] = now
        old = before.text.split("\n")
        new = [line for line in message.text.split("\n") if line not in old]
        shown = [self._styled("\n".join(new))] if new else []
        if now.rows != before.rows:
            if len(now.rows) > 1:
                # Several rows tell nothing without what they are about, and their numbers moved.
                shown = [self._drawn(part) for part in parts(message)]
            else:
                shown += [part.drawn() for part in parts(message) if isinstance(part, Row)]
        if shown:
            head = Text(f"{self.number(message):>3}  ", "dim").append("changed")
            self._put_below(head, shown)

    def gone(self, message: Message) -> None:
        """Say that a message is gone, if it was shown."""
        if message.id in self._shown and not message.ephemeral:
            self.say(f"{self.number(message):>3}  gone: {one_line(message.text)[:60]}")

    def _styled(self, text: str) -> Text:
        """Text as Discord shows it: a channel by its name, a linked message by its number."""
        named = _CHANNEL.sub(self._channel, text)
        return styled(_LINK.sub(self._linked, named))

    def _channel(self, found: re.Match[str]) -> str:
        name = self._where(int(found[1])) or "deleted-channel"
        # Its signs stand for themselves.
        return "#" + re.sub(r"([^\w\s])", r"\\\1", one_line(name))

    def _linked(self, found: re.Match[str]) -> str:
        number = self._numbers.get(int(found[1]))
        return found[0] if number is None else f"message {number}"

    def _head(self, message: Message, place: str) -> Text:
        name = one_line(message.author_name)
        colour = _COLOURS[sum(map(ord, name)) % len(_COLOURS)]
        head = Text(f"{self.number(message):>3}  ", "dim").append(name, f"bold {colour}")
        if message.author.bot and not message.author.webhook:
            head.append(" BOT", "dim reverse")
        if place:
            head.append(f"  {place}", "dim")
        if message.seen_by is not None:
            head.append(f"  only {self._whose(message.seen_by)} can see this", "dim italic")
        return head

    def _file(self, message: Message, index: int) -> Text:
        """A file; what the bot sends is kept, for the terminal shows no files."""
        attachment = message.attachments[index]
        name = one_line(attachment.filename)
        text = Text(f"📎 {name} ({attachment.size:,} bytes)", "cyan")
        if not message.author.bot or message.author.webhook:
            return text
        kept = self._files / (Path(name).name.lstrip(".") or "file")
        try:
            self._files.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(attachment.data)
        except OSError as error:
            return text.append(f" could not be kept: {error}")
        return text.append(f" kept as {kept}")


@dataclass(frozen=True, slots=True)
class _Face:
    """What a reader sees of a message, to tell whether it changed."""

    text: str
    rows: tuple[str, ...]


def _face(message: Message) -> _Face:
    rows = [part.drawn().plain for part in parts(message) if isinstance(part, Row)]
    return _Face(message.text, tuple(rows))
