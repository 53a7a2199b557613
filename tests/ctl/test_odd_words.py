"""What a script or a stray name may hand to shishoctl: empty words, bytes that are no text, ids that are paths."""

from pathlib import Path

import pytest

from shishod.ctl.main import main
from tests.control.standin import Standin, a_book
from tests.ctl.conftest import Shishoctl

NO_TEXT = "caf\udce9"  # as Python hands over the byte 0xe9 of a Latin-1 terminal


@pytest.mark.parametrize(
    ("words", "at_fault"),
    [
        (["scan", ""], "paths"),
        (["scan", "--library", ""], "--library"),
        (["scan", "--reread", "--library="], "--library"),
        (["purge", "--yes", "--library", ""], "--library"),
        (["purge", "--yes", "--older", ""], "--older"),
        (["reset", "--yes", "--path", ""], "--path"),
        (["explain", ""], "path"),
        (["export", "--library", ""], "--library"),
        (["enrich", "--provider", ""], "--provider"),
    ],
)
def test_a_variable_that_is_not_set_does_not_mean_everything(
    shishoctl: Shishoctl, daemon: Standin, words: list[str], at_fault: str
) -> None:
    said = shishoctl(*words)

    assert (said.code, said.out) == (64, "")
    assert f"Invalid value for {at_fault}: it is empty" in said.err
    assert (daemon.asked, daemon.purged) == ([], [])


@pytest.mark.parametrize("words", [["books", ""], ["log", "last", "--search", ""]])
def test_looking_for_nothing_in_particular_finds_what_there_is(
    shishoctl: Shishoctl, daemon: Standin, words: list[str]
) -> None:
    daemon.shelf.append(a_book(1))
    shishoctl("scan")

    assert shishoctl(*words).code == 0


@pytest.mark.parametrize("words", [["books", NO_TEXT], ["log", "last", "--search", NO_TEXT]])
def test_words_that_are_no_text_are_found_nowhere(shishoctl: Shishoctl, daemon: Standin, words: list[str]) -> None:
    shishoctl("scan")

    assert shishoctl(*words).code == 0


@pytest.mark.parametrize(
    "words",
    [["set", "1", f"title={NO_TEXT}"], ["scan", "--library", NO_TEXT], ["match", "1", f"openlibrary:{NO_TEXT}"]],
)
def test_words_that_are_no_text_are_refused_before_anything_is_asked(
    shishoctl: Shishoctl, daemon: Standin, words: list[str]
) -> None:
    said = shishoctl(*words)

    assert said.code == 1
    assert said.err.startswith("shishoctl: a word of that is not UTF-8; nothing was asked\n")
    assert (daemon.asked, daemon.edited) == ([], [])


@pytest.mark.parametrize("command", ["log", "cancel"])
@pytest.mark.parametrize("scan_id", ["", "../../v1/status", "x?y=z", "a b", NO_TEXT, "%2e%2e", "1\r\nX: y"])
def test_what_no_scan_is_called_is_no_scan(shishoctl: Shishoctl, command: str, scan_id: str) -> None:
    said = shishoctl(command, scan_id)

    assert said.code == 1
    assert said.err.startswith('shishoctl: there is no scan "')
    assert "`shishoctl status` lists the latest scans" in said.err


def test_a_time_that_is_none_is_told_in_words_of_ours(shishoctl: Shishoctl) -> None:
    said = shishoctl("purge", "--yes", "--older", "soon")

    assert said.err.startswith('shishoctl: older: "soon" is not a duration; write it as')


def test_no_copy_is_written_into_a_library(shishoctl: Shishoctl, books: Path) -> None:
    said = shishoctl("backup", "--to", str(books / "copy.tar"))

    assert said.code == 64
    assert "it lies in the library books, and nothing is written into a library" in said.err
    assert list(books.iterdir()) == []


@pytest.mark.parametrize("folder", [False, True])
def test_what_lies_in_the_place_of_the_socket_is_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], folder: bool
) -> None:
    place = tmp_path / "s"
    place.mkdir() if folder else place.touch()

    assert main(["--socket", str(place), "status"]) == 69
    assert f"{place} is no socket, so no daemon answers there" in capfd.readouterr().err
