"""Names of characters: what may be one, and when two are the same."""

import re
import unicodedata
from functools import lru_cache

from bot.story.errors import InvalidError

NARRATOR = "Narrator"
"""The name under which narration is posted; nobody can claim it."""

MAX_NAME = 80
"""Characters in a name, the most that Discord takes as a webhook's name.

Source: https://discord.com/developers/docs/resources/webhook#create-webhook
"""

_REFUSED_BY_DISCORD = ("clyde", "discord")
_PINGS = ("@everyone", "@here")


_UNSEEN = re.compile(
    r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]+"
)


def is_blank(text: str) -> bool:
    """Whether a reader would see nothing (Discord refuses such a message, and such a name)."""
    return not _UNSEEN.sub("", text)


def name_key(name: str) -> str:
    """The form in which two names are compared.

    NFKC, case folded, white space collapsed, and without what nobody sees: a name with a
    zero-width space in it is read as the same name, so it means the same character.
    """
    # The names of a cast are compared at every press and every turn.
    return _key_of_name(name) if len(name) <= MAX_NAME else _key(name)


def _key(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    # Case folding can undo normalisation (U+0345), so normalise once more.
    return _seen(unicodedata.normalize("NFKC", folded))


_key_of_name = lru_cache(maxsize=8_192)(_key)


def _seen(name: str) -> str:
    """A name without invisible characters, white space collapsed."""
    # White space first: a tab is a control character, but it separates words.
    spaced = " ".join(name.split())
    if spaced.isprintable():
        # Nothing invisible is printable: most names and texts are done here.
        return spaced
    return " ".join("".join(c for c in spaced if not _is_invisible(c)).split())


def _is_invisible(character: str) -> bool:
    """Whether a character is a control or format character (NUL, right-to-left marks, joiners)."""
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


NARRATOR_KEY = name_key(NARRATOR)


def clean_name(name: str) -> str:
    """A name as it will be kept: without invisible characters, white space collapsed.

    Args:
        name: what a writer typed.

    Returns:
        The name to keep, 1 to 80 characters long.

    Raises:
        InvalidError: the name is empty, too long, the narrator's, or one that Discord refuses.
    """
    kept = _seen(name)
    if is_blank(kept):
        raise InvalidError("A character needs a name that people can see. Give one.")
    if len(kept) > MAX_NAME:
        raise InvalidError(
            f"That name has {len(kept)} characters; Discord shows at most {MAX_NAME}. Shorten it."
        )
    key = name_key(kept)
    if key == NARRATOR_KEY:
        raise InvalidError("“Narrator” is the storyteller's own name. Choose another.")
    for word in _REFUSED_BY_DISCORD:
        if word in key:
            raise InvalidError(
                f"Discord refuses names with “{word}” in them. Choose another spelling."
            )
    return kept


def character_name(name: str) -> str:
    """A name that a character gets; see ``clean_name``.

    Raises:
        InvalidError: as there; or it reads like a ping, or has a colon, which ends the name in
            ``Name: text``.
    """
    kept = clean_name(name)
    if ":" in kept:
        raise InvalidError(
            "A name cannot have a colon, since `Name: text` is how one speaks as another "
            "character. Leave it out."
        )
    key = name_key(kept)
    for ping in _PINGS:
        if ping in key:
            raise InvalidError(f"“{ping}” would look like a call to everybody. Choose another.")
    return kept
