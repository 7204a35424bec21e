"""Words at the end of a command that is being filled in: none is ever lost, nor sent as nothing."""

import re
from typing import Any

import discord
import playwright.async_api as driver
import pytest
import pytest_asyncio
from discord import app_commands

from playground.server import Channel, Person
from tests.playground.page.conftest import Open
from tests.playground.page.gallery import Gallery
from tests.playground.page.kit import serious
from tests.playground.page.seats import box, rows

PHONE: dict[str, Any] = {"width": 390, "height": 780, "has_touch": True, "is_mobile": True}
LETTER = "they find a letter"
LONG = "Which way it should go: “they find the letter”, “darker”, “from Mira's side” or any other"


class Tell(app_commands.Group):
    """Commands with one, several and no options for words."""

    def __init__(self, bot: Gallery) -> None:
        super().__init__(name="tell", description="Tells things")
        self.bot = bot

    async def _note(self, interaction: discord.Interaction, **told: Any) -> None:
        await self.bot.note("tell", {key: one for key, one in told.items() if one})
        await interaction.response.send_message("Told.")

    @app_commands.command()
    @app_commands.describe(direction=LONG)
    async def on(
        self,
        interaction: discord.Interaction,
        direction: str = "",
        voice: str = "",
        drafts: int | None = None,
    ) -> None:
        """Tell on, whichever way one wishes, in the voice of somebody who is there."""
        await self._note(interaction, direction=direction, voice=voice, drafts=drafts)

    @app_commands.command()
    async def whom(self, interaction: discord.Interaction, voice: str) -> None:
        """Tell somebody."""
        await self._note(interaction, voice=voice)

    @app_commands.command()
    async def tale(
        self, interaction: discord.Interaction, title: str = "", premise: str = ""
    ) -> None:
        """Tell a tale."""
        await self._note(interaction, title=title, premise=premise)

    @app_commands.command()
    async def count(
        self,
        interaction: discord.Interaction,
        drafts: int | None = None,
        *,
        sure: bool | None = None,
    ) -> None:
        """Tell how many."""
        await self._note(interaction, drafts=drafts, sure=sure)

    @app_commands.command()
    async def back(
        self, interaction: discord.Interaction, drafts: app_commands.Range[int, 1, 9] | None = None
    ) -> None:
        """Tell how far back."""
        await self._note(interaction, drafts=drafts)

    @app_commands.command()
    async def all(self, interaction: discord.Interaction) -> None:
        """Tell everything."""
        await self._note(interaction)

    @on.autocomplete("voice")
    @whom.autocomplete("voice")
    async def _complete(
        self, _interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        return [
            app_commands.Choice(name=one, value=one)
            for one in ("Dov", "Mira")
            if typed.lower() in one.lower()
        ]


@pytest_asyncio.fixture(loop_scope="session")
async def telling(gallery: Gallery) -> Gallery:
    gallery.tree.add_command(Tell(gallery))
    await gallery.tree.sync()
    return gallery


def field(window: driver.Page, name: str) -> driver.Locator:
    return window.locator(f'.chip[data-option="{name}"] .chip-field')


def end(window: driver.Page) -> driver.Locator:
    return window.locator(".command-more")


def hint(window: driver.Page, sentence: str) -> driver.Locator:
    return window.locator(".choices").get_by_text(sentence, exact=True)


async def begin(window: driver.Page, command: str) -> None:
    """Type a command that needs nothing, until its options can be filled in."""
    await box(window).click()  # once what was sent before is answered
    await window.keyboard.type(f"/{command} ")
    await driver.expect(end(window)).to_be_focused()


async def paste(window: driver.Page, text: str) -> None:
    await window.evaluate("text => navigator.clipboard.writeText(text)", text)
    await window.keyboard.press("Control+V")


async def test_words_are_for_the_option_that_takes_any(
    telling: Gallery, window: driver.Page
) -> None:
    expect, keys = driver.expect, window.keyboard
    await begin(window, "tell on")
    await keys.type(LETTER)
    await expect(rows(window)).to_have_text(
        [f"direction: {LETTER}{LONG}", re.compile(f"^voice: {LETTER}")]
    )
    await expect(rows(window).first).to_have_attribute("aria-selected", "true")
    await window.reload()  # they belong to the draft
    await expect(end(window)).to_have_value(LETTER)
    await expect(end(window)).to_be_focused()
    await expect(rows(window)).to_have_count(2)
    await keys.press("Escape")
    await keys.press("Escape")
    await expect(box(window)).to_be_focused()

    await begin(window, "tell on")
    await keys.type(LETTER)
    await keys.press("Tab")
    await expect(field(window, "direction")).to_have_value(LETTER)
    await expect(end(window)).to_be_focused()
    await expect(end(window)).to_have_value("")
    # What the bot completes takes words, too, where there is nothing else.
    await keys.type("Dov himself")
    await expect(rows(window)).to_have_text([re.compile("^voice: Dov himself")])
    await keys.press("Tab")
    await expect(field(window, "voice")).to_have_value("Dov himself")
    assert not [key for key, _ in telling.got if key == "tell"]
    await keys.press("Enter")
    assert await telling.takes("tell") == {"direction": LETTER, "voice": "Dov himself"}


async def test_what_needs_no_choosing_is_sent_at_once(
    telling: Gallery, window: driver.Page
) -> None:
    expect, keys = driver.expect, window.keyboard
    await begin(window, "tell on")
    await keys.type(LETTER)
    await expect(hint(window, "Enter sends the command.")).to_be_visible()
    await keys.press("Enter")
    assert await telling.takes("tell") == {"direction": LETTER}
    await expect(box(window)).to_be_focused()
    # What begins an option's name is shown before it is sent as words.
    await begin(window, "tell on")
    await keys.type("dir")
    await keys.press("Escape")
    await keys.press("Enter")
    await expect(field(window, "direction")).to_have_value("dir")
    assert [key for key, _ in telling.got].count("tell") == 1
    await keys.press("Enter")
    assert await telling.takes("tell", 2) == {"direction": "dir"}
    # Nor does the last option, once what is offered is typed in full.
    await box(window).click()
    await keys.type("/tell whom do")
    await expect(rows(window)).to_have_text(["Dov"])
    await keys.press("Enter")
    await expect(field(window, "voice")).to_have_value("Dov")
    await expect(end(window)).to_be_focused()
    await keys.press("Enter")
    assert await telling.takes("tell", 3) == {"voice": "Dov"}
    await box(window).click()
    await keys.type("/tell whom dov")
    await expect(rows(window)).to_have_text(["Dov"])
    await keys.press("Enter")
    assert await telling.takes("tell", 4) == {"voice": "Dov"}


async def test_the_button_sends_no_command_without_its_words(
    telling: Gallery, window: driver.Page
) -> None:
    expect, keys = driver.expect, window.keyboard
    send = window.get_by_role("button", name="Send", exact=True)
    await begin(window, "tell on")
    await keys.type(LETTER)
    await keys.press("Escape")
    await send.click()
    assert await telling.takes("tell") == {"direction": LETTER}

    # An option's name and a colon lead to it.
    await begin(window, "tell on")
    await keys.type(f"direction:{LETTER}")
    await expect(field(window, "direction")).to_have_value(LETTER)
    await keys.press("ArrowRight")
    await keys.type("dr")
    await expect(rows(window).first).to_have_text("+ drafts")
    await keys.press("Enter")
    await keys.type("2")
    await keys.press("Enter")
    assert await telling.takes("tell", 2) == {"direction": LETTER, "drafts": 2}


async def test_words_that_may_belong_to_several_options_are_asked_about(
    telling: Gallery, window: driver.Page
) -> None:
    expect, keys = driver.expect, window.keyboard
    asked = hint(window, "Where do these words belong: title or premise?")
    await begin(window, "tell tale")
    await keys.type(LETTER)
    await expect(rows(window)).to_have_text([f"title: {LETTER}", f"premise: {LETTER}"])
    await expect(end(window)).not_to_have_attribute("aria-activedescendant", re.compile("."))
    await keys.press("Enter")
    await expect(window.locator(".choices").get_by_role("alert")).to_have_text(
        "Where do these words belong: title or premise?"
    )
    await expect(end(window)).to_have_value(LETTER)
    await window.reload()
    await expect(end(window)).to_have_value(LETTER)
    await end(window).click()
    await expect(asked).to_be_visible()
    await keys.press("ArrowUp")
    await keys.press("Enter")
    await expect(field(window, "premise")).to_have_value(LETTER)
    assert not [key for key, _ in telling.got if key == "tell"]
    await keys.press("Enter")
    assert await telling.takes("tell") == {"premise": LETTER}


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("count", "No option takes these words. There is still: drafts and sure."),
        ("all", "This command has no more options. Take these words away to send it."),
    ],
)
async def test_words_that_no_option_takes_stay(
    telling: Gallery, window: driver.Page, command: str, sentence: str
) -> None:
    expect, keys = driver.expect, window.keyboard
    await begin(window, f"tell {command}")
    await keys.type(LETTER)
    await expect(hint(window, sentence)).to_be_visible()
    await keys.press("Enter")
    await expect(window.locator(".choices").get_by_role("alert")).to_have_text(sentence)
    await expect(end(window)).to_have_value(LETTER)
    assert not [key for key, _ in telling.got if key == "tell"]
    await end(window).fill("")
    await keys.press("Enter")
    assert await telling.takes("tell") == {}


async def test_the_only_option_takes_words_whatever_it_is(
    telling: Gallery, window: driver.Page
) -> None:
    expect, keys = driver.expect, window.keyboard
    await box(window).fill("/tell back 2")
    await keys.press("Enter")
    assert await telling.takes("tell") == {"drafts": 2}
    await begin(window, "tell back")
    await keys.type("12")
    await expect(rows(window)).to_have_text(["drafts: 12"])
    await keys.press("Enter")
    await expect(field(window, "drafts")).to_have_value("12")
    await keys.press("Enter")
    await expect(hint(window, "From 1 to 9.")).to_be_visible()
    await field(window, "drafts").fill("3")
    await keys.press("Enter")
    assert await telling.takes("tell", 2) == {"drafts": 3}


async def test_words_wait_on_when_an_option_goes(telling: Gallery, window: driver.Page) -> None:
    expect, keys = driver.expect, window.keyboard
    assert telling.is_ready()
    await begin(window, "tell count")
    await keys.type("drafts")
    await keys.press("Enter")
    await expect(field(window, "drafts")).to_be_focused()
    await end(window).fill(LETTER)
    await field(window, "drafts").press("Backspace")
    await expect(field(window, "drafts")).to_have_count(0)
    await expect(end(window)).to_have_value(LETTER)


async def test_words_of_a_pasted_line_are_kept(telling: Gallery, window: driver.Page) -> None:
    expect, keys = driver.expect, window.keyboard
    await box(window).click()
    for count, (line, name, told) in enumerate(
        [
            (f"/tell on {LETTER}", "direction", LETTER),
            ("/tell on they find\na letter", "direction", LETTER),
            ("/tell whom Dov", "voice", "Dov"),
        ],
        1,
    ):
        await paste(window, line)
        await expect(field(window, name)).to_have_value(told)
        await keys.press("Enter")
        assert await telling.takes("tell", count) == {name: told}
        await expect(box(window)).to_be_focused()
    # Sent at once, or behind a command that was typed by hand.
    await box(window).fill(f"/tell on {LETTER}")
    await keys.press("Enter")
    assert await telling.takes("tell", 4) == {"direction": LETTER}
    await expect(box(window)).to_be_focused()
    await keys.type("/tell tale")
    await paste(window, f" {LETTER}")
    await expect(end(window)).to_have_value(LETTER)
    await expect(rows(window)).to_have_count(2)
    await keys.press("Escape")
    await keys.press("Escape")
    await expect(box(window)).to_be_focused()
    await paste(window, "/tell tale line one\nline two")
    await expect(end(window)).to_have_value("line one line two")
    await keys.press("Escape")
    await keys.press("Escape")
    await expect(box(window)).to_be_focused()
    await box(window).fill(f"/tell count {LETTER}")
    await keys.press("Enter")
    await expect(end(window)).to_have_value(LETTER)
    await expect(window.locator(".choices").get_by_role("alert")).to_be_visible()
    assert len([key for key, _ in telling.got if key == "tell"]) == 4


async def test_every_field_says_what_it_is(telling: Gallery, window: driver.Page) -> None:
    expect, keys = driver.expect, window.keyboard
    assert telling.is_ready()
    await begin(window, "tell on")
    await keys.type("direction:")
    await expect(field(window, "direction")).to_have_accessible_name(f"direction {LONG}")
    await keys.press("ArrowRight")
    await expect(end(window)).to_have_accessible_name("Add an option")
    await expect(hint(window, "More options. Enter sends the command.")).to_be_visible()
    await keys.press("Escape")
    await keys.press("Escape")
    await keys.type("/tell whom ")
    await expect(field(window, "voice")).to_be_focused()
    await keys.type("do")
    await expect(rows(window)).to_have_text(["Dov"])
    await keys.press("Enter")
    await expect(end(window)).to_be_focused()
    await expect(end(window)).to_have_accessible_name("No more options. Enter sends the command.")
    await expect(end(window)).to_have_attribute("placeholder", "No more options")
    await expect(hint(window, "No more options. Enter sends the command.")).to_be_visible()
    assert await serious(window) == []


async def test_on_a_phone_descriptions_are_whole(telling: Gallery, opened: Open) -> None:
    expect = driver.expect
    assert telling.is_ready()
    window = await opened(**PHONE)
    await box(window).tap()
    await window.keyboard.type("/tell ")
    await expect(rows(window).first).to_contain_text("/tell on")
    cut = "all => all.some(one => one.scrollWidth > one.clientWidth)"
    details = window.locator(".choices-detail")
    assert not await details.evaluate_all(cut)
    await window.keyboard.type("on ")
    await expect(end(window)).to_be_focused()
    await expect(hint(window, "More options. The Send button sends the command.")).to_be_visible()
    await expect(rows(window)).to_have_count(3)
    assert not await details.evaluate_all(cut)
    await window.keyboard.type(LETTER)
    await expect(hint(window, "The Send button sends the command.")).to_be_visible()
    await rows(window).first.tap()
    await expect(field(window, "direction")).to_have_value(LETTER)
    seen = "one => one.scrollHeight <= one.clientHeight"
    assert await field(window, "direction").evaluate(seen)  # the field is as large as its text


async def test_on_a_phone_nothing_speaks_of_keys(opened: Open, inn: Channel, anna: Person) -> None:
    expect = driver.expect
    window = await opened(**PHONE)
    mine = await anna.say(inn, "Mine")
    message = window.locator(f'[data-id="{mine.id}"] article')
    await message.click(button="right")
    edit = window.get_by_role("menuitem", name="Edit message")
    await expect(edit).to_be_visible()
    await expect(window.locator(".menu-keys").first).to_be_attached()
    await expect(window.locator(".menu-keys").filter(visible=True)).to_have_count(0)
    await edit.tap()
    await expect(message.locator(".message-hint")).to_have_text("cancel · save")
    named = "all => all.map(one => one.title).filter(one => /(Ctrl|Alt|Esc)/.test(one))"
    assert await window.locator("[title]").evaluate_all(named) == []


@pytest.mark.parametrize("phone", [{}, PHONE])
async def test_nothing_moves_when_a_command_begins(
    telling: Gallery, opened: Open, phone: dict[str, Any]
) -> None:
    assert telling.is_ready()
    window = await opened(**phone)
    composer = window.locator(".composer-box")
    before = await composer.bounding_box()
    await begin(window, "tell on")
    assert await composer.bounding_box() == before
