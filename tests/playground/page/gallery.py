"""A small bot that shows one of everything, and notes what it is told."""

import asyncio
import functools
import io
import struct
import zlib
from typing import Any, Literal

import discord
from discord import app_commands, ui

from tests.playground.server.bots import Bot

HOSTILE = "<img src=x onerror=alert(1)> & **stars**"
FLAVOURS = ["Amber", "Basil", "Cedar", "Dill", "Elder"]
STYLES = discord.ButtonStyle


def picture(width: int = 160, height: int = 100, colour: int = 0x3B7F8C) -> bytes:
    """A PNG of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checked

    row = b"\0" + colour.to_bytes(3, "big") * width
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(row * height))
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


async def plain(value: Any) -> Any:
    """What was chosen, by the names that people read; of files their names and bytes."""
    if isinstance(value, (list, tuple)):
        return [await plain(one) for one in value]
    if isinstance(value, discord.Attachment):
        return (value.filename, await value.read())
    if isinstance(value, (discord.Member, discord.User)):
        return value.display_name
    return getattr(value, "name", value)


class Gallery(Bot):
    """Answers `/show …`.

    Attributes:
        got: what was told, oldest first: a custom id or a command's name, and what was chosen.
        gate: what is pressed as "later" is answered when this is set.
        silent: whether presses and choices are left without an answer.
        anew: how often the card "again" was drawn anew.
    """

    def __init__(self) -> None:
        super().__init__()
        self.got: list[tuple[str, Any]] = []
        self.gate = asyncio.Event()
        self.silent = False
        self.anew = 0
        self.tree.add_command(Show(self))
        self.tree.add_command(app_commands.ContextMenu(name="Inspect", callback=self._inspect))
        self.tree.add_command(app_commands.ContextMenu(name="Wave at", callback=self._wave))

    async def note(self, key: str, value: Any = None) -> None:
        """Write down what was told."""
        self.got.append((key, await plain(value)))
        async with self.stirred:
            self.stirred.notify_all()

    async def takes(self, key: str, count: int = 1) -> Any:
        """Wait until something was told `count` times, and return what was told last."""

        def told() -> list[Any]:
            return [value for name, value in self.got if name == key]

        async with asyncio.timeout(10), self.stirred:
            await self.stirred.wait_for(lambda: len(told()) >= count)
        return told()[-1]

    async def _inspect(self, interaction: discord.Interaction, message: discord.Message) -> None:
        await self.note("Inspect", message.content)
        await interaction.response.send_message("Inspected.", ephemeral=True)

    async def _wave(self, interaction: discord.Interaction, member: discord.Member) -> None:
        await self.note("Wave at", member)
        await interaction.response.send_message("Waved.", ephemeral=True)

    async def answer(self, interaction: discord.Interaction, item: ui.Item[Any]) -> None:
        """Note a press or a choice, and answer as the custom id says."""
        key = str(getattr(item, "custom_id", ""))
        await self.note(key, getattr(item, "values", None))
        if self.silent:
            return
        special = {
            "later": self._later,
            "again": self._again,
            "form": self._form,
            "fields": self._fields,
            "whisper": self._whisper,
        }
        act = special.get(key)
        await (act(interaction) if act else interaction.response.defer())

    async def _later(self, interaction: discord.Interaction) -> None:
        await self.gate.wait()
        await interaction.response.defer()

    async def _again(self, interaction: discord.Interaction) -> None:
        self.anew += 1
        await interaction.response.edit_message(
            content=f"Drawn anew {self.anew}", view=rows(self, f" {self.anew}")
        )

    async def _form(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(text_form(self))

    async def _fields(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(field_form(self))

    async def _whisper(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Only for you.", ephemeral=True)


def told(bot: Gallery, view: ui.View | ui.LayoutView, *items: ui.Item[Any]) -> Any:
    """Fill a view with parts of which each tells the bot."""
    for item in items:
        view.add_item(item)
    for one in view.walk_children():
        if hasattr(one, "custom_id"):
            one.callback = functools.partial(bot.answer, item=one)  # type: ignore[method-assign]
    return view


def old(bot: Gallery, *items: ui.Item[Any]) -> ui.View:
    """Rows of the old kind."""
    view: ui.View = told(bot, ui.View(timeout=None), *items)
    return view


def button(label: str | None, key: str, style: STYLES = STYLES.secondary, **rest: Any) -> ui.Button:
    return ui.Button(label=label, custom_id=key, style=style, **rest)


def flavours(default: str | None = None) -> list[discord.SelectOption]:
    return [
        discord.SelectOption(
            label=one,
            value=one.lower(),
            description=f"Smells of {one.lower()}",
            emoji="🌿",
            default=one == default,
        )
        for one in FLAVOURS
    ]


def rows(bot: Gallery, more: str = "") -> ui.View:
    """Buttons of all styles."""
    return old(
        bot,
        button(f"Primary{more}", "primary", STYLES.primary, row=0),
        button("Secondary", "secondary", row=0),
        button("Success", "success", STYLES.success, row=0),
        button("Danger", "danger", STYLES.danger, row=0),
        ui.Button(label="Link", url="https://example.org/", row=0),
        button("Disabled", "disabled", STYLES.primary, disabled=True, row=1),
        button(None, "emoji", emoji="🎭", row=1),
        button("Both", "both", emoji="🌊", row=1),
        button(HOSTILE, "hostile", row=1),
        button("Later", "later", row=2),
        button("Again", "again", row=2),
        button("Form", "form", row=2),
        button("Fields", "fields", row=2),
        button("Whisper", "whisper", row=3),
    )


def selects(bot: Gallery) -> ui.View:
    """A select of each kind."""
    return old(
        bot,
        ui.Select(custom_id="one", placeholder="One flavour", options=flavours()),
        ui.UserSelect(custom_id="user", placeholder="Who?"),
        ui.RoleSelect(custom_id="role", placeholder="Which role?"),
        ui.MentionableSelect(custom_id="mentionable", placeholder="Who or which?", max_values=3),
        ui.ChannelSelect(
            custom_id="channel", placeholder="Where?", channel_types=[discord.ChannelType.text]
        ),
    )


def several(bot: Gallery) -> ui.View:
    """Selects of several options, of nothing at all, disabled and hostile ones."""
    hostile = [
        discord.SelectOption(label=HOSTILE, value="h", description=HOSTILE),
        discord.SelectOption(label="Harmless", value="ok"),
    ]
    return old(
        bot,
        ui.Select(
            custom_id="several", min_values=2, max_values=3, options=flavours("Basil"), row=0
        ),
        ui.Select(custom_id="none", min_values=0, options=flavours("Dill"), row=1),
        ui.Select(custom_id="hostiles", placeholder=HOSTILE, options=hostile, row=2),
        ui.Select(custom_id="closed", placeholder="Closed", options=flavours(), disabled=True),
    )


def card(bot: Gallery, files: list[discord.File]) -> ui.LayoutView:
    """Everything that version 2 has."""
    fog, sea, notes = files
    thing = ui.Container(
        ui.TextDisplay("## A card\nwith **text** and a list\n- one\n- two"),
        ui.Separator(),
        ui.Section(
            ui.TextDisplay("A section with a button"),
            ui.TextDisplay(HOSTILE),
            accessory=button("Look", "look", STYLES.primary),
        ),
        ui.Section(
            ui.TextDisplay("A section with a picture"),
            accessory=ui.Thumbnail(fog, description="Fog"),
        ),
        ui.Separator(spacing=discord.SeparatorSpacing.large),
        ui.MediaGallery(
            discord.MediaGalleryItem(fog, description="Fog over the bay"),
            discord.MediaGalleryItem(sea, description="The sea", spoiler=True),
            discord.MediaGalleryItem("https://example.org/far.png", description="Far away"),
        ),
        ui.File(notes),
        ui.Separator(visible=False),
        ui.ActionRow(button("Yes", "yes", STYLES.success), button("No", "no", STYLES.danger)),
        ui.ActionRow(ui.Select(custom_id="inside", options=flavours())),
        accent_colour=0xE67E22,
    )
    veiled = ui.Container(
        ui.TextDisplay("The butler did it."),
        ui.ActionRow(button("Veiled", "veiled")),
        spoiler=True,
    )
    view: ui.LayoutView = told(
        bot, ui.LayoutView(timeout=None), ui.TextDisplay("Before the card"), thing, veiled
    )
    return view


class NobodyError(Exception):
    """A form was filled in by nobody."""


class Form(ui.Modal):
    """Notes all that was filled in, under its custom id, and thanks for it."""

    def __init__(self, bot: Gallery, title: str, key: str) -> None:
        super().__init__(title=title, custom_id=key, timeout=None)
        self.bot = bot

    async def on_submit(self, interaction: discord.Interaction) -> None:
        told: dict[str, Any] = {}
        for one in self.walk_children():
            values = getattr(one, "values", None)
            if hasattr(one, "custom_id"):
                told[one.custom_id] = await plain(
                    getattr(one, "value", None) if values is None else values
                )
        await self.bot.note(self.custom_id, told)
        if told.get("name") == "Nobody":
            raise NobodyError
        await interaction.response.send_message("Thank you.", ephemeral=True)

    async def on_error(self, _interaction: discord.Interaction, error: Exception) -> None:
        """Stand open still, for a form that was answered takes no further answer."""
        if not isinstance(error, NobodyError):
            raise error


def text_form(bot: Gallery) -> Form:
    """Texts of both kinds. To the name "Nobody" it gives no answer."""
    form = Form(bot, "Words", "words")
    long = discord.TextStyle.paragraph
    name = ui.TextInput(
        custom_id="name", min_length=2, max_length=12, placeholder="How you are called"
    )
    tale = ui.TextInput(
        custom_id="tale", style=long, required=False, max_length=400, default="Once\nupon a time"
    )
    form.add_item(ui.Label(text="Name", description="Two letters at least", component=name))
    form.add_item(ui.Label(text="Tale", component=tale))
    old = ui.TextInput(label=HOSTILE[:45], custom_id="old", required=False)
    return form.add_item(old)


def field_form(bot: Gallery, *, second: bool = False) -> Form:
    """Each other kind of field, in two forms of five."""
    form = Form(bot, "Fields", "more" if second else "fields")
    label = ui.Label
    if second:
        choices = [discord.RadioGroupOption(label=one, value=one.lower()) for one in FLAVOURS]
        ticks = [
            discord.CheckboxGroupOption(
                label=one, value=one.lower(), description=f"With {one}", default=one == "Cedar"
            )
            for one in FLAVOURS
        ]
        upload = ui.FileUpload(custom_id="files", max_values=2, required=False)
        radio = ui.RadioGroup(custom_id="radio", options=choices)
        group = ui.CheckboxGroup(custom_id="group", min_values=1, max_values=3, options=ticks)
        form.add_item(label(text="Files", description="Two at the most", component=upload))
        form.add_item(label(text="Best of all", component=radio))
        form.add_item(label(text="All that fit", component=group))
        return form.add_item(label(text="Agreed", component=ui.Checkbox(custom_id="agreed")))
    select = ui.Select(custom_id="flavour", options=flavours(), max_values=2, placeholder="Choose")
    form.add_item(ui.TextDisplay("Fill in **all** of it."))
    form.add_item(label(text="Flavour", description="One or two", component=select))
    form.add_item(label(text="Who", component=ui.UserSelect(custom_id="who")))
    where = ui.ChannelSelect(custom_id="where", required=False)
    form.add_item(label(text="Where", component=where))
    which = ui.MentionableSelect(custom_id="which", required=False, max_values=2)
    return form.add_item(label(text="Which", component=which))


class Show(app_commands.Group):
    """Commands that show one kind of thing each."""

    def __init__(self, bot: Gallery) -> None:
        super().__init__(name="show", description="Shows things")
        self.bot = bot

    @app_commands.command()
    async def rows(self, interaction: discord.Interaction) -> None:
        """Buttons and selects."""
        await interaction.response.send_message("Buttons", view=rows(self.bot))
        await interaction.followup.send("Selects", view=selects(self.bot))
        await interaction.followup.send("Several", view=several(self.bot))

    @app_commands.command()
    async def card(self, interaction: discord.Interaction) -> None:
        """A card of version 2."""
        files = [
            (picture(), "fog.png"),
            (picture(120, 120, 0x2C4A9A), "sea.png"),
            (b"Nobody steers.\n", "notes.txt"),
        ]
        sent = [discord.File(io.BytesIO(data), name) for data, name in files]
        await interaction.response.send_message(view=card(self.bot, sent), files=sent)

    @app_commands.command()
    async def form(self, interaction: discord.Interaction) -> None:
        """A form with texts."""
        await interaction.response.send_modal(text_form(self.bot))

    @app_commands.command()
    async def fields(self, interaction: discord.Interaction, *, second: bool = False) -> None:
        """A form with each other kind of field; the second holds the rest."""
        await interaction.response.send_modal(field_form(self.bot, second=second))

    @app_commands.command()
    async def secret(self, interaction: discord.Interaction) -> None:
        """Thinks until the gate opens, then tells you alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self.bot.gate.wait()
        await interaction.edit_original_response(content="Between you and me.")

    @app_commands.command()
    async def slow(self, interaction: discord.Interaction) -> None:
        """Never answers."""
        del interaction
        await self.bot.note("slow")

    @app_commands.command()
    @app_commands.describe(flavour="What it smells of", word="Completed by the bot")
    async def pick(  # noqa: PLR0913 - one option of each type
        self,
        interaction: discord.Interaction,
        *,
        flavour: Literal["Amber", "Basil", "Cedar"],
        count: app_commands.Range[int, 1, 10] | None = None,
        sure: bool | None = None,
        who: discord.Member | None = None,
        role: discord.Role | None = None,
        which: discord.Member | discord.Role | None = None,
        where: discord.TextChannel | None = None,
        file: discord.Attachment | None = None,
        size: float | None = None,
        word: app_commands.Range[str, 2, 20] | None = None,
    ) -> None:
        """One option of each type."""
        given = {
            "flavour": flavour,
            "count": count,
            "sure": sure,
            "who": who,
            "role": role,
            "which": which,
            "where": where,
            "file": file,
            "size": size,
            "word": word,
        }
        told = {key: await plain(one) for key, one in given.items() if one is not None}
        await self.bot.note("pick", told)
        await interaction.response.send_message("Picked.")

    @pick.autocomplete("word")
    async def _complete(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        await self.bot.note("complete", (typed, interaction.namespace.flavour))
        words = ["lantern", "lighthouse", "lullaby", HOSTILE]
        found = [one for one in words if typed.lower() in one.lower()]
        return [app_commands.Choice(name=one.capitalize(), value=one[:20]) for one in found]
