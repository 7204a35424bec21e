"""The list of messages in a browser: how they look, and what one can do with them."""

import itertools
import re
from typing import Any

import playwright.async_api as driver
import pytest
from playwright.async_api import expect

from playground.server import Channel, Guild, LocalDiscord, Message, Person, User, posting
from playground.server.message import PINNED
from playground.server.posting import Draft
from tests.playground.page.kit import serious


def message(window: driver.Page, text: str | re.Pattern[str]) -> driver.Locator:
    return window.locator("article.message", has_text=text)


def caused_by(person: Person, name: str) -> dict[str, Any]:
    """What Discord tells of the command that a message answers."""
    user = {"id": str(person.id), "global_name": person.name}
    return {"id": "1", "type": 2, "name": name, "command_type": 1, "user": user}


def by_bot(local: LocalDiscord, channel: Channel, text: str, **more: Any) -> Message:
    return posting.post(local.world, channel, Draft(local.world.bot, {"content": text}, **more))


async def clipboard(window: driver.Page) -> str:
    return str(await window.evaluate("navigator.clipboard.readText()"))


async def menu(window: driver.Page, *path: str) -> None:
    for name in path:
        await window.get_by_role("menuitem", name=name, exact=True).click()


# --- how they look --------------------------------------------------------------------------------


async def talk_about_a_lamp(guild: Guild, inn: Channel, anna: Person, bo: Person) -> Message:
    first = await anna.say(inn, "The lamp went out.")
    await anna.say(inn, "Nobody lit it.")
    await bo.say(inn, f"I heard it, {anna.mention}", reply_to=first)
    await anna.edit(first, "The lamp went out at nine. ||By hand.||")
    await anna.react(first, "🔥")
    await bo.react(first, "🔥")
    thread = guild.add_thread(first, "What the lamp saw", by=anna)
    await bo.say(thread, "Much.")
    guild.world.note(inn, bo.id, PINNED, about=first)
    return first


async def test_heads_answers_and_marks(
    window: driver.Page, guild: Guild, inn: Channel, anna: Person, bo: Person
) -> None:
    await window.get_by_role("heading", name="Welcome to #the-inn").wait_for()
    first = await talk_about_a_lamp(guild, inn, anna, bo)
    lamp = message(window, "The lamp went out at nine.").first
    await expect(lamp.locator(".message-edited")).to_have_attribute("title", re.compile(r"20\d\d"))
    await expect(lamp.locator(".message-time")).to_have_text(re.compile("^Today at "))
    reaction = lamp.get_by_role("button", name="Anna and Bo reacted with fire hot, 2 in all")
    await expect(reaction).to_have_attribute("aria-pressed", "true")
    chip = lamp.locator(".message-thread")
    await expect(chip).to_contain_text("What the lamp saw1 message ›")
    await expect(message(window, "Nobody lit it.")).to_have_class(re.compile("message-grouped"))
    reply = message(window, "I heard it")
    await expect(reply).to_have_class(re.compile("message-pinged"))
    # A spoiler is covered there as well, though the message changed after the answer.
    above = re.compile(r"@AnnaThe lamp went out at nine\. (?!By)")
    await expect(reply.locator(".message-above")).to_have_text(above)
    await expect(window.locator(".message-line")).to_have_text(re.compile("^Bo pinned a message"))
    await expect(window.get_by_role("separator")).to_have_count(1)
    assert not await serious(window)
    await expect(window.get_by_role("log")).not_to_contain_text("By hand")

    await chip.click()
    await expect(window.locator(".message-start")).to_contain_text("The lamp went out at nine.")
    await window.get_by_role("button", name="a message", exact=True).click()
    await expect(lamp).to_be_focused()
    await anna.delete(first)
    await expect(reply).to_contain_text("Original message was deleted")


async def test_what_the_bot_says(
    window: driver.Page, local: LocalDiscord, inn: Channel, anna: Person
) -> None:
    await window.get_by_role("heading", name="Welcome to #the-inn").wait_for()
    hook = local.world.ids.next()
    for name in ("Mira", "Old Tom"):
        voice = User(hook, name, name, bot=True, webhook=True)
        posting.post(local.world, inn, Draft(voice, {"content": f"I am {name}."}, webhook_id=hook))
    by_bot(local, inn, "Only the wind.", interaction=caused_by(anna, "story open"))
    waiting = by_bot(local, inn, "", loading=True, interaction=caused_by(anna, "scene continue"))
    whisper = by_bot(local, inn, "You are Mira now.", seen_by=anna.id)
    head = message(window, "I am Old Tom").locator(".message-head")
    await expect(head).to_contain_text("Old TomAPP")
    await expect(message(window, "Only the wind")).to_contain_text("Anna used /story open")
    await expect(window.get_by_text("Troupe is thinking…")).to_be_visible()
    posting.edit(local.world, waiting, {"content": "Drafted."}, {})
    await expect(message(window, "Drafted.")).to_contain_text("Anna used /scene continue")
    await expect(window.locator(".message-edited")).to_have_count(0)
    log = window.get_by_role("log")
    await expect(log).to_contain_text("Troupe: Drafted.")
    await expect(log).to_contain_text("Troupe, to you alone: You are Mira now.")
    mine = message(window, "You are Mira now.")
    await expect(mine).to_contain_text("Only you can see this")
    await mine.get_by_role("button", name="Dismiss message").click()
    await expect(mine).to_have_count(0)
    assert whisper.deleted


# --- what one can do ------------------------------------------------------------------------------


async def test_notes_below_each_other_are_one_surface(
    window: driver.Page, local: LocalDiscord, inn: Channel, anna: Person
) -> None:
    await window.get_by_role("heading", name="Welcome to #the-inn").wait_for()
    for number in range(3):
        by_bot(local, inn, f"note {number}", seen_by=anna.id)
    notes = [message(window, f"note {number}") for number in range(3)]
    boxes = [await note.bounding_box() for note in notes]
    for above, below in itertools.pairwise(boxes):
        assert above
        assert below
        assert below["y"] < above["y"] + above["height"], "the ground shows between them"
    ground = await notes[1].evaluate("(one) => getComputedStyle(one).backgroundColor")
    assert re.fullmatch(r"rgb\(\d+, \d+, \d+\)", ground), "what is laid over it shines through"


async def test_a_menu_by_mouse_and_by_keys(
    window: driver.Page, inn: Channel, anna: Person, bo: Person
) -> None:
    await window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    mine, his = await anna.say(inn, "mine, **bold**"), await bo.say(inn, "his")
    row, above = message(window, "his"), message(window, "mine")
    await row.click(button="right")
    names = await window.get_by_role("menuitem").all_inner_texts()
    assert [one.split("\n")[0] for one in names] == [
        *("Add reaction", "Reply", "Create thread"),
        *("Copy text", "Copy message link", "Copy ID"),
    ]
    await menu(window, "Copy message link")
    assert await clipboard(window) == his.jump_url
    await row.focus()
    await window.keyboard.press("ArrowUp")
    await expect(above).to_be_focused()
    await window.keyboard.press("Enter")
    await expect(window.get_by_role("menuitem", name="Add reaction")).to_be_focused()
    await window.keyboard.type("copy t")
    await window.keyboard.press("Enter")
    await expect(above).to_be_focused()
    assert await clipboard(window) == mine.content
    await window.keyboard.press("r")
    await window.keyboard.type("an answer")
    await window.keyboard.press("Enter")
    await message(window, "an answer").wait_for()
    assert inn.messages[-1].referenced is mine


async def test_a_finger_that_stays_opens_the_menu_too(
    window: driver.Page, inn: Channel, bo: Person
) -> None:
    await bo.say(inn, "his")
    row = message(window, "his")
    finger = {"pointerType": "touch", "clientX": 500, "clientY": 500, "bubbles": True}
    await row.dispatch_event("pointerdown", finger)
    await window.get_by_role("menu").wait_for()
    await row.dispatch_event("pointerup", finger)
    await row.get_by_role("button", name="Bo").dispatch_event("click")
    await expect(window.get_by_role("menuitem", name="Reply")).to_be_visible()
    await expect(window.get_by_role("dialog")).to_have_count(0)


@pytest.mark.usefixtures("gallery")
async def test_the_bots_menus_are_in_a_menu_of_their_own(
    window: driver.Page, inn: Channel, bo: Person
) -> None:
    await bo.say(inn, "his")
    row = message(window, "his")
    await row.focus()
    await window.keyboard.press("Shift+F10")
    await expect(window.get_by_role("menuitem", name="Add reaction")).to_be_focused()
    await window.keyboard.press("a")
    apps = window.get_by_role("menuitem", name="Apps")
    await expect(apps).to_be_focused()
    await window.keyboard.press("ArrowRight")
    await expect(window.get_by_role("menu")).to_have_count(2)
    assert not await serious(window)
    await window.keyboard.press("ArrowLeft")
    await expect(apps).to_be_focused()
    await window.keyboard.press("Escape")
    await expect(row).to_be_focused()
    await window.keyboard.press("Shift+F10")
    await apps.hover()
    await menu(window, "Inspect")
    await expect(window.locator("article.message")).to_have_count(2)


async def test_reacting_from_the_picker_and_from_a_pill(
    window: driver.Page, inn: Channel, anna: Person, bo: Person
) -> None:
    said = await bo.say(inn, "look")
    row = message(window, "look")
    await row.hover()
    await row.get_by_role("button", name="Add reaction").click()
    search = window.get_by_role("searchbox", name="Search for an emoji")
    await expect(search).to_be_focused()
    cells = await window.locator(".emoji-cell").all_text_contents()
    assert cells[:3] == ["❌", "📝", "❓"]
    assert not await serious(window)
    await window.keyboard.press("ArrowDown")
    await window.keyboard.press("ArrowRight")
    await expect(window.get_by_role("gridcell", name="memo edit note").first).to_be_focused()
    await search.fill("nothing like it")
    await expect(window.get_by_text("No emoji for “nothing like it”.")).to_be_visible()
    await search.fill("thumb do")
    await window.keyboard.press("Enter")
    pill = row.get_by_role("button", name="Anna reacted with thumbs down no")
    await expect(pill).to_have_attribute("aria-pressed", "true")
    assert list(said.reactions["👎"].users) == [anna.id]
    await pill.focus()
    await bo.react(said, "👎")
    # It was drawn anew, and the focus is still on it.
    await expect(row.get_by_role("button", name="Anna and Bo reacted")).to_be_focused()
    await window.keyboard.press("Enter")
    await expect(row.locator(".message-reaction").first).to_have_attribute("aria-pressed", "false")
    await bo.unreact(said, "👎")
    await expect(row.locator(".message-reaction")).to_have_count(0)


async def test_editing_where_a_message_stands(
    window: driver.Page, inn: Channel, anna: Person, bo: Person
) -> None:
    mine = await anna.say(inn, "mine ||hidden||")
    row = window.locator(f'[data-id="{mine.id}"] article')
    await row.get_by_role("button", name="Spoiler").click()
    await anna.react(mine, "👍")
    await expect(row.locator(".message-reaction").first).to_be_visible()
    await expect(row.locator(".spoiler-shown")).to_have_count(1)
    box = window.get_by_label("Message", exact=True)
    await box.press("ArrowUp")
    editor = window.get_by_label("Edit message")
    await expect(editor).to_be_focused()
    await expect(editor).to_have_value("mine ||hidden||")
    await editor.press("Escape")
    await expect(editor).to_have_count(0)
    await expect(box).to_be_focused()
    await row.hover()
    await row.get_by_role("button", name="Edit", exact=True).click()
    await editor.fill("x" * 4001)
    await editor.press("Enter")
    await expect(row.get_by_role("alert")).to_contain_text("too long")
    await editor.fill("mine, <b>changed</b>")
    await bo.react(mine, "👍")
    await expect(row.locator(".message-count")).to_have_text("2")
    await expect(editor).to_have_value("mine, <b>changed</b>")
    await editor.press("Enter")
    await expect(row).to_contain_text("mine, <b>changed</b> (edited)")
    await expect(row.get_by_role("alert")).to_have_count(0)
    assert mine.content == "mine, <b>changed</b>"


async def test_whoever_deletes_a_message_sees_which(
    window: driver.Page, inn: Channel, anna: Person
) -> None:
    said = "# The lamp\n**went** out ||by hand|| at <https://example.org>.\n- one\n- two\n- three"
    await anna.say(inn, said)
    row = message(window, "The lamp")
    await row.wait_for()
    await row.focus()
    await window.keyboard.press("Delete")
    asked = window.get_by_role("dialog", name="Delete message")
    quoted = asked.get_by_role("blockquote")
    await expect(quoted).to_have_text(
        "The lamp\nwent out ▒▒▒ at https://example.org.\none\ntwo\nthree"
    )
    assert not await quoted.locator("*").count(), "nothing in it can be pressed"
    lines = "(one) => one.clientHeight / parseFloat(getComputedStyle(one).lineHeight)"
    assert await quoted.evaluate(lines) == 3
    await asked.get_by_role("button", name="Cancel").click()
    await expect(row).to_be_focused()


async def test_a_right_click_on_somebody_opens_their_card(
    window: driver.Page, inn: Channel, bo: Person
) -> None:
    await bo.say(inn, "his")
    row = message(window, "his")
    for opener in (
        window.get_by_role("complementary").get_by_role("button", name="Bo"),
        row.get_by_role("button", name="Bo"),
        row.locator(".message-avatar"),
    ):
        await opener.click(button="right")
        await (
            window.get_by_role("dialog", name="Bo").get_by_role("button", name="Message").wait_for()
        )
        assert not await window.get_by_role("menu").count()
        await window.keyboard.press("Escape")
        await expect(window.get_by_role("dialog")).to_have_count(0)
    await (
        window.get_by_role("group", name="Who you are")
        .get_by_role("button", name="Bo", exact=True)
        .click(button="right")
    )
    await window.get_by_role("dialog", name="Bo").get_by_role("button", name="Be Bo").wait_for()


async def test_deleted_messages_vanish_or_stay_as_one_likes(
    window: driver.Page, inn: Channel, anna: Person, bo: Person
) -> None:
    for who, text in ((bo, "early"), (anna, "mine"), (bo, "late")):
        await who.say(inn, text)
    row, all_ = message(window, "mine"), window.locator("article.message .message-text")
    await row.focus()
    await window.keyboard.press("Delete")
    dialog = window.get_by_role("dialog", name="Delete message")
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(row).to_be_focused()
    await row.click(button="right")
    await menu(window, "Delete message")
    await dialog.get_by_role("button", name="Delete").click()
    await expect(all_).to_have_text(["early", "late"])
    await expect(message(window, "late")).to_have_class(re.compile("message-grouped"))
    await window.get_by_role("button", name="Channel settings").click()
    await window.get_by_role("menuitemcheckbox", name="Show deleted messages").click()
    await expect(all_).to_have_text(["early", "mine (deleted)", "late"])
    await window.reload()
    await expect(all_).to_have_text(["early", "mine (deleted)", "late"])
    await row.click(button="right")
    assert "Reply" not in await window.get_by_role("menu").inner_text()
