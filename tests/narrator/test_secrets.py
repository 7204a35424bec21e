import asyncio
import logging
import traceback

import pytest
from structlog.testing import capture_logs

from bot.narrator import ClaudeNarrator, Service
from bot.story.errors import NarratorError, NarratorMisconfiguredError
from playground.claude.faults import Drop, ErrorEvent, Failure, Fault, NotJson, Verbatim
from tests.narrator.conftest import KEY, STORY_LINE

ANSWERED = "nobody shall read this in a log"


@pytest.mark.parametrize(
    "fault",
    [Fault(), Failure(400), ErrorEvent(), Drop(), NotJson(), Verbatim(f"{ANSWERED} {{")],
    ids=str,
)
async def test_no_log_and_no_error_tells_the_key_or_the_story(
    claude, open_narrator, prompt, caplog, fault
):
    caplog.set_level(logging.DEBUG)
    claude.faults.append(fault)
    with capture_logs() as logs:
        narrator = await open_narrator()
        (outcome,) = await asyncio.gather(narrator.draft(prompt, 3), return_exceptions=True)

    shown = ""
    if isinstance(outcome, NarratorError):
        assert outcome.__context__ is None
        shown = "".join(traceback.format_exception(outcome)) + repr(vars(outcome))
    told = caplog.text + repr(logs) + shown
    assert logs
    assert KEY not in told
    assert STORY_LINE not in told
    assert ANSWERED not in told


async def test_the_key_does_not_show(narrator):
    assert KEY not in repr(narrator)
    assert KEY not in repr(Service(api_key=KEY))


@pytest.mark.parametrize("key", ["sk-two\nlines", "sk-ключ"])
async def test_a_key_that_no_header_carries_is_not_named(key):
    with pytest.raises(NarratorMisconfiguredError) as caught:
        await ClaudeNarrator.open(Service(api_key=key))

    assert key not in "".join(traceback.format_exception(caught.value))


async def test_the_environment_cannot_make_the_sdk_tell(open_narrator, prompt, monkeypatch, caplog):
    monkeypatch.setenv("ANTHROPIC_LOG", "debug")
    monkeypatch.setenv("ANTHROPIC_OPEN_TELEMETRY_TRACES_CONTENT_MODE", "content")
    caplog.set_level(logging.DEBUG)
    # What the SDK does on import when the variable is set.
    logging.getLogger("anthropic").setLevel(logging.DEBUG)

    narrator = await open_narrator()
    await narrator.draft(prompt, 3)

    assert STORY_LINE not in caplog.text
    assert narrator._client.open_telemetry["traces"]["content_mode"] != "content"
