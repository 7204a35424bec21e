from tests.playground.server.conftest import anna, ben, connect, guild, inn, local

__all__ = ["anna", "ben", "connect", "guild", "inn", "local"]
