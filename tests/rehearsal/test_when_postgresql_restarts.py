"""PostgreSQL is restarted amid a rehearsal: it goes on, with nothing lost or doubled."""

import asyncio
from pathlib import Path

import psycopg
import pytest

import playground
from playground.rehearsal.house import House
from playground.rehearsal.script import Script, read_script
from tests.kill.kit import POST, cast, nothing_lost_nothing_doubled

pytestmark = pytest.mark.parametrize("engine", ["postgresql"])

SCENE = Path(playground.__file__).parent / "scenes" / "the-ferry.jsonl"
LINES = slice(28, 52)
BREAK = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class Outages:
    """Restarts the server, or breaks its connections, when something happens on the wire."""

    def __init__(self, house, server, url):
        self.house, self.server, self.url = house, server, url
        self.where = []

    async def strike(self, where, *, restart):
        self.where.append(where)
        await asyncio.to_thread(self.server.restart if restart else self._break)

    def _break(self):
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(BREAK)

    def on(self, method, path, nth, *, done, restart):
        async def hook(request):
            if request.count == nth:
                await self.strike(f"{method} {request.path} {nth}", restart=restart)

        local = self.house.local
        (local.after if done else local.before)(method, path, hook)

    def while_drafting(self, nth):
        """The connections break just before the model answers the nth time."""
        asked = []

        def fault(_body):
            asked.append(True)
            if len(asked) == nth:
                self.where.append("the model writes")
                self._break()

        self.house.claude.choose_fault = fault


@pytest.mark.timeout(240)
async def test_the_server_goes_and_comes_back(tmp_path, new_url, server):
    ((title, lines),) = read_script(SCENE).stories.items()
    url = new_url()
    async with House(tmp_path, seed=1, environment={"DATABASE_URL": url}) as house:
        performance = cast(house, Script({title: lines[LINES]}), 3)
        outages = Outages(house, server, url)
        outages.on("POST", POST, 3, done=False, restart=True)
        outages.on("POST", POST, 7, done=True, restart=False)
        outages.on("DELETE", r"^/channels/\d+/messages/\d+$", 9, done=True, restart=True)
        outages.on("PATCH", r"^/channels/\d+/messages/\d+$", 6, done=False, restart=False)
        outages.while_drafting(4)
        identified = house.local.gateway.identified
        await performance.perform()
        await nothing_lost_nothing_doubled(performance)
        assert len(outages.where) == 5, outages.where
        assert not house.local.pings
        assert not house.local.errors
        assert house.local.gateway.identified == identified, "it stayed on Discord"
        with psycopg.connect(url, autocommit=True) as connection:
            async with asyncio.timeout(20):
                while connection.execute("SELECT 1 FROM tasks").fetchall():  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
