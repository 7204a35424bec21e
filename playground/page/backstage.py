"""Backstage: what whoever runs the play may see of the bot, and do with its process.

It concerns the whole page, whoever sits at it: what is told here no writer sees in Discord.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

from playground.claude import Ledger
from playground.claude.ledger import Asked, Sum
from playground.claude.parts import Part
from playground.claude.script import read_wish
from playground.page.asked import MalformedError, text
from playground.page.reading import channel_of
from playground.server.shapes import Json

if TYPE_CHECKING:
    from playground.page.seat import Seat

News = Literal["prompt", "ballot"]
"""What there may be news of; whatever is shown of it is to be asked for anew."""
_NONE = "There is no backstage here."


@dataclass(frozen=True, slots=True)
class BotState:
    """How the bot's process is.

    Attributes:
        running: whether the process lives.
        wanted: whether it is meant to; if it is and does not, it ended by itself.
        busy: whether it is just being stopped or started.
        pid: its number; None if it was never started.
        since: when it was started, in Unix seconds.
        memory: bytes in use; None where that is not known.
        log: where its log is.
        lines: the last lines of it.
    """

    running: bool
    wanted: bool
    busy: bool
    pid: int | None
    since: float
    memory: int | None
    log: str
    lines: tuple[str, ...]


class Backstage(Protocol):
    """What the page needs of whoever runs the bot."""

    @property
    def ledger(self) -> Ledger:
        """What the bot asked the model."""
        ...

    @property
    def running(self) -> bool:
        """Whether the bot's process lives."""
        ...

    @property
    def state(self) -> BotState:
        """How the bot's process is."""
        ...

    async def overview(self, channel_id: int) -> object:
        """What goes on in a channel, as a tree of dataclasses; None if no story is played there.

        Raises:
            LookupError: it cannot be read (yet).
        """
        ...

    async def restart(self) -> None:
        """Kill the bot and start it again.

        Raises:
            LookupError: it does not come back.
        """
        ...

    async def stop(self) -> None:
        """Have the bot close in order, and stay away."""
        ...

    async def start(self) -> None:
        """Start the bot.

        Raises:
            LookupError: it does not come up.
        """
        ...

    def listen(self, hear: Callable[[News], None]) -> Callable[[], None]:
        """Call a function with what there is news of; what is returned ends that."""
        ...


def plain(value: object) -> Any:  # noqa: ANN401 - JSON of any shape
    """Write a tree of dataclasses as JSON; times as Unix seconds."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


# --- the prompt -----------------------------------------------------------------------------------


def short(asked: Asked) -> Json:
    """Write a request without its texts."""
    answer = asked.answer
    prompt = answer.prompt
    return {
        "number": asked.number,
        "at": asked.at,
        "model": asked.model,
        "form": _form(asked.body),
        "wish": asdict(read_wish(asked.body)),
        "offline": asked.offline,
        "seconds": asked.seconds,
        "status": asked.status,
        "trouble": asked.trouble,
        "stop": answer.stop_reason,
        "usd": asked.usd,
        "tokens": None
        if prompt is None
        else {
            "cached": prompt.read,
            "written": prompt.written,
            "written_5m": prompt.written_5m,
            "fresh": prompt.plain,
            "output": answer.output,
        },
    }


def whole(asked: Asked) -> Json:
    """Write a request with its prompt, part by part, and the answer."""
    body = asked.body
    return short(asked) | {
        "request_id": asked.request_id,
        "effort": _output(body).get("effort"),
        "max_tokens": body.get("max_tokens"),
        "parts": [_part(one) for one in asked.parts],
        "answer": asked.answer.text,
    }


def _part(part: Part) -> Json:
    return {
        "where": part.where,
        "text": part.text,
        "tokens": part.tokens,
        "fate": part.fate,
        "ttl": part.ttl,
    }


def _output(body: Json) -> Json:
    config = body.get("output_config")
    return config if isinstance(config, dict) else {}


def _form(body: Json) -> str:
    """What is asked for, as the agreed form of the answer calls it: "variants", or nothing."""
    form = _output(body).get("format")
    schema = form.get("schema") if isinstance(form, dict) else None
    properties = schema.get("properties") if isinstance(schema, dict) else None
    return ", ".join(properties) if isinstance(properties, dict) else ""


def _sum(total: Sum) -> Json:
    return asdict(total)


# --- what the page can ask for --------------------------------------------------------------------


def _of(seat: "Seat") -> Backstage:
    if seat.page.backstage is None:
        raise LookupError(_NONE)
    return seat.page.backstage


async def _prompts(seat: "Seat", _asked: Json) -> Json:
    """The newest requests, the newest first, and what all of them cost."""
    ledger = _of(seat).ledger
    return {
        "requests": [short(one) for one in ledger.newest],
        "paid": _sum(ledger.sums[False]),
        "offline": _sum(ledger.sums[True]),
    }


async def _prompt(seat: "Seat", asked: Json) -> Json:
    number = asked.get("number")
    if not isinstance(number, int):
        raise MalformedError
    found = _of(seat).ledger.find(number)
    if found is None:
        raise LookupError("That request is no longer kept.")
    return whole(found)


async def _ballot(seat: "Seat", asked: Json) -> Json | None:
    """What goes on in a channel; None if no story is played there.

    ``offline``: the offline narrator answered so far, so that prices are not those of anybody.
    """
    backstage = _of(seat)
    found: Json | None = plain(await backstage.overview(channel_of(seat, asked).id))
    if found is not None:
        found["offline"] = backstage.ledger.sums[True].requests > 0
    return found


async def _bot(seat: "Seat", _asked: Json) -> Json:
    state = _of(seat).state
    servers = len(seat.local.world.guilds)
    return asdict(state) | {"ready": seat.local.ready, "servers": servers}


async def _steer(seat: "Seat", asked: Json) -> None:
    """Restart, stop or start the bot."""
    backstage = _of(seat)
    deeds: dict[str, Callable[[], Awaitable[None]]] = {
        "restart": backstage.restart,
        "stop": backstage.stop,
        "start": backstage.start,
    }
    deed = deeds.get(text(asked, "deed"))
    if deed is None:
        raise MalformedError
    await deed()


ACTS = {
    "backstage_prompts": _prompts,
    "backstage_prompt": _prompt,
    "backstage_ballot": _ballot,
    "backstage_bot": _bot,
    "backstage_steer": _steer,
}
