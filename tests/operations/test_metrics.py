"""Numbers in Prometheus' words."""

from datetime import timedelta
from threading import Thread

import pytest
from prometheus_client.parser import text_string_to_metric_families

from shishod.metrics import METRICS, Sample, Spread, render
from shishod.model.library import RootState
from shishod.model.progress import ScanStatus
from shishod.model.tier import Tier
from shishod.operations import Operations, Probes
from tests.control.standin import NOON, Standin, Watched, a_root, a_scan

DEGRADED = Watched(1, "degraded", armed=4, needed=9, poll_s=60.0, overflows=2)


def parsed(text: bytes) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def test_a_label_may_hold_anything_a_path_can():
    path = 'a"b\\c\nd'

    told = parsed(render([Sample("shishod_root_files", 3, {"library": "x", "root": path})]))

    assert told == {("shishod_root_files", (("library", "x"), ("root", path))): 3}


def test_a_counter_is_told_as_one():
    text = render([Sample("shishod_scan_files_total", 5, {"outcome": "failed"})]).decode()

    assert "# TYPE shishod_scan_files_total counter" in text
    assert 'shishod_scan_files_total{outcome="failed"} 5.0' in text


def test_a_name_that_is_not_in_the_table_is_a_fault():
    with pytest.raises(KeyError, match="shishod_bokks"):
        render([Sample("shishod_bokks", 1)])


def test_every_metric_of_the_table_has_a_sentence_and_a_counter_its_ending():
    for name, (kind, sentence) in METRICS.items():
        assert sentence.endswith(".")
        assert name.endswith("_total") == (kind == "counter")


def test_a_scrape_says_what_the_status_says_and_what_the_rooms_count(tmp_path):
    daemon = Standin(known=[a_root(tmp_path, state=RootState.OFFLINE)], watched=[DEGRADED])
    probes = Probes(
        watch=lambda: daemon.watched,
        loops=lambda: {"watch": False},
        cache=lambda: {"hits": 12},
        counters=lambda: [Sample("shishod_db_batches_total", 7)],
    )

    told = parsed(Operations(catalog=daemon, history=daemon, shelf=daemon, scans=daemon, probes=probes).metrics())

    root = (("library", "books"), ("root", str(tmp_path)))
    assert told["shishod_ok", ()] == 0
    assert told["shishod_root_state", (*root, ("state", "offline"))] == 1
    assert told["shishod_root_state", (*root, ("state", "online"))] == 0
    assert told["shishod_watch_dirs", (*root, ("state", "armed"))] == 4
    assert told["shishod_watch_dirs", (*root, ("state", "needed"))] == 9
    assert told["shishod_watch_poll_seconds", root] == 60
    assert told["shishod_watch_overflows_total", root] == 2
    assert told["shishod_watch_mode", tuple(sorted((*root, ("mode", "degraded"))))] == 1
    assert told["shishod_watch_mode", tuple(sorted((*root, ("mode", "events"))))] == 0
    assert told["shishod_loop_alive", (("loop", "watch"),)] == 0
    assert told["shishod_cache_size", (("what", "hits"),)] == 12
    assert told["shishod_db_batches_total", ()] == 7
    assert told["process_resident_memory_bytes", ()] > 2**20


def test_a_scrape_tells_how_books_stand_with_each_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    daemon = Standin()
    standings = {"matched": 1200, "unmatched": 3, "not_found": 40, "refused": 2}
    monkeypatch.setattr(daemon, "counts", lambda: {"books": 3, "by_standing": {"openlibrary": standings}})

    told = parsed(Operations(catalog=daemon, history=daemon, shelf=daemon, scans=daemon, probes=Probes()).metrics())

    def books(standing: str) -> float:
        return told["shishod_provider_books", (("provider", "openlibrary"), ("standing", standing))]

    assert {standing: books(standing) for standing in standings} == standings


def test_a_histogram_counts_what_was_at_most_so_long():
    took = Spread("shishod_parse_seconds", "format")
    for seconds in (0.004, 0.004, 0.3, 7000.0):
        took.observe("epub", seconds)

    told = parsed(render(took.samples()))

    def bucket(bound: str) -> float:
        return told["shishod_parse_seconds_bucket", (("format", "epub"), ("le", bound))]

    assert [bucket("0.001"), bucket("0.005"), bucket("0.5"), bucket("600.0"), bucket("+Inf")] == [0, 2, 3, 3, 4]
    assert told["shishod_parse_seconds_count", (("format", "epub"),)] == 4
    assert told["shishod_parse_seconds_sum", (("format", "epub"),)] == pytest.approx(7000.308)


def test_many_threads_may_take_their_time_at_once():
    took = Spread("shishod_parse_seconds", "format")
    threads = [Thread(target=lambda: [took.observe("epub", 0.01) for _ in range(500)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert took.samples()[0].buckets[-1] == ("+Inf", 4000.0)


def test_the_last_scan_of_each_tier_is_told(tmp_path):
    old, new = NOON, NOON + timedelta(hours=1)
    daemon = Standin(known=[a_root(tmp_path)])
    for number, (tier, began) in enumerate([(Tier.FULL, old), (Tier.QUICK, old), (Tier.QUICK, new)]):
        ended = began + timedelta(seconds=7 + number)
        daemon.ended.insert(0, a_scan(number, ScanStatus.COMPLETED, tier=tier, started_at=began, ended_at=ended))

    told = parsed(daemon.operations().metrics())

    assert told["shishod_last_scan_seconds", (("tier", "full"),)] == 7
    assert told["shishod_last_scan_seconds", (("tier", "quick"),)] == 9
    when = told["shishod_last_scan_end_timestamp_seconds", (("status", "completed"), ("tier", "quick"))]
    assert when == (new + timedelta(seconds=9)).timestamp()
