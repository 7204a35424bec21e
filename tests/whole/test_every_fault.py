"""Each fault that Discord knows, on each kind of request: the story goes on, everything once."""

import pytest

from playground.server import InteractionFailed
from playground.server.fault_kinds import Fault
from tests.whole.kit import ask, ballot, heard, pikes, press, soon, spoken, voting, won

THREE = ("The bridge is gone.", "I never liked the sea.", "Who took my lantern?")
CALLBACK = r"/callback$"
REQUESTS = (
    Fault.RATE_LIMITED,
    Fault.GLOBALLY_LIMITED,
    Fault.CLOUDFLARE,
    Fault.BROKEN,
    Fault.BAD_GATEWAY,
    Fault.UNAVAILABLE,
    Fault.SLOW,
    Fault.LATE_ANSWER,
    Fault.DROPPED,
    Fault.LOST_ANSWER,
)


@pytest.mark.parametrize("fault", REQUESTS)
async def test_a_fault_of_each_request_of_a_story(story, local, claude, fault):
    """A passage, a ballot with its card, votes, the winner, and its undo, each struck once."""
    anna, bo, inn = story.anna, story.bo, story.inn
    armed = [
        local.faults.arm(fault, "POST", r"^/webhooks/\d+/:token$"),
        local.faults.arm(fault, "DELETE", r"/messages/\d+$"),
        local.faults.arm(fault, "POST", r"^/channels/\d+/messages$"),
        local.faults.arm(fault, "PATCH", r"^/channels/\d+/messages/\d+$"),
    ]
    await anna.say(inn, "First.")
    await bo.say(inn, "Second.")
    await local.until(
        lambda: [text for _, text in spoken(inn)] == ["First.", "Second."],
        timeout=30,
        what=f"both once and in order, not {spoken(inn)}",
    )
    await heard(local, inn, "First.", "Second.")
    claude.faults.append(pikes(*THREE))
    card = await ballot(local, anna, inn)
    for person in (anna, bo):
        await press(person, card, voting(card)[0])
    await won(local, card)
    winner = spoken(inn)[-1]
    assert winner[1] in THREE
    assert len(spoken(inn)) == 3
    assert [one.struck for one in armed] == [1, 1, 1, 1]
    again = local.faults.arm(fault, "DELETE", r"/messages/\d+$")
    await ask(anna, inn, "scene undo")
    await local.until(lambda: len(spoken(inn)) == 2, timeout=30, what="the winner taken back")
    assert again.struck == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault.DROPPED_CALLBACK,
        Fault.LOST_CALLBACK_ANSWER,
        Fault.BROKEN,
        Fault.UNAVAILABLE,
        Fault.RATE_LIMITED,
        Fault.SLOW,
    ],
)
async def test_an_answer_gets_through_and_what_was_done_is_done_once(story, local, claude, fault):
    anna, bo, inn = story.anna, story.bo, story.inn
    with local.faults.on(fault, "POST", CALLBACK) as everything:
        everything.left = 1
        assert "joins the cast" in await ask(anna, inn, "cast add", name="Wick")
        everything.left = 1
        # A refusal is no failure of ours either.
        assert "That name means Wick already" in await ask(anna, inn, "cast add", name="Wick")
        claude.faults.append(pikes(*THREE))
        everything.left = 1
        card = await ballot(local, anna, inn)
        everything.left = 1
        assert "You approve of" in await press(bo, card, voting(card)[1])
        everything.left = 1
        form = await anna.slash(inn, "scene say")
        everything.left = 1
        answered = await anna.submit(form, {"text": "Aloud."})
        assert "Said as" in (await answered.answer()).text
    await heard(local, inn, "Aloud.")
    assert everything.struck == 6
    assert sum("Wick" in message.text for message in inn.messages) == 1


async def test_an_answer_that_never_gets_through_is_not_taken_for_a_failed_deed(
    story, local, journal
):
    anna, inn = story.anna, story.inn
    with local.faults.on(Fault.DROPPED_CALLBACK, "POST", CALLBACK):
        with pytest.raises(InteractionFailed, match="did not respond"):
            await anna.slash(inn, "cast add", name="Wick")
        await soon(lambda: "answer not delivered" in journal.getvalue())
    assert "Wick" in await ask(anna, inn, "cast list")


async def test_a_press_that_comes_twice_is_no_second_press(story, local, claude):
    anna, bo, inn = story.anna, story.bo, story.inn
    claude.faults.append(pikes(*THREE))
    card = await ballot(local, anna, inn)
    local.faults.replay("INTERACTION_CREATE", times=2)
    for person in (anna, bo):
        assert "You approve of" in await press(person, card, voting(card)[0])
    await won(local, card)
    assert len(spoken(inn)) == 1


@pytest.mark.parametrize("event", ["MESSAGE_CREATE", "INTERACTION_CREATE", "MESSAGE_DELETE"])
async def test_an_event_that_comes_twice_counts_once(story, local, event):
    anna, inn = story.anna, story.inn
    with local.faults.on(Fault.REPLAYED, path=f"^{event}$") as replayed:
        await anna.say(inn, "Once.")
        await heard(local, inn, "Once.")
        assert "joins the cast" in await ask(anna, inn, "cast add", name="Wick")
        await ask(anna, inn, "scene undo")
        await heard(local, inn)
        assert "taken back already" in await ask(anna, inn, "scene undo")
    assert replayed.struck
