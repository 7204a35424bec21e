"""Lines at the terminal that come faster than what they are about."""

import asyncio
import io
from types import SimpleNamespace

import discord
import pytest
from discord import app_commands, ui
from rich.console import Console

from playground.terminal import patience
from playground.terminal.keyboard import Keyboard
from playground.terminal.screen import Screen
from playground.terminal.session import Session, by_name
from tests.playground.server.bots import Bot


class Form(ui.Modal, title="Words"):
    words = ui.TextInput(label="Words", custom_id="words", max_length=10)

    async def on_submit(self, interaction):
        interaction.client.got.append(("form", self.words.value))
        await interaction.response.send_message("sent")


class Acting(Bot):
    """Tells which buttons were pressed; one opens a form."""

    def __init__(self):
        super().__init__()
        self.got = []
        self.thought = asyncio.Event()
        self.tree.add_command(thinking)

    async def on_interaction(self, interaction):
        if interaction.type is not discord.InteractionType.component:
            return
        pressed = interaction.data["custom_id"]
        if pressed == "mine":
            await interaction.response.send_modal(Form())
        else:
            self.got.append(pressed)
            await interaction.response.send_message(f"pressed {pressed}")


@app_commands.command(name="think", description="Thinks")
async def thinking(interaction: discord.Interaction[Acting]):
    await interaction.response.defer(thinking=True)
    await interaction.client.thought.wait()
    await interaction.edit_original_response(content="thought")


def labelled(*labels):
    view = ui.View(timeout=None)
    for number, label in enumerate(labels):
        view.add_item(ui.Button(label=label, custom_id=f"{label.lower()}{number or ''}"))
    return view


def facts(*texts):
    view = ui.LayoutView(timeout=None)
    for number, text in enumerate(texts):
        view.add_item(ui.TextDisplay(text))
        row = ui.ActionRow()
        row.add_item(ui.Button(label="Accept", custom_id=f"accept{number}"))
        row.add_item(ui.Button(label="Reject", custom_id=f"reject{number}"))
        view.add_item(row)
    return view


@pytest.fixture
async def bot(inn, connect):
    acting = await connect(Acting())
    assert acting.place(inn)
    return acting


@pytest.fixture
async def session(local, bot, anna, ben, inn, tmp_path):
    shown = io.StringIO()
    console = Console(file=shown, width=200)
    keyboard = Keyboard(lambda: "", lambda _typed: [])
    screen = Screen(console, keyboard, tmp_path, lambda _id: "you", lambda _id: "")
    house = SimpleNamespace(local=local, bot=bot)
    acting = Session(house, keyboard, screen, by_name([anna, ben]), {inn.name: inn}, anna, inn)
    acting.shown = shown.getvalue
    watching = asyncio.create_task(acting.watch())
    yield acting
    watching.cancel()


async def soon(predicate):
    async with asyncio.timeout(10):
        while not predicate():  # noqa: ASYNC110 - nobody wakes us up
            await asyncio.sleep(0.005)


async def shows(session, words):
    await soon(lambda: words in session.shown())


async def begun(waiting, session):
    await soon(lambda: not (session.patience.asked or session.patience.typed))
    assert not waiting.done()


async def test_a_press_waits_for_the_button_that_is_on_its_way(session, bot, inn):
    await bot.place(inn).send("older", view=labelled("Back"))
    await shows(session, "older")
    for words in ("Steer", "B"):
        pressing = asyncio.create_task(session.act(f"click {words}"))
        await shows(session, f"Waiting for a button ‘{words}’")
        await bot.place(inn).send("newer", view=labelled(words))
        await pressing
    assert bot.got == ["steer", "b"]
    assert "There is no button" not in session.shown()


async def test_a_button_that_does_not_come_is_waited_for_only_after_something_happened(
    session, bot, inn, monkeypatch
):
    await session.act("click A")
    assert session.shown() == "     No message here has a button.\n"
    monkeypatch.setattr(patience, "PATIENCE_SECONDS", 0.3)
    await bot.place(inn).send("older", view=labelled("Back"))
    await shows(session, "older")
    await session.act("click A")
    assert "Waiting for a button ‘A’" in session.shown()
    assert "There is no button ‘A’ on message 1, only Back." in session.shown()


async def test_a_line_is_through_when_the_bot_has_thought(session, bot):
    await bot.tree.sync()
    await session.act("/think")
    waiting = asyncio.create_task(session.patience.settle())
    await begun(waiting, session)
    bot.thought.set()
    await waiting
    assert session.here.last_message.text == "thought"


async def test_a_typed_line_is_through_when_the_bot_has_taken_it(session, bot, inn):
    await session.act("Who goes there?")
    waiting = asyncio.create_task(session.patience.settle())
    await begun(waiting, session)
    heard = await bot.hears("message")
    await heard.delete()
    async with asyncio.timeout(patience.TAKEN_SECONDS / 2):
        await waiting
    assert not inn.messages


@pytest.mark.parametrize("line", ["click Gone", "/people of", "/in the-inn", "/as Ben", "So what?"])
async def test_whatever_is_done_instead_of_filling_a_form_in_closes_it(
    session, bot, inn, monkeypatch, line
):
    monkeypatch.setattr(patience, "PATIENCE_SECONDS", 0.1)
    await bot.place(inn).send("card", view=labelled("Mine"))
    await session.act("click Mine")
    stays = line.startswith("/people")
    await session.act(line)
    await session.act("fill late")
    assert bot.got == ([("form", "late")] if stays else [])
    assert ("No form is open" in session.shown()) is not stays


@pytest.mark.parametrize(
    ("typed", "got"),
    [
        ("fill just words", "just words"),
        ('fill "   "', "   "),
        ("fill “so”", "so"),
        ('fill "a" or "b"', '"a" or "b"'),
    ],
)
async def test_quotation_marks_around_all_of_a_forms_text_are_not_its_text(
    session, bot, inn, typed, got
):
    await bot.place(inn).send("card", view=labelled("Mine"))
    await session.act("click Mine")
    await session.act(typed)
    assert bot.got == [("form", got)]


async def test_what_a_form_does_not_take_is_said_and_it_stays_open(session, bot, inn):
    await bot.place(inn).send("card", view=labelled("Mine"))
    await session.act("click Mine")
    await session.act("fill far more than it takes")
    assert "words takes 10 characters at most; yours has 22. Shorten it." in session.shown()
    await session.act('fill ""')
    assert "words is empty. Write something into it." in session.shown()
    await session.act("fill less")
    assert bot.got == [("form", "less")]


async def test_channels_are_named_with_or_without_quotation_marks(session, guild):
    session.channels["What if"] = guild.add_channel("what-if")
    for typed in ('"What if"', "What if", '"#what if"'):
        await session.act("/in the-inn")
        await session.act(f"/in {typed}")
        assert session.here.name == "what-if"


async def test_buttons_that_are_called_alike_stand_below_what_they_are_about(session, bot, inn):
    await bot.place(inn).send(view=facts("It rains.", "The bell is cracked."))
    await shows(session, "cracked")
    lines = [" ".join(line.split()) for line in session.shown().splitlines()[-4:]]
    assert lines == [
        "It rains.",
        "1 Accept 2 Reject",
        "The bell is cracked.",
        "3 Accept 4 Reject",
    ]
    await session.act("click Accept")
    assert "2 buttons are called ‘Accept’ there. Say which: click Accept 1" in session.shown()
    await session.act("click Accept 2")
    await session.act("click 4")
    assert bot.got == ["accept1", "reject1"]


async def test_buttons_whose_numbers_moved_are_shown_anew(session, bot, inn):
    card = await bot.place(inn).send(view=facts("It rains.", "Bells ring.", "Fog falls."))
    await shows(session, "Fog falls.")
    await card.edit(view=facts("Bells ring.", "Fog falls."))
    await shows(session, "changed")
    lines = [" ".join(line.split()) for line in session.shown().splitlines()]
    assert lines[lines.index("1 changed") + 1 :] == [
        "Bells ring.",
        "1 Accept 2 Reject",
        "Fog falls.",
        "3 Accept 4 Reject",
    ]
