"""Notice who left the server. Discord does not tell, so people are looked up when it matters.

What was found is kept with the writers; whatever they do later shows that they are back, and so
does being found when somebody would act in their place.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.ports import Clock, Members, Store
from bot.services.casting import look_again
from bot.services.common import Request, the_place
from bot.story.errors import NotAllowedError

STILL_HERE = timedelta(minutes=2)
"""How long what was found about somebody is taken for true."""
MOST = 5
"""People looked up at once: each is a request to Discord."""
REMEMBERED = 10_000
GONE = (
    "You are no member of this story's server any more, so you cannot change what stands there. "
    "It stays in the story; once you are back, you can."
)


class Departures:
    """Looks people up, and notes who left and who returned."""

    def __init__(self, store: Store, clock: Clock, members: Members) -> None:
        self._store = store
        self._clock = clock
        self._members = members
        # (server, user) → when they were last looked up.
        self._seen: dict[tuple[int, int], datetime] = {}
        self._left: set[tuple[int, int]] = set()
        self._read = False

    async def look(
        self, guild_id: int, writer_ids: Iterable[int], *, fresh: bool = False
    ) -> frozenset[int]:
        """Look up some people, and note who left and who is back.

        Args:
            guild_id: the server.
            writer_ids: whom; no more than a few are looked up at once, the others the next time.
            fresh: whether it counts for nothing that somebody was there a moment ago.

        Returns:
            Those of whom there is news: that they left, or that they are back.
        """
        now = self._clock.now()
        left = await self._known()
        asked = []
        for writer_id in dict.fromkeys(writer_ids):
            seen = self._seen.get((guild_id, writer_id))
            if fresh or seen is None or now - seen >= STILL_HERE:
                asked.append(writer_id)
        asked = asked[:MOST]
        answers = await asyncio.gather(*(self._members.has_left(guild_id, i) for i in asked))
        if len(self._seen) > REMEMBERED:
            self._seen.clear()
        # Also if it could not be told: while Discord is slow, nobody waits for it each time.
        self._seen.update({(guild_id, i): now for i in asked})
        news = []
        for writer_id, gone in zip(asked, answers, strict=True):
            if gone is None or gone is ((guild_id, writer_id) in left):
                continue
            if gone:
                await self._note(guild_id, writer_id, now)
            else:
                await self.returned(guild_id, writer_id)
            news.append(writer_id)
        return frozenset(news)

    async def before(self, request: Request, guild_id: int) -> None:
        """Take note of who is about to act: they are here, and the owner may not be.

        A member who may manage the channel acts for an owner who left, so whether that is so is
        looked up before such a member does something.
        """
        await self.returned(guild_id, request.actor.writer_id)
        if not request.actor.manages:
            return
        async with self._store.read() as work:
            place = await work.stories.place(request.channel_id)
        if place and place.story.owner_id != request.actor.writer_id:
            await self.look(guild_id, [place.story.owner_id])

    async def returned(self, guild_id: int, writer_id: int) -> None:
        """Note that somebody does something in a server, so that they are a member."""
        left = await self._known()
        if (guild_id, writer_id) not in left:
            return
        async with self._store.write() as work:
            for story_id in await work.cast.returned(guild_id, writer_id):
                await look_again(work, story_id, self._clock)
        left.discard((guild_id, writer_id))

    async def holder(self, request: Request, guild_id: int, name: str) -> None:
        """Look up who holds a character.

        A name that means nobody, or a channel without a story, is left to whoever asks next.
        """
        async with self._store.read() as work:
            place = await work.stories.place(request.channel_id)
            if place is None:
                return
            company = await work.cast.company(place.story.id)
        found = company.find(name)
        holder = company.writer_of(found.id) if found else None
        if holder and holder != request.actor.writer_id:
            await self.look(guild_id, [holder], fresh=True)

    async def owners_of_strays(self, request: Request, guild_id: int) -> None:
        """Look up the owners of stories that lost their channel, for a member who may manage."""
        if not request.actor.manages:
            return
        async with self._store.read() as work:
            owners = [story.owner_id for story, _ in await work.stories.unplayed(guild_id)]
        await self.look(guild_id, (i for i in owners if i != request.actor.writer_id))

    async def require_member(self, request: Request) -> None:
        """Refuse whoever presses something in a direct message, but left the story's server.

        Raises:
            NotFoundError: there is no story in that channel.
            NotAllowedError: they left.
        """
        writer_id = request.actor.writer_id
        async with self._store.read() as work:
            story = (await the_place(work, request.channel_id)).story
            # Direct messages come to one process, and the server may be another's: it knows more.
            known = writer_id in (await work.cast.company(story.id)).left
        gone = await self._members.has_left(story.guild_id, writer_id)
        if gone:
            await self._note(story.guild_id, writer_id, self._clock.now())
        if gone or (gone is None and known):
            raise NotAllowedError(GONE)
        if gone is False:
            await self.returned(story.guild_id, writer_id)

    async def _known(self) -> set[tuple[int, int]]:
        """Whoever is known to have left; read once, since every message is held against it."""
        if not self._read:
            async with self._store.read() as work:
                self._left |= await work.cast.all_left()
            self._read = True
        return self._left

    async def _note(self, guild_id: int, writer_id: int, now: datetime) -> None:
        async with self._store.write() as work:
            for story_id in await work.cast.left(guild_id, writer_id, now):
                # Nobody waits for them any more, and the cards say so.
                await look_again(work, story_id, self._clock)
        (await self._known()).add((guild_id, writer_id))
