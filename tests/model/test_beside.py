"""The word of what lies beside: before the media's own, after the user's, field by field, each with its source."""

from itertools import permutations

from shishod.model.book import Chapter, Contribution, CoverPlace, FileRole, Identifier, Role, Technical
from shishod.model.merge import merge
from shishod.model.metadata import FieldSource, Metadata, Reading, Source, UserWord
from shishod.model.parts import Part, in_order

ANN, BOB = Contribution("Ann Author"), Contribution("Bob Author")
NED, TINA = Contribution("Ned Narrator", Role.NARRATOR), Contribution("Tina", Role.TRANSLATOR)
MEDIUM = Part(
    b"A/Dune.m4b",
    Reading(
        reader="mp4",
        title="Embedded",
        contributions=(BOB, NED, TINA),
        genres=("Fiction", "Sand"),
        publisher="Ace",
        identifiers=(Identifier("asin", "B002V1OF70"), Identifier("isbn", "1")),
        cover=CoverPlace("covr", "image/png", 1),
        chapters=(Chapter("1", 0, 600_000),),
        technical=Technical(duration_ms=600_000),
    ),
)


def a_sidecar(rank: int = 0, path: bytes = b"A/metadata.opf", **said: object) -> Part:
    return Part(path, Reading(reader="opf", **said), FileRole.SIDECAR, rank)  # type: ignore[arg-type]


def a_cover(path: bytes, rank: int) -> Part:
    return Part(path, Reading(reader="picture", cover=CoverPlace("", "image/jpeg", 9)), FileRole.COVER, rank)


def merged(*parts: Part, words: tuple[UserWord, ...] = ()) -> Metadata:
    found = {merge(in_order(some), words, Reading(title="Fallback")) for some in permutations(parts)}
    assert len(found) == 1, "the order in which files are met makes no difference"
    return found.pop()


def source(metadata: Metadata, field: str) -> FieldSource:
    return next(one for one in metadata.sources if one.field == field)


def test_a_sidecar_is_believed_where_it_speaks_and_the_file_where_it_is_silent() -> None:
    book = merged(MEDIUM, a_sidecar(title="Dune", genres=("SF",), places=(("title", "dc:title"),)))

    assert (book.title, book.genres, book.publisher) == ("Dune", ("SF",), "Ace")
    assert source(book, "title") == FieldSource("title", Source.SIDECAR, "metadata.opf, dc:title")
    assert source(book, "publisher").source is Source.FILE


def test_the_user_is_believed_before_a_sidecar_and_what_was_cleared_stays_empty() -> None:
    words = (UserWord("title", "Mine"), UserWord("genres", None))
    book = merged(MEDIUM, a_sidecar(title="Dune", genres=("SF",)), words=words)

    assert (book.title, book.genres) == ("Mine", ())
    assert source(book, "title").source is source(book, "genres").source is Source.USER


def test_people_are_filled_by_role_and_identifiers_by_scheme() -> None:
    book = merged(MEDIUM, a_sidecar(contributions=(ANN,), identifiers=(Identifier("isbn", "2"),)))

    assert book.contributions == (ANN, TINA, NED)
    assert book.identifiers == (Identifier("isbn", "2"), Identifier("asin", "B002V1OF70"))
    assert source(book, "contributions") == FieldSource("contributions", Source.SIDECAR, "metadata.opf, opf; mp4")


def test_of_several_sidecars_the_first_by_rank_is_believed_and_the_next_fills() -> None:
    first = a_sidecar(1, b"A/metadata.json", title="First")
    second = a_sidecar(2, title="Second", publisher="House", contributions=(ANN,))
    third = a_sidecar(3, b"A/reader.txt", contributions=(NED,))

    book = merged(MEDIUM, first, second, third)

    assert (book.title, book.publisher, book.contributions) == ("First", "House", (ANN, NED, TINA))


def test_a_cover_beside_the_file_wins_over_the_embedded_one() -> None:
    book = merged(MEDIUM, a_cover(b"A/cover.jpg", 0), a_cover(b"A/folder.jpg", 0), a_cover(b"A/CD 1/cover.jpg", 0))

    assert book.cover == CoverPlace("", "image/jpeg", 9, b"A/cover.jpg")
    assert source(book, "cover").source is Source.SIDECAR


def test_a_sidecars_chapters_replace_the_files_and_durations_stay_the_media_s() -> None:
    book = merged(MEDIUM, a_sidecar(chapters=(Chapter("One", 0), Chapter("Two", 1000)), technical=Technical(pages=3)))

    assert [one.title for one in book.chapters] == ["One", "Two"]
    assert (book.technical.duration_ms, book.technical.pages) == (600_000, None)
    assert source(book, "chapters").source is Source.SIDECAR


def test_what_lies_beside_comes_after_the_media_in_the_order_of_a_book() -> None:
    parts = [a_cover(b"A/cover.jpg", 0), a_sidecar(1), a_sidecar(0, b"A/z.json"), MEDIUM]

    assert [part.path for part in in_order(parts)] == [b"A/Dune.m4b", b"A/z.json", b"A/metadata.opf", b"A/cover.jpg"]
