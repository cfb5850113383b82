"""Logs: ids, never words. Structured lines on stderr for every logger of a process."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

# Whatever slips into a log line looking like a card, a SIN, an address or a query is masked there.
PERSONAL = re.compile(
    r"[\w.+-]{1,64}@[\w-]+\.[\w.]+|\b(?:\d[ -]?){8,19}\d\b|[?&]\w{0,40}token=[^\s\"&]+"
)
NOISY = ("httpx", "httpcore", "sanic", "apscheduler", "slack_bolt", "slack_sdk", "alembic")


def mask(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Mask what looks personal in every string value of a line, timestamps apart."""
    return {
        key: PERSONAL.sub("[masked]", value)
        if isinstance(value, str) and key != "timestamp"
        else value
        for key, value in event.items()
    }


def configure_logs(level: str, process: str) -> None:
    """Send the logs of structlog and of the standard library through one masking handler."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
    ]
    structlog.configure(
        processors=[*shared[:2], structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                lambda _l, _m, event: {"process": process, **event},
                _without_traceback_values,
                mask,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


def _without_traceback_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep an exception's type and place, not its text: the text may quote a person."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    elif isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if isinstance(info, tuple) and info[0] is not None:
        event["error"] = info[0].__name__
        frames = []
        trace = info[2]
        while trace is not None:
            frames.append(f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}")
            trace = trace.tb_next
        event["at"] = " > ".join(frames[-6:])
    return event
