"""A discord.py bot that does nothing but answer one command: what Troupe is compared with."""

import os
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from typing_extensions import override


class Bare(discord.Client):
    """One command, one constant."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.none(), guild_ready_timeout=0.05)
        self.tree = app_commands.CommandTree(self)
        command: app_commands.Command[Any, ..., Any] = app_commands.Command(
            name="ping", description="Answers.", callback=_pong
        )
        self.tree.add_command(command)

    @override
    async def setup_hook(self) -> None:
        """Register the command."""
        await self.tree.sync()


async def _pong(interaction: discord.Interaction[discord.Client]) -> None:
    await interaction.response.send_message("Pong.", ephemeral=True)


if __name__ == "__main__":
    Route.BASE = os.environ["DISCORD_API_BASE"]
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY_URL"])
    Bare().run(os.environ["DISCORD_TOKEN"], log_handler=None)
