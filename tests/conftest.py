"""What tests of several rooms share: databases of both engines."""

import gc
import logging
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog

from bot import logs
from tests.databases import ENGINES, Files, Server


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with those that are known to take long: at the end nobody waits for one begun late."""
    items.sort(key=lambda item: item.get_closest_marker("timeout") is None)


def pytest_collection_finish() -> None:
    """Look no more for garbage among what was loaded, as a bot at work does not."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _bytecode(pytestconfig: pytest.Config) -> Iterator[None]:
    """Let processes that tests start keep their bytecode, for one another, outside the project."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPYCACHEPREFIX", str(pytestconfig.cache.mkdir("bytecode")))
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        yield


@pytest.fixture
def logs_as_before() -> Iterator[None]:
    """Take back what a command sets up in this process: its log goes where this test listens."""
    before, hook, showing = structlog.get_config(), threading.excepthook, warnings.showwarning
    yield
    structlog.contextvars.clear_contextvars()
    structlog.configure(**before)
    logging.captureWarnings(capture=False)
    threading.excepthook, warnings.showwarning = hook, showing
    root = logging.getLogger()
    for handler in [h for h in root.handlers if isinstance(h, logs._Handler)]:
        root.removeHandler(handler)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server of this process, started when the first test asks for it."""
    server = Server()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Makes SQLite files."""
    return Files(tmp_path_factory.mktemp("template") / "template.db")


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Each test that asks for a database runs on both engines, unless it names one."""
    return str(request.param)


NewUrl = Callable[..., str]


@pytest.fixture
def new_url(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[NewUrl]:
    """Makes addresses of databases: with the tables, or without anything if ``bare``."""
    if engine == "sqlite":
        files: Files = request.getfixturevalue("files")
        yield lambda *, bare=False: files.new(tmp_path, bare=bare)
        return
    server: Server = request.getfixturevalue("server")
    made: list[str] = []

    def make(*, bare: bool = False) -> str:
        made.append(server.new(bare=bare))
        return made[-1]

    yield make
    for url in made:
        server.give_back(url)


@pytest.fixture
def url(new_url: NewUrl) -> str:
    """The address of a database with the tables and nothing in them."""
    return new_url()
