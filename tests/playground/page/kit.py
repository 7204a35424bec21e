"""What the page's tests share beside fixtures."""

from typing import Any

import aiohttp
import playwright.async_api as driver
from axe_playwright_python.async_playwright import Axe

PHONE: dict[str, Any] = {"has_touch": True, "is_mobile": True}
"""What makes a window one for fingers, which hover over nothing."""
_GRAVE = ("serious", "critical")


async def serious(window: driver.Page) -> list[str]:
    """What would bar somebody from the page as it stands: rule, element and what axe says of it."""
    found = await Axe().run(window)
    return [
        f"{rule['id']} {node['target']}: {node['failureSummary']}"
        for rule in found.response["violations"]
        if rule["impact"] in _GRAVE
        for node in rule["nodes"]
    ]


async def small_targets(window: driver.Page, where: str) -> list[str]:
    """What is hard to hit with a thumb in the parts of the page that a selector names."""
    found: list[str] = await window.evaluate(
        """(where) => [...document.querySelectorAll(`:is(${where}) :is(button, input, summary)`)]
        .filter((one) => one.checkVisibility({visibilityProperty: true}))
        .map((one) => [(one.closest("label") ?? one).getBoundingClientRect(), one])
        .filter(([box]) => Math.round(Math.min(box.width, box.height)) < 40)
        .map(([, one]) => one.ariaLabel ?? (one.textContent || one.className))""",
        where,
    )
    return found


class Asking:
    """One end of a websocket, by hand."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.number = 0

    async def ask(self, act: Any, **asked: Any) -> Any:
        """Return the answer, or the sentence."""
        self.number += 1
        await self.socket.send_json({**asked, "re": self.number, "do": act})
        while True:
            told = await self.socket.receive_json(timeout=5)
            if told.get("re") == self.number:
                return told.get("error", told.get("ok"))
