"""Bring the posts of a channel on stage, one at a time, each exactly once.

A post is marked as being sent, with the channel's newest message beside it, before it is sent. If
the process dies in between, or the answer is lost, the post is looked for among the newer messages
and sent again only if it is not there; if the channel cannot be read, the owner is asked.
"""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from bot.ports import (
    Clock,
    Stage,
    StageBlindError,
    StageForbiddenError,
    StageForeignError,
    StageGoneError,
    StageLaterError,
    StageRefusedError,
    StageUnsureError,
    Store,
    UnitOfWork,
    Wait,
)
from bot.services.common import queue, remove_posts
from bot.services.pictures import Pictures
from bot.story.ballot import LIVE
from bot.story.posts import Manner, NewPost, Post, PostKind, PostState
from bot.story.tasks import ALONE, Shard, TaskKind

_log = structlog.get_logger(__name__)

UNSURE_PATIENCE, LONGEST_UNSURE = timedelta(seconds=1), timedelta(minutes=1)
"""After a lost answer: Discord shows a message a moment after it was made. While answers go on
being lost there is an outage, and the pause grows."""
FORBIDDEN_PATIENCE = timedelta(minutes=10)
"""After a missing permission: somebody may give it meanwhile."""
REFUSED = (
    "A passage of the story cannot be shown here, because Discord does not take it as it is. It is "
    "in `/story export`; `/scene undo` takes it back."
)
CHANGED = (
    "A passage was changed, but I can neither change nor delete its message: the webhook that "
    "posted it was deleted, and I lack **Manage Messages** here. The new text is in the story."
)
_UNSENT = frozenset({PostState.DUE, PostState.SENDING})
_STANDS = frozenset({PostState.DUE, PostState.POSTED})
BATCH = 20
LONG = 3
"""Posts still due from which on a ballot's card shows how far its winner is posted; it is drawn
every so many posts."""


class Outbox:
    """Works off the posts of channels."""

    def __init__(self, store: Store, clock: Clock, stage: Stage, shard: Shard = ALONE) -> None:
        self._store = store
        self._clock = clock
        self._stage = stage
        self._shard = shard
        self._pictures = Pictures(store, clock, stage)
        self._resting = False
        # How often in a row no answer came, by channel.
        self._lost: dict[int, int] = {}

    def rest(self) -> None:
        """Begin nothing more: what is due stays due."""
        self._resting = True

    async def run(self, channel_id: int) -> None:
        """The task: send, redraw and delete until nothing is due in a channel.

        Raises:
            Wait: something is due that has to wait.
        """
        steps = 0
        try:
            while await self._step(channel_id, cards=steps % LONG == LONG - 1):
                steps += 1
                self._lost.pop(channel_id, None)
                if self._resting:
                    raise Wait(timedelta(0))
            self._lost.pop(channel_id, None)
        except StageLaterError as error:
            raise Wait(timedelta(seconds=error.seconds)) from None
        except StageUnsureError:
            lost = self._lost.get(channel_id, 0)
            self._lost[channel_id] = lost + 1
            raise Wait(min(UNSURE_PATIENCE * 2 ** min(lost, 10), LONGEST_UNSURE)) from None
        except StageForbiddenError as error:
            # The channel itself is hidden, or the bot was shown out of the server.
            _log.warning("channel forbidden", channel_id=channel_id, why=str(error))
            raise Wait(FORBIDDEN_PATIENCE) from None
        except StageGoneError:
            await self._channel_gone(channel_id)

    async def _step(self, channel_id: int, *, cards: bool = True) -> bool:
        """One round: what is to vanish, the next post, its original, then cards. False: idle.

        Args:
            channel_id: where.
            cards: whether cards are drawn though posts are due; else posts come first.
        """
        async with self._store.read() as work:
            found = await work.posts.unfinished(channel_id, BATCH)
        due = [post for post in found if post.state in _UNSENT]
        stale = [p for p in found if p.state is PostState.POSTED and p.shown != p.wanted]
        await self._clear(found)
        whole = bool(due) and await self._bring(due[0])
        for post in stale if cards or not due else ():
            await self._redraw(post)
        # What was added meanwhile has asked for another run; only what was begun here has not.
        return len(found) > 1 or (len(found) == 1 and not whole)

    async def _clear(self, found: Sequence[Post]) -> None:
        """Delete what is to vanish: what was taken back, and what was typed where it stands now."""
        for post in found:
            if post.state is PostState.REMOVING:
                await self._remove(post)
        for post in found:
            if post.state is PostState.POSTED and post.original_id is not None:
                await self._remove_original(post)

    # --- sending -------------------------------------------------------------------------------

    async def _bring(self, post: Post) -> bool:
        """Send a post, or find the one sent before the process died.

        Whether it is all done: it stands, and so nothing of what was typed does any more.
        """
        if post.state is PostState.SENDING and await self._settle_unsure(post):
            return False
        manner = await self._manner(post)
        if manner is None:
            return False
        newest = await self._stage.newest(post.channel_id)
        avatar_url = await self._pictures.address(post)
        async with self._store.write() as work:
            sending = await work.posts.sending(
                post.id, newest, manner, name=post.name, avatar_url=avatar_url
            )
        return sending is not None and await self._send(sending)

    async def _send(self, post: Post) -> bool:
        """Send a post that was noted as being sent; see ``_bring``."""
        try:
            message_id = await self._stage.send(post)
        except StageLaterError:
            await self._not_sent(post)
            raise
        except StageForbiddenError as error:
            await self._forbidden(post, error)
            return False
        except StageRefusedError as error:
            await self._refused(post, error)
            return False
        # Forgotten, it is looked for and found.
        async with self._store.write(lasting=False) as work:
            stands = await work.posts.posted(post.id, message_id, post.wanted)
            await _show_progress(work, post)
        if not stands or post.original_id is None:
            return False
        await self._remove_original(post)
        return True

    async def _manner(self, post: Post) -> Manner | None:
        """How to send a post; None if it was left where the writer typed it instead."""
        if post.kind is not PostKind.TURN:
            return Manner.PLAIN
        manner = await self._stage.manner(post.channel_id)
        if manner is Manner.PLAIN and await self._leave(post):
            return None
        return manner

    async def _settle_unsure(self, post: Post) -> bool:
        """Whether a post that may stand does stand, or the owner was asked."""
        try:
            found = await self._stage.find(post)
        except StageBlindError:
            await self._ask_owner(post)
            return True
        async with self._store.write() as work:
            taken = await work.posts.claimed_ids(found)
            free = [message_id for message_id in found if message_id not in taken]
            if free:
                # A turn was known by its text; a card may show what was true before the answer
                # was lost, so it is drawn once more.
                shown = post.wanted if post.kind is PostKind.TURN else 0
                await work.posts.posted(post.id, free[0], shown)
        _log.info("unsure post looked for", post_id=post.id, found=bool(free))
        return bool(free)

    async def _ask_owner(self, post: Post) -> None:
        now = self._clock.now()
        async with self._store.write() as work:
            await work.posts.set_state(post.id, PostState.ASKED)
            await queue(work, [NewPost(post.channel_id, PostKind.ASK, post.id)], now)
        _log.warning("unsure post cannot be looked for", post_id=post.id)

    async def answer(self, post_id: int, channel_id: int, *, stands: bool) -> None:
        """The owner of the channel's story looked: a post stands, or has to be sent again."""
        async with self._store.write() as work:
            post = await work.posts.get(post_id)
            if post is None or post.state is not PostState.ASKED or post.channel_id != channel_id:
                return
            state = PostState.LOST if stands else PostState.DUE
            await work.posts.set_state(post.id, state)
            for asked in await work.posts.of_subject(PostKind.ASK, post_id):
                await work.posts.set_state(asked.id, PostState.REMOVING)
            await work.tasks.put(TaskKind.POST, post.channel_id, self._clock.now())

    async def _leave(self, post: Post) -> bool:
        """Let a typed message count where it stands, since it cannot be posted by webhook."""
        async with self._store.write() as work:
            posts = await work.posts.of_turn(post.subject_id)
            waits = {PostState.DUE, PostState.SENDING}
            typed = posts[-1].original_id
            if typed is None or any(p.state not in waits for p in posts):
                return False
            for other in posts:
                await work.posts.set_state(other.id, PostState.DROPPED)
            left = NewPost(
                channel_id=post.channel_id,
                kind=PostKind.TURN,
                subject_id=post.subject_id,
                name=post.name,
                state=PostState.LEFT,
                message_id=typed,
            )
            await work.posts.add([left])
        return True

    async def _forbidden(self, post: Post, error: StageForbiddenError) -> None:
        """Without permission: leave what was typed, keep the rest for when it is given."""
        _log.warning("post forbidden", post_id=post.id, channel_id=post.channel_id, why=str(error))
        if post.kind is PostKind.TURN and await self._leave(post):
            return
        await self._not_sent(post)
        raise Wait(FORBIDDEN_PATIENCE)

    async def _refused(self, post: Post, error: StageRefusedError) -> None:
        """Let go of what Discord never takes, and say so: it must not hold up what follows."""
        _log.error("post refused", post_id=post.id, kind=post.kind, why=str(error))
        if post.kind is not PostKind.TURN:
            await self._back(post, PostState.DROPPED)
        elif not await self._leave(post):
            async with self._store.write() as work:
                now = await work.posts.get(post.id)
                if now is not None and now.state is PostState.SENDING:
                    await work.posts.set_state(post.id, PostState.DROPPED)
                    note = NewPost(post.channel_id, PostKind.NOTE, post.subject_id, text=REFUSED)
                    await queue(work, [note], self._clock.now())

    async def _not_sent(self, post: Post) -> None:
        """A post was certainly not sent: it is due again, or dropped if taken back meanwhile."""
        async with self._store.write() as work:
            now = await work.posts.get(post.id)
            taken_back = now is not None and now.state is PostState.REMOVING
            if taken_back and post.original_id is not None:
                # What was typed is still to be deleted.
                return
            state = PostState.DROPPED if taken_back else PostState.DUE
            await work.posts.set_state(post.id, state)

    async def _back(self, post: Post, state: PostState) -> None:
        async with self._store.write() as work:
            await work.posts.set_state(post.id, state)

    # --- what stands already -------------------------------------------------------------------

    async def _remove(self, post: Post) -> None:
        message_id = post.message_id
        try:
            if message_id is None and post.after_id is not None:
                # Taken back while it was being sent, and nobody noted whether it got there.
                message_id = await self._unnoted(post)
            if message_id is not None:
                await self._stage.remove(post.channel_id, message_id, post.manner)
        except (StageForbiddenError, StageBlindError) as error:
            _log.warning("message stays", post_id=post.id, why=str(error))
        if post.original_id is not None:
            # Taken back before its post stood for long: what was typed has not been deleted yet.
            await self._remove_original(post)
        await self._back(post, PostState.REMOVED)

    async def _unnoted(self, post: Post) -> int | None:
        found = await self._stage.find(post)
        async with self._store.read() as work:
            taken = await work.posts.claimed_ids(found)
        return next((message_id for message_id in found if message_id not in taken), None)

    async def _remove_original(self, post: Post) -> None:
        if post.original_id is not None:
            try:
                await self._stage.remove(post.channel_id, post.original_id, None)
            except StageForbiddenError as error:
                _log.warning("typed message stays", post_id=post.id, why=str(error))
        async with self._store.write(lasting=False) as work:
            await work.posts.original_gone(post.id)

    async def _redraw(self, post: Post) -> None:
        try:
            await self._stage.redraw(post)
        except StageGoneError:
            await self._card_gone(post)
            return
        except StageForeignError as error:
            await self._replace(post, removable=error.removable)
            return
        except (StageForbiddenError, StageRefusedError) as error:
            _log.warning("message not redrawn", post_id=post.id, why=str(error))
        async with self._store.write(lasting=False) as work:
            await work.posts.shown(post.id, post.wanted)

    async def _replace(self, post: Post, *, removable: bool) -> None:
        """Post a changed passage anew in place of messages that nobody can change any more.

        Where they cannot be deleted either, it would stand there twice: then a note says it.
        """
        now = self._clock.now()
        async with self._store.write() as work:
            turn = await work.turns.get(post.subject_id)
            parts = [p for p in await work.posts.of_turn(post.subject_id) if p.state in _STANDS]
            # Seen to with the turn's first part, perhaps.
            still = any(part.id == post.id and part.shown != part.wanted for part in parts)
            if turn is None or not still:
                return
            _log.info("passage posted anew", turn_id=turn.id, removable=removable)
            if removable:
                await remove_posts(work, [turn], now)
                await queue(work, [_again(part) for part in parts], now)
                return
            for part in parts:
                await work.posts.shown(part.id, part.wanted)
            note = NewPost(post.channel_id, PostKind.NOTE, turn.story_id, text=CHANGED)
            await queue(work, [note], now)

    async def _card_gone(self, post: Post) -> None:
        """Somebody deleted a message: a live ballot's card is posted anew, the rest is let go."""
        async with self._store.write() as work:
            await work.posts.set_state(post.id, PostState.REMOVED)
            if post.kind is PostKind.BALLOT:
                ballot = await work.ballots.get(post.subject_id)
                if ballot and ballot.state in LIVE:
                    again = NewPost(post.channel_id, PostKind.BALLOT, ballot.id)
                    await queue(work, [again], self._clock.now())

    async def _channel_gone(self, channel_id: int) -> None:
        """A channel was deleted: nothing can appear there any more."""
        _log.warning("channel gone", channel_id=channel_id)
        async with self._store.write() as work:
            while due := await work.posts.due(channel_id, BATCH):
                for post in due:
                    await work.posts.set_state(post.id, PostState.LOST)
            while removing := await work.posts.removing(channel_id, BATCH):
                for post in removing:
                    await work.posts.set_state(post.id, PostState.REMOVED)
            for post in await work.posts.stale_cards(channel_id, BATCH):
                await work.posts.shown(post.id, post.wanted)

    async def wake(self, guild_id: int) -> None:
        """Have what is due on a server tried now: it is there again, or the bot is."""
        async with self._store.write() as work:
            for channel in await work.stories.live_channels():
                if channel.guild_id == guild_id:
                    await work.tasks.put(TaskKind.POST, channel.channel_id, self._clock.now())

    async def repair(self, message_id: int) -> None:
        """Have the card that is this message redrawn, since somebody found it stale."""
        async with self._store.write() as work:
            post = await work.posts.of_message(message_id)
            if post is None or post.kind is PostKind.TURN:
                return
            for channel_id in await work.posts.touch(post.kind, post.subject_id):
                await work.tasks.put(TaskKind.POST, channel_id, self._clock.now())

    async def repair_cards(self) -> None:
        """After a start: have the cards of live ballots redrawn, for what changed unseen."""
        now = self._clock.now()
        async with self._store.write() as work:
            for ballot_id in await work.ballots.live_ids(self._shard):
                for channel_id in await work.posts.touch(PostKind.BALLOT, ballot_id):
                    await work.tasks.put(TaskKind.POST, channel_id, now)


def _again(part: Post) -> NewPost:
    return NewPost(
        channel_id=part.channel_id,
        kind=part.kind,
        subject_id=part.subject_id,
        text=part.text,
        part=part.part,
        parts=part.parts,
        name=part.name,
        avatar_url=part.avatar_url,
        attachments=part.attachments,
    )


async def _show_progress(work: UnitOfWork, post: Post) -> None:
    """Have a ballot's card say how much of a long winner stands."""
    # A typed message's last post names what it replaces; no ballot's post does.
    if post.kind is not PostKind.TURN or post.original_id:
        return
    if 0 < await work.posts.pending(post.channel_id) < LONG:
        return
    turn = await work.turns.get(post.subject_id)
    deed = await work.turns.deed(turn.deed_id) if turn else None
    if deed and deed.ballot_id:
        await work.posts.touch(PostKind.BALLOT, deed.ballot_id)
