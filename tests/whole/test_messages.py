"""Menus and reactions on a message, and what is told by DM, or by a note if that fails."""

from playground.server.permissions import May
from tests.whole.kit import (
    ask,
    ballot,
    heard,
    known,
    press,
    sent,
    spoken,
    texts_of,
    use,
    voting,
    won,
)


def signs(message):
    return [r.emoji["name"] for r in message.reactions.values()]


async def two_turns(story, local):
    await story.anna.say(story.inn, "Who goes there?")
    await story.bo.say(story.inn, "A friend.")
    await heard(local, story.inn, "Who goes there?", "A friend.")
    return [await known(story.cy, message) for message in story.inn.messages[-2:]]


async def menu(person, message, name):
    return (await (await person.menu(message, name)).answer()).text


async def test_taking_back_by_menu_and_redo_on_the_card(story, local):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    first, second = await two_turns(story, local)
    for stranger, message in ((bo, first), (cy, second)):
        assert "may take it back" in await menu(stranger, message, "Take back")
    assert "not a passage" in await menu(anna, inn.messages[0], "Take back")
    # An older turn goes alone; the later one stays.
    assert await menu(anna, first, "Take back") == "Taken back. Redo on the card brings it again."
    await heard(local, inn, "A friend.")
    card = await local.until(lambda: next((m for m in inn.messages if m.buttons), None))
    assert card.text == "Anna took back a passage of Mira."
    assert "**Withdrawn**" in await ask(anna, inn, "scene history")
    assert "may take it back" in await press(bo, card, "Redo")
    assert await press(anna, card, "Redo") == "It is back."
    await heard(local, inn, "A friend.", "Who goes there?")
    assert "Nothing was taken back here" in await ask(anna, inn, "scene redo")


async def test_a_passage_is_revised_by_command_and_by_menu(story, local):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    first, second = await two_turns(story, local)
    offered = await bo.autocomplete(inn, "scene revise", "turn", "friend")
    assert [choice.name for choice in offered] == ["Tom: A friend."]
    turn = offered[0].value
    form = await bo.slash(inn, "scene revise", turn=turn)
    assert await sent(bo, form, {"text": "A friend, I hope."}) == (
        "Changed. `/scene history` keeps the old text."
    )
    await heard(local, inn, "Who goes there?", "A friend, I hope.")
    # Only its writer, not even the owner; and only what is a passage here.
    for other in (cy, anna):
        assert "only they may change them" in await ask(other, inn, "scene revise", turn=turn)
    assert "not a passage" in await ask(anna, inn, "scene revise", turn=10**9)
    form = await anna.menu(first, "Revise")
    await sent(anna, form, {"text": "Who is there?"})
    await heard(local, inn, "Who is there?", "A friend, I hope.")
    assert "only they may change them" in await menu(bo, first, "Revise")
    assert "Without words" in await sent(bo, await bo.menu(second, "Revise"), {"text": "\u200b"})


async def test_whoever_changes_a_passage_hears_which_facts_return_to_review(story, local):
    bo, inn = story.bo, story.inn
    _, second = await two_turns(story, local)
    fact = await bo.menu(second, "Make canon")
    assert "`1` **Tom** · A friend" in await sent(bo, fact, {"fact": "A friend is there."})
    form = await bo.menu(second, "Revise")
    assert await sent(bo, form, {"text": "Nobody."}) == (
        "Changed. `/scene history` keeps the old text. 1 fact that came from it returns to "
        "review: `/canon list`."
    )
    assert "to be reviewed" in await ask(bo, inn, "canon list")


async def test_undo_and_redo_by_command(story, local):
    anna, bo, inn = story.anna, story.bo, story.inn
    await two_turns(story, local)
    assert "may take it back" in await ask(bo, inn, "scene undo", deeds=2)
    told = await ask(anna, inn, "scene undo", deeds=2)
    assert told == "2 passages taken back. `/scene redo` brings them again."
    await heard(local, inn)
    assert "was taken back already" in await ask(anna, inn, "scene undo")
    assert "or bring it again" in await ask(bo, inn, "scene redo")
    assert await ask(anna, inn, "scene redo") == "2 passages are back."
    await heard(local, inn, "Who goes there?", "A friend.")
    assert (await ask(bo, inn, "scene undo")).startswith("1 passage taken back.")
    assert await ask(bo, inn, "scene redo") == "1 passage is back."


async def test_say_and_narrate_with_and_without_text(story, local):
    anna, cy, inn = story.anna, story.cy, story.inn
    assert await ask(anna, inn, "scene say", text="One line.") == "Said as **Mira**."
    form = await use(anna, inn, "scene say", as_character="mira")
    assert form.modal.title == "Speak"
    assert "Said as" in await sent(anna, form, {"text": "Two\n\nparagraphs."})
    form = await use(anna, inn, "scene narrate")
    assert "**Narrator**" in await sent(anna, form, {"text": "It rains."})
    assert "**Narrator**" in await ask(anna, inn, "scene narrate", text="It pours.")
    await heard(local, inn, "One line.", "Two\n\nparagraphs.", "It rains.", "It pours.")
    assert [name for name, _ in spoken(inn)] == ["Mira", "Mira", "Narrator", "Narrator"]
    assert "You do not hold Tom" in await ask(anna, inn, "scene say", text="x", as_character="Tom")
    assert "Claim a character first" in await ask(cy, inn, "scene say", text="x")
    # The owner may narrate without a character, others may not.
    assert "narrate" in await ask(cy, inn, "scene narrate", text="x")
    assert "`/scene narrate`" in await ask(
        anna, inn, "scene say", text="x", as_character="narrator"
    )


async def test_who_wrote_this(story, local):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    first, _ = await two_turns(story, local)
    assert (await menu(cy, first, "Who wrote this?")).startswith("**Anna** wrote this, as Mira")
    card = await ballot(local, bo, inn)
    for person in (anna, bo):
        await press(person, card, voting(card)[0])
    await won(local, card)
    told = await menu(cy, inn.last_message, "Who wrote this?")
    assert "**The model** wrote this" in told
    assert "voted in on a ballot that Bo opened: “offline draft" in told
    await cy.react(inn.last_message, "❓")
    await local.until(cy.dms, what="the answer by DM")
    assert "**The model** wrote this" in cy.dms()[0].text
    await local.until(lambda: not signs(inn.last_message), what="the sign taken off")


async def test_reactions_edit_and_take_back(story, local):
    anna, bo, inn = story.anna, story.bo, story.inn
    first, second = await two_turns(story, local)
    await anna.react(first, "📝")
    await local.until(anna.dms, what="the DM")
    form = await anna.click(anna.dms()[0], "Edit")
    assert form.modal.fields[0].value == "Who goes there?"
    assert await sent(anna, form, {"Your passage": "Who is it?"}) == (
        "Changed. `/scene history` keeps the old text."
    )
    await heard(local, inn, "Who is it?", "A friend.")
    assert "It was changed once" in await menu(bo, first, "Who wrote this?")
    # A longer text needs more posts, so that the passage is posted anew.
    form = await anna.click(anna.dms()[0], "Edit")
    await sent(anna, form, {"Your passage": "word " * 700})
    await local.until(lambda: len(spoken(inn)) == 3, what="three posts")
    await bo.react(second, "❌")
    await local.until(lambda: second.deleted, what="taken back")
    card = await local.until(lambda: next((m for m in inn.messages if m.buttons), None))
    assert card.text == "Bo took back a passage of Tom."
    # What is no passage may carry any sign.
    await bo.react(card, "❌")
    await bo.react(inn.messages[0], "👍")
    assert signs(card) == ["❌"]


async def test_a_refused_reaction_is_told_and_cleared(story, local):
    anna, bo, inn = story.anna, story.bo, story.inn
    first, second = await two_turns(story, local)
    await bo.react(first, "❌")
    await local.until(bo.dms, what="a word")
    assert "may take it back" in bo.dms()[0].text
    await local.until(lambda: not signs(first), what="the sign taken off")
    assert not first.deleted
    # Without DMs: a note in the channel that says nothing of the story and goes away.
    bo.dms_open = False
    await bo.react(first, "📝")
    note = await local.until(lambda: next((m for m in inn.messages if m.buttons), None))
    assert note.text == "A note for **Bo**, whom I cannot reach by direct message."
    assert "only they may change them" in await press(bo, note, "Show me")
    await bo.react(second, "📝")
    note = await local.until(
        lambda: next((m for m in inn.messages if m.buttons and m is not note), None)
    )
    form = await bo.click(note, "Edit")
    await sent(bo, form, {"Your passage": "A foe."})
    await heard(local, inn, "Who goes there?", "A foe.")
    await bo.react(first, "❌")
    note = await local.until(lambda: [m for m in inn.messages if m.buttons][2:])
    assert "may take it back" in await press(bo, note[0], "Show me")
    await bo.react(second, "❓")
    note = await local.until(lambda: [m for m in inn.messages if m.buttons][3:])
    assert "**Bo** wrote this" in await press(bo, note[0], "Show me")
    assert not anna.dms()


async def test_the_note_goes_away(story, local, monkeypatch):
    monkeypatch.setattr("cogs.replies.NOTE_SECONDS", 0.2)
    first, _ = await two_turns(story, local)
    story.bo.dms_open = False
    await story.bo.react(first, "❌")
    note = await local.until(lambda: next((m for m in story.inn.messages if m.buttons), None))
    await local.until(lambda: note.deleted, what="the note gone")


async def test_a_message_deleted_by_somebody_else_hides_its_turn(story, local):
    anna, inn = story.anna, story.inn
    first, second = await two_turns(story, local)
    story.inn.allow(story.cy, May.MANAGE_MESSAGES)
    await story.cy.delete(first)
    card = await local.until(lambda: next((m for m in inn.messages if m.buttons), None))
    assert card.text == "A message was deleted, so a passage of Mira left the story."
    book = (await (await use(anna, inn, "story export")).answer()).attachments[0].text
    assert "Who goes there?" not in book
    assert "A friend." in book
    assert "may take it back" in await press(story.bo, card, "Redo")
    assert await press(anna, card, "Redo") == "It is back."
    await heard(local, inn, "A friend.", "Who goes there?")
    assert not any("Taken" in text for text in texts_of(inn))
    assert not second.deleted
