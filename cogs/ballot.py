"""The controls of a ballot's card: vote, None, Steer, Mine, Read, Allow, Close."""

from collections.abc import Mapping
from typing import Any

from discord.ext import commands

from bot.client import Press, TroupeClient
from bot.services.continue_story import MAX_DIRECTION
from bot.services.vote import MAX_OWN_DRAFT, Voted
from bot.story.ballot import BallotState, Pending
from bot.story.draft import script
from bot.story.errors import ConflictError, NotFoundError
from bot.story.purse import in_cents
from bot.story.typed import excerpt, split_posts
from cogs import render
from cogs.actor import Interaction, request_of
from cogs.notes import NewestNotes
from cogs.ui.controls import button, row_view
from cogs.ui.modals import Field, show_form

Values = Mapping[str, Any]


class BallotCog(commands.Cog):
    """Presses on ballots."""

    def __init__(self, client: TroupeClient) -> None:
        self.client = client
        self.services = client.services
        self._votes = NewestNotes()
        for name, press in (
            ("vote:v1", self.vote),
            ("none:v1", self.none),
            ("steer:v1", self.steer),
            ("steerform:v1", self.steer_form),
            ("mine:v1", self.mine),
            ("mineform:v1", self.mine_form),
            ("close:v1", self.close),
            ("allow:v1", self.allow),
            ("read:v1", self.read),
            ("stands:v1", self.stands),
            ("again:v1", self.again),
        ):
            client.routes.on(name, self._repairing(press))

    def _repairing(self, press: Press) -> Press:
        """A press that has the card drawn anew if it came too late: the card may be stale."""

        async def pressed(interaction: Interaction, key: str, values: Values) -> None:
            try:
                await press(interaction, key, values)
            except (ConflictError, NotFoundError):
                if interaction.message is not None and not interaction.message.flags.ephemeral:
                    await self.client.services.outbox.repair(interaction.message.id)
                raise

        return pressed

    async def vote(self, interaction: Interaction, key: str, values: Values) -> None:
        """A draft's own button."""
        del values
        voted = await self.services.vote.vote(request_of(interaction), int(key))
        await self._votes.tell(interaction, voted.ballot.id, _told(voted))

    async def none(self, interaction: Interaction, key: str, values: Values) -> None:
        """None of these."""
        del values
        voted = await self.services.vote.none(request_of(interaction), int(key))
        await self._votes.tell(interaction, voted.ballot.id, _told(voted))

    async def steer(self, interaction: Interaction, key: str, values: Values) -> None:
        """Steer: asks for the direction."""
        del values
        await self.services.vote.hold(request_of(interaction), int(key), Pending.STEER)
        hint = "darker · shorter sentences · from Mira's side"
        field = Field("direction", "What should be different?", "", hint, most=MAX_DIRECTION)
        await show_form(interaction, "Steer", f"steerform:v1:{key}", field)

    async def steer_form(self, interaction: Interaction, key: str, values: Values) -> None:
        """A direction was given."""
        direction = str(values.get("direction", ""))
        opened = await self.services.continue_story.steer(
            request_of(interaction), int(key), direction
        )
        await interaction.response.send_message(
            f"✍️ Drafting {opened.variants} more · {in_cents(opened.estimate)}. "
            "They appear on the same card.",
            ephemeral=True,
        )

    async def mine(self, interaction: Interaction, key: str, values: Values) -> None:
        """Mine: asks for a draft of one's own."""
        del values
        await self.services.vote.hold(request_of(interaction), int(key), Pending.MINE)
        hint = "Name: what they say or do. One line each; other lines go on."
        field = Field("draft", "How does it go on?", "", hint, most=MAX_OWN_DRAFT)
        await show_form(interaction, "My own draft", f"mineform:v1:{key}", field)

    async def mine_form(self, interaction: Interaction, key: str, values: Values) -> None:
        """A draft of one's own was given."""
        draft = str(values.get("draft", ""))
        variant = await self.services.vote.own_draft(request_of(interaction), int(key), draft)
        await interaction.response.send_message(
            f"Your draft is **{variant.label}** on the card, unsigned. "
            "Vote for it too, if you like it best.",
            ephemeral=True,
        )

    async def close(self, interaction: Interaction, key: str, values: Values) -> None:
        """Close."""
        del values
        ballot = await self.services.vote.close(request_of(interaction), int(key))
        text = {
            BallotState.TIED: "It is a tie: choose one of the tied on the card.",
            BallotState.OPEN: "It is a tie, so a second round among the tied began.",
        }.get(ballot.state, "Closed.")
        await interaction.response.send_message(text, ephemeral=True)

    async def allow(self, interaction: Interaction, key: str, values: Values) -> None:
        """The owner of a character allows a draft that writes it."""
        del values
        variant = await self.services.vote.allow(request_of(interaction), int(key))
        await interaction.response.send_message(
            f"You allowed **{variant.label}**; it may win now.", ephemeral=True
        )

    async def read(self, interaction: Interaction, key: str, values: Values) -> None:
        """Read: whole drafts, a page each, for the reader alone."""
        del values
        ballot_id, _, number = key.partition(":")
        card = await self.services.ballot_cards.card(int(ballot_id))
        if card is None or not card.ballot.standing:
            await interaction.response.send_message("There is nothing to read.", ephemeral=True)
            return
        pages: list[str] = []
        for variant in card.ballot.standing:
            said = script(variant.beats, card.company)
            body = "\n\n".join(f"**{render.name(who)}**\n{text}" for who, text in said)
            head = f"### {variant.label} · {excerpt(variant.angle, 80)}\n"
            pages += split_posts(head + body)
        shown = min(max(int(number.split(":")[0]), 0), len(pages) - 1)
        view = row_view(
            button("Back", f"read:v1:{ballot_id}:{shown - 1}:b", disabled=shown == 0),
            button("Next", f"read:v1:{ballot_id}:{shown + 1}:f", disabled=shown == len(pages) - 1),
        )
        message = interaction.message
        if message is not None and message.flags.ephemeral:
            await interaction.response.edit_message(content=pages[shown], view=view)
        else:
            await interaction.response.send_message(pages[shown], view=view, ephemeral=True)

    async def stands(self, interaction: Interaction, key: str, values: Values) -> None:
        """The owner saw that an unsure post stands."""
        del values
        await self._answer(interaction, int(key), stands=True)

    async def again(self, interaction: Interaction, key: str, values: Values) -> None:
        """The owner saw that an unsure post is missing."""
        del values
        await self._answer(interaction, int(key), stands=False)

    async def _answer(self, interaction: Interaction, post_id: int, *, stands: bool) -> None:
        request = request_of(interaction)
        await self.client.services.stories.require_owner(request)
        await self.client.services.outbox.answer(post_id, request.channel_id, stands=stands)
        await interaction.response.send_message("Thank you.", ephemeral=True, delete_after=5)


def _told(voted: Voted) -> str:
    if voted.ballot.state is BallotState.DROPPED:
        return voted.ballot.closing_note
    if voted.ballot.state is BallotState.SETTLED:
        return "Your vote decided it."
    if voted.none:
        still = "still want" if voted.stays else "want"
        return f"You {still} none of these. Press again to withdraw; **Steer** says what would do."
    if not voted.approves:
        return "You approve of no draft now."
    chosen = " and ".join(
        f"**{v.label}** ({render.name(excerpt(v.angle, 40))})" for v in voted.approves
    )
    still = "still approve" if voted.stays else "approve"
    return f"You {still} of {chosen}. Choose more if you like; press again to withdraw."


async def setup(client: TroupeClient) -> None:
    """Load the cog."""
    await client.add_cog(BallotCog(client))
