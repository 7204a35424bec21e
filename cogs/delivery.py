"""Bring first answers to interactions through a connection that breaks.

discord.py gives a first answer up when its connection dies, and waits seconds before it repeats
one after a server error, while Discord waits three seconds in all. Here it is repeated at once.
That cannot show it twice: Discord takes one first answer to each interaction.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any, cast

import aiohttp
import discord
import structlog
from discord.http import MultipartParameters
from discord.webhook.async_ import AsyncWebhookAdapter, async_context
from typing_extensions import override

_log = structlog.get_logger(__name__)

IN_TIME = 2.8
"""Seconds within which a first answer is worth repeating; Discord's own limit is 3."""
PAUSES = (0.0, 0.1, 0.3, 0.5, 0.8, 1.0)
SERVER_ERROR = 500
ANSWERED_ALREADY = 40060


class _Broken(Exception):  # noqa: N818 - caught here, never seen outside
    """Discord's side broke over a request; whether it was carried out is not known."""


class _FrankSession:
    """A session that tells of a server's error at once, before discord.py waits over it."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    @contextlib.asynccontextmanager
    async def request(
        self,
        method: str,
        url: str,
        **options: Any,  # noqa: ANN401 - aiohttp's
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        async with self._session.request(method, url, **options) as response:
            if response.status >= SERVER_ERROR:
                raise _Broken(f"status {response.status}")
            yield response


class PatientAdapter(AsyncWebhookAdapter):
    """discord.py's sender of answers, with first answers repeated as long as they count."""

    @override
    async def create_interaction_response(
        self,
        interaction_id: int,
        token: str,
        *,
        session: aiohttp.ClientSession,
        params: MultipartParameters,
        **options: Any,
    ) -> Any:
        """Answer an interaction first; see discord.py.

        Raises:
            discord.HTTPException: Discord refuses the answer.
            aiohttp.ClientError: the connection did not come back in time.
        """
        begun = time.monotonic()
        frank = cast("aiohttp.ClientSession", _FrankSession(session))
        for number, pause in enumerate(PAUSES):
            try:
                return await super().create_interaction_response(
                    interaction_id, token, session=frank, params=params, **options
                )
            except discord.HTTPException as refused:
                if not number or refused.code != ANSWERED_ALREADY:
                    raise
                # An earlier attempt came through, and only its answer was lost.
                return {"interaction": {"id": interaction_id}}
            except (_Broken, aiohttp.ClientError, OSError, TimeoutError) as broken:
                _log.info("answer repeated", interaction_id=interaction_id, attempt=number + 1)
                if time.monotonic() - begun + pause > IN_TIME or number + 1 == len(PAUSES):
                    raise aiohttp.ClientConnectionError(str(broken)) from broken
            await asyncio.sleep(pause)
            for file in params.files or ():
                file.reset()
        raise AssertionError("the last attempt returns or raises")


def deliver_patiently() -> None:
    """Have first answers sent so by everything that is started from here."""
    async_context.set(PatientAdapter())  # type: ignore[no-untyped-call]  # discord.py's
