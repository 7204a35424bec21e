"""Add and edit characters; claim them, give them back, choose whom one speaks as."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.ports import Clock, Store, UnitOfWork
from bot.services.common import (
    Request,
    beside,
    display_names,
    name_of,
    names_of,
    refresh,
    standing_of,
    the_character,
    the_character_with_id,
    the_place,
)
from bot.story.cast import MAX_CAST, Character, Company, Sheet
from bot.story.errors import ConflictError, InvalidError, NotAllowedError
from bot.story.names import character_name, name_key
from bot.story.policy import Action, require
from bot.story.posts import PostKind
from bot.story.tale import Actor, Story
from bot.story.tasks import TaskKind
from bot.story.typed import clean_text

_PICTURE = re.compile(r"https://[^\s/?#@]+\.[^\s/?#@.]+([/?#]\S*)?")
MAX_FIELD = 1_000
"""Characters of a field of a character's sheet."""


@dataclass(frozen=True, slots=True)
class CastList:
    """A story's cast with the display names of those who hold it, and the names of the retired."""

    story: Story
    company: Company
    names: dict[int, str]
    retired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CharacterCard:
    """A character, who holds it (display name), and whether the reader may see its secrets.

    ``holder_left``: whether its holder is known to have left the server.
    """

    character: Character
    held_by: str | None
    holder_id: int | None
    shows_secrets: bool
    holder_left: bool = False


@dataclass(frozen=True, slots=True)
class Added:
    """A character that is in the cast now; ``back`` if it had retired before."""

    character: Character
    back: bool = False


@dataclass(frozen=True, slots=True)
class Released:
    """A character that is free again.

    Attributes:
        claim_id: the claim that ended.
        leaves_secrets: whether whoever asked held it, and its sheet has secrets.
        taken_from: display name of whoever held it, if somebody else freed it.
    """

    character: Character
    claim_id: int
    leaves_secrets: bool
    taken_from: str = ""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A character that a writer speaks as from now on; ``others``: whether they hold more."""

    character: Character
    others: bool


class Casting:
    """Characters and claims."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def add(self, request: Request, name: str, description: str) -> Added:
        """Add a character, free to be claimed; one of that name who retired comes back instead.

        Raises:
            InvalidError: the name cannot be one, or the description is too long.
            ConflictError: the name is taken.
            NotAllowedError: it is a retired character's, whom only its author or the owner brings
                back.
        """
        sheet = Sheet(description=_field(description, "description"))
        now = self._clock.now()
        actor = request.actor
        async with self._store.write() as work:
            story = (await the_place(work, request.channel_id)).story
            company = await work.cast.company(story.id)
            standing = standing_of(company, actor.writer_id)
            require(actor, Action.ADD_CHARACTER, story, standing)
            if len(company.characters) >= MAX_CAST:
                raise InvalidError(f"A story has at most {MAX_CAST} characters. Retire one first.")
            await work.cast.note_writer(story.id, actor.writer_id, actor.name, None)
            retired = await _retired_namesake(work, story.id, name)
            kept = _name(name, retired)
            if retired:
                return Added(await self._bring_back(work, story, retired, actor, sheet), back=True)
            return Added(
                await work.cast.add(story.id, kept, sheet, aliases=(), by=actor.writer_id, at=now)
            )

    async def _bring_back(
        self, work: UnitOfWork, story: Story, character: Character, actor: Actor, sheet: Sheet
    ) -> Character:
        """Let a retired character be there again, with the sheet it had."""
        company = await work.cast.company(story.id)
        theirs = actor.writer_id == character.added_by
        standing = standing_of(company, actor.writer_id, theirs=theirs)
        require(actor, Action.BRING_BACK, story, standing)
        described = sheet.description or character.sheet.description
        back = replace(
            character, retired_at=None, sheet=replace(character.sheet, description=described)
        )
        await work.cast.save(back)
        await look_again(work, story.id, self._clock)
        return back

    async def edit(
        self, request: Request, name: str | int, changes: Mapping[str, str]
    ) -> Character:
        """Change a character's name, aliases or sheet.

        Args:
            request: who asks, where.
            name: the character's name, or its id.
            changes: new texts for ``name``, ``aliases`` (separated by commas) or fields of
                ``Sheet``.

        Raises:
            NotAllowedError: it is neither theirs nor added by them, and they do not own the story.
            InvalidError: a text is too long, or a name cannot be one.
            ConflictError: a name is taken.
        """
        async with self._store.write() as work:
            story, character = await require_editable(work, request, name)
            company = await work.cast.company(story.id)
            if "secrets" in changes and not await _sees(work, company, character, request):
                raise NotAllowedError(
                    f"{character.name}'s secrets are for whoever plays {character.name}, so only "
                    "they change them."
                )
            changed = _changed(character, changes)
            await work.cast.save(changed)
            if (changed.name, changed.aliases) != (character.name, character.aliases):
                # Drafts that name the character are judged anew.
                await look_again(work, story.id, self._clock)
            return changed

    async def editable(self, request: Request, name: str | int) -> Character:
        """The character (by name or id), if the actor may edit it.

        Raises:
            NotFoundError, NotAllowedError: as for ``edit``.
        """
        async with self._store.read() as work:
            return (await require_editable(work, request, name))[1]

    async def cast_list(self, channel_id: int) -> CastList:
        """Everybody in the story who was not retired."""
        async with self._store.read() as work:
            story = (await the_place(work, channel_id)).story
            everybody, writers = await work.cast.everybody(story.id, retired=True)
        cast = everybody.characters
        company = replace(everybody, characters=tuple(c for c in cast if not c.retired_at))
        names = display_names(writers)
        return CastList(story, company, names, tuple(c.name for c in cast if c.retired_at))

    async def show(self, request: Request, name: str | int) -> CharacterCard:
        """One character; secrets only for those of ``_sees``."""
        async with self._store.read() as work:
            story = (await the_place(work, request.channel_id)).story
            character = await _the_one(work, story.id, name)
            company = await work.cast.company(story.id)
            names = await names_of(work, story.id)
            shows_secrets = await _sees(work, company, character, request)
        holder = company.writer_of(character.id)
        return CharacterCard(
            character=character,
            held_by=names.get(holder, "a writer") if holder else None,
            holder_id=holder,
            shows_secrets=shows_secrets,
            holder_left=holder in company.left,
        )

    async def claim(self, request: Request, name: str) -> Claimed:
        """Take a character; from now on the model does not write it.

        Raises:
            ConflictError: somebody holds it (the text says who), or it is retired.
        """
        now = self._clock.now()
        actor = request.actor
        async with self._store.write() as work:
            story = (await the_place(work, request.channel_id)).story
            character = await the_character(work, story.id, name)
            company = await work.cast.company(story.id)
            require(actor, Action.CLAIM, story, standing_of(company, actor.writer_id))
            if character.retired_at:
                raise ConflictError(
                    f"{character.name} was retired and cannot be claimed. `/cast list` shows "
                    "who can."
                )
            await _refuse_taken(work, company, character, actor.writer_id)
            claimed = await take_over(work, company, character, actor, now)
            await look_again(work, story.id, self._clock)
            return claimed

    async def release(self, request: Request, name: str) -> Released:
        """Give a character back; the model may voice it again.

        Raises:
            NotAllowedError: it is not theirs (the owner may free any).
            ConflictError: nobody holds it.
        """
        async with self._store.write() as work:
            story = (await the_place(work, request.channel_id)).story
            character = await the_character(work, story.id, name)
            company = await work.cast.company(story.id)
            claim = company.claims.get(character.id)
            if claim is None:
                raise ConflictError(f"Nobody holds {character.name}, so it is free already.")
            theirs = claim.writer_id == request.actor.writer_id
            standing = standing_of(company, request.actor.writer_id, theirs=theirs)
            require(request.actor, Action.RELEASE, story, standing)
            await work.cast.release(claim.id, self._clock.now())
            await look_again(work, story.id, self._clock)
            leaves = theirs and bool(character.sheet.secrets)
            taken_from = "" if theirs else await name_of(work, story.id, claim.writer_id)
            return Released(character, claim.id, leaves_secrets=leaves, taken_from=taken_from)

    async def take_secrets(self, request: Request, character_id: int, claim_id: int) -> Character:
        """Clear a sheet of the secrets that a former holder left; the character with them.

        Raises:
            NotAllowedError: it was not they who gave the character back.
            ConflictError: somebody played it since.
        """
        async with self._store.write() as work:
            story = (await the_place(work, request.channel_id)).story
            character = await the_character_with_id(work, story.id, character_id)
            claims = await work.cast.claims_of(character.id)
            given_back = next((claim for claim in claims if claim.id == claim_id), None)
            if given_back is None or given_back.writer_id != request.actor.writer_id:
                raise NotAllowedError("Only whoever gave a character back takes its secrets along.")
            live = (await work.cast.company(story.id)).claims
            if claims[-1].id != claim_id or character.id in live:
                raise ConflictError(
                    f"{character.name} was claimed since, so its secrets went to whoever plays it."
                )
            cleared = replace(character.sheet, secrets="")
            await work.cast.save(replace(character, sheet=cleared))
            return character

    async def play(self, request: Request, name: str) -> Character:
        """Choose as which of one's characters typed text is spoken.

        Raises:
            NotAllowedError: it is not theirs.
        """
        async with self._store.write() as work:
            story = (await the_place(work, request.channel_id)).story
            character = await the_character(work, story.id, name)
            company = await work.cast.company(story.id)
            if company.writer_of(character.id) != request.actor.writer_id:
                raise NotAllowedError(
                    f"You do not hold {character.name}. `/cast claim` takes a free character."
                )
            await work.cast.play(story.id, request.actor.writer_id, character.id)
            return character


async def _sees(work: UnitOfWork, company: Company, character: Character, request: Request) -> bool:
    """Whether somebody may read a character's secrets: its holder, or who added it and shared none.

    What a holder wrote is for whoever plays the character next, and not for who added it.
    """
    writer_id = request.actor.writer_id
    holder = company.writer_of(character.id)
    if holder or writer_id != character.added_by:
        return writer_id == holder
    held = await work.cast.claims_of(character.id)
    return all(claim.writer_id == writer_id for claim in held)


async def require_editable(
    work: UnitOfWork, request: Request, name: str | int
) -> tuple[Story, Character]:
    """The story and the character (by name or id), if the actor may edit it.

    Raises:
        NotFoundError, NotAllowedError: there is none, or they may not.
    """
    story = (await the_place(work, request.channel_id)).story
    character = await _the_one(work, story.id, name)
    company = await work.cast.company(story.id)
    holder = company.writer_of(character.id)
    # Whoever added it may edit it as long as nobody else holds it.
    theirs = request.actor.writer_id == (holder or character.added_by)
    standing = standing_of(company, request.actor.writer_id, theirs=theirs)
    require(request.actor, Action.EDIT_CHARACTER, story, standing)
    return story, character


async def _the_one(work: UnitOfWork, story_id: int, name: str | int) -> Character:
    if isinstance(name, int):
        return await the_character_with_id(work, story_id, name)
    return await the_character(work, story_id, name)


async def _retired_namesake(work: UnitOfWork, story_id: int, name: str) -> Character | None:
    """The retired character of exactly this name; an alias alone brings nobody back."""
    everybody = await work.cast.company(story_id, retired=True)
    found = everybody.find(name)
    if found and found.retired_at and name_key(found.name) == name_key(name):
        return found
    return None


async def take_over(
    work: UnitOfWork, company: Company, character: Character, actor: Actor, now: datetime
) -> Claimed:
    """Give a free character to a writer, who speaks as it from now on.

    Nothing that an earlier holder allowed passes on.

    Raises:
        ConflictError: somebody was faster.
    """
    await work.cast.claim(character, actor.writer_id, now)
    await work.cast.note_writer(character.story_id, actor.writer_id, actor.name, now)
    await work.cast.play(character.story_id, actor.writer_id, character.id)
    await _forget_leave(work, character.story_id, character.id)
    # Should they lose it, they are told anew that whoever plays nobody talks beside the story.
    await work.stories.forget_notice(*await beside(work, character.story_id, actor.writer_id))
    return Claimed(character, others=bool(company.held_by(actor.writer_id)))


async def _refuse_taken(
    work: UnitOfWork, company: Company, character: Character, writer_id: int
) -> None:
    holder = company.writer_of(character.id)
    if holder == writer_id:
        raise ConflictError(f"You hold {character.name} already. Just type to speak.")
    if holder:
        names = await names_of(work, character.story_id)
        if holder in company.left:
            raise ConflictError(
                f"{names.get(holder, 'Another writer')}, who holds {character.name}, left the "
                "server. Once the story's owner frees the character with `/cast release`, you can "
                "claim it."
            )
        raise ConflictError(
            f"{names.get(holder, 'Another writer')} holds {character.name}. "
            "`/cast list` shows who is free."
        )


async def _forget_leave(work: UnitOfWork, story_id: int, character_id: int) -> None:
    """What an earlier holder of a character allowed is not what the new one allows."""
    for ballot in await work.ballots.live_in_story(story_id):
        for variant in ballot.variants:
            if character_id in variant.allowed:
                kept = variant.allowed - {character_id}
                await work.ballots.set_variant(variant.id, variant.state, kept)


async def look_again(work: UnitOfWork, story_id: int, clock: Clock) -> None:
    """Have live ballots judged anew after the cast changed: a variant may be locked or freed."""
    now = clock.now()
    for ballot in await work.ballots.live_in_story(story_id):
        await work.tasks.put(TaskKind.SETTLE, ballot.id, now)
        await refresh(work, PostKind.BALLOT, ballot.id, now)


def _field(text: str, what: str) -> str:
    kept = clean_text(text).strip()
    if len(kept) > MAX_FIELD:
        raise InvalidError(f"The {what} has {len(kept)} characters; {MAX_FIELD} is the most.")
    return kept


def _name(text: str, known: Character | None) -> str:
    """A name that a character may have, or that this one has had since it was allowed.

    Raises:
        InvalidError: it is neither.
    """
    try:
        return character_name(text)
    except InvalidError:
        for one in (known.name, *known.aliases) if known else ():
            if name_key(one) == name_key(text):
                return one
        raise


def _changed(character: Character, changes: Mapping[str, str]) -> Character:
    fields = {
        key: _field(text, key) for key, text in changes.items() if key not in {"name", "aliases"}
    }
    avatar = fields.get("avatar_url", "")
    keepsake = character.keepsake
    if avatar:
        # An address takes the place of an upload; an empty field leaves an upload alone.
        keepsake = None
    elif keepsake:
        fields.pop("avatar_url", None)
    if avatar and not _PICTURE.fullmatch(avatar):
        raise InvalidError("A picture is an address that begins with https://, without spaces.")
    aliases = character.aliases
    if "aliases" in changes:
        given = (part for part in changes["aliases"].split(",") if part.strip())
        aliases = tuple(dict.fromkeys(_name(part, character) for part in given))
    name = _name(changes["name"], character) if "name" in changes else character.name
    sheet = replace(character.sheet, **fields)
    return replace(character, name=name, aliases=aliases, sheet=sheet, keepsake=keepsake)
