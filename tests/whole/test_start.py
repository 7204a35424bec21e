"""Starting where something is not there yet."""

import asyncio
import contextlib
import socket
from pathlib import Path

import discord
import pytest
from discord import app_commands

from bot import supervisor


async def test_a_bot_waits_for_a_discord_that_cannot_be_reached(
    local, settings, journal, monkeypatch
):
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.05)
    # Bound and deaf: until it is closed the port is nobody else's, and refuses whoever calls.
    unused = socket.socket()
    unused.bind(("127.0.0.1", 0))
    port = unused.getsockname()[1]
    there = f"127.0.0.1:{port}"
    addresses = {
        "discord_api_base": f"http://{there}/api/v10",
        "discord_gateway_url": f"ws://{there}/gateway/",
    }
    nowhere = settings.model_copy(update=addresses)
    await local.stop()
    running = asyncio.create_task(supervisor.run(nowhere))
    try:
        async with asyncio.timeout(60):
            while "Discord cannot be reached" not in journal.getvalue():
                assert not running.done()
                await asyncio.wait({running}, timeout=0.05)
        # Once it is there, the bot connects.
        unused.close()
        await local.start(port)
        await local.bot_ready(60)
    finally:
        unused.close()
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_every_command_and_menu_has_a_test_over_the_wire(bot):
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    tree = bot.troupe.client.tree
    names = [
        command.qualified_name
        for command in tree.walk_commands()
        if not isinstance(command, app_commands.Group)
    ]
    menus = [menu.name for menu in tree.get_commands(type=discord.AppCommandType.message)]
    assert len(names) > 25
    assert len(menus) == 5
    assert [name for name in names + menus if f'"{name}"' not in tests] == []
