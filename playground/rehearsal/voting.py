"""Voting: read a ballot's card, choose by a seeded rule, press until it is decided."""

import asyncio
import random
from collections.abc import Sequence

from playground.rehearsal.acting import Patience
from playground.rehearsal.script import RehearsalError
from playground.server import Channel, Exchange, InteractionFailed, Message, Person
from playground.server.message import COMPONENTS_V2

DECIDED_SECONDS = 180.0
"""How long a ballot may take after the last press: a countdown, and the posting of the winner."""
DRAFTED_SECONDS = 180.0
_LOOK_BACK = 100
_VOTE = "vote:v1"
_NONE = "None of these"
_WITHDRAWN = "You approve of no draft now"
_HEADING = "### "
_BUSY = ("✍️", "-# ✍️", "-# Posting ")
"""How a line begins that tells that drafts are being written, or the winner posted."""

CHANCE_OF_FAVOURITE = 0.75
CHANCE_OF_NONE = 0.06
CHANCE_OF_SECOND = 0.15


def choices(card: Message) -> list[str]:
    """The labels of the drafts that can be voted for, in the order of the card."""
    return [b.label or "" for b in card.buttons if (b.custom_id or "").startswith(_VOTE)]


def is_card(message: Message) -> bool:
    """Whether a message is a ballot's card, open or decided: a headed card of the bot's own."""
    posted_by_bot = message.author.bot and not message.author.webhook
    return (
        posted_by_bot and bool(message.flags & COMPONENTS_V2) and message.text.startswith(_HEADING)
    )


def is_over(card: Message) -> bool:
    """Whether it is decided and, if a draft won, all of it is posted."""
    lines = card.text.split("\n")
    return not card.buttons and not any(line.startswith(_BUSY) for line in lines)


def has_winner(card: Message) -> bool:
    """Whether a draft won."""
    return is_over(card) and " won." in card.text


def _state(card: Message) -> str:
    if is_over(card):
        return "over"
    if not choices(card):
        return "drafting"
    # In a tie there is nothing to press but the tied.
    return "open" if any(b.label == _NONE for b in card.buttons) else "tied"


class Ballot:
    """A ballot as people meet it: the newest card after a certain message.

    Args:
        patience: how people act.
        channel: where the card appears.
        after_id: the channel's newest message when the ballot was asked for.
        chance: decides how people vote.
    """

    def __init__(
        self, patience: Patience, channel: Channel, after_id: int, chance: random.Random
    ) -> None:
        self._patience = patience
        self._channel = channel
        self._after_id = after_id
        self._chance = chance
        self.votes = 0

    @property
    def card(self) -> Message | None:
        """The card, once it is there."""
        newer = self._channel.shelf.after(self._after_id, _LOOK_BACK)
        return next((m for m in reversed(newer) if is_card(m)), None)

    async def _until(self, seconds: float, what: str, *states: str) -> Message:
        """Wait until the card is in one of some states: ``open``, ``tied``, ``over``."""

        def reached() -> Message | None:
            card = self.card
            return card if card is not None and _state(card) in states else None

        try:
            return await self._patience.local.until(reached, seconds, what)
        except TimeoutError as error:
            text = self.card.text if self.card else "(no card)"
            raise RehearsalError(f"In #{self._channel.name} {error}. The card: {text}") from None

    async def held(self, opener: Person, voters: Sequence[Person]) -> bool:
        """Vote until the ballot is over; whether a draft won.

        Raises:
            RehearsalError: it did not come to an end.
        """
        card = await self._until(DRAFTED_SECONDS, "drafts to vote on", "open", "tied", "over")
        if _state(card) == "open":
            await self._vote(card, voters)
        card = await self._until(DECIDED_SECONDS, "a decision", "tied", "over")
        if _state(card) == "tied":
            await self._press(opener, card, self._chance.choice(choices(card)))
            card = await self._until(DECIDED_SECONDS, "the choice among the tied", "over")
        return has_winner(card)

    async def _vote(self, card: Message, voters: Sequence[Person]) -> None:
        """Everybody presses once; the first of them sometimes likes a second draft as well."""
        labels = choices(card)
        favourite = self._chance.choice(labels)
        order = self._chance.sample(list(voters), len(voters))
        picks = [self._pick(labels, favourite) for _ in order]
        others = [label for label in labels if label != picks[0]]
        second = self._chance.random() < CHANCE_OF_SECOND and picks[0] != _NONE
        if second and others and len(order) > 1:
            # Before anybody else votes, since the last vote decides.
            await self._press(order[0], card, self._chance.choice(others))
        presses = (self._press(who, card, pick) for who, pick in zip(order, picks, strict=True))
        await asyncio.gather(*presses)

    def _pick(self, labels: Sequence[str], favourite: str) -> str:
        rolled = self._chance.random()
        if rolled < CHANCE_OF_FAVOURITE:
            return favourite
        return self._chance.choice(labels) if rolled < 1 - CHANCE_OF_NONE else _NONE

    async def _press(self, who: Person, card: Message, label: str) -> None:
        """Press a button; after a press that was not answered, until it is in."""
        try:
            answer = await self._patience.ask(lambda: self._click(who, label))
            if answer.in_doubt and _WITHDRAWN in answer.message.text:
                # The unanswered press had counted, and this one withdrew it.
                await self._patience.ask(lambda: self._click(who, label))
        except InteractionFailed:
            # The button is gone: it was decided meanwhile, or this draft is no longer tied.
            if label in choices(card) and not card.deleted:
                raise
            return
        self.votes += 1

    async def _click(self, who: Person, label: str) -> Exchange:
        # A card that was posted anew has other buttons: always the newest.
        card = self.card
        if card is None:
            raise InteractionFailed("The card is gone")
        return await who.click(card, label)
