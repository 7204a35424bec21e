"""The page: the local Discord in a browser, for one person who plays several.

``Page`` serves it. A browser opens one websocket for each pane; behind it sits a ``Seat``, which
shows what one person sees and does what that person asks, by the same rules as on Discord.
"""

from playground.page.door import HOST, Page

__all__ = ["HOST", "Page"]
