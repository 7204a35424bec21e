"""``python -m playground.rehearsal.bound``: the bot, which ends when whoever started it ends.

Standard input is a pipe that the starter holds open and never writes to. However the starter
ends, killed or cut off with its terminal, the pipe then closes, and the bot is told to stop.
"""

import contextlib
import os
import runpy
import signal
import sys
import threading


def main() -> None:
    """Run the bot until the pipe closes, or as long as it runs by itself."""
    threading.Thread(target=_stop_at_the_end, daemon=True).start()
    sys.argv[0] = "bot"
    runpy.run_module("bot", run_name="__main__", alter_sys=True)


def _stop_at_the_end() -> None:
    # Not through sys.stdin: its lock, held at the end of the process, would be fatal.
    with contextlib.suppress(OSError):
        while os.read(0, 1):
            pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
