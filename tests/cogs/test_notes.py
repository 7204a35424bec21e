"""Of several notes the newest stands, whichever answer came last."""

import asyncio

from cogs.notes import NewestNotes


class Pressed:
    """A press whose answer goes out when it is let."""

    def __init__(self, number):
        self.id, self.user, self.response = number, self, self
        self.sent, self.stands = asyncio.Event(), False

    async def send_message(self, text, *, ephemeral):
        assert text
        assert ephemeral
        await self.sent.wait()
        self.stands = True

    def is_expired(self):
        return False

    async def delete_original_response(self):
        assert self.stands
        self.stands = False


async def told(*order):
    """Press twice, let the answers out in this order; which of the two stand at the end."""
    notes, presses = NewestNotes(), [Pressed(1), Pressed(2)]
    for one in presses:
        one.user = presses[0]
    tasks = [asyncio.create_task(notes.tell(one, 7, f"{one.id}")) for one in presses]
    for which in order:
        presses[which].sent.set()
        await tasks[which]
    return [one.stands for one in presses]


async def test_an_earlier_note_goes():
    assert await told(0, 1) == [False, True]


async def test_an_earlier_note_that_comes_late_goes_too():
    assert await told(1, 0) == [False, True]
