"""Lines from whoever sits at the keyboard, while messages come in above what they type."""

import asyncio
import codecs
import os
import re
import shutil
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress

from rich.cells import cell_len

from playground.terminal.looks import clean

try:
    import termios
    import tty
except ImportError:  # pragma: no cover - there is none on Windows, where lines are read plainly
    HAS_TTY = False
else:
    HAS_TTY = True

_SEQUENCE = re.compile(r"\x1b(?:\[[0-9;]*[A-Za-z~]|O[A-Za-z])")
_COMMAND = re.compile(r"\s*/[a-z]")
_PASTE_BEGINS, _PASTE_ENDS = "\x1b[200~", "\x1b[201~"
_CHUNK = 4096


class Editor:
    """The line being typed, and those typed before. Knows nothing of a terminal.

    Args:
        complete: gives the ways on from what stands before the cursor.
    """

    def __init__(self, complete: Callable[[str], list[str]] = lambda _typed: []) -> None:
        self.text = ""
        self.at = 0
        self.offers: list[str] = []
        self._complete = complete
        self._past: list[str] = []
        self._place = 0
        self._pasting = False

    def feed(self, keys: str) -> Iterator[str]:
        """Take keys in; yield each line that was finished by them.

        Raises:
            EOFError: Ctrl-D or Ctrl-C was pressed on an empty line.
        """
        self.offers = []
        while keys:
            found = _SEQUENCE.match(keys)
            key = found[0] if found else keys[0]
            keys = keys[len(key) :]
            if key in {"\r", "\n"} and not self._pasting:
                yield from _lines_of(self._finish())
            else:
                self._press(key)

    def _finish(self) -> str:
        line, self.text, self.at = self.text, "", 0
        if line.strip() and self._past[-1:] != [line]:
            self._past.append(line)
        self._place = len(self._past)
        return line

    def _press(self, key: str) -> None:
        act = self._keys().get(key)
        if act is not None:
            act()
        elif key in {_PASTE_BEGINS, _PASTE_ENDS}:
            self._pasting = key == _PASTE_BEGINS
        elif key in {"\r", "\n"}:
            self._insert("\n")
        elif len(key) == 1 and clean(key):
            self._insert(key)

    def _keys(self) -> dict[str, Callable[[], None]]:
        return {
            "\x7f": lambda: self._cut(self.at - 1, self.at),
            "\x08": lambda: self._cut(self.at - 1, self.at),
            "\x1b[3~": lambda: self._cut(self.at, self.at + 1),
            "\x15": lambda: self._cut(0, self.at),
            "\x0b": lambda: self._cut(self.at, len(self.text)),
            "\x17": self._cut_word,
            "\x1b[D": lambda: self._move(self.at - 1),
            "\x1b[C": lambda: self._move(self.at + 1),
            "\x01": lambda: self._move(0),
            "\x1b[H": lambda: self._move(0),
            "\x05": lambda: self._move(len(self.text)),
            "\x1b[F": lambda: self._move(len(self.text)),
            "\x1b[A": lambda: self._recall(-1),
            "\x1b[B": lambda: self._recall(1),
            "\t": self._tab,
            "\x04": self._end,
            "\x03": self._clear_or_end,
        }

    def _insert(self, text: str) -> None:
        self.text = self.text[: self.at] + text + self.text[self.at :]
        self.at += len(text)

    def _cut(self, start: int, end: int) -> None:
        start = max(0, start)
        self.text, self.at = self.text[:start] + self.text[end:], start

    def _cut_word(self) -> None:
        head = self.text[: self.at].rstrip()
        self._cut(head.rfind(" ") + 1, self.at)

    def _move(self, to: int) -> None:
        self.at = min(max(0, to), len(self.text))

    def _recall(self, step: int) -> None:
        self._place = min(max(0, self._place + step), len(self._past))
        self.text = self._past[self._place] if self._place < len(self._past) else ""
        self.at = len(self.text)

    def _tab(self) -> None:
        """Go on as far as all ways on agree; show them if there are several."""
        head = self.text[: self.at]
        ways = self._complete(head)
        common = _common(ways)
        if len(common) > len(head):
            self._cut(0, self.at)
            self._insert(common)
        elif len(ways) > 1:
            self.offers = ways

    def _clear_or_end(self) -> None:
        """Ctrl-C takes back a line half typed, and ends when there is none."""
        self._end()
        self._cut(0, len(self.text))
        self._place = len(self._past)

    def _end(self) -> None:
        if not self.text:
            raise EOFError


class Keyboard:
    """Reads lines, with an editor if a person sits at a terminal.

    Args:
        prompt: what stands before the line.
        complete: see ``Editor``.
    """

    def __init__(self, prompt: Callable[[], str], complete: Callable[[str], list[str]]) -> None:
        self._prompt = prompt
        self._editor = Editor(complete)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._open = False
        self.interactive = HAS_TTY and sys.stdin.isatty() and sys.stdout.isatty()

    @property
    def more(self) -> bool:
        """Whether lines come faster than a person reads: from a pipe, or pasted."""
        return not self.interactive or not self._lines.empty()

    async def lines(self) -> AsyncIterator[str]:
        """Yield each line until there are no more."""
        with self._raw() if self.interactive else self._plain():
            while (line := await self._lines.get()) is not None:
                yield line

    # --- a terminal ----------------------------------------------------------------------------

    @contextmanager
    def _raw(self) -> Iterator[None]:
        fd, loop = sys.stdin.fileno(), asyncio.get_running_loop()
        before = termios.tcgetattr(fd)
        tty.setcbreak(fd, termios.TCSADRAIN)
        _make_a_key_of_ctrl_c(fd)
        self._open = True
        self._write("\x1b[?2004h")
        loop.add_reader(fd, self._readable, fd)
        self.draw()
        try:
            yield
        finally:
            loop.remove_reader(fd)
            self._write("\r\x1b[2K\x1b[?2004l")
            self._open = False
            with suppress(termios.error):
                termios.tcsetattr(fd, termios.TCSADRAIN, before)

    def _readable(self, fd: int) -> None:
        data = b""
        try:
            data = os.read(fd, _CHUNK)
            for line in self._editor.feed(self._decoder.decode(data)):
                self._lines.put_nowait(line)
        except (EOFError, OSError):
            # Ctrl-D, or the terminal itself is gone.
            data = b""
        if not data:
            self._lines.put_nowait(None)
        self.draw()

    @contextmanager
    def above(self) -> Iterator[None]:
        """Print above the line being typed."""
        if self._open:
            self._write("\r\x1b[2K")
        try:
            yield
        finally:
            self.draw()

    def draw(self) -> None:
        """Show the line being typed."""
        if not self._open:
            return
        editor = self._editor
        if editor.offers:
            self._write("\r\x1b[2K" + "   ".join(editor.offers[:24]) + "\r\n")
            editor.offers = []
        prompt = self._prompt()
        room = shutil.get_terminal_size().columns - cell_len(prompt) - 1
        head, tail = (_shown(part) for part in (editor.text[: editor.at], editor.text[editor.at :]))
        while cell_len(head) > room:
            head = head[1:]
        while cell_len(head) + cell_len(tail) > room:
            tail = tail[:-1]
        back = f"\x1b[{cell_len(tail)}D" if tail else ""
        self._write(f"\r\x1b[2K\x1b[1m{prompt}\x1b[0m{head}{tail}{back}")

    @staticmethod
    def _write(text: str) -> None:
        # The terminal may be gone; the play then ends as it would with one.
        with suppress(OSError):
            sys.stdout.write(text)
            sys.stdout.flush()

    # --- a pipe or a file ----------------------------------------------------------------------

    @contextmanager
    def _plain(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        # A thread, because a file cannot be waited for; a daemon, because it may wait for ever.
        reader = threading.Thread(target=self._read_all, args=(loop,), daemon=True)
        reader.start()
        yield

    def _read_all(self, loop: asyncio.AbstractEventLoop) -> None:
        rest = ""
        # Not through sys.stdin: its lock, held at the end of the process, would be fatal.
        with suppress(OSError, ValueError):
            while data := os.read(sys.stdin.fileno(), _CHUNK):
                *lines, rest = (rest + self._decoder.decode(data)).split("\n")
                for line in lines:
                    self._tell(loop, line.rstrip("\r"))
        if rest:
            self._tell(loop, rest)
        self._tell(loop, None)

    def _tell(self, loop: asyncio.AbstractEventLoop, line: str | None) -> None:
        # The play may be over by the time that a line comes.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(self._lines.put_nowait, line)


def _make_a_key_of_ctrl_c(fd: int) -> None:
    """Let Ctrl-C come as a key, so that it can clear a line; it ends the play if there is none."""
    attributes = termios.tcgetattr(fd)
    attributes[6][termios.VINTR] = bytes([os.fpathconf(fd, "PC_VDISABLE")])
    termios.tcsetattr(fd, termios.TCSADRAIN, attributes)


def _lines_of(text: str) -> list[str]:
    """The lines to carry out: a passage may have several, but a slash command has one."""
    lines = text.split("\n")
    if any(_COMMAND.match(line) for line in lines):
        return [line for line in lines if line.strip()]
    return [text]


def _common(texts: list[str]) -> str:
    """The beginning that all texts share."""
    first, last = min(texts, default=""), max(texts, default="")
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    return first[:same]


def _shown(text: str) -> str:
    return text.replace("\n", "⏎")
