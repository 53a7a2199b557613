"""How shishoctl speaks."""

from datetime import UTC, datetime, timedelta

import pytest

from shishod.ctl.voice import count, local, plain, say_rows, span


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.04, "0.04 s"),
        (1.25, "1.2 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (3_599, "59 min"),
        (7_500, "2 h 5 min"),
        (7_200, "2 h"),
        (3 * 86_400 + 7_300, "3 d 2 h"),
        (3 * 86_400, "3 d"),
    ],
)
def test_a_span_is_said_as_people_say_it(seconds: float, said: str):
    assert span(seconds) == said


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Le Petit Prince", "Le Petit Prince"),
        ("Qui es-tu\u00a0?", "Qui es-tu ?"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("a\nb\rc\td", r"a\nb\rc\td"),
        ("\u202eevil", r"\u202eevil"),
        ("\x9b31m", r"\x9b31m"),
        ("caf\udce9", r"caf\udce9"),
        ("三体", "三体"),
    ],
)
def test_nothing_that_a_terminal_would_obey_is_printed(text: str, safe: str):
    assert plain(text) == safe


def test_columns_stand_under_each_other_in_any_script(capsys: pytest.CaptureFixture[str]):
    say_rows([("三体", "x"), ("Ba", "y"), ("e\u0301t", "z")])

    assert capsys.readouterr().out.splitlines() == ["三体  x", "Ba    y", "e\u0301t    z"]


def test_a_time_of_today_has_no_day_and_another_has():
    now = datetime.now(UTC)

    assert len(local(now.isoformat())) == len("12:00:00")
    assert len(local((now - timedelta(days=3)).isoformat())) == len("2026-11-21 12:00")
    assert local(None) == "-"


def test_one_is_one_and_two_are_many():
    assert [count(1, "book"), count(1200, "book")] == ["1 book", "1,200 books"]
