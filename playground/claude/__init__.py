"""A local server that speaks the Messages API, with an offline narrator behind it."""

from playground.claude.server import LocalClaude

__all__ = ["LocalClaude"]
