"""SIGKILL at each step of a turn's and a ballot's way; nothing is lost, nothing comes twice."""

import pytest

from playground.rehearsal.script import Line
from tests.kill.kit import (
    BOTH,
    POST,
    cast,
    kept_alive,
    nothing_lost_nothing_doubled,
    performed,
    script,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

ORIGINAL = r"^/channels/\d+/messages/\d+$"
CARD = r"^/channels/\d+/messages$"
LONG = "\n\n".join(f"{n}. " + "The rain went on, and so did he. " * 24 for n in range(5))

TALK = (("Ada", "Is anybody there?"), ("Ben", "Nobody. *He laughs.*\n\nNobody at all."))
LONG_TURN = (("Ada", "Go on."), ("Ben", LONG.strip()), ("Ada", "And then?"))
BALLOT = (("Ada", "Who knocks?"), ("Owl", "…"), ("Ben", "An owl."))


async def test_between_append_and_post(house, knife):
    knife.on_arrival("POST", POST)
    await performed(house, cast(house, script(*TALK), 2))
    assert knife.cuts == 1


async def test_a_post_that_is_made_although_the_bot_died_over_it(house, knife):
    knife.on_arrival("POST", POST, lost=False)
    await performed(house, cast(house, script(*TALK), 2))
    assert knife.cuts == 1


@BOTH
async def test_between_post_and_record(house, knife):
    knife.on_done("POST", POST)
    await performed(house, cast(house, script(*TALK), 2))
    assert knife.cuts == 1


@pytest.mark.parametrize("lost", [True, False])
async def test_between_record_and_the_typed_ones_deletion(house, knife, lost):
    knife.on_arrival("DELETE", ORIGINAL, lost=lost)
    await performed(house, cast(house, script(*TALK), 2))
    assert knife.cuts == 1


async def test_after_the_typed_ones_deletion(house, knife):
    knife.on_done("DELETE", ORIGINAL)
    await performed(house, cast(house, script(*TALK), 2))
    assert knife.cuts == 1


@pytest.mark.parametrize("nth", [3, 4])
async def test_between_the_first_and_the_last_post_of_a_long_turn(house, knife, nth):
    knife.on_done("POST", POST, nth)
    await performed(house, cast(house, script(*LONG_TURN), 2))
    assert knife.cuts == 1


async def test_before_the_second_post_of_a_long_turn(house, knife):
    knife.on_arrival("POST", POST, 3)
    await performed(house, cast(house, script(*LONG_TURN), 2))
    assert knife.cuts == 1


async def test_between_settling_and_the_first_post(house, knife):
    knife.on_arrival("POST", POST, 2)
    await performed(house, cast(house, script(*BALLOT), 2))
    assert knife.cuts == 1


@BOTH
async def test_between_a_winners_post_and_its_record(house, knife):
    knife.on_done("POST", POST, 2)
    await performed(house, cast(house, script(*BALLOT), 2))
    assert knife.cuts == 1


@pytest.mark.parametrize("midway", [True, False])
async def test_while_the_model_drafts(house, knife, midway):
    knife.while_drafting(midway=midway)
    await performed(house, cast(house, script(*BALLOT), 2))
    assert knife.cuts == 1


@BOTH
async def test_a_card_that_was_posted_but_not_recorded(house, knife):
    knife.on_done("POST", CARD)
    await performed(house, cast(house, script(*BALLOT), 2))
    assert knife.cuts == 1


async def test_a_card_that_was_redrawn_but_not_recorded(house, knife):
    knife.on_done("PATCH", ORIGINAL)
    await performed(house, cast(house, script(*BALLOT), 2))
    assert knife.cuts == 1


async def test_what_is_typed_while_the_bot_is_down_is_read_when_it_is_back(house, knife):
    performance = cast(house, script(*TALK), 2)
    await performance.perform()
    await knife.cut()
    ada, ben = performance.players["ada"], performance.players["ben"]
    missed = (
        (ada, "Hello?"),
        (ben, "(( is it down again? ))"),
        (ben, "Here I am: " + "on and on. " * 400),
        (ada, "*She waits.*\n\nHello."),
        (ben, LONG[:3_900].strip()),
        (ada, "// yes, it is"),
        (ada, "There."),
    )
    for who, text in missed:
        await who.say(performance.channel, text)
    await house.start_bot()
    kept = [(who, text) for who, text in missed if not text.startswith(("((", "//"))]
    last = performance.channel.last_message
    await house.local.until(lambda: last.deleted, what="the last missed turn")
    names = {ada: "Ada", ben: "Ben"}
    more = [Line(9, "", names[who], text) for who, text in kept]
    await nothing_lost_nothing_doubled(performance, [*performance.lines, *more])


@pytest.mark.parametrize("nth", [2, 5, 9])
async def test_people_who_do_not_wait_for_each_other(house, knife, nth):
    performance = cast(house, script(*TALK), 2)
    await performance.perform()
    knife.on_done("POST", POST, nth)
    ada, ben = performance.players["ada"], performance.players["ben"]
    more = []
    async with kept_alive(house):
        for n in range(6):
            for who, name in ((ada, "Ada"), (ben, "Ben")):
                text = f"{name} says it for the {n}. time."
                more.append(Line(9, "", name, text))
                await who.say(performance.channel, text)
        last = performance.channel.last_message
        await house.local.until(lambda: last.deleted, 30, what="the last turn")
        await nothing_lost_nothing_doubled(performance, [*performance.lines, *more])
    assert knife.cuts == 1
