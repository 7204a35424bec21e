"""Ask for a continuation, vote on it, steer it, add a draft of one's own, and close it."""

from dataclasses import dataclass, replace

from bot.ports import Clock, Limits, Narrator, NewBallot, Store, UnitOfWork
from bot.services.common import (
    Request,
    names_of,
    queue,
    standing_of,
    the_character,
    the_place,
)
from bot.services.scene import afford, read_scene
from bot.services.settling import Settling, conclude, electorate, relock, shuffled_places, win
from bot.story.ballot import (
    HOLD,
    LIVE,
    MAX_VARIANTS_ON_CARD,
    Ballot,
    BallotState,
    NewVariant,
    Pending,
    Round,
    Variant,
    VariantState,
    Verdict,
    awaited,
    decide,
    may_break_tie,
    outcome,
    tally,
)
from bot.story.cast import Company, is_narrator, speaking
from bot.story.consent import ALIKE, likeness, locked_by, trespasses
from bot.story.draft import beats_of_text
from bot.story.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from bot.story.names import is_blank
from bot.story.policy import Action, require
from bot.story.posts import NewPost, PostKind, PostState
from bot.story.prompt import Request as DraftRequest
from bot.story.purse import in_cents
from bot.story.tale import MAX_VARIANTS, Actor, Place
from bot.story.tasks import TaskKind
from bot.story.turn import DeedKind, Turn
from bot.story.typed import clean_text

MAX_DIRECTION = 1_000
MAX_OWN_DRAFT = 4_000


@dataclass(frozen=True, slots=True)
class Continuation:
    """What a writer asks for with ``/scene continue`` or Steer."""

    direction: str = ""
    as_character: str = ""
    variants: int | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of a request to continue.

    Attributes:
        ballot: the new ballot, or the one that is already open.
        already: whether there was one; then nothing was asked, and Steer is offered.
        estimate: micro-dollars the draft will cost at most likely.
        variants: drafts asked for (fewer than wished if the purse is low).
    """

    ballot: Ballot
    already: bool
    estimate: int = 0
    variants: int = 0


@dataclass(frozen=True, slots=True)
class Ballotcard:
    """Everything a ballot's card shows.

    Attributes:
        opener: display name.
        newer: speakers of turns that came after the one the drafts started from.
        verdict: what an open ballot waits for, or which variants are tied; None otherwise.
        awaited: display names of those awaited.
        locks: per locked variant, display names of the owners who must allow it.
        counts: approvals per variant id.
        posted: posts of the winner that stand, and how many there are.
        closed_by: display name of whoever pressed Close.
        tie_breaker: display name of who must choose in a tie.
    """

    ballot: Ballot
    company: Company
    opener: str
    newer: tuple[str, ...]
    verdict: Verdict | None
    awaited: tuple[str, ...]
    locks: dict[int, tuple[str, ...]]
    counts: dict[int, int]
    posted: tuple[int, int]
    closed_by: str
    tie_breaker: str


@dataclass(frozen=True, slots=True)
class Voted:
    """What a press changed: the variants the writer approves of now, and whether None."""

    ballot: Ballot
    approves: tuple[Variant, ...]
    none: bool


class Ballots:
    """Votes on how a story goes on."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        narrator: Narrator,
        limits: Limits,
        settling: Settling,
    ) -> None:
        self._store = store
        self._clock = clock
        self._narrator = narrator
        self._limits = limits
        self._settling = settling

    # --- asking for drafts ---------------------------------------------------------------------

    async def prices(self, channel_id: int) -> list[tuple[int, str]]:
        """How many variants can be asked for, and what each number would cost, in words."""
        async with self._store.read() as work:
            place = await the_place(work, channel_id)
            scene = await read_scene(work, place.story, place.branch)
            offers = []
            for count in range(1, MAX_VARIANTS + 1):
                request = DraftRequest(variants=count)
                now = self._clock.now()
                offer = await afford(work, scene, request, self._narrator, self._limits, now)
                if offer.variants == count:
                    offers.append((count, in_cents(offer.estimate)))
        return offers

    async def continue_(self, request: Request, wish: Continuation) -> Opened:
        """Open a ballot and have its first drafts written.

        Raises:
            NotAllowedError: the actor may not ask.
            InvalidError: the direction is too long, or the character is somebody's.
            BrokeError: the purse is empty.
        """
        now = self._clock.now()
        async with self._store.write() as work:
            place = await the_place(work, request.channel_id)
            company = await work.cast.company(place.story.id)
            standing = standing_of(company, request.actor.writer_id)
            require(request.actor, Action.CONTINUE, place.story, standing)
            open_one = await work.ballots.live(place.branch.id)
            if open_one:
                return Opened(open_one, already=True)
            await work.cast.note_writer(
                place.story.id, request.actor.writer_id, request.actor.name, now
            )
            asked, estimate = await self._round(work, place, request.actor, wish, number=1)
            ballot = await work.ballots.open(
                NewBallot(
                    story_id=place.story.id,
                    branch_id=place.branch.id,
                    channel_id=request.channel_id,
                    opener_id=request.actor.writer_id,
                    from_turn_id=place.branch.head_id,
                    at=now,
                    window_ends=now + place.story.settings.window,
                    settings=place.story.settings,
                    first_round=asked,
                )
            )
            await queue(work, [NewPost(request.channel_id, PostKind.BALLOT, ballot.id)], now)
            await work.tasks.put(TaskKind.DRAFT, ballot.id, now)
            return Opened(ballot, already=False, estimate=estimate, variants=asked.variants)

    async def steer(self, request: Request, ballot_id: int, direction: str) -> Opened:
        """Ask for a further round in a direction; the variants there stay.

        Raises:
            ConflictError: the ballot is decided, is drafting already, or its card is full.
            InvalidError: no direction was given.
        """
        kept = _direction(direction)
        if not kept:
            raise InvalidError("Say what should be different; the same request gives the same.")
        now = self._clock.now()
        async with self._store.write() as work:
            place, ballot = await self._voting(work, request, ballot_id)
            room = MAX_VARIANTS_ON_CARD - len(ballot.standing)
            _refuse_full(room)
            if any(r.done_at is None for r in ballot.rounds):
                raise ConflictError("Drafts are being written just now. Steer once they are here.")
            number = max(r.number for r in ballot.rounds) + 1
            count = min(room, ballot.settings.variants)
            wish = Continuation(direction=kept, variants=count)
            asked, estimate = await self._round(work, place, request.actor, wish, number=number)
            # A later round keeps the speaker that the first was asked for.
            first = ballot.rounds[0]
            asked = replace(
                asked, as_character_id=first.as_character_id, as_narrator=first.as_narrator
            )
            await work.ballots.add_round(ballot.id, asked)
            await work.ballots.end_hold(ballot.id, request.actor.writer_id, Pending.STEER)
            await work.tasks.put(TaskKind.DRAFT, ballot.id, now)
            await self._settling.look(work, ballot.id, now, pressed=True)
            return Opened(ballot, already=False, estimate=estimate, variants=asked.variants)

    async def _round(
        self, work: UnitOfWork, place: Place, actor: Actor, wish: Continuation, *, number: int
    ) -> tuple[Round, int]:
        """A request to the model that the rules and the purse allow, and its estimate."""
        wanted = place.story.settings.variants if wish.variants is None else wish.variants
        if not 1 <= wanted <= MAX_VARIANTS:
            raise InvalidError(f"Between 1 and {MAX_VARIANTS} drafts can be asked for.")
        narrator_only = bool(wish.as_character) and is_narrator(wish.as_character)
        speaker = None
        if wish.as_character and not narrator_only:
            speaker = await the_character(work, place.story.id, wish.as_character)
            if speaker.retired_at:
                raise ConflictError(f"{speaker.name} was retired. `/cast list` shows who is there.")
        scene = await read_scene(work, place.story, place.branch)
        request = DraftRequest(
            variants=wanted,
            direction=_direction(wish.direction),
            speaker=speaker,
            narrator_only=narrator_only,
        )
        now = self._clock.now()
        offer = await afford(work, scene, request, self._narrator, self._limits, now)
        asked = Round(
            number=number,
            direction=request.direction,
            as_character_id=speaker.id if speaker else None,
            as_narrator=narrator_only,
            variants=offer.variants,
            asked_by=actor.writer_id,
            asked_at=now,
        )
        return asked, offer.estimate

    # --- voting --------------------------------------------------------------------------------

    async def vote(self, request: Request, variant_id: int) -> Voted:
        """Approve of a variant, or withdraw the approval.

        In a tie, whoever may break it chooses with the same press.

        Raises:
            NotFoundError: there is no such variant.
            ConflictError: the ballot is decided, or the variant waits for an owner's word.
            NotAllowedError: the actor has no vote.
        """
        now = self._clock.now()
        async with self._store.write() as work:
            found = await work.ballots.of_variant(variant_id)
            if found is None:
                raise NotFoundError("That draft does not exist any more.")
            place, ballot = await self._voting(work, request, found.id, tied=True)
            variant = ballot.variant(variant_id)
            if variant is None or variant.state is VariantState.DROPPED:
                raise ConflictError("That draft is no longer on the card.")
            if ballot.state is BallotState.TIED:
                return await self._break_tie(work, request, place, ballot, variant)
            on = request.actor.writer_id not in ballot.approvals.get(variant_id, frozenset())
            if on and variant.state is VariantState.LOCKED:
                raise ConflictError(
                    f"Draft {variant.label} writes a character claimed meanwhile. "
                    "It can be chosen once that writer allows it."
                )
            await work.ballots.approve(ballot.id, variant_id, request.actor.writer_id, now, on=on)
            return await self._pressed(work, request, place, ballot)

    async def none(self, request: Request, ballot_id: int) -> Voted:
        """Press None of these, or withdraw it.

        Raises:
            ConflictError, NotAllowedError: as for ``vote``.
        """
        now = self._clock.now()
        async with self._store.write() as work:
            place, ballot = await self._voting(work, request, ballot_id)
            on = request.actor.writer_id not in ballot.nones
            await work.ballots.press_none(ballot.id, request.actor.writer_id, now, on=on)
            return await self._pressed(work, request, place, ballot)

    async def _pressed(
        self, work: UnitOfWork, request: Request, place: Place, ballot: Ballot
    ) -> Voted:
        now = self._clock.now()
        writer_id = request.actor.writer_id
        await work.cast.note_writer(place.story.id, writer_id, request.actor.name, now)
        # Whoever presses here has closed the form of Steer or Mine that the ballot waited for.
        for kind in Pending:
            await work.ballots.end_hold(ballot.id, writer_id, kind)
        await self._settling.look(work, ballot.id, now, pressed=True)
        after = await work.ballots.get(ballot.id) or ballot
        approves = [v for v in after.standing if writer_id in after.approvals.get(v.id, ())]
        return Voted(after, tuple(approves), writer_id in after.nones)

    async def _break_tie(
        self, work: UnitOfWork, request: Request, place: Place, ballot: Ballot, variant: Variant
    ) -> Voted:
        now = self._clock.now()
        company = await work.cast.company(place.story.id)
        ballot = await relock(work, ballot, company)
        if not may_break_tie(ballot, request.actor.writer_id, place.story.owner_id, now):
            raise NotAllowedError(
                "The vote ended in a tie. Whoever opened the ballot chooses; "
                "after 24 hours the owner of the story may."
            )
        if any(v.id == variant.id and v.state is VariantState.LOCKED for v in ballot.variants):
            raise ConflictError(
                f"Draft {variant.label} writes a character claimed meanwhile. Choose another."
            )
        if variant.id not in outcome(ballot).leaders:
            raise ConflictError("Choose one of those that are tied.")
        await win(work, ballot, variant.id, place.branch, company, now)
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
            place, ballot = await self._voting(work, request, found.id, tied=True, anybody=True)
            company = await work.cast.company(place.story.id)
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
            _, ballot = await self._voting(work, request, ballot_id)
            _refuse_full(MAX_VARIANTS_ON_CARD - len(ballot.standing))
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
            place, ballot = await self._voting(work, request, ballot_id)
            _refuse_full(MAX_VARIANTS_ON_CARD - len(ballot.standing))
            company = await work.cast.company(place.story.id)
            held = company.held_by(actor.writer_id)
            writer = await work.cast.writer(place.story.id, actor.writer_id)
            speaker = speaking(held, writer.playing_id if writer else None)
            beats = beats_of_text(kept, company, speaker)
            broken = trespasses(beats, company, frozenset(c.id for c in held))
            if broken:
                raise InvalidError(_sentence(broken[0].character_id, company, broken[0].reason))
            like = next((v for v in ballot.standing if likeness(beats, v.beats) > ALIKE), None)
            if like:
                raise InvalidError(
                    f"Your draft is too much like draft {like.label}. Vote for that one, or "
                    "change more of it."
                )
            number = max(r.number for r in ballot.rounds)
            new = NewVariant(number, "a writer's own draft", beats, actor.writer_id)
            places = shuffled_places(ballot, 1, number)
            await work.ballots.add_variants(ballot.id, [new], places, now)
            await work.ballots.end_hold(ballot.id, actor.writer_id, Pending.MINE)
            await work.cast.note_writer(place.story.id, actor.writer_id, actor.name, now)
            await self._settling.look(work, ballot.id, now, pressed=True)
            after = await work.ballots.get(ballot.id) or ballot
            return max(after.variants, key=lambda v: v.id)

    async def close(self, request: Request, ballot_id: int) -> Ballot:
        """End a vote early; needs one approval, overrides the quorum, and is signed.

        Raises:
            NotAllowedError: the actor neither opened the ballot nor owns the story.
            ConflictError: nobody approved of anything yet.
        """
        now = self._clock.now()
        async with self._store.write() as work:
            place, ballot = await self._voting(work, request, ballot_id, anybody=True)
            company = await work.cast.company(place.story.id)
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
                place.story.id, request.actor.writer_id, request.actor.name, now
            )
            signed = replace(ballot, closed_by=request.actor.writer_id)
            await conclude(work, signed, place.branch, company, outcome(ballot), now)
            return await work.ballots.get(ballot_id) or signed

    async def _voting(
        self,
        work: UnitOfWork,
        request: Request,
        ballot_id: int,
        *,
        tied: bool = False,
        anybody: bool = False,
    ) -> tuple[Place, Ballot]:
        """A ballot that is open for this actor's press, started from a turn that still stands.

        Args:
            work: the transaction.
            request: who presses.
            ballot_id: on which ballot.
            tied: whether a tie is no obstacle.
            anybody: whether it does not matter if the actor has a vote.
        """
        ballot = await work.ballots.get(ballot_id)
        if ballot is None:
            raise NotFoundError("That ballot does not exist any more.")
        story = await work.stories.get(ballot.story_id)
        place = await work.stories.place(ballot.channel_id)
        if story is None or place is None or place.branch.id != ballot.branch_id:
            raise NotFoundError("The story of that ballot is not played here any more.")
        _refuse_decided(ballot, tied=tied)
        company = await work.cast.company(story.id)
        # A pause or a closed story stops voting, too.
        require(request.actor, Action.CLAIM, story, standing_of(company, 0))
        voters = await electorate(work, story, company)
        if not anybody and not voters.may_vote(request.actor.writer_id):
            raise NotAllowedError(
                "Writers with a character vote, and the owner. `/cast claim` takes one."
            )
        if not await work.turns.in_past(ballot.from_turn_id, place.branch.id):
            await work.tasks.put(TaskKind.SETTLE, ballot.id, self._clock.now())
        return place, ballot

    # --- looking -------------------------------------------------------------------------------

    async def get(self, ballot_id: int) -> Ballot | None:
        """The ballot, or None."""
        async with self._store.read() as work:
            return await work.ballots.get(ballot_id)

    async def card(self, ballot_id: int) -> Ballotcard | None:
        """What a ballot's card shows now; None if there is no such ballot."""
        now = self._clock.now()
        async with self._store.read() as work:
            ballot = await work.ballots.get(ballot_id)
            if ballot is None:
                return None
            story = await work.stories.get(ballot.story_id)
            if story is None:
                return None
            company = await work.cast.company(story.id, retired=True)
            names = await names_of(work, story.id)
            voters = await electorate(work, story, company)
            newer: list[Turn] = []
            if ballot.state in LIVE and await work.turns.in_past(
                ballot.from_turn_id, ballot.branch_id
            ):
                newer = await work.turns.newer(ballot.from_turn_id, ballot.branch_id)
            posted = await self._posted(work, ballot)
        verdict = None
        if ballot.state is BallotState.OPEN:
            verdict = decide(ballot, voters, now)
        elif ballot.state is BallotState.TIED:
            verdict = outcome(ballot)
        tie_breaker = ballot.opener_id
        return Ballotcard(
            ballot=ballot,
            company=company,
            opener=names.get(ballot.opener_id, "a writer"),
            newer=tuple(dict.fromkeys(turn.speaker for turn in newer)),
            verdict=verdict,
            awaited=tuple(names.get(i, "a writer") for i in awaited(ballot, voters, now)),
            locks=_locks(ballot, company, dict(names)),
            counts=tally(ballot),
            posted=posted,
            closed_by=names.get(ballot.closed_by, "a writer") if ballot.closed_by else "",
            tie_breaker=names.get(tie_breaker, "whoever opened it"),
        )

    async def _posted(self, work: UnitOfWork, ballot: Ballot) -> tuple[int, int]:
        if ballot.state is not BallotState.SETTLED:
            return (0, 0)
        deeds = [
            deed
            for deed in await work.turns.last_deeds(ballot.branch_id, 5)
            if deed.kind is DeedKind.BALLOT and deed.ballot_id == ballot.id
        ]
        turns = [turn for deed in deeds for turn in await work.turns.of_deed(deed.id)]
        posts = [post for turn in turns for post in await work.posts.of_turn(turn.id)]
        waiting = {PostState.DUE, PostState.SENDING}
        return (sum(post.state not in waiting for post in posts), len(posts))


def _direction(direction: str) -> str:
    kept = " ".join(clean_text(direction).split())
    if is_blank(kept):
        return ""
    if len(kept) > MAX_DIRECTION:
        raise InvalidError(f"A direction has at most {MAX_DIRECTION} characters.")
    return kept


def _refuse_full(room: int) -> None:
    if room < 1:
        raise ConflictError(
            f"The card is full: {MAX_VARIANTS_ON_CARD} drafts. Vote, or press None of these."
        )


def _refuse_decided(ballot: Ballot, *, tied: bool) -> None:
    if ballot.state is BallotState.DRAFTING:
        raise ConflictError("The drafts are still being written. They will appear here.")
    if ballot.state is BallotState.TIED and not tied:
        raise ConflictError("The vote ended in a tie; now one of the tied drafts is chosen.")
    if ballot.state not in LIVE:
        raise ConflictError("This ballot is decided. `/scene history` shows what was on it.")


def _sentence(character_id: int | None, company: Company, reason: str) -> str:
    character = company.get(character_id)
    if character is None:
        return f"Your draft cannot go on the card: it {reason}."
    return (
        f"Your draft writes {character.name}, who belongs to another writer. "
        "Leave that character room to answer."
    )


def _locks(ballot: Ballot, company: Company, names: dict[int, str]) -> dict[int, tuple[str, ...]]:
    locks = {}
    for variant in ballot.standing:
        if variant.state is VariantState.LOCKED:
            ids = locked_by(variant.beats, company, variant.allowed, variant.author_id)
            holders = [company.writer_of(i) for i in sorted(ids)]
            locks[variant.id] = tuple(names.get(i, "a writer") for i in holders if i)
    return locks
