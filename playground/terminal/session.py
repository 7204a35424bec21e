"""Acting at the terminal: as several people, in several channels."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from playground.rehearsal.house import House
from playground.rehearsal.script import RehearsalError
from playground.server import (
    ApiError,
    Channel,
    Exchange,
    Happening,
    InteractionFailed,
    Message,
    Person,
)
from playground.server.options import Value
from playground.server.rules_commands import CHANNEL, MENTIONABLE, MESSAGE_MENU, USER
from playground.terminal.buttons import NotThereYetError, meant, meant_of_several, pressable
from playground.terminal.checks import check_form, check_slash
from playground.terminal.guide import USES, help_table, not_ones_own, plainly
from playground.terminal.keyboard import Keyboard
from playground.terminal.looks import one_line
from playground.terminal.patience import Patience
from playground.terminal.screen import Screen
from playground.terminal.words import (
    NotUnderstoodError,
    last_number,
    paths,
    read_form,
    read_slash,
    specs,
    unescape,
    unquoted,
)

T = TypeVar("T")

LOOK_BACK = 15
STAYS_SECONDS = 0.7
"""What people type is shown if it still stands after so long."""
FOR_EVER = 1e9
_LOCAL = ("as", "in", "look", "people", "help", "restart", "quit")
_LEAVE_THE_FORM = ("fill", "/help", "/look", "/people")
_VERBS = ("click", "fill", "menu", "react", "reply", "edit", "delete")


@dataclass
class Session:
    """What the person at the keyboard is at the moment: who, where, and before which form.

    Attributes:
        house: the local Discord and the bot.
        people: whom one can be, by name.
        channels: the channels that stand from the start, by name.
    """

    house: House
    keyboard: Keyboard
    screen: Screen
    people: dict[str, Person]
    channels: dict[str, Channel]
    me: Person
    here: Channel
    form: tuple[Person, Exchange] | None = None
    patience: Patience = field(init=False)

    def __post_init__(self) -> None:
        self.patience = Patience(self.house.local, self.screen.say)

    # --- watching ------------------------------------------------------------------------------

    async def watch(self) -> None:
        """Show what happens, for ever."""
        async for happening in self.house.local.watch():
            self.patience.stir()
            if happening.message is not None and self._concerns(happening.message):
                self._show(happening, happening.message)

    def _concerns(self, message: Message) -> bool:
        return message.channel.guild is not None or message.author.bot

    def _show(self, happening: Happening, message: Message) -> None:
        place = self._place(message.channel)
        match happening.kind:
            case "MESSAGE_CREATE" if message.author.bot:
                self.screen.show(message, place)
                if message.channel is self.me.dm_channel and pressable(message):
                    label = pressable(message)[0].label
                    self.screen.say(f"     To press it: click {label}")
            case "MESSAGE_CREATE":
                # Most of what people type is soon replaced by the bot: show it if it stays.
                loop = asyncio.get_running_loop()
                loop.call_later(STAYS_SECONDS, self._show_if_it_stays, message, place)
            case "MESSAGE_UPDATE":
                self.screen.changed(message, place)
            case "MESSAGE_DELETE" if message.author.bot:
                self.screen.gone(message)
            case "MESSAGE_REACTION_ADD" if happening.user and happening.user.bot:
                shown = " ".join(message.reactions)
                self.screen.say(f"{self.screen.number(message):>3}  {shown}")
            case _:
                pass

    def _show_if_it_stays(self, message: Message, place: str) -> None:
        if not message.deleted:
            self.screen.show(message, place)

    def _place(self, channel: Channel) -> str:
        if channel is self.here:
            return ""
        if channel.guild is None:
            names = [n for n, one in self.people.items() if one.dm_channel is channel]
            return f"to {names[0]} alone" if names else "in a direct message"
        return f"#{channel.name}"

    async def watch_bot(self) -> None:
        """Tell whenever the bot's process ends by itself."""
        while True:
            status = await self.house.bot.ended()
            if self.house.bot_wanted:
                words = self.house.obituary(f"with status {status}")
                self.screen.say(f"{words}\nType /restart to start it again.", "bold red")
            await self.house.local.until(lambda: self.house.bot.running, FOR_EVER)

    def places(self) -> dict[str, Channel]:
        """Where one can be, by name: the channels, and the threads that were opened in them."""
        found = dict(self.channels)
        for thread in (
            t for one in self.house.local.world.guilds.values() for t in one.threads.values()
        ):
            name, again = one_line(thread.name), 2
            while name in found:
                name, again = f"{one_line(thread.name)} {again}", again + 1
            found[name] = thread
        return found

    # --- acting --------------------------------------------------------------------------------

    async def act(self, line: str) -> bool:
        """Do what a line says; False to leave."""
        try:
            return await self._act(line)
        except ApiError as error:
            self.screen.say(f"     {plainly(error)}", "red")
        except (NotUnderstoodError, InteractionFailed, RehearsalError, TimeoutError) as error:
            self.screen.say(f"     {error}", "red")
        return True

    async def _act(self, line: str) -> bool:
        word, _, rest = line.strip().partition(" ")
        if not word:
            return True
        if word not in _LEAVE_THE_FORM:
            # A form stands before everything else, so whoever does something else has closed it.
            self.form = None
        if word.startswith("/") and word[1:] in _LOCAL:
            return await self._local(word[1:], rest.strip())
        if word.startswith("/") and not word.startswith("//"):
            await self._slash(line.strip()[1:])
        elif word in USES and not rest.strip():
            raise NotUnderstoodError(USES[word])
        elif word in _VERBS:
            await getattr(self, f"_{word}")(rest.strip())
        elif word == "say" and rest.split(maxsplit=1)[0] in USES:
            self.patience.typed = await self.me.say(self.here, unescape(rest.strip()))
        else:
            self.patience.typed = await self.me.say(self.here, unescape(line))
        return True

    async def _local(self, word: str, rest: str) -> bool:
        match word:
            case "as":
                self.me = _named(self.people, unquoted(rest), "nobody")
            case "in":
                self.here = _named(self.places(), unquoted(rest).lstrip("#"), "no channel")
                self._look(LOOK_BACK)
            case "look":
                self._look(_whole(rest) if rest else LOOK_BACK)
            case "people":
                self.screen.say(f"     {', '.join(self.people)}; #{', #'.join(self.places())}")
            case "restart":
                await self._restart()
            case "help":
                self.screen.put(help_table())
            case _:
                return False
        return True

    def _look(self, count: int) -> None:
        self.screen.say(f"── #{self.here.name} ──")
        seen = self.me.sees(self.here)
        earlier = max(0, len(seen) - count)
        if earlier:
            self.screen.say(f"     … {earlier} more before these: /look {len(seen)}")
        for message in seen[earlier:]:
            self.screen.show(message)

    async def _restart(self) -> None:
        self.screen.say("     Killing the bot, as a power cut would …")
        await self.house.restart_bot()
        self.screen.say("     It is back, on the same database.")

    async def _slash(self, typed: str) -> None:
        bodies = [command.body for command in self.house.local.world.commands.values()]
        slash = read_slash(typed, bodies)
        check_slash(slash, specs(bodies, slash.path))
        options: dict[str, Value] = dict(slash.options)
        for spec in specs(bodies, slash.path):
            if spec["name"] in options and spec["type"] in {USER, MENTIONABLE, CHANNEL}:
                name = str(options[spec["name"]]).lstrip("#@")
                options[spec["name"]] = (
                    _named(self.places(), name, "no channel")
                    if spec["type"] == CHANNEL
                    else _named(self.people, name, "nobody called")
                )
        await self._exchange(lambda: self.me.slash(self.here, slash.path, **options))

    async def _exchange(self, act: Callable[[], Awaitable[Exchange]]) -> None:
        """Act, and show the form if that is the answer."""
        self.patience.asked = exchange = await act()
        modal = exchange.modal
        if modal is None:
            return
        self.form = (self.me, exchange)
        lines = [f"     A form: {modal.title}"]
        for one in modal.fields:
            filled = f" = {one.value[:200]!r}" if one.value else ""
            lines.append(f"       {one.custom_id}: {one.label}{filled}")
        many = len(modal.fields) > 1
        named = " ".join(f'{one.custom_id}:"…"' for one in modal.fields)
        lines.append(f"     Fill it in: fill {named if many else 'your words'}")
        self.screen.say("\n".join(lines), "cyan")

    async def _fill(self, rest: str) -> None:
        if self.form is None:
            raise NotUnderstoodError(
                "No form is open. Press its button first: click Edit. (Whatever one does instead "
                "of filling a form in closes it.)"
            )
        who, exchange = self.form
        modal = exchange.modal
        fields = modal.fields if modal else []
        values = read_form(rest, [one.custom_id for one in fields])
        check_form(fields, values)
        self.form = None
        try:
            await self._exchange(lambda: who.submit(exchange, dict(values)))
        except InteractionFailed:
            self.form = (who, exchange)
            raise

    async def _click(self, rest: str) -> None:
        words, number = last_number(rest)
        what = f"a button ‘{words or number}’"
        message, key = await self.patience.once_there(lambda: self._button(words, number), what)
        await self._exchange(lambda: self.me.click(message, key))

    def _button(self, words: str, number: int | None) -> tuple[Message, str]:
        """The message and the button's id that "2", "A", "Steer 7", "2 7" or "Accept 3" mean."""
        if words and number is not None:
            there = self.screen.numbered(number)
            offering = [there] if there is not None else []
            found = meant(offering, words) or meant_of_several(self._newest(), words, number)
        else:
            words, offering = words or str(number), self._newest()
            found = meant(offering, words)
            if not offering:
                raise NotThereYetError("No message here has a button.")
        if found is not None:
            return found
        if not offering:
            raise NotThereYetError(f"There is no message {number} here (any more).")
        labels = ", ".join(one.label or one.emoji or "" for one in pressable(offering[0]))
        where = f"message {self.screen.number(offering[0])}"
        if not labels:
            raise NotThereYetError(f"There is no button on {where}.")
        raise NotThereYetError(f"There is no button ‘{words}’ on {where}, only {labels}.")

    def _newest(self) -> list[Message]:
        """Messages with buttons, here or to this person alone, the newest first."""
        seen = [*self.me.sees(self.here), *self.me.dms()]
        return [one for one in sorted(seen, key=_id, reverse=True) if pressable(one)]

    async def _menu(self, rest: str) -> None:
        words, number = last_number(rest)
        what = f"message {number}" if number else "a message"
        message = await self.patience.once_there(lambda: self._message(number), what)
        bodies = [command.body for command in self.house.local.world.commands.values()]
        names = sorted({body["name"] for body in bodies if body.get("type") == MESSAGE_MENU})
        found = [n for n in names if n.casefold().startswith(words.casefold())]
        if words not in names and len(found) != 1:
            raise NotUnderstoodError(f"There is no menu ‘{words}’, only {', '.join(names)}.")
        await self._exchange(lambda: self.me.menu(message, words if words in names else found[0]))

    async def _react(self, rest: str) -> None:
        words, number = last_number(rest)
        await self.me.react(self._message(number), words)

    async def _reply(self, rest: str) -> None:
        number, _, text = rest.partition(" ")
        await self.me.say(self.here, unescape(text), reply_to=self._message(_whole(number)))

    async def _edit(self, rest: str) -> None:
        number, _, text = rest.partition(" ")
        message = self._own(_whole(number), "📝")
        if not text.strip():
            raise NotUnderstoodError(USES["edit"])
        await self.me.edit(message, unescape(text))

    async def _delete(self, rest: str) -> None:
        await self.me.delete(self._own(_whole(rest), "❌"))

    def _own(self, number: int, emoji: str) -> Message:
        message = self._message(number)
        strange = not_ones_own(self.me, message, number, emoji)
        if strange:
            raise NotUnderstoodError(strange)
        return message

    def _message(self, number: int | None) -> Message:
        """The message with a number, or the newest here."""
        found = self.here.last_message if number is None else self.screen.numbered(number)
        if found is None:
            raise NotThereYetError(f"There is no message {number or ''} here (any more).")
        return found

    # --- completing ----------------------------------------------------------------------------

    def complete(self, typed: str) -> list[str]:
        """Ways on from what was typed: commands, then the names of options."""
        if not typed.startswith("/"):
            return [f"{verb} " for verb in _VERBS if typed and verb.startswith(typed)]
        bodies = [command.body for command in self.house.local.world.commands.values()]
        commands = [f"/{path} " for path in [*_LOCAL, *paths(bodies)]]
        begun = next((c for c in commands if typed.startswith(c)), None)
        if begun is None:
            return [c for c in commands if c.startswith(typed)]
        names = [f"{spec['name']}:" for spec in specs(bodies, begun[1:].strip())]
        if begun == "/as ":
            names = list(self.people)
        elif begun == "/in ":
            names = list(self.places())
        head, space, word = typed.rpartition(" ")
        return [f"{head}{space}{n}" for n in names if n.startswith(word) and n not in head]


def _id(message: Message) -> int:
    return message.id


def _whole(word: str) -> int:
    if not word.strip().lstrip("#").isdecimal():
        raise NotUnderstoodError(f"‘{word}’ is no number of a message.")
    return int(word.strip().lstrip("#"))


def _named(things: Mapping[str, T], name: str, nobody: str) -> T:
    """The thing with a name, whatever its case."""
    for known, thing in things.items():
        if known.casefold() == name.strip().casefold():
            return thing
    raise NotUnderstoodError(f"There is {nobody} ‘{name.strip()}’, only {', '.join(things)}.")


def by_name(people: Sequence[Person]) -> dict[str, Person]:
    """People by the names that others see."""
    return {one.name: one for one in people}
