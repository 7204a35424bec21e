"""The buttons of messages: how they stand among the text, and which one somebody means."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

from playground.server import Button, Message
from playground.server.message import walk
from playground.terminal.looks import one_line
from playground.terminal.words import NotUnderstoodError

_BUTTON, _TEXT = 2, 10


class NotThereYetError(NotUnderstoodError):
    """What is meant is not there, and may be on its way."""


@dataclass(slots=True)
class Row:
    """Buttons between which there is no text.

    Attributes:
        buttons: as they stand.
        first: the number of the first that can be pressed.
    """

    buttons: list[Button]
    first: int

    def drawn(self) -> Text:
        """The buttons on a line; those that can be pressed bear their numbers."""
        text, number = Text(), self.first
        for one in self.buttons:
            label = one_line(" ".join(part for part in (one.emoji, one.label) if part))
            if can_be_pressed(one):
                text.append(f" {number} {label} ", "reverse")
                number += 1
            else:
                text.append(f" {label} ", "dim reverse")
            text.append(" ")
        return text


def can_be_pressed(button: Button) -> bool:
    """Whether a press of it reaches the bot."""
    return bool(button.custom_id) and not button.disabled


def pressable(message: Message) -> list[Button]:
    """The buttons that can be pressed, in the order of their numbers."""
    return [one for one in message.buttons if can_be_pressed(one)]


def parts(message: Message) -> list[str | Row]:
    """A message's texts and rows of buttons in reading order: what stands above, a row is about."""
    if message.embeds:
        return [message.text, *([Row(message.buttons, 1)] if message.buttons else [])]
    found: list[str | Row] = [message.content] if message.content else []
    buttons, number = iter(message.buttons), 1
    for one in walk(message.components):
        last = found[-1] if found else None
        if one["type"] == _TEXT and one["content"]:
            if isinstance(last, str):
                found[-1] = f"{last}\n{one['content']}"
            else:
                found.append(one["content"])
        elif one["type"] == _BUTTON:
            button = next(buttons)
            if isinstance(last, Row):
                last.buttons.append(button)
            else:
                found.append(Row([button], number))
            number += can_be_pressed(button)
    return found


def meant(offering: Sequence[Message], words: str) -> tuple[Message, str] | None:
    """The message and the id of the button that "2", "A" or "Ste" mean; nothing if none does.

    Args:
        offering: where to look, the newest message first.
        words: a button's number, label or emoji, or how its label alone begins.

    Raises:
        NotUnderstoodError: several buttons of one message are called so.
    """
    for fits in (_called, _begins_uniquely):
        for message in offering:
            found = fits(pressable(message), words)
            if len(found) > 1:
                label = found[0].label or words
                raise NotUnderstoodError(
                    f"{len(found)} buttons are called ‘{label}’ there. Say which: click {label} 1 "
                    f"to click {label} {len(found)}, or click and the number before it."
                )
            if found:
                return message, found[0].custom_id or ""
    return None


def meant_of_several(
    offering: Sequence[Message], words: str, which: int
) -> tuple[Message, str] | None:
    """Which button "Accept 3" means where several of one message are called so."""
    for message in offering:
        found = _called(pressable(message), words)
        if len(found) > 1 and 1 <= which <= len(found):
            return message, found[which - 1].custom_id or ""
    return None


def _called(buttons: Sequence[Button], words: str) -> list[Button]:
    """The button with this number, or those with this label or emoji."""
    if words.isdecimal() and 1 <= int(words) <= len(buttons):
        return [buttons[int(words) - 1]]
    called = words.casefold()
    return [b for b in buttons if called in {(b.label or "").casefold(), b.emoji or ""}]


def _begins_uniquely(buttons: Sequence[Button], words: str) -> list[Button]:
    """The only button whose label begins so. One letter is no beginning: B may be on its way."""
    if len(words) == 1:
        return []
    found = [b for b in buttons if (b.label or "").casefold().startswith(words.casefold())]
    return found if len(found) == 1 else []
