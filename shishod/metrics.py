"""What the daemon counts, in Prometheus' words: whoever counts keeps the count, and it is read when it is asked for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sample:
    """One number of a metric in METRICS; `labels` tell it from its brothers."""

    name: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


METRICS: dict[str, tuple[str, str]] = {
    "shishod_build_info": ("gauge", "Always 1; the label is the version."),
    "shishod_uptime_seconds": ("gauge", "Seconds since the daemon started."),
    "shishod_ok": ("gauge", "1 while every root is online, every loop alive and the catalogue answers."),
    "shishod_root_state": ("gauge", "1 for the state that a root is in, 0 for the others."),
    "shishod_root_files": ("gauge", "Files of a root that are not missing."),
    "shishod_watch_mode": ("gauge", "1 for the way in which changes of a root are noticed, 0 for the others."),
    "shishod_watch_folders_armed": ("gauge", "Folders of a root under a kernel watch."),
    "shishod_watch_folders_needed": ("gauge", "Folders of a root that ought to be watched."),
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
    "shishod_parser_processes": ("gauge", "Parse processes that are at work or stand ready."),
    "shishod_parser_restarts_total": ("counter", "Parse processes replaced after a crash, a hang or a limit."),
}


def render(samples: Iterable[Sample]) -> bytes:
    """The samples as Prometheus text, in the table's order. Raises KeyError for a name that is not in the table."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
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
                made = CounterMetricFamily if kind == "counter" else GaugeMetricFamily
                labels = tuple(families[name][0].labels)
                family = made(name, sentence, labels=labels)
                for sample in families[name]:
                    family.add_metric([sample.labels[label] for label in labels], sample.value)
                yield family

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Scrape())
    return bytes(generate_latest(registry))
