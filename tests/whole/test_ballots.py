"""A ballot over the wire: votes, None, Steer, Mine, Close, ties, locks, and presses too late."""

import asyncio

import discord
import pytest

from playground.claude.faults import Hang
from playground.server.exchange import InteractionFailed
from tests.whole.kit import (
    UNSAID,
    ask,
    ballot,
    heard,
    pikes,
    press,
    sent,
    shown,
    spoken,
    texts_of,
    use,
    voting,
    won,
    written,
)

THREE = ("The bridge is gone.", "I never liked the sea.", "Who took my lantern?")


def option(card, text):
    """The vote button of the draft with this text."""
    drafts = card.text.split("\n**")
    label = next(d for d in drafts if text in d).lstrip("#* ")[0]
    return next(b.custom_id for b in card.buttons if b.label == label)


async def opened(story, local, claude, **given):
    claude.faults.append(pikes(*THREE))
    return await ballot(local, story.anna, story.inn, **given)


async def test_prices_voices_and_the_way_of_a_ballot(story, local):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    prices = await anna.autocomplete(inn, "scene continue", "variants", "")
    assert [c.value for c in prices] == [1, 2, 3, 4]
    assert prices[0].name.startswith("1 draft · about ")
    assert prices[2].name.startswith("3 drafts · about ")
    voices = await anna.autocomplete(inn, "scene continue", "as_character", "")
    assert [c.value for c in voices] == ["Narrator", "Old Pike"]
    assert "ask for a continuation" in await ask(cy, inn, "scene continue")
    told = await use(anna, inn, "scene continue", direction="they find the letter", variants=2)
    assert told.message.text.startswith("✍️ Drafting: 2 drafts · about")
    card = await shown(local, inn, 2)
    assert card.text.startswith(
        "### How does it go on?\n-# Anna asked: *they find the letter*\n**A · offline draft"
    )
    assert [b.label for b in card.buttons] == ["A", "B", "None of these", "Steer", "Mine", "Close"]
    assert "0 voted · 2 more must vote · the window closes <t:" in card.text
    again = await use(bo, inn, "scene continue", direction="x")
    assert "A ballot is open already. Vote on its card" in again.message.text
    assert (
        f"https://discord.com/channels/{story.guild.id}/{inn.id}/{card.id}\n" in again.message.text
    )
    form = await bo.click(again.message, "Steer")
    assert form.modal.title == "Steer"
    assert "A ballot is open" in await ask(cy, inn, "story show")


async def test_votes_count_once_stay_hidden_and_can_be_withdrawn(story, local, claude):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    card = await opened(story, local, claude)
    a, b, _ = voting(card)
    assert "You approve of **A** (an angle" in await press(anna, card, a)
    assert "**A** (an angle" in await press(anna, card, b)
    assert "You approve of no draft now." not in await press(anna, card, a)
    assert await press(anna, card, b) == "You approve of no draft now."
    assert "none of these" in await press(anna, card, "None of these")
    await local.until(lambda: "1 voted · 1 more must vote" in card.text, what="None counts")
    assert "You approve of no draft now." in await press(anna, card, "None of these")
    assert "Writers with a character vote" in await press(cy, card, a)
    await press(anna, card, a)
    await local.until(lambda: "1 voted" in card.text, what="one vote")
    assert " for it" not in card.text
    assert "Anna" not in card.text.split("\n", 2)[2]
    await press(bo, card, a)
    await won(local, card)
    assert "**A · an angle" in card.text
    assert "-# A 2 · B 0 · C 0 · the others stay in `/scene history`" in card.text
    assert not card.buttons
    assert spoken(inn)[0][0] == "Old Pike"
    past = await ask(cy, inn, "scene history")
    assert all(text in past for text in THREE)
    assert "← won" in past


async def test_counts_shown_if_the_owner_wants_it(story, local, claude):
    await ask(story.anna, story.inn, "story settings", counts="open")
    card = await opened(story, local, claude)
    await press(story.anna, card, voting(card)[1])
    await local.until(lambda: "1 for it" in card.text, what="the count")
    assert card.text.count("0 for it") == 2


async def test_two_at_once_and_one_twice(story, local, claude):
    card = await opened(story, local, claude)
    a = voting(card)[0]
    await asyncio.gather(
        *(story.anna.click(card, a) for _ in range(3)),
        *(story.anna.click(card, voting(card)[1]) for _ in range(2)),
    )
    await local.until(lambda: "1 voted" in card.text, what="an odd number of presses is a vote")
    await asyncio.gather(story.bo.click(card, a), story.anna.click(card, "None of these"))
    await won(local, card)
    assert len(spoken(story.inn)) == 1
    # None takes back what its presser approved of.
    assert "A 1 · B 0 · C 0 · none 1" in card.text


async def test_none_beats_the_leader(story, local, claude):
    anna, bo, inn = story.anna, story.bo, story.inn
    card = await opened(story, local, claude)
    await press(anna, card, "None of these")
    await press(bo, card, "None of these")
    await local.until(lambda: "No way on was chosen" in card.text)
    assert "None of these was wanted. Say what should be different" in card.text
    assert not card.buttons
    assert not spoken(inn)
    assert "Drafting" in await ask(anna, inn, "scene continue")


async def test_of_what_one_votes_for_only_the_newest_note_stands(story, local, claude, monkeypatch):
    anna, inn = story.anna, story.inn
    card = await opened(story, local, claude)
    a, b, _ = voting(card)
    for key in (a, b, "None of these", a):
        told = await press(anna, card, key)

    def standing():
        return [m.text for m in inn.whispered_to(anna.id) if m.text.startswith("You ")]

    await local.until(lambda: standing() == [told], what="one note")
    # A note that can no longer be reached is left where it is.
    monkeypatch.setattr(discord.Interaction, "is_expired", lambda _: True)
    more = await press(anna, card, b)
    assert standing() == [told, more]


async def test_steer_adds_a_round_and_makes_everyone_awaited_again(story, local, claude):
    anna, bo, inn = story.anna, story.bo, story.inn
    card = await opened(story, local, claude)
    await press(anna, card, voting(card)[0])
    form = await bo.click(card, "Steer")
    assert "Say what should be different" in await sent(bo, form, {"direction": " \u200b"})
    form = await bo.click(card, "Steer")
    claude.faults.append(pikes("Colder still.", "The ice sings.", "Nobody left."))
    told = await sent(bo, form, {"direction": f"colder, with a {UNSAID}"})
    assert told.startswith("✍️ Drafting 3 more · about")
    await shown(local, inn, 6)
    assert "Colder still." in card.text
    assert "1 voted" in card.text
    assert UNSAID in str(claude.requests[-1])
    # Bo votes; Anna's approval stays, but she is awaited again since there are new drafts.
    await press(bo, card, voting(card)[5])
    await local.until(lambda: "2 voted · waiting again for Anna" in card.text)
    assert " unless Anna presses Close" in card.text
    await press(anna, card, voting(card)[5])
    await won(local, card)
    assert f"won.\n-# Steered: *colder, with a {UNSAID}*\n-# A 1 ·" in card.text


async def test_a_draft_of_ones_own_enters_unsigned(story, local, claude):
    anna, bo, inn = story.anna, story.bo, story.inn
    card = await opened(story, local, claude)
    form = await bo.click(card, "Mine")
    draft = f"Narrator: It snows {UNSAID}s.\nTom: Shut the door.\nMira: I will."
    refused = await (await bo.submit(form, {"draft": draft})).answer()
    assert "writes Mira, who belongs to another writer" in refused.text
    assert refused.attachments[0].text == draft
    form = await bo.click(card, "Mine")
    told = await sent(bo, form, {"draft": draft.removesuffix("\nMira: I will.")})
    assert told.startswith("Your draft is **D** on the card, unsigned.")
    await local.until(lambda: "D · It snows" in card.text)
    assert "Bo" not in card.text.replace("Bob", "")
    for person in (anna, bo):
        await press(person, card, voting(card)[3])
    await won(local, card)
    assert spoken(inn) == [("Narrator", f"It snows {UNSAID}s."), ("Tom", "Shut the door.")]
    listed = await ask(anna, inn, "scene history")
    assert f"> D ← won: It snows {UNSAID}s. Shut the door." in listed
    told = (await (await anna.menu(inn.last_message, "Who wrote this?")).answer()).text
    assert "**Bo** wrote this, as Tom" in told
    assert "a writer's own draft" in told


async def test_whoever_votes_after_pressing_mine_holds_nothing_up(story, local, claude):
    card = await opened(story, local, claude)
    await story.bo.click(card, "Mine")
    await press(story.anna, card, voting(card)[0])
    await press(story.bo, card, voting(card)[0])
    await won(local, card)


async def test_an_owner_who_neither_wrote_nor_voted_holds_nothing_up(story, local, claude):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    thread = story.guild.add_thread(inn, "the cellar", by=anna)
    await ask(anna, thread, "story open", title="The Cellar", premise=f"A {UNSAID} in the dark.")
    for who, name in ((bo, "Tom"), (cy, "Pike")):
        await ask(anna, thread, "cast add", name=name)
        await ask(who, thread, "cast claim", name=name)
    await ask(anna, thread, "story settings", variants=2)
    await ask(anna, thread, "canon add", fact="It is dark.")
    claude.faults.append(written([("Narrator", THREE[0])], [("Narrator", THREE[1])]))
    card = await ballot(local, anna, thread)
    for person in (bo, cy):
        await press(person, card, voting(card)[0])
    await won(local, card)


@pytest.mark.parametrize("tuned", [{"troupe_countdown_seconds": 60}])
async def test_the_countdown_and_closing(story, local, claude):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    card = await opened(story, local, claude)
    assert "closing needs one approval" in await press(anna, card, "Close")
    await press(bo, card, voting(card)[0])
    assert "Only whoever opened this ballot" in await press(bo, card, "Close")
    await press(anna, card, voting(card)[0])
    await local.until(lambda: "decided <t:" in card.text)
    assert "unless somebody presses" in card.text
    await bo.click(card, "Mine")
    await local.until(lambda: "somebody is writing a direction or a draft" in card.text)
    assert not spoken(inn)
    assert await press(anna, card, "Close") == "Closed."
    await won(local, card)
    assert "-# Closed early by Anna" in card.text
    assert "**Ballot** of Anna" in await ask(cy, inn, "scene history")


async def test_a_tie_is_broken_by_the_opener(story, local, claude):
    anna, bo, inn = story.anna, story.bo, story.inn
    claude.faults.append(pikes(*THREE))
    card = await ballot(local, bo, inn)
    await press(anna, card, voting(card)[0])
    await press(bo, card, voting(card)[1])
    await local.until(lambda: "**A tie.** Bo chooses" in card.text)
    assert "one of the tied; after 24 hours the owner may." in card.text
    assert [b.label for b in card.buttons] == ["A", "B"]
    assert "Whoever opened the ballot chooses" in await press(anna, card, "A")
    assert "Your vote decided it." in await press(bo, card, "A")
    await won(local, card)
    assert len(spoken(inn)) == 1


async def test_in_a_tie_of_the_owners_own_nobody_else_may_choose(story, local, claude):
    anna, bo = story.anna, story.bo
    card = await opened(story, local, claude)
    await press(anna, card, voting(card)[0])
    await press(bo, card, voting(card)[1])
    await local.until(lambda: card.text.endswith("Anna chooses by pressing one of the tied."))
    assert "Whoever opened the ballot chooses" in await press(bo, card, "A")
    assert "Your vote decided it." in await press(anna, card, "A")


async def test_a_tie_may_have_a_second_round(story, local, claude):
    anna, bo, inn = story.anna, story.bo, story.inn
    await ask(anna, inn, "story settings", tie="second_round")
    card = await opened(story, local, claude)
    await press(anna, card, voting(card)[0])
    await press(bo, card, voting(card)[1])
    await local.until(lambda: "Second round, among the tied" in card.text)
    assert [b.label for b in card.buttons][:3] == ["A", "B", "None of these"]
    await press(anna, card, "B")
    await press(bo, card, "B")
    await local.until(lambda: "**B ·" in card.text and "won" in card.text)


async def test_a_claim_made_meanwhile_locks_until_its_writer_allows(story, local, claude):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    claude.faults.append(written([("Old Pike", "I know him.")], [("Narrator", "The wind turns.")]))
    card = await ballot(local, anna, inn, variants=2)
    pike = option(card, "I know him.")
    await ask(cy, inn, "cast claim", name="Old Pike")
    await local.until(lambda: "🔒 waits for Cy to allow it" in card.text)
    allow = next(b for b in card.buttons if b.label.startswith("Allow"))
    assert "waits for the writer whose character" in await press(bo, card, allow.label)
    with pytest.raises(InteractionFailed, match="There is no"):
        await press(bo, card, pike)
    assert "it may win now" in await press(cy, card, allow.label)
    await local.until(lambda: "🔒" not in card.text)
    for person in (anna, bo, cy):
        await press(person, card, pike)
    await won(local, card)
    assert spoken(inn) == [("Old Pike", "I know him.")]


async def test_people_write_on_while_a_draft_is_made(story, local, claude):
    anna, bo, inn = story.anna, story.bo, story.inn
    await anna.say(inn, "First.")
    await heard(local, inn, "First.")
    claude.faults.append(Hang())
    assert "Drafting" in await ask(anna, inn, "scene continue", variants=1)
    await bo.say(inn, "Meanwhile.")
    await heard(local, inn, "First.", "Meanwhile.")
    claude.release()
    card = await shown(local, inn)
    assert "Since these were asked for, Tom spoke." in card.text
    # What the drafts started from is taken back: the ballot goes, with a sentence.
    await ask(anna, inn, "scene undo", deeds=2)
    await local.until(lambda: "No way on was chosen" in card.text)
    assert "this ballot was dropped. Ask anew" in card.text
    assert not card.buttons
    await local.until(
        lambda: any("took back 2 passages of Mira and Tom" in text for text in texts_of(inn)),
        what="the card of the undo",
    )
