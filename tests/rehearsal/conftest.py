import pytest


@pytest.fixture(scope="session", autouse=True)
def _bytecode(tmp_path_factory):
    """The bot starts several times here: let it keep its bytecode, outside of the project."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path_factory.mktemp("bytecode")))
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        yield
