"""Acting as patient people do: an application that does not respond is asked again later.

Before they ask again they look at what stands in the channel, for an unanswered act may have been
done all the same.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playground.rehearsal.script import RehearsalError
from playground.server import Channel, Exchange, InteractionFailed, LocalDiscord, Message, Person

BACK_SECONDS = 60.0
"""How long people wait for a bot that went offline."""
ATTEMPTS = 20
ANSWER_SECONDS = 20.0
_SILENCE = "The application did not respond"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot answered.

    Attributes:
        message: its words.
        in_doubt: whether an earlier attempt was not answered, and so may have been done already.
    """

    message: Message
    in_doubt: bool

    @property
    def refused(self) -> bool:
        """Whether a command that all would see done was answered to the asker alone."""
        return self.message.ephemeral and not self.in_doubt


class Patience:
    """Acts again and again until the bot answers.

    Args:
        local: where people act.
    """

    def __init__(self, local: LocalDiscord) -> None:
        self.local = local

    async def online(self) -> None:
        """Wait until the bot is there.

        Raises:
            RehearsalError: it did not come back.
        """
        try:
            await self.local.until(lambda: self.local.ready, BACK_SECONDS, "the bot")
        except TimeoutError:
            raise RehearsalError(
                f"The bot was gone for {BACK_SECONDS:.0f} s and did not come back."
            ) from None

    async def once(self, act: Callable[[], Awaitable[Exchange]]) -> Exchange | None:
        """Act once; None if the application did not respond.

        Raises:
            InteractionFailed: the act is not possible.
        """
        await self.online()
        try:
            return await act()
        except InteractionFailed as failed:
            if str(failed) != _SILENCE:
                raise
            return None

    async def ask(self, act: Callable[[], Awaitable[Exchange]]) -> Answer:
        """Act until there is an answer with words.

        Raises:
            InteractionFailed: the act is not possible.
            RehearsalError: there was none after many attempts.
        """
        for attempt in range(ATTEMPTS):
            exchange = await self.once(act)
            if exchange is None:
                continue
            try:
                return Answer(await exchange.answer(ANSWER_SECONDS), in_doubt=attempt > 0)
            except TimeoutError:
                # The bot said that it was thinking, and died over it.
                continue
        raise RehearsalError(f"The bot did not respond {ATTEMPTS} times in a row.")

    async def command(
        self, who: Person, channel: Channel, command: str, /, **options: str
    ) -> Answer:
        """Use a slash command until it is answered; see ``ask``."""
        return await self.ask(lambda: who.slash(channel, command, **options))

    async def public(
        self, who: Person, channel: Channel, command: str, /, **options: str
    ) -> Message:
        """Use a slash command whose success everybody in the channel sees.

        Raises:
            RehearsalError: the bot refused it, in the bot's words.
        """
        answer = await self.command(who, channel, command, **options)
        if answer.refused:
            raise RehearsalError(f"The bot refused /{command}: {answer.message.text}")
        return answer.message
