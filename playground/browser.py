"""Opening a page in the browser of whoever sits at this machine, if there is one."""

import sys
import threading
import webbrowser
from collections.abc import Mapping

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


def open_softly(address: str) -> None:
    """Open an address without waiting: some browsers keep whoever starts them."""
    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
