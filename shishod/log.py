"""Log lines for people and for the journal: one pipeline for our own loggers and for those of every library.

The sentence is constant and the facts are keys. No name a file can bear makes a line fail, or makes it look like two.
"""

import json
import logging
import os
import sys
from collections.abc import Mapping
from enum import Enum
from typing import Any, TextIO

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

from shishod import paths

LEVELS = ("debug", "info", "warning", "error")
STYLES = ("auto", "text", "journal")
LONGEST = 4096  # characters of one value; journald cuts a line at 48 KiB
QUIET = ("apscheduler", "alembic", "watchdog", "uvicorn", "asyncio")  # heard from WARNING on, unless we debug
PRIORITIES = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}
COLOURS = {"debug": "\x1b[2m", "info": "\x1b[32m", "warning": "\x1b[33m", "error": "\x1b[31m", "critical": "\x1b[31m"}
NORMAL = "\x1b[0m"


def get(name: str) -> structlog.stdlib.BoundLogger:
    """A logger to be made at import: it follows whatever `setup` says later."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def setup(level: str = "info", style: str = "auto", stream: TextIO | None = None) -> None:
    """Send every record to `stream` (standard error as it is at each line, when None). May be called again.

    "text" is for people, "journal" is `<priority>{json}`, and "auto" takes text on a terminal only.
    """
    out = stream or sys.stderr
    terminal = out.isatty()
    journal = style == "journal" or (style == "auto" and not terminal)
    lines = _Lines(stream)
    lines.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.TimeStamper(fmt="iso" if journal else "%H:%M:%S", utc=journal, key="timestamp"),
                structlog.processors.format_exc_info,
                _tame,
                _journal_line if journal else _text_line(terminal and "NO_COLOR" not in os.environ),
            ],
            foreign_pre_chain=_SHARED,
        )
    )
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one, _Lines)]:
        root.removeHandler(old)
    root.addHandler(lines)
    set_level(level)
    logging.captureWarnings(True)


def set_level(level: str) -> None:
    """Change how much is said, at once and for every logger."""
    logging.getLogger().setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.NOTSET if level == "debug" else logging.WARNING)


def printable(text: str) -> str:
    """The text on one line: control characters, line separators and stray surrogates as escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


class _Lines(logging.StreamHandler[TextIO]):
    """Looks standard error up at each line, so that a progress display can lay itself over it."""

    def __init__(self, given: TextIO | None) -> None:
        logging.Handler.__init__(self)
        self._given = given

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return self._given or sys.stderr


def _plain(value: Any) -> Any:
    """A value that every renderer can show: text on one line, numbers, and lists and mappings of those."""
    if value is None or isinstance(value, bool | int | float):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, bytes):
        return paths.display(value)[:LONGEST]
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    text = f"{type(value).__name__}: {value}" if isinstance(value, BaseException) else str(value)
    return printable(text)[:LONGEST]


def _tame(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    trace = event.pop("exception", None)
    tamed: EventDict = {key: _plain(value) for key, value in event.items()}
    if trace:
        tamed["exception"] = "\n".join(printable(line) for line in str(trace).split("\n"))
    return tamed


def _journal_line(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    priority = PRIORITIES.get(event.get("level", "info"), 6)
    head = {key: event.pop(key) for key in ("event", "level", "logger", "timestamp") if key in event}
    return f"<{priority}>{json.dumps({**head, **event}, ensure_ascii=False)}"


def _text_line(colours: bool) -> Processor:
    paint: Mapping[str, str] = COLOURS if colours else {}
    normal = NORMAL if colours else ""

    def render(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
        level = event.pop("level", "info")
        at, sentence, trace = event.pop("timestamp", ""), event.pop("event", ""), event.pop("exception", "")
        event.pop("logger", None)
        facts = "".join(f" {key}={_quoted(value)}" for key, value in event.items())
        line = f"{at} {paint.get(level, '')}{level:<7}{normal} {sentence}{facts and ' ' + facts}"
        return line + "".join(f"\n  | {one}" for one in trace.splitlines())

    return render


def _quoted(value: Any) -> str:
    """A value that cannot be taken for a further key: in quotes where it has spaces, quotes or equal signs."""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return '"' + value.replace('"', '\\"') + '"' if not value or set(value) & set(' "=') else value


_SHARED: list[Any] = [
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
]

structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_SHARED[:2],
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
