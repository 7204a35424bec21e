from bot.services.onlooking import Onlooking, Overview
from bot.story.ballot import Pending
from tests.builders import ADA, BEN, CHANNEL, STORM
from tests.services.table import Table, by


async def look(table: Table) -> Overview:
    found = await Onlooking(table.store, table.clock).overview(CHANNEL, {BEN: "Benjamin"})
    assert found
    return found


async def test_a_channel_without_a_story(bare: Table) -> None:
    assert await Onlooking(bare.store, bare.clock).overview(CHANNEL, {}) is None


async def test_a_ballot_is_told_with_who_wants_what(table: Table) -> None:
    await table.say(ADA, "The lamp is out.")
    ballot = await table.ballot()
    winner = table.saying(ballot, STORM)
    await table.vote(BEN, winner)

    seen = await look(table)

    assert (seen.title, seen.branch) == ("Salt", "main")
    (log,) = seen.ballots
    assert log.state == "Open. It waits for Ada. 1 more vote is needed for the quorum."
    told = [one.text for one in log.past]
    assert told[0] == "Ada asked for 3 drafts after turn 1 (Mira)."
    assert f"Benjamin approves of {winner.label}." in told
    assert any(one.startswith("fake-1 answered") for one in told)
    assert [one.approved_by for one in log.variants if one.approved_by] == [("Benjamin",)]
    assert [one.text for one in seen.tasks] == [
        f"post:{CHANNEL}: send, redraw and delete what is due here (due).",
        f"draft:{ballot.id}: write drafts (due).",
        f"settle:{ballot.id}: look whether the ballot is decided (waits).",
    ]
    assert seen.waiting == len(seen.posts) > 0

    await table.vote(ADA, winner)
    assert "the countdown runs" in (await look(table)).ballots[0].state
    await table.settle(ballot)
    await table.post()
    seen = await look(table)
    assert not seen.ballots[0].live
    assert seen.ballots[0].past[-1].text == f"{winner.label} won and was posted."
    assert (seen.posts, seen.waiting) == ((), 0)


async def test_what_somebody_is_about_to_write_holds_and_then_stands_with_their_name(
    table: Table,
) -> None:
    ballot = await table.ballot()
    await table.voting.hold(by(BEN), ballot.id, Pending.MINE)
    (log,) = (await look(table)).ballots
    assert "Benjamin is writing something." in log.state
    assert log.ahead[0].text.startswith("Benjamin is writing a draft of their own")

    own = await table.voting.own_draft(by(BEN), ballot.id, "I row.")
    (log,) = (await look(table)).ballots
    assert [(one.label, one.author) for one in log.variants if one.author] == [("D", "Benjamin")]
    assert own.label == "D"
    assert log.variants[-1].text == "I row."
