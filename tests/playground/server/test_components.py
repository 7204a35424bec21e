import discord
import pytest
from discord import ui

from playground.server import InteractionFailed
from tests.playground.server.bots import Bot


class Panel(ui.View):
    def __init__(self, got):
        super().__init__(timeout=None)
        self.got = got

    @ui.button(label="Edit me", custom_id="edit")
    async def edit(self, i: discord.Interaction, _: ui.Button):
        await i.response.edit_message(content="edited", view=None)

    @ui.button(emoji="📝", custom_id="ask")
    async def ask(self, i: discord.Interaction, _: ui.Button):
        await i.response.send_modal(Sheet(self.got))

    @ui.button(label="Later", custom_id="later")
    async def later(self, i: discord.Interaction, _: ui.Button):
        await i.response.defer()
        await i.edit_original_response(content="later")

    @ui.button(label="Off", custom_id="off", disabled=True)
    async def off(self, _: discord.Interaction, __: ui.Button):
        raise AssertionError

    @ui.select(
        custom_id="pick",
        options=[
            discord.SelectOption(label="A", value="a"),
            discord.SelectOption(label="B", value="b"),
        ],
    )
    async def pick(self, i: discord.Interaction, select: ui.Select):
        await i.response.send_message(select.values[0], ephemeral=True)

    @ui.select(cls=ui.UserSelect, custom_id="who", max_values=2)
    async def who(self, i: discord.Interaction, select: ui.UserSelect):
        self.got.append([member.id for member in select.values])
        await i.response.defer(thinking=False)
        await i.followup.send("noted")

    @ui.select(cls=ui.ChannelSelect, custom_id="where")
    async def where(self, i: discord.Interaction, select: ui.ChannelSelect):
        await i.response.send_message(select.values[0].name)


class Sheet(ui.Modal, title="A sheet"):
    words = ui.Label(text="Words", component=ui.TextInput(max_length=10, min_length=2))
    note = ui.TextInput(label="Note", required=False, default="as before")
    mood = ui.Label(
        text="Mood", component=ui.Select(options=[discord.SelectOption(label="Dark", value="d")])
    )
    page = ui.Label(text="Page", component=ui.FileUpload(required=False))

    def __init__(self, got):
        super().__init__()
        self.got = got

    async def on_submit(self, i: discord.Interaction):
        files = [await file.read() for file in self.page.component.values]
        self.got.append(
            (self.words.component.value, self.note.value, self.mood.component.values, files)
        )
        await i.response.send_message("thanks")


class Marks(ui.Modal, title="Marks"):
    tone = ui.Label(
        text="Tone",
        component=ui.RadioGroup(
            options=[
                discord.RadioGroupOption(label="Low", value="l"),
                discord.RadioGroupOption(label="High", value="h"),
            ]
        ),
    )
    what = ui.Label(
        text="What",
        component=ui.CheckboxGroup(
            options=[
                discord.CheckboxGroupOption(label="One", value="1"),
                discord.CheckboxGroupOption(label="Two", value="2"),
            ],
            max_values=2,
        ),
    )
    sure = ui.Label(text="Sure", component=ui.Checkbox())

    def __init__(self, got):
        super().__init__()
        self.got = got

    async def on_submit(self, i: discord.Interaction):
        self.got.append(
            (self.tone.component.value, self.what.component.values, self.sure.component.value)
        )
        await i.response.send_modal(Marks(self.got))

    async def on_error(self, i: discord.Interaction, error: Exception):
        self.got.append(getattr(error, "code", error))
        await i.response.send_message("no")


@pytest.fixture
async def panel(bot: Bot, inn):
    got: list = []
    await bot.place(inn).send("panel", view=Panel(got))
    return inn.messages[-1], got


async def test_pressing_edits(panel, anna):
    message, _ = panel
    assert [b.label or b.emoji for b in message.buttons] == ["Edit me", "📝", "Later", "Off"]
    it = await anna.click(message, "Edit me")
    assert it.message is message
    assert (message.content, message.buttons) == ("edited", [])
    with pytest.raises(InteractionFailed):
        await anna.click(message, "Edit me")


async def test_disabled_and_unknown_buttons(panel, anna):
    for key in ("Off", "nonsense"):
        with pytest.raises(InteractionFailed):
            await anna.click(panel[0], key)


async def test_a_silent_acknowledgement(panel, anna):
    it = await anna.click(panel[0], "later")
    assert it.deferred
    assert (await it.answer()).content == "later"


async def test_selects(panel, inn, anna, ben):
    message, got = panel
    it = await anna.choose(message, "pick", ["b"])
    assert (it.message.content, it.message.ephemeral) == ("b", True)
    it = await anna.choose(message, "who", [anna, ben])
    assert (await it.answer()).content == "noted"
    assert got == [[anna.id, ben.id]]
    it = await anna.choose(message, "where", [inn])
    assert (it.message.content, it.message.referenced) == ("the-inn", message)
    for key, picks in (("pick", ["c"]), ("pick", []), ("who", [anna, ben, anna])):
        with pytest.raises(InteractionFailed):
            await anna.choose(message, key, picks)


async def test_a_modal_with_fields_of_every_old_kind(panel, anna):
    message, got = panel
    it = await anna.click(message, "📝")
    assert it.modal.title == "A sheet"
    assert [f.label for f in it.modal.fields] == ["Words", "Note", "Mood", "Page"]
    with pytest.raises(InteractionFailed):
        await it.answer()
    done = await anna.submit(
        it, {"Words": "hello", "Mood": ["d"], "Page": [("p.txt", b"page", "text/plain")]}
    )
    assert done.message.content == "thanks"
    assert got == [("hello", "as before", ["d"], [b"page"])]
    for values in (
        {"Words": "x", "Mood": ["d"]},
        {"Words": "x" * 11, "Mood": ["d"]},
        {"Mood": ["d"]},
        {"Words": "fine"},
        {"Words": "fine", "Mood": ["z"]},
        {"Words": "fine", "Mood": ["d"], "Else": "x"},
    ):
        with pytest.raises(InteractionFailed):
            await anna.submit(it, values)
    with pytest.raises(InteractionFailed):
        await anna.submit(done, {})


async def test_marks_and_no_modal_from_a_modal(bot, inn, anna):
    got: list = []
    view = ui.View()
    button = ui.Button(label="Marks", custom_id="marks")

    async def show(i: discord.Interaction):
        await i.response.send_modal(Marks(got))

    button.callback = show
    view.add_item(button)
    await bot.place(inn).send("marks", view=view)
    it = await anna.click(inn.messages[-1], "marks")
    done = await anna.submit(it, {"Tone": "h", "What": ["1", "2"], "Sure": True})
    assert done.message.content == "no"
    assert got == [("h", ["1", "2"], True), 50035]


class Card(ui.LayoutView):
    def __init__(self, text="A card", pressed=None):
        super().__init__(timeout=None)
        box = ui.Container(ui.TextDisplay(text), accent_colour=0x336699)
        box.add_item(
            ui.Section(ui.TextDisplay("one"), accessory=ui.Button(label="Read", custom_id="read"))
        )
        box.add_item(ui.Separator())
        row = ui.ActionRow()
        button = ui.Button(label="Vote", custom_id="vote")
        if pressed:
            button.callback = pressed
        row.add_item(button)
        box.add_item(row)
        self.add_item(box)


async def test_a_card_of_the_second_kind(bot, inn, anna):
    async def pressed(i: discord.Interaction):
        await i.response.edit_message(view=Card("Voted"))

    sent = await bot.place(inn).send(view=Card(pressed=pressed))
    message = inn.messages[-1]
    assert message.text == "A card\none"
    assert [b.label for b in message.buttons] == ["Read", "Vote"]
    await anna.click(message, "Vote")
    assert message.text == "Voted\none"
    with pytest.raises(discord.HTTPException) as caught:
        await sent.edit(content="words")
    assert caught.value.code == 50035
    assert message.content == ""
