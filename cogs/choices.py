"""Autocomplete: what a writer may mean, as they type."""

from collections.abc import Callable, Iterable

from discord import app_commands

from bot.client import TroupeClient
from bot.services.canon import SHOWN
from bot.services.casting import CastList
from bot.services.reach import is_told_to_all
from bot.story.canon import Fact, FactState
from bot.story.cast import Character
from bot.story.errors import StoryError
from bot.story.names import NARRATOR, name_key
from bot.story.policy import Standing, owns
from bot.story.tale import Actor
from bot.story.typed import excerpt
from cogs import places
from cogs.actor import Interaction, request_beyond, request_of

MOST = 25
"""Choices that Discord shows.

Source: https://discord.com/developers/docs/interactions/application-commands
"""

Chooser = Callable[[CastList, Actor], Iterable[Character]]


async def characters(
    client: TroupeClient, interaction: Interaction, typed: str, which: Chooser
) -> list[app_commands.Choice[str]]:
    """Characters whose name or alias holds what was typed.

    Args:
        client: with the services.
        interaction: where it is typed, and by whom.
        typed: so far.
        which: chooses among the cast, for a writer.
    """
    request = request_of(interaction)
    try:
        cast = await client.services.casting.cast_list(request.channel_id)
    except StoryError:
        return []
    key = name_key(typed)
    found = [
        c.name
        for c in which(cast, request.actor)
        if any(key in name_key(n) for n in (c.name, *c.aliases))
    ]
    return [app_commands.Choice(name=name, value=name) for name in found[:MOST]]


def anybody(cast: CastList, actor: Actor) -> Iterable[Character]:
    """Everybody in the cast."""
    del actor
    return cast.company.characters


def free(cast: CastList, actor: Actor) -> Iterable[Character]:
    """Whoever nobody holds."""
    del actor
    return cast.company.unclaimed()


def mine(cast: CastList, actor: Actor) -> Iterable[Character]:
    """The characters of the writer."""
    return cast.company.held_by(actor.writer_id)


def held(cast: CastList, actor: Actor) -> Iterable[Character]:
    """The characters of the writer; for the story's owner, everybody's."""
    return cast.company.claimed() if _owns(cast, actor) else mine(cast, actor)


def releasable(cast: CastList, actor: Actor) -> Iterable[Character]:
    """The characters of the writer; for the story's owner, also of those who left the server."""
    if not _owns(cast, actor):
        return mine(cast, actor)
    kept = {actor.writer_id, *cast.company.left}
    return [c for c in cast.company.claimed() if cast.company.writer_of(c.id) in kept]


def _owns(cast: CastList, actor: Actor) -> bool:
    return owns(actor, cast.story, Standing(left=cast.company.left))


async def voices(
    client: TroupeClient, interaction: Interaction, typed: str
) -> list[app_commands.Choice[str]]:
    """Whom the model may voice: the narrator and the unclaimed."""
    found = await characters(client, interaction, typed, free)
    if name_key(typed) in name_key(NARRATOR):
        found.insert(0, app_commands.Choice(name=NARRATOR, value=NARRATOR))
    return found[:MOST]


async def prices(client: TroupeClient, interaction: Interaction) -> list[app_commands.Choice[int]]:
    """How many drafts, each with its price."""
    try:
        offers = await client.services.continue_story.prices(interaction.channel_id or 0)
    except StoryError:
        return []
    return [
        app_commands.Choice(name=f"{count} draft{'s' if count > 1 else ''} · {price}", value=count)
        for count, price in offers
    ]


async def strays(
    client: TroupeClient, interaction: Interaction, typed: str
) -> list[app_commands.Choice[str]]:
    """Stories of the asker, or scenes of them, that no channel plays."""
    request, guild_id = request_beyond(interaction), interaction.guild_id or 0
    await client.services.departures.owners_of_strays(request, guild_id)
    found = await client.services.linking.strays(request.actor, guild_id)
    key = name_key(typed)
    return [
        app_commands.Choice(name=excerpt(stray.label, 100), value=str(stray.branch.id))
        for stray in found
        if key in name_key(stray.label)
    ][:MOST]


async def passages(
    client: TroupeClient, interaction: Interaction, typed: str
) -> list[app_commands.Choice[int]]:
    """The last passages of the channel's branch, newest first."""
    try:
        found = await client.services.forking.passages(interaction.channel_id or 0)
    except StoryError:
        return []
    key = name_key(typed)
    return [
        app_commands.Choice(name=excerpt(f"{t.speaker}: {t.text}", 100), value=t.id)
        for t in found
        if key in name_key(f"{t.speaker} {t.text}")
    ][:MOST]


async def facts(
    client: TroupeClient,
    interaction: Interaction,
    typed: str,
    states: frozenset[FactState] = SHOWN,
) -> list[app_commands.Choice[int]]:
    """Facts in certain states that hold what was typed."""
    try:
        found = await _facts_told(client, interaction)
    except StoryError:
        return []
    key = name_key(typed)
    kept = [
        f for f in found if f.state in states and key in name_key(f"{f.number} {f.about} {f.text}")
    ]
    return [
        app_commands.Choice(name=excerpt(f"{f.number} · {f.text}", 100), value=f.number)
        for f in kept[:MOST]
    ]


async def _facts_told(client: TroupeClient, interaction: Interaction) -> list[Fact]:
    """The facts that whoever types may be told.

    Raises:
        NotFoundError: there is no story here.
    """
    channel_id, canon = interaction.channel_id or 0, client.services.canon
    found = await canon.facts(channel_id)
    if all(is_told_to_all(fact) for fact in found):
        # Which channels somebody sees may have to be asked of Discord, and here at each letter.
        return found
    return await canon.facts(channel_id, reader=await places.reader_of(client, interaction))


async def subjects(
    client: TroupeClient, interaction: Interaction, typed: str
) -> list[app_commands.Choice[str]]:
    """Whom and what the facts are about."""
    try:
        found = await _facts_told(client, interaction)
    except StoryError:
        return []
    key = name_key(typed)
    abouts = dict.fromkeys(f.about for f in found if f.about and key in name_key(f.about))
    return [app_commands.Choice(name=excerpt(a, 100), value=a[:100]) for a in list(abouts)[:MOST]]
