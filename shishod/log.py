"""Log lines for people and for the journal: one pipeline for our own loggers and for those of every library.

The sentence is constant and the facts are keys. No name a file can bear makes a line fail, or makes it look like two.
"""

import json
import logging
import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any, TextIO

from shishod import paths

LEVELS = ("debug", "info", "warning", "error")
STYLES = ("auto", "text", "journal")
LONGEST = 4096  # characters of one value; journald cuts a line at 48 KiB
QUIET = ("apscheduler", "alembic", "watchdog", "uvicorn", "asyncio")  # heard from WARNING on, unless we debug
PRIORITIES = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}
COLOURS = {"debug": "\x1b[2m", "info": "\x1b[32m", "warning": "\x1b[33m", "error": "\x1b[31m", "critical": "\x1b[31m"}
NORMAL = "\x1b[0m"
_RECORD = frozenset((*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"))  # all else is a fact

Event = dict[str, Any]


class Logger:
    """Shared: says sentences with their facts through the standard library's logger of the same name.

    `exc_info` among the facts is the error whose traceback is told, or True for the one in hand.
    """

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def debug(self, sentence: str, /, **facts: Any) -> None:
        self.log(logging.DEBUG, sentence, **facts)

    def info(self, sentence: str, /, **facts: Any) -> None:
        self.log(logging.INFO, sentence, **facts)

    def warning(self, sentence: str, /, **facts: Any) -> None:
        self.log(logging.WARNING, sentence, **facts)

    def error(self, sentence: str, /, **facts: Any) -> None:
        self.log(logging.ERROR, sentence, **facts)

    def exception(self, sentence: str, /, **facts: Any) -> None:
        self.log(logging.ERROR, sentence, **{"exc_info": True} | facts)

    def log(self, level: int, sentence: str, /, **facts: Any) -> None:
        if self._logger.isEnabledFor(level):
            self._logger.log(level, sentence, exc_info=facts.pop("exc_info", None), extra={"facts": facts})


def get(name: str) -> Logger:
    """A logger to be made at import: it follows whatever `setup` says later."""
    return Logger(name)


def setup(level: str = "info", style: str = "auto", stream: TextIO | None = None) -> None:
    """Send every record to `stream` (standard error as it is at each line, when None). May be called again.

    "text" is for people, "journal" is `<priority>{json}`, and "auto" takes text on a terminal only.
    """
    out = stream or sys.stderr
    terminal = out.isatty()
    journal = style == "journal" or (style == "auto" and not terminal)
    lines = _Lines(stream)
    lines.setFormatter(_Formatter(_journal_line if journal else _text_line(terminal and "NO_COLOR" not in os.environ)))
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


class _Formatter(logging.Formatter):
    """Every record as an event, ours and those of libraries, whose `extra` is as good as our facts."""

    def __init__(self, render: Callable[[Event], str]) -> None:
        super().__init__()
        self._render = render

    def format(self, record: logging.LogRecord) -> str:
        said = vars(record)
        facts = said["facts"] if "facts" in said else {key: value for key, value in said.items() if key not in _RECORD}
        event: Event = {key: _plain(value) for key, value in facts.items()}
        event |= {"event": _plain(record.getMessage()), "level": record.levelname.lower(), "logger": record.name}
        event["timestamp"] = datetime.fromtimestamp(record.created, UTC)
        if record.exc_info and record.exc_info[0]:
            trace = self.formatException(record.exc_info)
            event["exception"] = "\n".join(printable(line) for line in trace.split("\n"))
        return self._render(event)


def _journal_line(event: Event) -> str:
    priority = PRIORITIES.get(event["level"], 6)
    head = {key: event.pop(key) for key in ("event", "level", "logger")}
    head["timestamp"] = event.pop("timestamp").isoformat().replace("+00:00", "Z")
    return f"<{priority}>{json.dumps({**head, **event}, ensure_ascii=False)}"


def _text_line(colours: bool) -> Callable[[Event], str]:
    paint: Mapping[str, str] = COLOURS if colours else {}
    normal = NORMAL if colours else ""

    def render(event: Event) -> str:
        level, sentence, trace = event.pop("level"), event.pop("event"), event.pop("exception", "")
        at = event.pop("timestamp").astimezone()
        del event["logger"]
        facts = "".join(f" {key}={_quoted(value)}" for key, value in event.items())
        line = f"{at:%H:%M:%S} {paint.get(level, '')}{level:<7}{normal} {sentence}{facts and ' ' + facts}"
        return line + "".join(f"\n  | {one}" for one in trace.splitlines())

    return render


def _quoted(value: Any) -> str:
    """A value that cannot be taken for a further key: in quotes where it has spaces, quotes or equal signs."""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return '"' + value.replace('"', '\\"') + '"' if not value or set(value) & set(' "=') else value
