"""A first evening: a story is opened, people speak, the model drafts, they vote."""


def turns(channel):
    return [
        (m.author_name, m.content)
        for m in channel.messages
        if m.webhook_id and m.author_name != "Troupe"
    ]


async def test_typed_text_appears_under_the_characters_name(story, local):
    await story.anna.say(story.inn, "Who goes there?")
    await local.until(lambda: turns(story.inn) == [("Mira", "Who goes there?")], what="the turn")
    await local.until(
        lambda: (
            not any(m.content == "Who goes there?" and not m.webhook_id for m in story.inn.messages)
        ),
        what="the typed message replaced",
    )


async def test_drafts_are_voted_on_and_the_winner_is_posted(story, local):
    await story.anna.say(story.inn, "Who goes there?")
    await story.bo.say(story.inn, "A friend.")
    await local.until(lambda: len(turns(story.inn)) == 2, what="both turns")
    asked = await story.anna.slash(story.inn, "scene continue", direction="the door opens")
    assert asked.message.ephemeral
    await local.until(
        lambda: any("vote:v1" in b.custom_id for m in story.inn.messages for b in m.buttons),
        what="the ballot",
    )
    card = next(m for m in story.inn.messages if m.buttons)
    first = next(b for b in card.buttons if b.custom_id.startswith("vote:v1"))
    await story.anna.click(card, first.custom_id)
    await story.bo.click(card, first.custom_id)
    await local.until(lambda: len(turns(story.inn)) > 2, what="the winner")
    assert not {name for name, _ in turns(story.inn)[2:]} & {"Mira", "Tom"}
    await local.until(lambda: "won" in card.text, what="the card says who won")
