"""Characters that change hands and retire, and facts that are disputed and proposed, by wire."""

from tests.whole.kit import ask, heard, press, use


async def offer(story, giver, **given):
    exchange = await use(giver, story.inn, "cast handover", **given)
    return await exchange.answer()


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
    assert card.text == "Cy plays **Tom** from now on."
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
    assert no.text == "The offer of **Tom** was declined. Nothing changed."
    back = await offer(story, bo, name="Tom", member=cy)
    await bo.click(back, "No")
    assert "was taken back" in back.text
    await ask(bo, inn, "cast release", name="Tom")
    await cy.click(over, "Accept")
    assert "This offer is over" in over.text
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
    assert card.text == "Cy plays **Tom** from now on."


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
    assert "is back in the cast" in await ask(anna, inn, "cast add", name="Old Pike")
    assert "Bo plays **Old Pike**" in await ask(bo, inn, "cast claim", name="Old Pike")
    await bo.say(inn, "Arr.")
    await heard(local, inn, "Arr.")
