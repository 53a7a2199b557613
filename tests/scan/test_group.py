from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from shishod import formats
from shishod.model.book import BookKind
from shishod.model.library import LibraryKind
from shishod.model.sighting import Sighting
from shishod.scan.group import anchor, group, is_disc


def a_sighting(path: str | bytes) -> Sighting:
    return Sighting(path.encode() if isinstance(path, str) else path, 1, 1, 1, 1, 0)


def books(folder: str, paths: Iterable[str]) -> list[list[str]]:
    """The names of each book's files, as the grouping of one neighbourhood has them."""
    made = group(folder.encode(), [a_sighting(path) for path in paths])
    return sorted([seen.path.decode() for seen in one.files] for one in made)


def test_sixty_numbered_tracks_are_one_audiobook_in_the_order_of_their_numbers() -> None:
    tracks = [f"Dune/{number} - {'Arrakis' if number % 2 else 'Caladan'}.mp3" for number in range(1, 61)]

    (only,) = group(b"Dune", [a_sighting(path) for path in reversed(tracks)])

    assert [seen.path.decode() for seen in only.files] == tracks
    assert (only.key, only.kind) == (b"Dune/", BookKind.AUDIOBOOK)


def test_where_music_lies_what_is_heard_is_an_album_and_what_is_read_is_not() -> None:
    paths = ["Train/01.flac", "Train/02.flac", "Train/Notes on the Sessions.epub"]

    made = group(b"Train", [a_sighting(path) for path in paths], LibraryKind.MUSIC)

    assert {(one.kind, len(one.files)) for one in made} == {(BookKind.ALBUM, 2), (BookKind.EBOOK, 1)}


@pytest.mark.parametrize("ending", sorted(formats.SOUND))
def test_whatever_is_read_as_sound_may_be_a_track(ending: bytes) -> None:
    names = [f"Dune/{number:02}{ending.decode()}" for number in (1, 2)]

    (only,) = group(b"Dune", [a_sighting(name) for name in names])

    assert (only.kind, len(only.files)) == (BookKind.AUDIOBOOK, 2)


@pytest.mark.parametrize(
    "disc",
    ["CD{}", "CD {}", "cd0{}", "Disc {}", "disk_{}", "Disque-{}", "Part {} - Arrakis", "Side {}", "Parte {}",
     "Часть {}", "{}. CD"],
)  # fmt: skip
def test_sound_in_disc_folders_is_one_audiobook(disc: str) -> None:
    tracks = [f"Dune/{disc.format(number)}/{track:02}.mp3" for number in (1, 2) for track in (1, 2, 3)]

    assert books("Dune", tracks) == [tracks]


@pytest.mark.parametrize(
    "names",
    [("Part I", "Part II", "Part III"), ("Teil Eins", "Teil Zwei"), ("1a", "1b", "2a"), ("Глава 1", "Глава 2"),
     ("Dune - Chapter One", "Dune - Chapter Two")],
)  # fmt: skip
def test_tracks_that_are_counted_in_words_or_letters_are_one_audiobook(names: tuple[str, ...]) -> None:
    tracks = [f"Dune/{name}.mp3" for name in names]

    assert books("Dune", tracks) == [tracks]


def test_numbered_tracks_beside_the_discs_belong_to_them_and_a_whole_book_beside_them_does_not() -> None:
    assert books("Dune", ["Dune/CD 1/01.mp3", "Dune/CD 2/01.mp3", "Dune/00 Intro.mp3", "Dune/Emma.m4b"]) == [
        ["Dune/00 Intro.mp3", "Dune/CD 1/01.mp3", "Dune/CD 2/01.mp3"],
        ["Dune/Emma.m4b"],
    ]


def test_single_audiobooks_in_one_folder_of_their_author_stay_apart() -> None:
    paths = ["Austen/Emma.m4b", "Austen/Persuasion.m4b", "Austen/Sense and Sensibility.m4b"]

    assert books("Austen", paths) == [[path] for path in paths]


@pytest.mark.parametrize(
    "names",
    [
        ["Dune Part 1.m4b", "Dune Part 2.m4b"],
        ["Dune (1 of 3).m4b", "Dune (2 of 3).m4b", "Dune (3 of 3).m4b"],
        ["Dune_01.mp3", "Dune_02.mp3"],
        ["Dune - Track 9.mp3", "Dune - Track 10.mp3"],
    ],
)
def test_parts_of_one_name_are_one_audiobook_even_in_a_folder_of_others(names: list[str]) -> None:
    tracks = [f"Austen/{name}" for name in names]

    assert books("Austen", [*tracks, "Austen/Emma.m4b"]) == [tracks, ["Austen/Emma.m4b"]]


def test_volumes_with_titles_of_their_own_stay_apart_though_they_bear_numbers() -> None:
    paths = ["King/11-22-63.m4b", "King/Pet Sematary.m4b", "King/The Stand.m4b"]

    assert books("King", paths) == [[path] for path in paths]


def test_unrelated_recordings_in_one_folder_stay_apart() -> None:
    paths = ["Talks/interview with ann.mp3", "Talks/radio play.mp3", "Talks/zebra.mp3"]

    assert books("Talks", paths) == [[path] for path in paths]


def test_files_with_one_stem_are_one_book_in_several_formats() -> None:
    paths = ["Dune.EPUB", "Dune.kepub.epub", "Dune.m4b"]

    (only,) = group(b"", [a_sighting(path) for path in paths])

    assert (only.key, only.kind, len(only.files)) == (b"Dune", BookKind.EBOOK, 3)


def test_a_comic_is_one_in_whatever_archive_it_lies() -> None:
    paths = ["a.cbz", "b.CBR", "c.cb7", "d.cbt", "e.cbz", "e.pdf", "f.pdf", "g.djvu", "Saga/001.cbz", "Saga/002.cbz"]

    kinds = {one.key: one.kind for one in group(b"", [a_sighting(path) for path in paths])}

    assert {key for key, kind in kinds.items() if kind is BookKind.EBOOK} == {b"f", b"g"}
    assert set(kinds.values()) == {BookKind.EBOOK, BookKind.COMIC} and len(kinds) == 9


def test_a_sound_file_alone_is_an_audiobook_and_a_text_an_ebook() -> None:
    kinds = {one.key: one.kind for one in group(b"", [a_sighting("Emma.m4b"), a_sighting("Dune.epub")])}

    assert kinds == {b"Emma": BookKind.AUDIOBOOK, b"Dune": BookKind.EBOOK}


def test_texts_are_never_tracks_however_they_are_numbered() -> None:
    paths = ["Dune/01.epub", "Dune/02.epub", "Dune/CD 1/03.epub"]

    assert books("Dune", paths) == [[path] for path in paths]


def test_a_run_of_tracks_never_takes_the_name_of_a_folder_beside_it() -> None:
    (run,) = (one for one in group(b"king", [a_sighting(f"king/{name}") for name in RUN]) if len(one.files) > 1)
    (whole,) = group(b"king/dune", [a_sighting(f"king/dune/0{number}.mp3") for number in (1, 2)])

    assert run.key != whole.key


RUN = ("dune 1.m4b", "dune 2.m4b", "emma.m4b")


@pytest.mark.parametrize(
    ("folder", "disc"),
    [
        (b"CD1", True), (b"Disc 02", True), (b"disk-3", True), (b"Part 1 - Home", True), (b"CD", False),
        (b"CDs", False), (b"Discworld 1", False), (b"1984", False), (b"CD1984", False), (b"Parting 1", False),
    ],
)  # fmt: skip
def test_a_disc_folder_is_known_by_its_name(folder: bytes, disc: bool) -> None:
    assert is_disc(folder) is disc


@pytest.mark.parametrize(
    ("folder", "center"),
    [(b"", b""), (b"Dune", b"Dune"), (b"Dune/CD 1", b"Dune"), (b"CD 1", b""), (b"CD 1/Dune", b"CD 1/Dune")],
)
def test_a_discs_files_are_gathered_with_those_of_the_folder_it_lies_in(folder: bytes, center: bytes) -> None:
    assert anchor(folder) == center


NAME = some.sampled_from(
    ["01", "02", "1 - a", "Dune 1", "Dune 2", "Dune", "Emma", "dune part 2", "12", "Ünïcode 3", "_", "x\udcff"]
)
PLACE = some.sampled_from(["F/", "F/CD 1/", "F/CD 2/"])
ENDING = some.sampled_from([".mp3", ".m4b", ".epub", ".kepub.epub", ".MP3"])
PATH = some.builds(
    lambda place, name, ending: (place + name + ending).encode("utf-8", "surrogateescape"), PLACE, NAME, ENDING
)


@given(some.lists(PATH, max_size=9, unique=True), some.randoms())
@settings(deadline=None)
def test_groups_part_the_files_whatever_the_order_of_events(paths: list[bytes], luck: object) -> None:
    shuffled = list(paths)
    luck.shuffle(shuffled)  # type: ignore[attr-defined]

    made = group(b"F", [a_sighting(path) for path in paths])

    assert group(b"F", [a_sighting(path) for path in shuffled]) == made
    assert sorted(seen.path for one in made for seen in one.files) == sorted(paths)
    assert len({one.key for one in made}) == len(made)
    assert all(one.key.startswith(b"F/") for one in made)


@pytest.mark.parametrize("ending", ["docx", "odt", "rtf"])
def test_a_document_is_an_edition_of_its_namesake_and_else_a_book_unless_it_is_called_a_supplement(ending: str) -> None:
    assert books("A", ["A/Dune.pdf", f"A/Dune.{ending}", f"A/Emma.{ending}"]) == sorted(
        [sorted(["A/Dune.pdf", f"A/Dune.{ending}"]), [f"A/Emma.{ending}"]]
    )
    assert books("B", ["B/01.mp3", "B/02.mp3", f"B/booklet.{ending}"]) == [
        ["B/01.mp3", "B/02.mp3", f"B/booklet.{ending}"]
    ]
