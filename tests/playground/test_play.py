"""``troupe play``: what it prints, where it is found, and how it ends."""

import asyncio
import json
import re
import socket
import threading
import time
from contextlib import contextmanager, suppress

import aiohttp
import pytest

from bot.settings import Settings
from playground import prologue
from playground.browser import has_browser, leaflet, open_softly
from playground.claude import LocalClaude
from playground.play import PlayOptions, play
from playground.rehearsal.house import House
from tests.patience import allowed

SECONDS_TO_END = 2.0


class Played:
    """A play that goes on until it is ended."""

    def __init__(self, options, **settings):
        chosen = Settings(_env_file=None, **({"anthropic_api_key": ""} | settings))
        self._task = asyncio.ensure_future(play(chosen, options))

    async def told(self, capsys, words):
        """Wait until it printed certain words; all that it printed."""
        told = ""
        async with asyncio.timeout(60):
            while words not in told:
                assert not self._task.done(), told
                await asyncio.sleep(0.02)
                told += capsys.readouterr().out
        return told

    async def end(self):
        began = time.monotonic()
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        return time.monotonic() - began


async def test_a_play_prints_one_address_and_ends_soon_with_windows_open(
    tmp_path, capsys, monkeypatch
):
    opened = []
    monkeypatch.setattr("playground.play.open_softly", opened.append)
    monkeypatch.setattr("playground.play.has_browser", lambda _environment: True)
    data = tmp_path / "play"
    houses = houses_made(monkeypatch)
    played = Played(PlayOptions(data))
    told = await played.told(capsys, "Ctrl-C")
    assert "The story that was to greet you" not in told
    assert houses[0].local.rate_limits
    assert houses[0].claude.delay > 0
    assert "offline and free" in told
    assert f"{data / 'troupe.db'}" in told
    assert "troupe play --terminal" in told
    (address,) = re.findall(r"http://\S+", told)
    (file,) = opened
    assert address in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    async with aiohttp.ClientSession() as client:
        async with client.get(address) as answer:
            assert "Troupe" in await answer.text()
        origin = {"Origin": address.rsplit("/", 2)[0]}
        windows = [await client.ws_connect(f"{address}live", headers=origin) for _ in range(2)]
        assert await played.end() < allowed(SECONDS_TO_END)
        assert all([(await window.receive()).type is aiohttp.WSMsgType.CLOSE for window in windows])
    assert not (data / "troupe.db-wal").exists()


async def test_with_a_key_the_greeting_costs_nothing(tmp_path, capsys):
    service = LocalClaude(delay=0, key="sk-local-feather")
    base = await service.start()
    played = Played(
        PlayOptions(tmp_path / "play", browser=False),
        anthropic_api_key="sk-local-feather",
        anthropic_base_url=base,
        troupe_daily_cap_usd=3,
    )
    told = await played.told(capsys, "Ctrl-C")
    await played.end()
    await service.stop()
    assert "came to a halt" not in told
    assert "at most 3 USD a day" in told
    assert "feather" not in told
    assert not service.requests


async def test_a_play_goes_on_without_greeting_elsewhere_and_through_the_bots_end(
    tmp_path, capsys, monkeypatch
):
    houses = houses_made(monkeypatch)
    monkeypatch.setattr(prologue, "SCENE", a_scene_that_stops(tmp_path))
    with a_taken_port() as taken:
        monkeypatch.setattr("playground.play.PORT", taken)
        played = Played(PlayOptions(tmp_path / "play", browser=False))
        told = await played.told(capsys, "Ctrl-C")
    assert "The story that was to greet you came to a halt (Anna's story sing: " in told
    assert "http://127.0.0.1:" in told
    assert f":{taken}/" not in told
    (house,) = houses
    monkeypatch.setattr("playground.play.LIVED_SECONDS", 0)
    house.bot.kill()
    await played.told(capsys, "It is back")
    assert house.local.ready
    monkeypatch.setattr("playground.play.LIVED_SECONDS", 60)
    house.bot.kill()
    told = await played.told(capsys, "ended so soon")
    assert "The bot ended with status -9" in told
    await played.end()


def houses_made(monkeypatch):
    """The houses of plays from now on."""
    made = []

    class Known(House):
        def __init__(self, *given, **named):
            super().__init__(*given, **named)
            made.append(self)

    monkeypatch.setattr("playground.play.House", Known)
    return made


async def test_a_port_that_cannot_be_used_is_told_before_anything_begins(
    tmp_path, capsys, monkeypatch
):
    houses = houses_made(monkeypatch)
    settings = Settings(_env_file=None, anthropic_api_key="")
    with a_taken_port() as taken:
        for port in (taken, 70_000):
            assert await play(settings, PlayOptions(tmp_path / "play", port=port)) == 1
            assert f"Port {port} cannot be used" in capsys.readouterr().err
    assert not any(house.bot.since for house in houses)


def a_scene_that_stops(folder):
    scene = folder / "scene.json"
    act = {"who": "Anna", "command": "story sing"}
    scene.write_text(json.dumps({"place": "the-lantern", "acts": [act], "posts": []}))
    return scene


@contextmanager
def a_taken_port():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.parametrize(
    ("environment", "platform", "there"),
    [
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "linux", False),
        ({}, "darwin", True),
        ({}, "win32", True),
        ({"DISPLAY": ":10", "SSH_CONNECTION": "…"}, "linux", False),
        ({"SSH_TTY": "/dev/pts/1"}, "darwin", False),
    ],
)
def test_a_browser_is_opened_only_where_the_reader_sits(environment, platform, there):
    assert has_browser(environment, platform) is there


def test_opening_waits_for_no_browser_and_shows_nobody_the_secret(monkeypatch, tmp_path):
    asked, release = [], threading.Event()

    def slow(address):
        asked.append(address)
        release.wait(10)

    monkeypatch.setattr("webbrowser.open", slow)
    began = time.monotonic()
    open_softly(leaflet("http://127.0.0.1:1/secret/", tmp_path))
    assert time.monotonic() - began < 1
    release.set()
    assert asked == [(tmp_path / "open.html").as_uri()]
