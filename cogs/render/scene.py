"""What was said and what became of it: who wrote it, its changes, a scene's history."""

from collections.abc import Sequence

from bot.services.continue_story import Opened
from bot.services.polling import FULL
from bot.services.provenance import Provenance
from bot.services.revise import Revised
from bot.services.take_back import History
from bot.story.ballot import Ballot, BallotState
from bot.story.turn import Source, TakingBackKind
from bot.story.typed import excerpt
from cogs.render.words import counted, link, listed, name, pages, quoted, when


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


def already(opened: Opened, guild_id: int | None, direction: str) -> str:
    """Why nothing was asked while a ballot is open: where it stands, and what was wished."""
    ballot = opened.ballot
    told = "A ballot is open already."
    if ballot.is_drafting:
        told += " Its drafts are being written."
    elif ballot.state is BallotState.TIED:
        told += " It ended in a tie; one of the tied drafts is chosen on its card."
    elif ballot.is_full:
        told += f" {FULL}"
    else:
        told += " Vote on its card, or steer it: say which way its next drafts should go."
    lines = [told]
    if opened.card:
        channel_id, message_id = opened.card
        lines.append(f"-# {link(guild_id, channel_id, message_id)}")
    if direction:
        lines.append(f"You wished for:\n{quoted(direction)}")
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


def _variant_line(ballot: Ballot, place: int) -> str:
    variant = sorted(ballot.variants, key=lambda v: v.place)[place]
    won = " ← won" if variant.id == ballot.winner_id else ""
    text = " ".join(beat.text for beat in variant.beats)
    # The angle of a draft of somebody's own is only how it begins.
    angle = "" if variant.author_id else f" · {excerpt(variant.angle, 60)}"
    return f"> {variant.label}{angle}{won}: {excerpt(text, 300)}"
