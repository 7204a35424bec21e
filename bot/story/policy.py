"""Who may do what. One function answers, with the sentence that a refused writer reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.story.errors import NotAllowedError
from bot.story.tale import Actor, Story, StoryState, Voters


class Action(StrEnum):
    """Things that not everybody may do always."""

    READ = "read"
    GOVERN = "govern"
    RESUME = "resume"
    ADD_CHARACTER = "add a character"
    EDIT_CHARACTER = "edit this character"
    CLAIM = "claim"
    RELEASE = "release"
    HAND_OVER = "hand over"
    RETIRE_CHARACTER = "retire this character"
    BRING_BACK = "bring this character back"
    WRITE = "write"
    NARRATE = "narrate"
    CONTINUE = "ask for a continuation"
    FORK = "fork the story"
    VOTE = "vote"
    CLOSE_BALLOT = "close this ballot"
    MAKE_CANON = "make canon"
    RETIRE_FACT = "retire this fact"
    SETTLE_DISPUTE = "settle one's own dispute"
    TAKE_BACK = "take this back"
    REVISE = "revise this"
    REWORD = "change what a person wrote"


_WHILE_PAUSED = frozenset({Action.READ, Action.GOVERN, Action.RESUME, Action.RELEASE})
_WHILE_CLOSED = frozenset({Action.READ, Action.RESUME})


@dataclass(frozen=True, slots=True)
class Standing:
    """What an actor is to a story.

    Attributes:
        holds_claim: whether they hold a live claim.
        theirs: whether the thing in question is theirs (their turn, fact, ballot, character).
        left: the story's writers who are known to have left the server; if its owner is among
            them, others act for them.
    """

    holds_claim: bool = False
    theirs: bool = False
    left: frozenset[int] = frozenset()


_OWNERS_ONLY = "Only the owner of this story may do that."
_WHO_OWNS = "`/story show` says who that is."
_REFUSALS: Mapping[Action, str] = {
    Action.GOVERN: f"{_OWNERS_ONLY} {_WHO_OWNS}",
    Action.RESUME: _OWNERS_ONLY,
    Action.EDIT_CHARACTER: (
        "Only the writer who holds or added this character, or the story's owner, may edit it."
    ),
    Action.RELEASE: (
        "This character is not yours, so you cannot give it back. `/cast list` shows who plays "
        "whom."
    ),
    Action.HAND_OVER: (
        "This character is not yours, so you cannot pass it on. Whoever holds it does; once they "
        "have left this server, the story's owner."
    ),
    Action.RETIRE_CHARACTER: (
        "Only the writer who holds this character (or added it, while nobody does), or the story's "
        "owner, may retire it."
    ),
    Action.BRING_BACK: (
        "A character of that name was retired. Whoever added it, or the story's owner, brings it "
        "back with `/cast add`; or choose another name."
    ),
    Action.WRITE: "Claim a character first: `/cast claim`.",
    Action.NARRATE: "Only writers with a character, and the owner, narrate. `/cast claim` first.",
    Action.CONTINUE: (
        "Only writers with a character, and the owner, ask for a continuation. `/cast claim` first."
    ),
    Action.FORK: "Only writers with a character, and the owner, fork a story. `/cast claim` first.",
    Action.CLOSE_BALLOT: "Only whoever opened this ballot, or the story's owner, may close it.",
    Action.MAKE_CANON: (
        "Only writers with a character, and the owner, decide what is true. `/cast claim` first."
    ),
    Action.SETTLE_DISPUTE: (
        "You brought this up, so somebody else decides it; you may press Keep. Whoever added or "
        "accepted the fact, and the owner, may do it alone."
    ),
    Action.RETIRE_FACT: "Only whoever added or accepted this fact, or the owner, may retire it.",
    Action.TAKE_BACK: (
        "Only whoever wrote this, or the story's owner, may take it back or bring it again; what a "
        "ballot brought, whoever opened the ballot, too."
    ),
    Action.REVISE: "Only whoever opened its ballot, or the story's owner, may change this.",
    Action.REWORD: (
        "These are another writer's own words, so only they may change them. The story's owner can "
        "take them back: react with ❌."
    ),
}


def owns(actor: Actor, story: Story, standing: Standing) -> bool:
    """Whether somebody is the owner, or acts for one who left: members who manage the channel."""
    if actor.writer_id == story.owner_id:
        return True
    return actor.manages and story.owner_id in standing.left


def may(actor: Actor, action: Action, story: Story, standing: Standing) -> str | None:
    """Whether somebody may do something.

    Args:
        actor: who asks.
        action: what they want to do.
        story: where.
        standing: what they are to the story and to the thing in question.

    Returns:
        None for yes; else the sentence of refusal.
    """
    if story.state is StoryState.CLOSED and action not in _WHILE_CLOSED:
        return (
            "This story is closed. `/story export` still gives you the book, and its owner opens "
            "it again with `/story resume`."
        )
    if story.state is StoryState.PAUSED and action not in _WHILE_PAUSED:
        return "This story is paused. Its owner resumes it with `/story resume`."
    if action in {Action.READ, Action.ADD_CHARACTER, Action.CLAIM, Action.VOTE}:
        # Whether a vote counts is the electorate's matter; a pause stops it all the same.
        return None
    # Not even the owner speaks for others.
    if owns(actor, story, standing) and action not in {Action.WRITE, Action.REWORD}:
        return None
    if action in {Action.WRITE, Action.NARRATE, Action.CONTINUE, Action.FORK, Action.MAKE_CANON}:
        everyone = action is Action.CONTINUE and story.settings.voters is Voters.CHANNEL
        allowed = standing.holds_claim or everyone
    else:
        allowed = standing.theirs and action not in {Action.GOVERN, Action.RESUME}
    return None if allowed else _REFUSALS[action]


def require(actor: Actor, action: Action, story: Story, standing: Standing) -> None:
    """Raise the refusal if somebody may not do something.

    Raises:
        NotAllowedError: with the sentence of ``may``.
    """
    refusal = may(actor, action, story, standing)
    if refusal:
        raise NotAllowedError(refusal)
