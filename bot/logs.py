"""Structured logs: ids and outcomes, never story text, a token or a key.

Everything that is logged comes out in one format, with the ids that were bound where it came in:
our own records, those of the libraries, Python's warnings, and what ends a thread or the process.
"""

import logging
import sys
import threading
from typing import TextIO

import structlog

_QUIET = (
    "discord",
    "aiosqlite",
    "anthropic",
    "httpx2",
    "sqlalchemy",
    "alembic",
    "asyncio",
    "psycopg",
)
_FORMATTER = structlog.stdlib.ProcessorFormatter


class _Handler(logging.StreamHandler[TextIO]):
    """Ours, so that setting up anew replaces it and no other."""


def set_up(level: str, style: str) -> None:
    """Write logs to standard error.

    Args:
        level: the least level that is written, such as "INFO".
        style: "json" for machines, "text" for people.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last = _last(style)
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = _Handler(sys.stderr)
    handler.setFormatter(
        _FORMATTER(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[_FORMATTER.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.setLevel(logging.WARNING)
    for earlier in [one for one in root.handlers if isinstance(one, _Handler)]:
        root.removeHandler(earlier)
    root.addHandler(handler)
    logging.captureWarnings(capture=True)
    for name in _QUIET:
        # Their lower levels may show what was sent.
        logging.getLogger(name).setLevel(logging.WARNING)
    threading.excepthook = _thread_crashed


def _last(style: str) -> list[structlog.typing.Processor]:
    """How a record becomes a line. Locals of a traceback may hold story text: none are shown."""
    if style == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]


def crashed(error: BaseException) -> None:
    """Record what ends the process."""
    structlog.get_logger(__name__).critical("crashed", error=type(error).__name__, exc_info=error)


def _thread_crashed(what: threading.ExceptHookArgs) -> None:
    if what.exc_value is not None and not issubclass(what.exc_type, SystemExit):
        crashed(what.exc_value)
