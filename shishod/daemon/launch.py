"""launch(): from settings to a running daemon, and from its end to an exit code."""

import contextlib
import faulthandler
import fcntl
import gc
import logging
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from shishod import __version__, log
from shishod.daemon import assembly
from shishod.daemon.config import Settings
from shishod.daemon.reload import Reload
from shishod.daemon.rest import Rest
from shishod.daemon.supervisor import TICK_S, Supervisor
from shishod.daemon.systemd import Notifier
from shishod.errors import Displaced, SettingsError, Unreachable
from shishod.work import heap

if TYPE_CHECKING:
    from shishod.daemon.display import Display

BUILD_LIMIT_S = 600.0  # an upgrade of a large catalogue copies it first
SOFTWARE = 70
GARBAGE = 10_000  # new objects between two looks for cycles: a scan makes many, and hardly one of them is in a cycle
DRAWN_S = 1.0  # between two looks of the progress display
OTHERWISE = "ask it with `shishoctl status`, or name another folder with --state-dir"
SWITCH_S = 0.001  # the one that writes must not wait long for those that merge

_log = log.get(__name__)


def launch(
    settings: Settings, load: Callable[[], Settings] | None, config: Path | None = None, *, idle: bool = False
) -> int:
    """Run until asked to stop. Raises what keeps the daemon from starting, or ended it."""
    prepare(settings)
    notifier = Notifier()
    notifier.extend_timeout(BUILD_LIMIT_S)
    notifier.status("opening the catalogue")
    with StateClaim(settings.state_path()):
        shares = settings.work.shares()
        _log.info("starting", version=__version__, pid=os.getpid(), state=str(settings.state_path()), **shares)
        daemon = assembly.build(settings, load, config, idle=idle)
        settle_memory()
        daemon.reload = Reload(daemon.apply, notifier)
        _supervise(daemon, notifier, _on_terminal(settings.log.style))
    return 0


def prepare(settings: Settings) -> None:
    """Make the process what it is to be for all that follows."""
    gc.freeze()  # what is loaded by now stays: no collection need look at it again
    gc.enable()
    log.setup(settings.log.level, settings.log.style)
    sys.setswitchinterval(SWITCH_S)
    heap.share()
    faulthandler.enable()  # the watchdog's SIGABRT leaves every thread's place in the journal
    threading.excepthook = _thread_died


def settle_memory() -> None:
    """What is wired stays, too."""
    gc.freeze()
    gc.set_threshold(GARBAGE)


def _supervise(daemon: assembly.Daemon, notifier: Notifier, drawn: bool) -> None:
    display = _display(daemon) if drawn else None
    rest = Rest(
        lambda: bool(daemon.scans.active() or daemon.queue.in_hand()), (daemon.catalog.give_back, heap.give_back)
    )
    supervisor = Supervisor(
        daemon.parts,
        daemon.stop,
        notifier,
        status=daemon.status_line,
        news=daemon.news,
        reload=daemon.reload,
        once_ready=daemon.warm,
        on_tick=(*daemon.on_tick, rest.tick, *((display.refresh,) if display else ())),
        tick_s=DRAWN_S if display else TICK_S,
    )
    with display or contextlib.nullcontext():
        run_to_end(daemon, supervisor)


def run_to_end(daemon: assembly.Daemon, supervisor: Supervisor) -> None:
    """Run the parts until all of them are drained, and give the catalogue back. Raises what ended them."""
    try:
        supervisor.run()
        if daemon.catalog.displaced:
            raise Displaced(daemon.catalog.displaced)
    finally:
        if supervisor.undrained:
            if sys.exc_info()[1] is None:
                daemon.intake.close()  # we were asked to stop: what hangs is not what ends us
            _leave()
        daemon.close()


def _on_terminal(style: str) -> bool:
    """Whether somebody is there to see it, and log lines are written for people too."""
    return style != "journal" and sys.stderr.isatty()


def _display(daemon: assembly.Daemon) -> "Display":
    from shishod.daemon.display import Display  # rich is for terminals alone

    return Display(daemon.progress)


class StateClaim:
    """Holds the state folder for one daemon at a time; the kernel ends the claim with the process.

    The lock of a SQLite file (`store.place`) is another: `store.url` may name one file to daemons with folders of their
    own, and whoever opens a catalogue without a daemon must meet it too.
    """

    def __init__(self, folder: Path, cure: str = OTHERWISE) -> None:
        """`cure` is what the operator can do where another daemon has it."""
        self._folder, self._cure = folder, cure
        self._lock = -1

    def __enter__(self) -> None:
        try:
            self._folder.mkdir(mode=0o750, parents=True, exist_ok=True)
            self._lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        except OSError as error:
            raise SettingsError(
                f"the state folder {self._folder} cannot be used: {error.strerror}; "
                "nothing was changed; name another with --state-dir or state_dir:"
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Unreachable(
                f"another daemon keeps its catalogue in {self._folder}; nothing was changed; {self._cure}"
            ) from error

    def __exit__(self, *_: object) -> None:
        os.close(self._lock)


def _thread_died(death: threading.ExceptHookArgs) -> None:
    name = death.thread.name if death.thread else "?"
    _log.error("a thread died of an error that nothing caught", thread=name, exc_info=death.exc_value)


def _leave() -> None:
    """End now: a thread that hangs on a dead disk would keep the interpreter waiting for ever."""
    error = sys.exc_info()[1]
    if error is not None:
        _log.error("the daemon ends", reason=error)
    logging.shutdown()
    sys.stderr.flush()
    os._exit(SOFTWARE if error else 0)
