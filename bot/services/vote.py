"""Vote on how a story goes on: approve, want none, break a tie, allow, add a draft, close."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.ports import Clock, Store, UnitOfWork
from bot.services.common import Request, standing_of
from bot.services.polling import Booth, at_the_ballot, refuse_full
from bot.services.settling import Around, Settling, conclude, relock, shuffled_places, win
from bot.story.ballot import (
    HOLD,
    Ballot,
    BallotState,
    NewVariant,
    Pending,
    Variant,
    VariantState,
    before_newest,
    is_held_by,
    may_break_tie,
    outcome,
    tally,
    with_approval,
    with_none,
    without_holds,
)
from bot.story.cast import Company, speaking
from bot.story.consent import ALIKE, likeness, locked_by, trespasses
from bot.story.draft import beats_of_text
from bot.story.errors import (
    ConflictError,
    InvalidError,
    NotAllowedError,
    NotFoundError,
    OpenersChoiceError,
)
from bot.story.names import is_blank
from bot.story.policy import Action, owns, require
from bot.story.turn import Beat, as_text
from bot.story.typed import clean_text, excerpt

MAX_OWN_DRAFT = 4_000
ANGLE = 32
"""Characters of an own draft that stand where the angle of the model's drafts stands."""


@dataclass(frozen=True, slots=True)
class Voted:
    """What a press changed: the variants the writer approves of now, and whether None.

    Attributes:
        stays: the press did not withdraw a vote, but confirmed it after newer drafts came.
    """

    ballot: Ballot
    approves: tuple[Variant, ...]
    none: bool
    stays: bool = False


class Vote:
    """Presses on a ballot."""

    def __init__(self, store: Store, clock: Clock, settling: Settling) -> None:
        self._store = store
        self._clock = clock
        self._settling = settling

    async def vote(self, request: Request, variant_id: int) -> Voted:
        """Approve of a variant, or withdraw the approval.

        Who voted before the newest variant came is awaited again; the first press on what they
        approve of already confirms it, the next withdraws it. In a tie, whoever may break it
        chooses with the same press.

        Raises:
            NotFoundError: there is no such variant.
            ConflictError: the ballot is decided, or the variant waits for an owner's word.
            NotAllowedError: the actor has no vote.
        """
        try:
            return await self._vote(request, variant_id)
        except OpenersChoiceError as refused:
            # If the opener left the server, it is the owner's choice already.
            if not await self._settling.look_round(refused.ballot_id):
                raise
        return await self._vote(request, variant_id)

    async def _vote(self, request: Request, variant_id: int) -> Voted:
        now = self._clock.now()
        async with self._store.write() as work:
            found = await work.ballots.of_variant(variant_id)
            if found is None:
                raise NotFoundError("That draft does not exist any more.")
            booth = await at_the_ballot(work, request, found, now, tied=True)
            ballot = booth.ballot
            variant = ballot.variant(variant_id)
            if variant is None or variant.state is VariantState.DROPPED:
                raise ConflictError("That draft is no longer on the card.")
            if ballot.state is BallotState.TIED:
                return await self._break_tie(work, request, booth, variant)
            writer_id = request.actor.writer_id
            on = writer_id not in ballot.approvals.get(variant_id, frozenset())
            if on and variant.state is VariantState.LOCKED:
                raise ConflictError(
                    f"Draft {variant.label} writes a character claimed meanwhile. "
                    "It can be chosen once that writer allows it."
                )
            stays = not on and before_newest(ballot, writer_id)
            # Drafts came since: the first press says that the choice stands all the same.
            for given in (False, True) if stays else (on,):
                await work.ballots.approve(ballot.id, variant_id, writer_id, now, on=given)
                ballot = with_approval(ballot, variant_id, writer_id, now, on=given)
            voted = await self._pressed(work, request, replace(booth, ballot=ballot))
            return replace(voted, stays=stays)

    async def none(self, request: Request, ballot_id: int) -> Voted:
        """Press None of these, or withdraw it.

        Raises:
            ConflictError, NotAllowedError: as for ``vote``.
        """
        now = self._clock.now()
        async with self._store.write() as work:
            booth = await at_the_ballot(work, request, await work.ballots.get(ballot_id), now)
            ballot = booth.ballot
            writer_id = request.actor.writer_id
            on = writer_id not in ballot.nones
            stays = not on and before_newest(ballot, writer_id)
            for given in (False, True) if stays else (on,):
                await work.ballots.press_none(ballot.id, writer_id, now, on=given)
                ballot = with_none(ballot, writer_id, now, on=given)
            voted = await self._pressed(work, request, replace(booth, ballot=ballot))
            return replace(voted, stays=stays)

    async def _pressed(self, work: UnitOfWork, request: Request, booth: Booth) -> Voted:
        """What follows from a press that the booth's ballot has in it already."""
        now = self._clock.now()
        writer_id = request.actor.writer_id
        place, ballot = booth.place, booth.ballot
        noted = await work.cast.note_writer(place.story.id, writer_id, request.actor.name, now)
        # Whoever presses here has closed the form of Steer or Mine that the ballot waited for.
        for hold in ballot.holds:
            if hold.writer_id == writer_id:
                await work.ballots.end_hold(ballot.id, writer_id, hold.kind)
        pressed = without_holds(ballot, writer_id)
        writers = {**booth.writers, writer_id: noted}
        around = Around(place.story, place.branch, booth.company, writers)
        after = await self._settling.look_at(work, pressed, around, now, pressed=True)
        approves = [v for v in after.standing if writer_id in after.approvals.get(v.id, ())]
        return Voted(after, tuple(approves), writer_id in after.nones)

    async def _break_tie(
        self, work: UnitOfWork, request: Request, booth: Booth, variant: Variant
    ) -> Voted:
        now = self._clock.now()
        place, company = booth.place, booth.company
        ballot = await relock(work, booth.ballot, company)
        actor, left = request.actor, company.left
        owning = owns(actor, place.story, standing_of(company, actor.writer_id))
        if not may_break_tie(ballot, actor.writer_id, now, owns=owning, left=left):
            raise OpenersChoiceError(ballot.id)
        if any(v.id == variant.id and v.state is VariantState.LOCKED for v in ballot.variants):
            raise ConflictError(
                f"Draft {variant.label} writes a character claimed meanwhile. Choose another."
            )
        if variant.id not in outcome(ballot).leaders:
            raise ConflictError("Choose one of those that are tied.")
        told = replace(ballot, closing_note=f"It was a tie; {request.actor.name} chose.")
        await win(work, told, variant.id, place.branch, company, now)
        return Voted(await work.ballots.get(ballot.id) or ballot, (variant,), none=False)

    async def allow(self, request: Request, variant_id: int) -> Variant:
        """Allow a variant that writes one's own character.

        Raises:
            NotAllowedError: none of the characters it writes is theirs.
        """
        now = self._clock.now()
        async with self._store.write() as work:
            found = await work.ballots.of_variant(variant_id)
            if found is None:
                raise NotFoundError("That draft does not exist any more.")
            booth = await at_the_ballot(work, request, found, now, tied=True, anybody=True)
            ballot, company = booth.ballot, booth.company
            variant = next(v for v in ballot.variants if v.id == variant_id)
            locks = locked_by(variant.beats, company, variant.allowed, variant.author_id)
            mine = {c.id for c in company.held_by(request.actor.writer_id)} & locks
            if not mine:
                raise NotAllowedError(
                    f"Draft {variant.label} waits for the writer whose character it writes."
                )
            allowed = variant.allowed | mine
            await work.ballots.set_variant(variant_id, variant.state, frozenset(allowed))
            await self._settling.look(work, ballot.id, now, pressed=True)
            return variant

    # --- own drafts, holding, closing ----------------------------------------------------------

    async def hold(self, request: Request, ballot_id: int, kind: Pending) -> Ballot:
        """Note that somebody begins a Steer or a draft: the countdown waits, 10 minutes at most.

        Raises:
            ConflictError, NotAllowedError: as for ``vote``; or the card is full.
        """
        now = self._clock.now()
        async with self._store.write() as work:
            found = await work.ballots.get(ballot_id)
            ballot = (await at_the_ballot(work, request, found, now)).ballot
            refuse_full(ballot)
            if not is_held_by(ballot, request.actor.writer_id, kind):
                # Pressed again it is not renewed: nobody keeps a vote open for ever.
                await work.ballots.hold(ballot.id, request.actor.writer_id, kind, now + HOLD)
            await self._settling.look(work, ballot.id, now, pressed=True)
            return ballot

    async def own_draft(self, request: Request, ballot_id: int, text: str) -> Variant:
        """Put a draft of one's own on the card, unsigned.

        Raises:
            InvalidError: it is empty, too long, or writes somebody else's character.
            ConflictError: the ballot is decided or its card is full.
        """
        kept = clean_text(text)
        if is_blank(kept):
            raise InvalidError("Your draft has no words yet. Press Mine again and write it.")
        if len(kept) > MAX_OWN_DRAFT:
            raise InvalidError(f"A draft has at most {MAX_OWN_DRAFT} characters.")
        now = self._clock.now()
        actor = request.actor
        async with self._store.write() as work:
            booth = await at_the_ballot(work, request, await work.ballots.get(ballot_id), now)
            place, ballot, company = booth.place, booth.ballot, booth.company
            refuse_full(ballot)
            held = company.held_by(actor.writer_id)
            writer = await work.cast.writer(place.story.id, actor.writer_id)
            speaker = speaking(held, writer.playing_id if writer else None)
            beats = beats_of_text(kept, company, speaker)
            broken = trespasses(beats, company, frozenset(c.id for c in held))
            if broken:
                raise InvalidError(_sentence(broken[0].character_id, company, broken[0].reason))
            _refuse_alike(beats, ballot)
            number = max(r.number for r in ballot.rounds)
            # Unsigned: its first words stand where the model's drafts have their angle.
            angle = excerpt(as_text(beats), ANGLE)
            new = NewVariant(number, angle, beats, actor.writer_id)
            places = shuffled_places(ballot, 1, number)
            await work.ballots.add_variants(ballot.id, [new], places, now)
            await work.ballots.end_hold(ballot.id, actor.writer_id, Pending.MINE)
            await work.cast.note_writer(place.story.id, actor.writer_id, actor.name, now)
            after = await self._settling.look(work, ballot.id, now, pressed=True) or ballot
            return max(after.variants, key=lambda v: v.id)

    async def close(self, request: Request, ballot_id: int) -> Ballot:
        """End a vote early; needs one approval, overrides the quorum, and is signed.

        Raises:
            NotAllowedError: the actor neither opened the ballot nor owns the story.
            ConflictError: nobody approved of anything yet.
        """
        now = self._clock.now()
        async with self._store.write() as work:
            found = await work.ballots.get(ballot_id)
            booth = await at_the_ballot(work, request, found, now, anybody=True)
            place, ballot, company = booth.place, booth.ballot, booth.company
            theirs = ballot.opener_id == request.actor.writer_id
            standing = standing_of(company, request.actor.writer_id, theirs=theirs)
            require(request.actor, Action.CLOSE_BALLOT, place.story, standing)
            ballot = await relock(work, ballot, company)
            if not any(tally(ballot).values()):
                raise ConflictError(
                    "Nobody approved of a draft yet; closing needs one approval. "
                    "If you like none, press None of these."
                )
            await work.cast.note_writer(
                place.story.id, request.actor.writer_id, request.actor.name, None
            )
            signed = replace(ballot, closed_by=request.actor.writer_id)
            await conclude(work, signed, place.branch, company, outcome(ballot), now)
            return await work.ballots.get(ballot_id) or signed


def _refuse_alike(beats: Sequence[Beat], ballot: Ballot) -> None:
    like = next((v for v in ballot.standing if likeness(beats, v.beats) > ALIKE), None)
    if like:
        raise InvalidError(
            f"Your draft is too much like draft {like.label}. Vote for that one, or "
            "change more of it."
        )


def _sentence(character_id: int | None, company: Company, reason: str) -> str:
    character = company.get(character_id)
    if character is None:
        return f"Your draft cannot go on the card: it {reason}."
    return (
        f"Your draft writes {character.name}, who belongs to another writer. "
        "Leave that character room to answer."
    )
