"""What scans said, on both databases."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from shishod.model.progress import ScanStatus
from shishod.model.scanlog import Keeping, LogLine, LogQuery
from shishod.store.catalog import SqlCatalog
from tests.contracts.test_catalogue_history import SCAN
from tests.store.building import NOW

DAY = timedelta(days=1)


def said(text: str, level: str = "info", scan: str = "scan-1", at: datetime = NOW, **facts: object) -> LogLine:
    return LogLine(scan, at, level, text, facts)


def texts(catalogue: SqlCatalog, scan: str = "scan-1", **asked: object) -> list[str]:
    rows, _ = catalogue.scan_log(replace(LogQuery(scan), **asked))  # type: ignore[arg-type]
    return [row["text"] for row in rows]


def test_a_line_is_told_as_it_was_said_whatever_a_file_is_called(catalogue: SqlCatalog) -> None:
    catalogue.write_log([said("a file could not be read", "warning", path="/srv/b\udcff\0é.epub", size=2**70)])

    ((line,), after) = catalogue.scan_log(LogQuery("scan-1"))

    assert (line["level"], line["text"], line["at"]) == ("warning", "a file could not be read", NOW.isoformat())
    assert line["facts"]["path"].endswith("é.epub")
    assert (line["facts"]["size"], after) == (2**70, None)


def test_lines_are_those_of_one_scan_from_a_level_on(catalogue: SqlCatalog) -> None:
    catalogue.write_log([said(level, level) for level in ("debug", "info", "warning", "error")])
    catalogue.write_log([said("of another", "error", scan="scan-2")])

    assert texts(catalogue) == ["debug", "info", "warning", "error"]
    assert texts(catalogue, level="warning") == ["warning", "error"]
    assert texts(catalogue, "scan-2") == ["of another"]
    assert texts(catalogue, "scan-3") == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("READ", ["could not be read"]),
        ("not epub", ["could not be read"]),
        ("100%", ["100% of it"]),
        ("_", []),
        ("read walk", []),
        ("", ["could not be read", "100% of it"]),
    ],
)
def test_all_words_are_looked_for_in_the_sentence_and_its_facts_and_none_is_a_pattern(
    catalogue: SqlCatalog, words: str, found: list[str]
) -> None:
    catalogue.write_log([said("could not be read", path="/A/b.epub"), said("100% of it", path="/A/c.pdf")])

    assert texts(catalogue, words=words) == found


def test_pages_of_lines_lose_and_double_none(catalogue: SqlCatalog) -> None:
    catalogue.write_log([said(f"{number}") for number in range(25)])
    told: list[str] = []
    after: int | None = 0
    while after is not None:
        rows, after = catalogue.scan_log(LogQuery("scan-1", after=after, limit=10))
        told += [row["text"] for row in rows]

    assert told == [f"{number}" for number in range(25)]


def test_scans_and_their_words_are_forgotten_by_their_age_each_and_living_scans_never(catalogue: SqlCatalog) -> None:
    ages = {"living": (100, ScanStatus.RUNNING), "old": (91, ScanStatus.COMPLETED), "young": (89, ScanStatus.FAILED)}
    for name, (days, status) in ages.items():
        catalogue.write_scan(replace(SCAN, id=name, status=status, requested_at=NOW - days * DAY))
        catalogue.write_log([said("early", scan=name, at=NOW - 31 * DAY), said("late", scan=name, at=NOW - 29 * DAY)])

    keeping = Keeping(scans=500, scans_s=90 * DAY.total_seconds(), lines_s=30 * DAY.total_seconds())
    assert catalogue.forget_scans(keeping.scans, *keeping.since(NOW)) == 1

    assert {scan.id for scan in catalogue.scans()} == {"living", "young"}
    assert [texts(catalogue, name) for name in ages] == [["late"], [], ["late"]]
    assert catalogue.forget_scans(keeping.scans, *keeping.since(NOW)) == 0


def test_without_a_time_nothing_is_forgotten_for_its_age(catalogue: SqlCatalog) -> None:
    catalogue.write_scan(replace(SCAN, status=ScanStatus.COMPLETED, requested_at=NOW - 10_000 * DAY))
    catalogue.write_log([said("early", at=NOW - 10_000 * DAY)])

    assert catalogue.forget_scans(500, *Keeping().since(NOW)) == 0
    assert texts(catalogue) == ["early"]


@pytest.mark.parametrize("days", [739_000, 999_999, 10**12])
def test_a_time_longer_than_the_calendar_forgets_nothing_either(catalogue: SqlCatalog, days: int) -> None:
    catalogue.write_scan(replace(SCAN, status=ScanStatus.COMPLETED, requested_at=NOW - 10_000 * DAY))
    catalogue.write_log([said("early", at=NOW - 10_000 * DAY)])

    keeping = Keeping(scans_s=days * 86_400.0, lines_s=days * 86_400.0)

    assert catalogue.forget_scans(500, *keeping.since(NOW)) == 0
    assert texts(catalogue) == ["early"]
