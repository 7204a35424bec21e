import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.ports import Store
from bot.services.common import Request
from bot.services.forking import Wish
from bot.services.proposing import (
    BROKEN,
    DECLINED,
    GARBLED,
    GONE,
    INTERRUPTED,
    NOT_OPEN,
    TIMED_OUT,
    VOICES_ONLY,
    Proposing,
)
from bot.services.take_turn import Message
from bot.story.canon import FactState
from bot.story.errors import (
    BrokeError,
    ConflictError,
    InvalidError,
    NarratorBusyError,
    NarratorGarbledError,
    NarratorRefusedError,
    NarratorSilentError,
    NotAllowedError,
    StorageError,
)
from bot.story.posts import PostKind
from bot.story.proposal import MAX_PROPOSED, Proposal, ProposalState, ProposedFact
from bot.story.purse import Call, CallState, Usage
from bot.story.tale import AiPolicy
from bot.story.turn import Turn
from tests.builders import ADA, BEN, CHANNEL, CLEO, OWNER
from tests.services.table import Table, by

ESTIMATE = MAX_PROPOSED * 1_000
LAMP = ProposedFact(1, "The lamp went out at four.", "mira", "The lamp went out.")
UNCITED = ProposedFact(1, "The lamp never went out.", "", "The lamp burns.")
KNOWN = ProposedFact(1, "Nobody lit it again.", "", "it is  MARCH.")


async def told(table: Table) -> None:
    await table.say(ADA, "The lamp went out at four. Nobody lit it again.")


async def proposed(table: Table, *facts: ProposedFact) -> Proposal:
    """A proposal of these facts by Ada."""
    await told(table)
    table.narrator.read(*facts)
    proposal = await table.proposing.ask(by(ADA))
    await table.proposing.run(proposal.id)
    return await look(table, proposal)


async def look(table: Table, proposal: Proposal) -> Proposal:
    card = await table.proposing.card(proposal.id)
    assert card
    return card.proposal


async def stale_cards(table: Table, proposal: Proposal) -> list[bool]:
    """Of each card of a proposal, whether it waits to be drawn anew."""
    cards = await table.about(PostKind.PROPOSAL, proposal.id)
    return [card.wanted != card.shown for card in cards]


async def chores(table: Table) -> list[Call]:
    return [call for call in await table.calls() if call.purpose == "propose"]


async def pause(table: Table) -> None:
    await table.stories.pause(by(OWNER))


async def forbid(table: Table) -> None:
    await table.settings(ai=AiPolicy.VOICES)


@pytest.mark.parametrize(("change", "why"), [(pause, NOT_OPEN), (forbid, VOICES_ONLY)])
async def test_what_may_not_be_read_any_more_is_neither_read_nor_paid(
    table: Table, change: Callable[[Table], Awaitable[None]], why: str
) -> None:
    await told(table)
    table.narrator.read(LAMP)
    proposal = await table.proposing.ask(by(ADA))
    await change(table)
    await table.proposing.run(proposal.id)
    seen = await look(table, proposal)
    assert (seen.state, seen.failure) == (ProposalState.FAILED, why)
    assert await chores(table) == []
    assert await table.canon.facts(CHANNEL) == []


async def test_what_is_proposed_cites_and_is_not_true_yet(table: Table) -> None:
    await table.canon.add(by(BEN), "It is March.")
    proposal = await proposed(table, LAMP, UNCITED, KNOWN)
    assert (proposal.state, proposal.uncited, proposal.known) == (ProposalState.DONE, 1, 1)
    (fact,) = [f for f in await table.canon.facts(CHANNEL) if f.state is FactState.PROPOSED]
    (turn,) = await table.turns()
    assert (fact.text, fact.about, fact.quote) == (LAMP.text, "Mira", LAMP.quote)
    assert (fact.source_turn_id, fact.from_turn_id) == (turn.id, turn.id)
    assert (fact.proposed_by, fact.accepted_by) == (ADA, None)
    (call,) = await chores(table)
    assert (call.state, call.cost, call.usage, call.model, call.writer_id) == (
        CallState.DONE,
        500,
        Usage(7, 0, 0, 9),
        "fake-chores",
        ADA,
    )
    assert [p.channel_id for p in await table.about(PostKind.PROPOSAL, proposal.id)] == [CHANNEL]
    (prompt,) = table.narrator.prompts
    assert "It is March." in prompt.scene[0].text


async def test_people_decide_on_each(table: Table) -> None:
    second = ProposedFact(1, "Nobody lit it again.", "", "It is dark.")
    third = ProposedFact(1, "The lamp went out at four.", "", "It was four.")
    proposal = await proposed(table, LAMP, second, third)
    one, two, three = [f for f in await table.canon.facts(CHANNEL) if f.proposal_id]
    with pytest.raises(NotAllowedError, match="decide what is true"):
        await table.reviewing.keep(by(CLEO), one.id)
    await table.reviewing.keep(by(BEN), one.id)
    # Whoever asked may reject, too.
    await table.reviewing.drop(by(ADA), two.id)
    new = await table.reviewing.reword(by(OWNER), three.id, "It was four in the morning.")
    assert new.from_turn_id == three.from_turn_id
    card = await table.proposing.card(proposal.id)
    assert card
    assert [p.fact.state for p in card.facts] == [
        FactState.CANON,
        FactState.RETIRED,
        FactState.RETIRED,
    ]
    assert card.facts[0].fact.accepted_by == BEN
    assert card.became == {three.id: new}
    # What was rejected once is not proposed again.
    await table.say(BEN, "Nobody lit it again.")
    table.narrator.read(ProposedFact(2, "Nobody lit it again.", "", "It is DARK."))
    again = await table.proposing.ask(by(BEN))
    await table.proposing.run(again.id)
    assert (await look(table, again)).known == 1


@pytest.mark.parametrize("how", ["undo", "revise", "dispute"])
async def test_the_card_tells_what_becomes_of_a_decided_fact_later(table: Table, how: str) -> None:
    proposal = await proposed(table, LAMP)
    (fact,) = [f for f in await table.canon.facts(CHANNEL) if f.proposal_id]
    await table.reviewing.keep(by(BEN), fact.id)
    (turn,) = await table.turns()
    message_id = await table.message_of(turn)
    assert await stale_cards(table, proposal) == [False]
    if how == "undo":
        await table.take_back.undo(by(ADA))
    elif how == "revise":
        await table.revise.with_text(by(ADA), message_id, "The lamp burns.")
    else:
        await table.reviewing.dispute(by(BEN), fact.number, "")
    assert await stale_cards(table, proposal) == [True]


async def test_only_what_was_said_since_is_read(table: Table) -> None:
    with pytest.raises(ConflictError, match="Nothing was said"):
        await table.proposing.ask(by(ADA))
    first = await proposed(table, LAMP)
    assert first.turns == 1
    with pytest.raises(ConflictError, match="Nothing was said"):
        await table.proposing.ask(by(ADA))
    await table.say(BEN, "Then light it.")
    table.narrator.read()
    second = await table.proposing.ask(by(BEN))
    assert second.turns == 1
    await table.proposing.run(second.id)
    told_to = "".join(block.text for block in table.narrator.prompts[-1].scene)
    assert "Then light it." in told_to
    assert "The lamp went out at four." not in told_to
    await table.take_back.undo(by(OWNER), 2)
    await table.say(BEN, "Once more.")
    assert (await table.proposing.ask(by(BEN))).turns == 1


async def forked(table: Table, under: Request, turn: Turn | None = None) -> Request:
    """Ada in the thread of a fork, of the newest or of an older turn."""
    wish = Wish("Another way", 800, 3_000 + len(table.stage.threads), turn and turn.id)
    branch = await table.forking.fork(under, wish)
    await table.forking.run(branch.id)
    return by(ADA, max(table.stage.threads))


async def say_in(table: Table, there: Request, text: str) -> None:
    message_id = 900_000 + there.channel_id + len(text)
    assert (await table.take_turn.typed(there, Message(message_id, text))).turn


async def reading(table: Table, there: Request) -> list[str]:
    """What is read for a proposal, after which it is done."""
    table.narrator.read()
    proposal = await table.proposing.ask(there)
    await table.proposing.run(proposal.id)
    told_to = "".join(block.text for block in table.narrator.prompts[-1].scene)
    return [said for said in SAID if said in told_to]


SAID = ("Once.", "Twice.", "Thrice.", "There.", "Farther.")


async def test_a_fork_does_not_read_again_what_was_read_where_it_came_from(table: Table) -> None:
    first = await table.say(ADA, "Once.")
    await table.say(BEN, "Twice.")
    late = await forked(table, by(ADA))
    early = await forked(table, by(ADA), first)
    await table.say(BEN, "Thrice.")
    assert await reading(table, by(ADA)) == ["Once.", "Twice.", "Thrice."]
    for there in (late, early):
        with pytest.raises(ConflictError, match="Nothing was said"):
            await table.proposing.ask(there)
        await say_in(table, there, "There.")
        assert await reading(table, there) == ["There."]
    farther = await forked(table, late)
    await say_in(table, farther, "Farther.")
    assert await reading(table, farther) == ["Farther."]


async def test_a_fork_knows_what_was_read_though_it_was_undone_elsewhere(table: Table) -> None:
    await table.say(ADA, "Once.")
    assert await reading(table, by(ADA)) == ["Once."]
    there = await forked(table, by(ADA))
    await table.take_back.undo(by(ADA))
    await table.say(BEN, "Twice.")
    await say_in(table, there, "There.")
    assert await reading(table, there) == ["There."]
    # And what was read only after the ways parted is no part of the fork.
    assert await reading(table, by(ADA)) == ["Twice."]
    await say_in(table, there, "Farther.")
    assert await reading(table, there) == ["Farther."]


async def test_a_fork_reads_what_nobody_read(table: Table) -> None:
    first = await table.say(ADA, "Once.")
    await table.say(BEN, "Twice.")
    there = await forked(table, by(ADA))
    await table.take_back.undo(by(OWNER), 2)
    await table.say(BEN, "Thrice.")
    # As deep as the first, and not the same.
    assert first.depth == 1
    assert await reading(table, by(ADA)) == ["Thrice."]
    assert await reading(table, there) == ["Once.", "Twice."]


async def test_who_may_ask_when(table: Table) -> None:
    await told(table)
    with pytest.raises(NotAllowedError, match="decide what is true"):
        await table.proposing.ask(by(CLEO))
    await table.settings(ai=AiPolicy.VOICES)
    with pytest.raises(InvalidError, match="voices only"):
        await table.proposing.ask(by(ADA))
    await table.settings(ai=AiPolicy.SCRIBE)
    proposal = await table.proposing.ask(by(ADA))
    with pytest.raises(ConflictError, match="being read just now"):
        await table.proposing.ask(by(BEN))
    assert await table.due() == [f"post:{CHANNEL}", f"propose:{proposal.id}"]


async def test_the_purse_counts_chores(table: Table) -> None:
    await told(table)
    table.deal(daily_cap=ESTIMATE - 1)
    with pytest.raises(BrokeError, match="does not hold this"):
        await table.proposing.ask(by(ADA))
    table.deal(daily_cap=ESTIMATE + 2_000)
    proposal = await table.proposing.ask(by(ADA))
    await table.ballot(opener=BEN)
    await table.proposing.run(proposal.id)
    failed = await look(table, proposal)
    assert (failed.state, "does not hold this" in failed.failure) == (ProposalState.FAILED, True)
    assert await chores(table) == []


@pytest.mark.parametrize(
    ("error", "sentence", "cost"),
    [
        (NarratorRefusedError("No.", Usage(5)), DECLINED, 0),
        (NarratorGarbledError("What?"), GARBLED, 0),
        (NarratorSilentError("…"), TIMED_OUT, 0),
        (NarratorBusyError("Wait a little."), "Wait a little.", 0),
        (RuntimeError("bug"), BROKEN, ESTIMATE),
    ],
)
async def test_a_failed_call_becomes_a_sentence(
    table: Table, error: Exception, sentence: str, cost: int
) -> None:
    await told(table)
    table.narrator.fail(error)
    proposal = await table.proposing.ask(by(ADA))
    await table.proposing.run(proposal.id)
    failed = await look(table, proposal)
    assert (failed.state, failed.failure) == (ProposalState.FAILED, sentence)
    (call,) = await chores(table)
    assert (call.state, call.cost) == (CallState.FAILED, cost)
    # Nothing was read, so the same turns can be read again.
    assert (await table.proposing.ask(by(ADA))).turns == 1


async def test_a_model_that_never_answers_is_given_up(table: Table) -> None:
    table.deal(draft_timeout=0.01)
    await told(table)
    table.narrator.hang()
    proposal = await table.proposing.ask(by(ADA))
    await table.proposing.run(proposal.id)
    assert (await look(table, proposal)).failure == TIMED_OUT
    assert [call.cost for call in await chores(table)] == [ESTIMATE]


async def test_a_process_that_dies_amid_the_call_does_not_pay_twice(table: Table) -> None:
    await told(table)
    table.narrator.hang()
    proposal = await table.proposing.ask(by(ADA))
    running = asyncio.create_task(table.proposing.run(proposal.id))
    await table.narrator.hanging.wait()
    (call,) = await chores(table)
    assert (call.state, call.cost) == (CallState.PENDING, ESTIMATE)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    table.deal()
    await table.proposing.run(proposal.id)
    assert (await look(table, proposal)).failure == INTERRUPTED
    (call,) = await chores(table)
    assert (call.state, call.cost, call.outcome) == (CallState.FAILED, ESTIMATE, "abandoned")
    assert len(table.narrator.prompts) == 1
    await table.proposing.run(proposal.id)
    assert len(await chores(table)) == 1


class _Full:
    """A store that cannot be written for a while."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.full = False

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def write(self, *, lasting: bool = True) -> object:
        if self.full:
            raise StorageError("The disk is full.")
        return self._store.write(lasting=lasting)


async def test_what_was_paid_for_is_kept_until_it_can_be_written(table: Table) -> None:
    await told(table)
    full = _Full(table.store)
    table.store = full  # type: ignore[assignment]
    table.deal()
    proposing: Proposing = table.proposing

    async def fill() -> None:
        full.full = True

    table.narrator.read(LAMP, meanwhile=fill)
    proposal = await proposing.ask(by(ADA))
    with pytest.raises(StorageError):
        await proposing.run(proposal.id)
    full.full = False
    await proposing.run(proposal.id)
    assert [f.text for f in await table.canon.facts(CHANNEL)] == [LAMP.text]
    assert [call.state for call in await chores(table)] == [CallState.DONE]
    assert len(table.narrator.prompts) == 1


async def test_what_changes_while_the_model_reads(table: Table) -> None:
    await told(table)
    (turn,) = await table.turns()
    message_id = await table.message_of(turn)

    async def rewrite() -> None:
        await table.revise.with_text(by(ADA), message_id, "The lamp went out at five.")

    table.narrator.read(LAMP, meanwhile=rewrite)
    proposal = await table.proposing.ask(by(ADA))
    await table.proposing.run(proposal.id)
    assert (await look(table, proposal)).uncited == 1
    await table.say(BEN, "So it did.")
    proposal = await table.proposing.ask(by(ADA))
    await table.take_back.undo(by(BEN))
    await table.proposing.run(proposal.id)
    assert (await look(table, proposal)).failure == GONE


async def test_a_proposal_whose_words_went_is_not_accepted_as_it_is(table: Table) -> None:
    await proposed(table, LAMP)
    (fact,) = await table.canon.facts(CHANNEL)
    await table.take_back.undo(by(ADA))
    with pytest.raises(ConflictError, match="gone from the story"):
        await table.reviewing.keep(by(BEN), fact.id)
    await table.reviewing.drop(by(BEN), fact.id)


async def test_where_proposed_facts_wait(table: Table) -> None:
    await proposed(table, LAMP)
    assert await table.proposing.waiting(CHANNEL) == []
    await table.post()
    (waiting,) = await table.proposing.waiting(CHANNEL)
    assert (waiting.facts, waiting.channel_id) == (1, CHANNEL)
    assert waiting.message_id in table.stage.ids(CHANNEL)
    (fact,) = await table.canon.facts(CHANNEL)
    await table.canon.retire(by(OWNER), fact.number)
    assert await table.proposing.waiting(CHANNEL) == []
    assert await table.proposing.card(99) is None
