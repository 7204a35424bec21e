"""Who left the server: looked up when it matters, kept, and forgotten once they are back."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.services.common import Request
from bot.services.departures import STILL_HERE
from bot.services.linking import Target
from bot.services.parting import Receiver
from bot.services.settling import ABSENCE
from bot.story.ballot import BallotState, Pending
from bot.story.errors import ConflictError, NotAllowedError
from bot.story.tale import StoryState
from tests.builders import ADA, BEN, CHANNEL, CLEO, GUILD, OWNER, actor
from tests.services.table import Table, by

MANAGER = Request(actor(CLEO, manages=True), CHANNEL)
ELSEWHERE = Target(GUILD, CHANNEL + 1, None, "the cellar", 1)


async def gone(table: Table, *writers: int) -> None:
    """They left, and the bot knows."""
    table.members.left.update(writers)
    await table.departures.look(GUILD, writers)


async def hand_over(table: Table) -> None:
    story = (await table.linking.to_hand_over(MANAGER, BEN)).story
    place = await table.linking.handover(MANAGER, actor(BEN), story.id)
    assert place.story.owner_id == OWNER
    with pytest.raises(NotAllowedError):
        await table.stories.pause(MANAGER)


async def unlink(table: Table) -> None:
    await table.linking.link(MANAGER, ELSEWHERE)
    await table.linking.unlink(replace(MANAGER, channel_id=ELSEWHERE.channel_id))


async def resume(table: Table) -> None:
    await table.stories.close(MANAGER)
    assert (await table.stories.resume(MANAGER)).place.story.state is StoryState.OPEN


async def resume_elsewhere(table: Table) -> None:
    await table.linking.channel_gone(CHANNEL)
    there = replace(ELSEWHERE, channel_id=CHANNEL + 2)
    (stray,) = await table.linking.strays(MANAGER.actor, GUILD)
    await table.linking.resume(MANAGER, there, str(stray.branch.id))


async def take_back(table: Table) -> None:
    await table.say(ADA, "Waves.")
    await table.take_back.undo(MANAGER)
    assert await table.take_back.redo(MANAGER)


async def close_a_ballot(table: Table) -> None:
    ballot = await table.ballot()
    if not ballot.voted:
        await table.vote(ADA, ballot.standing[0])
    closed = await table.voting.close(MANAGER, ballot.id)
    assert closed.state is BallotState.SETTLED


async def bring_back(table: Table) -> None:
    await table.parting.retire(MANAGER, "Ren")
    assert (await table.casting.add(MANAGER, "Ren", "")).back


GOVERNED: dict[str, Callable[[Table], Awaitable[object]]] = {
    "settings": lambda t: t.stories.change(MANAGER, {"quorum": 3}),
    "pause": lambda t: t.stories.pause(MANAGER),
    "close": lambda t: t.stories.close(MANAGER),
    "resume": resume,
    "resume elsewhere": resume_elsewhere,
    "hand over": hand_over,
    "link": lambda t: t.linking.link(MANAGER, ELSEWHERE),
    "unlink": unlink,
    "close a ballot": close_a_ballot,
    "edit": lambda t: t.casting.edit(MANAGER, "Mira", {"wants": "out"}),
    "release": lambda t: t.casting.release(MANAGER, "Mira"),
    "bring back": bring_back,
    "take back": take_back,
}


@pytest.mark.parametrize("what", GOVERNED)
async def test_members_who_may_manage_act_for_an_owner_who_left(table: Table, what: str) -> None:
    await table.departures.before(MANAGER, GUILD)
    act = GOVERNED[what]
    if what != "resume elsewhere":
        with pytest.raises(NotAllowedError):
            await act(table)
    table.members.left.add(OWNER)
    table.clock.advance(minutes=3)
    await table.departures.before(MANAGER, GUILD)
    assert table.members.asked == [OWNER, OWNER]
    await act(table)


async def test_nobody_else_does_and_the_owner_is_not_looked_up_for_them(table: Table) -> None:
    table.members.left.add(OWNER)
    await table.departures.before(by(CLEO), GUILD)
    await table.departures.before(replace(MANAGER, channel_id=CHANNEL + 5), GUILD)
    assert not table.members.asked
    await gone(table, OWNER)
    with pytest.raises(NotAllowedError, match="Only the owner"):
        await table.stories.pause(by(CLEO))
    with pytest.raises(NotAllowedError, match="Claim a character"):
        await table.take_turn.say(MANAGER, "I speak for nobody.")


async def test_an_answer_holds_for_a_moment_and_that_somebody_left_through_a_restart(
    table: Table,
) -> None:
    for _ in range(3):
        await table.departures.before(MANAGER, GUILD)
    assert table.members.asked == [OWNER]
    table.clock.advance(seconds=STILL_HERE.total_seconds())
    table.members.left.add(OWNER)
    for _ in range(3):
        await table.departures.before(MANAGER, GUILD)
    assert table.members.asked == [OWNER, OWNER]
    table.deal()
    table.members.silent = True
    await table.departures.before(MANAGER, GUILD)
    await table.stories.pause(MANAGER)
    table.members.left.clear()
    await table.departures.before(by(OWNER), GUILD)
    with pytest.raises(NotAllowedError, match="Only the owner"):
        await table.stories.resume(MANAGER)
    await table.stories.resume(by(OWNER))


async def test_whoever_speaks_again_is_back(table: Table) -> None:
    await gone(table, ADA)
    assert (await table.casting.show(by(BEN), "Mira")).holder_left
    await table.say(ADA, "Here I am.")
    assert not (await table.casting.show(by(BEN), "Mira")).holder_left


async def test_a_holder_who_left_is_shown_and_freed_by_the_owner(table: Table) -> None:
    with pytest.raises(ConflictError, match=r"Ada holds Mira\."):
        await table.claim(CLEO, "Mira")
    table.members.left.add(ADA)
    await table.departures.holder(by(CLEO), GUILD, "mira")
    with pytest.raises(ConflictError, match="who holds Mira, left the server"):
        await table.claim(CLEO, "Mira")
    assert (await table.casting.cast_list(CHANNEL)).company.left == {ADA}
    with pytest.raises(NotAllowedError):
        await table.casting.release(by(CLEO), "Mira")
    await table.casting.release(by(OWNER), "Mira")
    assert (await table.claim(CLEO, "Mira")).name == "Mira"


async def test_nobody_is_looked_up_for_a_free_name_or_for_oneself(table: Table) -> None:
    await table.departures.holder(by(ADA), GUILD, "Mira")
    await table.departures.holder(by(ADA), GUILD, "Ren")
    await table.departures.holder(by(ADA), GUILD, "Nobody")
    await table.departures.holder(by(ADA, CHANNEL + 5), GUILD, "Mira")
    assert not table.members.asked


async def test_a_ballot_does_not_wait_for_who_left(table: Table) -> None:
    for writer_id in (ADA, BEN):
        await table.say(writer_id, "Waves.")
    ballot = await table.ballot()
    await table.vote(ADA, ballot.standing[0])
    await table.settling.run(ballot.id)
    assert not table.members.asked, "they may just be slow"
    table.members.left.add(BEN)
    table.clock.advance(seconds=ABSENCE.total_seconds())
    assert f"settle:{ballot.id}" in await table.due()
    await table.settling.run(ballot.id)
    assert BEN in table.members.asked
    card = await table.cards.card(ballot.id)
    assert card
    assert card.awaited == (), "the owner neither wrote nor voted"
    await table.vote(OWNER, ballot.standing[0])
    assert (await table.settle(ballot)).state is BallotState.SETTLED


async def test_a_vote_given_before_leaving_counts(table: Table) -> None:
    ballot = await table.ballot()
    one, two, _ = ballot.standing
    await table.vote(BEN, one)
    await gone(table, BEN)
    await table.vote(ADA, one)
    await table.vote(OWNER, two)
    settled = await table.settle(ballot)
    assert (settled.state, settled.winner_id) == (BallotState.SETTLED, one.id)


async def test_who_is_back_is_awaited_again(table: Table) -> None:
    await table.say(BEN, "Waves.")
    ballot = await table.ballot()
    await gone(table, BEN)
    await table.vote(ADA, ballot.standing[0])
    await table.departures.returned(GUILD, BEN)
    assert f"settle:{ballot.id}" in await table.due()
    await table.vote(OWNER, ballot.standing[0])
    card = await table.cards.card(ballot.id)
    assert card
    assert card.awaited == ("Ben",)


async def tied(table: Table) -> tuple[int, int]:
    """A tie of a ballot that Ada opened; its id and a tied variant's."""
    ballot = await table.ballot()
    one, two, _ = ballot.standing
    await table.vote(BEN, one)
    await table.vote(OWNER, two)
    await table.vote(ADA, one)
    await table.vote(ADA, two)
    assert (await table.settle(ballot)).state is BallotState.TIED
    return ballot.id, one.id


async def test_in_a_tie_the_owner_chooses_at_once_if_the_opener_left(table: Table) -> None:
    ballot_id, one = await tied(table)
    with pytest.raises(NotAllowedError, match="Whoever opened the ballot chooses"):
        await table.voting.vote(by(OWNER), one)
    table.members.left.add(ADA)
    table.clock.advance(minutes=3)
    with pytest.raises(NotAllowedError, match="Whoever opened the ballot chooses"):
        await table.voting.vote(by(BEN), one)
    card = await table.cards.card(ballot_id)
    assert card
    assert (card.opener_left, card.tie_breaker) == (True, "Olga")
    voted = await table.voting.vote(by(OWNER), one)
    assert voted.ballot.state is BallotState.SETTLED
    assert voted.ballot.closing_note == "It was a tie; Olga chose."


async def test_in_a_tie_a_manager_chooses_if_opener_and_owner_left(table: Table) -> None:
    ballot_id, one = await tied(table)
    with pytest.raises(NotAllowedError, match="Writers with a character vote"):
        await table.voting.vote(MANAGER, one)
    await gone(table, OWNER)
    table.members.left.add(ADA)
    table.clock.advance(minutes=3)
    voted = await table.voting.vote(MANAGER, one)
    assert voted.ballot.state is BallotState.SETTLED
    with pytest.raises(ConflictError, match="decided"):
        await table.voting.hold(by(BEN), ballot_id, Pending.STEER)


async def test_no_manager_acts_for_an_owner_who_came_back_silently(table: Table) -> None:
    await gone(table, OWNER)
    await table.departures.before(MANAGER, GUILD)
    await table.stories.pause(MANAGER)
    table.members.left.clear()
    table.clock.advance(minutes=3)
    table.members.silent = True
    await table.departures.before(MANAGER, GUILD)
    await table.stories.resume(MANAGER)
    table.clock.advance(minutes=3)
    table.members.silent = False
    await table.departures.before(MANAGER, GUILD)
    with pytest.raises(NotAllowedError, match="Only the owner"):
        await table.linking.handover(MANAGER, actor(CLEO), 1)


async def test_nobody_passes_on_the_character_of_who_came_back_silently(table: Table) -> None:
    await gone(table, ADA)
    table.members.left.clear()
    await table.departures.holder(by(OWNER), GUILD, "Mira")
    receiver = Receiver(CLEO, "Cleo", is_member=True, is_bot=False)
    with pytest.raises(NotAllowedError, match="still here"):
        await table.parting.offer(by(OWNER), "Mira", receiver)


async def test_an_offer_in_place_of_who_left_ends_when_they_are_back(table: Table) -> None:
    await gone(table, ADA)
    receiver = Receiver(CLEO, "Cleo", is_member=True, is_bot=False)
    offer = await table.parting.offer(by(OWNER), "Mira", receiver)
    assert offer.in_place
    await table.departures.returned(GUILD, ADA)
    with pytest.raises(ConflictError, match="is back"):
        await table.parting.accept(by(CLEO), offer.claim_id, CLEO, in_place=True)
    table.clock.advance(minutes=3)
    await gone(table, ADA)
    await table.parting.accept(by(CLEO), offer.claim_id, CLEO, in_place=True)
    assert (await table.casting.show(by(BEN), "Mira")).holder_id == CLEO


async def test_a_manager_finds_stories_whose_owner_left(table: Table) -> None:
    await table.linking.channel_gone(CHANNEL)
    await table.departures.owners_of_strays(by(CLEO), GUILD)
    assert not table.members.asked
    table.members.left.add(OWNER)
    assert not await table.linking.strays(MANAGER.actor, GUILD)
    await table.departures.owners_of_strays(MANAGER, GUILD)
    assert len(await table.linking.strays(MANAGER.actor, GUILD)) == 1
    assert not await table.linking.strays(by(BEN).actor, GUILD)


async def test_in_a_direct_message_only_members_change_things(table: Table) -> None:
    await table.departures.require_member(by(ADA))
    table.members.left.add(ADA)
    with pytest.raises(NotAllowedError, match="no member"):
        await table.departures.require_member(by(ADA))
    assert (await table.casting.show(by(BEN), "Mira")).holder_left
    table.members.left.clear()
    table.members.silent = True
    with pytest.raises(NotAllowedError, match="no member"):
        await table.departures.require_member(by(ADA))
    await table.departures.require_member(by(BEN))
    table.members.silent = False
    await table.departures.require_member(by(ADA))
    assert not (await table.casting.show(by(BEN), "Mira")).holder_left


async def test_who_left_one_server_is_here_in_another(table: Table) -> None:
    other = GUILD + 1
    await table.departures.look(other, [ADA])
    table.members.left.add(ADA)
    await table.departures.look(other, [ADA], fresh=True)
    assert not (await table.casting.cast_list(CHANNEL)).company.left


async def test_services_of_a_connection_that_ended_hear_nothing_more(table: Table) -> None:
    elsewhere = CHANNEL + 1
    assert not await table.stories.plays(elsewhere)
    table.stories.stop_listening()
    table.stories.stop_listening()
    await table.open(elsewhere)
    assert not await table.stories.plays(elsewhere)
    table.deal()
    assert await table.stories.plays(elsewhere)
