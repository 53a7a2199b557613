"""What the catalogue says of files that move, on each database."""

from dataclasses import replace

import pytest

from shishod.model.library import Library, Root, RootIdentity, RootState
from shishod.model.metadata import UserWord
from shishod.model.moves import Hashed
from shishod.model.state import State
from shishod.model.updates import FileUpdate, Origin
from shishod.store.catalog import SqlCatalog
from tests.store.building import NOW, a_book, a_file, a_root, a_sighting, save, shown, some_metadata

IDENTITY = RootIdentity(7, "ext4", "/dev/sda1", 99, 2)
HASH = b"\x01" + b"h" * 16


@pytest.fixture
def root(catalogue: SqlCatalog) -> Root:
    return a_root(catalogue)


def numbers(catalogue: SqlCatalog, root: Root) -> dict[bytes, int]:
    return {one.path: one.id for one in catalogue.files_below(root.id, b"")}


def hashed(catalogue: SqlCatalog, file_id: int, content_hash: bytes = HASH) -> int:
    seen = a_sighting(b"")
    return catalogue.write_hashes([Hashed(file_id, seen.size, seen.mtime_ns, seen.ctime_ns, content_hash)])


def moved(path: bytes, origin: Origin, **change: int) -> FileUpdate:
    return replace(a_file(path), seen=a_sighting(path, **change), origin=origin)


def test_a_row_moves_along_with_its_file_and_to_another_library(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root, b"a.epub", metadata=some_metadata("Title", "Ann Author")))
    other = a_root(catalogue, b"/srv/other", "Other")
    (file_id,) = numbers(catalogue, root).values()

    file = moved(b"B/b.epub", Origin(file_id, root.id, b"a.epub"), ctime_ns=5)
    metadata = some_metadata("Title", "Ann Author")
    (again,) = save(catalogue, a_book(other, b"B/b", files=(file,), book_id=book_id, metadata=metadata))

    assert (again, numbers(catalogue, other), numbers(catalogue, root)) == (book_id, {b"B/b.epub": file_id}, {})
    book = shown(catalogue, book_id)
    assert (book["library"], book["authors"], book["path"]) == ("Other", ["Ann Author"], "/srv/other/B/b.epub")


def test_a_row_that_has_moved_already_stays_where_it_is(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root, b"a.epub"))
    (file_id,) = numbers(catalogue, root).values()
    first = moved(b"b.epub", Origin(file_id, root.id, b"a.epub"))
    save(catalogue, a_book(root, b"b", files=(first,), book_id=book_id))

    late = moved(b"c.epub", Origin(file_id, root.id, b"a.epub"))
    save(catalogue, a_book(root, b"c", files=(late,)))

    found = numbers(catalogue, root)
    assert found[b"b.epub"] == file_id != found[b"c.epub"]


def test_a_row_does_not_take_the_place_of_another(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, a_book(root, b"a.epub"), a_book(root, b"b.epub"))
    before = numbers(catalogue, root)

    file = moved(b"b.epub", Origin(before[b"a.epub"], root.id, b"a.epub"))
    save(catalogue, a_book(root, b"b.epub", files=(file,)))

    assert numbers(catalogue, root) == before


def test_a_file_that_moved_meanwhile_is_not_missing(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root, b"a.epub"))
    (file_id,) = numbers(catalogue, root).values()
    file = moved(b"b.epub", Origin(file_id, root.id, b"a.epub"))
    save(catalogue, a_book(root, b"b", files=(file,), book_id=book_id))

    assert catalogue.lose(root.id, {file_id: b"a.epub"}, (), NOW) == 0
    assert [one.state for one in catalogue.files([file_id])] == [State.INDEXED]


def test_files_are_found_by_inode_in_every_root(catalogue: SqlCatalog, root: Root) -> None:
    other = a_root(catalogue, b"/srv/other", "Other")
    largest = replace(a_file(b"l.epub"), seen=a_sighting(b"l.epub", inode=(1 << 64) - 1))
    save(catalogue, a_book(root, b"a.epub"), a_book(root, b"l.epub", files=(largest,)))
    save(catalogue, a_book(other, b"b.epub"))

    assert [(one.root_id, one.path) for one in catalogue.by_inode([42, 43])] == [
        (root.id, b"a.epub"),
        (other.id, b"b.epub"),
    ]
    assert [one.path for one in catalogue.by_inode([(1 << 64) - 1])] == [b"l.epub"]


def test_a_hash_moves_along_with_its_file_unless_that_is_read_anew(catalogue: SqlCatalog, root: Root) -> None:
    books = save(catalogue, a_book(root, b"a.epub"), a_book(root, b"b.epub"))
    before = numbers(catalogue, root)
    for file_id in before.values():
        hashed(catalogue, file_id)
    assert catalogue.hashes([*before.values(), 4711]) == dict.fromkeys(before.values(), HASH)

    for path, book_id, same in ((b"a.epub", books[0], True), (b"b.epub", books[1], False)):
        file = moved(b"new/" + path, Origin(before[path], root.id, path, same), ctime_ns=5)
        save(catalogue, a_book(root, b"new/" + path, files=(file,), book_id=book_id))

    assert catalogue.hashes(before.values()) == {before[b"a.epub"]: HASH}


def test_files_are_found_by_their_hash_the_missing_first(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, a_book(root, b"a.epub"), a_book(root, b"b.epub"))
    found = numbers(catalogue, root)
    assert catalogue.hashed_sizes([1000, 7]) == frozenset()
    assert [hashed(catalogue, file_id) for file_id in found.values()] == [1, 1]
    catalogue.lose(root.id, {found[b"b.epub"]: b"b.epub"}, (), NOW)

    assert catalogue.hashed_sizes([1000, 7]) == {1000}
    alike = catalogue.by_hash({HASH: 1000, b"\x01other": 7})
    assert {one: [file.path for file in files] for one, files in alike.items()} == {HASH: [b"b.epub", b"a.epub"]}


def test_a_hash_of_what_a_file_was_is_not_stored(catalogue: SqlCatalog, root: Root) -> None:
    changed = replace(a_file(b"a.epub"), seen=a_sighting(b"a.epub", mtime_ns=1))
    save(catalogue, a_book(root, b"a.epub", files=(changed,)))

    assert hashed(catalogue, numbers(catalogue, root)[b"a.epub"]) == 0
    assert [one.path for one in catalogue.unhashed(1, 0, 10)] == [b"a.epub"]


def test_a_hash_lasts_while_its_file_does_and_as_long_as_its_rule(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, a_book(root, b"a.epub"))
    (file_id,) = numbers(catalogue, root).values()
    hashed(catalogue, file_id)
    save(catalogue, a_book(root, b"a.epub"))
    assert catalogue.unhashed(1, 0, 10) == []
    assert [one.id for one in catalogue.unhashed(2, 0, 10)] == [file_id]

    changed = replace(a_file(b"a.epub"), seen=a_sighting(b"a.epub", ctime_ns=9))
    save(catalogue, a_book(root, b"a.epub", files=(changed,)))

    assert [one.id for one in catalogue.unhashed(1, 0, 10)] == [file_id]


def test_what_cannot_be_believed_is_not_hashed(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, a_book(root, b"a.epub"))

    catalogue.note_root(root.id, RootState.OFFLINE, "unplugged", None, NOW)

    assert catalogue.unhashed(1, 0, 10) == []


def test_a_link_says_what_its_original_does_and_is_no_share_of_the_book(catalogue: SqlCatalog, root: Root) -> None:
    (book_id,) = save(catalogue, a_book(root, b"A/a.epub"))
    (original,) = numbers(catalogue, root).values()

    for _ in range(2):
        catalogue.link(root.id, [(a_sighting(b"B/b.epub", ctime_ns=9, inode=7), original)], NOW)

    link = catalogue.files([numbers(catalogue, root)[b"B/b.epub"]])[0]
    assert (link.book_id, link.duplicate_of, link.state, link.inode) == (book_id, original, State.INDEXED, 7)
    assert link.ctime_ns == a_sighting(b"").ctime_ns  # of when the original was read
    assert catalogue.shares([book_id]) == {book_id: {(root.id, b"A"): 1}}
    assert catalogue.duplicates_of([original]) == {(root.id, b"B")}
    assert set(catalogue.memories([book_id])[book_id].readings) == {original, link.id}


@pytest.mark.parametrize("released", [False, True])
def test_a_link_to_what_is_being_read_or_soon_will_be_is_in_nobodys_hand(
    catalogue: SqlCatalog, root: Root, released: bool
) -> None:
    save(catalogue, a_book(root, b"A/a.epub"))
    (original,) = numbers(catalogue, root).values()
    catalogue.claim([original], NOW)
    if released:
        catalogue.release([original], NOW)

    catalogue.link(root.id, [(a_sighting(b"B/b.epub", inode=7), original)], NOW)

    link = catalogue.files([numbers(catalogue, root)[b"B/b.epub"]])[0]
    expected = (State.INDEXED, State.CHANGED if released else State.PROCESSING)
    assert (link.state, catalogue.files([original])[0].state) == expected
    assert catalogue.release([original, link.id], NOW) == (0 if released else 1)


def test_a_former_root_hands_everything_to_its_successor(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, a_book(root, b"a.epub"))
    before = numbers(catalogue, root)
    catalogue.note_root(root.id, RootState.ONLINE, "", IDENTITY, NOW)
    (successor,) = catalogue.enrol([Library("Books", (b"/srv/elsewhere",))], NOW)

    assert catalogue.inherit(successor.id, replace(IDENTITY, inode=3)) == 0
    assert catalogue.inherit(successor.id, IDENTITY) == 1

    assert numbers(catalogue, successor) == before
    assert [one.id for one in catalogue.every_root()] == [successor.id]


def test_a_root_that_is_still_named_keeps_what_it_has(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, a_book(root, b"a.epub"))
    catalogue.note_root(root.id, RootState.ONLINE, "", IDENTITY, NOW)
    other = a_root(catalogue, b"/srv/other")

    assert catalogue.inherit(other.id, IDENTITY) == 0


@pytest.mark.parametrize("said", ["Mine", "Another"])
def test_a_book_that_is_linked_over_stays_where_the_user_says_another_thing_of_it(
    catalogue: SqlCatalog, root: Root, said: str
) -> None:
    kept, over = save(
        catalogue,
        replace(a_book(root, b"A/a.epub"), words=(UserWord("title", "Mine"),)),
        replace(a_book(root, b"B/b.epub"), words=(UserWord("title", said),)),
    )
    original = numbers(catalogue, root)[b"A/a.epub"]

    catalogue.link(root.id, [(a_sighting(b"B/b.epub", inode=7), original)], NOW)

    words = {book_id: held.words for book_id in (kept, over) if (held := catalogue.held_book(book_id))}
    rest = {over: (UserWord("title", "Another"),)} if said == "Another" else {}
    assert words == {kept: (UserWord("title", "Mine"),)} | rest


def test_a_name_that_is_linked_over_takes_its_book_into_the_one_of_its_content(
    catalogue: SqlCatalog, root: Root
) -> None:
    one, copy, whole = save(
        catalogue,
        a_book(root, b"a.epub"),
        a_book(root, b"b.epub"),
        a_book(root, b"c", files=(a_file(b"c/1.mp3"), a_file(b"c/2.mp3"))),
    )
    before = numbers(catalogue, root)

    over = [(a_sighting(path, inode=4711), before[b"a.epub"]) for path in (b"b.epub", b"c/1.mp3")]
    catalogue.link(root.id, over, NOW)

    after = {known.path: (known.id, known.book_id, known.duplicate_of) for known in catalogue.files_below(root.id, b"")}
    assert after == {
        b"a.epub": (before[b"a.epub"], one, None),
        b"b.epub": (before[b"b.epub"], one, before[b"a.epub"]),
        b"c/1.mp3": (before[b"c/1.mp3"], one, before[b"a.epub"]),
        b"c/2.mp3": (before[b"c/2.mp3"], whole, None),
    }
    assert set(catalogue.memories([one, copy, whole])) == {one, whole}


def test_no_file_is_a_duplicate_of_itself(catalogue: SqlCatalog, root: Root) -> None:
    save(catalogue, a_book(root, b"a.epub"))
    (before,) = catalogue.files_below(root.id, b"")

    catalogue.link(root.id, [(a_sighting(b"a.epub", inode=4711), before.id)], NOW)

    assert catalogue.files_below(root.id, b"") == [before]
