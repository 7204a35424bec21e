"""Draws the cards of posts from what storage holds now."""

import discord

from bot.ports import Store
from bot.services.ballot_card import BallotCards
from bot.services.linking import Linking
from bot.services.proposing import Proposing
from bot.services.reviewing import Reviewing
from bot.services.take_back import TakeBack
from bot.story.posts import Post, PostKind
from bot.story.typed import MAX_POST
from cogs.ui import cards, fact_cards


class Drawings:
    """Draws cards, and knows a card again by the ids of its buttons."""

    def __init__(
        self,
        store: Store,
        ballots: BallotCards,
        take_back: TakeBack,
        reviewing: Reviewing,
        linking: Linking,
        proposing: Proposing,
    ) -> None:
        self._store = store
        self._ballots = ballots
        self._take_back = take_back
        self._reviewing = reviewing
        self._linking = linking
        self._proposing = proposing

    async def draw(self, post: Post) -> discord.ui.LayoutView | None:
        """The card of a post; None if there is nothing to show."""
        match post.kind:
            case PostKind.BALLOT:
                ballot = await self._ballots.card(post.subject_id)
                return cards.ballot_card(ballot) if ballot else None
            case PostKind.TAKEN_BACK:
                taken = await self._take_back.card(post.subject_id)
                return cards.taken_back_card(taken) if taken else None
            case PostKind.DISPUTE | PostKind.PROPOSAL:
                return await self._draw_facts(post)
            case PostKind.BRANCH:
                return await self.branch(post.subject_id)
            case PostKind.ASK:
                async with self._store.read() as work:
                    asked = await work.posts.get(post.subject_id)
                return cards.ask_card(asked.id, asked.name) if asked else None
            case _:
                return None

    async def _draw_facts(self, post: Post) -> discord.ui.LayoutView | None:
        if post.kind is PostKind.PROPOSAL:
            proposed = await self._proposing.card(post.subject_id)
            return fact_cards.proposal_card(proposed) if proposed else None
        disputed = await self._reviewing.card(post.subject_id)
        return fact_cards.dispute_card(disputed) if disputed else None

    async def branch(self, branch_id: int) -> discord.ui.LayoutView | None:
        """The card of a branch; None if there is none."""
        card = await self._linking.card(branch_id)
        return cards.branch_card(card) if card else None

    def looks_like(self, message: discord.Message, post: Post, text: str) -> bool:
        """Whether a message of ours shows this post.

        A card is known by a button about its subject; a ballot that is still drafting, which has
        none, by the nonce it was sent with, or by being the only card without buttons.
        """
        if post.kind in {PostKind.TURN, PostKind.NOTE}:
            return message.content.strip() == text.strip()
        if message.nonce is not None and str(message.nonce) == f"post:{post.id}"[:25]:
            return True
        ids = _custom_ids(message)
        if post.kind is PostKind.BALLOT:
            about = f":{post.subject_id}"
            mine = any(i.split(":", 1)[0] == "close" and i.endswith(about) for i in ids)
            return mine or (not ids and message.flags.components_v2)
        if post.kind is PostKind.PROPOSAL:
            # While the model reads it has no buttons; later each names fact and proposal.
            about = f":{post.subject_id}"
            mine = any(i.startswith(("fact", "reread")) and i.endswith(about) for i in ids)
            return mine or (not ids and message.flags.components_v2)
        wanted = {
            PostKind.TAKEN_BACK: "redo",
            PostKind.ASK: "again",
            PostKind.DISPUTE: "factkeep",
            PostKind.BRANCH: "branch",
        }[post.kind]
        return f"{wanted}:v1:{post.subject_id}" in ids


def _custom_ids(message: discord.Message) -> list[str]:
    view = discord.ui.LayoutView.from_message(message, timeout=None)
    ids = [getattr(item, "custom_id", None) for item in view.walk_children()]
    return [custom_id for custom_id in ids if isinstance(custom_id, str)]


def plain(post: Post) -> str:
    """A turn's text as the bot itself posts it, under the speaker's name."""
    if post.kind is not PostKind.TURN:
        return post.text
    head = f"**{discord.utils.escape_markdown(post.name)}**\n"
    return f"{head}{post.text}" if len(head) + len(post.text) <= MAX_POST else post.text
