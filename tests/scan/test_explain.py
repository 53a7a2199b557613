"""Why a path stands as it does: told by a house that scans a real library, of every kind of path."""

import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shishod.model.explanation import Explanation, Refusal, Thing
from shishod.model.library import Follow, Ways
from shishod.model.state import State
from shishod.model.words import Wording
from shishod.operations.explanation import explanation_row, verdict
from shishod.scan.edits import Editor
from shishod.scan.explain import Explainer
from shishod.scan.settings import ScanSettings
from tests.samples import an_epub, an_m4b, an_mp3, an_opf
from tests.samples.video import a_video
from tests.scan.house import House

Explain = Callable[..., Explanation]


@pytest.fixture
def explain(house: House) -> Explain:
    return explaining(house)


def explaining(house: House, stalled: frozenset[int] = frozenset()) -> Explain:
    explainer = Explainer(house.rooms, house.runner, lambda: stalled, house.catalog)

    def told(path: str | bytes = "", **ways: Any) -> Explanation:
        root = house.root()
        if ways:
            root = root.__class__(**{name: getattr(root, name) for name in root.__slots__} | {"ways": Ways(**ways)})
        path = os.fsencode(path)
        told = explainer.explain(root, path, explainer.look(root, path))
        explanation_row(told)  # whatever it is, it can be told
        return told

    return told


def at(library: Path, path: str) -> Path:
    """Where a file is to be made, its folders being there."""
    (library / path).parent.mkdir(parents=True, exist_ok=True)
    return library / path


def test_a_file_that_is_as_it_was_is_indexed_and_nothing_comes_next(
    house: House, explain: Explain, library: Path
) -> None:
    an_epub(library / "dune.epub", title="Dune")
    house.scan()

    told = explain("dune.epub")

    assert (told.thing, told.judged, told.differs, told.refusal) == (Thing.FILE, State.INDEXED, (), None)
    assert told.next.text == "nothing, until it changes"
    assert [(one.rule, one.files, one.book_id) for one in told.gathered] == [
        ("a file of its own is a book", (b"dune.epub",), 1)
    ]
    assert (told.claimed.reader, told.claimed.by_name) == ("epub", "epub")
    assert verdict(told) == "it is indexed, and a file of book 1"
    assert house.reads() == ["dune.epub"]  # by the scan; an explanation reads nothing


def test_a_file_that_changed_is_told_with_what_differs_and_is_read_anew(
    house: House, explain: Explain, library: Path
) -> None:
    book = an_epub(library / "dune.epub", title="Dune")
    house.scan()
    an_epub(book, title="Another title, and a longer one")

    told = explain("dune.epub")

    assert (told.judged, told.record is not None and told.record.known.state) == (State.CHANGED, State.INDEXED)
    assert {"size", "mtime_ns"} <= set(told.differs)
    assert told.next.text == "it is read anew with the next look"


def test_a_file_that_nobody_has_met_is_new_and_told_with_the_book_that_it_would_be(
    explain: Explain, library: Path
) -> None:
    for number in (1, 2):
        an_mp3(at(library, f"Emma/0{number}.mp3"))

    told = explain("Emma/01.mp3")

    assert (told.judged, told.record, told.next.text) == (State.NEW, None, "it is read with the next look")
    assert [(one.files, one.book_id) for one in told.gathered] == [((b"Emma/01.mp3", b"Emma/02.mp3"), None)]
    assert verdict(told) == "it is not in the catalogue"


def test_a_file_that_is_still_being_written_is_told_with_the_moment_that_it_is_waited_for(
    a_house: Callable[..., House], library: Path
) -> None:
    house = a_house(ScanSettings(settle=timedelta(hours=1)), books=library)  # type: ignore[arg-type]
    book = an_epub(library / "dune.epub")

    told = explaining(house)("dune.epub")

    assert "still being written" in told.next.text
    assert told.next.at is not None
    assert told.next.at.timestamp() == pytest.approx(book.stat().st_mtime + 3600, abs=1)


def test_an_empty_file_is_told_with_the_longer_wait_that_it_is_given(explain: Explain, library: Path) -> None:
    book = library / "dune.epub"
    book.touch()

    told = explain("dune.epub")

    assert told.next.text == "it is empty, and may yet be written: it is read once it was left alone for 600 s"
    assert told.next.at is not None
    assert told.next.at.timestamp() == pytest.approx(book.stat().st_mtime + 600, abs=1)


def test_a_folder_is_told_with_the_books_directly_in_it(explain: Explain, library: Path) -> None:
    an_epub(at(library, "Austen/Emma/emma.epub"))

    assert verdict(explain("Austen/Emma")) == "it is a folder with 1 book directly in it"
    assert verdict(explain("Austen")) == "it is a folder with no books directly in it"


def test_a_name_that_no_disk_can_hold_is_told_in_words(explain: Explain) -> None:
    told = explain("x" * 300 + ".epub")

    assert told.silent == "File name too long"


def test_a_broken_file_is_told_with_its_error_and_its_next_try(house: House, explain: Explain, library: Path) -> None:
    (library / "half.epub").write_bytes(an_epub(library / "whole.epub").read_bytes()[:300])
    house.scan()

    told = explain("half.epub")

    assert told.record is not None
    assert (told.record.known.state, told.judged) == (State.ERROR, State.ERROR)
    assert told.record.error.startswith("the archive has lost the index at its end")
    assert (told.next.text, told.next.at) == ("it is tried again", told.record.known.retry_at)
    assert [(turn.state, turn.why) for turn in told.record.story] == [(State.ERROR, "truncated")]


def test_what_is_gone_is_told_as_missing_then_with_the_day_that_it_is_forgotten(
    house: House, explain: Explain, library: Path
) -> None:
    an_epub(at(library, "A/dune.epub"))
    an_epub(library / "emma.epub")
    house.scan()
    (library / "A/dune.epub").unlink()

    assert (explain("A/dune.epub").thing, explain("A/dune.epub").judged) == (Thing.NOTHING, State.MISSING)
    assert explain("A/dune.epub").next.text == "the next look notes that it is missing"

    house.scan()

    told = explain("A/dune.epub")
    assert told.record is not None and told.record.missing_since is not None
    assert told.next.at == told.record.missing_since + timedelta(days=30)
    assert [turn.state for turn in told.record.story] == [State.INDEXED, State.MISSING]


def test_what_is_gone_of_a_book_that_the_user_spoke_of_is_never_forgotten(
    house: House, explain: Explain, library: Path
) -> None:
    an_epub(library / "dune.epub")
    an_m4b(library / "emma.m4b")
    house.scan()
    number = house.files()["dune.epub"].book_id
    assert number is not None
    Editor(house.catalog, house.recorder).edit(number, Wording(locked=frozenset({"title"})))
    (library / "dune.epub").unlink()
    house.scan()

    assert explain("dune.epub").next.text.startswith("it is remembered until it is back")


def test_a_pipe_that_was_never_a_file_is_told_as_none(explain: Explain, library: Path) -> None:
    os.mkfifo(library / "pipe.epub")

    assert verdict(explain("pipe.epub")) == "it is passed over: it is no plain file"


def test_a_path_where_nothing_is_and_nothing_was_is_told_so(explain: Explain) -> None:
    told = explain("no/such/thing.epub")

    assert (told.thing, told.record, told.judged, told.gathered) == (Thing.NOTHING, None, None, ())
    assert verdict(told) == "nothing is there, and nothing is remembered of it"


@pytest.mark.parametrize(
    ("path", "at", "reason"),
    [
        ("A/@eaDir/dune.epub", b"A/@eaDir", "its name is one that is always passed over"),
        ("A/dune.epub.part", b"A/dune.epub.part", "its name is one that is always passed over"),
        ("A/B/dune.epub", b"A/B", "the .shishoignore in A says so in line 2"),
        ("A/dune.xyz", b"A/dune.xyz", "nothing that has this ending is read"),
        ("A/holiday.jpg", b"A/holiday.jpg", "files of this ending count where they are called"),
        ("A/.shishoignore", b"A/.shishoignore", "it says what is passed over"),
    ],
)
def test_what_is_passed_over_is_told_with_the_rule_and_where_it_holds(
    house: House, explain: Explain, library: Path, path: str, at: bytes, reason: str
) -> None:
    file = library / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("x")
    (library / "A" / ".shishoignore").write_text("# not these\nB/\n")
    house.scan()

    told = explain(path)

    assert told.refusal is not None
    assert (told.refusal.at, told.refusal.reason[: len(reason)]) == (at, reason)
    assert told.next.text == "nothing, as long as it is passed over"
    assert path not in house.files()


def test_a_line_of_the_settings_is_told_with_its_words(explain: Explain, library: Path) -> None:
    an_epub(at(library, "drafts/dune.epub"))

    told = explain("drafts/dune.epub", ignore=("*.tmp", "drafts/"))

    assert told.refusal == Refusal("an ignore line of the library's settings matches it: drafts/", b"drafts")


def test_a_crumb_and_a_link_are_told_with_the_setting_that_passes_them_over(explain: Explain, library: Path) -> None:
    (library / "crumb.epub").write_text("x")
    os.symlink(an_epub(library / "dune.epub"), library / "link.epub")

    crumb, link = explain("crumb.epub", min_size=100), explain("link.epub")

    assert crumb.refusal is not None and crumb.refusal.reason == "it is smaller than the library's min_size"
    assert link.refusal is not None and link.refusal.reason == "it is a link that is not followed"
    assert explain("link.epub", follow_symlinks=Follow.INSIDE).refusal is None


def test_what_was_known_and_is_passed_over_now_leaves_with_the_next_look(
    house: House, explain: Explain, library: Path
) -> None:
    an_epub(at(library, "A/dune.epub"))
    house.scan()
    (library / "A" / ".nomedia").touch()

    assert explain("A/dune.epub").next.text.startswith("it leaves the catalogue with the next look")

    house.scan()

    told = explain("A/dune.epub")
    assert told.record is not None and told.record.story[-1].why == "passed over: the .nomedia in A says so"
    assert told.next.text == "it is forgotten, unless it is back by then"


def test_a_wrong_ending_is_told_by_content_and_by_name(house: House, explain: Explain, library: Path) -> None:
    an_epub(library / "dune.mobi")
    house.scan()

    told = explain("dune.mobi")

    assert (told.claimed.reader, told.claimed.by_name) == ("epub", "mobi")
    assert told.record is not None and told.record.notes == ("it is named .mobi, but its content is epub",)


def test_each_field_is_told_with_whose_word_it_is_and_what_lost(house: House, explain: Explain, library: Path) -> None:
    an_epub(at(library, "A/dune.epub"), title="Dune", authors=["Frank Herbert"])
    an_opf(at(library, "A/metadata.opf"), title="Dune, first book")
    house.scan()

    fields = {one["field"]: one for one in explanation_row(explain("A/dune.epub"))["fields"]}

    assert (fields["title"]["value"], fields["title"]["source"]) == ("Dune, first book", "sidecar")
    assert [(lost["value"], lost["source"], lost["why"]) for lost in fields["title"]["lost"]][:1] == [
        ("Dune", "file", "a sidecar is believed before the file")
    ]
    assert (fields["authors"]["value"], fields["authors"]["lost"][0]["value"]) == (["Ann Author"], ["Frank Herbert"])


def test_a_folder_is_told_with_the_books_in_it_and_by_which_rules(
    house: House, explain: Explain, library: Path
) -> None:
    for number in (1, 2):
        an_mp3(at(library, f"Emma/CD {number}/01.mp3"), album="Emma")
    an_epub(library / "dune.epub")
    house.scan()

    told = explain("Emma")

    assert (told.thing, [(one.rule, len(one.files)) for one in told.gathered]) == (
        Thing.FOLDER,
        [("sound in disc folders is one book", 2)],
    )
    assert len(explain("").gathered) == 1  # of the root's own files; what lies in its folders is told there
    assert [one.files for one in explain("Emma/CD 1").gathered] == [(b"Emma/CD 1/01.mp3", b"Emma/CD 2/01.mp3")]


def test_what_lies_beside_and_belongs_to_nobody_is_told_so(house: House, explain: Explain, library: Path) -> None:
    an_m4b(library / "dune.m4b")
    an_epub(library / "emma.epub", title="Emma")
    an_opf(library / "metadata.opf")
    house.scan()

    assert explain("metadata.opf").next.text == "nothing: it lies beside books, and belongs to none of them"


def test_what_lies_in_a_folder_of_extras_of_no_film_is_told_so(house: House, explain: Explain, library: Path) -> None:
    (library / "Films" / "Extras").mkdir(parents=True)
    for name in ("Alien (1979).mkv", "Emma (1996).mkv", "Extras/Making of.mkv"):
        a_video(library / "Films" / name, words={})
    house.scan()

    assert "in a folder of extras, and so is no film" in explain("Films/Extras/Making of.mkv").next.text


def test_a_hard_link_is_told_with_the_paths_that_are_the_same_file(
    house: House, explain: Explain, library: Path
) -> None:
    os.link(an_epub(library / "dune.epub"), library / "again.epub")
    house.scan()
    house.scan()

    one, other = explain("dune.epub"), explain("again.epub")

    assert {*one.links, *other.links} == {os.fsencode(library / name) for name in ("dune.epub", "again.epub")}
    assert "one more path" in verdict(one) or "one more path" in verdict(other)


def test_a_moved_file_is_told_with_where_it_came_from(house: House, explain: Explain, library: Path) -> None:
    an_epub(library / "dune.epub")
    house.scan()
    (library / "dune.epub").rename(library / "moved.epub")
    house.scan()

    told = explain("moved.epub")

    assert told.record is not None
    assert [turn.why for turn in told.record.story] == ["", "moved from dune.epub"]


def test_a_name_that_is_no_text_is_explained_like_any_other(house: House, explain: Explain, library: Path) -> None:
    an_epub(Path(os.fsdecode(os.fsencode(library) + b"/\xff.epub")))
    house.scan()

    assert explain(b"\xff.epub").judged is State.INDEXED


def test_a_root_that_is_stalled_is_not_asked_and_told_by_what_is_remembered(house: House, library: Path) -> None:
    an_epub(library / "dune.epub", title="Dune")
    house.scan()
    explain = explaining(house, frozenset({house.root().id}))

    told = explain("dune.epub")

    assert (told.thing, told.seen, told.judged) == (Thing.UNSAID, None, None)
    assert "is stalled" in told.silent and told.next.text.endswith(told.silent)
    assert [(one.rule, one.book_id) for one in told.gathered] == [("a file of its own is a book", 1)]
    assert next(one.value for one in told.outcomes if one.field == "title") == "Dune"
    assert explain("").thing is Thing.FOLDER


def test_a_root_that_is_absent_is_told_by_what_is_remembered_and_stays_as_it_is(
    house: House, explain: Explain, library: Path
) -> None:
    an_epub(library / "dune.epub")
    house.scan()
    before = house.root()
    library.rename(library.with_name("elsewhere"))

    told = explain("dune.epub")

    assert (told.thing, told.record is not None) == (Thing.UNSAID, True)
    assert told.silent
    assert house.root() == before


def test_an_explanation_writes_nothing_and_reads_no_book(house: House, explain: Explain, library: Path) -> None:
    an_epub(at(library, "A/dune.epub"))
    house.scan()
    house.reads()
    an_epub(at(library, "A/emma.epub"))
    files, folders = house.files(), dict(house.catalog.folders(house.root().id))

    explain("A/emma.epub"), explain("A"), explain("A/gone.epub")

    assert (house.files(), dict(house.catalog.folders(house.root().id)), house.reads()) == (files, folders, [])


def test_a_future_explanation_of_an_old_failure_names_no_time(house: House, explain: Explain, library: Path) -> None:
    broken = library / "half.epub"
    broken.write_bytes(b"PK\x03\x04 and no more")
    os.utime(broken, (time.time() - 86400, time.time() - 86400))
    house.clock.wind(86400)
    house.scan()

    told = explain("half.epub")

    assert (told.next.text, told.next.at) == (
        "it is not tried again before it changes or its reader is a newer one",
        None,
    )
