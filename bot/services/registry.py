"""All services in one value, as the cogs see them."""

from dataclasses import dataclass

from bot.services.ballot_card import BallotCards
from bot.services.books import Books
from bot.services.canon import Canon
from bot.services.casting import Casting
from bot.services.continue_story import ContinueStory
from bot.services.departures import Departures
from bot.services.forking import Forking
from bot.services.linking import Linking
from bot.services.outbox import Outbox
from bot.services.parting import Parting
from bot.services.pictures import Pictures
from bot.services.proposing import Proposing
from bot.services.provenance import WhoWrote
from bot.services.reviewing import Reviewing
from bot.services.revise import Revise
from bot.services.stories import Stories
from bot.services.take_back import TakeBack
from bot.services.take_turn import TakeTurn
from bot.services.vote import Vote


@dataclass(frozen=True, slots=True)
class Services:
    """What a writer can do."""

    stories: Stories
    linking: Linking
    forking: Forking
    casting: Casting
    pictures: Pictures
    parting: Parting
    departures: Departures
    take_turn: TakeTurn
    take_back: TakeBack
    revise: Revise
    continue_story: ContinueStory
    vote: Vote
    ballot_cards: BallotCards
    canon: Canon
    reviewing: Reviewing
    proposing: Proposing
    books: Books
    who_wrote: WhoWrote
    outbox: Outbox
