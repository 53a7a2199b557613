"""What the scan remembers: folders and files come back exactly as they were told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shishod.model.book import FileRole, NameKind
from shishod.model.library import Root
from shishod.model.metadata import Reading, load_reading
from shishod.model.progress import Problem
from shishod.model.signature import KnownFolder
from shishod.model.state import State, judge, unchanged
from shishod.paths import is_under
from shishod.store.catalog import SqlCatalog
from tests.store.building import LATER, NOW, a_book, a_failure, a_file, a_root, a_sighting, save, some_metadata

ODD = b"caf\xe9/%_\n\\/\xff.epub"


@pytest.fixture
def root(catalogue: SqlCatalog) -> Root:
    return a_root(catalogue)


def ids_of(catalogue: SqlCatalog, root: Root) -> dict[bytes, int]:
    return {known.path: known.id for known in catalogue.files_below(root.id, b"")}


def states_of(catalogue: SqlCatalog, root: Root) -> dict[bytes, State]:
    return {known.path: known.state for known in catalogue.files_below(root.id, b"")}


def test_what_was_seen_is_remembered_to_the_last_bit(catalogue: SqlCatalog, root: Root) -> None:
    seen = a_sighting(ODD, inode=2**64 - 1, device=2**63, mtime_ns=-1, size=2**62)
    save(catalogue, a_book(root, ODD, files=(a_file(ODD, seen=seen),)))

    (known,) = catalogue.files_below(root.id, b"")

    assert unchanged(known, seen)
    assert judge(known, seen, NOW) is State.INDEXED
    assert (known.path, known.reader, known.parser_version) == (ODD, "epub", 1)


def test_folders_come_back_as_they_were_signed(catalogue: SqlCatalog, root: Root) -> None:
    signed = [KnownFolder(path, 2**62, 2**63 - 1, b"\0packed\xff") for path in (b"", b"A", b"A/B", b"AB", b"\xff")]

    catalogue.sign(root.id, signed)

    assert catalogue.folders(root.id) == {folder.path: folder for folder in signed}
    assert catalogue.folders(root.id, b"A").keys() == {b"A", b"A/B"}


NAMES = (b"a", b"a ", b"a!", b"a\x01", b"a.b", b"a0", b"ab", b"\x01", b"\xff", b"\xff\xff")
AWKWARD = [*NAMES, *(above + b"/" + name for above in NAMES for name in NAMES), b"a/\xff/a", b"a/a/a", b"a!/a/a"]


@pytest.mark.parametrize("folder", NAMES)
def test_what_lies_in_a_folder_is_told_from_what_sorts_beside_it(
    catalogue: SqlCatalog, root: Root, folder: bytes
) -> None:
    catalogue.sign(root.id, [KnownFolder(path, 1, 0, b"x") for path in (b"", *AWKWARD)])
    within = {path for path in AWKWARD if is_under(path, folder)}
    assert len(within) > len(NAMES)

    assert catalogue.folders(root.id, folder).keys() == within
    assert catalogue.folders(root.id, folder, b"a/a", b"nowhere").keys() == within | {b"a/a", b"a/a/a"}
    assert catalogue.folders(root.id, folder, b"").keys() == {b"", *AWKWARD}

    catalogue.sign(root.id, [], gone=[folder, b"nowhere"])
    assert catalogue.folders(root.id).keys() == {b"", *AWKWARD} - within


def test_signing_again_replaces_and_forgets_what_is_gone_with_all_below(catalogue: SqlCatalog, root: Root) -> None:
    catalogue.sign(root.id, [KnownFolder(path, 1, 0, b"") for path in (b"A", b"A/B", b"A/B/C", b"AB", b"A%")])

    catalogue.sign(root.id, [KnownFolder(b"AB", 2, 0, b"new")], gone=[b"A"])

    assert catalogue.folders(root.id) == {
        b"AB": KnownFolder(b"AB", 2, 0, b"new"),
        b"A%": KnownFolder(b"A%", 1, 0, b""),
    }


def test_a_folder_that_is_gone_stays_known_for_what_was_recorded_of_it_meanwhile(
    catalogue: SqlCatalog, root: Root
) -> None:
    save(catalogue, a_book(root, b"A/B/1.epub"), a_book(root, b"A/C/1.epub"))
    lost = next(one for one in catalogue.files_below(root.id, b"") if one.path == b"A/C/1.epub")
    catalogue.lose(root.id, {lost.id: lost.path}, (), NOW)

    catalogue.sign(root.id, [], gone=[b"A"])

    assert catalogue.folders(root.id).keys() == {b"A/B"}


def test_a_folder_that_is_gone_takes_its_problems_and_all_below_with_it(catalogue: SqlCatalog, root: Root) -> None:
    other = a_root(catalogue, b"/other", library="Other")
    for owner, paths in ((root, (b"A", b"A/B", b"A/B/c.epub", b"AB", b"A%")), (other, (b"A",))):
        catalogue.note_problems([Problem(owner.id, path, "list", "EACCES", "", NOW) for path in paths])

    catalogue.sign(root.id, [], gone=[b"A"])

    told = {row["path"] for row in catalogue.problems()[0]}
    assert told == {"/srv/books/AB", "/srv/books/A%", "/other/A"}


def test_a_folder_is_known_from_its_first_saved_file_on(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, a_book(root, b"A/one.epub"))
    assert catalogue.folders(root.id) == {b"A": KnownFolder(b"A", 0, 0, b"")}

    catalogue.sign(root.id, [KnownFolder(b"A", 5, 0, b"packed")])
    save(catalogue, a_book(root, b"A/two.epub"))

    assert catalogue.folders(root.id) == {
        b"A": KnownFolder(b"A", 0, 0, b"")
    }  # who signed it knew nothing of the second


def test_a_folder_that_is_only_told_of_does_not_undo_a_signature(catalogue: SqlCatalog, root: Root) -> None:
    signed = KnownFolder(b"A", 5, 0, b"packed")
    catalogue.sign(root.id, [signed])

    catalogue.sign(root.id, [KnownFolder(b"A", 0, 0, b""), KnownFolder(b"B", 0, 0, b"")])

    assert catalogue.folders(root.id) == {b"A": signed, b"B": KnownFolder(b"B", 0, 0, b"")}


def test_what_is_told_of_folders_is_never_older_than_the_last_word(catalogue: SqlCatalog, root: Root) -> None:
    told: list[dict[bytes, int]] = []

    def ask() -> None:
        told.append({folder.path: folder.mtime_ns for folder in catalogue.folders(root.id).values()})

    ask()
    catalogue.sign(root.id, [KnownFolder(b"A", 5, 0, b"packed")])
    ask()
    save(catalogue, a_book(root, b"B/1.epub"))
    ask()
    catalogue.lose(root.id, {}, [b"A"], NOW)
    ask()
    catalogue.lose(root.id, {one.id: one.path for one in catalogue.files_below(root.id, b"B")}, [], NOW)
    catalogue.sign(root.id, [], gone=[b"B"])
    ask()

    assert told == [{}, {b"A": 5}, {b"A": 5, b"B": 0}, {b"A": 0, b"B": 0}, {b"A": 0}]


def test_files_are_found_by_folder_and_by_subtree_in_path_order(catalogue: SqlCatalog, root: Root) -> None:
    paths = [b"b.epub", b"A/2.epub", b"A/1.epub", b"A/B/3.epub", b"AB/4.epub", b"A%/5.epub"]
    save(catalogue, *(a_book(root, path) for path in paths))

    def found(*folders: bytes) -> list[bytes]:
        return [known.path for known in catalogue.files_in(root.id, folders)]

    assert found(b"A") == [b"A/1.epub", b"A/2.epub"]
    assert found(b"", b"AB") == [b"AB/4.epub", b"b.epub"]
    assert found() == []
    assert [known.path for known in catalogue.files_below(root.id, b"A")] == [b"A/1.epub", b"A/2.epub", b"A/B/3.epub"]
    assert len(catalogue.files_below(root.id, b"")) == len(paths)


def test_thousands_of_folders_can_be_asked_for_at_once(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, *(a_book(root, b"%d/x.epub" % number) for number in range(1200)))

    assert len(catalogue.files_in(root.id, {b"%d" % number for number in range(3000)})) == 1200


def test_roots_do_not_see_each_others_files(catalogue: SqlCatalog, root: Root) -> None:
    other = a_root(catalogue, b"/srv/more")
    save(catalogue, a_book(root), a_book(other))

    assert len(catalogue.files_below(root.id, b"")) == 1
    assert catalogue.count_present(other.id) == 1


def test_missing_files_are_marked_counted_and_come_back(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, a_book(root, b"a.epub"), a_book(root, b"b.epub"))
    ids = ids_of(catalogue, root)

    assert catalogue.mark([ids[b"a.epub"]], State.MISSING, NOW) == 1
    assert catalogue.count_present(root.id) == 1
    assert states_of(catalogue, root) == {b"a.epub": State.MISSING, b"b.epub": State.INDEXED}
    assert catalogue.mark([ids[b"a.epub"]], State.MISSING, LATER) == 0

    assert catalogue.mark([ids[b"a.epub"]], State.INDEXED, LATER) == 1
    assert states_of(catalogue, root)[b"a.epub"] is State.INDEXED


def test_a_failed_file_that_vanished_is_read_anew_when_it_returns(catalogue: SqlCatalog, root: Root) -> None:
    failed = a_failure(b"a.epub", parser_version=3, error_count=4)
    save(catalogue, a_book(root, b"a.epub", metadata=None, files=(failed,)))

    catalogue.mark(ids_of(catalogue, root).values(), State.MISSING, NOW)

    (known,) = catalogue.files_below(root.id, b"")
    assert (known.error_count, known.retry_at) == (0, None)
    assert judge(known, failed.seen, NOW) is State.CHANGED


def test_folders_with_a_due_retry_are_named_and_no_others(catalogue: SqlCatalog, root: Root) -> None:
    assert catalogue.folders_due(root.id, LATER) == frozenset()
    never = replace(a_failure(b"x").error, retry_at=None)  # type: ignore[type-var]
    for path, error in ((b"due/a", a_failure(b"x").error), (b"never/a", never)):
        save(catalogue, a_book(root, path, metadata=None, files=(a_failure(path, error=error),)))
    save(catalogue, a_book(root, b"well/a"))

    assert catalogue.folders_due(root.id, LATER - timedelta(seconds=1)) == frozenset()
    assert catalogue.folders_due(root.id, LATER) == {b"due"}
    catalogue.note_problems([Problem(root.id, b"shut", "list", "why", "text", NOW, None)])
    assert catalogue.folders_due(root.id, NOW) == {b"shut"}


def test_only_folders_with_a_file_of_an_older_reader_are_reopened(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, a_book(root, b"Old/a.epub"), a_book(root, b"Bad/a", metadata=None, files=(a_failure(b"Bad/a"),)))
    for folder in (b"Old", b"Bad", b"Other"):
        catalogue.sign(root.id, [KnownFolder(folder, 7, 0, b"signed")])

    assert catalogue.reopen_outdated({}) == 0
    assert catalogue.reopen_outdated({"mp3": 9, "epub": 1}) == 1  # the file that no version could read
    assert catalogue.reopen_outdated({"epub": 2}) == 1
    signed = {path for path, known in catalogue.folders(root.id).items() if known.packed}
    assert signed == {b"Other"}


def test_what_the_same_readers_have_judged_is_looked_through_once(catalogue: SqlCatalog, root: Root) -> None:
    assert catalogue.reopen_outdated({"epub": 2}) == 0
    save(catalogue, a_book(root, b"Old/a.epub"))  # by epub 1, which a program with epub 2 would not
    catalogue.sign(root.id, [KnownFolder(b"Old", 7, 0, b"signed")])

    assert catalogue.reopen_outdated({"epub": 2}) == 0
    assert catalogue.reopen_outdated({"epub": 3}) == 1
    assert catalogue.reopen_outdated({"epub": 2}) == 0


def test_a_sample_is_of_present_files_spread_and_steady(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, *(a_book(root, b"%03d.epub" % number) for number in range(100)))
    ids = ids_of(catalogue, root)
    catalogue.mark([ids[b"%03d.epub" % number] for number in range(50)], State.MISSING, NOW)

    sample = catalogue.sample_files(root.id, 10)

    assert 5 <= len(sample) <= 10
    assert len({known.path for known in sample}) == len(sample)
    assert {known.state for known in sample} == {State.INDEXED}
    assert sample == catalogue.sample_files(root.id, 10)
    assert catalogue.sample_files(a_root(catalogue, b"/empty").id, 10) == []


def test_what_was_read_of_a_file_is_found_whatever_book_it_is_of(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, a_book(root, b"one", files=(a_file(b"1.mp3"), a_failure(b"2.mp3"))), a_book(root, b"3.epub"))
    ids = ids_of(catalogue, root)

    held = catalogue.readings([*ids.values(), max(ids.values()) + 1000])

    assert held.keys() == {ids[b"1.mp3"], ids[b"3.epub"]}
    assert load_reading(held[ids[b"1.mp3"]]) == Reading(title="As the file says")


def test_a_memory_holds_every_reading_of_its_book(catalogue: SqlCatalog, root: Root) -> None:
    book = a_book(root, files=(a_file(b"1.mp3"), a_file(b"2.mp3"), a_failure(b"3.mp3")))
    (book_id,) = save(catalogue, book)

    memories = catalogue.memories([book_id, book_id + 1000])

    assert memories.keys() == {book_id}
    ids = ids_of(catalogue, root)
    assert memories[book_id].key == book.key
    assert memories[book_id].readings.keys() == {ids[b"1.mp3"], ids[b"2.mp3"]}
    assert load_reading(memories[book_id].readings[ids[b"1.mp3"]]) == Reading(title="As the file says")


def test_names_are_known_by_their_normal_form_within_one_library(catalogue: SqlCatalog, root: Root) -> None:
    other = a_root(catalogue, b"/other", library="Other")
    save(catalogue, a_book(root, metadata=some_metadata("T", "José  Saramago", genres=("Essay",))))
    save(catalogue, a_book(other, metadata=some_metadata("T", "José Saramago")))

    here = catalogue.names(root.library_id, NameKind.PERSON)
    there = catalogue.names(other.library_id, NameKind.PERSON)

    assert here.keys() == there.keys() == {"josé saramago"}
    assert here != there
    assert catalogue.names(root.library_id, NameKind.GENRE).keys() == {"essay"}
    assert catalogue.names(root.library_id, NameKind.TAG) == {}


def test_what_lies_beside_can_be_forgotten_and_a_medium_cannot(catalogue: SqlCatalog, root: Root) -> None:
    opf = a_file(b"A/metadata.opf", role=FileRole.SIDECAR)
    save(catalogue, a_book(root, b"A/b", files=(a_file(b"A/b.epub"), opf)))

    catalogue.forget_files(list(ids_of(catalogue, root).values()))

    assert list(ids_of(catalogue, root)) == [b"A/b.epub"]
    catalogue.forget_files([])


def test_a_book_forgets_what_it_sheds_with_the_word_that_it_says_without_it(catalogue: SqlCatalog, root: Root) -> None:
    files = (a_file(b"A/b.epub"), a_file(b"A/metadata.opf", role=FileRole.SIDECAR))
    book = a_book(root, b"A/b", files=files, metadata=some_metadata("Said"))
    save(catalogue, book)
    sheds = (ids_of(catalogue, root)[b"A/metadata.opf"], ids_of(catalogue, root)[b"A/b.epub"])

    save(catalogue, replace(book, files=files[:1], metadata=some_metadata("Embedded"), sheds=sheds))

    assert list(ids_of(catalogue, root)) == [b"A/b.epub"], "never a medium"


def test_media_are_counted_apart_from_what_lies_beside_them(catalogue: SqlCatalog, root: Root) -> None:
    opf = a_file(b"A/metadata.opf", role=FileRole.SIDECAR)
    save(catalogue, a_book(root, b"A/b", files=(a_file(b"A/b.epub"), a_file(b"A/b.m4b"), opf)))
    catalogue.lose(root.id, {ids_of(catalogue, root)[b"A/b.m4b"]: b"A/b.m4b"}, (), NOW)

    assert (catalogue.count_present(root.id), catalogue.counts()["by_root"]) == (2, {root.id: 1})
