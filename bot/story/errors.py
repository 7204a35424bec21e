"""The errors of a story: a small tree whose texts are what the writer reads.

Every text is one or two sentences: what is wrong, and what to do about it. None of them holds
story text, so each may be logged.
"""

from bot.story.purse import Usage


class StoryError(Exception):
    """Something a writer asked for cannot be done; ``str(error)`` is the sentence to show."""


class NotFoundError(StoryError):
    """What was named does not exist (any more)."""


class NotAllowedError(StoryError):
    """The actor may not do this; the text says who may."""


class OpenersChoiceError(NotAllowedError):
    """In a tie somebody else chooses first: whoever opened the ballot."""

    def __init__(self, ballot_id: int) -> None:
        super().__init__(
            "The vote ended in a tie. Whoever opened the ballot chooses; once they are gone or "
            "after 24 hours, the owner of the story does."
        )
        self.ballot_id = ballot_id


class InvalidError(StoryError):
    """What was given breaks a rule of the story; the text says which."""


class ConflictError(StoryError):
    """Somebody or something was faster, or a thing exists already."""


class StaleError(ConflictError):
    """The place this was made for has moved on since."""


class BrokeError(StoryError):
    """The purse does not hold what this would cost."""


class NarratorError(StoryError):
    """The model gave no usable answer; nothing was changed by the attempt.

    Attributes:
        usage: tokens the attempt used all the same, if the service told.
        cost: their price in micro-dollars.
    """

    def __init__(self, message: str, usage: Usage | None = None, cost: int = 0) -> None:
        super().__init__(message)
        self.usage = usage or Usage()
        self.cost = cost


class NarratorRefusedError(NarratorError):
    """The model declined to write this."""


class NarratorBusyError(NarratorError):
    """The model's service is overloaded or limits our rate.

    Attributes:
        retry_after: seconds to wait before asking again, as told by the service, if it told.
    """

    def __init__(
        self, message: str, usage: Usage | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message, usage)
        self.retry_after = retry_after


class NarratorGarbledError(NarratorError):
    """The answer was cut off, was not the agreed JSON, or held no usable variant."""


class NarratorSilentError(NarratorError):
    """No answer came in time, or the connection died."""


class NarratorMisconfiguredError(NarratorError):
    """The key, the model's name or the request itself was rejected; asking again is no use."""


class StorageError(StoryError):
    """The database cannot be written (full disk, read-only, gone)."""


class StorageDamagedError(StorageError):
    """What should be the database is none, or is broken."""


class StorageGoneError(StorageError):
    """The database is away."""


class StorageUnsureError(StorageGoneError):
    """The database went away amid a commit, which may have taken place all the same."""
