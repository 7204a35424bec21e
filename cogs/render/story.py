"""A story: its card, its settings, its passing on, its book."""

from collections.abc import Sequence

from bot.services.books import BookFile
from bot.services.stories import StoryCard
from bot.story.purse import in_cents
from bot.story.tale import Actor, AiPolicy, Proxying, Settings, Story, StoryState
from bot.story.turn import Turn
from bot.story.typed import excerpt
from cogs.render.cast import holder
from cogs.render.words import MOST, PAGE, counted, listed, name, quoted, within

LISTED = 300
"""Characters of a list of names on a story's card."""


def story_card(
    card: StoryCard,
    missing: Sequence[str] = (),
    sees: frozenset[int] = frozenset(),
    reader_id: int = 0,
) -> str:
    """A story's card.

    Args:
        card: the story.
        missing: sentences about permissions the bot lacks here.
        sees: channels that the reader may read; scenes elsewhere are counted alone.
        reader_id: who reads it.
    """
    story = card.place.story
    state = {StoryState.PAUSED: " · paused", StoryState.CLOSED: " · closed"}.get(story.state, "")
    lines = [f"## {name(story.title)}{state}", quoted(excerpt(story.premise, 900))]
    company = card.company
    held = [
        f"**{name(c.name)}** ({holder(company.writer_of(c.id), company, card.names)})"
        for c in company.claimed()
    ]
    free = [f"**{name(c.name)}**" for c in company.unclaimed()]
    owner = name(card.names.get(story.owner_id, "a writer"))
    rating = f" · {name(story.rating)}" if story.rating else ""
    turns = counted(card.turns, "turn") + (" in this scene" if len(card.scenes) > 1 else "")
    lines.append(
        f"-# Owned by {owner}{rating} · {turns} · {counted(card.facts, 'fact')} · {_spent(card)}"
    )
    if len(card.scenes) > 1:
        lines.append(f"Scenes: {_scenes(card, sees, reader_id)}")
    if held:
        lines.append(f"Played by people: {_listed(held)}")
    if free:
        lines.append(f"Voiced by the model until claimed: {_listed(free)}")
    if not company.characters:
        lines.append("Nobody is in it yet. `/cast add` adds a character, `/cast claim` takes one.")
    elif story.state is StoryState.OPEN:
        lines.append(
            "Claim a character with `/cast claim`, then just type. `/scene continue` asks "
            "the model for ways on."
        )
    if card.votes:
        lines.append("A ballot is open: vote on its card.")
    if card.questions:
        lines.append("**The premise is short. Three answers would give everybody more to hold:**")
        lines += [f"{n}. {question}" for n, question in enumerate(card.questions, 1)]
    # What the bot lacks must be read however long the story's card is.
    warnings = "".join(f"\n⚠️ {sentence}" for sentence in missing)
    return within("\n".join(lines), MOST - len(warnings)) + warnings


def _scenes(card: StoryCard, sees: frozenset[int], reader_id: int) -> str:
    """The branches with their channels; to the owner, those that no channel plays, too.

    Who could see the channel that is gone is not known, and its name may tell something.
    """
    here = card.place.channel.channel_id
    owns = reader_id == card.place.story.owner_id
    shown = [
        f"**{name(branch.name)}** ({f'<#{channel_id}>' if channel_id else 'no channel'}"
        f"{', this one' if branch.id == card.place.branch.id else ''})"
        for branch, channel_id in card.scenes
        if channel_id in {here, *sees} or (channel_id is None and owns)
    ]
    hidden = len(card.scenes) - len(shown)
    return _listed(shown, "") + (f" and {counted(hidden, 'hidden scene')}" if hidden else "")


def _listed(names_shown: Sequence[str], where: str = " (`/cast list`)") -> str:
    """Names that are escaped already, as many as a card has room for."""
    shown: list[str] = []
    for one in names_shown:
        if sum(map(len, shown)) + len(one) > LISTED:
            return f"{', '.join(shown)} and {len(names_shown) - len(shown)} more{where}"
        shown.append(one)
    return ", ".join(shown)


def _spent(card: StoryCard) -> str:
    return f"spent on the model: {in_cents(card.spent)}" if card.spent else "nothing spent yet"


def handing_over(story: Story, heir: Actor, by: Actor) -> str:
    """Asks whether a story shall be somebody else's."""
    owner = name(heir.name)
    and_you = " and you do not" if by.writer_id == story.owner_id else ""
    return f"Hand **{name(story.title)}** over to {owner}? Then {owner} owns it{and_you}."


def settings_card(settings: Settings, changed: Sequence[str] = ()) -> str:
    """A story's settings, each with the option that changes it.

    Args:
        settings: as they are now.
        changed: fields that were just changed.
    """
    proxying = {
        Proxying.OURS: "typed turns appear under the character's name",
        Proxying.THEIRS: "another bot posts them (typed text is not read)",
        Proxying.OFF: "typed turns stay as they are",
    }[settings.proxying]
    policy = {
        AiPolicy.FULL: "full (the model drafts ways on and proposes facts; people decide)",
        AiPolicy.VOICES: "voices only (unclaimed characters and the narrator; no proposed facts)",
        AiPolicy.SCRIBE: "scribe (the model writes no prose; it may propose facts)",
    }[settings.ai]
    hours = settings.window.total_seconds() / 3600
    lines = [
        "**Settings** (`/story settings` with an option changes it)",
        f"`style` {excerpt(settings.style, 300) or '–'}",
        f"`point_of_view` {settings.point_of_view or '–'}",
        f"`variants` {counted(settings.variants, 'draft')} in a ballot",
        f"`window_hours` {hours:.3g} h until a ballot no longer waits for the absent",
        f"`quorum` {counted(settings.quorum, 'writer')} must have voted (a lone one is enough)",
        f"`tie` {'the opener chooses' if settings.tie == 'opener' else 'a second round'}",
        f"`counts` {settings.counts} while people vote",
        f"`voters` {'writers with a character' if settings.voters == 'claimants' else 'everybody'}",
        f"`proxying` {settings.proxying}: {proxying}",
        f"`ai` {policy}",
    ]
    if changed:
        options = {"window": "window_hours"}
        told = listed([f"`{options.get(one, one)}`" for one in changed])
        lines[0] = f"**Settings**, with a new {told}"
    return "\n".join(lines)


def book(file: BookFile) -> str:
    """What goes with a story's file: that it is there, what it leaves out, and how to open it."""
    packed = " It is compressed, since it is too large otherwise: unpack it to read it."
    opened = packed if file.packed else ""
    if not file.hidden:
        return f"Here it is.{opened}"
    scenes = "1 scene is" if file.hidden == 1 else f"{file.hidden} scenes are"
    return (
        f"Here it is, as far as you may read it: {scenes} left out. The book of whoever sees all "
        f"channels of this story has everything.{opened}"
    )


def past(turns: Sequence[Turn]) -> str:
    """The last passages of a past, oldest first, as many as a message holds; empty for none."""
    shown: list[str] = []
    for turn in reversed(turns):
        line = f"**{name(turn.speaker)}** {excerpt(turn.text, 400)}"
        if sum(len(one) + 1 for one in shown) + len(line) > PAGE:
            break
        shown.insert(0, line)
    return "\n".join(shown)


def forking(title: str) -> str:
    """That a fork is on its way."""
    return f"🍴 The fork **{name(title)}** is being opened. A note here links to its thread."
