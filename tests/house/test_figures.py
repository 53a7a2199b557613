"""The figures the house is held to; when one trips, split by noun, never by chopping a thought in two."""

import statistics

from tests.house.tree import HOUSE, ROOT, TESTS, functions, length, prose_lines, python_files, written_lines


def percentile(values: list[int], share: float) -> int:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def test_half_the_files_fit_on_two_pages() -> None:
    assert statistics.median(length(path) for path in python_files(HOUSE)) <= 110


def test_no_file_is_a_drawer() -> None:
    assert {str(path.relative_to(ROOT)): n for path in python_files(HOUSE) if (n := length(path)) > 400} == {}


def test_functions_are_short() -> None:
    lengths = [lines for _, lines in functions(HOUSE)]
    assert statistics.median(lengths) <= 9
    assert percentile(lengths, 0.9) <= 30


def test_no_function_needs_scrolling() -> None:
    assert {place: lines for place, lines in functions(HOUSE) if lines > 60} == {}


def test_folders_are_at_most_two_deep() -> None:
    deep = {str(path.parent.relative_to(HOUSE)) for path in python_files(HOUSE)}
    assert {folder for folder in deep if folder.count("/") >= 2} == set()


def test_prose_is_a_tenth_to_a_quarter_of_the_lines() -> None:
    files = python_files(HOUSE)
    share = sum(len(prose_lines(path)) for path in files) / sum(written_lines(path) for path in files)
    assert 0.10 <= share <= 0.25, f"comments and docstrings are {share:.1%} of the lines"


def test_there_is_at_least_as_much_test_as_code() -> None:
    bench = TESTS / "bench"
    tests = sum(length(path) for path in python_files(TESTS) if bench not in path.parents)
    code = sum(length(path) for path in python_files(HOUSE))
    assert tests >= code, f"{tests} lines of tests for {code} lines of code"
