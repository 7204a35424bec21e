import pytest

from bot.story.errors import NotAllowedError
from bot.story.policy import Action, Standing, may, require
from bot.story.tale import Settings, StoryState, Voters
from tests.builders import ADA, OWNER, actor, story

NOBODY = (ADA, Standing())
CLAIMANT = (ADA, Standing(holds_claim=True))
THEIRS = (ADA, Standing(theirs=True))
OWNS = (OWNER, Standing())
OWNS_AND_PLAYS = (OWNER, Standing(holds_claim=True))
WHO = {
    "nobody": NOBODY,
    "claimant": CLAIMANT,
    "theirs": THEIRS,
    "owner": OWNS,
    "playing owner": OWNS_AND_PLAYS,
}
EVERYBODY = set(WHO)
OWNERS = {"owner", "playing owner"}
PLAYERS = {"claimant", "playing owner"}
ALLOWED = {
    Action.READ: EVERYBODY,
    Action.GOVERN: OWNERS,
    Action.RESUME: OWNERS,
    Action.ADD_CHARACTER: EVERYBODY,
    Action.EDIT_CHARACTER: OWNERS | {"theirs"},
    Action.CLAIM: EVERYBODY,
    Action.RELEASE: OWNERS | {"theirs"},
    Action.HAND_OVER: OWNERS | {"theirs"},
    Action.RETIRE_CHARACTER: OWNERS | {"theirs"},
    Action.BRING_BACK: OWNERS | {"theirs"},
    Action.WRITE: PLAYERS,
    Action.NARRATE: PLAYERS | OWNERS,
    Action.CONTINUE: PLAYERS | OWNERS,
    Action.FORK: PLAYERS | OWNERS,
    Action.VOTE: EVERYBODY,
    Action.CLOSE_BALLOT: OWNERS | {"theirs"},
    Action.MAKE_CANON: PLAYERS | OWNERS,
    Action.RETIRE_FACT: OWNERS | {"theirs"},
    Action.SETTLE_DISPUTE: OWNERS | {"theirs"},
    Action.TAKE_BACK: OWNERS | {"theirs"},
    Action.REVISE: OWNERS | {"theirs"},
    Action.REWORD: {"theirs"},
}
WHILE_PAUSED = {Action.READ, Action.GOVERN, Action.RESUME, Action.RELEASE}


@pytest.mark.parametrize("state", list(StoryState))
@pytest.mark.parametrize("who", sorted(WHO))
@pytest.mark.parametrize("action", list(Action))
def test_who_may_what_when(action: Action, who: str, state: StoryState) -> None:
    writer_id, standing = WHO[who]
    refusal = may(actor(writer_id), action, story(state=state), standing)
    stopped = {
        StoryState.OPEN: False,
        StoryState.PAUSED: action not in WHILE_PAUSED,
        StoryState.CLOSED: action not in {Action.READ, Action.RESUME},
    }[state]
    assert (refusal is None) is (who in ALLOWED[action] and not stopped)
    if refusal:
        assert refusal.endswith((".", "`."))
        assert ("paused" in refusal) is (stopped and state is StoryState.PAUSED)
        assert ("closed" in refusal) is (stopped and state is StoryState.CLOSED)


def test_whoever_sees_the_channel_may_ask_where_they_may_vote() -> None:
    open_to_all = story(settings=Settings(voters=Voters.CHANNEL))
    assert may(actor(ADA), Action.CONTINUE, open_to_all, Standing()) is None
    assert may(actor(ADA), Action.NARRATE, open_to_all, Standing()) is not None


def test_managers_act_for_an_owner_who_left_and_for_no_other() -> None:
    manager = actor(ADA, manages=True)
    assert may(manager, Action.GOVERN, story(), Standing()) is not None
    assert may(manager, Action.GOVERN, story(), Standing(left=frozenset({OWNER}))) is None
    assert may(actor(ADA), Action.GOVERN, story(), Standing(left=frozenset({OWNER}))) is not None


def test_a_refusal_is_raised_as_its_sentence() -> None:
    with pytest.raises(NotAllowedError, match="Only the owner"):
        require(actor(ADA), Action.GOVERN, story(), Standing())
    require(actor(OWNER), Action.GOVERN, story(), Standing())
