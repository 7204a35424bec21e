"""A local server that speaks the Messages API, with an offline narrator behind it.

``LocalClaude`` is that server, ``Relay`` stands in front of the real one; either keeps a ``Ledger``
of what was asked.
"""

from playground.claude.ledger import Ledger
from playground.claude.relay import Relay
from playground.claude.server import LocalClaude

__all__ = ["Ledger", "LocalClaude", "Relay"]
