import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from bot.ports import DraftedVariant, Limits, NewCall, Store, UnitOfWork
from bot.services import drafting
from bot.services.drafting import BROKEN, NO_ANSWER, NOTHING_USABLE, Drafting
from bot.story.ballot import BallotState, VariantState
from bot.story.errors import (
    BrokeError,
    ConflictError,
    InvalidError,
    NarratorBusyError,
    NarratorError,
    NarratorGarbledError,
    NarratorRefusedError,
    NarratorSilentError,
    NotAllowedError,
    StorageError,
)
from bot.story.posts import PostKind
from bot.story.purse import CallState, Usage
from bot.story.tale import AiPolicy, Voters
from tests.builders import (
    ADA,
    BELL,
    BEN,
    CHANNEL,
    CLEO,
    GUILD,
    GULLS,
    LAMP,
    OWNER,
    STORM,
    drafted,
    speech,
    told,
)
from tests.fakes import NOW
from tests.services.table import Table, by

MIRA_TALKS = drafted(speech("Mira", "I will go down and look for myself, said nobody ever."))
REN_TALKS = drafted(speech("Ren", "Leave the rope where it is until the tide has turned."))


async def test_asking_opens_a_ballot_and_tells_its_price(table: Table) -> None:
    opened = await table.ask(direction="  they find\nthe letter ")
    assert (opened.already, opened.variants, opened.estimate) == (False, 3, 3_000)
    assert opened.ballot.state is BallotState.DRAFTING
    assert opened.ballot.rounds[0].direction == "they find the letter"
    assert set(await table.due()) == {f"draft:{opened.ballot.id}", f"post:{CHANNEL}"}
    await table.post()
    assert table.stage.shown(CHANNEL) == ["<ballot>"]


async def test_drafts_go_on_the_card_and_are_paid(table: Table) -> None:
    await table.say(ADA, "The lamp is out.")
    ballot = await table.ballot(STORM, GULLS, LAMP)
    assert ballot.state is BallotState.OPEN
    assert {v.beats for v in ballot.standing} == {STORM.beats, GULLS.beats, LAMP.beats}
    assert [v.label for v in ballot.standing] == ["A", "B", "C"]
    (call,) = await table.calls()
    assert (call.state, call.cost, call.usage, call.model, call.writer_id) == (
        CallState.DONE,
        3_000,
        Usage(10, 0, 0, 20),
        "fake-1",
        ADA,
    )
    (prompt,) = table.narrator.prompts
    assert any("The lamp is out." in block.text for block in prompt.scene)
    assert ballot.window_ends == table.clock.now() + ballot.settings.window


async def test_a_second_request_offers_steer(table: Table) -> None:
    ballot = await table.ballot()
    again = await table.ask(BEN)
    assert (again.already, again.ballot.id) == (True, ballot.id)
    assert len(await table.calls()) == 1


@pytest.mark.parametrize(
    ("wish", "what"),
    [
        ({"variants": 0}, "Between 1 and 4"),
        ({"variants": 5}, "Between 1 and 4"),
        ({"direction": "x" * 1_001}, "1000"),
        ({"as_character": "Mira"}, "Mira belongs to a writer"),
    ],
)
async def test_what_cannot_be_asked_for(table: Table, wish: dict[str, object], what: str) -> None:
    with pytest.raises(InvalidError, match=what):
        await table.ask(**wish)  # type: ignore[arg-type]
    assert not (await table.stories.show(CHANNEL)).votes


async def test_who_may_ask(table: Table) -> None:
    with pytest.raises(NotAllowedError):
        await table.ask(CLEO)
    await table.settings(voters=Voters.CHANNEL)
    assert not (await table.ask(CLEO)).already


async def test_a_scribe_writes_no_prose(table: Table) -> None:
    await table.settings(ai=AiPolicy.SCRIBE)
    with pytest.raises(InvalidError, match="scribe"):
        await table.ask()


async def test_one_voice_is_asked_for(table: Table) -> None:
    table.narrator.enqueue(REN_TALKS, STORM)
    table.narrator.enqueue(BELL)
    opened = await table.ask(as_character="ren", variants=2)
    await table.drafting.run(opened.ballot.id)
    ballot = await table.look(opened.ballot.id)
    assert [v.beats for v in ballot.variants] == [REN_TALKS.beats]
    assert table.narrator.prompts[0].may_voice == ("Ren",)
    assert ballot.rounds[0].dropped == 2


async def test_only_the_narrator_is_asked_for(table: Table) -> None:
    table.narrator.enqueue(REN_TALKS)
    table.narrator.enqueue(STORM)
    opened = await table.ask(as_character="narrator", variants=1)
    await table.drafting.run(opened.ballot.id)
    assert [v.beats for v in (await table.look(opened.ballot.id)).variants] == [STORM.beats]


# --- the sieve ---------------------------------------------------------------------------------


async def test_what_writes_a_claimed_character_is_redrawn_once_and_counted(table: Table) -> None:
    table.narrator.enqueue(STORM, MIRA_TALKS, GULLS)
    table.narrator.enqueue(LAMP)
    opened = await table.ask(variants=3)
    await table.drafting.run(opened.ballot.id)
    ballot = await table.look(opened.ballot.id)
    assert {v.beats for v in ballot.variants} == {STORM.beats, GULLS.beats, LAMP.beats}
    assert ballot.rounds[0].dropped == 1
    assert table.narrator.asked_for == [3, 1]
    tail = table.narrator.prompts[1].scene[-1].text
    assert "thrown away because it writes a claimed character" in tail
    assert "A gust tears" in tail
    assert len(await table.calls()) == 2


async def test_whoever_retired_does_not_come_back_as_an_extra(table: Table) -> None:
    ben = (await table.casting.cast_list(CHANNEL)).company.held_by(BEN)[0]
    await table.parting.retire(by(BEN), ben.name)
    returns = drafted(speech(ben.name.upper(), "You thought that you had heard the last of me."))
    table.narrator.enqueue(returns, GULLS)
    table.narrator.enqueue(STORM)
    opened = await table.ask(variants=2)
    await table.drafting.run(opened.ballot.id)
    ballot = await table.look(opened.ballot.id)
    assert {v.beats for v in ballot.variants} == {GULLS.beats, STORM.beats}
    assert ballot.rounds[0].dropped == 1


async def test_what_is_like_another_draft_is_dropped(table: Table) -> None:
    table.narrator.enqueue(STORM, drafted(*STORM.beats, angle="another angle"))
    table.narrator.enqueue(STORM)
    opened = await table.ask(variants=2)
    await table.drafting.run(opened.ballot.id)
    ballot = await table.look(opened.ballot.id)
    assert len(ballot.variants) == 1
    assert ballot.rounds[0].dropped == 2
    assert ballot.state is BallotState.OPEN


async def test_too_many_drafts_are_cut_to_what_was_asked(table: Table) -> None:
    table.narrator.enqueue(STORM, GULLS, LAMP, BELL)
    opened = await table.ask(variants=2)
    await table.drafting.run(opened.ballot.id)
    assert len((await table.look(opened.ballot.id)).variants) == 2
    assert len(table.narrator.prompts) == 1


async def test_too_few_drafts_are_asked_for_once_more(table: Table) -> None:
    table.narrator.enqueue(STORM)
    table.narrator.enqueue(GULLS)
    opened = await table.ask(variants=3)
    await table.drafting.run(opened.ballot.id)
    ballot = await table.look(opened.ballot.id)
    assert {v.beats for v in ballot.variants} == {STORM.beats, GULLS.beats}
    assert ballot.rounds[0].dropped == 0


async def test_when_nothing_can_be_shown_the_ballot_is_dropped_with_a_sentence(
    table: Table,
) -> None:
    table.narrator.enqueue(MIRA_TALKS)
    table.narrator.enqueue()
    opened = await table.ask(variants=1)
    await table.drafting.run(opened.ballot.id)
    ballot = await table.look(opened.ballot.id)
    assert (ballot.state, ballot.closing_note) == (BallotState.DROPPED, NOTHING_USABLE)
    assert sum(call.cost for call in await table.calls()) == 2_000
    assert not (await table.ask()).already


async def test_a_failure_while_mending_keeps_what_was_good(table: Table) -> None:
    table.narrator.enqueue(STORM, MIRA_TALKS)
    table.narrator.fail(NarratorBusyError("Busy."))
    opened = await table.ask(variants=2)
    await table.drafting.run(opened.ballot.id)
    ballot = await table.look(opened.ballot.id)
    assert ballot.state is BallotState.OPEN
    assert ballot.rounds[0].failure == ""


# --- when the model fails ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        NarratorRefusedError("It declined.", Usage(5, 0, 0, 1), 700),
        NarratorBusyError("It is busy."),
        NarratorGarbledError("It was garbled.", Usage(5, 0, 0, 9), 900),
        NarratorSilentError("It died."),
    ],
)
async def test_a_failing_model_drops_the_ballot_and_its_cost_is_kept(
    table: Table, error: NarratorError
) -> None:
    table.narrator.fail(error)
    opened = await table.ask()
    await table.drafting.run(opened.ballot.id)
    ballot = await table.look(opened.ballot.id)
    assert (ballot.state, ballot.closing_note) == (BallotState.DROPPED, str(error))
    assert ballot.rounds[0].failure == str(error)
    (call,) = await table.calls()
    assert (call.state, call.cost, call.usage, call.outcome) == (
        CallState.FAILED,
        error.cost,
        error.usage,
        type(error).__name__,
    )


async def test_a_model_that_never_answers_is_given_up_and_booked_at_its_estimate(
    table: Table,
) -> None:
    table.deal(draft_timeout=0.01)
    table.narrator.hang()
    opened = await table.ask(variants=2)
    await table.drafting.run(opened.ballot.id)
    ballot = await table.look(opened.ballot.id)
    assert (ballot.state, ballot.closing_note) == (BallotState.DROPPED, NO_ANSWER)
    (call,) = await table.calls()
    assert (call.state, call.cost, call.outcome) == (CallState.FAILED, 2_000, "timeout")


async def test_a_fault_of_the_database_is_no_failure_of_the_model(table: Table) -> None:
    table.narrator.fail(StorageError("The disk is full."))
    opened = await table.ask()
    with pytest.raises(StorageError):
        await table.drafting.run(opened.ballot.id)
    assert (await table.look(opened.ballot.id)).state is BallotState.DRAFTING


async def test_drafts_that_cannot_be_kept_at_once_are_not_paid_again(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafting, "PAUSES", (0, 0, 0))
    opened = await table.ask(variants=1)
    full = iter([True, False, True, True, False])
    write = table.store.write

    def write_or_not(*, lasting: bool = True) -> AbstractAsyncContextManager[UnitOfWork]:
        # The disk is full once the model has answered, twice, and has room in between.
        if table.narrator.prompts and next(full, False):
            raise StorageError("The disk is full.")
        return write(lasting=lasting)

    monkeypatch.setattr(table.store, "write", write_or_not)
    table.narrator.enqueue(STORM)
    await table.drafting.run(opened.ballot.id)
    assert (await table.look(opened.ballot.id)).state is BallotState.OPEN
    assert [call.state for call in await table.calls()] == [CallState.DONE]
    assert next(full, None) is None


async def test_drafting_after_a_crash_books_the_lost_call_and_asks_again(table: Table) -> None:
    async def the_process_dies() -> None:
        raise asyncio.CancelledError

    table.narrator.enqueue(STORM, meanwhile=the_process_dies)
    opened = await table.ask(variants=1)
    with pytest.raises(asyncio.CancelledError):
        await table.drafting.run(opened.ballot.id)
    assert [call.state for call in await table.calls()] == [CallState.PENDING]
    table.narrator.enqueue(STORM)
    await table.drafting.run(opened.ballot.id)
    assert (await table.look(opened.ballot.id)).state is BallotState.OPEN
    lost, good = await table.calls()
    assert (lost.state, lost.cost) == (CallState.FAILED, 1_000)
    assert (good.state, good.cost) == (CallState.DONE, 1_000)


async def test_a_mistake_of_ours_is_paid_for_once(table: Table) -> None:
    """A task that failed is tried again and again, and each time the model would be asked."""
    table.narrator.fail(KeyError("nobody foresaw this"))
    opened = await table.ask(variants=1)
    await table.drafting.run(opened.ballot.id)
    ballot = await table.look(opened.ballot.id)
    assert (ballot.state, ballot.closing_note) == (BallotState.DROPPED, BROKEN)
    (call,) = await table.calls()
    assert (call.state, call.cost) == (CallState.FAILED, 1_000)
    await table.drafting.run(opened.ballot.id)
    assert len(table.narrator.prompts) == 1


async def test_a_task_that_is_done_or_has_no_ballot_does_nothing(table: Table) -> None:
    ballot = await table.ballot()
    await table.drafting.run(ballot.id)
    await table.drafting.run(999)
    assert len(table.narrator.prompts) == 1


# --- the purse ---------------------------------------------------------------------------------


async def test_a_low_purse_gives_fewer_drafts_rather_than_none(table: Table) -> None:
    table.deal(daily_cap=2_500)
    assert [count for count, _ in await table.continuing.prices(CHANNEL)] == [1, 2]
    opened = await table.ask(variants=3)
    assert (opened.variants, opened.estimate) == (2, 2_000)
    table.narrator.enqueue(STORM, MIRA_TALKS)
    await table.drafting.run(opened.ballot.id)
    assert table.narrator.asked_for == [2]
    ballot = await table.look(opened.ballot.id)
    assert (ballot.state, len(ballot.variants)) == (BallotState.OPEN, 1)


async def test_an_empty_purse_asks_nobody(table: Table) -> None:
    table.deal(daily_cap=999)
    with pytest.raises(BrokeError, match="24 hours"):
        await table.ask()
    with pytest.raises(BrokeError):
        await table.continuing.prices(CHANNEL)
    table.deal(daily_cap=3_000)
    await table.ballot()
    with pytest.raises(BrokeError):
        await table.continuing.steer(by(ADA), 1, "darker")
    table.clock.advance(hours=24, seconds=1)
    assert len(await table.continuing.prices(CHANNEL)) == 3


class Overtaken:
    """A store in which somebody is always faster: a deed is done before the n-th transaction."""

    def __init__(self, store: Store, number: int, deed: Callable[[], Awaitable[object]]) -> None:
        self.read = store.read
        self.on_tasks = store.on_tasks
        self._store = store
        self._left = number
        self._deed = deed

    @contextlib.asynccontextmanager
    async def write(self, *, lasting: bool = True) -> AsyncIterator[UnitOfWork]:
        self._left -= 1
        if not self._left:
            await self._deed()
        async with self._store.write(lasting=lasting) as work:
            yield work


async def test_drafts_at_once_cannot_overdraw_the_purse_together(table: Table) -> None:
    limits = Limits(daily_cap=1_500)
    opened = await table.ask(variants=1)

    async def another_draft_begins() -> None:
        async with table.store.write() as work:
            story = opened.ballot.story_id
            call = NewCall(GUILD, story, ADA, "draft", None, "fake-1", 1_000, table.clock.now())
            await work.purse.begin(call)

    # The first transaction reads the ballot; the second one reserves what the draft will cost.
    store = Overtaken(table.store, 2, another_draft_begins)
    drafting = Drafting(store, table.clock, table.narrator, limits, table.settling)
    await drafting.run(opened.ballot.id)
    ballot = await table.look(opened.ballot.id)
    assert ballot.state is BallotState.DROPPED
    assert "purse" in ballot.closing_note
    assert table.narrator.prompts == []
    assert sum(call.cost for call in await table.calls()) == 1_000


async def test_prices_stand_beside_the_choices(table: Table) -> None:
    table.narrator.price = 10_000
    assert await table.continuing.prices(CHANNEL) == [
        (1, "about 1 ¢"),
        (2, "about 2 ¢"),
        (3, "about 3 ¢"),
        (4, "about 4 ¢"),
    ]


# --- what happens meanwhile --------------------------------------------------------------------


async def draft_while(table: Table, meanwhile: object, *variants: DraftedVariant) -> int:
    table.narrator.enqueue(*variants, meanwhile=meanwhile)  # type: ignore[arg-type]
    opened = await table.ask(variants=len(variants))
    await table.drafting.run(opened.ballot.id)
    return opened.ballot.id


async def test_people_typing_meanwhile_are_named_and_the_drafts_kept(table: Table) -> None:
    await table.say(ADA, "One.")

    async def typing() -> None:
        await table.say(BEN, "Two.")
        await table.say(ADA, "Three.")

    ballot_id = await draft_while(table, typing, STORM)
    card = await table.cards.card(ballot_id)
    assert card
    assert (card.ballot.state, card.newer) == (BallotState.OPEN, ("Tom", "Mira"))
    for writer_id in (ADA, BEN, OWNER):
        await table.vote(writer_id, card.ballot.variants[0])
    await table.settle(card.ballot)
    assert (await table.texts())[:3] == ["One.", "Two.", "Three."]
    assert len(await table.texts()) == 4


async def test_an_undo_meanwhile_drops_the_ballot_and_the_cost_is_kept(table: Table) -> None:
    await table.say(ADA, "One.")
    ballot_id = await draft_while(table, lambda: table.take_back.undo(by(ADA)), STORM)
    ballot = await table.look(ballot_id)
    assert ballot.state is BallotState.DROPPED
    assert "taken back" in ballot.closing_note
    assert [call.cost for call in await table.calls()] == [1_000]


async def test_a_ballot_dropped_meanwhile_stays_dropped(table: Table) -> None:
    async def closing() -> None:
        await table.stories.close(by(OWNER))
        await table.settling.run(1)

    ballot_id = await draft_while(table, closing, STORM)
    ballot = await table.look(ballot_id)
    assert (ballot.state, ballot.variants) == (BallotState.DROPPED, ())
    assert [call.state for call in await table.calls()] == [CallState.DONE]


async def test_a_claim_meanwhile_is_held_to(table: Table) -> None:
    table.narrator.enqueue(REN_TALKS, STORM, meanwhile=lambda: table.claim(CLEO, "Ren"))
    table.narrator.enqueue(GULLS)
    opened = await table.ask(variants=2)
    await table.drafting.run(opened.ballot.id)
    ballot = await table.look(opened.ballot.id)
    assert {v.beats for v in ballot.variants} == {STORM.beats, GULLS.beats}
    assert all(v.state is VariantState.STANDING for v in ballot.variants)


# --- steer -------------------------------------------------------------------------------------


async def test_steer_adds_a_round_and_keeps_what_is_there(table: Table) -> None:
    ballot = await table.ballot(STORM, GULLS)
    await table.vote(ADA, ballot.standing[0])
    table.clock.advance(minutes=1)
    opened = await table.continuing.steer(by(BEN), ballot.id, "darker")
    assert (opened.variants, opened.estimate) == (2, 2_000)
    with pytest.raises(ConflictError, match="being written"):
        await table.continuing.steer(by(ADA), ballot.id, "lighter")
    table.narrator.enqueue(LAMP, STORM)
    table.narrator.enqueue(told_otherwise())
    await table.drafting.run(ballot.id)
    after = await table.look(ballot.id)
    assert [v.label for v in after.standing] == ["A", "B", "C", "D"]
    assert {v.beats for v in after.standing[:2]} == {STORM.beats, GULLS.beats}
    assert {v.round for v in after.standing[2:]} == {2}
    assert after.voted == {ADA}
    tail = table.narrator.prompts[1].scene[-1].text
    assert "Direction: darker" in tail
    assert "A gust tears" in tail
    card = await table.cards.card(ballot.id)
    assert card
    assert "Ada" in card.awaited_again


def told_otherwise() -> DraftedVariant:
    return drafted(told("Nothing moves for an hour but the tide."))


async def test_steer_must_say_something(table: Table) -> None:
    ballot = await table.ballot()
    with pytest.raises(InvalidError, match="what should be different"):
        await table.continuing.steer(by(ADA), ballot.id, " \n")


async def test_a_failed_steer_leaves_the_ballot_open(table: Table) -> None:
    ballot = await table.ballot()
    await table.continuing.steer(by(ADA), ballot.id, "darker")
    table.narrator.fail(NarratorRefusedError("It declined."))
    await table.drafting.run(ballot.id)
    after = await table.look(ballot.id)
    assert (after.state, len(after.variants)) == (BallotState.OPEN, 3)
    assert after.rounds[1].failure == "It declined."
    assert after.rounds[1].done_at == NOW


async def test_a_later_round_keeps_the_voice(table: Table) -> None:
    table.narrator.enqueue(REN_TALKS)
    opened = await table.ask(as_character="Ren", variants=1)
    await table.drafting.run(opened.ballot.id)
    await table.continuing.steer(by(ADA), opened.ballot.id, "darker")
    table.narrator.enqueue(drafted(speech("Ren", "It was I who cut the rope in March.")))
    table.narrator.enqueue()
    await table.drafting.run(opened.ballot.id)
    assert table.narrator.prompts[-1].may_voice == ("Ren",)


async def test_a_full_card_takes_no_more(table: Table) -> None:
    ballot = await table.ballot()
    words = ("anchor", "barrel", "candle", "dory", "eel", "flag")
    for word in words[:5]:
        await table.voting.own_draft(by(ADA), ballot.id, f"{word} " * 5)
    for attempt in (
        table.continuing.steer(by(ADA), ballot.id, "darker"),
        table.voting.own_draft(by(ADA), ballot.id, f"{words[5]} " * 5),
        table.voting.hold(by(ADA), ballot.id, "mine"),  # type: ignore[arg-type]
    ):
        with pytest.raises(ConflictError, match="full"):
            await attempt


async def test_a_card_is_redrawn_when_drafts_come(table: Table) -> None:
    table.narrator.enqueue(STORM)
    opened = await table.ask(variants=1)
    await table.post()
    await table.drafting.run(opened.ballot.id)
    await table.post()
    assert table.stage.deeds("redraw") == [PostKind.BALLOT]
