"""What lies beside media: told by its name, and read each by the rules of its maker."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from shishod import formats
from shishod.errors import BrokenFile
from shishod.formats.beside import beside, counts, role_of, stem
from shishod.formats.beside.companion import Reach
from shishod.formats.limits import Limits
from shishod.model.book import Chapter, Contribution, FileRole, Identifier, SeriesEntry
from shishod.model.metadata import Reading
from tests.samples import a_comicinfo, a_cue, a_jpeg, a_metadata_json, a_png, a_text, a_webp, an_nfo, an_opf


def said(path: Path, limits: Limits | None = None) -> Reading:
    return formats.read(os.fsencode(path), limits)


def names(reading: Reading, role: str = "aut") -> list[str]:
    return [one.name for one in reading.contributions if one.role == role]


def why_broken(path: Path) -> str:
    with pytest.raises(BrokenFile) as broken:
        said(path)
    return broken.value.reason


@pytest.mark.parametrize(
    ("name", "role", "reach"),
    [
        ("metadata.opf", FileRole.SIDECAR, Reach.FOLDER),
        ("METADATA.OPF", FileRole.SIDECAR, Reach.FOLDER),
        ("Dune.opf", FileRole.SIDECAR, Reach.NAMESAKE),
        ("metadata.json", FileRole.SIDECAR, Reach.FOLDER),
        ("package.json", None, None),
        ("movie.nfo", FileRole.SIDECAR, Reach.FOLDER),
        ("tvshow.nfo", FileRole.SIDECAR, Reach.FOLDER),
        ("Dune.nfo", FileRole.SIDECAR, Reach.NAMESAKE),
        ("ComicInfo.xml", FileRole.SIDECAR, Reach.FOLDER),
        ("index.xml", None, None),
        ("Dune.cue", FileRole.SIDECAR, Reach.NAMESAKE),
        ("desc.txt", FileRole.SIDECAR, Reach.FOLDER),
        ("reader.txt", FileRole.SIDECAR, Reach.FOLDER),
        ("notes.txt", None, None),
        ("cover.jpg", FileRole.COVER, Reach.FOLDER),
        ("Cover.JPEG", FileRole.COVER, Reach.FOLDER),
        ("folder.png", FileRole.COVER, Reach.FOLDER),
        ("Dune.webp", FileRole.COVER, Reach.NAMESAKE),
        ("Booklet.pdf", FileRole.SUPPLEMENT, Reach.FOLDER),
        ("Dune - Maps.pdf", FileRole.SUPPLEMENT, Reach.FOLDER),
        ("Dune.pdf", None, None),
        ("mapset.pdf", None, None),
        ("cover.epub", None, None),
        (".opf", None, None),
        ("jpg", None, None),
    ],
)
def test_the_name_tells_what_a_file_is(name: str, role: FileRole | None, reach: Reach | None) -> None:
    found = beside(b"Author/Book/" + name.encode())

    assert (found and found.role, found and found.reach) == (role, reach)
    assert role_of(name.encode()) is (role or FileRole.MEDIA)


def test_of_a_thousand_pictures_only_covers_and_namesakes_count() -> None:
    stems = {b"Dune"}

    assert counts(b"cover.jpg", stems) and counts(b"Dune.jpg", stems) and counts(b"Other.opf", stems)
    assert not counts(b"page 001.jpg", stems) and not counts(b"notes.txt", stems) and not counts(b"Dune.epub", stems)


def test_a_stem_knows_nothing_of_endings_and_kobo() -> None:
    assert {stem(b"A.B/Dune.opf"), stem(b"A.B/Dune.kepub.epub"), stem(b"A.B/Dune")} == {b"A.B/Dune"}


def test_sidecars_are_believed_in_the_order_of_the_table_and_the_named_before_the_general() -> None:
    order = [b"metadata.json", b"a.opf", b"metadata.opf", b"desc.txt", b"ComicInfo.xml", b"a.nfo", b"a.cue"]
    pictures = [b"cover.jpg", b"a.jpg"]

    for some in (order, pictures):
        ranks = [found.rank for name in some if (found := beside(name))]
        assert ranks == sorted(set(ranks)) and len(ranks) == len(some)


def test_an_opf_says_what_one_in_an_epub_says(tmp_path: Path) -> None:
    more = (
        '<dc:identifier opf:scheme="ISBN">9780306406157</dc:identifier><dc:language>deu</dc:language>'
        "<dc:description>&lt;p&gt;Sand.&lt;/p&gt;</dc:description><dc:date>1965-08</dc:date>"
    )
    reading = said(
        an_opf(tmp_path / "x.opf", title="Dune", authors=["Frank Herbert"], series=("Dune", 1), metadata=more)
    )

    assert (reading.title, names(reading), reading.series) == ("Dune", ["Frank Herbert"], (SeriesEntry("Dune", "1"),))
    assert (reading.language, reading.description, reading.date) == ("de", "Sand.", "1965-08")
    assert reading.identifiers == (Identifier("isbn", "9780306406157"),)
    assert reading.cover is None, "a cover beside the book is found by its own name"


def test_no_entity_of_an_opf_is_expanded_and_nothing_is_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("PASSWORD")
    path = tmp_path / "metadata.opf"
    path.write_text(
        f'<!DOCTYPE p [<!ENTITY s SYSTEM "file://{secret}"><!ENTITY l "lol"><!ENTITY m "&l;&l;&l;&l;&l;&l;&l;&l;">]>'
        "<package><metadata><title>A&s;B&m;</title></metadata></package>"
    )

    assert "PASSWORD" not in repr(said(path)) and "lollol" not in repr(said(path))


@pytest.mark.parametrize("text", ["no xml at all", "<html><body>404</body></html>", "<package/>"])
def test_what_is_no_opf_is_called_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "metadata.opf"
    path.write_text(text)

    assert why_broken(path) == "no-package"


def test_audiobookshelf_is_read_flat_and_nested(tmp_path: Path) -> None:
    fields = {
        "title": "Dune", "subtitle": "One", "authors": ["Frank Herbert"], "narrators": ["Simon Vance", "Scott Brick"],
        "series": ["Dune #1", "Alone"], "genres": ["SF"], "publishedYear": "1965", "publisher": "Ace", "isbn": "",
        "asin": "B002V1OF70", "language": "English", "description": "<b>Sand.</b>", "abridged": False,
    }  # fmt: skip
    chapters = [{"id": 0, "start": 0, "end": 10.5, "title": "One"}, {"id": 1, "start": 10.5, "end": 20, "title": "Two"}]
    flat = said(a_metadata_json(tmp_path / "metadata.json", chapters=chapters, tags=["x"], **fields))
    nested = said(a_metadata_json(tmp_path / "metadata.json", chapters=chapters, tags=["x"], metadata=fields))

    assert flat == nested
    assert (flat.title, flat.subtitle, flat.publisher, flat.date, flat.language) == ("Dune", "One", "Ace", "1965", "en")
    assert (names(flat), names(flat, "nrt")) == (["Frank Herbert"], ["Simon Vance", "Scott Brick"])
    assert flat.series == (SeriesEntry("Dune", "1"), SeriesEntry("Alone"))
    assert (flat.genres, flat.tags, flat.description, flat.abridged) == (("SF",), ("x",), "Sand.", None)
    assert flat.identifiers == (Identifier("asin", "B002V1OF70"),)
    assert flat.chapters == (Chapter("One", 0, 10500), Chapter("Two", 10500, 20000))


def test_fields_of_another_type_than_they_should_have_are_passed_over(tmp_path: Path) -> None:
    path = a_metadata_json(
        tmp_path / "metadata.json", title=None, authors="no list", series=[1, {"x": 1}, "Real #2"], narrators={"a": 1},
        publishedYear="MCM", chapters=[{"start": "NaN"}, {"start": float("nan")}, {"start": True}, {"start": 1e400}, 3],
        genres=["A", 7, None], description=["x"], abridged="yes",
    )  # fmt: skip

    reading = said(path)

    assert reading.series == (SeriesEntry("Real", "2"),) and reading.genres == ("A",)
    assert not any((reading.title, reading.contributions, reading.date, reading.chapters, reading.description))
    assert dict(reading.places).keys() == {"series", "genres"}


@pytest.mark.parametrize("text", ["{", "[]", '"x"', "[" * 100_000, '{"a": ' * 100_000, '{"n": ' + "9" * 5000 + "}"])
def test_json_that_cannot_be_read_is_called_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "metadata.json"
    path.write_text(text)

    assert why_broken(path) == "not-json"


def test_a_film_an_episode_and_a_show_are_told_apart(tmp_path: Path) -> None:
    film = said(
        an_nfo(tmp_path / "movie.nfo", title="First", plot="Sand.", genre="SF", premiered="1999-03-31", year="1999")
    )
    episode = said(
        an_nfo(tmp_path / "e.nfo", "episodedetails", title="Rising", showtitle="Atlantis", aired="2004-07-16")
    )
    show = said(an_nfo(tmp_path / "tvshow.nfo", "tvshow", title="Atlantis"))

    assert (film.title, film.description, film.genres, film.date) == ("First", "Sand.", ("SF",), "1999-03-31")
    assert (episode.title, episode.series, episode.date) == ("Rising", (SeriesEntry("Atlantis"),), "2004-07-16")
    assert (show.title, show.series) == (None, (SeriesEntry("Atlantis"),))


def test_the_nfo_of_a_show_says_of_an_episode_what_all_of_them_have(tmp_path: Path) -> None:
    show = said(
        an_nfo(
            tmp_path / "tvshow.nfo", "tvshow", title="Atlantis", genre="SF", studio="A Channel", plot="Of the show.",
            premiered="2004-07-16", director="Ann", tvdbid="70851",
        )
    )  # fmt: skip

    assert (show.series, show.genres, show.publisher) == ((SeriesEntry("Atlantis"),), ("SF",), "A Channel")
    assert (show.title, show.description, show.date, show.contributions, show.identifiers) == (None, None, None, (), ())


def test_an_nfo_tells_the_place_of_an_episode_and_of_two_in_one_file(tmp_path: Path) -> None:
    one, both = tmp_path / "one.nfo", tmp_path / "both.nfo"
    said_of = "<episodedetails><showtitle>Atlantis</showtitle><season>0</season><episode>{}</episode></episodedetails>"
    one.write_text(said_of.format(3))
    both.write_text(said_of.format(3) + said_of.format(4))

    assert (said(one).season, said(one).series) == (0, (SeriesEntry("Atlantis", "3"),))
    assert said(both).series == (SeriesEntry("Atlantis", "3-4"),)


def test_an_nfo_names_people_and_ids_and_a_link_below_it_counts(tmp_path: Path) -> None:
    path = tmp_path / "movie.nfo"
    path.write_text(
        '<movie><title>First</title><uniqueid type="imdb" default="true">tt0133093</uniqueid><director>Ann</director>'
        "<actor><name>Bob</name><role>Neo</role></actor><set><name>Trilogy</name></set></movie>\n"
        "https://www.themoviedb.org/movie/603"
    )

    reading = said(path)

    assert reading.identifiers == (Identifier("imdb", "tt0133093"), Identifier("tmdb", "603"))
    assert reading.contributions == (Contribution("Ann", "drt"), Contribution("Bob", "act"))
    assert reading.series == (SeriesEntry("Trilogy"),)


def test_a_text_that_is_named_nfo_says_its_lines_or_nothing(tmp_path: Path) -> None:
    lines, art = tmp_path / "a.nfo", tmp_path / "b.nfo"
    lines.write_text("Title: Plain\nAuthor.....: A. Writer\nhttps://www.imdb.com/title/tt0133093/\n")
    art.write_bytes("░▒▓ RELEASED BY NOBODY ▓▒░".encode("cp437"))

    assert (said(lines).title, names(said(lines))) == ("Plain", ["A. Writer"])
    assert said(lines).identifiers == (Identifier("imdb", "tt0133093"),)
    assert said(art).places == ()


def test_a_comic_is_told_by_comicinfo(tmp_path: Path) -> None:
    reading = said(
        a_comicinfo(
            tmp_path / "ComicInfo.xml", Title="The Beginning", Series="Saga", Number="1.5", Writer="Ann, Bob",
            Colorist="Cid", Genre="SF, War", Summary="Sand.", Year="2012", Month="3", Day="-1", LanguageISO="en",
            Publisher="Image", GTIN="9780306406157", Tags="x",
        )
    )  # fmt: skip

    assert (reading.title, reading.series) == ("The Beginning", (SeriesEntry("Saga", "1.5"),))
    assert (names(reading), names(reading, "clr")) == (["Ann", "Bob"], ["Cid"])
    assert (reading.genres, reading.tags, reading.date, reading.language) == (("SF", "War"), ("x",), "2012-03", "en")
    assert reading.identifiers == (Identifier("isbn", "9780306406157"),)


@pytest.mark.parametrize(
    ("number", "volume", "place"),
    [
        ("1.MU", "1", "1.MU"),
        ("-1", "", "-1"),
        ("012A", "", "12A"),
        ("", "3", "3"),
        ("", "2016", None),
        ("4", "2016", "4"),
    ],
)
def test_an_issue_is_counted_as_comics_are_and_a_manga_by_its_volume(
    tmp_path: Path, number: str, volume: str, place: str | None
) -> None:
    reading = said(a_comicinfo(tmp_path / "ComicInfo.xml", Series="Saga", Number=number, Volume=volume))

    assert reading.series == (SeriesEntry("Saga", place),)


def test_people_of_a_comic_may_be_parted_by_semicolons(tmp_path: Path) -> None:
    assert names(said(a_comicinfo(tmp_path / "ComicInfo.xml", Writer="Ann Author; Ben Writer"))) == [
        "Ann Author", "Ben Writer",
    ]  # fmt: skip


def test_an_nfo_may_be_wide(tmp_path: Path) -> None:
    path = an_nfo(tmp_path / "movie.nfo", title="Größe")
    path.write_bytes(path.read_text().replace("UTF-8", "UTF-16").encode("utf-16"))

    assert said(path).title == "Größe"


def test_old_audiobookshelf_kept_series_as_objects(tmp_path: Path) -> None:
    series = [{"name": "Saga", "sequence": "2.5"}, {"name": "World #3"}, {"sequence": "1"}, 7]

    reading = said(a_metadata_json(tmp_path / "metadata.json", series=series))

    assert reading.series == (SeriesEntry("Saga", "2.5"), SeriesEntry("World", "3"))


def test_texts_of_old_windows_are_read_in_cyrillic_and_western_letters(tmp_path: Path) -> None:
    path = tmp_path / "desc.txt"
    for text, page in (
        ("Дорога соли. МакКрей не знал – никто не знал, куда она ведёт.", "cp1251"),
        ("Größe – fürs", "cp1252"),
    ):
        path.write_bytes(text.encode(page))
        assert said(path).description == text


def test_another_document_is_no_comicinfo(tmp_path: Path) -> None:
    path = tmp_path / "ComicInfo.xml"
    path.write_text("<html/>")

    assert why_broken(path) == "no-comicinfo"


def test_a_cue_sheet_tells_chapters_by_the_sound_that_they_lie_in_and_nothing_else(tmp_path: Path) -> None:
    tracks = {"CD 1.wav": [("Début", "00:00:00"), ("Two", "61:02:37")], "..\\..\\CD 2.wav": [("Three", "00:01:00")]}
    reading = said(a_cue(tmp_path / "a.cue", tracks))

    assert reading.chapters == (
        Chapter("Début", 0, href="CD 1.wav"),
        Chapter("Two", 3_662_493, href="CD 1.wav"),
        Chapter("Three", 1000, href="CD 2.wav"),
    )
    assert (reading.title, reading.contributions) == (None, ())


def test_a_cue_sheet_of_old_windows_is_read_and_its_chapters_are_bounded(tmp_path: Path) -> None:
    path = a_cue(tmp_path / "a.cue", {"a.wav": [(f"Début {number}", "00:00:00") for number in range(5)]})
    path.write_bytes(path.read_bytes().decode().encode("cp1252"))

    assert said(path).chapters[0].title == "Début 0"
    assert len(said(path, replace(Limits(), chapters=3)).chapters) == 3
    path.write_text("no track")
    assert why_broken(path) == "not-a-cue"


def test_texts_are_a_description_and_narrators(tmp_path: Path) -> None:
    desc = said(a_text(tmp_path / "desc.txt", "\ufeffSand.\r\n\r\nMuch sand."))
    reader = said(a_text(tmp_path / "Reader.TXT", "Simon Vance, Scott Brick\nEuan Morton"))

    assert desc.description == "Sand.\n\nMuch sand." and not desc.contributions
    assert names(reader, "nrt") == ["Simon Vance", "Scott Brick", "Euan Morton"] and reader.description is None
    (tmp_path / "desc.txt").write_bytes("Größe".encode("utf-16"))
    assert said(tmp_path / "desc.txt").description == "Größe"
    (tmp_path / "desc.txt").write_bytes(b"PK\3\4\0\0\0")
    assert why_broken(tmp_path / "desc.txt") == "not-text"


@pytest.mark.parametrize(
    ("name", "make", "mime"),
    [
        ("cover.jpg", a_jpeg, "image/jpeg"),
        ("cover.png", a_png, "image/png"),
        ("folder.webp", a_webp, "image/webp"),
        ("cover.jpeg", a_png, "image/png"),  # named as another
    ],
)
def test_a_picture_tells_what_it_is_and_how_large(
    tmp_path: Path, name: str, make: Callable[[int, int], bytes], mime: str
) -> None:
    (tmp_path / name).write_bytes(make(60, 90))

    cover = said(tmp_path / name).cover

    assert cover is not None
    assert (cover.member, cover.mime, cover.size) == ("", mime, (tmp_path / name).stat().st_size)
    assert (cover.width, cover.height) == (60, 90)


def test_a_picture_of_too_many_pixels_or_of_none_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "cover.png"
    path.write_bytes(a_png(60, 90))
    with pytest.raises(BrokenFile) as broken:
        said(path, replace(Limits(), cover_pixels=5399))
    assert broken.value.reason == "limit"

    huge = bytearray(a_png())
    huge[16:24] = (60_000).to_bytes(4, "big") * 2
    path.write_bytes(huge)
    assert why_broken(path) in ("limit", "not-a-picture")
    path.write_text("<svg/>")
    assert why_broken(path) == "not-a-picture"


def test_a_booklet_must_be_a_pdf(tmp_path: Path) -> None:
    (tmp_path / "booklet.pdf").write_text("<html>")

    assert why_broken(tmp_path / "booklet.pdf") == "not-a-pdf"
