"""Ask for a continuation, or for a further round in another direction; and what it would cost."""

from dataclasses import dataclass, replace

from bot.ports import Clock, Limits, Narrator, NewBallot, Store, UnitOfWork
from bot.services.common import Request, queue, standing_of, the_character, the_place
from bot.services.polling import at_the_ballot, refuse_full
from bot.services.scene import afford, read_scene
from bot.services.settling import Settling
from bot.story.ballot import MAX_VARIANTS_ON_CARD, Ballot, Pending, Round
from bot.story.cast import is_narrator
from bot.story.errors import ConflictError, InvalidError
from bot.story.names import is_blank
from bot.story.policy import Action, require
from bot.story.posts import NewPost, PostKind, PostState
from bot.story.prompt import Request as DraftRequest
from bot.story.purse import in_cents
from bot.story.tale import MAX_VARIANTS, Actor, Place
from bot.story.tasks import TaskKind
from bot.story.typed import clean_text

MAX_DIRECTION = 1_000


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
        already: whether there was one; then nothing was asked.
        estimate: micro-dollars the draft will cost at most likely.
        variants: drafts asked for (fewer than wished if the purse is low).
        card: channel and message of the card of a ballot that is already open; None before it
            stands in Discord.
    """

    ballot: Ballot
    already: bool
    estimate: int = 0
    variants: int = 0
    card: tuple[int, int] | None = None


class ContinueStory:
    """Requests to the model for drafts to vote on."""

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
                return Opened(open_one, already=True, card=await _card(work, open_one.id))
            await work.cast.note_writer(
                place.story.id, request.actor.writer_id, request.actor.name, None
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

    async def look_round(self, ballot_id: int) -> None:
        """Look whether those whom a ballot waits for are still in the server."""
        await self._settling.look_round(ballot_id)

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
            found = await work.ballots.get(ballot_id)
            booth = await at_the_ballot(work, request, found, now)
            place, ballot = booth.place, booth.ballot
            room = MAX_VARIANTS_ON_CARD - len(ballot.standing)
            refuse_full(ballot)
            if ballot.is_drafting:
                raise ConflictError("Drafts are being written just now. Steer once they are here.")
            number = max(r.number for r in ballot.rounds) + 1
            # A later round is like the first: as many drafts, by the same speaker.
            first = ballot.rounds[0]
            wish = Continuation(direction=kept, variants=min(room, first.variants))
            asked, estimate = await self._round(work, place, request.actor, wish, number=number)
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


async def _card(work: UnitOfWork, ballot_id: int) -> tuple[int, int] | None:
    """Channel and message of a ballot's card, if it stands."""
    for post in reversed(await work.posts.of_subject(PostKind.BALLOT, ballot_id)):
        if post.state is PostState.POSTED and post.message_id:
            return post.channel_id, post.message_id
    return None


def _direction(direction: str) -> str:
    kept = " ".join(clean_text(direction).split())
    if is_blank(kept):
        return ""
    if len(kept) > MAX_DIRECTION:
        raise InvalidError(f"A direction has at most {MAX_DIRECTION} characters.")
    return kept
