"""What is missing so that the bot can run, and how to mend it: ``troupe doctor``.

Asks Discord's HTTP API alone, so that it takes no session from the bot that may be running, and
changes nothing anywhere. What is missing in one place keeps it from no other.
"""

from collections.abc import AsyncIterator

from bot.doctor.discord import examine_discord
from bot.doctor.findings import Finding, Mark
from bot.doctor.house import examine_house, story_channels
from bot.doctor.models import examine_models
from bot.settings import Settings

__all__ = ["Finding", "Mark", "examine"]


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Everything there is to find, one after another."""
    async for finding in examine_house(settings):
        yield finding
    async for finding in examine_models(settings):
        yield finding
    channels = await story_channels(settings)
    async for finding in examine_discord(settings, channels):
        yield finding
