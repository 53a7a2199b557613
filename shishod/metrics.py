"""What the daemon counts, in Prometheus' words: whoever counts keeps the count, and it is read when it is asked for."""

import threading
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate

SECONDS = (0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 600.0)


@dataclass(frozen=True, slots=True)
class Sample:
    """One number of a metric in METRICS; `labels` tell it from its brothers.

    Of a histogram `value` is the sum, and `buckets` count what was at most each bound.
    """

    name: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
    buckets: tuple[tuple[str, float], ...] = ()


class Spread:
    """Shared: by every thread that takes its time over something. How long that was, by one label."""

    def __init__(self, name: str, label: str) -> None:
        self._name = name
        self._label = label
        self._lock = threading.Lock()
        self._counts: dict[str, list[int]] = {}
        self._sums: dict[str, float] = {}

    def observe(self, of: str, *seconds: float) -> None:
        """One more of it that took so long, or several."""
        places = [bisect_left(SECONDS, one) for one in seconds]
        with self._lock:
            counts = self._counts.setdefault(of, [0] * (len(SECONDS) + 1))
            for place in places:
                counts[place] += 1
            self._sums[of] = self._sums.get(of, 0.0) + sum(seconds)

    def samples(self) -> list[Sample]:
        """As Prometheus counts: each bucket holds those before it."""
        with self._lock:
            counts = {of: tuple(accumulate(numbers)) for of, numbers in self._counts.items()}
            sums = dict(self._sums)
        bounds = [*map(str, SECONDS), "+Inf"]
        return [
            Sample(self._name, sums[of], {self._label: of}, tuple(zip(bounds, map(float, numbers), strict=True)))
            for of, numbers in counts.items()
        ]


METRICS: dict[str, tuple[str, str]] = {
    "shishod_build_info": ("gauge", "Always 1; the label is the version."),
    "shishod_uptime_seconds": ("gauge", "Seconds since the daemon started."),
    "shishod_ok": ("gauge", "1 while every root is online, every loop alive and the catalogue answers."),
    "shishod_root_state": ("gauge", "1 for the state that a root is in, 0 for the others."),
    "shishod_root_files": ("gauge", "Files of a root that are not missing."),
    "shishod_watch_mode": ("gauge", "1 for the way in which changes of a root are noticed, 0 for the others."),
    "shishod_watch_dirs": ("gauge", "Folders of a root: armed, under a kernel watch, and needed, which ought to be."),
    "shishod_watch_poll_seconds": ("gauge", "How often a root's folders are looked at; none where events suffice."),
    "shishod_watch_overflows_total": ("counter", "Times that the kernel had more changes of a root than it keeps."),
    "shishod_books": ("gauge", "Books in the catalogue."),
    "shishod_files": ("gauge", "Files in the catalogue by state."),
    "shishod_files_waiting": ("gauge", "Files that are not read yet because they have changed for long."),
    "shishod_problems": ("gauge", "Files and folders that could not be read."),
    "shishod_queue_depth": ("gauge", "Tickets waiting, by errand."),
    "shishod_scans_active": ("gauge", "Scans that have not ended."),
    "shishod_workers_busy": ("gauge", "Worker threads with a ticket in hand."),
    "shishod_loop_alive": ("gauge", "1 while a loop of the daemon turns."),
    "shishod_cache_size": ("gauge", "Names and lookups of the scan cache, as it counts them."),
    "shishod_scan_files_total": ("counter", "Files that were to be read, whoever asked, by what became of it."),
    "shishod_db_batches_total": ("counter", "Transactions that wrote books."),
    "shishod_db_books_total": ("counter", "Books written."),
    "shishod_scan_seconds": (
        "histogram",
        "How long workers took over one task, by its phase: walk, inspect, hash and so on.",
    ),
    "shishod_parse_seconds": ("histogram", "How long the reading of a file took, by its reader."),
    "shishod_db_write_seconds": ("histogram", "How long a transaction that writes books took."),
    "shishod_last_scan_seconds": ("gauge", "How long the last scan took that ended, by tier."),
    "shishod_last_scan_end_timestamp_seconds": ("gauge", "When the last scan ended, by tier and how it ended."),
    "shishod_provider_up": ("gauge", "1 while a web catalogue answers, 0 while it rests or is stopped."),
    "shishod_provider_books": ("gauge", "Books by how they stand with a web catalogue."),
    "shishod_provider_requests_total": ("counter", "Questions to a web catalogue, by what became of them."),
    "shishod_provider_wait_seconds_total": ("counter", "Seconds that were waited for a web catalogue's own limits."),
    "shishod_parser_processes": ("gauge", "Parse processes that are at work or stand ready."),
    "shishod_parser_restarts_total": ("counter", "Parse processes replaced after a crash, a hang or a limit."),
}


def render(samples: Iterable[Sample]) -> bytes:
    """The samples as Prometheus text, in the table's order. Raises KeyError for a name that is not in the table."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
    from prometheus_client.metrics_core import Metric

    families: dict[str, list[Sample]] = {}
    for sample in samples:
        families.setdefault(sample.name, []).append(sample)
    if unknown := families.keys() - METRICS.keys():
        raise KeyError(f"not in the table of metrics: {', '.join(sorted(unknown))}")

    class Scrape:
        def collect(self) -> Iterable[Metric]:
            for name, (kind, sentence) in METRICS.items():
                if name not in families:
                    continue
                labels = tuple(families[name][0].labels)
                if kind == "histogram":
                    spread = HistogramMetricFamily(name, sentence, labels=labels)
                    for sample in families[name]:
                        told = [sample.labels[label] for label in labels]
                        spread.add_metric(told, buckets=list(sample.buckets), sum_value=sample.value)
                    yield spread
                    continue
                made = CounterMetricFamily if kind == "counter" else GaugeMetricFamily
                family = made(name, sentence, labels=labels)
                for sample in families[name]:
                    family.add_metric([sample.labels[label] for label in labels], sample.value)
                yield family

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Scrape())
    return bytes(generate_latest(registry))


def of_this_process() -> bytes:
    """What the kernel counts of the daemon itself, under the names that every program has for it: `process_...`."""
    from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

    registry = CollectorRegistry(auto_describe=False)
    registry.register(ProcessCollector(registry=None))
    return bytes(generate_latest(registry))
