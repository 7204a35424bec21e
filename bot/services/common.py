"""What several services do alike: find the place, what somebody is to it, and queue posts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.ports import UnitOfWork
from bot.story.canon import Fact, FactState
from bot.story.cast import Character, Company, Writer
from bot.story.errors import NotFoundError
from bot.story.policy import Standing
from bot.story.posts import NewPost, PostKind, PostState
from bot.story.tale import Actor, Branch, Place, Story, StoryState
from bot.story.tasks import TaskKind
from bot.story.turn import Turn
from bot.story.typed import MAX_POST, length, split_posts

NO_STORY = "There is no story in this channel. `/story open` begins one."
NO_PASSAGE = (
    "That message is not a passage of this story. Choose one that stands under the name of a "
    "character or of the narrator."
)
DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks for something, and in which channel."""

    actor: Actor
    channel_id: int


async def the_place(work: UnitOfWork, channel_id: int) -> Place:
    """The story of a channel.

    Raises:
        NotFoundError: there is none.
    """
    place = await work.stories.place(channel_id)
    if place is None:
        raise NotFoundError(NO_STORY)
    return place


async def the_character(work: UnitOfWork, story_id: int, name: str) -> Character:
    """The character that a name means, retired ones included.

    Raises:
        NotFoundError: nobody is called that.
    """
    company = await work.cast.company(story_id, retired=True)
    found = company.find(name)
    if found is None:
        raise NotFoundError(
            "Nobody in this story is called that. `/cast list` shows who there is, "
            "`/cast add` adds somebody."
        )
    return found


async def the_character_with_id(work: UnitOfWork, story_id: int, character_id: int) -> Character:
    """The character with an id, as a button knows it whatever it is called by now.

    Raises:
        NotFoundError: this story has none.
    """
    found = await work.cast.get(character_id)
    if found is None or found.story_id != story_id:
        raise NotFoundError("That character is not in this story. `/cast list` shows who is.")
    return found


def standing_of(company: Company, writer_id: int, *, theirs: bool = False) -> Standing:
    """What a writer is to the story and to the thing in question."""
    held = bool(company.held_by(writer_id))
    return Standing(holds_claim=held, theirs=theirs, left=company.left)


async def names_of(work: UnitOfWork, story_id: int) -> Mapping[int, str]:
    """Display names of a story's writers by Discord user id."""
    return display_names(await work.cast.writers(story_id))


def display_names(writers: Mapping[int, Writer]) -> dict[int, str]:
    """What writers are called, by Discord user id."""
    return {writer_id: writer.name for writer_id, writer in writers.items()}


async def name_of(work: UnitOfWork, story_id: int, writer_id: int) -> str:
    """The display name of one of a story's writers."""
    return (await names_of(work, story_id)).get(writer_id, "a writer")


async def beside(work: UnitOfWork, story_id: int, writer_id: int) -> tuple[int, str]:
    """Where and how it is noted that somebody was told that they talk beside a story."""
    first, *_ = await work.stories.channels(story_id)
    return first.channel_id, f"beside:{story_id}:{writer_id}"


def posts_of_turn(
    turn: Turn, channel_id: int, avatar_url: str = "", link_line: str = ""
) -> list[NewPost]:
    """The posts that show a turn: its text in parts, files with the last.

    Args:
        turn: what to show.
        channel_id: where.
        avatar_url: the speaker's picture; may be empty.
        link_line: a line to put in front, for a reply; may be empty.
    """
    # Where the bot posts by itself, the speaker's name stands above the text, escaped.
    room = MAX_POST - 2 * length(turn.speaker) - 6 - length(link_line) - 1
    parts = split_posts(turn.text, room) or [""]
    if link_line:
        parts[0] = f"{link_line}\n{parts[0]}".rstrip("\n")
    return [
        NewPost(
            channel_id=channel_id,
            kind=PostKind.TURN,
            subject_id=turn.id,
            text=text,
            part=n,
            parts=len(parts),
            name=turn.speaker,
            avatar_url=avatar_url,
            attachments=turn.attachments if n == len(parts) - 1 else (),
        )
        for n, text in enumerate(parts)
    ]


async def queue_turns(
    work: UnitOfWork, turns: Iterable[Turn], channel_id: int, company: Company, now: datetime
) -> None:
    """Queue the posts of turns in a channel, and ask for them to be sent."""
    posts: list[NewPost] = []
    for turn in turns:
        character = company.get(turn.character_id)
        posts += posts_of_turn(turn, channel_id, character.sheet.avatar_url if character else "")
    await queue(work, posts, now)


async def queue(work: UnitOfWork, posts: Sequence[NewPost], now: datetime) -> None:
    """Queue posts, and ask for each channel's queue to be worked off."""
    if posts:
        await work.posts.add(posts)
    for channel_id in {post.channel_id for post in posts}:
        await work.tasks.put(TaskKind.POST, channel_id, now)


async def refresh(work: UnitOfWork, kind: PostKind, subject_id: int, now: datetime) -> None:
    """Have the cards about a subject redrawn."""
    for channel_id in await work.posts.touch(kind, subject_id):
        await work.tasks.put(TaskKind.POST, channel_id, now)


async def remove_posts(work: UnitOfWork, turns: Iterable[Turn], now: datetime) -> None:
    """Have the messages of turns deleted; what was not sent yet is not sent any more."""
    channels: set[int] = set()
    for turn in turns:
        for post in await work.posts.of_turn(turn.id):
            channels.add(post.channel_id)
            if post.state is PostState.DUE:
                # What was typed stands there still where its last part was to come: it goes too.
                typed = post.original_id is not None
                state = PostState.REMOVING if typed else PostState.DROPPED
                await work.posts.set_state(post.id, state)
            elif post.state is PostState.ASKED:
                # Nobody can tell whether it stands; at least it is not sent again.
                await work.posts.set_state(post.id, PostState.DROPPED)
                for asked in await work.posts.of_subject(PostKind.ASK, post.id):
                    await work.posts.set_state(asked.id, PostState.REMOVING)
            elif post.state in {PostState.SENDING, PostState.POSTED, PostState.LEFT}:
                await work.posts.set_state(post.id, PostState.REMOVING)
    for channel_id in channels:
        await work.tasks.put(TaskKind.POST, channel_id, now)


async def move_to(
    work: UnitOfWork, story: Story, after: StoryState, seen_id: int, now: datetime
) -> None:
    """Have a story rest, end or go on, in all its channels.

    Args:
        work: the transaction.
        story: as it was.
        after: as it is from now on.
        seen_id: for one that was closed, up to which message nothing counts that was typed
            meanwhile: it was no part of the story, and shall not become one.
        now: the time.
    """
    if story.state is StoryState.CLOSED:
        for channel in await work.stories.channels(story.id):
            await work.stories.seen(channel.channel_id, seen_id)
    closed_at = now if after is StoryState.CLOSED else None
    await work.stories.save(replace(story, state=after, closed_at=closed_at))
    for ballot in await work.ballots.live_in_story(story.id):
        # Looked at again: a pause stops it, a resume lets it go on, a closing ends it.
        await work.tasks.put(TaskKind.SETTLE, ballot.id, now)
        if any(asked.done_at is None for asked in ballot.rounds):
            await work.tasks.put(TaskKind.DRAFT, ballot.id, now)
        await refresh(work, PostKind.BALLOT, ballot.id, now)


async def fresh_branch(work: UnitOfWork, place: Place) -> Branch:
    """The branch as it stands after what this transaction did.

    Raises:
        NotFoundError: it is gone.
    """
    branch = await work.stories.branch(place.branch.id)
    if branch is None:
        raise NotFoundError(NO_STORY)
    return branch


def window_start(now: datetime) -> datetime:
    """Since when the daily cap counts."""
    return now - DAY


async def redraw_fact(work: UnitOfWork, fact: Fact, now: datetime) -> None:
    """Have the cards redrawn on which a fact stands."""
    await refresh(work, PostKind.DISPUTE, fact.id, now)
    if fact.proposal_id:
        await refresh(work, PostKind.PROPOSAL, fact.proposal_id, now)


async def review_facts(work: UnitOfWork, turns: Iterable[Turn], now: datetime) -> int:
    """Return to review the facts whose words no longer stand where they came from.

    Call it after the turns were taken back, or with their new texts after a revision.

    Returns:
        How many facts return to review.
    """
    returned = 0
    texts = {turn.id: "" if turn.withdrawn else turn.text for turn in turns}
    for fact in await work.canon.of_turns(list(texts)):
        source = texts.get(fact.source_turn_id or 0, "")
        if fact.state is FactState.CANON and not (fact.quote and fact.quote in source):
            await work.canon.set_state(fact.id, FactState.PROPOSED, None, now)
            await redraw_fact(work, fact, now)
            returned += 1
    return returned
