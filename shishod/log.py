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

from shishod import journald, paths

LEVELS = ("debug", "info", "warning", "error")
STYLES = ("auto", "text", "journal")
LONGEST = 4096  # characters of one value; journald cuts a line at 48 KiB
QUIET = ("apscheduler", "alembic", "watchdog", "uvicorn", "asyncio")  # heard from WARNING on, unless we debug
PRIORITIES = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}
COLOURS = {"debug": "\x1b[2m", "info": "\x1b[32m", "warning": "\x1b[33m", "error": "\x1b[31m", "critical": "\x1b[31m"}
NORMAL = "\x1b[0m"
_RECORD = frozenset((*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"))  # all else is a fact

_HEAD = frozenset(("event", "level", "logger", "timestamp"))  # of an event; all else are its facts
_TRACES = logging.Formatter()

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

    def say(self, level: str, sentence: str, /, **facts: Any) -> None:
        """By one of LEVELS."""
        self.log(logging.getLevelNamesMapping()[level.upper()], sentence, **facts)

    def log(self, level: int, sentence: str, /, **facts: Any) -> None:
        if self._logger.isEnabledFor(level):
            self._logger.log(level, sentence, exc_info=facts.pop("exc_info", None), extra={"facts": facts})


def get(name: str) -> Logger:
    """A logger to be made at import: it follows whatever `setup` says later."""
    return Logger(name)


def setup(level: str = "info", style: str = "auto", stream: TextIO | None = None) -> None:
    """Send every record to `stream` (standard error as it is at each line, when None). May be called again.

    "text" is for people, and "auto" takes it on a terminal only. "journal" is an entry with its fields where the stream
    is the journal's, and `<priority>{json}` elsewhere.
    """
    out = stream or sys.stderr
    terminal = out.isatty()
    journal = style == "journal" or (style == "auto" and not terminal)
    lines = _Entries(stream) if journal and journald.hears(out) else _Lines(stream)
    lines.setFormatter(_Formatter(_journal_line if journal else _text_line(terminal and "NO_COLOR" not in os.environ)))
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one, _Lines)]:
        root.removeHandler(old)
        old.close()
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


class _Entries(_Lines):
    """To the journal itself, and by the stream what it does not take so: it is down, or the entry is too large."""

    def __init__(self, given: TextIO | None) -> None:
        super().__init__(given)
        self._journal = journald.Journal()

    def emit(self, record: logging.LogRecord) -> None:
        if not self._journal.write(_fields(_event(record))):
            super().emit(record)

    def close(self) -> None:
        self._journal.close()
        super().close()


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
    def __init__(self, render: Callable[[Event], str]) -> None:
        super().__init__()
        self._render = render

    def format(self, record: logging.LogRecord) -> str:
        return self._render(_event(record))


def _event(record: logging.LogRecord) -> Event:
    """Every record as an event, ours and those of libraries, whose `extra` is as good as our facts."""
    said = vars(record)
    facts = said["facts"] if "facts" in said else {key: value for key, value in said.items() if key not in _RECORD}
    event: Event = {printable(key): _plain(value) for key, value in facts.items()}
    event |= {"event": _plain(record.getMessage()), "level": record.levelname.lower(), "logger": record.name}
    event["timestamp"] = datetime.fromtimestamp(record.created, UTC)
    if record.exc_info and record.exc_info[0]:
        trace = _TRACES.formatException(record.exc_info)
        event["exception"] = "\n".join(printable(line) for line in trace.split("\n"))
    return event


def _journal_line(event: Event) -> str:
    priority = PRIORITIES.get(event["level"], 6)
    head = {key: event.pop(key) for key in ("event", "level", "logger")}
    head["timestamp"] = event.pop("timestamp").isoformat().replace("+00:00", "Z")
    return f"<{priority}>{json.dumps({**head, **event}, ensure_ascii=False)}"


def _fields(event: Event) -> list[tuple[str, str]]:
    """An entry of the journal: a field may stand there several times, as of a list."""
    head = [("MESSAGE", _said(event)), ("PRIORITY", str(PRIORITIES.get(event["level"], 6)))]
    head += [("SYSLOG_IDENTIFIER", "shishod"), ("SHISHOD_LOGGER", event["logger"])]
    facts = [(key, value if isinstance(value, list) else [value]) for key, value in event.items() if key not in _HEAD]
    return head + [
        (journald.name_of(key), one if isinstance(one, str) else json.dumps(one, ensure_ascii=False))
        for key, values in facts
        for one in values
        if one is not None
    ]


def _text_line(colours: bool) -> Callable[[Event], str]:
    paint: Mapping[str, str] = COLOURS if colours else {}
    normal = NORMAL if colours else ""

    def render(event: Event) -> str:
        level, at = event["level"], event["timestamp"].astimezone()
        return f"{at:%H:%M:%S} {paint.get(level, '')}{level:<7}{normal} {_said(event)}"

    return render


def _said(event: Event) -> str:
    """The sentence with its facts, and the lines of a traceback below it."""
    facts = [f" {key}={_quoted(value)}" for key, value in event.items() if key not in _HEAD and key != "exception"]
    line = f"{event['event']} {''.join(facts)}".rstrip()
    return line + "".join(f"\n  | {one}" for one in event.get("exception", "").splitlines())


def _quoted(value: Any) -> str:
    """A value that cannot be taken for a further key: in quotes where it has spaces, quotes or equal signs."""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return '"' + value.replace('"', '\\"') + '"' if not value or set(value) & set(' "=') else value
