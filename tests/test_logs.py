"""One format for whatever is logged, with ids, and without what stood in a variable."""

import contextlib
import io
import json
import logging
import threading
import warnings

import pytest
import structlog

from bot import logs

WORDS = "the letter under the floor"


pytestmark = pytest.mark.usefixtures("logs_as_before")


def written(style, *speeches) -> str:
    """What is written while somebody speaks."""
    out = io.StringIO()
    with contextlib.redirect_stderr(out):
        logs.set_up("INFO", style)
        for speech in speeches:
            speech()
    return out.getvalue()


def fail() -> None:
    local = WORDS
    raise KeyError(len(local))


def speak() -> None:
    """Everybody says something."""
    structlog.contextvars.bind_contextvars(story_id=7, turn_id=9)
    structlog.get_logger().info("ours")
    logging.getLogger("discord.gateway").warning("Shard %s sleeps", 3)
    logging.getLogger("alembic.runtime").info("too low to be written")
    try:
        fail()
    except KeyError:
        logging.getLogger("asyncio").exception("theirs")
        structlog.get_logger().exception("ours failed")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn("old ways", DeprecationWarning, stacklevel=1)
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    logs.crashed(RuntimeError("gone"))


def test_machines_read_json_line_by_line():
    said = written("json", speak)
    lines = [json.loads(line) for line in said.splitlines()]
    levels = ["info", "warning", "error", "error", "warning", "critical", "critical"]
    assert [line["level"] for line in lines] == levels
    for line in lines:
        assert line["timestamp"].endswith("Z")
        assert line["event"]
    here = [line for line in lines if line["event"] != "crashed"]
    assert {(line["story_id"], line["turn_id"]) for line in here} == {(7, 9)}
    assert lines[1]["event"] == "Shard 3 sleeps"
    assert lines[1]["logger"] == "discord.gateway"
    assert "KeyError" in lines[2]["exception"]
    assert WORDS not in said


def test_people_read_one_style_without_locals():
    said = written("text", speak)
    for event in ("ours", "Shard 3 sleeps", "theirs", "ours failed", "crashed"):
        line = next(x for x in said.splitlines() if f"] {event} " in x)
        assert line[:4].isdecimal(), line
    assert said.count("Traceback") == 3
    assert WORDS not in said


def test_setting_up_anew_says_nothing_twice():
    def once():
        logs.set_up("INFO", "json")
        logging.getLogger("discord").warning("once")

    assert written("json", once).count("once") == 1
