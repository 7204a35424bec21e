"""Characters that change hands and retire, and facts that are disputed and proposed, by wire."""

import json

import pytest

from playground.claude.faults import Failure, Hang, Refusal, Verbatim
from playground.server.message import walk
from playground.server.permissions import May
from tests.whole.kit import UNSAID, ask, heard, press, read_up_to, sent, soon, use


async def offer(story, giver, **given):
    exchange = await use(giver, story.inn, "cast handover", **given)
    return await exchange.answer()


async def reads(local, card, text):
    """Wait until a card holds this text: if the machine is busy, it changes after the answer."""
    await local.until(lambda: card.text == text, what=text)


async def test_a_character_is_handed_over_with_its_receivers_word(story, local, bot):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    card = await offer(story, bo, name="tom", member=cy)
    assert card.seen_by is None
    assert card.text.startswith("**Tom**, played by Bo, is offered to Cy.")
    assert "offered to somebody else" in await press(anna, card, "Accept")
    # It works after a restart, and until it is accepted the giver keeps the character.
    await bot.stop()
    await bot.start()
    await local.bot_ready()
    await bo.say(inn, "Still mine.")
    await heard(local, inn, "Still mine.")
    await cy.click(card, "Accept")
    await reads(local, card, "Cy plays **Tom** from now on.")
    assert not card.buttons
    await cy.say(inn, "And now mine.")
    await heard(local, inn, "Still mine.", "And now mine.")
    assert "do not hold Tom" in await ask(bo, inn, "cast play", name="Tom")


async def test_an_offer_that_is_over_says_so(story, local):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    over = await offer(story, bo, name="Tom", member=cy)
    no = await offer(story, bo, name="Tom", member=cy)
    assert "concerns others" in await press(local.add_person("Dee", guild=story.guild), no, "No")
    await cy.click(no, "No")
    await reads(local, no, "The offer of **Tom** was declined. Nothing changed.")
    back = await offer(story, bo, name="Tom", member=cy)
    await bo.click(back, "No")
    await local.until(lambda: "was taken back" in back.text, what="the end of the offer")
    await ask(bo, inn, "cast release", name="Tom")
    await cy.click(over, "Accept")
    await local.until(lambda: "This offer is over" in over.text, what="the end of the offer")
    assert not over.buttons
    assert "anybody may take it" in await ask(anna, inn, "cast handover", name="Tom", member=cy)


async def test_whom_a_character_cannot_be_offered_to_and_by_whom(story, local):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    stranger = local.add_person("Nora")
    robot = local.world.bot
    told = await ask(bo, inn, "cast handover", name="Tom", member=stranger)
    assert "not a member of this server" in told
    assert "A bot cannot play" in await ask(bo, inn, "cast handover", name="Tom", member=robot)
    assert "Bo holds Tom already" in await ask(bo, inn, "cast handover", name="Tom", member=bo)
    assert "cannot pass it on" in await ask(cy, inn, "cast handover", name="Tom", member=cy)
    assert "still here" in await ask(anna, inn, "cast handover", name="Tom", member=cy)
    offered = [c.value for c in await anna.autocomplete(inn, "cast handover", "name", "")]
    assert offered == ["Mira", "Tom"]
    assert [c.value for c in await bo.autocomplete(inn, "cast handover", "name", "")] == ["Tom"]
    # Once the holder left, the owner passes the character on.
    del story.guild.members[bo.id]
    card = await offer(story, anna, name="Tom", member=cy)
    await cy.click(card, "Accept")
    await reads(local, card, "Cy plays **Tom** from now on.")


async def test_a_character_retires_and_comes_back(story, local):
    anna, bo, inn = story.anna, story.bo, story.inn
    assert "may retire it" in await ask(bo, inn, "cast retire", name="Old Pike")
    assert "**Old Pike** retires" in await ask(anna, inn, "cast retire", name="old pike")
    assert "retired already" in await ask(anna, inn, "cast retire", name="Old Pike")
    for command in ("cast show", "cast claim", "cast retire", "cast edit"):
        found = [c.value for c in await anna.autocomplete(inn, command, "name", "")]
        assert "Old Pike" not in found, command
    assert "-# Retired: Old Pike" in await ask(bo, inn, "cast list")
    assert "cannot be claimed" in await ask(bo, inn, "cast claim", name="Old Pike")
    assert "retired: `/cast add`" in await ask(bo, inn, "cast show", name="Old Pike")
    assert "brings it back" in await ask(bo, inn, "cast add", name="Old Pike")
    told = await ask(anna, inn, "cast add", name="Old Pike")
    assert told == "**Old Pike** is back in the cast\n-# Nobody plays them yet: `/cast claim`"
    assert "Bo plays **Old Pike**" in await ask(bo, inn, "cast claim", name="Old Pike")
    await bo.say(inn, "Arr.")
    await heard(local, inn, "Arr.")


async def test_what_the_owner_does_with_anothers_character_is_signed(story):
    anna, bo, inn = story.anna, story.bo, story.inn
    told = await ask(anna, inn, "cast release", name="Tom")
    assert told == "Anna took **Tom** back from Bo, so it is free again: `/cast claim`."
    await ask(bo, inn, "cast claim", name="Tom")
    told = await ask(anna, inn, "cast retire", name="Tom")
    assert told.startswith(
        "**Tom**, played by Bo, retires from the story, as Anna decided. What they said stays."
    )
    assert await ask(anna, inn, "cast release", name="Mira") == (
        "**Mira** is free again: `/cast claim`."
    )


async def test_who_lost_their_last_character_is_told_that_they_talk_beside_the_story(
    story, local, bot
):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn

    async def talks_beside(who, times):
        await who.say(inn, "Hello?")
        await local.until(lambda: len(who.dms()) == times, what="a word about it")
        assert "talk beside it" in who.dms()[-1].text
        await read_up_to(bot, await who.say(inn, "Anybody?"))
        assert len(who.dms()) == times, "said once"

    await talks_beside(cy, 1)
    await ask(cy, inn, "cast claim", name="Old Pike")
    await ask(cy, inn, "cast release", name="Old Pike")
    await talks_beside(cy, 2)
    await ask(cy, inn, "cast claim", name="Old Pike")
    await ask(anna, inn, "cast release", name="Old Pike")
    await talks_beside(cy, 3)
    card = await offer(story, bo, name="Tom", member=cy)
    await cy.click(card, "Accept")
    await talks_beside(bo, 1)
    await ask(anna, inn, "cast retire", name="Tom")
    await talks_beside(cy, 4)


async def test_secrets_can_be_taken_along_when_a_character_is_given_back(story, local):
    anna, bo, inn = story.anna, story.bo, story.inn

    async def given_back(secrets):
        opened = await use(anna, inn, "cast edit", name="Mira")
        sheet = await anna.click(await opened.answer(), "Sheet")
        await sent(anna, sheet, {"secrets": secrets})
        released = await use(anna, inn, "cast release", name="Mira")
        assert "is free again" in (await released.answer()).text
        return await local.until(lambda: released.followups, what="what becomes of the secrets")

    (told,) = await given_back("Sank the ship.")
    assert told.text == "Its secrets go to whoever plays **Mira** next."
    assert told.ephemeral
    assert "Sank the ship." in await press(anna, told, "Take my secrets along")
    assert told.buttons == []
    await ask(anna, inn, "cast claim", name="Mira")
    assert "Secrets" not in await ask(anna, inn, "cast show", name="Mira")
    (told,) = await given_back("Sank it twice.")
    await ask(bo, inn, "cast claim", name="Mira")
    assert "was claimed since" in await press(anna, told, "Take my secrets along")
    assert "Sank it twice." in await ask(bo, inn, "cast show", name="Mira")


async def card_with(local, channel, words):
    return await local.until(
        lambda: next((m for m in reversed(channel.messages) if words in m.text), None),
        what=f"a card with {words}",
    )


async def test_a_fact_is_disputed_and_people_decide(story, local, bot):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    await ask(anna, inn, "canon add", fact="The well is dry", about="the well")
    assert "decide what is true" in await ask(cy, inn, "canon dispute", fact=1)
    assert "There is no fact 9" in await ask(bo, inn, "canon dispute", fact=9)
    told = await ask(bo, inn, "canon dispute", fact=1, why="it rained")
    assert told == "Fact 1 is in question now; its card asks everybody."
    card = await card_with(local, inn, "Is this true?")
    assert "Bo doubts it: it rained" in card.text
    assert [b.label for b in card.buttons] == ["Keep", "Reword", "Retire"]
    listed = await ask(cy, inn, "canon list")
    assert listed == "`1` **the well** · The well is dry *(disputed by Bo: it rained)*"
    assert "disputed already" in await ask(anna, inn, "canon dispute", fact=1)
    assert await bo.autocomplete(inn, "canon dispute", "fact", "") == []
    await bot.stop()
    await bot.start()
    await local.bot_ready()
    assert "decide what is true" in await press(cy, card, "Keep")
    assert "somebody else decides it" in await press(bo, card, "Retire")
    form = await anna.click(card, "Reword")
    assert form.modal.fields[0].value == "The well is dry"
    told = await sent(anna, form, {"What is true?": "The well was dry until it rained"})
    assert told == "📜 `2` **the well** · The well was dry until it rained"
    await local.until(lambda: not card.buttons, what="the card redrawn")
    assert "~~`1` **the well** · The well is dry~~" in card.text
    assert "`2` **the well** · The well was dry until it rained" in card.text
    shown = await ask(cy, inn, "canon show", fact=2)
    assert "In place of fact 1" in shown
    assert "Disputed by Bo: it rained" in await ask(cy, inn, "canon show", fact=1)


async def test_a_late_press_on_a_dispute_says_what_was_decided(story, local):
    anna, bo, inn = story.anna, story.bo, story.inn
    await ask(anna, inn, "canon add", fact="The well is dry")
    await ask(bo, inn, "canon dispute", fact=1)
    # The same buttons stand under the fact itself.
    shown = await (await use(anna, inn, "canon show", fact=1)).answer()
    assert [b.label for b in shown.buttons] == ["Keep", "Reword", "Retire"]
    card = await card_with(local, inn, "Is this true?")
    form = await anna.click(card, "Reword")
    assert "Fact 1 is canon" in await press(bo, card, "Keep")
    assert "decided already: fact 1 is canon" in await press(anna, shown, "Retire")
    answer = await (await anna.submit(form, {"fact": "Some words"})).answer()
    assert "decided already" in answer.text
    assert "Some words" in answer.attachments[0].text
    await local.until(lambda: "stays true (Bo)" in card.text, what="the card redrawn")
    await ask(bo, inn, "canon dispute", fact=1)
    again = await card_with(local, inn, "Is this true?")
    assert "Fact 1 is let go" in await press(anna, again, "Retire")
    await local.until(lambda: "no longer holds (Anna)" in again.text, what="the card redrawn")


async def test_facts_about_one_thing(story):
    anna, bo, inn = story.anna, story.bo, story.inn
    for number in range(40):
        about = "the well" if number % 2 else "Old Pike"
        await ask(anna, inn, "canon add", fact=f"Fact {number} {'x' * 150}", about=about)
    found = await bo.autocomplete(inn, "canon list", "about", "WELL")
    assert [c.value for c in found] == ["the well"]
    page = await (await use(bo, inn, "canon list", about="the well")).answer()
    read = [page.text]
    while not page.buttons[-1].disabled:
        await bo.click(page, "Next")
        read.append(page.text)
    lines = "\n".join(read).splitlines()
    assert len(lines) == 20
    assert all("**the well**" in line for line in lines)
    await bo.click(page, "Back")
    assert page.text == read[-2]
    nothing = await ask(bo, inn, "canon list", about="the moon")
    assert nothing == "Nothing is settled about the moon."


SAID = f"The well is dry.\nNobody drank from it since the {UNSAID} came."


def facts(*rows):
    """The model's answer: facts, each of a turn, a quote and a text."""
    keys = ("turn", "quote", "fact")
    listed = [{"about": "old pike"} | dict(zip(keys, row, strict=True)) for row in rows]
    return Verbatim(json.dumps({"facts": listed}))


async def proposed(story, local, claude):
    """A card with three facts that Bo asked for; two more were dropped."""
    await story.anna.say(story.inn, SAID)
    await heard(local, story.inn, SAID)
    claude.faults.append(
        facts(
            (1, "The well is dry.", "There is no water in the well"),
            (1, f"drank from it since the {UNSAID}", "Nobody drinks from the well"),
            (1, "Nobody drank from it", "The well is poisoned"),
            (1, "The well was never dry", "The well is full"),
            (7, "The well is dry.", "Something else"),
        )
    )
    told = await ask(story.bo, story.inn, "canon propose")
    assert told.startswith("Reading the last passage, less than 1 ¢.")
    return await card_with(local, story.inn, "There is no water")


async def test_facts_are_proposed_with_what_they_cite(story, local, claude):
    anna, cy, inn = story.anna, story.cy, story.inn
    assert "Nothing was said since" in await ask(anna, inn, "canon propose")
    assert "decide what is true" in await ask(cy, inn, "canon propose")
    card = await proposed(story, local, claude)
    assert len(list(walk(card.components))) <= 40
    assert "Bo asked · 1 passage read" in card.text
    assert "2 proposals dropped unseen" in card.text
    assert "Mira: “The well is dry.”" in card.text
    assert [b.label for b in card.buttons] == ["Accept", "Edit", "Reject"] * 3
    listed = await ask(cy, inn, "canon list")
    assert listed.count("*(proposed)*") == 3
    assert f"-# 3 proposed facts wait for a decision: {_link(story, card)}" in listed
    assert claude.requests[-1]["model"] == "claude-haiku-5-5"


async def test_people_decide_on_each_proposed_fact(story, local, claude, bot):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    card = await proposed(story, local, claude)
    await bot.stop()
    await bot.start()
    await local.bot_ready()
    accept, _, _, _, _, reject, _, edit, _ = [b.custom_id for b in card.buttons]
    assert "decide what is true" in await press(cy, card, accept)
    assert "Fact 1 is canon" in await press(anna, card, accept)
    await local.until(lambda: "accepted by Anna" in card.text, what="the card redrawn")
    assert "Fact 2 is let go" in await press(bo, card, reject)
    await local.until(lambda: "rejected by Bo" in card.text, what="the card redrawn")
    form = await bo.click(card, edit)
    assert form.modal.fields[0].value == "The well is poisoned"
    told = await sent(bo, form, {"What is true?": "The well may be poisoned"})
    assert told == "📜 `4` **Old Pike** · The well may be poisoned"
    await local.until(lambda: not card.buttons, what="the card redrawn")
    assert "in the words of Bo" in card.text
    listed = await ask(cy, inn, "canon list")
    assert [line.split("`")[1] for line in listed.splitlines()] == ["1", "4"]
    shown = await ask(cy, inn, "canon show", fact=1)
    assert "Proposed by the model, asked by Bo" in shown
    assert "Accepted by Anna" in shown
    assert "> The well is dry." in shown


def _link(story, card):
    return f"https://discord.com/channels/{story.guild.id}/{story.inn.id}/{card.id}"


async def test_what_is_proposed_where_somebody_may_not_read_is_not_listed_for_them(
    story, local, claude
):
    anna, bo, cy, inn = story.anna, story.bo, story.cy, story.inn
    cellar = story.guild.add_channel("the-cellar")
    cellar.deny(cy, May.VIEW_CHANNEL)
    await ask(anna, inn, "story link", channel=cellar)
    await anna.say(cellar, SAID)
    await heard(local, cellar, SAID)
    claude.faults.append(facts((1, "The well is dry.", "There is no water in the well")))
    await ask(bo, cellar, "canon propose")
    card = await card_with(local, cellar, "There is no water")

    async def listed(who):
        offered = await who.autocomplete(inn, "canon show", "fact", "")
        book = (await (await use(who, inn, "story export")).answer()).attachments[0].text
        assert "no water" not in book
        return await ask(who, inn, "canon list"), [choice.name for choice in offered]

    told, offered = await listed(bo)
    assert "There is no water" in told
    assert f"<#{cellar.id}>" in told or str(cellar.id) in told
    assert offered == ["1 · There is no water in the well"]
    assert await listed(cy) == ("Nothing is settled yet. `/canon add` adds a fact.", [])
    assert "There is no fact 1" in await ask(cy, inn, "canon show", fact=1)
    await press(anna, card, "Accept")
    assert "There is no water" in await ask(cy, inn, "canon list")


async def test_a_card_of_long_facts_fits(story, local, claude):
    anna, inn = story.anna, story.inn
    words = " ".join(f"{UNSAID}{n}" for n in range(120))
    await anna.say(inn, words)
    await local.until(lambda: inn.last_message.author.webhook, what="the passage posted")
    quote = " ".join(words.split()[:60])
    rows = [(1, quote, f"{n} {'*' * 490}") for n in range(9)]
    claude.faults.append(facts(*rows))
    await ask(anna, inn, "canon propose")
    card = await card_with(local, inn, "Nothing of this is true")
    parts = list(walk(card.components))
    assert len(card.buttons) == 18
    assert len(parts) <= 40
    assert sum(len(p.get("content", "")) for p in parts) <= 4_000


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Refusal(), "declined to read"),
        (Verbatim("Certainly not."), "not in the agreed form"),
        (Failure(400), "rejected the request itself"),
    ],
    ids=str,
)
async def test_a_model_that_fails_leaves_a_sentence_and_a_button(
    story, local, claude, fault, sentence
):
    anna, inn = story.anna, story.inn
    await anna.say(inn, SAID)
    await heard(local, inn, SAID)
    claude.faults.append(fault)
    await ask(anna, inn, "canon propose")
    card = await card_with(local, inn, sentence)
    assert "Nothing was proposed" in card.text
    claude.faults.append(facts())
    assert "Reading the last passage" in await press(anna, card, "Ask again")
    await card_with(local, inn, "Nothing new to settle")


async def test_a_restart_amid_the_reading_pays_once(story, local, claude, bot):
    anna, bo, inn = story.anna, story.bo, story.inn
    await anna.say(inn, SAID)
    await heard(local, inn, SAID)
    claude.faults.append(Hang())
    asked = len(claude.requests) + 1
    await ask(anna, inn, "canon propose")
    await card_with(local, inn, "The model reads 1 passage")
    assert "being read just now" in await ask(bo, inn, "canon propose")
    await soon(lambda: len(claude.requests) == asked)
    await bot.stop()
    await bot.start()
    await local.bot_ready()
    card = await card_with(local, inn, "I was interrupted")
    assert len(claude.requests) == asked
    assert [b.label for b in card.buttons] == ["Ask again"]


async def test_what_the_policy_leaves_to_the_model(story, local):
    anna, inn = story.anna, story.inn
    await anna.say(inn, SAID)
    await heard(local, inn, SAID)
    told = await ask(anna, inn, "story settings", ai="voices_only")
    assert "no proposed facts" in told
    assert "the model only speaks" in await ask(anna, inn, "canon propose")
    await ask(anna, inn, "story settings", ai="scribe")
    await ask(anna, inn, "canon propose")
    await card_with(local, inn, "(offline)")
    assert "writes no prose" in await ask(anna, inn, "scene continue")


@pytest.fixture
def tuned(request):
    return getattr(request, "param", {})


@pytest.mark.parametrize("tuned", [{"troupe_daily_cap_usd": 0.0001}], indirect=True)
async def test_an_empty_purse_is_said_before_anything_is_asked(story, local, claude):
    await story.anna.say(story.inn, SAID)
    await heard(local, story.inn, SAID)
    told = await ask(story.anna, story.inn, "canon propose")
    assert "purse for today" in told
    assert "`/canon add`" in told
    assert not claude.requests
