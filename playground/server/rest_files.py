"""The route that makes addresses of files good again."""

from playground.server import errors
from playground.server.routes import Call, table
from playground.server.shapes import Answer

MAX_ADDRESSES = 50


@table.add("POST", "/attachments/refresh-urls", limit=(5, 5.0))
def refresh(call: Call) -> Answer:
    """Answer with a fresh address for each; one that leads nowhere stays as it is.

    Raises:
        ApiError: 50035 for none or too many.
    """
    urls, faults = call.body.get("attachment_urls"), errors.Faults()
    faults.between("attachment_urls", urls, 1, MAX_ADDRESSES)
    faults.refuse_if_any()
    fresh = [(str(url), call.world.cdn.refresh(str(url))) for url in urls or []]
    return 200, {"refreshed_urls": [{"original": a, "refreshed": b or a} for a, b in fresh]}
