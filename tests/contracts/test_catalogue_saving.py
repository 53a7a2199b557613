"""Saving books: all or nothing, each thing once, ids kept, and the user's word above all."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from shishod.errors import BookRejected
from shishod.model.book import Chapter, Contribution, CoverPlace, Identifier, NameKind, SeriesEntry, Technical
from shishod.model.catalog import BookQuery
from shishod.model.library import Root
from shishod.model.metadata import FieldSource, Reading, Source, UserWord, dump_reading
from shishod.model.signature import KnownFolder
from shishod.model.state import LAID_ASIDE, State
from shishod.model.updates import FileUpdate, RelationshipUpdates, SavedBook
from shishod.store.catalog import SqlCatalog
from shishod.store.tables import field_sources, name_aliases
from tests.store.building import (
    LATER,
    NOW,
    a_book,
    a_failure,
    a_file,
    a_root,
    a_sighting,
    save,
    shown,
    some_metadata,
)

REFUSED = a_file(b"poison.epub", state="nonsense")  # no such state: a CHECK refuses the row, the last of its book


@pytest.fixture
def root(catalogue: SqlCatalog) -> Root:
    return a_root(catalogue)


def a_poisoned_book(root: Root) -> RelationshipUpdates:
    return a_book(root, b"poison.epub", files=(REFUSED,), metadata=some_metadata("Poison", "Lucrezia B."))


def say(catalogue: SqlCatalog, book_id: int, field: str, word: str, now: datetime = NOW) -> None:
    """The user's own word on a field, as JSON."""
    with catalogue._writing() as connection:
        row = {"book_id": book_id, "field": field, "source": 0, "place": "", "word": word, "set_at": now}
        connection.execute(insert(field_sources).values(row))


def test_everything_that_is_believed_of_a_book_comes_back(catalogue: SqlCatalog, root: Root) -> None:
    metadata = some_metadata(
        "Título",
        sort_title="titulo",
        subtitle="and more",
        contributions=(
            Contribution("B. Second"),
            Contribution("A. First", "aut", "First, A."),
            Contribution("T", "trl"),
        ),
        series=(SeriesEntry("Saga", "1-3"), SeriesEntry("Other")),
        genres=("Fiction", "Essay"),
        tags=("blue",),
        publisher="House",
        imprint="Room",
        date="1999-05",
        language="pt",
        identifiers=(Identifier("isbn", "9780306406157"), Identifier("isbn", "9783161484100")),
        description="Plain text.",
        chapters=(Chapter("One", 0, 1000), Chapter("Two", 1000, None, "two.xhtml")),
        cover=CoverPlace("cover.jpg", "image/jpeg", 3000, b"Author/Title.epub", 600, 900),
        technical=Technical(duration_ms=5000, pages=12),
        abridged=False,
        drm="lcp",
        sources=(FieldSource("title", Source.FILE, "dc:title"), FieldSource("date", Source.PATH, "folder")),
    )

    (book_id,) = save(catalogue, a_book(root, metadata=metadata))

    book = shown(catalogue, book_id)
    assert (book["title"], book["subtitle"], book["sort_title"]) == ("Título", "and more", "titulo")
    assert book["authors"] == ["B. Second", "A. First"]
    assert [one["role"] for one in book["contributions"]] == ["aut", "aut", "trl"]
    assert book["contributions"][1]["sort_name"] == "First, A."
    assert book["series"] == [{"name": "Saga", "number": "1-3"}, {"name": "Other", "number": None}]
    assert (book["genres"], book["tags"]) == (["Fiction", "Essay"], ["blue"])
    assert (book["publisher"], book["imprint"], book["date"], book["language"]) == ("House", "Room", "1999-05", "pt")
    assert [one["value"] for one in book["identifiers"]] == ["9780306406157", "9783161484100"]
    assert [one["title"] for one in book["chapters"]] == ["One", "Two"]
    assert book["chapters"][1] == {"title": "Two", "start_ms": 1000, "end_ms": None, "href": "two.xhtml"}
    assert book["cover"] == {
        "member": "cover.jpg",
        "mime": "image/jpeg",
        "size": 3000,
        "width": 600,
        "height": 900,
        "taken": False,
        "fault": None,
        "path": "Author/Title.epub",
    }
    assert (book["duration_ms"], book["pages"], book["abridged"], book["drm"]) == (5000, 12, False, "lcp")
    assert book["sources"]["title"] == {"source": "file", "place": "dc:title"}
    assert book["sources"]["date"] == {"source": "path", "place": "folder"}


def test_a_new_book_that_was_made_meanwhile_of_more_files_is_left_as_it_is(catalogue: SqlCatalog, root: Root) -> None:
    """Two looked into one folder at once, and the one who saw a file less is written last."""
    whole = a_book(root, b"A/", files=(a_file(b"A/1.mp3"), a_file(b"A/2.mp3")))
    less = a_book(root, b"A/", metadata=some_metadata("Half"), files=(a_file(b"A/1.mp3"),))
    (book_id,) = save(catalogue, whole, now=NOW)
    before = shown(catalogue, book_id)

    outcomes = [
        catalogue.save([replace(less, planned_at=planned)], {}, LATER).books[0]
        for planned in (NOW - timedelta(seconds=1), NOW + timedelta(seconds=1))
    ]

    assert before["title"] != "Half"
    assert outcomes == [SavedBook(None, outdated=True), SavedBook(book_id)]
    assert shown(catalogue, book_id)["title"] == "Half", "who saw it afterwards is believed"


def test_a_known_book_that_was_written_meanwhile_of_more_files_is_merged_anew(
    catalogue: SqlCatalog, root: Root
) -> None:
    """It is written all the same, for what the user says of it; and is due for another look at once."""
    whole = a_book(root, b"A/", files=(a_file(b"A/1.mp3"), a_file(b"A/2.mp3")))
    (book_id,) = save(catalogue, replace(whole, rule="folder"), now=NOW)
    less = a_book(root, b"A/", metadata=some_metadata("Half"), files=(a_file(b"A/1.mp3"),), book_id=book_id)
    less = replace(less, rule="folder")

    ways = [
        (catalogue.save([replace(less, planned_at=planned)], {}, LATER).books[0], catalogue.grounds([book_id])[book_id])
        for planned in (NOW + timedelta(seconds=1), NOW - timedelta(seconds=1))
    ]

    assert ways == [
        (SavedBook(book_id), (b"A/", "folder")),  # who saw it afterwards is believed
        (SavedBook(book_id, rest=frozenset({(root.id, b"A")})), (b"A/", "")),
    ]


def test_a_file_that_its_book_was_told_without_is_laid_aside_until_it_is_told_with_it(
    catalogue: SqlCatalog, root: Root
) -> None:
    """It was to be another book's, which never came; whoever finds it in this one again has the book merged."""
    one, two = a_file(b"A/1.mp3"), a_file(b"A/2.mp3", position=1)
    (book_id,) = save(catalogue, a_book(root, b"A/", files=(one, two)), now=NOW)

    def places() -> list[int]:
        return [known.position for known in catalogue.files_in(root.id, [b"A"])]

    save(catalogue, a_book(root, b"A/", book_id=book_id, files=(one,)), now=LATER)
    without = places()
    save(catalogue, a_book(root, b"A/", book_id=book_id, files=(one, two)), now=LATER + timedelta(seconds=1))

    assert (without, places()) == ([0, LAID_ASIDE], [0, 1])


def test_a_book_that_counts_on_a_file_which_was_read_anew_meanwhile_is_merged_anew(
    catalogue: SqlCatalog, root: Root
) -> None:
    """It was planned while somebody had the file in hand, and is written when that has ended."""
    files = (a_file(b"A/1.mp3"), a_file(b"A/2.mp3"))
    (book_id,) = save(catalogue, replace(a_book(root, b"A/", files=files), rule="folder"), now=NOW)
    late = (files[0], replace(files[1], state=State.CHANGED))
    late_book = a_book(root, b"A/", metadata=some_metadata("Late"), files=late, book_id=book_id)

    outcome = catalogue.save([replace(late_book, rule="folder", planned_at=NOW)], {}, LATER).books[0]

    assert outcome == SavedBook(book_id, rest=frozenset({(root.id, b"A")}))
    assert catalogue.grounds([book_id])[book_id] == (b"A/", "")


def test_the_outcome_says_which_books_are_new(catalogue: SqlCatalog, root: Root) -> None:
    first, second = catalogue.save([a_book(root, b"a"), a_book(root, b"b")], {}, NOW).books
    again, third = catalogue.save([a_book(root, b"b"), a_book(root, b"c")], {}, LATER).books

    assert (first.created, second.created, third.created) == (True, True, True)
    assert again == SavedBook(second.book_id, created=False)


def test_nothing_to_save_is_nothing_done(catalogue: SqlCatalog) -> None:
    assert catalogue.save([], {}, NOW).books == ()
    assert catalogue.save_each([], {}, NOW).books == ()


def test_writing_a_book_again_replaces_its_relations(catalogue: SqlCatalog, root: Root) -> None:
    before = some_metadata("Old", "Old Author", genres=("A", "B"), chapters=(Chapter("1"), Chapter("2")))
    (book_id,) = save(catalogue, a_book(root, metadata=before))

    after = some_metadata("New", "New Author", genres=("B",))
    assert save(catalogue, a_book(root, book_id=book_id, metadata=after), now=LATER) == [book_id]

    book = shown(catalogue, book_id)
    assert (book["title"], book["authors"], book["genres"], book["chapters"]) == ("New", ["New Author"], ["B"], [])
    assert book["created_at"] == NOW.isoformat()
    assert book["updated_at"] == LATER.isoformat()


SPELLINGS = ("JOSÉ SARAMAGO", "José  Saramago ", "Jose\u0301 Saramago", "josé saramago")


@pytest.mark.parametrize("order", [SPELLINGS, SPELLINGS[::-1], SPELLINGS[2:] + SPELLINGS[:2]])
@pytest.mark.parametrize("cached", [True, False])
def test_spellings_of_one_name_are_one_row_shown_alike_whichever_came_first(
    catalogue: SqlCatalog, root: Root, order: tuple[str, ...], cached: bool
) -> None:
    known: dict[tuple[NameKind, str], int] = {}
    for number, name in enumerate(order):
        saved = catalogue.save([a_book(root, b"%d" % number, metadata=some_metadata("T", name))], known, NOW)
        known |= saved.names if cached else {}

    assert len(catalogue.names(root.library_id, NameKind.PERSON)) == 1
    rows, _ = catalogue.books(BookQuery())
    assert [row["authors"] for row in rows] == [["José Saramago"]] * 4


def test_a_spelling_with_a_sort_name_is_the_one_that_is_kept(catalogue: SqlCatalog, root: Root) -> None:
    for number, sort_name in enumerate(("", "King, Stephen", "")):
        people = (Contribution("Stephen King", "aut", sort_name),)
        save(catalogue, a_book(root, b"%d" % number, metadata=some_metadata(contributions=people)))

    assert shown(catalogue, 1)["contributions"][0]["sort_name"] == "King, Stephen"


def test_duplicates_in_one_book_collapse_and_lose_nothing_else(catalogue: SqlCatalog, root: Root) -> None:
    metadata = some_metadata(
        genres=("Fiction", "fiction", " FICTION "),
        tags=("x", "x ", ""),
        contributions=(Contribution("Ann"), Contribution("ann"), Contribution("Ann", "ill"), Contribution("  ")),
        series=(SeriesEntry("Saga", "1"), SeriesEntry("saga", "2")),
        identifiers=(Identifier("isbn", "1"), Identifier("isbn", "1")),
        sources=(FieldSource("title", Source.FILE, "a"), FieldSource("title", Source.PATH, "b")),
    )

    (book_id,) = save(catalogue, a_book(root, metadata=metadata))

    book = shown(catalogue, book_id)
    assert (book["genres"], book["tags"], len(book["identifiers"])) == (["Fiction"], ["x"], 1)
    assert [(one["name"], one["role"]) for one in book["contributions"]] == [("Ann", "aut"), ("Ann", "ill")]
    assert book["series"] == [{"name": "Saga", "number": "1"}]


def test_what_no_database_holds_is_taken_out_of_text(catalogue: SqlCatalog, root: Root) -> None:
    metadata = some_metadata(
        "Nul\0l",
        "Sur\ud800rogate",
        tags=("a\0b", "ab"),
        description="\udcff",
        technical=Technical(duration_ms=2**70, pages=-1),
    )

    saved = catalogue.save([a_book(root, metadata=metadata)], {}, NOW)

    book = shown(catalogue, saved.books[0].book_id or 0)
    assert (book["title"], book["authors"], book["tags"], book["description"]) == ("Null", ["Sur?rogate"], ["ab"], "?")
    assert (book["duration_ms"], book["pages"]) == (None, None)
    assert (NameKind.TAG, "ab") in saved.names


def test_a_name_without_end_is_cut_and_not_refused(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root, metadata=some_metadata("T", "é" * 100_000)))

    assert len(shown(catalogue, book_id)["authors"][0]) == 500


def test_the_ids_of_names_are_told_once(catalogue: SqlCatalog, root: Root) -> None:
    told = catalogue.save([a_book(root, b"a", metadata=some_metadata("T", "Ann", genres=("G",)))], {}, NOW).names
    assert told.keys() == {(NameKind.PERSON, "ann"), (NameKind.GENRE, "g")}

    saved = catalogue.save([a_book(root, b"b", metadata=some_metadata("T", "ANN", tags=("t",)))], told, NOW)

    assert saved.names.keys() == {(NameKind.TAG, "t")}


def test_an_id_that_the_cache_has_wrong_is_put_right(catalogue: SqlCatalog, root: Root) -> None:
    stale = {(NameKind.PERSON, "ann"): 4711}

    saved = catalogue.save([a_book(root, metadata=some_metadata("T", "Ann"))], stale, NOW)

    assert saved.names[NameKind.PERSON, "ann"] != 4711
    assert shown(catalogue, saved.books[0].book_id or 0)["authors"] == ["Ann"]


def test_an_alias_leads_to_its_canonical_name(catalogue: SqlCatalog, root: Root) -> None:
    told = catalogue.save([a_book(root, b"a", metadata=some_metadata("T", "Iain M. Banks"))], {}, NOW).names
    row = {"library_id": root.library_id, "kind": "person", "norm": "iain banks"}
    with catalogue._writing() as connection:
        name_id = told[NameKind.PERSON, "iain m. banks"]
        connection.execute(insert(name_aliases).values(row | {"name_id": name_id}))

    (book_id,) = save(catalogue, a_book(root, b"b", metadata=some_metadata("T", "IAIN BANKS")))

    assert shown(catalogue, book_id)["authors"] == ["Iain M. Banks"]
    assert catalogue.names(root.library_id, NameKind.PERSON)["iain banks"] == name_id


def test_a_file_seen_again_keeps_its_id_and_its_first_day(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root))
    before = shown(catalogue, book_id)["files"][0]

    changed = a_file(b"Author/Title.epub", seen=a_sighting(b"Author/Title.epub", size=7))
    save(catalogue, a_book(root, book_id=book_id, files=(changed,)), now=LATER)

    after = shown(catalogue, book_id)["files"][0]
    assert (after["id"], after["first_scanned_at"]) == (before["id"], before["first_scanned_at"])
    assert (after["size"], after["last_scanned_at"]) == (7, LATER.isoformat())


def test_what_a_reader_noted_and_what_only_its_format_says_is_shown_with_the_file(
    catalogue: SqlCatalog, root: Root
) -> None:
    reading = Reading(title="Saga", particulars=(("volume", "2"),), notes=("it is damaged",))
    (book_id,) = save(catalogue, a_book(root, files=(a_file(b"a.cbz", reading=dump_reading(reading)),)))

    (file,) = shown(catalogue, book_id)["files"]

    assert (file["particulars"], file["notes"]) == ({"volume": "2"}, ["it is damaged"])


def test_a_file_that_was_not_read_keeps_what_was_read_before(catalogue: SqlCatalog, root: Root) -> None:
    read = a_file(
        b"1.mp3", format="mp3", technical=Technical(duration_ms=9, codec="mp3"), narrators=(Contribution("N"),)
    )
    (book_id,) = save(catalogue, a_book(root, files=(read,)))

    unread = FileUpdate(a_sighting(b"1.mp3"), State.INDEXED, position=4, parser_version=1)
    save(catalogue, a_book(root, book_id=book_id, files=(unread,)), now=LATER)

    (file,) = shown(catalogue, book_id)["files"]
    assert (file["format"], file["reader"], file["duration_ms"], file["codec"]) == ("mp3", "epub", 9, "mp3")
    assert (file["narrators"], file["position"]) == (["N"], 4)
    assert len(catalogue.memories([book_id])[book_id].readings) == 1


def test_narrators_belong_to_their_file_and_no_other(catalogue: SqlCatalog, root: Root) -> None:
    def read_by(path: bytes, *names: str) -> FileUpdate:
        return a_file(path, narrators=tuple(Contribution(name, "nrt") for name in names))

    (book_id,) = save(catalogue, a_book(root, files=(read_by(b"1.mp3", "Ann", "ann", "Bob"), read_by(b"2.mp3", "Bob"))))
    save(catalogue, a_book(root, book_id=book_id, files=(read_by(b"2.mp3", "Cid"),)))

    assert [file["narrators"] for file in shown(catalogue, book_id)["files"]] == [["Ann", "Bob"], ["Cid"]]


def test_a_failure_is_told_with_its_next_try_and_success_clears_it(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root, files=(a_failure(b"a.epub", error_count=3),)))
    (file,) = shown(catalogue, book_id)["files"]
    assert (file["state"], file["error_count"], file["error_reason"]) == ("error", 3, "truncated")
    assert (file["error_stage"], file["next_retry_after"]) == ("read", LATER.isoformat())

    save(catalogue, a_book(root, book_id=book_id, files=(a_file(b"a.epub"),)))

    (file,) = shown(catalogue, book_id)["files"]
    assert (file["state"], file["error_count"], file["last_error"], file["next_retry_after"]) == (
        "indexed",
        0,
        None,
        None,
    )


def test_files_of_which_nothing_could_be_read_are_kept_without_a_book(catalogue: SqlCatalog, root: Root) -> None:
    (outcome,) = catalogue.save([a_book(root, metadata=None, files=(a_failure(b"a.epub"),))], {}, NOW).books

    assert outcome == SavedBook(None)
    (known,) = catalogue.files_below(root.id, b"")
    assert (known.state, known.book_id) == (State.ERROR, None)
    assert catalogue.counts()["books"] == 0


def test_a_failed_reading_does_not_part_a_file_from_its_book(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root))

    failure = a_failure(b"Author/Title.epub")
    (outcome,) = catalogue.save([a_book(root, metadata=None, book_id=book_id, files=(failure,))], {}, LATER).books

    assert outcome == SavedBook(book_id)
    book = shown(catalogue, book_id)
    assert (book["title"], book["state"]) == ("Title", "error")


def test_a_refused_row_leaves_the_whole_batch_undone(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root, b"a", metadata=some_metadata("Old", "Old Author", genres=("G",))))
    rewritten = a_book(root, b"a", book_id=book_id, metadata=some_metadata("New", "New Author"))

    with pytest.raises(BookRejected, match="refused a row"):
        catalogue.save([rewritten, a_book(root, b"b"), a_poisoned_book(root)], {}, LATER)

    book = shown(catalogue, book_id)
    assert (book["title"], book["authors"], book["genres"]) == ("Old", ["Old Author"], ["G"])
    assert catalogue.counts()["books"] == 1
    assert catalogue.names(root.library_id, NameKind.PERSON).keys() == {"old author"}


def test_one_by_one_a_poisoned_book_takes_no_neighbour_along(catalogue: SqlCatalog, root: Root) -> None:
    books = [a_book(root, b"a"), a_poisoned_book(root), a_book(root, b"c", metadata=some_metadata("C", "Lucrezia B."))]

    saved = catalogue.save_each(books, {}, NOW)

    assert [outcome.book_id is not None for outcome in saved.books] == [True, False, True]
    assert "refused a row" in (saved.books[1].error or "")
    assert catalogue.counts()["books"] == 2
    assert shown(catalogue, saved.books[2].book_id or 0)["authors"] == ["Lucrezia B."]
    assert saved.names == {
        (NameKind.PERSON, name): name_id for name, name_id in catalogue.names(root.library_id, NameKind.PERSON).items()
    }


def test_one_by_one_tells_only_the_names_that_are_news(catalogue: SqlCatalog, root: Root) -> None:
    told = catalogue.save([a_book(root, b"a")], {}, NOW).names

    assert catalogue.save_each([a_book(root, b"b"), a_book(root, b"c")], told, NOW).names == {}


def test_after_a_refusal_the_same_batch_goes_through_without_the_poison(catalogue: SqlCatalog, root: Root) -> None:
    with pytest.raises(BookRejected):
        catalogue.save([a_book(root), a_poisoned_book(root)], {}, NOW)

    assert save(catalogue, a_book(root)) != [0]


def test_the_users_words_survive_every_writing(catalogue: SqlCatalog, root: Root) -> None:
    file_says = some_metadata(sources=(FieldSource("title", Source.FILE, "dc:title"),))
    (book_id,) = save(catalogue, a_book(root))
    say(catalogue, book_id, "title", '"Mine"')
    say(catalogue, book_id, "subtitle", "null")

    save(catalogue, a_book(root, book_id=book_id, metadata=file_says), now=LATER)

    assert catalogue.memories([book_id])[book_id].words == (UserWord("subtitle", None), UserWord("title", "Mine"))
    assert shown(catalogue, book_id)["sources"]["title"] == {"source": "user", "place": ""}


def test_an_absorbed_book_ends_and_hands_over_words_and_remembered_files(catalogue: SqlCatalog, root: Root) -> None:
    sources = (FieldSource("title", Source.FILE, "TIT2"),)
    old, kept = save(catalogue, a_book(root, b"1.mp3"), a_book(root, b"2.mp3", metadata=some_metadata(sources=sources)))
    save(catalogue, a_book(root, b"1.mp3", book_id=old, files=(a_file(b"1.mp3"), a_file(b"gone.mp3"))))
    say(catalogue, old, "title", '"Mine"')
    say(catalogue, old, "subtitle", '"Both"')
    say(catalogue, kept, "subtitle", '"Both"')

    both = (a_file(b"1.mp3"), a_file(b"2.mp3"))
    save(catalogue, a_book(root, b"", book_id=kept, files=both, absorbs=(old,)), now=LATER)

    assert catalogue.book(old) is None
    assert len(shown(catalogue, kept)["files"]) == 3
    assert catalogue.memories([kept])[kept].words == (UserWord("subtitle", "Both"), UserWord("title", "Mine"))


def test_a_book_of_which_the_user_says_another_thing_by_then_is_not_absorbed(catalogue: SqlCatalog, root: Root) -> None:
    old, kept = save(catalogue, a_book(root, b"1.mp3"), a_book(root, b"2.mp3"))
    say(catalogue, old, "subtitle", '"Older"')
    say(catalogue, kept, "subtitle", '"Newer"')

    both = (a_file(b"1.mp3"), a_file(b"2.mp3"))
    save(catalogue, a_book(root, b"1.mp3", book_id=kept, files=both, absorbs=(old,)), now=LATER)

    assert catalogue.memories([kept])[kept].words == (UserWord("subtitle", "Newer"),)
    assert catalogue.memories([old])[old].words == (UserWord("subtitle", "Older"),)
    assert [len(shown(catalogue, one)["files"]) for one in (old, kept)] == [0, 2]


def test_a_new_book_may_absorb_the_one_whose_key_it_takes(catalogue: SqlCatalog, root: Root) -> None:
    (old,) = save(catalogue, a_book(root, b"A"))
    say(catalogue, old, "title", '"Mine"')

    (new,) = save(catalogue, a_book(root, b"A", absorbs=(old,)), now=LATER)

    assert catalogue.counts()["books"] == 1
    assert catalogue.memories([new])[new].words == (UserWord("title", "Mine"),)


def test_a_book_may_take_the_key_of_one_that_it_absorbs(catalogue: SqlCatalog, root: Root) -> None:
    one, two = save(catalogue, a_book(root, b"A"), a_book(root, b"B"))

    assert save(catalogue, a_book(root, b"B", book_id=one, absorbs=(two,))) == [one]

    assert catalogue.memories([one])[one].key == b"B"
    assert catalogue.counts()["books"] == 1


def test_the_natural_key_decides_which_book_it_is_where_none_is_said(catalogue: SqlCatalog, root: Root) -> None:
    _, two = save(catalogue, a_book(root, b"A"), a_book(root, b"B"))

    assert save(catalogue, a_book(root, b"B"), a_book(root, b"B", book_id=4711)) == [two, two]


def test_a_book_that_is_said_to_be_one_takes_the_key_from_another(catalogue: SqlCatalog, root: Root) -> None:
    file = a_file(b"Elsewhere.epub")
    one, two = save(catalogue, a_book(root, b"A"), a_book(root, b"B", rule="second", files=(file,)))

    assert save(catalogue, a_book(root, b"B", book_id=one)) == [one]

    assert catalogue.memories([one])[one].key == b"B"
    key, rule = catalogue.grounds([two])[two]
    assert (key != b"B", rule) == (True, ""), "it is merged anew where its files are met"
    assert [known.book_id for known in catalogue.files_below(root.id, b"") if known.path == file.seen.path] == [two]


def test_two_books_may_change_keys_with_one_another(catalogue: SqlCatalog, root: Root) -> None:
    one, two = save(catalogue, a_book(root, b"A", rule="r"), a_book(root, b"B", rule="r"))

    saved = save(catalogue, a_book(root, b"B", book_id=one, rule="r"), a_book(root, b"A", book_id=two, rule="r"))

    assert saved == [one, two]
    assert catalogue.grounds([one, two]) == {one: (b"B", "r"), two: (b"A", "r")}


def test_a_book_tells_by_which_key_and_rule_it_was_written_last(catalogue: SqlCatalog, root: Root) -> None:
    one, two = save(catalogue, a_book(root, b"A", rule="first"), a_book(root, b"B", rule="second"))
    save(catalogue, a_book(root, b"C", book_id=one, rule="third"))

    assert catalogue.grounds([one, two, 4711]) == {one: (b"C", "third"), two: (b"B", "second")}


@pytest.mark.parametrize("first", ["the part", "the rest"])
def test_a_book_takes_its_key_from_the_one_that_it_parts_from_whichever_is_saved_first(
    catalogue: SqlCatalog, root: Root, first: str
) -> None:
    (whole,) = save(catalogue, a_book(root, b"A", files=(a_file(b"A.epub"), a_file(b"A.m4b"))))
    part = a_book(root, b"A", files=(a_file(b"A.epub"),), parts_from=(whole,))
    rest = a_book(root, b"/", book_id=whole, files=(a_file(b"A.m4b"), a_file(b"B.m4b")))

    for book in (part, rest) if first == "the part" else (rest, part):
        save(catalogue, book)

    books = {row["id"]: catalogue.memories([row["id"]])[row["id"]].key for row in catalogue.books(BookQuery())[0]}
    assert books.pop(whole) == b"/"
    assert list(books.values()) == [b"A"]
    assert len(shown(catalogue, whole)["files"]) == 2


def test_what_is_left_of_a_book_that_another_parts_from_is_to_be_merged_anew(catalogue: SqlCatalog, root: Root) -> None:
    tracks = a_file(b"A/1.mp3"), a_file(b"A/2.mp3")
    (whole,) = save(catalogue, a_book(root, b"A/", files=tracks, rule="why"))
    signed = KnownFolder(b"A", 5, 0, b"packed")
    catalogue.sign(root.id, [signed])

    (part,) = catalogue.save([a_book(root, b"B/1", files=(a_file(b"B/1.mp3"),), parts_from=(whole,))], {}, NOW).books

    assert part.rest == {(root.id, b"A")}
    assert catalogue.grounds([whole]) == {whole: (b"A/", "")}
    assert catalogue.folders(root.id)[b"A"] != signed


def test_a_book_that_is_written_together_with_the_part_it_lost_is_not_merged_once_more(
    catalogue: SqlCatalog, root: Root
) -> None:
    (whole,) = save(catalogue, a_book(root, b"A/", files=(a_file(b"A/1.mp3"), a_file(b"A/2.mp3"))))
    part = a_book(root, b"B/1", files=(a_file(b"B/1.mp3"),), parts_from=(whole,))
    rest = a_book(root, b"A/2", files=(a_file(b"A/2.mp3"),), book_id=whole, rule="why")

    assert [one.rest for one in catalogue.save([rest, part], {}, NOW).books] == [frozenset(), frozenset()]
    assert catalogue.grounds([whole]) == {whole: (b"A/2", "why")}


def test_a_book_that_went_away_meanwhile_is_made_again(catalogue: SqlCatalog, root: Root) -> None:
    (outcome,) = catalogue.save([a_book(root, book_id=4711)], {}, NOW).books

    assert outcome.created
    assert outcome.book_id != 4711


def test_twenty_files_of_one_folder_saved_apart_are_one_book(catalogue: SqlCatalog, root: Root) -> None:
    parts = [a_book(root, b"A", files=(a_file(b"A/%02d.mp3" % number),)) for number in range(20)]

    outcomes = catalogue.save(parts, {}, NOW).books

    assert [outcome.created for outcome in outcomes] == [True] + [False] * 19
    assert {outcome.book_id for outcome in outcomes} == {outcomes[0].book_id}
    assert len(shown(catalogue, outcomes[0].book_id or 0)["files"]) == 20


def test_one_path_saved_twice_in_a_batch_is_one_row_and_the_last_word_counts(catalogue: SqlCatalog, root: Root) -> None:
    sizes = [a_file(b"x", seen=a_sighting(b"x", size=size)) for size in (1, 2, 3)]

    save(catalogue, a_book(root, b"A", files=(sizes[0], sizes[1])), a_book(root, b"B", files=(sizes[2],)))

    (known,) = catalogue.files_below(root.id, b"")
    assert known.size == 3


def test_the_books_of_a_batch_are_of_one_library(catalogue: SqlCatalog, root: Root) -> None:
    other = a_root(catalogue, b"/other", library="Other")

    with pytest.raises(ValueError, match="one library"):
        catalogue.save([a_book(root), a_book(other)], {}, NOW)


def test_a_path_of_any_length_the_kernel_allows_is_kept(catalogue: SqlCatalog, root: Root) -> None:
    path = b"/".join([b"\xe9" * 250] * 8)

    save(catalogue, a_book(root, path))

    assert catalogue.files_in(root.id, [path.rpartition(b"/")[0]])[0].path == path


def test_a_retry_after_success_changes_nothing_but_times(catalogue: SqlCatalog, root: Root) -> None:
    book = a_book(root, metadata=some_metadata(genres=("G",), series=(SeriesEntry("S", "1"),)))
    (book_id,) = save(catalogue, book)
    before = shown(catalogue, book_id)

    save(catalogue, book)
    save(catalogue, replace(book, book_id=book_id))

    assert shown(catalogue, book_id) == before
