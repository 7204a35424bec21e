"""What Discord refuses in a message.

Source: https://discord.com/developers/docs/resources/message#create-message
"""

from dataclasses import dataclass, field

from playground.server.errors import ApiError, Faults
from playground.server.message import COMPONENTS_V2
from playground.server.nouns import Upload
from playground.server.rules_components import check_components
from playground.server.shapes import Json

MAX_CONTENT = 2000
"""Characters that a bot or webhook may send; a person with Nitro has 4,000."""
MAX_PERSON_CONTENT = 4000
MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_FILES = 10
MAX_EMBEDS = 10
MAX_EMBED_TEXT = 6000
MAX_STICKERS = 3
MAX_NONCE = 25
_EMBED_TEXTS = {"title": 256, "description": 4096}


@dataclass(slots=True)
class Shape:
    """What a message would look like if the request were granted."""

    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    flags: int = 0
    files: int = 0
    stickers: int = 0
    poll: Json | None = None


def check_shape(shape: Shape, faults: Faults, limit: int = MAX_CONTENT) -> None:
    """Refuse what a message may not be.

    Args:
        shape: the message as it would become.
        faults: what is wrong already.
        limit: most characters of content.

    Raises:
        ApiError: 50006 for an empty message, 50035 for everything else.
    """
    faults.longest("content", shape.content, limit)
    v2 = bool(shape.flags & COMPONENTS_V2)
    if v2:
        _refuse_legacy(shape, faults)
    _check_embeds(shape.embeds, faults)
    _check_poll(shape.poll, faults)
    check_components(shape.components, v2=v2, faults=faults)
    faults.refuse_if_any()
    has_text = bool(shape.content.strip() or shape.embeds or shape.components)
    if not has_text and not shape.files and not shape.stickers and not shape.poll:
        raise ApiError(400, 50006, "Cannot send an empty message")


def check_body(body: Json, files: dict[int, Upload], faults: Faults, largest: int) -> None:
    """Note what is wrong with a request's fields, before it is made into a message.

    Args:
        body: the request's fields.
        files: what it brings along.
        faults: where to note them.
        largest: how many bytes a file may have there.

    Raises:
        ApiError: 40005 for files that are too big.
    """
    for name in ("embeds", "components", "attachments", "sticker_ids"):
        if not isinstance(body.get(name, []), list | None):
            faults.add(name, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            body[name] = []
    if not isinstance(body.get("content", ""), str | None):
        body["content"] = str(body["content"])
    nonce = body.get("nonce")
    if nonce is not None:
        faults.longest("nonce", str(nonce), MAX_NONCE)
    if len(body.get("sticker_ids") or []) > MAX_STICKERS:
        faults.between("sticker_ids", body["sticker_ids"], 0, MAX_STICKERS)
    if len(files) > MAX_FILES:
        faults.add("attachments", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    if any(len(one.data) > largest for one in files.values()):
        raise ApiError(413, 40005, "Request entity too large")
    check_allowed_mentions(body.get("allowed_mentions"), faults)


def check_allowed_mentions(allowed: Json | None, faults: Faults) -> None:
    """Note an ``allowed_mentions`` that contradicts itself."""
    if not allowed:
        return
    parse = allowed.get("parse") or []
    for name in ("users", "roles"):
        if name in parse and allowed.get(name):
            faults.add(
                f"allowed_mentions.{name}",
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                f'parse:["{name}"] and {name}: [ids...] are mutually exclusive.',
            )
        faults.longest_list(f"allowed_mentions.{name}", allowed.get(name), 100)


def _refuse_legacy(shape: Shape, faults: Faults) -> None:
    for name, value in (
        ("content", shape.content),
        ("embeds", shape.embeds),
        ("poll", shape.poll),
        ("sticker_ids", shape.stickers),
    ):
        if value:
            faults.add(
                name,
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )


def _check_embeds(embeds: list[Json], faults: Faults) -> None:
    if len(embeds) > MAX_EMBEDS:
        faults.add("embeds", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    total = 0
    for index, embed in enumerate(embeds):
        where = f"embeds.{index}"
        for name, limit in _EMBED_TEXTS.items():
            faults.longest(f"{where}.{name}", embed.get(name), limit)
        faults.longest(f"{where}.footer.text", (embed.get("footer") or {}).get("text"), 2048)
        faults.longest(f"{where}.author.name", (embed.get("author") or {}).get("name"), 256)
        _check_embed_fields(embed.get("fields") or [], where, faults)
        total += _embed_text(embed)
    if total > MAX_EMBED_TEXT:
        faults.add("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def _check_embed_fields(parts: list[Json], where: str, faults: Faults) -> None:
    faults.longest_list(f"{where}.fields", parts, 25)
    for index, part in enumerate(parts):
        faults.between(f"{where}.fields.{index}.name", part.get("name"), 1, 256)
        faults.between(f"{where}.fields.{index}.value", part.get("value"), 1, 1024)


def _embed_text(embed: Json) -> int:
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    for part in embed.get("fields") or []:
        texts += [part.get("name"), part.get("value")]
    return sum(len(text) for text in texts if text)


def _check_poll(poll: Json | None, faults: Faults) -> None:
    if not poll:
        return
    faults.between("poll.question.text", (poll.get("question") or {}).get("text"), 1, 300)
    answers = poll.get("answers") or []
    faults.between("poll.answers", answers, 1, 10)
    for index, answer in enumerate(answers):
        text = (answer.get("poll_media") or {}).get("text")
        faults.between(f"poll.answers.{index}.poll_media.text", text, 1, 55)
