"""A person's act and what the bot made of it."""

from dataclasses import dataclass

from playground.server.interactions import DEFER_UPDATE, Interaction
from playground.server.message import Message, walk
from playground.server.rules_components import ROW
from playground.server.rules_modals import LABEL
from playground.server.shapes import Json
from playground.server.world import World


class InteractionFailed(Exception):  # noqa: N818 - the words a person reads on Discord
    """What a person reads instead of an answer, or why Discord's client would not even ask."""


@dataclass(slots=True, frozen=True)
class Choice:
    """A suggestion of an autocompletion: what is shown, and what is sent."""

    name: str
    value: str | int | float


@dataclass(slots=True, frozen=True)
class Field:
    """A field of a modal.

    Attributes:
        label: what stands over it.
        kind: the component's type, e.g. 4 for text and 3 for a select.
        value: the text it is filled with at first.
        body: the component's whole JSON.
    """

    label: str
    custom_id: str
    kind: int
    required: bool
    value: str
    body: Json


@dataclass(slots=True, frozen=True)
class Modal:
    """A form that pops up."""

    title: str
    custom_id: str
    fields: list[Field]
    body: Json

    @classmethod
    def read(cls, body: Json) -> "Modal":
        """Read a modal from the bot's answer."""
        fields = []
        for part in body["components"]:
            if part["type"] == LABEL:
                fields.append(_field(part["component"], part["label"]))
            elif part["type"] == ROW:
                fields += [_field(one, one.get("label") or "") for one in part["components"]]
        return cls(body["title"], body["custom_id"], fields, body)


def _field(body: Json, label: str) -> Field:
    needed = body.get("required", True)
    return Field(
        label, body["custom_id"], body["type"], bool(needed), body.get("value") or "", body
    )


class Exchange:
    """What came of a slash command, a press, a choice, a menu or a submitted form.

    Args:
        world: where it happened.
        interaction: what was sent to the bot.
    """

    def __init__(self, world: World, interaction: Interaction) -> None:
        self.interaction = interaction
        self._world = world

    @property
    def deferred(self) -> bool:
        """Whether the bot's first answer was only "wait"."""
        return self.interaction.deferred

    @property
    def modal(self) -> Modal | None:
        """The form that the bot showed, if it did."""
        body = self.interaction.modal
        return None if body is None else Modal.read(body)

    @property
    def message(self) -> Message | None:
        """The answer: a new message (maybe still "thinking"), or the one whose part was used."""
        return self.interaction.message

    @property
    def followups(self) -> list[Message]:
        """Further messages, oldest first."""
        return [one for one in self.interaction.followups if not one.deleted]

    async def answer(self, timeout: float = 10) -> Message:  # noqa: ASYNC109 - said in the error
        """Wait through "thinking" and return the final message.

        After a silent acknowledgement that is the first follow-up, or the message that the used
        component stands on once it was changed.

        Raises:
            InteractionFailed: the answer was a modal.
            TimeoutError: nothing came in ``timeout`` seconds.
        """
        if self.interaction.modal is not None:
            raise InteractionFailed("The answer was a modal, not a message")
        return await self._world.bus.until(self._final, timeout, "the bot's answer")

    def _final(self) -> Message | None:
        interaction = self.interaction
        if interaction.answered_with == DEFER_UPDATE:
            if not interaction.touched:
                return None
            return interaction.followups[0] if interaction.followups else interaction.message
        message = interaction.message
        if message is not None and message.deleted and interaction.followups:
            # "Thinking" was taken away, and what came after it is the answer.
            return interaction.followups[0]
        return None if message is None or message.loading else message


def find_component(message: Message, key: str, kinds: tuple[int, ...]) -> Json:
    """Return a component by custom id, label or emoji.

    Raises:
        InteractionFailed: there is none, or it is disabled.
    """
    there = [one for one in walk(message.components) if one["type"] in kinds]
    for name in (_custom_id, _label, _emoji):  # one's label may be another one's custom id
        for one in there:
            if name(one) == key:
                if one.get("disabled"):
                    raise InteractionFailed(f"{key!r} is disabled")
                return one
    shown = [one.get("label") or one.get("custom_id") for one in walk(message.components)]
    raise InteractionFailed(f"There is no {key!r} on the message, only {shown}")


def _custom_id(one: Json) -> object:
    return one.get("custom_id")


def _label(one: Json) -> object:
    return one.get("label")


def _emoji(one: Json) -> object:
    return (one.get("emoji") or {}).get("name")
