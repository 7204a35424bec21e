"""Who is in a server, asked of Discord: without a privileged intent it does not tell who leaves."""

import asyncio

import aiohttp
import discord
import structlog

_log = structlog.get_logger(__name__)

SECONDS = 2.0
"""How long an answer is waited for; whoever acted waits as long."""
UNKNOWN_MEMBER, UNKNOWN_USER = 10007, 10013
"""Discord's codes for somebody who is not in the server, and for an account that is no more.

Source: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
"""


class DiscordMembers:
    """Implements ``bot.ports.Members`` on a discord.py client."""

    def __init__(self) -> None:
        self._client: discord.Client | None = None

    def open(self, client: discord.Client) -> None:
        """Ask through a client."""
        self._client = client

    async def has_left(self, guild_id: int, user_id: int) -> bool | None:
        """Whether somebody is no member of a server; None if that cannot be told now."""
        guild = self._client.get_guild(guild_id) if self._client else None
        if guild is None:
            return None
        try:
            async with asyncio.timeout(SECONDS):
                await guild.fetch_member(user_id)
        except discord.NotFound as error:
            return True if error.code in {UNKNOWN_MEMBER, UNKNOWN_USER} else None
        except (discord.HTTPException, aiohttp.ClientError, TimeoutError, OSError) as error:
            _log.warning("member not looked up", guild_id=guild_id, error=type(error).__name__)
            return None
        return False
