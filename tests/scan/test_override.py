"""The operator's word in a folder: what is one book there, and what it is; it wins over every rule and sidecar."""

import os
from pathlib import Path
from typing import Any

import pytest

from shishod.model.metadata import UserWord
from shishod.model.state import State
from shishod.model.tier import Tier
from shishod.model.words import Wording
from shishod.scan.edits import Editor
from shishod.scan.explain import Explainer
from tests.samples import an_epub, an_m4b, an_mp3, an_opf, an_override
from tests.scan.house import House


def shelve(library: Path, *paths: str) -> None:
    for path in paths:
        file = library / path
        file.parent.mkdir(parents=True, exist_ok=True)
        make = {".mp3": an_mp3, ".m4b": an_m4b}.get(file.suffix, an_epub)
        make(file, title=f"{path} says")


def say(library: Path, folder: str, *lines: str) -> None:
    an_override(library / folder / ".shishod.yaml", "".join(f"{line}\n" for line in lines))


def books(house: House) -> list[list[str]]:
    """The media of each book that are there."""
    by_book: dict[int | None, list[str]] = {}
    for path, known in house.files().items():
        if known.state is not State.MISSING and not path.endswith((".yaml", ".opf")):
            by_book.setdefault(known.book_id, []).append(path)
    return sorted(map(sorted, by_book.values()))


def the_book(house: House) -> dict[str, Any]:
    (book,) = house.books()
    return book


SCATTERED = ("A/Emma.m4b", "A/Notes/more.mp3", "A/Notes/Deep/text.epub", "A/01/intro.mp3")


@pytest.mark.parametrize("tier", [Tier.QUICK, Tier.FULL])
def test_all_below_a_folder_is_one_book_as_soon_as_the_folder_says_so_and_not_any_more_when_it_does_not(
    house: House, library: Path, tier: Tier
) -> None:
    shelve(library, *SCATTERED, "B/other.epub")
    house.scan()
    apart = books(house)
    assert len(apart) == 5
    house.reads()

    say(library, "A", "book: one")
    house.scan(tier)
    house.scan(tier)

    assert books(house) == sorted([sorted(SCATTERED), ["B/other.epub"]])
    assert house.reads() == ["A/.shishod.yaml"], "no book is read again for that"

    (library / "A" / ".shishod.yaml").unlink()
    house.scan(tier)
    house.scan(tier)

    assert books(house) == apart
    assert house.scan(tier).total == 0


def test_a_first_scan_finds_the_same_as_one_that_finds_the_word_later(house: House, library: Path) -> None:
    shelve(library, *SCATTERED)
    say(library, "A", "book: one", "title: All of it")

    house.scan()

    book = the_book(house)
    assert (book["title"], len(book["files"])) == ("All of it", 5)
    assert book["rule"] == "all below one folder is one book: the .shishod.yaml in A says so"
    assert house.scan().total == 0


@pytest.mark.parametrize("paths", [("A/a.m4b", "A/B/b.epub"), ("A/B/b.epub", "A/C/c.epub", "A/D/d.epub", "A/D/e.epub")])
def test_the_parts_of_what_was_one_book_settle_and_the_largest_or_first_keeps_the_users_words(
    house: House, library: Path, paths: tuple[str, ...]
) -> None:
    shelve(library, *paths)
    say(library, "A", "book: one")
    house.scan()
    Editor(house.catalog, house.recorder).edit(the_book(house)["id"], Wording((UserWord("tags", ("mine",)),)))
    (library / "A" / ".shishod.yaml").unlink()

    house.scan(Tier.QUICK)
    for _ in range(3):
        house.clock.wind(5)
        house.work()

    assert books(house) == [[path] for path in sorted(paths)]
    (kept,) = [book for book in house.books() if book["tags"] == ["mine"]]
    assert kept["path"] in (str(library / "A/a.m4b"), str(library / "A/D/d.epub"))
    assert house.scan().total == 0


def test_what_comes_to_a_folder_far_below_joins_the_book_at_the_watchs_word(house: House, library: Path) -> None:
    shelve(library, *SCATTERED)
    say(library, "A", "book: one")
    house.scan()

    shelve(library, "A/Notes/Deep/last.mp3", "A/New/first.mp3")
    house.hint("A/Notes/Deep", "last.mp3")
    house.hint("A/New", "first.mp3")
    house.work()

    assert books(house) == [sorted([*SCATTERED, "A/Notes/Deep/last.mp3", "A/New/first.mp3"])]


def test_what_goes_from_a_folder_far_below_leaves_the_book(house: House, library: Path) -> None:
    shelve(library, *SCATTERED)
    say(library, "A", "book: one")
    house.scan()
    (library / "A/Notes/Deep/text.epub").unlink()
    (library / "A/Notes/Deep").rmdir()

    house.scan()
    house.scan()

    assert house.states()["A/Notes/Deep/text.epub"] is State.MISSING
    assert books(house) == [sorted(set(SCATTERED) - {"A/Notes/Deep/text.epub"})]


def test_each_file_of_a_folder_is_a_book_when_it_says_so(house: House, library: Path) -> None:
    shelve(library, "A/01.mp3", "A/02.mp3", "A/Dune.epub", "A/Dune.m4b", "A/CD 1/01.mp3", "A/B/01.mp3", "A/B/02.mp3")
    say(library, "A", "book: each")

    house.scan()

    assert books(house) == [
        ["A/01.mp3"], ["A/02.mp3"], ["A/B/01.mp3", "A/B/02.mp3"], ["A/CD 1/01.mp3"], ["A/Dune.epub"], ["A/Dune.m4b"],
    ]  # fmt: skip


def test_its_words_are_believed_before_every_other_sidecar_and_after_the_user(house: House, library: Path) -> None:
    shelve(library, "A/dune.epub")
    an_opf(library / "A" / "metadata.opf", title="The OPF's", authors=["Opf Author"])
    say(library, "A", "title: Mine", "authors: [Ann, Bea]", 'series: "Sands #2"', "narrators: Ned; Nell", "kind: comic")

    house.scan()

    book = the_book(house)
    assert (book["title"], book["authors"], book["narrators"]) == ("Mine", ["Ann", "Bea"], ["Ned", "Nell"])
    assert (book["series"], book["kind"]) == ([{"name": "Sands", "number": "2"}], "comic")
    assert book["sources"]["title"] == {"source": "sidecar", "place": ".shishod.yaml, title"}

    Editor(house.catalog, house.recorder).edit(book["id"], Wording((UserWord("title", "The user's"),)))

    assert the_book(house)["title"] == "The user's"


def test_its_words_alone_are_read_when_only_they_change(house: House, library: Path) -> None:
    shelve(library, "A/dune.epub")
    say(library, "A", "title: One")
    house.scan()
    house.reads()

    say(library, "A", "title: Another")
    house.scan(Tier.QUICK)

    assert (house.reads(), the_book(house)["title"]) == (["A/.shishod.yaml"], "Another")


def test_its_words_are_nobodys_where_a_folder_holds_several_books(house: House, library: Path) -> None:
    shelve(library, "A/dune.epub", "A/emma.epub")
    say(library, "A", "title: One")

    house.scan()

    assert house.titles() == ["A/dune.epub says", "A/emma.epub says"]


def test_the_parts_play_in_the_order_that_it_names_and_the_others_after_them(house: House, library: Path) -> None:
    shelve(library, "A/x/one.mp3", "A/two.mp3", "A/three.mp3", "A/four.mp3")
    say(library, "A", "book: one", "order: [x/one.mp3, two.mp3, three.mp3, gone.mp3]")

    house.scan()

    files = [file for file in the_book(house)["files"] if file["role"] == "media"]
    assert [os.path.basename(file["path"]) for file in files] == ["one.mp3", "two.mp3", "three.mp3", "four.mp3"]


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (["book: one", "titel: Dune"], ".shishod.yaml:2: titel: there is no such key; the keys are: book, kind"),
        (["book: all"], ".shishod.yaml:1: book: it must be one of one, each"),
        (["title: 1984"], ".shishod.yaml:1: title: it must be a text; quote what looks like a number"),
        (["kind: novel"], ".shishod.yaml:1: kind: it must be one of ebook"),
        (["book: one", "book: each"], ".shishod.yaml:2: book: this key stands twice"),
        (["order: a.mp3"], ".shishod.yaml:1: order: it must be a list of the files' names"),
        (["authors: [1]"], ".shishod.yaml:1: authors: it must be a text, or a list of texts"),
        (["- one"], ".shishod.yaml: it must hold words by name"),
        (["book: {"], ".shishod.yaml:2: this is not YAML"),
    ],
)
def test_a_word_that_nobody_understands_is_a_problem_and_leaves_all_as_it_is(
    house: House, library: Path, lines: list[str], fault: str
) -> None:
    shelve(library, "A/dune.epub", "A/B/emma.epub", "C/saga.epub")
    house.scan()
    before = books(house)

    say(library, "A", *lines)
    (library / "A" / "dune.epub").unlink()
    shelve(library, "C/new.epub")
    house.scan()

    assert house.states()["A/dune.epub"] is State.INDEXED
    assert books(house) == sorted([*before, ["C/new.epub"]])
    ((problem,), _) = house.catalog.problems()
    assert problem["path"] == str(library / "A")
    assert problem["text"].startswith(fault)

    say(library, "A", "book: one")
    house.scan()
    house.scan()

    assert house.catalog.problems() == ([], None)
    assert house.states()["A/dune.epub"] is State.MISSING


def test_an_empty_word_says_nothing(house: House, library: Path) -> None:
    shelve(library, "A/01.mp3", "A/02.mp3")
    say(library, "A", "# nothing yet", "title:")

    house.scan()

    assert books(house) == [["A/01.mp3", "A/02.mp3"]]
    assert house.catalog.problems() == ([], None)


def test_of_two_that_make_one_book_the_upper_decides(house: House, library: Path) -> None:
    shelve(library, *SCATTERED)
    say(library, "A", "book: one", "title: Upper")
    say(library, "A/Notes", "book: one", "title: Lower")

    house.scan()

    assert the_book(house)["title"] == "Upper"


def test_an_explanation_names_it(house: House, library: Path) -> None:
    shelve(library, *SCATTERED)
    say(library, "A", "book: one")
    house.scan()
    explainer = Explainer(house.rooms, house.runner, frozenset, house.catalog)

    for path in (b"A/Notes/Deep/text.epub", b"A/.shishod.yaml"):
        told = explainer.explain(house.root(), path, explainer.look(house.root(), path))

        assert [one.rule for one in told.gathered] == [
            "all below one folder is one book: the .shishod.yaml in A says so"
        ]
        assert (told.judged, told.refusal) == (State.INDEXED, None)


def test_it_may_stand_in_the_root_itself(house: House, library: Path) -> None:
    shelve(library, "x.mp3", "y/z.mp3")
    say(library, "", "book: one", "title: All")

    house.scan()

    assert (the_book(house)["title"], books(house)) == ("All", [["x.mp3", "y/z.mp3"]])
