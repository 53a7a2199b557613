"""Whoever listens hears all that is said, at every level."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class _Ear(logging.Handler):
    def __init__(self, heard: list[dict[str, Any]]) -> None:
        super().__init__()
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        if "facts" in vars(record):  # ours, not a library's
            self._heard.append({"event": record.msg, "log_level": record.levelname.lower(), **vars(record)["facts"]})


@contextmanager
def capture_logs() -> Iterator[list[dict[str, Any]]]:
    """The sentences that our loggers say meanwhile, each with its level and its facts."""
    heard: list[dict[str, Any]] = []
    ear, root = _Ear(heard), logging.getLogger()
    level = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    try:
        yield heard
    finally:
        root.setLevel(level)
        root.removeHandler(ear)
