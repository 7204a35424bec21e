"""Pass a character on to another writer, who has to agree; or let one retire."""

from dataclasses import dataclass, replace

from bot.ports import Clock, Store, UnitOfWork
from bot.services.casting import Claimed, look_again, take_over
from bot.services.common import Request, name_of, standing_of, the_character, the_place
from bot.story.cast import Character, Claim, Company
from bot.story.errors import ConflictError, InvalidError, NotAllowedError
from bot.story.policy import Action, require
from bot.story.tale import Place

OVER = (
    "This offer is over: the character was given back, passed on or retired meanwhile. "
    "`/cast list` shows who is free."
)
BACK = (
    "Whoever holds this character had left when it was offered and is back, so it is theirs to "
    "keep or to pass on."
)


@dataclass(frozen=True, slots=True)
class Receiver:
    """Whom a character is offered to, as Discord knows them."""

    writer_id: int
    name: str
    is_member: bool
    is_bot: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A character offered to a writer, for as long as the claim of its holder lasts.

    Attributes:
        holder: display name of whoever holds the character until the offer is accepted.
        in_place: whether somebody offers it for a holder who left the server.
    """

    character: Character
    claim_id: int
    holder: str
    in_place: bool = False


@dataclass(frozen=True, slots=True)
class Retired:
    """A character that is no more; ``taken_from``: who held it, if somebody else decided that."""

    character: Character
    taken_from: str = ""


class Parting:
    """Handing over and retiring."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def offer(self, request: Request, name: str, receiver: Receiver) -> Offer:
        """Offer a claimed character to another member; nothing changes until they accept.

        Args:
            request: who asks, where.
            name: the character.
            receiver: who shall have it.

        Raises:
            ConflictError: nobody holds it, or the receiver does.
            InvalidError: the receiver is a bot, or no member.
            NotAllowedError: it is not theirs to give.
        """
        async with self._store.read() as work:
            place = await the_place(work, request.channel_id)
            character = await the_character(work, place.story.id, name)
            company = await work.cast.company(place.story.id)
            claim = company.claims.get(character.id)
            if claim is None:
                raise ConflictError(
                    f"Nobody holds {character.name}, so anybody may take it: `/cast claim`."
                )
            _require_theirs(request, place, company, claim)
            _refuse(receiver, claim, character)
            holder = await name_of(work, place.story.id, claim.writer_id)
            in_place = claim.writer_id != request.actor.writer_id
            return Offer(character, claim.id, holder, in_place)

    async def accept(
        self, request: Request, claim_id: int, receiver_id: int, *, in_place: bool = False
    ) -> Claimed:
        """Take an offered character; what its old holder allowed does not pass on.

        Raises:
            NotAllowedError: it was offered to somebody else.
            ConflictError: the claim that was offered has ended, or it was offered in place of a
                holder who is back.
        """
        now = self._clock.now()
        async with self._store.write() as work:
            place, company = await _at(work, request)
            if request.actor.writer_id != receiver_id:
                raise NotAllowedError("This character was offered to somebody else.")
            claim = _claim(company, claim_id)
            character = company.get(claim.character_id) if claim else None
            if claim is None or character is None:
                raise ConflictError(OVER)
            if in_place and claim.writer_id not in company.left:
                raise ConflictError(BACK)
            require(request.actor, Action.CLAIM, place.story, standing_of(company, receiver_id))
            await work.cast.release(claim.id, now)
            claimed = await take_over(work, company, character, request.actor, now)
            await look_again(work, place.story.id, self._clock)
            return claimed

    async def decline(self, request: Request, claim_id: int, receiver_id: int) -> Character | None:
        """Say no to an offer, or take it back; the character, or None if the offer is over.

        Raises:
            NotAllowedError: the offer concerns others.
        """
        async with self._store.read() as work:
            place, company = await _at(work, request)
        claim = _claim(company, claim_id)
        concerned = {receiver_id, place.story.owner_id, claim.writer_id if claim else receiver_id}
        if request.actor.writer_id not in concerned:
            raise NotAllowedError("This offer concerns others; it is theirs to answer.")
        return company.get(claim.character_id) if claim else None

    async def retire(self, request: Request, name: str) -> Retired:
        """Let a character be no more: not voiced, not suggested; the book keeps it.

        Drafts in which it appears stay on their ballots: people decide on them.

        Raises:
            NotAllowedError: it is somebody else's (the owner may all the same).
            ConflictError: it was retired before.
        """
        now = self._clock.now()
        async with self._store.write() as work:
            place, company = await _at(work, request)
            character = await the_character(work, place.story.id, name)
            if character.retired_at:
                raise ConflictError(
                    f"{character.name} was retired already. `/cast add` with that name brings "
                    "it back."
                )
            claim = company.claims.get(character.id)
            writer_id = request.actor.writer_id
            theirs = writer_id == (claim.writer_id if claim else character.added_by)
            standing = standing_of(company, writer_id, theirs=theirs)
            require(request.actor, Action.RETIRE_CHARACTER, place.story, standing)
            if claim:
                await work.cast.release(claim.id, now)
            await work.cast.save(replace(character, retired_at=now))
            await look_again(work, place.story.id, self._clock)
            if theirs or not claim:
                return Retired(character)
            return Retired(character, await name_of(work, place.story.id, claim.writer_id))


async def _at(work: UnitOfWork, request: Request) -> tuple[Place, Company]:
    place = await the_place(work, request.channel_id)
    return place, await work.cast.company(place.story.id)


def _claim(company: Company, claim_id: int) -> Claim | None:
    return next((claim for claim in company.claims.values() if claim.id == claim_id), None)


def _require_theirs(request: Request, place: Place, company: Company, claim: Claim) -> None:
    """Only the holder passes a character on; the owner can do it for one who left."""
    writer_id = request.actor.writer_id
    theirs = claim.writer_id == writer_id
    standing = standing_of(company, writer_id, theirs=theirs)
    require(request.actor, Action.HAND_OVER, place.story, standing)
    if not theirs and claim.writer_id not in company.left:
        raise NotAllowedError(
            "Whoever holds this character is still here, so only they pass it on. "
            "`/cast release` frees it, if you own the story."
        )


def _refuse(receiver: Receiver, claim: Claim, character: Character) -> None:
    if receiver.is_bot:
        raise InvalidError("A bot cannot play a character. Offer it to a person.")
    if not receiver.is_member:
        raise InvalidError("That person is not a member of this server. Offer it to one who is.")
    if receiver.writer_id == claim.writer_id:
        raise ConflictError(f"{receiver.name} holds {character.name} already.")
