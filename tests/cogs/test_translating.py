"""How long the stage waits after a 429 that discord.py does not wait over by itself."""

from dataclasses import dataclass, field

import discord
import pytest

from bot.ports import StageLaterError
from cogs.ui.translating import LONGEST_WAIT, WAIT_SECONDS, translated


@dataclass
class Banned:
    """What Cloudflare answers."""

    headers: dict[str, str] = field(default_factory=dict)
    status: int = 429
    reason: str = "Too Many Requests"


@pytest.mark.parametrize(
    ("named", "seconds"),
    [
        ({}, WAIT_SECONDS),
        ({"Retry-After": "Sun, 22 Nov 2026 02:00:00 GMT"}, WAIT_SECONDS),
        ({"Retry-After": "0"}, 1.0),
        ({"Retry-After": "120"}, 120.0),
        ({"Retry-After": "86400"}, LONGEST_WAIT),
    ],
)
def test_who_is_asked_to_wait_waits_so_long(named: dict[str, str], seconds: float) -> None:
    with pytest.raises(StageLaterError) as refused, translated():
        raise discord.HTTPException(Banned(named), "error code: 1015")  # type: ignore[arg-type]
    assert refused.value.seconds == seconds
