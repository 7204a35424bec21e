"""The cast: who is in it, who plays whom, and what becomes of that."""

from collections.abc import Mapping

from bot.services.casting import CastList, CharacterCard, Claimed, Released
from bot.services.parting import Offer, Retired
from bot.story.cast import Character, Company
from bot.story.typed import excerpt
from cogs.render.words import MOST, name, names, pages, some, within


def holder(writer_id: int | None, company: Company, known: Mapping[int, str]) -> str:
    """Who holds a character, and whether they left the server."""
    left = ", left the server" if writer_id in company.left else ""
    return f"{name(known.get(writer_id or 0, 'a writer'))}{left}"


def cast_list(cast: CastList) -> list[str]:
    """The cast, one line each, on pages."""
    lines = []
    for character in cast.company.characters:
        writer = cast.company.writer_of(character.id)
        by = holder(writer, cast.company, cast.names) if writer else "free"
        about = excerpt(character.sheet.description, 80)
        lines.append(f"**{name(character.name)}** · {by}{f' · {about}' if about else ''}")
    if not lines:
        lines = ["Nobody yet. `/cast add` adds a character."]
    if cast.retired:
        lines.append(f"-# Retired: {some(cast.retired, 20)}")
    return pages(lines)


def offer(offered: Offer, receiver: str) -> str:
    """That a character is offered to somebody, who has to agree."""
    character, giver = name(offered.character.name), name(offered.holder)
    to = name(receiver)
    return (
        f"**{character}**, played by {giver}, is offered to {to}.\n"
        f"-# {to} presses Accept to play {character} from now on. Until then nothing changes, and "
        "what the model may do with them is asked anew."
    )


def released(given: Released, by: str) -> str:
    """That a character is free again; signed, if it was taken from somebody else."""
    shown = name(given.character.name)
    if not given.taken_from:
        return f"**{shown}** is free again: `/cast claim`."
    took = f"{name(by)} took **{shown}** back from {name(given.taken_from)}"
    return f"{took}, so it is free again: `/cast claim`."


def retired(gone: Retired, by: str) -> str:
    """That a character is no more; signed, if somebody else played it."""
    whose = f", played by {name(gone.taken_from)}," if gone.taken_from else ""
    decided = f", as {name(by)} decided" if gone.taken_from else ""
    return (
        f"**{name(gone.character.name)}**{whose} retires from the story{decided}. What they said "
        "stays. `/cast add` with that name brings them back."
    )


def taken_along(character: Character) -> str:
    """That a sheet forgot its secrets, with them, for whoever took them along."""
    secrets = character.sheet.secrets
    told = f" They were:\n>>> {secrets}" if secrets else ""
    return within(f"**{name(character.name)}**'s sheet has no secrets any more.{told}", MOST)


def character_card(card: CharacterCard) -> str:
    """One character's sheet."""
    character, sheet = card.character, card.character.sheet
    if character.retired_at:
        state = "retired: `/cast add` with this name brings them back"
    else:
        state = f"played by {name(card.held_by)}" if card.held_by else "free: `/cast claim`"
    if card.holder_left:
        state = (
            f"held by {name(card.held_by or '')}, who left the server; the story's owner frees "
            "the character: `/cast release`"
        )
    lines = [f"## {name(character.name)}", f"-# {state}"]
    if character.keepsake and not sheet.avatar_url:
        lines.append(
            "-# The picture is gone: the message that kept it was deleted. `/cast edit` gives "
            "another."
        )
    if character.aliases:
        lines.append(f"Also called {names(character.aliases)}")
    fields = [
        ("", sheet.description),
        ("Voice: ", sheet.voice),
        ("Wants: ", sheet.wants),
        ("Fears: ", sheet.fears),
    ]
    if card.shows_secrets and sheet.secrets:
        fields.append(("Secrets (only you see this): ", sheet.secrets))
    # Five fields and the lines above them stay under what a message holds.
    lines += [f"{label}{excerpt(text, 330)}" for label, text in fields if text]
    return within("\n".join(lines), MOST)


def claimed(claim: Claimed, who: str, how: str = "") -> str:
    """That a character has a writer now, and as whom they speak if they hold several.

    Args:
        claim: what they took.
        who: their display name.
        how: a sentence on how to speak.
    """
    played = name(claim.character.name)
    change = f"You speak as **{played}** now; `/cast play` changes that." if claim.others else ""
    said = [f"{name(who)} plays **{played}** from now on.", how, change]
    return " ".join(filter(None, said))
