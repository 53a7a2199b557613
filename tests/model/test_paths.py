"""The porch's paths, which every room and every face shows and compares."""

import base64
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shishod.paths import base, display, is_under, join, json_path, natural_key, parent, suffix

PATH = some.lists(some.binary(min_size=1, max_size=8).filter(lambda one: b"/" not in one), max_size=4).map(b"/".join)


@given(some.binary(max_size=60))
def test_any_bytes_can_be_shown_on_one_printable_line(path: bytes) -> None:
    shown = display(path)

    assert shown.isprintable()
    shown.encode("utf-8")


@given(some.binary(max_size=60))
def test_json_leads_back_to_the_bytes_of_any_path(path: bytes) -> None:
    answer = json.loads(json.dumps(json_path(path)))

    assert (base64.b64decode(answer["path_b64"]) if "path_b64" in answer else answer["path"].encode()) == path


def test_plain_text_needs_no_second_form() -> None:
    assert json_path("Müller/Ü.epub".encode()) == {"path": "Müller/Ü.epub"}
    assert json_path(b"\xff.epub", "folder") == {"folder": "\ufffd.epub", "folder_b64": "/y5lcHVi"}


def test_a_name_cannot_forge_a_line_or_a_colour() -> None:
    assert display(b"a\nERROR \x1b[31mb") == r"a\nERROR \x1b[31mb"


@pytest.mark.parametrize(
    ("path", "folder", "under"),
    [
        (b"A", b"A", True), (b"A/b.epub", b"A", True), (b"AB", b"A", False), (b"AB/c.epub", b"A", False),
        (b"A", b"A/b", False), (b"A", b"", True), (b"", b"", True), (b"", b"A", False),
    ],
)  # fmt: skip
def test_a_path_lies_under_itself_its_folders_and_the_root_alone(path: bytes, folder: bytes, under: bool) -> None:
    assert is_under(path, folder) is under


@given(PATH, some.binary(min_size=1, max_size=8).filter(lambda one: b"/" not in one))
def test_joining_and_parting_undo_each_other(folder: bytes, name: bytes) -> None:
    path = join(folder, name)

    assert (parent(path), base(path)) == (folder, name)
    assert is_under(path, folder)


def test_names_are_ordered_as_people_count() -> None:
    names = ["Track 10", "track 9", "Track 1", "Track 09b", "track"]

    assert sorted(names, key=natural_key) == ["track", "Track 1", "track 9", "Track 09b", "Track 10"]


@given(some.lists(some.text("0019abAB ._-é٣/", max_size=9)))
def test_names_sort_as_the_words_and_numbers_in_them_do_one_after_the_other(names: list[str]) -> None:
    def one_after_the_other(text: str) -> list[tuple[int, int, str]]:
        parts = enumerate(re.split(r"(\d+)", text.casefold()))
        return [(0, int(one), "") if at & 1 and one.isascii() else (1, 0, one) for at, one in parts if one]

    assert sorted(names, key=natural_key) == sorted(names, key=one_after_the_other)


def test_a_number_may_have_more_digits_than_python_counts() -> None:
    longest = "9" * 5000

    assert sorted([f"{longest}0", longest, "10"], key=natural_key) == ["10", longest, f"{longest}0"]


@given(some.text(max_size=20), some.text(max_size=20))
def test_any_two_texts_can_be_ordered(one: str, other: str) -> None:
    assert sorted([one, other], key=natural_key)


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        (b"a.EPUB", b".epub"),
        (b"a.kepub.epub", b".epub"),
        (b".epub", b""),
        (b"a", b""),
        (b"a.", b"."),
        (b"a.FB2.Zip", b".fb2.zip"),
        (b"a.zip", b".zip"),
        (b".fb2.zip", b".zip"),
        (b"fb2.zip", b".zip"),
    ],
)
def test_an_ending_is_lower_case_and_a_hidden_file_has_none(name: bytes, ending: bytes) -> None:
    assert suffix(name) == ending
