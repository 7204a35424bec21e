"""The bot as a process of its own, pointed at the local services."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Mapping
from pathlib import Path

import playground

STOP_SECONDS = 15.0
"""How long the bot may take to close in order before it is killed."""
_OURS = ("DISCORD_", "ANTHROPIC_", "DATABASE_", "TROUPE_")
_TAIL_BYTES = 16_000


class BotProcess:
    """``python -m bot run`` in a folder, with its log in ``bot.log`` there.

    However this process ends, that one ends too: see ``bound``.

    Args:
        folder: where it runs. An operator's ``.env`` is not read there, so that a rehearsal and a
            play depend on nothing but what they are told.
        environment: the bot's settings.

    Attributes:
        since: when it was last started, in Unix seconds; 0 before.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.log = folder / "bot.log"
        self._folder = folder
        self._environment = dict(environment)
        self._process: Process | None = None
        self.since = 0.0

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        """The process's number; None before it was started."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start the process; it is not connected yet."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "playground.rehearsal.bound",
                "run",
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                env=self._whole_environment(),
                # Ctrl-C is for us: the bot is then told to stop, in order and once.
                start_new_session=True,
            )
        self.since = time.time()

    def _whole_environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(_OURS)}
        root = str(Path(playground.__file__).resolve().parent.parent)
        inherited["PYTHONPATH"] = os.pathsep.join(
            part for part in (root, inherited.get("PYTHONPATH", "")) if part
        )
        return inherited | self._environment

    async def ended(self) -> int:
        """Wait until the process ends; its exit status, negative for a signal."""
        return 0 if self._process is None else await self._process.wait()

    def kill(self) -> None:
        """End the process as a power cut would; ``ended`` waits until it is gone."""
        self._signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Tell the process to close in order; ``ended`` waits until it has."""
        self._signal(signal.SIGTERM)

    def _signal(self, which: signal.Signals) -> None:
        if self._process is not None and self.running:
            # It may have ended by itself just now.
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(which)

    async def stop(self) -> None:
        """Tell the process to close in order and wait until it is gone; kill it if it lingers."""
        self.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self.ended()
        except TimeoutError:
            self.kill()
            await self.ended()
        finally:
            # Whoever loses patience over the wait must not leave the process behind.
            self.kill()

    def last_words(self) -> str:
        """The last line of the log, or nothing."""
        lines = self.tail(1)
        return lines[0] if lines else ""

    def tail(self, count: int) -> list[str]:
        """The last lines of the log, as far as its last few kilobytes hold them."""
        try:
            with self.log.open("rb") as log:
                log.seek(0, os.SEEK_END)
                log.seek(max(0, log.tell() - _TAIL_BYTES))
                lines = log.read().decode("utf-8", "replace").strip().splitlines()
        except OSError:
            return []
        return [line.strip() for line in lines[-count:]]

    def memory(self) -> int | None:
        """Bytes of memory that the process has in use; None where the system does not tell."""
        if not self.running:
            return None
        try:
            told = Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii")
        except OSError:
            return None
        return int(told.split()[1]) * os.sysconf("SC_PAGE_SIZE")
