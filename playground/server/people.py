"""People: what a person can do on the local Discord, by the same rules as on Discord."""

from collections.abc import Sequence

from playground.server import forms, interactions, options
from playground.server.channel import Channel
from playground.server.exchange import Choice, Exchange, InteractionFailed, find_component
from playground.server.forms import Filled, Pick
from playground.server.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, SUBMIT, Interaction
from playground.server.message import Message
from playground.server.nouns import User
from playground.server.options import Resolved, Value
from playground.server.payloads import message_json
from playground.server.permissions import (
    May,
    can,
    timed_out,
)
from playground.server.rules_commands import MESSAGE_MENU, SLASH, USER_MENU
from playground.server.rules_components import BUTTON, SELECTS, STRING_SELECT
from playground.server.shapes import Json
from playground.server.writing import Writer

_NO_ANSWER = "The application did not respond"


class Person(Writer):
    """Somebody who plays along. ``LocalDiscord.add_person`` makes one.

    Args:
        world: where the person lives.
        user: the person's account.
    """

    # Interactions

    async def slash(self, channel: Channel, command: str, /, **given: Value) -> Exchange:
        """Use a slash command, e.g. ``await anna.slash(inn, "story open", title="Fog")``.

        Raises:
            InteractionFailed: the bot gave no answer in three seconds, or the command or an option
                is not as the bot registered it.
        """
        data, _ = self._command(channel, command, given, partial=False)
        return await self._ask(channel, COMMAND, data)

    async def autocomplete(
        self, channel: Channel, command: str, option: str, typed: str, /, **given: Value
    ) -> list[Choice]:
        """Begin to type into an option and return what the bot suggests.

        Raises:
            InteractionFailed: the bot gave no answer, or the option is not completed by it.
        """
        data, way = self._command(channel, command, given, partial=True)
        spec = next((one for one in way if one["name"] == option), None)
        if spec is None or not spec.get("autocomplete"):
            raise InteractionFailed(f"The bot does not complete {option!r}")
        deepest = data
        while deepest.get("options") and deepest["options"][0]["type"] <= options.DEEPEST:
            deepest = deepest["options"][0]
        focused = {"name": option, "type": spec["type"], "value": typed, "focused": True}
        deepest.setdefault("options", []).append(focused)
        exchange = await self._ask(channel, AUTOCOMPLETE, data)
        return [Choice(one["name"], one["value"]) for one in exchange.interaction.choices]

    async def menu(self, target: "Message | Person", name: str) -> Exchange:
        """Use a context menu on a message; on a person use ``menu_on``.

        Raises:
            InteractionFailed: there is no such menu, or the bot gave no answer.
        """
        if isinstance(target, Person):
            raise InteractionFailed("Where? Use menu_on(channel, person, name)")
        channel = target.channel
        command = options.find_command(self._world, channel, self.user, MESSAGE_MENU, name)
        written = message_json(target, self._world)
        data = _menu_data(command.id, command.guild_id, MESSAGE_MENU, name, target.id)
        data["resolved"] = {"messages": {str(target.id): written}}
        return await self._ask(channel, COMMAND, data)

    async def menu_on(self, channel: Channel, target: "Person | User", name: str) -> Exchange:
        """Use a context menu on a person, in a channel.

        Raises:
            InteractionFailed: there is no such menu, or the bot gave no answer.
        """
        user = target.user if isinstance(target, Person) else target
        command = options.find_command(self._world, channel, self.user, USER_MENU, name)
        resolved = Resolved(self._world, channel)
        resolved.user(user)
        data = _menu_data(command.id, command.guild_id, USER_MENU, name, user.id)
        return await self._ask(channel, COMMAND, data | {"resolved": resolved.body})

    async def click(self, message: Message, key: str) -> Exchange:
        """Press a button, found by its custom id, label or emoji.

        Raises:
            InteractionFailed: there is none, it is disabled, or the bot gave no answer.
        """
        self._must_see(message)
        button = find_component(message, key, (BUTTON,))
        if "custom_id" not in button:
            raise InteractionFailed(f"{key!r} is a link")
        data = _component_data(button)
        return await self._ask(message.channel, COMPONENT, data, source=message)

    async def choose(self, message: Message, key: str, picks: Sequence[Pick]) -> Exchange:
        """Choose in a select menu, found by its custom id.

        Args:
            message: where the menu stands.
            key: the menu's custom id.
            picks: options' values, or the people, roles and channels chosen.

        Raises:
            InteractionFailed: what Discord's client would refuse, or the bot gave no answer.
        """
        self._must_see(message)
        select = find_component(message, key, SELECTS)
        least, most = forms.span(select)
        if not least <= len(picks) <= most:
            raise InteractionFailed(f"{key!r} takes {least} to {most} values")
        resolved = Resolved(self._world, message.channel)
        data = _component_data(select)
        data["values"] = self._picked(select, picks, resolved)
        if resolved.body:
            data["resolved"] = resolved.body
        return await self._ask(message.channel, COMPONENT, data, source=message)

    async def submit(self, exchange: Exchange, values: dict[str, Filled]) -> Exchange:
        """Send the form that an exchange showed.

        Args:
            exchange: whose answer was a modal.
            values: by label or custom id; what is left out stays as it was filled at first.

        Raises:
            InteractionFailed: what Discord's client would refuse, or the bot gave no answer.
        """
        modal = exchange.modal
        if modal is None:
            raise InteractionFailed("There is no form to submit")
        cause = exchange.interaction
        resolved = Resolved(self._world, cause.channel)
        data: Json = {
            "custom_id": modal.custom_id,
            "components": forms.fill(modal, values, resolved, self.user),
        }
        if resolved.body:
            data["resolved"] = resolved.body
        return await self._ask(cause.channel, SUBMIT, data, source=cause.source, cause=cause)

    # What the acts above share

    def _command(
        self, channel: Channel, command: str, given: dict[str, Value], *, partial: bool
    ) -> tuple[Json, list[Json]]:
        name, *steps = command.removeprefix("/").split()
        found = options.find_command(self._world, channel, self.user, SLASH, name)
        way, specs = options.descend(found, steps)
        resolved = Resolved(self._world, channel)
        filled = options.fill(specs, given, resolved, self.user, partial=partial)
        data: Json = {"id": str(found.id), "name": name, "type": SLASH}
        data["options"] = options.wrap(way, filled)
        if found.guild_id is not None:
            data["guild_id"] = str(found.guild_id)
        if resolved.body:
            data["resolved"] = resolved.body
        return data, specs

    def _picked(self, select: Json, picks: Sequence[Pick], resolved: Resolved) -> list[str]:
        if select["type"] != STRING_SELECT:
            return [forms.pick(one, resolved, self.user) for one in picks]
        offered = {one["label"]: one["value"] for one in select["options"]}
        known = set(offered.values())  # one option's label may be another one's value
        values = [str(one) if one in known else offered.get(str(one), str(one)) for one in picks]
        strange = [one for one in values if one not in known]
        if strange:
            raise InteractionFailed(f"{strange[0]!r} is not offered, only {sorted(offered)}")
        return values

    def _timed_out(self, channel: Channel) -> bool:
        member = channel.guild.members.get(self.id) if channel.guild else None
        return member is not None and timed_out(member)

    def _must_see(self, message: Message) -> None:
        hidden = message.seen_by not in (None, self.id)
        if message.deleted or hidden or not can(self.user, message.channel, May.VIEW_CHANNEL):
            raise InteractionFailed(f"{self.name} does not see that message")

    async def _ask(
        self,
        channel: Channel,
        kind: int,
        data: Json,
        *,
        source: Message | None = None,
        cause: Interaction | None = None,
    ) -> Exchange:
        """Send an interaction and wait for the bot's first answer.

        Raises:
            InteractionFailed: this person may not, or no answer came.
        """
        if kind == COMMAND and not can(self.user, channel, May.USE_APPLICATION_COMMANDS):
            raise InteractionFailed(f"{self.name} may not use commands here")
        if not can(self.user, channel, May.VIEW_CHANNEL) or self._timed_out(channel):
            raise InteractionFailed(f"{self.name} may do nothing here")
        world = self._world
        interaction = Interaction(
            world.ids.next(), kind, world.token(), self.user, channel, data, world.now()
        )
        interaction.source, interaction.cause = source, cause
        interactions.start(world, interaction)
        try:
            await world.bus.until(
                lambda: interaction.answered_with is not None,
                world.limits.answer_seconds,
                "the bot's first answer",
            )
        except TimeoutError:
            raise InteractionFailed(_NO_ANSWER) from None
        return Exchange(world, interaction)


def _menu_data(command_id: int, guild_id: int | None, kind: int, name: str, target_id: int) -> Json:
    data: Json = {"id": str(command_id), "name": name, "type": kind, "target_id": str(target_id)}
    if guild_id is not None:
        data["guild_id"] = str(guild_id)
    return data


def _component_data(component: Json) -> Json:
    return {
        "component_type": component["type"],
        "custom_id": component["custom_id"],
        "id": component["id"],
    }
