"""The Globe: the server in which a play takes place, and the people in it."""

from dataclasses import dataclass
from typing import Self

from playground.server import Channel, Guild, LocalDiscord, May, Person

PEOPLE = ("Anna", "Bo", "Cy")
STORIES = ("the-lantern", "empty-stage")
TOPICS = {
    "the-lantern": "A story under way: vote, claim somebody, type.",
    "empty-stage": "For a story of your own: /story open.",
}
TAGS = ("ideas", "stories")


@dataclass(frozen=True, slots=True)
class Globe:
    """The server with its channels and people, each by name.

    Attributes:
        forum: where every post is a thread, so that stories can be tried in posts, too.
    """

    guild: Guild
    channels: dict[str, Channel]
    people: dict[str, Person]
    forum: Channel

    @classmethod
    def build(cls, local: LocalDiscord) -> Self:
        """Build the server, before the bot is asked to do anything in it."""
        guild = local.add_guild("The Globe")
        stories = guild.add_category("Stories")
        channels = {
            name: guild.add_channel(name, topic=TOPICS[name], category=stories) for name in STORIES
        }
        forum = guild.add_forum("workshops", tags=TAGS, category=stories)
        moderator = guild.add_role("Moderator", May.MANAGE_CHANNELS | May.MANAGE_MESSAGES)
        people = {name: local.add_person(name, guild) for name in PEOPLE}
        guild.give(people["Cy"], moderator)
        return cls(guild, channels, people, forum)

    def open_post(self, name: str, by: Person, *, tag: str) -> Channel:
        """Open a post in the forum; what is said in it first is its beginning."""
        post = self.guild.add_thread(self.forum, name, by=by)
        tags = [int(one["id"]) for one in self.forum.tags if one["name"] == tag]
        assert post.thread is not None  # noqa: S101 - a thread just opened
        post.thread.applied_tags = tags
        return post
