"""Libraries and roots: what enrolling, noting, holding and accepting promise."""

from shishod.model.library import Hold, Library, LibraryKind, RootIdentity, RootState
from shishod.store.catalog import SqlCatalog
from tests.store.building import LATER, NOW, a_book, a_root, save

IDENTITY = RootIdentity(device=2**64 - 1, fstype="nfs4", source="nas:/books", fsid=2**63 + 5, inode=2**63)


def test_roots_come_back_in_the_order_of_the_settings(catalogue: SqlCatalog) -> None:
    wanted = [Library("Z", (b"/z", b"/a")), Library("A", (b"/m",), LibraryKind.AUDIOBOOKS)]

    roots = catalogue.enrol(wanted, NOW)

    assert [(root.library, root.path, root.kind) for root in roots] == [
        ("Z", b"/z", LibraryKind.MIXED),
        ("Z", b"/a", LibraryKind.MIXED),
        ("A", b"/m", LibraryKind.AUDIOBOOKS),
    ]
    assert roots == catalogue.roots()


def test_enrolling_again_keeps_ids_and_what_was_found_out(catalogue: SqlCatalog) -> None:
    before = a_root(catalogue)
    catalogue.note_root(before.id, RootState.OFFLINE, "it is not mounted", IDENTITY, NOW)

    (after,) = catalogue.enrol([Library("Books", (b"/srv/books",))], LATER)

    assert after.id == before.id
    assert (after.state, after.reason, after.identity) == (RootState.OFFLINE, "it is not mounted", IDENTITY)


def test_a_root_gone_from_the_settings_is_not_listed_and_loses_nothing(catalogue: SqlCatalog) -> None:
    root = a_root(catalogue)
    (book_id,) = save(catalogue, a_book(root))

    assert catalogue.enrol([], NOW) == ()
    assert catalogue.counts()["books"] == 0

    assert a_root(catalogue) == root
    assert catalogue.book(book_id) is not None
    assert catalogue.counts()["books"] == 1


def test_the_kind_of_a_library_follows_the_settings(catalogue: SqlCatalog) -> None:
    catalogue.enrol([Library("A", (b"/a",))], NOW)

    (root,) = catalogue.enrol([Library("A", (b"/a",), LibraryKind.COMICS)], NOW)

    assert root.kind is LibraryKind.COMICS


def test_a_path_that_is_not_utf_8_is_a_root_like_any_other(catalogue: SqlCatalog) -> None:
    assert a_root(catalogue, b"/srv/caf\xe9\n").path == b"/srv/caf\xe9\n"


def test_noting_without_an_identity_keeps_the_stored_one(catalogue: SqlCatalog) -> None:
    root = a_root(catalogue)
    catalogue.note_root(root.id, RootState.ONLINE, "", IDENTITY, NOW)

    catalogue.note_root(root.id, RootState.OFFLINE, "gone", None, NOW)

    (noted,) = catalogue.roots()
    assert noted.identity == IDENTITY
    assert noted.state is RootState.OFFLINE


def test_an_accepted_hold_ends_with_the_word_used_up(catalogue: SqlCatalog) -> None:
    root = a_root(catalogue)
    held = Hold(900, NOW, (b"a\xff.epub", b"b/c.epub"), b"digest", 1, LATER)
    catalogue.hold(root.id, held, "900 files vanished")
    (found,) = catalogue.roots()
    assert (found.state, found.held, found.reason) == (RootState.HELD, held, "900 files vanished")

    catalogue.accept(root.id)
    assert catalogue.roots()[0].accepted

    catalogue.note_walked(root.id, LATER)
    (found,) = catalogue.roots()
    assert (found.state, found.held, found.reason, found.accepted) == (RootState.ONLINE, None, "", False)


def test_what_was_accepted_of_a_root_is_void_once_it_is_away(catalogue: SqlCatalog) -> None:
    root = a_root(catalogue)
    catalogue.accept(root.id)

    catalogue.note_root(root.id, RootState.OFFLINE, "gone", None, NOW)

    assert not catalogue.roots()[0].accepted


def test_a_hold_lasts_while_its_root_is_away(catalogue: SqlCatalog) -> None:
    root = a_root(catalogue)
    held = Hold(3, NOW, (b"a", b"b", b"c"))
    catalogue.hold(root.id, held, "3 files vanished")

    catalogue.note_root(root.id, RootState.OFFLINE, "gone", None, NOW)

    assert (catalogue.roots()[0].state, catalogue.roots()[0].held) == (RootState.OFFLINE, held)


def test_what_a_root_lost_since_a_moment_is_counted(catalogue: SqlCatalog) -> None:
    root = a_root(catalogue)
    save(catalogue, a_book(root, b"a.epub"), a_book(root, b"b.epub"), a_book(root, b"c.epub"))
    files = {known.path: known.id for known in catalogue.files_below(root.id, b"")}
    catalogue.lose(root.id, {files[b"a.epub"]: b"a.epub"}, (), NOW)
    catalogue.lose(root.id, {files[b"b.epub"]: b"b.epub"}, (), LATER)

    assert catalogue.count_lost_since(root.id, NOW) == 2
    assert catalogue.count_lost_since(root.id, LATER) == 1


def test_ending_a_hold_does_not_bring_an_absent_root_back(catalogue: SqlCatalog) -> None:
    root = a_root(catalogue)
    catalogue.note_root(root.id, RootState.OFFLINE, "gone", None, NOW)

    catalogue.note_walked(root.id, LATER)

    assert (catalogue.roots()[0].state, catalogue.roots()[0].reason) == (RootState.OFFLINE, "gone")


def test_the_end_of_a_hold_is_seen_at_once_by_who_has_asked_before(catalogue: SqlCatalog) -> None:
    root = a_root(catalogue)
    catalogue.note_walked(root.id, NOW)
    assert not catalogue.roots()[0].accepted
    catalogue.accept(root.id)
    assert catalogue.roots()[0].accepted

    catalogue.note_walked(root.id, LATER)

    assert not catalogue.roots()[0].accepted
