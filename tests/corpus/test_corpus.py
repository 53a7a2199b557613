"""The readers against real files that nobody here made, and against hostile ones within a worker's means."""

from pathlib import Path

import pytest

from shishod.formats import SOUND
from shishod.formats.limits import Limits
from tests.corpus.scoring import EXCUSED, Row, Score, reading_of, score

HELD = (
    *("epub", "cbz", "cbr", "cb7", "cbt", "pdf", "djvu", "mobi", "azw3", "fb2"),
    *(ending.decode().lstrip(".") for ending in SOUND),
)


def test_readings_agree_with_what_other_tools_say(answers: dict[str, tuple[Row, dict]]):
    tally = Score()
    for row, answer in answers.values():
        score(row, reading_of(answer), tally)

    print("\n" + tally.table())
    print("\n".join(f"not believed: {path}: {name}: {reason}" for (path, name), reason in EXCUSED.items()))
    assert len(tally.asked) > 30, "the index asks hardly anything"
    assert tally.share >= 0.97, "\n".join(tally.misses)
    assert [key for key in tally.weak() if key[0] in HELD] == [], "\n".join(tally.misses)


def test_every_hostile_file_ends_in_a_reading_or_a_reason(answers: dict[str, tuple[Row, dict]]):
    hostile = {path: answer for path, (_, answer) in answers.items() if path.startswith("hostile/")}

    assert hostile
    for path, answer in hostile.items():
        assert "reading" in answer or all(answer["broken"]), path
        assert answer["seconds"] < Limits().file_s / 3, path


def test_valid_files_are_never_called_broken(answers: dict[str, tuple[Row, dict]]):
    broken = [
        path for path, (row, answer) in answers.items() if row.label in ("valid", "derived") and "broken" in answer
    ]

    assert broken == []


def test_no_reading_holds_what_lies_outside_its_file(answers: dict[str, tuple[Row, dict]]):
    secrets = [line for line in Path("/etc/passwd").read_text().splitlines() if line.count(":") >= 6]

    for path, (_, answer) in answers.items():
        shown = repr(reading_of(answer))
        assert not any(secret in shown for secret in secrets), path


def test_sidecars_that_must_be_read_field_by_field_are(answers: dict[str, tuple[Row, dict]]):
    odd = {
        path.rpartition("/")[2]: reading_of(answer) for path, (_, answer) in answers.items() if "sidecar-odd" in path
    }

    assert odd["two-roots.nfo"].title == "First"
    assert [(one.scheme, one.value) for one in odd["two-roots.nfo"].identifiers] == [("tmdb", "603")]
    assert [one.name for one in odd["not-xml.nfo"].contributions] == ["A. Writer", "B. Reader"]
    assert odd["metadata.json"].places == ()


def test_titles_that_must_be_read_are_read(answers: dict[str, tuple[Row, dict]]):
    missed = []
    for path, (row, answer) in answers.items():
        if "must be read" in row.must and 'title "' in row.must:
            title = row.must.partition('title "')[2].partition('"')[0]
            if reading_of(answer).title != title:
                missed.append((path, title, reading_of(answer).title))

    assert missed == []


@pytest.mark.parametrize(
    ("name", "locked"),
    [("adobe-adept.epub", "adobe"), ("font-obfuscation-only.epub", None)],
)
def test_locks_are_told_from_obfuscated_fonts(answers: dict[str, tuple[Row, dict]], name: str, locked: str | None):
    assert reading_of(answers[f"hostile/drm/{name}"][1]).drm == locked
