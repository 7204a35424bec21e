import asyncio
from collections.abc import Awaitable

import pytest

from bot.services.parting import Offer, Receiver
from bot.story.ballot import BallotState, VariantState
from bot.story.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from tests.builders import ADA, BEN, CHANNEL, CLEO, GUILD, OWNER, STORM, drafted, speech
from tests.services.table import Table, by

CLEO_HERSELF = Receiver(CLEO, "Cleo", is_member=True, is_bot=False)
REN_TALKS = drafted(speech("Ren", "I saw the light go out before anybody else did."))


async def offered(table: Table) -> int:
    """Ada offers Mira to Cleo; the claim that is offered."""
    offer = await table.parting.offer(by(ADA), "mira", CLEO_HERSELF)
    assert (offer.character.name, offer.holder) == ("Mira", "Ada")
    return offer.claim_id


async def holder(table: Table, name: str) -> int | None:
    return (await table.casting.show(by(OWNER), name)).holder_id


async def test_a_character_changes_hands_once_its_receiver_accepts(table: Table) -> None:
    claim_id = await offered(table)
    assert await holder(table, "Mira") == ADA
    assert (await table.say(ADA, "Still me.")).speaker == "Mira"
    with pytest.raises(NotAllowedError, match="somebody else"):
        await table.parting.accept(by(BEN), claim_id, CLEO)
    taken = await table.parting.accept(by(CLEO), claim_id, CLEO)
    assert (taken.character.name, taken.others) == ("Mira", False)
    assert await holder(table, "Mira") == CLEO
    assert (await table.say(CLEO, "Now me.")).speaker == "Mira"
    assert (await table.type(ADA, "Not me.")).turn is None
    with pytest.raises(ConflictError, match="offer is over"):
        await table.parting.accept(by(CLEO), claim_id, CLEO)


async def test_two_receivers_at_once_get_it_once(table: Table) -> None:
    claim_id = await offered(table)
    given = await asyncio.gather(
        table.parting.accept(by(CLEO), claim_id, CLEO),
        table.parting.accept(by(OWNER), claim_id, OWNER),
        return_exceptions=True,
    )
    assert sum(isinstance(one, ConflictError) for one in given) == 1
    assert await holder(table, "Mira") in {CLEO, OWNER}


@pytest.mark.parametrize("how", ["released", "claimed again", "retired"])
async def test_an_offer_ends_with_the_claim(table: Table, how: str) -> None:
    claim_id = await offered(table)
    if how == "retired":
        await table.parting.retire(by(ADA), "Mira")
    else:
        await table.casting.release(by(ADA), "Mira")
    if how == "claimed again":
        await table.claim(ADA, "Mira")
    with pytest.raises(ConflictError, match="offer is over"):
        await table.parting.accept(by(CLEO), claim_id, CLEO)
    assert await table.parting.decline(by(CLEO), claim_id, CLEO) is None
    assert await holder(table, "Mira") == (ADA if how == "claimed again" else None)


async def test_who_may_offer(table: Table) -> None:
    def offer(who: int, name: str, to: Receiver = CLEO_HERSELF) -> Awaitable[Offer]:
        return table.parting.offer(by(who), name, to)

    with pytest.raises(NotAllowedError, match="not yours"):
        await offer(BEN, "Mira")
    with pytest.raises(NotAllowedError, match="still here"):
        await offer(OWNER, "Mira")
    with pytest.raises(ConflictError, match="Nobody holds Ren"):
        await offer(OWNER, "Ren")
    with pytest.raises(InvalidError, match="bot"):
        await offer(ADA, "Mira", to=Receiver(4, "Beep", is_member=True, is_bot=True))
    with pytest.raises(InvalidError, match="not a member"):
        await offer(ADA, "Mira", to=Receiver(4, "Nora", is_member=False, is_bot=False))
    with pytest.raises(ConflictError, match="Ada holds Mira already"):
        await offer(ADA, "Mira", to=Receiver(ADA, "Ada", is_member=True, is_bot=False))
    table.members.left.add(ADA)
    await table.departures.look(GUILD, [ADA])
    with pytest.raises(NotAllowedError, match="not yours"):
        await offer(BEN, "Mira")
    assert (await offer(OWNER, "Mira")).holder == "Ada"


async def test_who_accepts_a_second_character_learns_that_they_speak_as_it(table: Table) -> None:
    await table.claim(CLEO, "Ren")
    claim_id = await offered(table)
    assert (await table.parting.accept(by(CLEO), claim_id, CLEO)).others
    assert (await table.say(CLEO, "Here I am.")).speaker == "Mira"


async def test_who_may_decline(table: Table) -> None:
    claim_id = await offered(table)
    with pytest.raises(NotAllowedError, match="concerns others"):
        await table.parting.decline(by(BEN), claim_id, CLEO)
    for writer_id in (CLEO, ADA, OWNER):
        declined = await table.parting.decline(by(writer_id), claim_id, CLEO)
        assert declined
        assert declined.name == "Mira"


async def test_leave_given_by_the_giver_does_not_pass_on(table: Table) -> None:
    ballot = await table.ballot(REN_TALKS, STORM)
    await table.claim(ADA, "Ren")
    await table.settling.run(ballot.id)
    await table.voting.allow(by(ADA), table.saying(ballot, REN_TALKS).id)
    offer = await table.parting.offer(by(ADA), "Ren", CLEO_HERSELF)
    await table.parting.accept(by(CLEO), offer.claim_id, CLEO)
    await table.settling.run(ballot.id)
    assert table.saying(await table.look(ballot.id), REN_TALKS).state is VariantState.LOCKED


async def test_the_retired_are_neither_voiced_nor_claimed(table: Table) -> None:
    await table.parting.retire(by(OWNER), "Ren")
    listed = await table.casting.cast_list(CHANNEL)
    assert [c.name for c in listed.company.characters] == ["Mira", "Tom"]
    assert listed.retired == ("Ren",)
    await table.ballot(STORM)
    assert "Ren" not in table.narrator.prompts[0].may_voice
    with pytest.raises(ConflictError, match="retired"):
        await table.claim(CLEO, "Ren")
    with pytest.raises(ConflictError, match="retired already"):
        await table.parting.retire(by(OWNER), "Ren")
    with pytest.raises(NotFoundError):
        await table.parting.retire(by(OWNER), "Nobody")


async def test_who_may_retire(table: Table) -> None:
    await table.casting.add(by(CLEO), "Finn", "")
    with pytest.raises(NotAllowedError, match="may retire it"):
        await table.parting.retire(by(BEN), "Finn")
    await table.claim(BEN, "Finn")
    with pytest.raises(NotAllowedError, match="may retire it"):
        await table.parting.retire(by(CLEO), "Finn")
    await table.parting.retire(by(BEN), "Finn")
    await table.parting.retire(by(OWNER), "Mira")
    assert await holder(table, "Mira") is None
    assert (await table.type(ADA, "Hello?")).turn is None


async def test_adding_a_retired_name_brings_it_back_as_it_was(table: Table) -> None:
    await table.casting.edit(by(OWNER), "Ren", {"aliases": "Wren", "voice": "thin"})
    await table.parting.retire(by(OWNER), "Ren")
    with pytest.raises(NotAllowedError, match="brings it back"):
        await table.casting.add(by(CLEO), "ren", "")
    with pytest.raises(ConflictError, match="Ren already, who retired"):
        await table.casting.add(by(OWNER), "Wren", "")
    added = await table.casting.add(by(OWNER), "ren", "A keeper.")
    assert added.back
    shown = (await table.casting.show(by(OWNER), "wren")).character
    assert (shown.name, shown.sheet.voice, shown.sheet.description) == ("Ren", "thin", "A keeper.")
    assert (await table.claim(CLEO, "Ren")).retired_at is None


async def test_a_draft_with_a_retired_character_stays_for_people_to_decide(table: Table) -> None:
    ballot = await table.ballot(REN_TALKS, STORM)
    ren = (await table.casting.show(by(OWNER), "Ren")).character
    await table.parting.retire(by(OWNER), "Ren")
    await table.settling.run(ballot.id)
    variant = table.saying(await table.look(ballot.id), REN_TALKS)
    assert variant.state is VariantState.STANDING
    for writer_id in (ADA, BEN, OWNER):
        await table.vote(writer_id, variant)
    assert (await table.settle(ballot)).state is BallotState.SETTLED
    (turn,) = await table.turns()
    assert (turn.speaker, turn.character_id) == ("Ren", ren.id)


async def test_a_draft_asked_of_one_who_retires_meanwhile_says_so(table: Table) -> None:
    opened = await table.ask(as_character="Ren")
    await table.parting.retire(by(OWNER), "Ren")
    await table.drafting.run(opened.ballot.id)
    ballot = await table.look(opened.ballot.id)
    assert (ballot.state, "retired meanwhile" in ballot.closing_note) == (BallotState.DROPPED, True)
    assert await table.calls() == []
