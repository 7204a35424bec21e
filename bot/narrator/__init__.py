"""The only room that knows Anthropic."""

from bot.narrator.claude import ClaudeNarrator, Effort, ModelStatus, Service

__all__ = ["ClaudeNarrator", "Effort", "ModelStatus", "Service"]
