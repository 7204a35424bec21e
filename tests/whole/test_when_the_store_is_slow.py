"""Somebody writes for a long time: who waits is told so, and the answer comes all the same."""

import contextlib

import pytest

from cogs.patience import FORM_LATE
from tests.whole.kit import ask, ballot, heard, use, voting
from tests.whole.test_pictures import FACE, PNG, kept, picture_of


@pytest.fixture
def held(bot):
    """Hold the right to write until an act was answered at first; its exchange."""

    @contextlib.asynccontextmanager
    async def while_held(act):
        async with bot.troupe.store.write():
            exchange = await act
            assert exchange.deferred, "nobody else could write, so this is no answer yet"
        yield exchange

    return while_held


async def test_what_everybody_sees_comes_late_and_is_seen_by_everybody(story, held):
    async with held(story.anna.slash(story.inn, "cast add", name="Late Lou")) as exchange:
        joined = await exchange.answer()
    assert "**Late Lou** joins the cast" in joined.text
    assert not joined.ephemeral
    assert "**Late Lou**" in await ask(story.bo, story.inn, "cast list")


async def test_a_picture_comes_late_and_is_kept_all_the_same(story, local, held, bot):
    given = {"name": "Nan", "avatar": FACE}
    async with held(story.bo.slash(story.inn, "cast add", **given)) as exchange:
        card = await exchange.answer()
    assert not card.ephemeral
    assert card.attachments[0].data == PNG
    await kept(bot, card)
    await ask(story.bo, story.inn, "cast claim", name="Nan")
    await story.bo.say(story.inn, "Good evening.")
    await heard(local, story.inn, "Good evening.")
    assert await picture_of(story.inn.last_message) == PNG


async def test_an_offer_that_is_accepted_late_is_over_for_everybody(story, local, held):
    given = {"name": "Mira", "member": story.bo}
    card = await (await use(story.anna, story.inn, "cast handover", **given)).answer()
    async with held(story.bo.click(card, "Accept")):
        pass
    await local.until(lambda: not card.buttons, what="the end of the offer")
    assert "Bo plays **Mira** from now on" in card.text


async def test_what_one_person_sees_comes_late(story, local, held):
    card = await ballot(local, story.anna, story.inn)
    button = voting(card)[0]
    async with held(story.anna.click(card, button)) as exchange:
        answer = await exchange.answer()
    assert answer.seen_by == story.anna.id
    assert "You approve" in answer.text
    await local.until(lambda: "1 voted" in card.text, what="the vote on the card")


async def test_what_is_said_late_is_said_once_and_the_answer_is_true(story, local, held):
    async with held(story.anna.slash(story.inn, "scene say", text="Good evening.")) as exchange:
        answer = await exchange.answer()
    assert answer.text == "Said as **Mira**."
    await heard(local, story.inn, "Good evening.")


async def test_a_refusal_comes_late(story, held):
    async with held(story.bo.slash(story.inn, "cast claim", name="Mira")) as exchange:
        answer = await exchange.answer()
    assert answer.seen_by == story.bo.id
    assert "Anna holds Mira" in answer.text


async def test_a_form_cannot_come_late_and_says_so(story, local, held):
    card = await ballot(local, story.anna, story.inn)
    async with held(story.anna.click(card, "Steer")) as exchange:
        answer = await exchange.answer()
    assert answer.text == FORM_LATE
    assert (await story.anna.click(card, "Steer")).modal


async def test_who_answers_in_time_never_says_that_it_thinks(story):
    exchange = await story.anna.slash(story.inn, "story show")
    assert not exchange.deferred
