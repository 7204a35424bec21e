"""Values of the story as text for Discord. Names are escaped; nothing here can ping."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import discord

from bot.services.books import BookFile
from bot.services.canon import FactCard
from bot.services.casting import CastList, CharacterCard, Claimed, Released
from bot.services.parting import Offer, Retired
from bot.services.proposing import Waiting
from bot.services.provenance import Provenance
from bot.services.revise import Revised
from bot.services.stories import StoryCard
from bot.services.take_back import History
from bot.story.ballot import Ballot, BallotState
from bot.story.canon import Fact, FactState
from bot.story.cast import Character, Company
from bot.story.proposal import Proposal
from bot.story.purse import in_cents
from bot.story.tale import Actor, AiPolicy, Proxying, Settings, Story, StoryState
from bot.story.turn import Source, TakingBackKind, Turn
from bot.story.typed import excerpt

MOST = 2_000
"""Characters of a message.

Source: https://discord.com/developers/docs/resources/message#create-message
"""
LISTED = 300
"""Characters of a list of names on a story's card."""
MANY = 10
"""Channels that are listed."""
PAGE = 1_900
"""Characters of an ephemeral page, with room for its buttons' line."""


def name(text: str) -> str:
    """A name in which Markdown signs stand for themselves."""
    return discord.utils.escape_markdown(text)


def names(many: Iterable[str]) -> str:
    """Names as people list them: "Anna, Bo and Cy"."""
    return listed([name(one) for one in many])


def listed(many: Sequence[str]) -> str:
    """Things as people list them: "this, that and the other"."""
    if len(many) < 2:  # noqa: PLR2004 - one alone needs no "and"
        return "".join(many)
    return f"{', '.join(many[:-1])} and {many[-1]}"


def some(many: Sequence[str], most: int = 5) -> str:
    """Names as people list them, of many only the first: "Anna, Bo and 7 others"."""
    if len(many) <= most + 1:
        return names(many)
    return f"{', '.join(name(one) for one in many[:most])} and {len(many) - most} others"


def counted(count: int, one: str, more: str = "") -> str:
    """A number with its noun: "1 turn", "3 turns"."""
    return f"{count} {one if count == 1 else more or f'{one}s'}"


def places(channel_ids: Sequence[int]) -> str:
    """Channels as Discord links them, which pings nobody: "#the-inn and #the-cellar"."""
    shown = [f"<#{channel_id}>" for channel_id in channel_ids[:MANY]]
    more = len(channel_ids) - len(shown)
    return listed([*shown, f"{more} more"] if more else shown)


def when(at: datetime) -> str:
    """A time that Discord shows in each reader's own zone, such as "in 5 minutes"."""
    return discord.utils.format_dt(at, "R")


def quoted(text: str) -> str:
    """Text as a block quote, each line of it."""
    return "\n".join(f"> {line}" for line in text.splitlines() or [""])


def pages(blocks: Iterable[str], limit: int = PAGE) -> list[str]:
    """Blocks laid out on pages of at most ``limit`` characters; a longer block is cut short."""
    laid: list[str] = []
    for block in blocks:
        kept = block if len(block) <= limit else block[: limit - 1] + "…"
        if laid and len(laid[-1]) + len(kept) + 1 <= limit:
            laid[-1] += f"\n{kept}"
        else:
            laid.append(kept)
    return laid or ["Nothing yet."]


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
        f"**{name(c.name)}** ({_holder(company.writer_of(c.id), company, card.names)})"
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
    return _within("\n".join(lines), MOST - len(warnings)) + warnings


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


def _within(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


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


def _holder(writer_id: int | None, company: Company, known: Mapping[int, str]) -> str:
    left = ", left the server" if writer_id in company.left else ""
    return f"{name(known.get(writer_id or 0, 'a writer'))}{left}"


def cast_list(cast: CastList) -> list[str]:
    """The cast, one line each, on pages."""
    lines = []
    for character in cast.company.characters:
        writer = cast.company.writer_of(character.id)
        by = _holder(writer, cast.company, cast.names) if writer else "free"
        about = excerpt(character.sheet.description, 80)
        lines.append(f"**{name(character.name)}** · {by}{f' · {about}' if about else ''}")
    if not lines:
        lines = ["Nobody yet. `/cast add` adds a character."]
    if cast.retired:
        lines.append(f"-# Retired: {some(cast.retired, 20)}")
    return pages(lines)


def offer(offered: Offer, receiver: str) -> str:
    """That a character is offered to somebody, who has to agree."""
    character, holder = name(offered.character.name), name(offered.holder)
    to = name(receiver)
    return (
        f"**{character}**, played by {holder}, is offered to {to}.\n"
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
    return _within(f"**{name(character.name)}**'s sheet has no secrets any more.{told}", MOST)


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
    return _within("\n".join(lines), MOST)


def fact_line(
    fact: Fact, names_known: Mapping[int, str] | None = None, *, here: bool = True
) -> str:
    """A fact on one line, with who doubts it, if names are known.

    ``here`` tells whether it holds in this branch.
    """
    about = f"**{name(fact.about)}** · " if fact.about else ""
    mark = {
        FactState.CANON: "",
        FactState.PROPOSED: " *(to be reviewed: its source is gone or changed)*"
        if fact.accepted_by
        else " *(proposed)*",
        FactState.DISPUTED: _doubt(fact, names_known or {}),
        FactState.RETIRED: " *(retired)*",
    }[fact.state]
    elsewhere = "" if here else " *(from another branch; not so here)*"
    return f"`{fact.number}` {about}{fact.text}{mark}{elsewhere}"


def _doubt(fact: Fact, names_known: Mapping[int, str]) -> str:
    by = names_known.get(fact.disputed_by or 0)
    who = f" by {name(by)}" if by else ""
    why = f": {name(excerpt(fact.why, 120))}" if fact.why else ""
    return f" *(disputed{who}{why})*"


def reading(proposal: Proposal) -> str:
    """That the model is about to read, and what that costs."""
    passages = "passage" if proposal.turns == 1 else f"{proposal.turns} passages"
    return (
        f"Reading the last {passages}, {in_cents(proposal.estimate)}. A card shows what the model "
        "proposes; nothing of it is true before somebody accepts it."
    )


def waiting(card: Waiting, guild_id: int) -> str:
    """Where proposed facts wait."""
    wait = "proposed fact waits" if card.facts == 1 else "proposed facts wait"
    where = f"https://discord.com/channels/{guild_id}/{card.channel_id}/{card.message_id}"
    return f"-# {card.facts} {wait} for a decision: {where}"


def fact_card(card: FactCard, guild_id: int, *, cites: bool = True) -> str:
    """A fact with where it came from.

    Args:
        card: the fact.
        guild_id: where links lead.
        cites: whether its reader may read the passage that it came from.
    """
    fact = card.fact
    how = "Proposed by the model, asked by" if fact.proposal_id else "Added by"
    lines = [
        fact_line(fact, here=card.here),
        f"-# {how} {name(card.proposed_by)}, {when(fact.added_at)}",
    ]
    if fact.proposal_id and card.accepted_by:
        lines.append(f"-# Accepted by {name(card.accepted_by)}")
    if fact.state is FactState.PROPOSED:
        lines.append("-# It is not told to the model until somebody keeps it.")
    if card.disputed_by:
        why = f": {name(fact.why)}" if fact.why else ""
        lines.append(f"-# Disputed by {name(card.disputed_by)}{why}")
    if card.supersedes:
        lines.append(f"-# In place of fact {card.supersedes}")
    if card.retired_by:
        lines.append(f"-# Retired by {name(card.retired_by)}")
    lines += _source(card, guild_id, cites=cites)
    return _within("\n".join(lines), MOST)


def _source(card: FactCard, guild_id: int, *, cites: bool) -> list[str]:
    """The passage that a fact came from, if it came from one."""
    if card.source is None:
        return []
    if not cites:
        return ["-# It came from a passage in a channel that you do not see."]
    link = ""
    if card.message_id:
        link = f" · https://discord.com/channels/{guild_id}/{card.channel_id}/{card.message_id}"
    return [f"From a passage of {name(card.source.speaker)}{link}", quoted(card.fact.quote[:900])]


def provenance(told: Provenance) -> str:
    """Who wrote a passage."""
    by = {
        Source.HUMAN: f"**{name(told.author or 'a writer')}** wrote this",
        Source.MODEL: "**The model** wrote this",
        Source.MODEL_EDITED: f"**The model** wrote this, **{name(told.author or 'a writer')}** "
        "changed it",
    }[told.source]
    lines = [f"{by}, as {name(told.speaker)}, {when(told.at)}."]
    if told.opened_by:
        how = "a writer's own draft" if told.by_hand else f"“{excerpt(told.angle, 100)}”"
        lines.append(f"It was voted in on a ballot that {name(told.opened_by)} opened: {how}.")
    if told.revisions:
        times = "once" if told.revisions == 1 else f"{told.revisions} times"
        lines.append(f"It was changed {times}; `/scene history` shows the texts.")
    return "\n".join(lines)


def changed(revised: Revised) -> str:
    """That a passage has a new text, and what that does to the facts that came from it."""
    told = "Changed. `/scene history` keeps the old text."
    if not revised.reviewed:
        return told
    returns = "returns" if revised.reviewed == 1 else "return"
    facts = f"{counted(revised.reviewed, 'fact')} that came from it {returns} to review"
    return f"{told} {facts}: `/canon list`."


def history(past: History, sees: frozenset[int], reader_id: int) -> list[str]:
    """What was lost or changed lately, on pages.

    Args:
        past: what there is to tell.
        sees: channels that the reader may read; what branches elsewhere are called is not told.
        reader_id: who reads it.
    """
    told = {
        BallotState.SETTLED: "decided",
        BallotState.NOTHING: "nothing was wanted",
        BallotState.DROPPED: "dropped",
    }
    blocks: list[str] = []
    owns = reader_id == past.owner_id
    if past.origin:
        title, where = past.origin
        known = _known(where, sees, owns=owns)
        blocks.append(f"**A fork** of {name(title) if known else 'another scene'}")
    if past.forks:
        blocks.append(f"**Forked** into {_ways(past.forks, sees, owns=owns)}")
    kinds = {
        TakingBackKind.UNDO: "Undone",
        TakingBackKind.WITHDRAWAL: "Withdrawn",
        TakingBackKind.HIDING: "Hidden (message deleted)",
    }
    for taking, turns in past.taken_back:
        blocks.append(f"**{kinds[taking.kind]}** {when(taking.at)}")
        blocks += [f"> **{name(t.speaker)}** {excerpt(t.text, 200)}" for t in turns]
    for lost in past.ballots:
        ballot = lost.ballot
        blocks.append(
            f"**Ballot** of {name(lost.opener)}, {when(ballot.opened_at)}: {told[ballot.state]}"
        )
        blocks += [_variant_line(ballot, place) for place in range(len(ballot.variants))]
    for turn, texts in past.revised:
        blocks.append(f"**Changed**: {name(turn.speaker)}")
        blocks += [f"> {revision.number}: {excerpt(revision.text, 200)}" for revision in texts]
    return pages(blocks or ["Nothing was taken back, voted down or changed here yet."])


def _known(channel_id: int | None, sees: frozenset[int], *, owns: bool) -> bool:
    """Whether a branch may be named: of one that no channel plays, only to the owner."""
    return channel_id in sees if channel_id else owns


def _ways(forks: Sequence[tuple[str, int | None]], sees: frozenset[int], *, owns: bool) -> str:
    shown = [
        f"{name(title)}{f' (<#{where}>)' if where else ''}"
        for title, where in forks
        if _known(where, sees, owns=owns)
    ]
    hidden = len(forks) - len(shown)
    return listed([*shown, *([counted(hidden, "hidden scene")] if hidden else [])])


def forking(title: str) -> str:
    """That a fork is on its way."""
    return f"🍴 The fork **{name(title)}** is being opened. A note here links to its thread."


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


def _variant_line(ballot: Ballot, place: int) -> str:
    variant = sorted(ballot.variants, key=lambda v: v.place)[place]
    won = " ← won" if variant.id == ballot.winner_id else ""
    text = " ".join(beat.text for beat in variant.beats)
    # The angle of a draft of somebody's own is only how it begins.
    angle = "" if variant.author_id else f" · {excerpt(variant.angle, 60)}"
    return f"> {variant.label}{angle}{won}: {excerpt(text, 300)}"
