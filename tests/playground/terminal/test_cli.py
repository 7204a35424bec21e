"""The command line as its own process: what it says, and how it ends."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

import bot
from bot.cli import main

ROOT = Path(bot.__file__).parent.parent


def test_without_a_command_the_help_is_printed(capsys):
    assert main([]) == 0
    assert "rehearse" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("which", "how", "ready"),
    [
        (signal.SIGHUP, "--terminal", b"The bot's database"),
        (signal.SIGTERM, "--no-browser", b"Ctrl-C"),
        (signal.SIGINT, "--no-browser", b"Ctrl-C"),
    ],
)
async def test_a_play_that_is_told_to_stop_takes_the_bot_along(tmp_path, which, how, ready):
    playing = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "play", how, "--data", str(tmp_path / "play")),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=os.environ | {"ANTHROPIC_API_KEY": ""},
        cwd=ROOT,
    )
    told = b""
    async with asyncio.timeout(60):
        while ready not in told:
            told += await playing.stdout.readline()
        playing.send_signal(which)
        rest, _ = await playing.communicate()
    assert playing.returncode == 0, rest.decode()
    assert b"Traceback" not in told + rest
    assert not (tmp_path / "play" / "troupe.db-wal").exists()
