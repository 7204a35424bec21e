import pytest


@pytest.fixture(scope="session", autouse=True)
def _bytecode(pytestconfig):
    """The bot starts several times here: let it keep its bytecode, outside of the project."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPYCACHEPREFIX", str(pytestconfig.cache.mkdir("bytecode")))
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        yield
