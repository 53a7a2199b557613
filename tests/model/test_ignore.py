import pytest

from shishod.model.ignore import Rules, any_ignored, ignored, lines_of, passed_over, rules_of


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.epub", "._Dune.epub", ".Trash-1000", ".stversions", ".Dune.epub.Xy12Zq", ".syncthing.Dune.epub.tmp",
        "~$notes.docx", "~syncthing~Dune.epub.tmp", "Dune.epub~", "Dune.epub.part", "Dune.m4b.PARTIAL",
        "Dune.epub.crdownload", "Dune.m4b.!qB", "Dune.m4b.!ut", "Dune.tmp", "@eaDir", "#recycle", "@Recycle",
        "lost+found", "$RECYCLE.BIN", "System Volume Information", "Thumbs.db", "__MACOSX",
    ],
)  # fmt: skip
def test_junk_and_half_downloads_are_passed_over(name):
    assert ignored(name.encode())


@pytest.mark.parametrize(
    "name",
    [
        "Dune.epub", "Dune", "~Untitled.epub", "Part 1.mp3", "part", "Vol.1", "tmp", "recycle", "@home.epub",
        "...And Justice.mp3"[3:], "Book.part1.rar", "lost+found.epub", "",
    ],
)  # fmt: skip
def test_books_with_odd_names_are_kept(name):
    assert not ignored(name.encode())


def test_a_name_that_is_not_utf8_is_judged_like_any_other():
    assert not ignored(b"caf\xe9.epub")
    assert ignored(b".caf\xe9.epub")


def test_all_that_lies_in_an_ignored_folder_is_passed_over():
    assert any_ignored(b"Books/@eaDir/Dune.epub")
    assert any_ignored(b".git/x")
    assert not any_ignored(b"Books/Dune.epub")
    assert not any_ignored(b"")


LINES = ("Samples/", "*.pdf")


@pytest.mark.parametrize(
    ("path", "folder", "answer"),
    [("a.pdf", False, True), ("A/Samples", True, True), ("A/Samples", False, False), ("a.epub", False, False)],
)
def test_a_librarys_own_lines_speak_of_files_and_folders(path: str, folder: bool, answer: bool) -> None:
    assert passed_over(path.encode(), LINES, folder=folder) is answer


def test_what_lies_below_a_folder_that_a_line_names_is_passed_over():
    assert any_ignored(b"A/Samples/x/y.epub", LINES)
    assert not any_ignored(b"A/Sampler/x/y.epub", LINES)
    assert not any_ignored(b"", LINES, folder=True)


def test_a_word_for_a_file_in_a_folder_that_is_passed_over_is_not_heard():
    assert any_ignored(b"Samples/keep.epub", ("Samples/", "!Samples/keep.epub"))


def ruled(folder: bytes, above: Rules | None = None, **files: bytes) -> Rules | None:
    return rules_of(folder, {b"." + name.encode(): content for name, content in files.items()}, above)


def test_rules_are_about_their_own_folder_and_what_is_below():
    rules = ruled(b"A", shishoignore=b"/x.epub\n*.pdf\n")

    assert rules is not None
    assert rules.reason(b"A/x.epub", folder=False)
    assert not rules.reason(b"A/B/x.epub", folder=False)
    assert rules.reason(b"A/B/x.pdf", folder=False) == "the .shishoignore in A says so in line 2"


def test_the_deeper_rule_decides_and_the_higher_where_it_is_silent():
    deep = ruled(b"A/B", ruled(b"A", shishoignore=b"*.pdf\n*.mp3\n"), shishoignore=b"!*.pdf\n")

    assert deep is not None
    assert not deep.reason(b"A/B/x.pdf", folder=False)
    assert deep.reason(b"A/B/x.mp3", folder=False)


def test_our_own_file_is_heard_before_that_of_other_programs():
    rules = ruled(b"", shishoignore=b"!x.pdf\n", ignore=b"*.pdf\n")

    assert rules is not None
    assert not rules.reason(b"x.pdf", folder=False)
    assert rules.reason(b"y.pdf", folder=False)


@pytest.mark.parametrize(
    "files", [{"nomedia": b""}, {"nomedia": b"whatever\n"}, {"ignore": b""}, {"ignore": b"\xef\xbb\xbf \n\n"}]
)
def test_a_folder_may_be_passed_over_as_a_whole(files: dict[str, bytes]) -> None:
    rules = ruled(b"A", **files)

    assert rules is not None
    assert rules.shut
    assert rules.reason(b"A/B", folder=True)


def test_an_ignore_file_of_remarks_and_a_shishoignore_without_a_word_pass_over_nothing():
    for files in ({"ignore": b"# nothing yet\n"}, {"shishoignore": b""}):
        rules = ruled(b"A", **files)
        assert rules is not None
        assert not rules.reason(b"A/x.epub", folder=False)


def test_lines_are_read_as_they_were_written_on_any_system():
    assert lines_of(b"\xef\xbb\xbfa\r\nb\n\xff") == ("a", "b", "\udcff")
