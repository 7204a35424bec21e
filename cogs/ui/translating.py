"""What Discord answers, as the errors that the stage's port knows."""

import contextlib
from collections.abc import Iterator

import aiohttp
import discord

from bot.ports import (
    StageForbiddenError,
    StageForeignError,
    StageGoneError,
    StageLaterError,
    StageRefusedError,
    StageUnsureError,
)
from bot.story.typed import excerpt

TOO_MANY = 429
WAIT_SECONDS = 5.0
LONGEST_WAIT = 3600.0
BAD_REQUEST = 400
TOO_LARGE = 413
ARCHIVED = 50083
"""Discord's code for a thread that is archived, and not opened again by a message."""
NOT_YOURS = 50005
"""Discord's code for changing a message of somebody else."""


@contextlib.contextmanager
def as_it_is() -> Iterator[None]:
    """Tell a post that Discord does not take as it is from one that it may take later."""
    try:
        yield
    except discord.HTTPException as error:
        if error.code == ARCHIVED:
            raise StageForbiddenError("The thread is archived, and I may not open it.") from error
        if error.status in {BAD_REQUEST, TOO_LARGE}:
            raise StageRefusedError(f"status {error.status}, code {error.code}") from error
        raise


@contextlib.contextmanager
def foreign(
    channel: discord.abc.GuildChannel | discord.Thread, *, by_webhook: bool
) -> Iterator[None]:
    """Tell a message that our webhook lost from one that may not be touched for now."""
    try:
        yield
    except discord.Forbidden as error:
        if not by_webhook or error.code != NOT_YOURS:
            raise
        removable = channel.permissions_for(channel.guild.me).manage_messages
        raise StageForeignError("its webhook was deleted", removable=removable) from error


def _wait(error: discord.HTTPException) -> float:
    """Seconds for which Discord does not want to be asked: whoever asks sooner is kept out longer.

    discord.py reads them of Discord's own limits, not where Cloudflare answers before Discord.
    """
    named = error.response.headers.get("Retry-After", "")
    return min(max(1.0, float(named)), LONGEST_WAIT) if named.isdecimal() else WAIT_SECONDS


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn discord.py's errors into the stage's."""
    try:
        yield
    except discord.NotFound as error:
        raise StageGoneError(excerpt(error.text, 100)) from error
    except discord.Forbidden as error:
        raise StageForbiddenError(excerpt(error.text, 100)) from error
    except discord.DiscordServerError as error:
        raise StageUnsureError(f"Discord answered {error.status}") from error
    except discord.RateLimited as error:
        raise StageLaterError("Discord asks to wait", error.retry_after) from error
    except discord.HTTPException as error:
        if error.status == TOO_MANY:
            raise StageLaterError("Discord asks to wait", _wait(error)) from error
        raise
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise StageUnsureError("the connection died") from error
