"""Buttons, selects and modals that work after a restart, for as long as the message exists.

A control's id is a key, such as ``vote:v1:<variant id>``; what it is about lies in storage. One
listener routes all of them, so that one guard answers every failure. (discord.py's own
DynamicItem drops errors, and its modals are forgotten with the process.)
"""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

import discord

from bot.client import Once, Routes, bind_interaction
from bot.story.names import is_blank
from cogs.actor import Interaction
from cogs.patience import be_patient
from cogs.replies import answer, answer_failure

_ID = re.compile(r"(?P<name>[a-z_]+:v\d+):(?P<key>.*)", re.DOTALL)

OUTDATED = (
    "This control is from an older version and works no more. `/story show` tells what is going "
    "on, `/scene continue` asks for new drafts."
)


async def route(
    interaction: Interaction,
    routes: Routes,
    once: Once,
    before: Callable[[Interaction], Awaitable[None]],
) -> None:
    """Handle an interaction, if it comes from one of our controls and for the first time.

    ``before`` is done first.
    """
    pressable = {discord.InteractionType.component, discord.InteractionType.modal_submit}
    if interaction.type not in pressable or not isinstance(interaction.data, dict):
        return
    if not once.first(interaction.id):
        return
    bind_interaction(interaction)
    be_patient(interaction)
    data: dict[str, Any] = dict(interaction.data)
    match = _ID.fullmatch(str(data.get("custom_id", "")))
    press = routes.get(match["name"]) if match else None
    values = _values(data)
    try:
        if match is None or press is None:
            await answer(interaction, OUTDATED)
        else:
            await before(interaction)
            await press(interaction, match["key"], values)
    except Exception as error:  # noqa: BLE001 - the one guard of every control
        written = values if interaction.type is discord.InteractionType.modal_submit else {}
        await answer_failure(interaction, error, _kept(written))


def _kept(values: Mapping[str, Any]) -> str:
    """What was written into a form that is refused: nobody shall have to write it twice."""
    texts = {
        key: text for key, text in values.items() if isinstance(text, str) and not is_blank(text)
    }
    if len(texts) == 1:
        return next(iter(texts.values()))
    return "\n\n".join(f"{key}:\n{text}" for key, text in texts.items())


def _values(data: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if "values" in data:
        values["values"] = data["values"]
    for component in _components(data.get("components", ())):
        held = component.get("value", component.get("values"))
        if "custom_id" in component and held is not None:
            values[component["custom_id"]] = held
    return values


def _components(components: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - Discord's JSON
    for component in components:
        yield component
        yield from _components(component.get("components", ()))
        if "component" in component:
            yield from _components([component["component"]])


def button(
    label: str,
    custom_id: str,
    *,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    emoji: str | None = None,
    disabled: bool = False,
) -> discord.ui.Button[Any]:
    """A button with a durable id."""
    return discord.ui.Button(
        label=label, custom_id=custom_id, style=style, emoji=emoji, disabled=disabled
    )


def row_view(*buttons: discord.ui.Button[Any]) -> discord.ui.View:
    """A plain view of buttons that discord.py need not remember."""
    view = discord.ui.View(timeout=None)
    for one in buttons:
        view.add_item(one)
    view.stop()
    return view
