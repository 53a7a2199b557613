"""LoadMeter: reads from /proc how hard the machine is used."""

import os
import re
from contextlib import suppress

from shishod.model.pressure import Sample

_STALL = re.compile(r"^(some|full) avg10=([\d.]+)", re.MULTILINE)
_USER, _NICE, _SYSTEM, _IDLE, _IOWAIT, _IRQ, _SOFTIRQ, _STEAL = range(8)  # of the line cpu in /proc/stat; proc(5)


class LoadMeter:
    """Owned by one thread. A file that this kernel does not have reads as no pressure at all.

    Processor time of programs that stand back (nice) is nobody's loss; our parse processes do.
    """

    def __init__(self, proc: str = "/proc") -> None:
        self._proc = proc
        self._hertz = os.sysconf("SC_CLK_TCK")
        self._before = self._ticks_used()

    def sample(self, now_s: float, done: int, waiting: int) -> Sample:
        """The machine as it is now; `others` is of the time since this was last asked."""
        return Sample(
            now_s,
            others=self._others(),
            io_stall=self._stall("io", "full"),
            memory_stall=self._stall("memory", "some"),
            memory_free=self._free(),
            done=done,
            waiting=waiting,
        )

    def _others(self) -> float:
        before, self._before = self._before, self._ticks_used()
        used, total = (now - then for now, then in zip(self._before, before, strict=True))
        return max(0.0, min(100 * used / total, 100.0)) if total > 0 else 0.0

    def _ticks_used(self) -> tuple[float, float]:
        """Ticks that others used, and all ticks there were, idle ones included; of all processors together."""
        columns = [int(one) for one in self._read("stat").partition("\n")[0].split()[1:9]]
        if len(columns) < _STEAL + 1:
            return 0.0, 0.0
        used = columns[_USER] + columns[_SYSTEM] + columns[_IRQ] + columns[_SOFTIRQ] + columns[_STEAL]
        own = os.times()
        stands_back = os.getpriority(os.PRIO_PROCESS, 0) > 0  # the unit's sandbox refuses nice(2)
        ours = 0.0 if stands_back else (own.user + own.system) * self._hertz
        return used - ours, float(sum(columns))

    def _stall(self, what: str, which: str) -> float:
        return next(
            (float(share) for kind, share in _STALL.findall(self._read(f"pressure/{what}")) if kind == which), 0
        )

    def _free(self) -> float:
        sizes = dict(re.findall(r"^(MemTotal|MemAvailable):\s+(\d+) kB", self._read("meminfo"), re.MULTILINE))
        if len(sizes) < 2:
            return 100.0
        return 100 * int(sizes["MemAvailable"]) / max(int(sizes["MemTotal"]), 1)

    def _read(self, name: str) -> str:
        with suppress(OSError), open(f"{self._proc}/{name}", encoding="ascii", errors="replace") as file:
            return file.read()
        return ""
