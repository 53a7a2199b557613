"""What a configuration was understood to say, for `shishod check-config`."""

import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

from shishod import paths
from shishod.daemon.config import Settings
from shishod.daemon.keys import lacking
from shishod.store.engine import database_url

PATIENCE_S = 2.0  # a dead share never answers


def report(settings: Settings, config: Path | None = None) -> str:
    """One fact a line, and a warning for what is not there now: a folder may only be unmounted, a key be handed over.

    Raises SettingsError for a database that no daemon could use.
    """
    database_url(settings.store, settings.state_path())
    lines = ["the configuration is well"]
    for library in settings.as_libraries():
        lines.append(f"library {library.name} ({library.kind})")
        for root in library.roots:
            warning = _warning(root)
            lines.append(f"  {paths.display(root)}" + (f"  (warning: {warning})" if warning else ""))
    if not settings.libraries:
        lines.append("no library is named yet, so there is nothing to watch; add one under libraries:")
    schedule, work = settings.schedule, settings.work
    lines += [
        f"catalogue  {settings.store.told_url() or settings.state_path()}",
        f"socket     {settings.socket_path()}",
        f"scans      quick {schedule.quick}, full {schedule.full}, time zone {schedule.timezone}",
        f"watching   {'on' if settings.watch.enabled else 'off'}",
        f"workers    {work.worker_count()} threads, {_readers(settings)}",
    ]
    return "\n".join([*lines, *_catalogues(settings, config)])


def _catalogues(settings: Settings, config: Path | None) -> Iterator[str]:
    """The web catalogues that are asked; without its key none of them would let a daemon start."""
    names = settings.enrich.providers
    if names:
        yield f"web        {', '.join(names)}"
    for _, why in lacking(settings.enrich, config):
        yield f"  (warning: {why}; shishod does not start without it)"


def _readers(settings: Settings) -> str:
    work = settings.work
    return "reading inline" if work.runner == "inline" else f"reading in {work.process_count()} processes"


def _warning(root: bytes) -> str:
    answers: list[str] = []

    def ask() -> None:
        try:
            answers.append("" if stat.S_ISDIR(os.stat(root).st_mode) else "this is not a folder")
        except OSError as error:
            answers.append(f"{error.strerror}; its books stay as they are until it is there")

    asking = threading.Thread(target=ask, name="check-root", daemon=True)
    asking.start()
    asking.join(PATIENCE_S)
    return answers[0] if answers else "it does not answer"
