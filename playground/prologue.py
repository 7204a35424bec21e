"""What greets whoever opens the page: a story under way, told by three people over the wire.

The scene is data (``scenes/greeting.json``), written with care, since it is what everybody reads
first. It is performed by people of the local Discord through the real bot, so that everything in it
is what the bot would do for anybody.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playground.claude import LocalClaude
from playground.claude.faults import Verbatim
from playground.globe import Globe
from playground.rehearsal.voting import choices, has_winner, is_card
from playground.server import ApiError, Channel, InteractionFailed, LocalDiscord, Message, Person

SCENE = Path(__file__).parent / "scenes" / "greeting.json"
STANDS_SECONDS = 10.0
"""How long any one thing may take until it stands."""
_Act = Mapping[str, Any]


class PrologueError(Exception):
    """The scene came to a halt; the sentence says at what."""


@dataclass(slots=True)
class Prologue:
    """The scene on its way.

    Attributes:
        local: where it is played.
        globe: the server, with the people whom the scene names.
        claude: writes what the scene lets the model write.
    """

    local: LocalDiscord
    globe: Globe
    claude: LocalClaude

    async def perform(self) -> None:
        """Perform the whole scene.

        Raises:
            PrologueError: the bot refused something, or something did not appear.
        """
        scene = json.loads(SCENE.read_text(encoding="utf-8"))
        place = self.globe.channels[scene["place"]]
        for act in scene["acts"]:
            await self._try(act, place)
        for post in scene["posts"]:
            await self._post(post)

    async def _try(self, act: _Act, place: Channel) -> None:
        try:
            await self._perform(act, place)
        except (ApiError, InteractionFailed, TimeoutError) as error:
            what = act.get("command") or "what was typed"
            raise PrologueError(f"{act['who']}'s {what}: {error}") from error

    async def _perform(self, act: _Act, place: Channel) -> None:
        who = self.globe.people[act["who"]]
        match act:
            case {"drafts": [*drafts], "command": str(command), "direction": str(direction)}:
                await self._ballot(who, place, command, direction, drafts)
            case {"types": str(text)}:
                await self._types(who, place, text)
            case {"chats": str(text)}:
                await who.say(place, text)
            case {"command": "scene narrate", "text": str(text)}:
                before = place.last_message_id or 0
                await self._command(who, place, "scene narrate", text=text)
                await self._stands(place, before, text)
            case {"command": str(command), "who": str(), **given}:
                await self._command(who, place, command, **given)
            case _:
                raise PrologueError(f"Nobody knows how to play {sorted(act)}.")

    async def _command(self, who: Person, place: Channel, command: str, **given: str) -> None:
        """Use a command; what it told to the asker alone is read, and put away."""
        answer = await (await who.slash(place, command, **given)).answer()
        if answer.ephemeral:
            await who.delete(answer)

    async def _types(self, who: Person, place: Channel, text: str) -> None:
        before = place.last_message_id or 0
        typed = await who.say(place, text)
        await self._stands(place, before, text)
        await self.local.until(lambda: typed.deleted, STANDS_SECONDS, "what was typed to be gone")

    async def _stands(self, place: Channel, before: int, text: str) -> None:
        """Wait until a passage is posted under its speaker's name."""

        def stands() -> bool:
            newer = place.shelf.after(before, 10)
            return any(one.author.webhook and one.content == text for one in newer)

        await self.local.until(stands, STANDS_SECONDS, f"the passage “{text[:40]}…”")

    # --- ballots -------------------------------------------------------------------------------

    async def _ballot(
        self, who: Person, place: Channel, command: str, direction: str, drafts: list[Any]
    ) -> None:
        before = place.last_message_id or 0
        self.claude.faults.append(Verbatim(_answer(drafts)))
        given: dict[str, Any] = {"direction": direction, "variants": len(drafts)}
        try:
            await self._command(who, place, command, **given)
            card = await self.local.until(
                lambda: _card(place, before, len(drafts)), STANDS_SECONDS, "a card with the drafts"
            )
        finally:
            # If it was not asked for, it must not be the answer to somebody else.
            self.claude.faults.clear()
        winner = next((one["angle"] for one in drafts if one.get("wins")), None)
        if winner is not None:
            await self._settle(who, card, winner)

    async def _settle(self, who: Person, card: Message, angle: str) -> None:
        """Vote for a draft, and close the ballot over it."""
        label = next(one for one in choices(card) if f"**{one} · {angle}**" in card.text)
        for key in (label, "Close"):
            answer = await (await who.click(card, key)).answer()
            await who.delete(answer)
        await self.local.until(lambda: has_winner(card), STANDS_SECONDS, "the winner posted")

    # --- forum posts ---------------------------------------------------------------------------

    async def _post(self, post: _Act) -> None:
        talk = [(self.globe.people[name], text) for name, text in post["talk"]]
        thread = self.globe.open_post(post["name"], talk[0][0], tag=post["tag"])
        for who, text in talk:
            await who.say(thread, text)


def _card(place: Channel, before: int, drafts: int) -> Message | None:
    newer = place.shelf.after(before, 20)
    return next((one for one in newer if is_card(one) and len(choices(one)) == drafts), None)


def _answer(drafts: list[Any]) -> str:
    """What the model writes: the drafts, as the bot wants them."""
    variants = [
        {
            "angle": one["angle"],
            "beats": [
                {"actor": actor, "kind": kind, "text": text} for actor, kind, text in one["beats"]
            ],
        }
        for one in drafts
    ]
    return json.dumps({"variants": variants}, ensure_ascii=False)
