"""The route of the bot's first answer to an interaction."""

from playground.server import interactions
from playground.server.errors import unknown
from playground.server.routes import Call, table
from playground.server.shapes import Answer


@table.add("POST", "/interactions/{interaction_id}/{interaction_token}/callback", with_token=True)
def callback(call: Call) -> Answer:
    """Take the first answer; with ``with_response`` tell what came of it.

    Raises:
        ApiError: 10062, 40060 or 50035.
    """
    token = call.params["interaction_token"]
    known = call.world.interactions.get(token)
    if known is None or known.id != call.number("interaction_id"):
        raise unknown("interaction")
    answered = interactions.callback(call.world, token, call.body, call.files)
    if call.yes("with_response"):
        return 200, interactions.callback_json(call.world, answered)
    return 204, None
