"""A ballot's card: within Discord's limits whatever is on it, alive after a restart, repaired."""

from playground.server.message import walk
from playground.server.payloads import message_json
from tests.whole.kit import (
    UNSAID,
    ask,
    at_rest,
    ballot,
    heard,
    pikes,
    press,
    sent,
    shown,
    spoken,
    use,
    voting,
    won,
    written,
)

THREE = ("The bridge is gone.", "I never liked the sea.", "Who took my lantern?")


def chapter(number):
    """A variant of some 8,000 characters, like no other."""
    words = " ".join(f"{UNSAID}{number}w{n}" for n in range(195))
    return [("Old Pike", f"Opening {number}. {words}"), ("Narrator", f"Ending {number}. {words}")]


def assert_fits(card):
    parts = list(walk(card.components))
    assert len(parts) <= 40
    assert sum(len(p.get("content", "")) for p in parts) <= 4_000


async def full_card(story, local, claude):
    """A card with seven long drafts of the model and one by Bo."""
    anna, bo, inn = story.anna, story.bo, story.inn
    for number in range(12):
        await ask(anna, inn, "cast add", name=f"Extra {number} {'y' * 70}")
    claude.faults.append(written(*map(chapter, range(4)), angle="a" * 60))
    card = await ballot(local, anna, inn, variants=4, direction="d" * 1_000)
    assert_fits(card)
    form = await bo.click(card, "Mine")
    await sent(bo, form, {"draft": "Narrator: " + "mine " * 700})
    await shown(local, inn, 5)
    form = await bo.click(card, "Steer")
    # A later round has as many drafts as the first, or as many as there is room for.
    claude.faults.append(written(*map(chapter, range(4, 7)), angle="b" * 60))
    await sent(bo, form, {"direction": "*" * 900})
    return await shown(local, inn, 8)


async def test_eight_long_drafts_show_openings(story, local, claude):
    anna, bo, inn = story.anna, story.bo, story.inn
    card = await full_card(story, local, claude)
    assert_fits(card)
    assert [b.label for b in card.buttons[:8]] == list("ABCDEFGH")
    assert "Opening 0." in card.text
    assert "Ending 0." not in card.text
    assert [b.label for b in card.buttons if b.disabled] == ["Steer", "Mine"]
    again = await use(anna, inn, "scene continue", direction="darker *still*")
    assert "already. The card is full: 8 drafts" in again.message.text
    assert not again.message.buttons
    assert again.message.text.endswith(f"/{inn.id}/{card.id}\nYou wished for:\n> darker *still*")
    for person in (anna, bo):
        await press(person, card, "A")
    await won(local, card)
    assert all(len(text) <= 2_000 for _, text in spoken(inn))
    assert len(spoken(inn)) > 2


async def test_openings_can_be_read_on_page_by_page(story, local, claude):
    card = await full_card(story, local, claude)
    page = await (await story.cy.click(card, "Read")).answer()
    assert page.seen_by == story.cy.id
    read = [page.text]
    assert page.buttons[0].disabled
    while not page.buttons[1].disabled:
        await story.cy.click(page, "Next")
        read.append(page.text)
    whole = "\n".join(read)
    assert all(len(text) <= 2_000 for text in read)
    for number in range(7):
        assert f"{UNSAID}{number}w0 " in whole
        assert f"Ending {number}." in whole
        assert f"{UNSAID}{number}w194" in whole
    assert "mine mine" in whole
    await story.cy.click(page, "Back")
    assert page.text == read[-2]


async def test_a_press_after_the_end_explains_itself_and_repairs_the_card(
    story, local, claude, bot
):
    anna, bo, inn = story.anna, story.bo, story.inn
    claude.faults.append(pikes(*THREE))
    card = await ballot(local, anna, inn)
    a = voting(card)[0]
    await press(anna, card, a)
    await local.until(lambda: "1 voted" in card.text, what="the first vote shown")

    # Discord says yes to the edits that follow and forgets them: the card is stale.
    unchanged = message_json(card, local.world)
    lost = local.before("PATCH", rf"/messages/{card.id}$", lambda _: (200, unchanged, {}))
    with lost as handle:
        await press(bo, card, a)
        await local.until(lambda: spoken(inn), what="the winner posted")
        await local.until(lambda: handle.count, what="the edit that is lost")
        # Another one may follow, once it is noted that the winner stands.
        await at_rest(bot, inn)
    assert voting(card)
    decided = "This ballot is decided. `/scene history` shows what was on it."
    assert await press(bo, card, a) == decided
    await local.until(lambda: "won" in card.text and not card.buttons, what="the card repaired")


async def test_buttons_work_after_a_restart_and_old_ones_explain_themselves(
    story, local, claude, bot, journal
):
    anna, bo, inn = story.anna, story.bo, story.inn
    await anna.say(inn, "Before.")
    await heard(local, inn, "Before.")
    post = inn.last_message
    form = await anna.click(
        await (await use(anna, inn, "cast edit", name="Mira")).answer(), "Sheet"
    )
    claude.faults.append(pikes(*THREE))
    card = await ballot(local, anna, inn)
    await press(anna, card, voting(card)[0])
    await bot.stop()
    await bo.say(inn, "Typed while nobody listened.")
    await bot.start()
    await local.bot_ready()
    await heard(local, inn, "Before.", "Typed while nobody listened.")
    assert "drinks" in await sent(anna, form, {"Who it is": "She drinks."})
    await press(bo, card, voting(card)[0])
    await won(local, card)
    assert "**Anna**" in (await (await bo.menu(post, "Who wrote this?")).answer()).text
    # What an earlier or later version of the bot may have left behind.
    for custom_id in ("vote:v0:3", "splice:v9:", "something else"):
        whole = inn.messages[0]
        whole.components = [
            {
                "type": 1,
                "id": 1,
                "components": [
                    {"type": 2, "style": 1, "id": 2, "label": "Old", "custom_id": custom_id}
                ],
            }
        ]
        assert "from an older version and works no more" in await press(bo, whole, "Old")
    whole.components[0]["components"][0]["custom_id"] = "vote:v1:spoilt"
    told = await press(bo, whole, "Old")
    assert told.startswith("Something went wrong on our side.")
    assert '"control": "vote:v1"' in journal.getvalue()
    whole.components[0]["components"][0]["custom_id"] = "vote:v1:999"
    assert await press(bo, whole, "Old") == "That draft does not exist any more."
    whole.components[0]["components"][0]["custom_id"] = "none:v1:999"
    assert await press(bo, whole, "Old") == "That ballot does not exist any more."


async def test_a_deleted_card_of_a_live_ballot_is_posted_anew(story, local, claude):
    anna, inn = story.anna, story.inn
    claude.faults.append(pikes(*THREE))
    card = await ballot(local, anna, inn)
    await local.owner().delete(card)
    # A second continue offers Steer, which draws the card, which is found gone and posted again.
    again = await (await use(anna, inn, "scene continue")).answer()
    form = await anna.click(again, "Steer")
    await sent(anna, form, {"direction": "darker"})
    card = await shown(local, inn, 3)
    assert "You approve of **B**" in await press(story.bo, card, "B")


async def test_a_long_winner_shows_how_far_it_is_posted(story, local, claude):
    told = []
    beats = [(("Old Pike", "Narrator")[n % 2], f"Part {n} of a long passage.") for n in range(8)]
    claude.faults.append(written(beats))
    card = await ballot(local, story.anna, story.inn, variants=1)
    with local.after("PATCH", rf"/messages/{card.id}$", lambda _: told.append(card.text)):
        for person in (story.anna, story.bo):
            await press(person, card, "A")
        await won(local, card)
    await heard(local, story.inn, *(text for _, text in beats))
    steps = [text.rsplit("Posting ", 1)[1] for text in told if "Posting" in text]
    assert steps
    assert all(step.endswith(" of 8…") for step in steps)
    assert steps == sorted(steps)


async def test_whole_drafts_are_shown_as_long_as_they_fit(story, local, claude):
    sizes = {135: True, 160: False}
    for words, fits in sizes.items():
        # Four drafts of this many words of six characters fill the card nearly, or too much.
        texts = (" ".join(f"{letter}{n:04}" for n in range(words)) for letter in "WXYZ")
        claude.faults.append(pikes(*texts))
        card = await ballot(local, story.anna, story.inn, variants=4)
        assert_fits(card)
        assert (f"W{words - 1:04}" in card.text) is fits
        assert any(b.label == "Read" for b in card.buttons) is not fits
        for person in (story.anna, story.bo):
            await press(person, card, "None of these")
        await local.until(lambda one=card: "No way on" in one.text, what="decided")
