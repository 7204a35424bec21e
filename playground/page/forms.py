"""Forms that the bot showed to people and that wait to be sent."""

from playground.server import Person
from playground.server.exchange import Exchange

MOST = 100
"""Forms that are remembered, should so many be open; the oldest are forgotten."""


class Forms:
    """Remembers them beyond a break of the connection: what was filled in can still be sent."""

    def __init__(self) -> None:
        self._open: dict[str, Exchange] = {}

    def keep(self, exchange: Exchange) -> str:
        """Remember a form; return the key by which it is sent."""
        key = str(exchange.interaction.id)
        self._open[key] = exchange
        while len(self._open) > MOST:
            del self._open[next(iter(self._open))]
        return key

    def find(self, key: str, person: Person) -> Exchange:
        """Return a form that stands open.

        Raises:
            LookupError: there is none (any more), or it was shown to somebody else.
        """
        found = self._open.get(key)
        if found is None or found.interaction.user is not person.user:
            raise LookupError("This form is no longer open. Open it again.")
        return found
