"""Cards: bot messages drawn from what storage holds, in Components V2."""

from collections.abc import Sequence
from typing import Any

import discord

from bot.services.ballot_card import Ballotcard
from bot.services.linking import BranchCard, Origin
from bot.services.take_back import TakenBackCard
from bot.story.ballot import LIVE, Ballot, BallotState, Step, Variant, VariantState, shows_counts
from bot.story.draft import script
from bot.story.turn import TakingBackKind
from bot.story.typed import excerpt
from cogs import render
from cogs.ui.controls import button

MOST_TEXT = 3_700
"""Characters of a card's texts in all; Discord takes 4,000.

Source: https://discord.com/developers/docs/components/reference#text-display
"""
OPENING = 220
"""Characters of a variant's opening, when whole variants do not fit."""
IN_A_ROW = 5
ACCENT = discord.Colour(0x7A5CC0)
DONE = discord.Colour(0x5C6370)


Part = tuple[str, list[discord.ui.Button[Any]]]
"""A text and a row of buttons below it; either may be missing."""


def card_view(
    *texts: str,
    rows: list[list[discord.ui.Button[Any]]],
    colour: discord.Colour,
) -> discord.ui.LayoutView:
    """A card of texts, and of rows of buttons below them."""
    parts: list[Part] = [(text, []) for text in texts]
    return view_of([*parts, *(("", row) for row in rows)], colour=colour)


def view_of(parts: Sequence[Part], *, colour: discord.Colour) -> discord.ui.LayoutView:
    """A card of parts: a text (if any), and a row of buttons (if any) below each."""
    view = discord.ui.LayoutView(timeout=None)
    box: discord.ui.Container[Any] = discord.ui.Container(accent_colour=colour)
    for text, buttons in parts:
        if text:
            box.add_item(discord.ui.TextDisplay(text))
        if buttons:
            row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
            for one in buttons:
                row.add_item(one)
            box.add_item(row)
    view.add_item(box)
    # The controls are routed by id; discord.py need not remember this view.
    view.stop()
    return view


def ballot_card(card: Ballotcard) -> discord.ui.LayoutView:
    """A ballot: drafts with a button each while it is open, the outcome once it is decided."""
    ballot = card.ballot
    direction = ballot.rounds[0].direction if ballot.rounds else ""
    asked = f": *{render.name(excerpt(direction, 300))}*" if direction else " for a way on"
    asker = f"-# {render.name(card.opener)} asked{asked}"
    if ballot.state not in LIVE:
        return card_view(
            f"### {'How it went on' if ballot.winner_id else 'No way on was chosen'}\n{asker}",
            _outcome(card),
            rows=[],
            colour=DONE,
        )
    title = f"### How does it go on?\n{asker}"
    if ballot.state is BallotState.DRAFTING:
        count = ballot.rounds[0].variants if ballot.rounds else ballot.settings.variants
        drafting = f"✍️ {render.counted(count, 'draft')} on the way…"
        return card_view(title, drafting, rows=[], colour=ACCENT)
    footer = _footer(card)
    texts, whole = _variants(card, MOST_TEXT - len(title) - len(footer))
    return card_view(title, *texts, footer, rows=_rows(card, whole=whole), colour=ACCENT)


def _variants(card: Ballotcard, room: int) -> tuple[list[str], bool]:
    """The variants' texts, and whether they are whole."""
    whole = [_variant(card, variant) for variant in card.ballot.standing]
    if sum(map(len, whole)) <= room:
        return whole, True
    each = max(80, min(OPENING, room // max(1, len(whole)) - 110))
    return [_variant(card, variant, opening=each) for variant in card.ballot.standing], False


def _variant(card: Ballotcard, variant: Variant, opening: int = 0) -> str:
    said = script(variant.beats, card.company)
    if opening:
        speaker, text = said[0] if said else ("", "")
        body = f"> **{render.name(speaker)}** {excerpt(text, opening)}"
    else:
        body = "\n".join(f"> **{render.name(who)}**\n{render.quoted(text)}" for who, text in said)
    counted = ""
    if shows_counts(card.ballot):
        counted = f" · {card.counts.get(variant.id, 0)} for it"
    lock = ""
    if variant.id in card.locks:
        lock = f"\n-# 🔒 waits for {render.some(card.locks[variant.id], 2)} to allow it"
    angle = render.name(excerpt(variant.angle, 80))
    return f"**{variant.label} · {angle}**{counted}{lock}\n{body}"


def _rows(card: Ballotcard, *, whole: bool) -> list[list[discord.ui.Button[Any]]]:
    ballot = card.ballot
    key = ballot.id
    tied = ballot.state is BallotState.TIED
    chosen = card.verdict.leaders if tied and card.verdict else ()
    votes = [_vote(v) for v in ballot.standing if not chosen or _is_tied(card, v, chosen)]
    rows = [votes[i : i + IN_A_ROW] for i in range(0, len(votes), IN_A_ROW)]
    acts = [] if whole else [button("Read", f"read:v1:{key}:0", emoji="📖")]
    if not tied:
        acts += [
            button("None of these", f"none:v1:{key}"),
            button("Steer", f"steer:v1:{key}", emoji="🧭", disabled=ballot.is_full),
            button("Mine", f"mine:v1:{key}", emoji="✒️", disabled=ballot.is_full),
            button("Close", f"close:v1:{key}"),
        ]
    return [*rows, acts]


def _is_tied(card: Ballotcard, variant: Variant, chosen: tuple[int, ...]) -> bool:
    """Whether a draft is among the tied; one that was locked since is, once it is allowed."""
    approved = len(card.ballot.approvals.get(variant.id, ()))
    is_locked = variant.state is VariantState.LOCKED
    return variant.id in chosen or (is_locked and approved >= card.counts[chosen[0]])


def _vote(variant: Variant) -> discord.ui.Button[Any]:
    if variant.state is VariantState.LOCKED:
        return button(f"Allow {variant.label}", f"allow:v1:{variant.id}", emoji="🔒")
    return button(variant.label, f"vote:v1:{variant.id}", style=discord.ButtonStyle.primary)


def _footer(card: Ballotcard) -> str:
    ballot = card.ballot
    if ballot.state is BallotState.TIED:
        who = render.name(card.tie_breaker) or "a member who may manage this channel"
        if card.opener_left:
            return (
                "**A tie.** Whoever opened this vote left the server, so "
                f"{who} chooses by pressing one of the tied."
            )
        later = "" if card.opener_owns else "; after 24 hours the owner may"
        return f"**A tie.** {who} chooses by pressing one of the tied{later}."
    lines = ["-# Choose every draft you like; press again to withdraw."]
    lines.append(f"-# {_waiting(card)}")
    if card.newer:
        lines.append(f"-# Since these were asked for, {render.some(card.newer)} spoke.")
    newest = ballot.rounds[-1] if ballot.rounds else None
    if newest and newest.done_at is None:
        direction = render.name(excerpt(newest.direction, 100))
        lines.append(f"-# ✍️ {newest.variants} more on the way: *{direction}*")
    elif newest and newest.failure:
        lines.append(f"-# {newest.failure}")
    if ballot.runoff:
        lines.append("-# Second round, among the tied.")
    return "\n".join(lines)


def _waiting(card: Ballotcard) -> str:
    ballot, verdict = card.ballot, card.verdict
    voted = f"{len(ballot.voted)} voted"
    if verdict is None:
        return voted
    if verdict.step is Step.COUNT_DOWN:
        ends = ballot.countdown_ends
        return f"{voted} · decided {render.when(ends)} unless somebody presses" if ends else voted
    if verdict.missing:
        return f"{voted} · {verdict.missing} more must vote{_closing(card)}"
    if verdict.look_again != ballot.window_ends:
        return f"{voted} · somebody is writing a direction or a draft"
    if card.awaited or card.awaited_again:
        return f"{voted} · waiting {_for_whom(card)}{_closing(card)}{_sooner(card)}"
    return f"{voted} · the draft in front waits for a writer's word{_closing(card)}"


def _for_whom(card: Ballotcard) -> str:
    """Who is awaited; those who voted before the newest draft came are so again."""
    first = f"for {render.some(card.awaited)}" if card.awaited else ""
    again = f"again for {render.some(card.awaited_again)}" if card.awaited_again else ""
    return ", and ".join(part for part in (first, again) if part)


def _closing(card: Ballotcard) -> str:
    """When the window closes; nothing once it is closed and the quorum is not met."""
    verdict = card.verdict
    if verdict is None or verdict.look_again is None:
        return ""
    return f" · the window closes {render.when(verdict.look_again)}"


def _sooner(card: Ballotcard) -> str:
    """How to go on without those awaited."""
    return f" unless {'the owner' if card.opener_left else render.name(card.opener)} presses Close"


def _outcome(card: Ballotcard) -> str:
    ballot = card.ballot
    signed = f"\n-# Closed early by {render.name(card.closed_by)}" if card.closed_by else ""
    winner = ballot.variant(ballot.winner_id) if ballot.winner_id else None
    if winner is None:
        return f"{ballot.closing_note}{signed}"
    counts = " · ".join(f"{v.label} {len(ballot.approvals.get(v.id, ()))}" for v in ballot.standing)
    if ballot.nones:
        counts += f" · none {len(ballot.nones)}"
    angle = render.name(excerpt(winner.angle, 80))
    steer = _steered(ballot, winner)
    tie = f"\n-# {render.name(ballot.closing_note)}" if ballot.closing_note else ""
    done, total = card.posted
    progress = f"\n-# Posting {done} of {total}…" if done < total else ""
    return (
        f"**{winner.label} · {angle}** won.{steer}\n"
        f"-# {counts} · the others stay in `/scene history`{tie}{signed}{progress}"
    )


def _steered(ballot: Ballot, winner: Variant) -> str:
    """Which way a winner of a later round was asked to go; nothing for one written by hand."""
    asked = next((one for one in ballot.rounds if one.number == winner.round), None)
    if asked is None or asked.number == 1 or winner.author_id is not None:
        return ""
    return f"\n-# Steered: *{render.name(excerpt(asked.direction, 300))}*"


def taken_back_card(card: TakenBackCard) -> discord.ui.LayoutView:
    """That something was taken back, with Redo as long as it was not brought again."""
    count = len(card.taking_back.turn_ids)
    passages = "a passage" if count == 1 else f"{count} passages"
    who = render.some(card.speakers)
    if card.redone:
        again = "A passage" if count == 1 else f"{count} passages"
        return card_view(f"-# {again} of {who} came back.", rows=[], colour=DONE)
    if card.taking_back.kind is TakingBackKind.HIDING:
        text = f"A message was deleted, so {passages} of {who} left the story."
    else:
        text = f"{render.name(card.by)} took back {passages} of {who}."
    redo = button("Redo", f"redo:v1:{card.taking_back.id}", emoji="↩️")
    return card_view(text, rows=[[redo]], colour=DONE)


def branch_card(card: BranchCard) -> discord.ui.LayoutView:
    """What is played in a channel from now on, and what to do there."""
    title = f"### {render.name(card.story.title)} · {render.name(card.branch.name)}"
    if card.fork:
        return _fork_card(title, card, card.fork)
    beside = f" beside {render.places(card.others)}" if card.others else ""
    if card.again or card.branch.depth:
        told = render.counted(card.branch.depth, "turn")
        scene = f"This scene of the story ({told} so far) goes on here{beside}."
    else:
        scene = f"A scene of the story begins here{beside}."
    text = (
        f"{scene} What is written here stays here; the cast and what is true are shared.\n"
        "Claim a character with `/cast claim`, then just type. `/scene continue` asks the model "
        "for ways on."
    )
    about = button("About the story", f"branch:v1:{card.branch.id}", emoji="📖")
    return card_view(title, text, rows=[[about]], colour=ACCENT)


def _fork_card(title: str, card: BranchCard, fork: Origin) -> discord.ui.LayoutView:
    where = ""
    if fork.message_id:
        where = f" · {render.link(card.story.guild_id, fork.channel_id, fork.message_id)}"
    text = (
        f"{render.name(fork.by)} forked the story in <#{fork.channel_id}>{where}\n"
        f"It goes another way here after **{render.name(fork.turn.speaker)}**:\n"
        f"{render.quoted(excerpt(fork.turn.text, 600))}\n"
        "What came before is shared; what is written here stays here. Just type on as your "
        "character, or `/scene continue`."
    )
    past = button("What came before", f"branch:v1:{card.branch.id}", emoji="📖")
    return card_view(title, text, rows=[[past]], colour=ACCENT)


def ask_card(post_id: int, speaker: str) -> discord.ui.LayoutView:
    """Asks the owner whether a post stands that could not be looked for."""
    text = (
        f"I was interrupted while posting a passage of **{render.name(speaker)}**, and I may not "
        "read this channel's history to see whether it stands. Owner, is it there?"
    )
    rows = [
        [
            button("It is there", f"stands:v1:{post_id}"),
            button("Post it", f"again:v1:{post_id}", style=discord.ButtonStyle.primary),
        ]
    ]
    return card_view(text, rows=rows, colour=ACCENT)
