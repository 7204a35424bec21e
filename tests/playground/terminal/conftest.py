from tests.playground.server.conftest import ben, connect, local

__all__ = ["ben", "connect", "local"]
