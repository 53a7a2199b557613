"""Supervisor: start in order, watch, restart with backoff, stop in reverse; the main thread's whole life."""

import functools
import logging
import signal
import threading
from collections.abc import Callable, Sequence

from shishod import log
from shishod.clock import CLOCK, Clock
from shishod.daemon.parts import Part, Vigil
from shishod.daemon.signals import SignalPipe
from shishod.daemon.systemd import Notifier
from shishod.errors import SettingsError, ShishodError, Unreachable
from shishod.work.stop import StopSignal

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
BEAT_LIMIT_S = 10.0  # where no watchdog says how patient to be
LEAST_BEAT_LIMIT_S = 3.0
TICK_S = 2.0  # most ticks find nothing, and a daemon at rest is to cost next to nothing
RESERVE_S = 0.1  # of the drain, for each part that is still to be stopped
ANSWER_S = 0.2  # for the status line, which is there in a few milliseconds while its database is well

_log = log.get(__name__)
FAILED = object()


class PartDied(ShishodError):
    """End the daemon, so that it is started afresh: a part that cannot be restarted alone is dead."""


class Supervisor:
    """Owns every part from its start to its stop, and the signals meanwhile; `run` belongs to the main thread.

    The watchdog is told that all is well only by the tick that has seen every beating loop turn. What a library's disk
    does is none of its business: parts that touch one have no beat. `status` may ask the catalogue, and is asked where
    `news`, which must cost nothing, is other than it was, and every `quiet_every_s` in any case.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        stop: StopSignal,
        notifier: Notifier,
        clock: Clock = CLOCK,
        *,
        status: Callable[[], str] = str,
        news: Callable[[], object] = object,
        reload: Callable[[], object] = lambda: None,
        once_ready: Callable[[], object] = lambda: None,
        on_tick: Sequence[Callable[[], object]] = (),
        tick_s: float = TICK_S,
        status_every_s: float = 3.0,
        quiet_every_s: float = 30.0,
        drain_s: float = 4.0,
    ) -> None:
        self._parts, self._stop, self._notifier = tuple(parts), stop, notifier
        self._now_s = clock.monotonic_s
        self._status, self._news, self._reload = status, news, reload
        self._once_ready, self._on_tick = once_ready, tuple(on_tick)
        self._drain_s = drain_s
        self._status_every_s, self._quiet_every_s = status_every_s, quiet_every_s
        watchdog_s = notifier.watchdog_s
        self._tick_s = min(tick_s, watchdog_s / 4) if watchdog_s else tick_s
        self._beat_limit_s = max(LEAST_BEAT_LIMIT_S, watchdog_s / 3) if watchdog_s else BEAT_LIMIT_S
        self._vigils: list[Vigil] = []
        self._late: frozenset[str] = frozenset()
        self._failures: dict[Callable[[], object], int] = {}
        self._reload_due = False  # a SIGHUP during the start waits for its end
        self._said, self._said_s = "", float("-inf")
        self._heard: object = None  # the news when the line was last asked for
        self._line, self._asking = "", threading.Thread()
        self.undrained: tuple[str, ...] = ()

    def run(self) -> None:
        """Return when asked to stop and drained. Raises what a part's start raised, or PartDied, once drained."""
        with SignalPipe(SIGNALS) as signals:
            try:
                if self._start(signals):
                    self._notifier.ready()  # whoever waits for us waits for no sentence, nor for what is made ahead
                    self._once_ready()
                    self._say_status(self._now_s())
                    _log.info("ready", parts=[part.name for part in self._parts])
                    self._watch_over(signals)
            finally:
                self._drain(signals)

    def _start(self, signals: SignalPipe) -> bool:
        for part in self._parts:
            if self._asked_to_stop(signals.wait(0)):
                return False
            _log.debug("starting a part", part=part.name)
            part.start()
            self._vigils.append(Vigil(part, self._now_s()))
        return True

    def _watch_over(self, signals: SignalPipe) -> None:
        while not self._asked_to_stop(signals.wait(self._tick_s)):
            if self._reload_due:
                self._reload_now()
            self._tick()

    def _asked_to_stop(self, came: frozenset[signal.Signals]) -> bool:
        self._reload_due = self._reload_due or signal.SIGHUP in came
        enders = came & {signal.SIGTERM, signal.SIGINT}
        if enders:
            _log.info("asked to stop", signal=min(enders).name)
        return bool(enders) or self._stop.is_set()

    def _reload_now(self) -> None:
        self._reload_due = False
        self._try(self._reload_or_refuse, "the reload failed; the configuration before it stays")

    def _reload_or_refuse(self) -> None:
        try:
            _log.info("configuration reloaded", outcome=self._reload())
        except SettingsError as error:
            _log.error("the new configuration is refused; the one before it stays", reason=str(error))

    def _tick(self) -> None:
        now_s = self._now_s()
        for vigil in self._vigils:
            self._keep_alive(vigil, now_s)
        for call in self._on_tick:
            self._try(call, "a part of the tick failed; it is called again at the next")
        late = frozenset(vigil.part.name for vigil in self._vigils if vigil.late(now_s, self._beat_limit_s))
        if late - self._late:
            _log.error("a loop does not turn; the watchdog is told nothing until it does", parts=sorted(late))
        self._late = late
        if not late:
            self._notifier.watchdog()
        if now_s - self._said_s >= self._status_every_s:
            news = self._late, self._asking.is_alive(), self._try(self._news, "nobody can say whether there is news")
            if news != self._heard or now_s - self._said_s >= self._quiet_every_s:
                self._heard = news
                self._say_status(now_s)

    def _keep_alive(self, vigil: Vigil, now_s: float) -> None:
        part = vigil.part
        if vigil.revive_at_s is not None:
            if now_s >= vigil.revive_at_s:
                self._revive(vigil, now_s)
        elif not self._try(part.alive, "a part cannot say whether it lives"):
            if not part.restartable:
                raise PartDied(
                    f"{part.name} has died; nothing that was recorded is lost, and a restart goes on with it"
                )
            _log.error("a part has died; it will be started again", part=part.name, pause_s=vigil.note_death(now_s))

    def _revive(self, vigil: Vigil, now_s: float) -> None:
        if self._try(vigil.part.start, "a part would not start; it will be tried again", default=FAILED) is FAILED:
            vigil.note_death(now_s)
            return
        vigil.note_start(now_s)
        _log.info("a part was started again", part=vigil.part.name, deaths=vigil.deaths)

    def _status_text(self) -> str:
        """The line, asked for in a thread of its own: a database that hangs must not keep the watchdog waiting."""
        if self._asking.is_alive():
            return "the catalogue does not answer" + (f"; before that: {self._line}" if self._line else "")
        self._asking = threading.Thread(target=self._ask_status, name="status-line", daemon=True)
        self._asking.start()
        self._asking.join(ANSWER_S)
        return self._line

    def _ask_status(self) -> None:
        self._line = str(self._try(self._status_or_why, "the status line cannot be written", default=""))

    def _status_or_why(self) -> str:
        """The line, or that the catalogue is away: its own room logs that."""
        try:
            return self._status()
        except Unreachable as error:
            return str(error)

    def _say_status(self, now_s: float) -> None:
        self._said_s = now_s
        text = self._status_text()
        down = [vigil.part.name for vigil in self._vigils if vigil.revive_at_s is not None]
        if stuck := sorted(self._late) + down:
            text = f"not working: {', '.join(stuck)}; {text}"
        if text != self._said:
            self._said = text
            self._notifier.status(text)

    def _try(self, call: Callable[[], object], sentence: str, default: object = None) -> object:
        """What the call returns, `default` when it raises: said once with its traceback, then counted."""
        try:
            return call()
        except Exception as error:  # noqa: BLE001 - the supervisor outlives whatever it asks
            count = self._failures[call] = self._failures.get(call, 0) + 1
            _log.log(logging.DEBUG if count > 1 else logging.ERROR, sentence, count=count, exc_info=error)
            return default

    def _drain(self, signals: SignalPipe) -> None:
        signals.release(signal.SIGINT)  # a second Ctrl-C ends us at once
        self._notifier.stopping("stopping: finishing what is in hand")
        self._stop.set()
        deadline_s = self._now_s() + self._drain_s
        for left, vigil in reversed(list(enumerate(self._vigils))):
            self._stop_part(vigil.part, max(RESERVE_S, deadline_s - self._now_s() - left * RESERVE_S))
        _log.info("stopped", undrained=list(self.undrained))

    def _stop_part(self, part: Part, limit_s: float) -> None:
        """In a thread of its own: a part that is stuck on a dead disk must not keep the others from stopping."""

        stop = functools.partial(self._try, functools.partial(part.stop, limit_s), "a part did not stop as it should")
        thread = threading.Thread(target=stop, name=f"stop-{part.name}", daemon=True)
        thread.start()
        thread.join(limit_s)
        if thread.is_alive():
            self.undrained = (*self.undrained, part.name)
            _log.warning(
                "a part did not stop in time; what it had in hand is done again at the next start", part=part.name
            )
