"""Pictures of characters that were uploaded: kept with a message, and their address read anew."""

from dataclasses import replace

import structlog

from bot.ports import Clock, Stage, StageError, StageGoneError, Store
from bot.services.casting import require_editable
from bot.services.common import Request
from bot.story.cast import Character, Keepsake
from bot.story.pictures import is_stale
from bot.story.posts import Post, PostKind

_log = structlog.get_logger(__name__)


class Pictures:
    """Uploaded pictures."""

    def __init__(self, store: Store, clock: Clock, stage: Stage) -> None:
        self._store = store
        self._clock = clock
        self._stage = stage

    async def keep(
        self, request: Request, character_id: int, url: str, keepsake: Keepsake
    ) -> Character:
        """Give a character the picture that stands with a message of ours.

        Raises:
            NotAllowedError: as for editing.
        """
        async with self._store.write() as work:
            _, character = await require_editable(work, request, character_id)
            sheet = replace(character.sheet, avatar_url=url)
            kept = replace(character, sheet=sheet, keepsake=keepsake)
            await work.cast.save(kept)
            return kept

    async def address(self, post: Post) -> str:
        """The address of the picture that a post shows, good for a while; empty if there is none.

        Addresses of uploads end after a day: a new one is read from the message that keeps it, and
        kept in its turn. Whatever fails costs the picture and never the post.
        """
        if post.kind is not PostKind.TURN or not is_stale(post.avatar_url, self._clock.now()):
            return post.avatar_url
        async with self._store.read() as work:
            turn = await work.turns.get(post.subject_id)
            character = await work.cast.get(turn.character_id or 0) if turn else None
        if character is None or character.keepsake is None:
            return ""
        if not is_stale(character.sheet.avatar_url, self._clock.now()):
            return character.sheet.avatar_url
        return await self._fresh(character, character.keepsake)

    async def _fresh(self, character: Character, keepsake: Keepsake) -> str:
        url = ""
        try:
            url = await self._stage.picture(keepsake.channel_id, keepsake.message_id)
        except StageGoneError:
            _log.warning("picture lost", character_id=character.id)
        except StageError as error:
            _log.warning("picture not found", character_id=character.id, why=str(error))
            return ""
        async with self._store.write() as work:
            now = await work.cast.get(character.id)
            if now and now.keepsake == keepsake:
                await work.cast.save(replace(now, sheet=replace(now.sheet, avatar_url=url)))
        return url
