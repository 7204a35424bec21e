"""How long a test waits before it calls something slow."""

import os


def allowed(seconds: float) -> float:
    """Seconds as given on a free machine; where others keep it busy, so many times as many."""
    queue = os.getloadavg()[0] / (os.cpu_count() or 1)
    return seconds * max(1.0, queue)
