import asyncio
from typing import Any, Literal

import discord
from discord import app_commands

from tests.playground.server.bots import Bot

Range = app_commands.Range
story = app_commands.Group(name="story", description="Stories")
deep = app_commands.Group(name="deep", description="Deeper", parent=story)


class Talker(Bot):
    """A bot with one command of every kind of answer."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.got: list[Any] = []
        self.let_go = asyncio.Event()
        for command in (story, take_back, who_is_this):
            self.tree.add_command(command)


@story.command(name="open", description="Opens")
async def open_(i: discord.Interaction[Talker], title: str, variants: Range[int, 1, 4] = 3):
    i.client.got.append((i, title, variants))
    await i.response.send_message(f"{title} x{variants}", ephemeral=True)


@deep.command(description="Takes things")
async def things(
    i: discord.Interaction[Talker],
    member: discord.Member,
    channel: discord.TextChannel,
    role: discord.Role,
    file: discord.Attachment,
):
    i.client.got.append((member.id, channel.id, role.id, await file.read()))
    await i.response.send_message("taken")


@deep.command(description="Takes values")
async def values(
    i: discord.Interaction[Talker],
    size: float,
    yes: bool,  # noqa: FBT001 - the library reads the signature
    kind: Literal["a", "b"],
):
    i.client.got.append((size, yes, kind))
    await i.response.send_message("taken")


@story.command(description="Thinks")
async def think(i: discord.Interaction[Talker], hidden: bool = False):  # noqa: FBT001, FBT002 - the library reads the signature
    await i.response.defer(thinking=True, ephemeral=hidden)
    await i.client.let_go.wait()
    await i.edit_original_response(content="thought")
    await i.followup.send("and more", ephemeral=hidden)


@story.command(description="Thinks and follows up")
async def follow(i: discord.Interaction[Talker]):
    await i.response.defer(thinking=True)
    await i.followup.send("in its place")


@story.command(description="Says nothing")
async def mute(i: discord.Interaction[Talker]):
    i.client.got.append(i)


@story.command(description="Answers twice")
async def twice(i: discord.Interaction[Talker]):
    i.client.got.append(i)
    await i.response.send_message("once")
    i.response._response_type = None
    try:
        await i.response.send_message("twice")
    except discord.HTTPException as refusal:
        i.client.got.append(refusal.code)
    i.client.let_go.set()


@story.command(description="Suggests")
async def name(i: discord.Interaction[Talker], who: str, other: str = ""):
    await i.response.send_message(who + other)


@name.autocomplete("who")
async def suggest(i: discord.Interaction[Talker], typed: str):
    i.client.got.append((typed, i.namespace.other))
    return [app_commands.Choice(name=f"{typed}{n}", value=str(n)) for n in range(25)]


@app_commands.context_menu(name="Take back")
async def take_back(i: discord.Interaction[Talker], message: discord.Message):
    await i.response.send_message(f"took back {message.content}", ephemeral=True)


@app_commands.context_menu(name="Who is this")
async def who_is_this(i: discord.Interaction[Talker], member: discord.Member):
    await i.response.send_message(member.display_name)
