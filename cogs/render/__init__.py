"""Values of the story as text for Discord. Names are escaped; nothing here can ping."""

from cogs.render.canon import fact_card, fact_line, reading, waiting
from cogs.render.cast import (
    cast_list,
    character_card,
    claimed,
    offer,
    released,
    retired,
    taken_along,
)
from cogs.render.scene import already, changed, history, provenance
from cogs.render.story import book, forking, handing_over, past, settings_card, story_card
from cogs.render.words import counted, link, listed, name, names, pages, places, quoted, some, when

__all__ = [
    "already",
    "book",
    "cast_list",
    "changed",
    "character_card",
    "claimed",
    "counted",
    "fact_card",
    "fact_line",
    "forking",
    "handing_over",
    "history",
    "link",
    "listed",
    "name",
    "names",
    "offer",
    "pages",
    "past",
    "places",
    "provenance",
    "quoted",
    "reading",
    "released",
    "retired",
    "settings_card",
    "some",
    "story_card",
    "taken_along",
    "waiting",
    "when",
]
