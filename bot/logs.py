"""Structured logs: ids and outcomes, never story text, a token or a key."""

import logging
import sys

import structlog

_QUIET = ("discord", "aiosqlite", "anthropic", "httpx2", "sqlalchemy", "alembic")


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
    last: structlog.typing.Processor
    if style == "json":
        shared.append(structlog.processors.format_exc_info)
        last = structlog.processors.JSONRenderer()
    else:
        # Locals of a traceback may hold story text.
        plain = structlog.dev.plain_traceback
        last = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s")
    for name in _QUIET:
        # Their lower levels may show what was sent.
        logging.getLogger(name).setLevel(logging.WARNING)
