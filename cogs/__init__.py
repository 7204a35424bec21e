"""The rooms that know Discord: event, request, one service, render."""

EXTENSIONS = (
    "cogs.front",
    "cogs.story",
    "cogs.cast",
    "cogs.sheets",
    "cogs.scene",
    "cogs.canon",
    "cogs.facts",
    "cogs.ballot",
    "cogs.messages",
    "cogs.typing",
    "cogs.channels",
    "cogs.forks",
)
"""Cogs in the order in which they are loaded; the client refuses to start if one fails."""
