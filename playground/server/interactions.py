"""Interactions: what a person set off, and how the bot answers it.

Source: https://discord.com/developers/docs/interactions/receiving-and-responding
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from playground.server import payloads, posting
from playground.server.channel import Channel
from playground.server.errors import ApiError, invalid, unknown
from playground.server.message import EPHEMERAL, Message
from playground.server.nouns import Upload, User
from playground.server.permissions import EVERYTHING, IN_DM, in_channel
from playground.server.posting import Draft
from playground.server.rules_commands import GROUP
from playground.server.rules_modals import check_modal
from playground.server.shapes import Json
from playground.server.world import World

COMMAND, COMPONENT, AUTOCOMPLETE, SUBMIT = 2, 3, 4, 5
MESSAGE, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
SLASH_KIND, MENU_KIND = 20, 23
MAX_CHOICES, MAX_CHOICE = 25, 100
"""Suggestions of an autocompletion, and characters of each.

Source: https://discord.com/developers/docs/interactions/application-commands#autocomplete
"""


@dataclass(slots=True, eq=False)
class Interaction:
    """One thing a person set off.

    Attributes:
        kind: 2 command, 3 component, 4 autocomplete, 5 modal.
        source: the message whose component was used (also on the modal that came of it).
        answered_with: the type of the bot's first answer, None as long as there is none.
        message: the answer: the bot's new message, or the source that it updated.
        modal: the modal's JSON, if that was the answer.
        touched: the answer was changed or added to through the token.
    """

    id: int
    kind: int
    token: str
    user: User
    channel: Channel
    data: Json
    created_at: float
    source: Message | None = None
    cause: "Interaction | None" = None
    answered_with: int | None = None
    message: Message | None = None
    modal: Json | None = None
    choices: list[Json] = field(default_factory=list)
    followups: list[Message] = field(default_factory=list)
    touched: bool = False

    @property
    def deferred(self) -> bool:
        """Whether the first answer was only "wait"."""
        return self.answered_with in (DEFER, DEFER_UPDATE)


def start(world: World, interaction: Interaction) -> None:
    """Send an interaction to the bot."""
    world.interactions[interaction.token] = interaction
    _forget_old(world)
    world.tell(
        "INTERACTION_CREATE",
        _payload(world, interaction),
        guild=interaction.channel.guild,
        channel=interaction.channel,
        user=interaction.user,
    )


def _forget_old(world: World) -> None:
    """Drop dead interactions from the front: they are kept in order of time."""
    horizon = world.now() - 2 * world.limits.token_seconds
    while world.interactions:
        token, oldest = next(iter(world.interactions.items()))
        if oldest.created_at >= horizon:
            return
        del world.interactions[token]


def _payload(world: World, interaction: Interaction) -> Json:
    channel, guild, user = interaction.channel, interaction.channel.guild, interaction.user
    place = payloads.channel_json(channel)
    place["permissions"] = str(in_channel(user, channel))
    body: Json = {
        "id": str(interaction.id),
        "application_id": str(world.bot.id),
        "type": interaction.kind,
        "token": interaction.token,
        "version": 1,
        "data": interaction.data,
        "channel_id": str(channel.id),
        "channel": place,
        "locale": "en-US",
        "entitlements": [],
        "entitlement_sku_ids": [],
        "app_permissions": str(in_channel(world.bot, channel) if guild else IN_DM),
        "attachment_size_limit": posting.largest_file(channel),
        "authorizing_integration_owners": _owners(interaction),
        "context": 0 if guild else 1,
    }
    if guild is None:
        body["user"] = payloads.user_json(user)
    else:
        body["guild_id"] = str(guild.id)
        body["guild"] = {"id": str(guild.id), "locale": "en-US", "features": []}
        body["guild_locale"] = "en-US"
        member = payloads.member_json(guild.members[user.id])
        body["member"] = member | {"permissions": str(in_channel(user, channel) & EVERYTHING)}
    if interaction.source is not None:
        body["message"] = payloads.message_json(interaction.source, world)
    return body


def _owners(interaction: Interaction) -> Json:
    guild = interaction.channel.guild
    return {"0": str(guild.id) if guild else "0"}


def metadata(interaction: Interaction) -> Json:
    """Write whose doing a message is, for its ``interaction_metadata``."""
    body: Json = {
        "id": str(interaction.id),
        "type": interaction.kind,
        "user": payloads.user_json(interaction.user),
        "authorizing_integration_owners": _owners(interaction),
    }
    if interaction.kind == COMMAND:
        body |= {"name": _whole_name(interaction.data), "command_type": interaction.data["type"]}
    elif interaction.kind == COMPONENT and interaction.source is not None:
        body["interacted_message_id"] = str(interaction.source.id)
    elif interaction.cause is not None:
        body["triggering_interaction_metadata"] = metadata(interaction.cause)
    return body


def _whole_name(data: Json) -> str:
    """Return a command's name with its group and subcommand."""
    steps = [data["name"]]
    while (first := next(iter(data.get("options") or []), None)) and first["type"] <= GROUP:
        steps.append(first["name"])
        data = first
    return " ".join(steps)


def live(world: World, token: str) -> Interaction:
    """Return the interaction of a token that can still be used.

    Raises:
        ApiError: 50027 if there is none or its 15 minutes are over.
    """
    interaction = world.interactions.get(token)
    age = None if interaction is None else world.now() - interaction.created_at
    if interaction is None or age is None or age > world.limits.token_seconds:
        raise ApiError(401, 50027, "Invalid Webhook Token")
    return interaction


def callback(world: World, token: str, body: Json, files: dict[int, Upload]) -> Interaction:
    """Carry out the bot's first answer.

    Raises:
        ApiError: 10062 after three seconds, 40060 for a second answer, 50035 for a bad one.
    """
    interaction = world.interactions.get(token)
    if interaction is None:
        raise unknown("interaction")
    if interaction.answered_with is not None:
        raise ApiError(400, 40060, "Interaction has already been acknowledged.")
    if world.now() - interaction.created_at > world.limits.answer_seconds:
        raise unknown("interaction")
    kind = body.get("type")
    act = _ACTS.get(kind) if isinstance(kind, int) else None
    if act is None or not _allowed(interaction, kind):
        raise invalid("type", "BASE_TYPE_CHOICES", "This response type cannot be used here.")
    data = body.get("data") or {}
    act(world, interaction, data, files)
    interaction.answered_with = kind
    world.bus.stir()
    return interaction


def _allowed(interaction: Interaction, kind: int | None) -> bool:
    if interaction.kind == AUTOCOMPLETE:
        return kind == CHOICES
    if kind == CHOICES:
        return False
    if kind == MODAL:
        return interaction.kind != SUBMIT
    if kind in (DEFER_UPDATE, UPDATE):
        return interaction.source is not None
    return True


def _draft(world: World, interaction: Interaction, body: Json, files: dict[int, Upload]) -> Draft:
    whispered = int(body.get("flags") or 0) & EPHEMERAL
    source = interaction.source
    if source is not None and not (whispered or source.ephemeral or source.deleted):
        body = body | {"message_reference": {"message_id": str(source.id)}}
    kind = 0
    if interaction.kind == COMMAND:
        kind = SLASH_KIND if interaction.data["type"] == 1 else MENU_KIND
    return Draft(
        world.bot,
        body,
        files,
        kind,
        webhook_id=world.bot.id,
        application_id=world.bot.id,
        interaction=metadata(interaction),
        seen_by=interaction.user.id if whispered else None,
    )


def _say(world: World, interaction: Interaction, body: Json, files: dict[int, Upload]) -> None:
    draft = _draft(world, interaction, body, files)
    interaction.message = posting.post(world, interaction.channel, draft)


def _defer(world: World, interaction: Interaction, body: Json, files: dict[int, Upload]) -> None:
    draft = _draft(world, interaction, {"flags": body.get("flags")}, files)
    draft.loading = True
    interaction.message = posting.post(world, interaction.channel, draft)


def _defer_update(
    _world: World, interaction: Interaction, _body: Json, _files: dict[int, Upload]
) -> None:
    interaction.message = interaction.source


def _update(world: World, interaction: Interaction, body: Json, files: dict[int, Upload]) -> None:
    source = interaction.source
    if source is None or source.deleted:
        raise unknown("Message")
    interaction.message = posting.edit(world, source, body, files)


def _choices(_world: World, interaction: Interaction, body: Json, _: dict[int, Upload]) -> None:
    choices = body.get("choices")
    if not isinstance(choices, list) or len(choices) > MAX_CHOICES:
        raise invalid("data.choices", "BASE_TYPE_BAD_LENGTH", "Must be between 0 and 25 in length.")
    for index, choice in enumerate(choices):
        name, value = str(choice.get("name") or ""), str(choice.get("value"))
        if not 1 <= len(name) <= MAX_CHOICE or len(value) > MAX_CHOICE:
            where = f"data.choices.{index}.name"
            raise invalid(where, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
    interaction.choices = choices


def _modal(_world: World, interaction: Interaction, body: Json, _: dict[int, Upload]) -> None:
    check_modal(body)
    interaction.modal = body


_Act = Callable[[World, Interaction, Json, dict[int, Upload]], None]
_ACTS: dict[int, _Act] = {
    MESSAGE: _say,
    DEFER: _defer,
    DEFER_UPDATE: _defer_update,
    UPDATE: _update,
    CHOICES: _choices,
    MODAL: _modal,
}


def callback_json(world: World, interaction: Interaction) -> Json:
    """Write what ``with_response=1`` answers."""
    kind = interaction.answered_with
    body: Json = {
        "interaction": {"id": str(interaction.id), "type": interaction.kind},
        "resource": {"type": kind},
    }
    message = interaction.message
    if message is not None:
        body["interaction"] |= {
            "response_message_id": str(message.id),
            "response_message_loading": message.loading,
            "response_message_ephemeral": message.ephemeral,
        }
        if kind in (MESSAGE, UPDATE, DEFER):
            body["resource"]["message"] = payloads.message_json(message, world)
    return body


def original(interaction: Interaction) -> Message:
    """Return the first answer's message.

    Raises:
        ApiError: 10015 before there is an answer, 10008 if it is no message or was deleted.
    """
    if interaction.answered_with is None:
        raise unknown("Webhook")
    if interaction.message is None or interaction.message.deleted:
        raise unknown("Message")
    return interaction.message


def find(interaction: Interaction, message_id: int) -> Message:
    """Return a message that this interaction's token may change.

    Raises:
        ApiError: 10008 if there is none.
    """
    for message in (interaction.message, *interaction.followups):
        if message is not None and message.id == message_id and not message.deleted:
            return message
    raise unknown("Message")


def follow_up(
    world: World, interaction: Interaction, body: Json, files: dict[int, Upload]
) -> Message:
    """Post a further message; the first after a deferral takes the place of "thinking".

    Raises:
        ApiError: 10015 before the first answer, and what a message is refused for.
    """
    if interaction.answered_with is None:
        raise unknown("Webhook")
    waiting = interaction.message
    if waiting is not None and waiting.loading and not waiting.deleted:
        return change(world, interaction, waiting, body, files)
    draft = _draft(world, interaction, body, files)
    draft.kind = 0
    if waiting is not None and not (waiting.ephemeral or waiting.deleted):
        draft.body = body | {"message_reference": {"message_id": str(waiting.id)}}
    message = posting.post(world, interaction.channel, draft)
    interaction.followups.append(message)
    interaction.touched = True
    world.bus.stir()
    return message


def change(
    world: World,
    interaction: Interaction,
    message: Message,
    body: Json,
    files: dict[int, Upload],
) -> Message:
    """Edit a message through the interaction's token."""
    posting.edit(world, message, body, files)
    interaction.touched = True
    world.bus.stir()
    return message


def remove(world: World, interaction: Interaction, message: Message) -> None:
    """Delete a message through the interaction's token."""
    posting.delete(world, message)
    interaction.touched = True
    world.bus.stir()
