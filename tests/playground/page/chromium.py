"""Where the browser is that tests of the page drive; run as a module it says what they lack."""

import os
import shutil

CHROMIUM = os.environ.get("TROUPE_CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
# It runs as root in containers, where its sandbox does not; and it is to ask nobody out there.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LEFT_OUT = (
    "Left out: the tests of the page in a browser (tests/playground/page), for want of a Chromium. "
    "Install one (Debian, Ubuntu: apt-get install chromium), or name one in TROUPE_CHROMIUM."
)

if __name__ == "__main__" and CHROMIUM is None:
    print(LEFT_OUT)
