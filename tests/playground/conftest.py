"""A server with a channel and a person, whichever local Discord a room's tests use."""

import pytest

from playground.server import Channel, Guild, LocalDiscord, Person


@pytest.fixture
def guild(local: LocalDiscord) -> Guild:
    return local.add_guild("The Globe")


@pytest.fixture
def inn(guild: Guild) -> Channel:
    return guild.add_channel("the-inn")


@pytest.fixture
def anna(local: LocalDiscord, guild: Guild) -> Person:
    return local.add_person("Anna", guild)
