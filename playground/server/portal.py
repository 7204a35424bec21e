"""What the application's owner and Discord itself have settled: limits, settings, commands."""

from dataclasses import dataclass, field

from playground.server.shapes import Json


@dataclass(slots=True)
class Limits:
    """Limits in time that a test may want to shorten; all in seconds.

    Source: https://discord.com/developers/docs/interactions/receiving-and-responding
    """

    answer_seconds: float = 3.0
    """How long the bot has for its first answer to an interaction."""
    token_seconds: float = 900.0
    """How long an interaction's token lives."""
    attachment_seconds: float = 86_400.0
    """How long the address of an attachment is good."""
    nonce_seconds: float = 120.0
    """How long a nonce is remembered."""


@dataclass(slots=True)
class Portal:
    """The application's settings: its privileged intents, and how many shards it shall use."""

    message_content: bool = True
    members: bool = True
    presences: bool = True
    shards: int = 1
    sessions_left: int = 1000
    """How many times the bot may still identify today."""

    @property
    def flags(self) -> int:
        """The application's flags: an unverified bot has the "limited" ones."""
        return (self.presences << 13) | (self.members << 15) | (self.message_content << 19)


@dataclass(slots=True, eq=False)
class Command:
    """An application command as registered: global if it has no guild."""

    id: int
    guild_id: int | None
    body: Json = field(default_factory=dict)
