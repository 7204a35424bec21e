"""Opening a page in the browser of whoever sits at this machine, if there is one."""

import html
import os
import sys
import threading
import webbrowser
from collections.abc import Mapping
from pathlib import Path

_FAR_AWAY = ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")
_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")


def has_browser(environment: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Tell whether a browser would open where the reader sits, and not in their terminal.

    Args:
        environment: variables of this process.
        platform: as ``sys.platform`` names it.
    """
    if any(environment.get(name) for name in _FAR_AWAY):
        return False
    if platform in {"darwin", "win32"}:
        return True
    return any(environment.get(name) for name in _SCREENS)


def leaflet(address: str, folder: Path) -> Path:
    """Write a file that leads to an address, for its owner's eyes alone.

    What a browser is started with can be read by everybody on the machine, and the address holds a
    secret; so the browser is given this file instead.

    Args:
        address: where it leads.
        folder: where it is written.

    Raises:
        OSError: it cannot be written.
    """
    file = folder.resolve() / "open.html"
    file.unlink(missing_ok=True)
    to = html.escape(address)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as writing:
        writing.write(
            '<!doctype html><meta charset="utf-8"><title>Troupe</title>'
            f'<meta http-equiv="refresh" content="0; url={to}"><a href="{to}">Go to the page</a>\n'
        )
    return file


def open_softly(file: Path) -> None:
    """Open a file without waiting: some browsers keep whoever starts them."""
    threading.Thread(target=webbrowser.open, args=(file.as_uri(),), daemon=True).start()
